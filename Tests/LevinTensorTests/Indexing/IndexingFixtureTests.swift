import LevinTestKit
import Testing

@testable import LevinTensor

/// Elements that NumPy and PyTorch take by subscripts and methods, and put there.
struct IndexingFixture: Decodable {
  /// One index of a subscript: one of these is there.
  struct Subscript: Decodable {
    var number: Int?
    var range: [Int?]?
    var name: String?
    var shape: [Int]?
    var indices: [Int]?
    var mask: [Bool]?

    var index: TensorIndex {
      if let number { return number.tensorIndex }
      if let range { return .range(range[0], range[1], step: range[2] ?? 1) }
      if let indices { return Tensor(indices, shape: shape).tensorIndex }
      if let mask { return Tensor(mask, shape: shape).tensorIndex }
      return name == "all" ? .all : name == "newAxis" ? .newAxis : .ellipsis
    }
  }

  struct Case: Decodable {
    var shape: [Int]
    /// The subscript's indices, under the name that the fixture has for them.
    var places: [Subscript]
    var takenShape: [Int]
    var taken: [Double]
    var valueShape: [Int]?
    var values: [Double]?
    var after: [Double]?
    /// Of what is taken at the table; of the table after an assignment at both.
    var gradients: [[Double]]?

    var selection: Selection {
      Selection(
        places.map(\.index.kind), of: shape, at: CallSite(file: #fileID, line: #line))
    }

    /// Numbers that count up.
    func table(_ step: Double = 1) -> Tensor {
      Tensor((0..<RowMajor.count(shape)).map { Double($0) * step }, shape: shape)
    }
  }

  struct Array: Decodable {
    var shape: [Int]
    var elements: [Double]

    func tensor(_ dtype: DType) -> Tensor { Tensor(elements, shape: shape, dtype: dtype) }

    /// Whether a tensor has the shape and the elements.
    func equals(_ tensor: Tensor) -> Bool { tensor.shape == shape && tensor.scalars == elements }
  }

  struct Method: Decodable {
    var dtype: String
    var axis: Int
    var x, index, along, slices, others, once, part, mask, unlike: Array
    var indexSelect, takeAlongDim, indexAdd, scatterAdd, indexCopy, scatter: Array
    var maskedSelect, maskedFill, nonzero, oneHot: Array
  }

  var cases: [Case]
  var methods: [Method]
}

@Suite struct IndexingFixtureTests {
  private let fixture: IndexingFixture

  init() throws { fixture = try Fixture.load("indexing") }

  @Test func subscriptsTakeWhatNumPyAndPyTorchTake() {
    for (number, example) in fixture.cases.enumerated() {
      let view = example.selection.elements(of: example.table())
      let lazy = example.selection.elements(of: example.table() + 0)
      #expect(
        view.shape == example.takenShape && lazy.shape == example.takenShape, "case \(number)")
      #expect(view.scalars == example.taken && lazy.scalars == example.taken, "case \(number)")
    }
  }

  @Test func assignmentPutsWhatNumPyAndPyTorchPut() {
    for (number, example) in fixture.cases.enumerated() {
      guard let after = example.after, let values = example.values else { continue }
      let value = Tensor(values, shape: example.valueShape)
      let found = example.selection.replacing(in: example.table(), with: value)
      let lazy = example.selection.replacing(in: example.table() * 1, with: value + 0)
      #expect(found.shape == example.shape && found.scalars == after, "case \(number)")
      #expect(lazy.scalars == after, "case \(number)")
    }
  }

  @Test func gradientsOfSubscriptsAreThoseOfPyTorch() {
    for (number, example) in fixture.cases.enumerated() {
      guard let expected = example.gradients, let values = example.values else { continue }
      let table = example.table(0.1).requiringGradient()
      let value = Tensor(values.map { $0 * 0.1 }, shape: example.valueShape).requiringGradient()
      let taken = example.selection.elements(of: table)
      let after = example.selection.replacing(in: table, with: value)
      let found =
        gradients(of: taken.power(3).sum(), at: [table])
        + gradients(of: after.power(3).sum(), at: [table, value])
      for (gradient, numbers) in zip(found, expected) {
        let differences = zip(gradient?.scalars ?? numbers.map { _ in 0 }, numbers).map {
          abs($0 - $1)
        }
        #expect(differences.allSatisfy { $0 < 1e-11 }, "case \(number)")
      }
    }
  }

  @Test(arguments: DType.allCases) func methodsGiveWhatPyTorchGives(_ dtype: DType) {
    let own = fixture.methods.filter { $0.dtype == "\(dtype)" }
    #expect(own.count == 5)
    for example in own {
      let axis = example.axis
      let x = example.x.tensor(dtype)
      let index = example.index.tensor(.int64)
      let along = example.along.tensor(.int32)
      let others = example.others.tensor(dtype)
      let mask = example.mask.tensor(.bool)
      let slices = example.slices.tensor(dtype)
      #expect(example.indexSelect.equals(x.gathered(at: index, axis: axis)))
      #expect(example.takeAlongDim.equals(x.takingAlong(along, axis: axis)))
      #expect(example.indexAdd.equals(x.adding(slices, at: index, axis: axis)))
      #expect(example.scatterAdd.equals(x.addingAlong(others, at: along, axis: axis)))
      let once = example.once.tensor(.int64)
      let part = example.part.tensor(dtype)
      #expect(example.indexCopy.equals(x.replacing(at: once, axis: axis, with: part)))
      let unlike = example.unlike.tensor(.int64)
      #expect(example.scatter.equals(x.replacingAlong(unlike, axis: axis, with: others)))
      #expect(example.maskedSelect.equals(x.selected(where: mask)))
      #expect(example.maskedFill.equals(x.replacing(where: mask, with: 1)))
      #expect(example.nonzero.equals(x.nonzero()))
      #expect(example.oneHot.equals(along.oneHot(classes: 7)))
      #expect(x.adding(slices, at: index, axis: axis).dtype == dtype)
    }
  }
}
