// Comparisons of single numbers, as conditions of `if` and `while`. Elements are compared by `.<` and its kind.
extension Tensor {
  /// Whether the first number is less; evaluates both, which have one element.
  public static func < (a: Tensor, b: Tensor) -> Bool { isTrue(a .< b, "<") }
  /// Whether the first number is less or equal; evaluates both, which have one element.
  public static func <= (a: Tensor, b: Tensor) -> Bool { isTrue(a .<= b, "<=") }
  /// Whether the first number is greater; evaluates both, which have one element.
  public static func > (a: Tensor, b: Tensor) -> Bool { isTrue(a .> b, ">") }
  /// Whether the first number is greater or equal; evaluates both, which have one element.
  public static func >= (a: Tensor, b: Tensor) -> Bool { isTrue(a .>= b, ">=") }

  /// Whether the tensor's only element is less than a number; evaluates it.
  public static func < (a: Tensor, b: (any RealTensorScalar)?) -> Bool { isTrue(a .< b, "<") }
  /// Whether the tensor's only element is less than or equal to a number; evaluates it.
  public static func <= (a: Tensor, b: (any RealTensorScalar)?) -> Bool { isTrue(a .<= b, "<=") }
  /// Whether the tensor's only element is greater than a number; evaluates it.
  public static func > (a: Tensor, b: (any RealTensorScalar)?) -> Bool { isTrue(a .> b, ">") }
  /// Whether the tensor's only element is greater than or equal to a number; evaluates it.
  public static func >= (a: Tensor, b: (any RealTensorScalar)?) -> Bool { isTrue(a .>= b, ">=") }

  /// Whether the tensor's only element is less than an integer; evaluates it.
  public static func < (a: Tensor, b: Int) -> Bool { isTrue(a .< b, "<") }
  /// Whether the tensor's only element is less than or equal to an integer; evaluates it.
  public static func <= (a: Tensor, b: Int) -> Bool { isTrue(a .<= b, "<=") }
  /// Whether the tensor's only element is greater than an integer; evaluates it.
  public static func > (a: Tensor, b: Int) -> Bool { isTrue(a .> b, ">") }
  /// Whether the tensor's only element is greater than or equal to an integer; evaluates it.
  public static func >= (a: Tensor, b: Int) -> Bool { isTrue(a .>= b, ">=") }

  /// Not a comparison of tensors: `.==` compares elements, and `a.item() == b.item()` two numbers.
  @available(
    *, unavailable, message: "write a .== b for elements, a.item() == b.item() for numbers"
  )
  public static func == (a: Tensor, b: Tensor) -> Bool { isTrue(a .== b, "==") }
  /// Not a comparison of tensors: `.!=` compares elements, and `a.item() != b.item()` two numbers.
  @available(
    *, unavailable, message: "write a .!= b for elements, a.item() != b.item() for numbers"
  )
  public static func != (a: Tensor, b: Tensor) -> Bool { isTrue(a .!= b, "!=") }

  private static func isTrue(_ comparison: Tensor, _ name: String) -> Bool {
    require(
      comparison.elementCount == 1,
      "\(name): a condition compares two numbers, and these tensors have shape \(comparison.shape) "
        + "together; .\(name) compares elements, of which all() or any() makes one Boolean")
    return comparison.item(as: Bool.self)
  }
}
