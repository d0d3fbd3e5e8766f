# The single fit, and the ten restarts of each of the two models.

{ gsub(/[][|,]/, " ") }

/(^|[ \t])err[ \t]+mixture[ \t]+lambda[ \t]+mixture_init[ \t]+lambda_init[ \t]*$/ {
  tables++
  inTable = 1
  next
}

# A row may begin with its number; a rule between header and rows is passed over.
inTable && NF >= 5 && isNumber($NF) {
  row = rows[tables]++
  for (column = 1; column <= 5; column++) cell[tables, row, column] = $(NF - 5 + column)
  next
}

inTable && !/^[-+:= ]+$/ { inTable = 0 }

END {
  reportPrinted("mix", "zip_single.printed.mix", 2e-6)
  reportPrinted("lambda", "zip_single.printed.lambda", 2e-5)
  report("two tables of restarts", tables == 2 ? "" : " there are " tables + 0 ";")
  reportTable(1, "zip_restarts")
  reportTable(2, "distzip_restarts")
  exit failed
}

function reportTable(table, name,   row) {
  report(name " has ten rows", rows[table] == 10 ? "" : " it has " rows[table] + 0 ";")
  for (row = 0; row < 10; row++) report(name " row " row, rowFaults(table, row, name "." row "."))
}

function rowFaults(table, row, path,   names, tolerances, column, faults) {
  split("err mixture lambda mixture_init lambda_init", names, " ")
  split("5e-6 5e-6 2e-5 1e-6 1e-6", tolerances, " ")
  for (column = 1; column <= 5; column++) {
    faults = faults fault(names[column], cell[table, row, column], expected[path names[column]],
      tolerances[column] + 0)
  }
  return faults
}
