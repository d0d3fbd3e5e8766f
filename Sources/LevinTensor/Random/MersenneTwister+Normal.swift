#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension MersenneTwister {
  /// Returns numbers of the standard normal distribution.
  ///
  /// Two uniforms make two normals, the coordinates of a point whose angle is uniform and whose
  /// squared distance from the origin is exponential (G. E. P. Box and M. E. Muller, "A Note on the
  /// Generation of Random Normal Deviates", Annals of Mathematical Statistics 29(2), 1958).
  ///
  /// PyTorch has two routes and so has this. Fewer than 16 numbers come one by one from 53-bit
  /// uniforms, and when their count is odd the second normal of the last pair begins the next short
  /// call. From 16 on, each block of 16 numbers pairs its first half with its second, from 24-bit
  /// uniforms; a count that isn't a multiple of 16 draws its last 16 numbers anew, and a kept
  /// normal stays kept.
  ///
  /// - Parameter count: How many, at least 0.
  /// - Returns: Numbers of mean 0 and standard deviation 1, within 2 · 10⁻⁶ of those of
  ///   `torch.randn(count)`, whose vector units round the logarithm, sine and cosine in their own
  ///   ways.
  public mutating func randn(_ count: Int) -> [Float] {
    require(count >= 0, "MersenneTwister.randn: count must be at least 0, but is \(count)")
    if count < 16 {
      return (0..<count).map { _ in Float(nextNormal()) }
    }
    var values = rand(count)
    for start in stride(from: 0, through: count - 16, by: 16) {
      Self.makeNormal(&values, from: start)
    }
    if count % 16 != 0 {
      values.replaceSubrange((count - 16)..., with: rand(16))
      Self.makeNormal(&values, from: count - 16)
    }
    return values
  }

  private mutating func nextNormal() -> Double {
    if let normal = pendingNormal {
      pendingNormal = nil
      return normal
    }
    let angle = 2 * Double.pi * nextDouble()
    let radius = (-2 * log1p(-nextDouble())).squareRoot()
    pendingNormal = radius * sin(angle)
    return radius * cos(angle)
  }

  /// Turns a block of 16 uniforms into as many normals.
  private static func makeNormal(_ values: inout [Float], from start: Int) {
    for first in start..<start + 8 {
      let radius = (-2 * log(Double(1 - values[first]))).squareRoot()
      // The product is rounded to single precision as in PyTorch: that error dominates the angle's.
      let angle = Double(Float(2 * Double.pi) * values[first + 8])
      values[first] = Float(radius * cos(angle))
      values[first + 8] = Float(radius * sin(angle))
    }
  }
}
