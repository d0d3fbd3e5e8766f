/// The minimum of a quadratic within a ball, after Moré and Sorensen (1983): min g.p + p.H p / 2 for |p| <= radius.
///
/// The minimum solves (H + m I) p = -g with the least m >= 0 for which the matrix has no negative eigenvalue and p is
/// not too long. Householder reflections make H tridiagonal once; then each m costs a few operations a row, the least
/// eigenvalue is found by bisection with Sturm's count of negative pivots, and m by Newton's method on 1 / |p|, kept
/// within a bracket. In the hard case, where the least m leaves p too short, p goes on to the edge along the
/// eigenvector of the least eigenvalue.
struct TrustRegion {
  private let gradient: [Double]
  private let hessian: [Double]
  private var diagonal: [Double]
  private var offDiagonal: [Double]
  // Unit vectors over the rows after their index; empty where a column is tridiagonal already.
  private var reflectors: [[Double]]
  private var turnedGradient: [Double]
  private var scale = 0.0
  // A lower bound of the least eigenvalue, as near as rounding allows.
  private var leastEigenvalue = 0.0

  /// Takes a symmetric matrix, row by row, and as long a gradient.
  init(hessian: [Double], gradient: [Double]) {
    let count = gradient.count
    (self.hessian, self.gradient) = (hessian, gradient)
    diagonal = [Double](repeating: 0, count: count)
    offDiagonal = [Double](repeating: 0, count: max(count - 1, 0))
    reflectors = []
    turnedGradient = gradient
    makeTridiagonal()
    for (index, reflector) in reflectors.enumerated() {
      Self.reflect(&turnedGradient, reflector, from: index + 1)
    }
    // Without any curvature the gradient gives the scale.
    scale = max(
      largestMagnitude(diagonal), largestMagnitude(offDiagonal),
      1e-12 * largestMagnitude(gradient), 1e-280)
    leastEigenvalue = findLeastEigenvalue()
  }

  /// The decrease of the quadratic along a step.
  func decrease(along step: [Double]) -> Double {
    let count = step.count
    var curvature = 0.0
    for row in 0..<count {
      var sum = 0.0
      for column in 0..<count { sum += hessian[row * count + column] * step[column] }
      curvature += step[row] * sum
    }
    return -dot(gradient, step) - curvature / 2
  }

  /// The step to the minimum within a radius.
  func step(within radius: Double) -> [Double] {
    var step = turnedStep(within: radius)
    for (index, reflector) in reflectors.enumerated().reversed() {
      Self.reflect(&step, reflector, from: index + 1)
    }
    return step
  }

  private func turnedStep(within radius: Double) -> [Double] {
    // A matrix is singular as far as rounding tells if its least eigenvalue is below this.
    let margin = 1e-11 * scale
    let least = leastEigenvalue <= margin ? margin - leastEigenvalue : 0
    let step = solve(shift: least, turnedGradient, sign: -1)
    guard norm(step) <= radius else { return stepOnEdge(radius, from: least) }
    // Where a matrix is singular the quadratic is flat, and going on would gain nothing.
    return leastEigenvalue < -margin ? extended(step, to: radius, shift: least) : step
  }

  // Newton's method on 1 / |p| = 1 / radius, whose left side is nearly linear in the shift.
  private func stepOnEdge(_ radius: Double, from least: Double) -> [Double] {
    var (low, high) = (least, norm(turnedGradient) / radius + max(-leastEigenvalue, 0) + scale)
    var shift = low
    var step = solve(shift: shift, turnedGradient, sign: -1)
    for _ in 0..<200 {
      let length = norm(step)
      if abs(length - radius) <= 1e-10 * radius { break }
      if length > radius { low = shift } else { high = shift }
      let slope = dot(step, solve(shift: shift, step, sign: 1))
      let next = shift + (length * length / slope) * (length - radius) / radius
      shift = next > low && next < high ? next : (low + high) / 2
      if !(low < shift && shift < high) { break }
      step = solve(shift: shift, turnedGradient, sign: -1)
    }
    let length = norm(step)
    return length > radius ? scaled(step, by: radius / length) : step
  }

  // The hard case: on along the eigenvector of the least eigenvalue, in the direction that descends.
  private func extended(_ step: [Double], to radius: Double, shift: Double) -> [Double] {
    var vector = step.indices.map { 1 + 0.1 * Double($0 % 7) }
    for _ in 0..<4 {
      vector = solve(shift: shift, vector, sign: 1)
      let length = norm(vector)
      guard length.isFinite, length > 0 else { return step }
      vector = scaled(vector, by: 1 / length)
    }
    if dot(turnedGradient, vector) > 0 { vector = scaled(vector, by: -1) }
    let along = dot(step, vector)
    let rest = max(along * along + radius * radius - dot(step, step), 0)
    return adding(step, rest.squareRoot() - along, vector)
  }

