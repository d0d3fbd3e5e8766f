/// Foretells each sample from its neighbours, so that what is left packs better.
struct PNGFilters {
  /// The samples from which another one is foretold (ISO 15948, section 9).
  private enum Filter: UInt8, CaseIterable {
    case none
    case left
    case above
    case average
    case paeth
  }

  /// The number of samples of a row.
  private let rowSize: Int
  /// The number of samples of a pixel.
  private let pixelSize: Int

  init(width: Int, pixelSize: Int) {
    (rowSize, self.pixelSize) = (width * pixelSize, pixelSize)
  }

  /// The rows as they are, each after the number that says so.
  func unfiltered(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / rowSize)
    for start in stride(from: 0, to: bytes.count, by: rowSize) {
      result.append(Filter.none.rawValue)
      result.append(contentsOf: bytes[start..<(start + rowSize)])
    }
    return result
  }

  /// The rows, each after the number of its filter.
  ///
  /// A row has the filter that leaves the smallest numbers, taken as signed ones; the first of several.
  func filtered(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / rowSize)
    // Zeros to the left of the row and above spare the loops a look at the border.
    var above = [UInt8](repeating: 0, count: pixelSize + rowSize)
    var row = above
    var (trial, best) = (
      [UInt8](repeating: 0, count: rowSize), [UInt8](repeating: 0, count: rowSize)
    )
    for start in stride(from: 0, to: bytes.count, by: rowSize) {
      row.replaceSubrange(pixelSize..., with: bytes[start..<(start + rowSize)])
      var (bestFilter, leastSum) = (Filter.none, Int.max)
      for filter in Filter.allCases {
        let sum = apply(filter, row, above, &trial)
        if sum < leastSum {
          (bestFilter, leastSum) = (filter, sum)
          swap(&trial, &best)
        }
      }
      result.append(bestFilter.rawValue)
      result.append(contentsOf: best)
      swap(&row, &above)
    }
    return result
  }

  /// Writes what a filter leaves, and gives the sum of its sizes.
  private func apply(
    _ filter: Filter, _ row: [UInt8], _ above: [UInt8], _ result: inout [UInt8]
  ) -> Int {
    switch filter {
    case .none: apply(row, above, &result) { _, _, _ in 0 }
    case .left: apply(row, above, &result) { left, _, _ in left }
    case .above: apply(row, above, &result) { _, above, _ in above }
    case .average: apply(row, above, &result) { left, above, _ in (left + above) / 2 }
    case .paeth: apply(row, above, &result, paeth)
    }
  }

  @inline(__always)
  private func apply(
    _ row: [UInt8], _ above: [UInt8], _ result: inout [UInt8],
    _ predict: (_ left: Int, _ above: Int, _ corner: Int) -> Int
  ) -> Int {
    row.withUnsafeBufferPointer { row in
      above.withUnsafeBufferPointer { above in
        result.withUnsafeMutableBufferPointer { result in
          var sum = 0
          for index in 0..<rowSize {
            let foretold = predict(
              Int(row[index]), Int(above[index + pixelSize]), Int(above[index]))
            let rest = row[index + pixelSize] &- UInt8(truncatingIfNeeded: foretold)
            result[index] = rest
            sum += Int(Int8(bitPattern: rest).magnitude)
          }
          return sum
        }
      }
    }
  }
}

/// The one of three neighbours that is nearest to left + above - corner.
private func paeth(_ left: Int, _ above: Int, _ corner: Int) -> Int {
  let estimate = left + above - corner
  let distances = (abs(estimate - left), abs(estimate - above), abs(estimate - corner))
  if distances.0 <= distances.1, distances.0 <= distances.2 { return left }
  return distances.1 <= distances.2 ? above : corner
}
