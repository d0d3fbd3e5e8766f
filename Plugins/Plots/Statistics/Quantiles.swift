/// The quantiles of numbers, between two of which they are interpolated linearly, as NumPy's `quantile` does.
///
/// - Parameters:
///   - values: The numbers, at least one, none of which is NaN.
///   - shares: The shares of the numbers that are below, from 0 to 1.
/// - Returns: A quantile for each share.
public func quantiles(of values: some PlotData, at shares: [Double]) -> [Double] {
  let sorted = values.plotValues.sorted()
  precondition(!sorted.isEmpty, "quantiles: there are no numbers")
  return shares.map { share in
    precondition((0...1).contains(share), "quantiles: the share \(share) is not between 0 and 1")
    let position = share * Double(sorted.count - 1)
    let index = Int(position)
    if index + 1 >= sorted.count { return sorted[sorted.count - 1] }
    let (low, high, part) = (sorted[index], sorted[index + 1], position - Double(index))
    // From the nearer end, so that equal numbers give themselves.
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
  }
}

/// The means of as many numbers one after the other, as the notebooks' curves have them.
///
/// - Parameters:
///   - values: The numbers.
///   - window: The number of numbers in each mean, at least 1.
/// - Returns: A mean for each position of the window: `window` - 1 fewer than there are numbers.
public func movingAverage(_ values: some PlotData, window: Int) -> [Double] {
  let values = values.plotValues
  precondition(window > 0, "movingAverage: the window is \(window); take at least 1")
  guard values.count >= window else { return [] }
  // Each window by itself: a running sum would keep the rounding of all before, and a NaN for ever.
  return (0...(values.count - window)).map { start in
    values[start..<(start + window)].reduce(0, +) / Double(window)
  }
}
