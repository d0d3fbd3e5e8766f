import Foundation

/// Ticks of axes of durations and of dates.
enum TimeTicks {
  private static let minute = 60.0
  private static let hour = 3600.0
  private static let day = 86400.0
  // Round numbers of seconds, minutes and hours.
  private static let steps = [
    1, 2, 5, 10, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
    hour,
    2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day,
  ]

  // Beyond some thousand years seconds are but numbers.
  private static let farthest = 1e11

  private static func step(_ lower: Double, _ upper: Double, _ most: Int) -> Double? {
    if max(abs(lower), abs(upper)) > farthest { return nil }
    let least = (upper - lower) / Double(max(most, 1))
    if least <= 0.5 { return nil }
    return steps.first { $0 >= least * (1 - 1e-9) }
      ?? day * Ticks.step(lower / day, upper / day, most)
  }

  /// Those of durations in seconds.
  static func durations(_ lower: Double, _ upper: Double, _ most: Int) -> Ticks {
    guard let step = step(lower, upper, most) else {
      let ticks = Ticks.linear(lower, upper, most).major
      return Ticks(major: ticks.map { Ticks.Tick(value: $0.value, label: $0.label + " s") })
    }
    let values = Ticks.multiples(of: step, lower, upper)
    return Ticks(major: values.map { Ticks.Tick(value: $0, label: duration($0, step)) })
  }

  private static func duration(_ seconds: Double, _ step: Double) -> String {
    let (sign, total) = (seconds < 0 ? "−" : "", Int(abs(seconds).rounded()))
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (total / 3600, total / 60 % 60)
    if step >= day { return "\(sign)\(total / 86400) d" }
    if step >= hour { return "\(sign)\(hours) h" }
    if step >= minute {
      return hours > 0 ? "\(sign)\(hours):\(padded(minutes)) h" : "\(sign)\(minutes) min"
    }
    if total < 60 { return "\(sign)\(total) s" }
    let rest = padded(total % 60)
    return hours > 0
      ? "\(sign)\(hours):\(padded(minutes)):\(rest)" : "\(sign)\(minutes):\(rest)"
  }

  /// Those of seconds since 1970, in UTC.
  static func dates(_ lower: Double, _ upper: Double, _ most: Int) -> Ticks {
    if max(abs(lower), abs(upper)) > farthest { return durations(lower, upper, most) }
    let least = (upper - lower) / Double(max(most, 1))
    if least > 14 * day { return months(lower, upper, least) }
    guard let step = step(lower, upper, most) else { return durations(lower, upper, most) }
    let values = Ticks.multiples(of: step, lower, upper)
    return Ticks(major: values.map { Ticks.Tick(value: $0, label: clock($0, step)) })
  }

  private static func clock(_ seconds: Double, _ step: Double) -> String {
    let date = Date(timeIntervalSince1970: seconds)
    let parts = calendar.dateComponents([.month, .day, .hour, .minute, .second], from: date)
    func padded(_ number: Int?) -> String {
      (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)"
    }
    let isMidnight = parts.hour == 0 && parts.minute == 0 && parts.second == 0
    if isMidnight || step >= day { return "\(padded(parts.month))-\(padded(parts.day))" }
    let time = "\(padded(parts.hour)):\(padded(parts.minute))"
    return step >= minute ? time : "\(time):\(padded(parts.second))"
  }

  private static func months(_ lower: Double, _ upper: Double, _ least: Double) -> Ticks {
    let step = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200].first {
      Double($0) * 30 * day >= least
    }
    let start = calendar.dateComponents([.year, .month], from: Date(timeIntervalSince1970: lower))
    let first = (start.year ?? 1970) * 12 + (start.month ?? 1) - 1
    let step12 = step ?? 1200
    var (month, ticks) = ((first + step12 - 1) / step12 * step12, [Ticks.Tick]())
    while ticks.count < 100 {
      let parts = DateComponents(year: month / 12, month: month % 12 + 1, day: 1)
      guard let value = calendar.date(from: parts)?.timeIntervalSince1970, value <= upper else {
        break
      }
      let number = month % 12 + 1
      let label =
        step12 >= 12 ? "\(month / 12)" : "\(month / 12)-\(number < 10 ? "0" : "")\(number)"
      if value >= lower { ticks.append(Ticks.Tick(value: value, label: label)) }
      month += step12
    }
    return Ticks(major: ticks)
  }

  private static var calendar: Calendar {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
    return calendar
  }
}
