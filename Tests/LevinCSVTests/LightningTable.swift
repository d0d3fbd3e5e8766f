import Foundation
import LevinTestKit
import Testing

/// A `metrics.csv`: the numbers that stand in each row by the names of their columns.
struct LightningTable {
  typealias Row = [String: Double]

  private(set) var columns: [String]
  var rows: [Row]

  /// The table of a text; its names hold neither commas nor quotes.
  init(_ text: String) throws {
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let columns = try #require(lines.first)
    self.columns = columns
    rows = try lines.dropFirst().map { cells in
      try #require(cells.count == columns.count)
      let filled = zip(columns, cells).filter { !$1.isEmpty }
      return Dictionary(uniqueKeysWithValues: try filled.map { ($0, try #require(Double($1))) })
    }
  }

  /// The table that Lightning's logger left after a fit of `Tests/Fixtures/lightning_rows.py`.
  init(ofLightnings fit: String) throws {
    try self.init(Fixture.text("lightning_rows/\(fit).csv"))
  }

  /// Expects that another table has the same columns, rows and filled cells, and numbers that differ by rounding alone.
  func expectEqual(_ other: LightningTable) throws {
    #expect(columns == other.columns)
    try #require(rows.count == other.rows.count)
    for (index, (row, otherRow)) in zip(rows, other.rows).enumerated() {
      try #require(row.keys.sorted() == otherRow.keys.sorted(), "row \(index)")
      for (name, value) in row {
        let found = try #require(otherRow[name])
        // NaN fails.
        #expect(abs(value - found) <= 1e-10 * abs(value), "\(name) of row \(index)")
      }
    }
  }
}

// What Levin does in another way, as the documentation of `CSVLogger` says.
extension LightningTable {
  /// Puts the means of an epoch into one row with those of the validation at its end.
  ///
  /// Lightning's have a row each, one after the other, of the same epoch and step.
  mutating func joinRowsOfEpochs(_ isOfEpoch: (String) -> Bool) {
    rows = rows.reduce(into: []) { joined, row in
      if let last = joined.last, last["epoch"] == row["epoch"], last["step"] == row["step"],
        last.keys.contains(where: { $0.hasPrefix("val_") }), row.keys.contains(where: isOfEpoch)
      {
        joined[joined.count - 1].merge(row) { old, _ in old }
      } else {
        joined.append(row)
      }
    }
  }

  /// Gives rows of validation steps the epoch and the step that they come after, and the index of the batch.
  ///
  /// Lightning counts the batches of all validations as steps, and names no epoch.
  mutating func placeValidationSteps(batchesPerValidation count: Int) {
    for index in rows.indices.reversed() where rows[index]["epoch"] == nil {
      rows[index]["validation_batch"] = rows[index]["step"].map {
        $0.truncatingRemainder(dividingBy: Double(count))
      }
      // The validation's own row follows its steps.
      (rows[index]["epoch"], rows[index]["step"]) = (
        rows[index + 1]["epoch"], rows[index + 1]["step"]
      )
    }
    columns = (columns + ["validation_batch"]).sorted()
  }

  /// Puts the numbers of a validation after the fit, which is the last row, into the row before it.
  mutating func joinValidationAfterFit() {
    for (name, value) in rows.removeLast() where name.hasPrefix("val_") {
      rows[rows.count - 1][name] = value
    }
  }
}
