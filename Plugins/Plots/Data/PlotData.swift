public import Levin

/// Numbers that a figure shows: tensors, arrays and ranges of numbers.
public protocol PlotData {
  /// The numbers in order; those of a tensor of several axes row by row.
  var plotValues: [Double] { get }
}

/// A number that an array of data may consist of.
public protocol PlotNumber {
  /// The number in double precision.
  var plotValue: Double { get }
}

extension Double: PlotNumber {
  /// The number in double precision.
  public var plotValue: Double { self }
}

extension Float: PlotNumber {
  /// The number in double precision.
  public var plotValue: Double { Double(self) }
}

extension Int: PlotNumber {
  /// The number in double precision.
  public var plotValue: Double { Double(self) }
}

extension MetricValue: PlotNumber {
  /// The number in double precision.
  public var plotValue: Double { value }
}

extension Array: PlotData where Element: PlotNumber {
  /// The numbers in order.
  public var plotValues: [Double] { map(\.plotValue) }
}

extension ArraySlice: PlotData where Element: PlotNumber {
  /// The numbers in order.
  public var plotValues: [Double] { map(\.plotValue) }
}

extension Range<Int>: PlotData {
  /// The numbers in order.
  public var plotValues: [Double] { map(Double.init) }
}

extension ClosedRange<Int>: PlotData {
  /// The numbers in order.
  public var plotValues: [Double] { map(Double.init) }
}

extension Tensor: PlotData {
  /// The numbers in order.
  public var plotValues: [Double] { scalars }
}

/// The numbers of two data that belong together, pair by pair.
func paired(_ first: some PlotData, _ second: some PlotData, _ operation: String) -> (
  [Double], [Double]
) {
  let (x, y) = (first.plotValues, second.plotValues)
  precondition(
    x.count == y.count,
    "\(operation): \(x.count) and \(y.count) numbers were given; give as many of one as of the other"
  )
  return (x, y)
}

extension MetricSeries: PlotData {
  /// The numbers in order.
  public var plotValues: [Double] { values }
}