  // MARK: - Tridiagonal matrices

  // The solution of (T + shift I) x = sign b, where the matrix is positive definite.
  private func solve(shift: Double, _ b: [Double], sign: Double) -> [Double] {
    var solution = scaled(b, by: sign)
    var pivots = diagonal
    guard !pivots.isEmpty else { return solution }
    pivots[0] = pivot(diagonal[0] + shift)
    for index in 1..<max(pivots.count, 1) {
      let factor = offDiagonal[index - 1] / pivots[index - 1]
      pivots[index] = pivot(diagonal[index] + shift - factor * offDiagonal[index - 1])
      solution[index] -= factor * solution[index - 1]
    }
    for index in pivots.indices.reversed() {
      let above = index + 1 < pivots.count ? offDiagonal[index] * solution[index + 1] : 0
      solution[index] = (solution[index] - above) / pivots[index]
    }
    return solution
  }

  // Rounding may leave nothing of a small pivot.
  private func pivot(_ value: Double) -> Double { max(value, 1e-16 * scale) }

  private func findLeastEigenvalue() -> Double {
    guard !diagonal.isEmpty else { return 0 }
    var low = Double.infinity
    for index in diagonal.indices {
      let before = index > 0 ? abs(offDiagonal[index - 1]) : 0
      let after = index < offDiagonal.count ? abs(offDiagonal[index]) : 0
      low = min(low, diagonal[index] - before - after)
    }
    low -= 1e-14 * scale
    var high = diagonal.min() ?? 0
    while high - low > 1e-15 * scale {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { break }
      if hasEigenvalue(below: middle) { high = middle } else { low = middle }
    }
    return low
  }

  // Sturm: as many pivots of T - x I are negative as there are eigenvalues below x.
  private func hasEigenvalue(below x: Double) -> Bool {
    var pivot = diagonal[0] - x
    if pivot < 0 { return true }
    for index in offDiagonal.indices {
      let square = offDiagonal[index] * offDiagonal[index]
      pivot = diagonal[index + 1] - x - square / max(pivot, .leastNormalMagnitude)
      if pivot < 0 { return true }
    }
    return false
  }

  private mutating func makeTridiagonal() {
    let count = diagonal.count
    var matrix = hessian
    for column in 0..<max(count - 2, 0) {
      let first = column + 1
      let below = (first..<count).map { matrix[$0 * count + column] }
      let reflector = Self.reflector(for: below)
      reflectors.append(reflector)
      offDiagonal[column] = reflector.isEmpty ? below[0] : below[0] > 0 ? -norm(below) : norm(below)
      if !reflector.isEmpty { Self.reflect(&matrix, count, reflector, from: first) }
    }
    for index in 0..<count { diagonal[index] = matrix[index * count + index] }
    if count > 1 { offDiagonal[count - 2] = matrix[(count - 1) * count + count - 2] }
  }

  // The unit vector v for which I - 2 v v' leaves of a vector its first element only.
  private static func reflector(for vector: [Double]) -> [Double] {
    if vector.dropFirst().allSatisfy({ $0 == 0 }) { return [] }
    let scale = largestMagnitude(vector)
    var reflector = scaled(vector, by: 1 / scale)
    reflector[0] += reflector[0] > 0 ? norm(reflector) : -norm(reflector)
    return scaled(reflector, by: 1 / norm(reflector))
  }

  private static func reflect(_ vector: inout [Double], _ reflector: [Double], from first: Int) {
    var share = 0.0
    for (index, element) in reflector.enumerated() { share += element * vector[first + index] }
    for (index, element) in reflector.enumerated() { vector[first + index] -= 2 * share * element }
  }

  // A := H A H for the rows and columns from `first` on.
  private static func reflect(
    _ matrix: inout [Double], _ count: Int, _ v: [Double], from first: Int
  ) {
    var product = [Double](repeating: 0, count: v.count)
    for row in v.indices {
      let start = (first + row) * count + first
      for column in v.indices { product[row] += matrix[start + column] * v[column] }
    }
    let w = adding(product, -dot(product, v), v)
    for row in v.indices {
      let start = (first + row) * count + first
      for column in v.indices {
        matrix[start + column] -= 2 * (v[row] * w[column] + w[row] * v[column])
      }
    }
  }
}
