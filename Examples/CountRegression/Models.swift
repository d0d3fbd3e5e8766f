import Levin

/// A regression of counts with more zeros than a Poisson distribution has.
///
/// Some observations are zero in any case; the logit of that probability is linear in the first four inputs. The others
/// are Poisson counts, whose rate has a logarithm that is linear in all six.
final class CountRegression: ConditionalDistributionModule {
  @Parameter var rateCoefficients: Tensor = .zeros([6], dtype: .float64)
  @Parameter var gateCoefficients: Tensor = .zeros([4], dtype: .float64)

  func forward(_ inputs: Tensor) -> any Distribution {
    ZeroInflatedPoisson(
      gateLogits: inputs[.all, 0..<4].matmul(gateCoefficients),
      rate: exp(inputs.matmul(rateCoefficients)))
  }

  func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    let loss = loss(batch)
    log("train_loss", loss)
    return loss
  }

  /// All coefficients, those of the rate first.
  var estimates: [Double] { rateCoefficients.scalars + gateCoefficients.scalars }

  /// The mean negative log-likelihood.
  func loss(_ batch: (Tensor, Tensor)) -> Tensor { -forward(batch.0).logProb(batch.1).mean() }

  func configureOptimizers() -> OptimizerConfiguration { .init(LBFGS(parameters)) }

  /// The Euclidean norm of the gradient of the mean loss.
  func gradientNorm(_ batch: (Tensor, Tensor)) -> Double {
    let slopes = gradients(of: loss(batch), at: [rateCoefficients, gateCoefficients])
    return concatenate(slopes.compactMap { $0 }).square().sum().sqrt().item()
  }

  /// The standard errors of all coefficients, those of the rate first: from the inverse of the observed information, the
  /// second derivatives of the negative log-likelihood.
  func standardErrors(_ batch: (Tensor, Tensor)) -> [Double] {
    let total = loss(batch) * batch.1.count
    let blocks = hessian(of: total, at: [rateCoefficients, gateCoefficients])
    let information = concatenate(blocks.map { concatenate($0, axis: 1) }, axis: 0)
    return information.inverse().diagonal().sqrt().scalars
  }
}
