import Testing

@testable import LevinTensor

/// Operations as nodes and plans hold them.
@Suite struct OperationTests {
  private static let all: [LevinTensor.Operation] =
    [.leaf, .scalar] + UnaryOperation.allCases.map { .unary($0) }
    + BinaryOperation.allCases.map { .binary($0) } + TernaryOperation.allCases.map { .ternary($0) }
    + ReductionOperation.allCases.map { .reduction($0) }
    + CompositeOperation.allCases.map { .composite($0) }
    + MovementOperation.allCases.map { .movement($0) } + whole

  private static let whole: [LevinTensor.Operation] =
    IndexingOperation.allCases.map { .indexing($0) }
    + LinearAlgebraOperation.allCases.map { .linearAlgebra($0) }
    + OrderingOperation.allCases.map { .ordering($0) } + ScanOperation.allCases.map { .scan($0) }

  @Test func everyOperationHasACodeOfItsOwn() {
    #expect(Set(Self.all.map(\.code)).count == Self.all.count)
    #expect(zip(Self.all, Self.all.map(\.code)).allSatisfy { $0.code == $1 })
  }

  @Test func anOperationTakesTwoBytes() {
    #expect(MemoryLayout<LevinTensor.Operation>.size == 2)
  }

  @Test func namesLeaveOutTheFamily() {
    #expect("\(LevinTensor.Operation.unary(.logNormalCDF))" == "logNormalCDF")
    #expect("\(LevinTensor.Operation.scan(.recurrence))" == "recurrence")
    #expect(Set(Self.all.map { "\($0)" }).count == Self.all.count)
  }

  @Test func whatNoPassComputesHasARoutine() {
    let off = Self.all.filter { $0.isWhole && $0.routine == nil }
    #expect(off.isEmpty && Self.whole.allSatisfy(\.isWhole))
    #expect(Self.all.allSatisfy { !$0.isElementwise || $0.routine == nil })
  }
}

/// Attributes, which are read as they were written.
@Suite struct AttributeTests {
  @Test func slicesAreViewsOfStrides() {
    let slicing = Slicing(Slicing(starts: [1, 0, 2], steps: [2, 1, -1]).attributes)
    #expect(slicing.starts == [1, 0, 2] && slicing.steps == [2, 1, -1])
    #expect(slicing.axes.filter { slicing.isContiguous($0) } == [1])
    let view = slicing.view(of: [20, 5, 1])
    #expect(view.offset == 22 && view.strides == [40, 5, -1])
  }

  @Test func axesKeepTheirOrder() {
    let axes = ReductionAxes(ReductionAxes([0, 3], keeping: true).attributes)
    #expect(axes.areKept && Array(axes.axes) == [0, 3])
    #expect(!ReductionAxes([1], keeping: false).areKept)
  }

  @Test func indicesKnowTheUsersAxisAndLine() {
    let site = CallSite(file: "a/b.swift", line: 12)
    let origin = IndexOrigin(axis: 2, site: site)
    for size in [nil, 7] {
      let indexed = IndexedAxis(IndexedAxis(1, size: size, from: origin).attributes)
      #expect(indexed.axis == 1 && indexed.named == 2 && "\(indexed.site)" == "a/b.swift:12")
    }
    let linear = LinearIndexing(axes: [0, 2], sizes: [4, 5], countsFromEnd: false, at: site)
    #expect(linear.axis(1) == 2 && linear.size(0) == 4 && !linear.countsFromEnd)
  }

  @Test func transposingAProductChangesTheSidesOfItsOperands() {
    let operands = TransposedOperands(first: true, second: true).ofTranspose
    #expect(!operands[0] && !operands[1])
    let one = TransposedOperands(first: true, second: false).ofTranspose
    #expect(one[0] && !one[1])
  }
}
