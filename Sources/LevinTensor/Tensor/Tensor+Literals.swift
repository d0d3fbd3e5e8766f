/// An element of an array literal that becomes a tensor: a real number, a tensor, or a literal of these.
///
/// `Int` is none of them, so that the compiler has to take `1 / 3` in a literal as a quotient of real numbers; write
/// `Float(n)` for a variable. Integers in a literal are real numbers too. Arrays of numbers that are no literals make a
/// matrix by `Tensor([row, row])`.
public protocol TensorConvertible {
  /// The tensor that this element of a literal stands for.
  var tensorLiteral: Tensor { get }
}

extension Tensor: TensorConvertible {
  /// The tensor itself.
  public var tensorLiteral: Tensor { self }
}

extension Float: TensorConvertible {
  /// A tensor of rank 0 that takes the dtype of its neighbours.
  public var tensorLiteral: Tensor { .weak(Double(self), .float32) }
}

extension Double: TensorConvertible {
  /// A tensor of rank 0 that takes the dtype of its neighbours.
  public var tensorLiteral: Tensor { .weak(self, .float32) }
}

// Rows have the elements that the whole has: the compiler reads each as it does the elements of a literal without rows,
// and need not find a type for a row first.
extension Array: TensorConvertible where Element == (any TensorConvertible)? {
  /// The elements stacked along a new first axis.
  public var tensorLiteral: Tensor { Tensor.literal(map(\.tensorLiteral)) }
}

// An element of a literal is optional for the sake of arithmetic in it; see `Elementwise/LiteralArithmetic.swift`.
extension Optional: TensorConvertible where Wrapped == any TensorConvertible {
  /// The tensor that the element stands for; nil ends the process.
  public var tensorLiteral: Tensor {
    guard let self else { stop("array literal: an element is nil") }
    return self.tensorLiteral
  }
}

extension TensorConvertible where Self == Tensor {
  /// Not a number, of the dtype of its neighbours.
  public static var nan: Tensor { .weak(.nan, .float32) }
  /// Infinity, of the dtype of its neighbours.
  public static var infinity: Tensor { .weak(.infinity, .float32) }
  /// The circumference of a circle over its diameter, in the dtype of its neighbours.
  public static var pi: Tensor { .weak(.pi, .float32) }
}

extension Tensor: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A number that takes the dtype of the tensor beside it, and is `float32` alone.
  public init(floatLiteral value: Double) { self = .weak(value, .float32) }

  /// A number that takes the dtype of the tensor beside it, and is `int64` alone.
  public init(integerLiteral value: Int) { self = .weak(value) }
}

extension Tensor: ExpressibleByArrayLiteral {
  /// Real numbers, tensors and arrays of these, stacked along a new first axis; `1 / 3` among them is 0.333...
  ///
  /// Swift numbers take the dtype of the tensors among them; a literal of numbers alone is `float32`. Beside a tensor
  /// of integers a literal of integers is of integers too, exact however large: `ids .== [4, 9007199254740993]`. A variable of
  /// type `Int` stands in a literal as `Float(n)`, and arithmetic of integers alone, but for a quotient, with a decimal
  /// point: `[1 - 1.0 / 3]`. `Tensor([1, 2])` is an array of integers, which keeps their type.
  public init(arrayLiteral elements: (any TensorConvertible)?...) {
    self = .literal(elements.map(\.tensorLiteral))
  }

  static func literal(_ elements: [Tensor]) -> Tensor {
    guard let first = elements.first else { return Tensor([Float]()) }
    let numbers = elements.compactMap(\.literalNumbers)
    guard numbers.count == elements.count else { return stacked(elements) }
    for element in elements where element.shape != first.shape {
      stop("array literal: rows of shapes \(first.shape) and \(element.shape)")
    }
    let shape = [elements.count] + first.shape
    let exact = Tensor(numbers.flatMap(\.reals), shape: shape)
    let integers = numbers.compactMap(\.integers)
    let whole =
      integers.count == numbers.count ? Tensor(integers.flatMap { $0 }, shape: shape) : nil
    let single = Tensor(exact.scalars(as: Float.self))
    guard let view = single.node.result else { fatalError("a leaf has a result") }
    return Tensor(Node(literal: view, exact: exact.node, integers: whole?.node))
  }

  // The numbers of a literal that holds no tensor, as they were written.
  var literalNumbers: (reals: [Double], integers: [Int]?)? {
    guard node.isWeak else { return nil }
    if node.operation == .scalar {
      return ([node.scalar], dtype == .int64 ? [Int(node.scalar)] : nil)
    }
    if let exact = node.exactLiteral {
      return (Tensor(exact).scalars, node.integerLiteral.map { Tensor($0).scalars(as: Int.self) })
    }
    return firstLargeInteger.map { ([Double($0)], [$0]) }
  }
}
