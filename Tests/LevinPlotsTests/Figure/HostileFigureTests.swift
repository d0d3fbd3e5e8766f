import Foundation
import Levin
import Testing

@testable import LevinPlots

#if canImport(FoundationXML)
import FoundationXML
#endif

/// Figures of numbers that nobody wants to see, in every form.
@Suite struct HostileFigureTests {
  private static let numbers: [Double] = [
    0, -0.0, 1, -1, .nan, .infinity, -.infinity, 1e308, -1e308, Double.leastNonzeroMagnitude,
    -Double.leastNonzeroMagnitude, 1e-300, 1e18, 1e9,
    0.1, 1e15 + 1, 3.5, 1e100, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
  ]

  private func values(_ random: inout PCG64, _ count: Int) -> [Double] {
    let isTame = random.integers(in: 0..<3) == 0
    return (0..<count).map { _ in
      isTame ? random.standardNormal() : Self.numbers[random.integers(in: 0..<Self.numbers.count)]
    }
  }

  private func mark(_ random: inout PCG64) -> Mark {
    let count = random.integers(in: 0..<7)
    let (x, y, z) = (values(&random, count), values(&random, count), values(&random, count))
    switch random.integers(in: 0..<13) {
    case 0: return .line(x, y, label: "line", style: .dashed)
    case 1: return .scatter(x, y, label: "dots", opacity: 0.5)
    case 2: return .scatter(x, y, values: z, valueLabel: "value")
    case 3: return .bars(x, y, label: "bars")
    case 4: return .stems(x, y)
    case 5: return .band(x, lower: y, upper: z, label: "band")
    case 6: return .errorBars(x, y, lower: z, upper: y)
    case 7: return .horizontalLine(values(&random, 1)[0], label: "rule")
    case 8: return .verticalLine(values(&random, 1)[0])
    case 9: return .ellipse(mean: values(&random, 2), covariance: values(&random, 4))
    case 10: return .heatMap(Tensor(values(&random, 6)).reshaped(to: [2, 3]))
    case 11:
      return .contours(
        Tensor(values(&random, 6)).reshaped(to: [2, 3]), x: values(&random, 3),
        y: values(&random, 2))
    default: return .text("here", x: values(&random, 1)[0], y: values(&random, 1)[0])
    }
  }

  private func scale(_ random: inout PCG64) -> AxisScale {
    [.linear, .log, .time, .date][random.integers(in: 0..<4)]
  }

  @Test(arguments: 0..<8) func everyFigureIsDrawn(seed: Int) throws {
    var random = PCG64(seed: seed)
    for index in 0..<40 {
      let marks = (0..<random.integers(in: 0..<4)).map { _ in mark(&random) }
      let axes = Axes(
        marks: marks, title: "T", xLabel: "x", yLabel: "y", xScale: scale(&random),
        yScale: scale(&random))
      let figure = Figure(axes, width: 200, height: 150)
      let svg = figure.svg
      #expect(!svg.contains("nan") && !svg.contains("inf") && svg.utf8.count < 300_000)
      #expect(XMLParser(data: Data(svg.utf8)).parse())
      if index % 8 == 0 { #expect(try figure.png(scale: 1).count > 100) }
      #expect(figure.text(columns: 50, rows: 10).split(separator: "\n").count > 10)
    }
  }

  @Test(arguments: [AxisScale.linear, .log, .time, .date]) func everyAxisHasFewTicks(
    scale: AxisScale
  ) {
    for lower in Self.numbers where lower.isFinite && (scale != .log || lower.isNormal && lower > 0)
    {
      for upper in Self.numbers where upper.isFinite && lower < upper {
        for most in [1, 2, 5, 12] {
          let ticks = Ticks(scale, from: lower, to: upper, atMost: most)
          #expect(ticks.major.count <= 2 * most + 3, "\(lower) to \(upper), at most \(most)")
          #expect(ticks.major.allSatisfy { $0.value.isFinite && !$0.label.isEmpty })
        }
      }
    }
  }
}
