import LevinTestKit
import Testing

@testable import LevinTensor

/// Every element-wise operation on infinities, NaN, zeros and numbers at the ends of the range.
@Suite struct SpecialValueTests {
  private static let unary = UnaryOperation.allCases.filter { $0 != .cast && $0 != .logicalNot }
  private static let binary = BinaryOperation.allCases.filter {
    $0.domain != .booleans && ReferenceIncomplete.ofTwo($0) == nil
  }

  private static func numbers(_ dtype: DType) -> Tensor {
    let largest = dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : 1.7e308
    let smallest = dtype == .float32 ? 0x1p-149 : 0x1p-1074
    let values = [
      0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -2.5, 40, -40, .infinity, -.infinity, .nan, largest,
      -largest, smallest, -smallest, 1e-20,
    ]
    return Tensor(values).cast(to: dtype)
  }

  private func mismatches(_ node: Node, _ known: [Tensor]) -> [String] {
    evaluateOrStop([Tensor(node)] + known)
    let inputs = known.map { ReferenceArray(reading: $0.node) }
    let expected = ReferenceEvaluator.apply(node, inputs)
    let found = ReferenceArray(reading: node)
    let relative = node.dtype == .float32 ? 2e-6 : 1e-12
    return found.elements.indices.compactMap { index in
      let (a, b) = (found.elements[index], expected.elements[index])
      let isClose = abs(a - b) <= relative * max(abs(b), 1e-37)
      if a == b || isClose || (a.isNaN && b.isNaN) { return nil }
      let operands = inputs.map { $0.broadcast(to: node.shape)[index] }
      return "\(node.operation) of \(operands): \(a), the reference has \(b)"
    }
  }

  @Test(arguments: unary, [DType.float32, .float64])
  func functionsOfOneNumberKeepToTheReference(_ operation: UnaryOperation, _ dtype: DType) {
    let orders = operation == .polygamma ? [[0], [1], [2], [3]] : [[]]
    let failures = orders.flatMap { attributes -> [String] in
      // The reference knows no polygamma below 0 but near it.
      let x = attributes.isEmpty ? Self.numbers(dtype) : Self.numbers(dtype).abs()
      let copies = x.expanded(to: [3, x.count]).reshaped(to: [3 * x.count])
      evaluateOrStop(x, copies)
      let nodes = [x, copies].map { ($0, Node.unary(operation, $0.node, attributes: attributes)) }
      return nodes.flatMap { mismatches($0.1, [$0.0]) }
    }
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
  }

  @Test(arguments: binary, [DType.float32, .float64])
  func functionsOfTwoNumbersKeepToTheReference(_ operation: BinaryOperation, _ dtype: DType) {
    let x = Self.numbers(dtype)
    let column = x.reshaped(to: [x.count, 1])
    evaluateOrStop(x, column)
    var failures = mismatches(Node.binary(operation, x.node, column.node), [x, column])
    // One number that serves for all others has kernels of its own.
    for index in 0..<x.count {
      let number = x[index]
      evaluateOrStop(number)
      failures += mismatches(Node.binary(operation, x.node, number.node), [x, number])
      failures += mismatches(Node.binary(operation, number.node, x.node), [number, x])
    }
    #expect(failures.isEmpty, "\(Set(failures).sorted().prefix(20).joined(separator: "\n"))")
  }

  @Test func aBoundThatIsNotANumberGivesNone() {
    let x = Tensor([-2, 0, 3] as [Float])
    #expect(x.clip(min: .nan).scalars.allSatisfy { $0.isNaN })
    #expect(x.clip(max: Tensor(Float.nan)).scalars.allSatisfy { $0.isNaN })
    #expect(x.clip(min: -1, max: .nan).scalars.allSatisfy { $0.isNaN })
    let bounds = x.clip(
      min: Tensor([.nan, 1, 1] as [Float]), max: Tensor([5, 5, .nan] as [Float]))
    #expect(bounds.scalars[0].isNaN && bounds.scalars[1] == 1 && bounds.scalars[2].isNaN)
    #expect(Tensor([Float.nan, 2]).clip(min: 0, max: 1).scalars[0].isNaN)
    #expect(Tensor([1, 5]).clip(min: 2, max: 3).scalars(as: Int.self) == [2, 3])
    #expect(Tensor([1, 5]).clip(max: .nan).scalars.allSatisfy { $0.isNaN })
  }
}
