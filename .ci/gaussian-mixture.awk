# The closing table: a row for each fit that Pyro recorded, which begins where Pyro began, and comes to the
# optimum if that is near.

$1 == "dataset" && $NF == "optimum" { inTable = 1; next }

inTable && NF == 6 {
  run = $1 "." $2
  rows[run]++
  steps[run] = $3
  first[run] = $4
  last[run] = $5
  optimum[run] = $6
}

END {
  for (path in expected) {
    if (path !~ /[.](default_init[^.]*|best_of_100|from_truth)[.]steps$/) continue
    run = substr(path, 1, length(path) - length(".steps"))
    names[++count] = run
  }
  # Without recordings there would be nothing to fail.
  report("recordings of 5 data sets", count >= 15 ? "" : " there are " count + 0 " runs;")
  for (place = 1; place <= count; place++) report(names[place], faults(names[place]))
  for (run in rows) if (!((run ".steps") in expected)) report(run, " there is no such recording;")
  exit failed
}

# A fit jitters about the optimum that it has come to, by less than 1.
function faults(run,   dataset, best, start) {
  if (rows[run] != 1) return " it has " rows[run] + 0 " rows;"
  dataset = run
  sub(/[.].*/, "", dataset)
  start = expected[run ".losses.0"]
  best = expected[dataset ".map.optimum.loss"]
  return fault("steps", steps[run], expected[run ".steps"], 0) \
    fault("loss_first", first[run], start, 1e-6 * start) \
    fault("loss_last", last[run], run ~ /from_truth$/ ? best : last[run], 2) \
    fault("optimum", optimum[run], best, 1e-5)
}
