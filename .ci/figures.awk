# What the checks of all examples share. The first input holds the expected figures by their path,
# the second is what the example printed: "Final NAME: NUMBERS" is kept as printed[NAME].

FNR == NR { expected[$1] = $2; next }

depth > 0 { printed[label] = printed[label] " " $0; depth += brackets($0); next }

/^Final [a-z]+:/ {
  label = $2
  sub(/:$/, "", label)
  value = $0
  sub(/^[^:]*:/, "", value)
  printed[label] = value
  # A matrix may go on over several lines.
  depth = brackets(value)
  next
}

function brackets(text) { return gsub(/\[/, "", text) - gsub(/\]/, "", text) }

# What is wrong with a figure, or nothing. Comparisons with nan differ between awks, so what does
# not look like a number never gets that far.
function fault(name, value, wanted, tolerance,   difference) {
  if (wanted == "") return " no expected figure for " name ";"
  if (!isNumber(value)) return " " name " is '" value "', not a number;"
  difference = value - wanted
  if (difference < 0) difference = -difference
  if (difference <= tolerance) return ""
  return " " name " is " value ", should be " wanted " within " tolerance ";"
}

function isNumber(text) { return text ~ /^[-+]?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?$/ }

function report(title, faults) {
  print (faults == "" ? "PASS " : "FAIL ") title (faults == "" ? "" : ":" faults)
  if (faults != "") failed = 1
}

# Compares the numbers printed under a name with expected figures, listed by their paths.
function reportPrinted(name, paths, tolerance,   values, wanted, count, index_, faults) {
  gsub(/[][,]/, " ", printed[name])
  count = split(paths, wanted, " ")
  if (split(printed[name], values, " ") != count) {
    faults = " " count " numbers wanted, printed is '" printed[name] "';"
  } else {
    for (index_ = 1; index_ <= count; index_++) {
      faults = faults fault(wanted[index_], values[index_], expected[wanted[index_]], tolerance)
    }
  }
  report("Final " name, faults)
}
