# The fit from the initial values that the notebook draws.

END {
  path = "beta_mixture.final."
  concentrations = path "concentrations."
  reportPrinted("loss", "beta_mixture.loss.7", 2e-6)
  reportPrinted("concentrations",
    concentrations "0.0 " concentrations "0.1 " concentrations "1.0 " concentrations "1.1", 5e-5)
  reportPrinted("weights", path "weights.0 " path "weights.1", 5e-5)
  exit failed
}
