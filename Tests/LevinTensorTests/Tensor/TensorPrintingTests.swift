import LevinTestKit
import Testing

@testable import LevinTensor

/// An array and what NumPy prints for it.
private struct Printed: Decodable {
  let name: String
  let dtype: String
  let shape: [Int]
  let values: [String]?
  let step: Double?
  let text: String

  var tensor: Tensor {
    let numbers =
      values.map { $0.compactMap { Double($0) } }
      ?? (0..<Shape.count(shape)).map { Double($0) * (step ?? 0) }
    guard let dtype = DType.allCases.first(where: { "\($0)" == dtype }) else {
      fatalError("printing.json: dtype \(dtype)")
    }
    return Tensor(numbers, shape: shape).cast(to: dtype)
  }
}

@Suite struct TensorPrintingTests {
  @Test func tensorsReadAsNumPyPrintsThem() throws {
    let cases = try Fixture.load("printing", as: [Printed].self)
    #expect(cases.count > 200)
    for expected in cases {
      #expect(expected.tensor.description == expected.text, "\(expected.name), \(expected.dtype)")
    }
  }

  @Test func aTensorOfRank0IsAPlainNumber() {
    let numbers: [Tensor] = [3.25, Tensor(7), Tensor(true), Tensor(0.1), Tensor(Float(1e-5))]
    #expect(numbers.map(\.description) == ["3.25", "7", "true", "0.1", "1e-05"])
  }

  @Test func emptyTensorsSayTheirShape() {
    #expect("\(Tensor([Float]()))" == "[]")
    #expect("\(Tensor([Int](), shape: [2, 0, 3]))" == "[] of shape [2, 0, 3]")
  }

  @Test func viewsPrintTheirOwnElements() {
    let x = Tensor((0..<24).map { Int32($0) }, shape: [2, 3, 4])
    #expect("\(x[1].transposed()[.range(1, 3)])" == "[[13, 17, 21],\n [14, 18, 22]]")
    let wide = Tensor((0..<1200).map { $0 }, shape: [2, 600]).transposed()
    #expect(
      "\(wide)" == """
        [[   0,  600],
         [   1,  601],
         [   2,  602],
         ...,
         [ 597, 1197],
         [ 598, 1198],
         [ 599, 1199]]
        """)
    #expect("\(Tensor.ones([3]) * 2)" == "[2., 2., 2.]")
  }

  @Test func debuggingTellsShapeAndDtypeToo() {
    #expect(Tensor([1.5, 2]).debugDescription == "Tensor(shape: [2], dtype: float64) [1.5, 2. ]")
    #expect(
      Tensor([1, 2], shape: [2, 1]).debugDescription
        == "Tensor(shape: [2, 1], dtype: int64)\n[[1],\n [2]]")
    #expect(Tensor(2.5).debugDescription == "Tensor(shape: [], dtype: float32) 2.5")
  }
}
