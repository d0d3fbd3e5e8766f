/// The way in which an axis goes from numbers to positions.
public enum AxisScale: Sendable, Hashable {
  /// Equal differences are equally long.
  case linear
  /// Equal ratios are equally long; numbers of 0 and below are left out.
  case log
  /// Durations in seconds, with ticks at round numbers of seconds, minutes, hours and days.
  case time
  /// Seconds since 1970, with ticks at round times of the calendar in UTC.
  case date
}
