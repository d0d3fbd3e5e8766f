/// Sums of products by Einstein's convention, as PyTorch's `einsum` has it.
///
/// Each operand's axes get a letter; axes of one letter run together, and letters that the result lacks are
/// summed over: `einsum("ij,jk->ik", a, b)` is the matrix product. `...` stands for axes that broadcast. A
/// letter that one operand has twice is its diagonal. Without `->` the result has the axes of `...`, then
/// the letters that occur once, in alphabetic order.
///
/// Operands are contracted two at a time from the left, each pair by a matrix product, so order them such
/// that what is in between stays small.
public func einsum(_ equation: String, _ operands: Tensor...) -> Tensor {
  einsum(equation, operands)
}

/// Sums of products by Einstein's convention over an array of operands.
public func einsum(_ equation: String, _ operands: [Tensor]) -> Tensor {
  let parsed = EinsumEquation(equation, shapes: operands.map(\.shape))
  let dtype = Node.dtype(of: operands.map(\.node))
  require(dtype != .bool, "einsum: boolean tensors have no arithmetic; cast them to a number")
  var terms = zip(operands, parsed.inputs).map { operand, labels in
    EinsumTerm(tensor: operand.cast(to: dtype), labels: labels).takingDiagonals()
  }
  let first = terms.removeFirst()
  let result = terms.indices.reduce(first) { product, number in
    let needed = terms[(number + 1)...].reduce(Set(parsed.output)) { $0.union($1.labels) }
    return product.contracted(with: terms[number], keeping: needed)
  }
  return result.summed(keeping: Set(parsed.output)).arranged(parsed.output).cast(to: dtype)
}

/// A parsed equation: a label for each axis.
///
/// Letters have their character's number; axes that `...` stands for are counted from the last one, -1.
struct EinsumEquation {
  private(set) var inputs: [[Int]] = []
  private(set) var output: [Int] = []
  private let text: String
  // The number of axes that "..." stands for in the operand that has most.
  private var broadcastAxes = 0

  init(_ equation: String, shapes: [[Int]]) {
    text = equation
    let sides = Self.split(equation.filter { $0 != " " }, at: "->")
    require(sides.count <= 2, "einsum: \"\(equation)\" has more than one ->")
    let terms = Self.split(sides[0], at: ",")
    require(
      terms.count == shapes.count && !shapes.isEmpty,
      "einsum: \"\(equation)\" names \(terms.count) operands and there are \(shapes.count)")
    for (term, shape) in zip(terms, shapes) { inputs.append(labels(of: term, shape)) }
    broadcastAxes = inputs.joined().filter { $0 < 0 }.map { -$0 }.max() ?? 0
    checkSizes(shapes)
    output = sides.count == 2 ? explicitOutput(sides[1]) : implicitOutput()
  }

  private static func split(_ text: String, at separator: String) -> [String] {
    let marked = Array(text)
    let mark = Array(separator)
    var parts: [String] = [""]
    var position = 0
    while position < marked.count {
      if marked[position...].starts(with: mark) {
        parts.append("")
        position += mark.count
      } else {
        parts[parts.count - 1].append(marked[position])
        position += 1
      }
    }
    return parts
  }

  private func letters(_ text: String) -> [Int] {
    text.unicodeScalars.map { letter in
      require(
        letter.properties.isAlphabetic && letter.isASCII,
        "einsum: \"\(self.text)\" has \"\(letter)\", which is no letter")
      return Int(letter.value)
    }
  }

  private func labels(of term: String, _ shape: [Int]) -> [Int] {
    let parts = Self.split(term, at: "...")
    require(parts.count <= 2, "einsum: \"\(text)\" has more than one ... in \"\(term)\"")
    let (before, after) = (letters(parts[0]), parts.count == 2 ? letters(parts[1]) : [])
    let rest = shape.count - before.count - after.count
    require(
      parts.count == 2 ? rest >= 0 : rest == 0,
      "einsum: \"\(term)\" of \"\(text)\" does not name the \(shape.count) axes of shape \(shape)")
    return before + (0..<max(rest, 0)).map { $0 - rest } + after
  }

  private func checkSizes(_ shapes: [[Int]]) {
    var sizes: [Int: Int] = [:]
    for (labels, shape) in zip(inputs, shapes) {
      for (label, size) in zip(labels, shape) {
        let known = sizes[label] ?? 1
        require(
          known == size || known == 1 || size == 1,
          "einsum: sizes \(known) and \(size) of one axis of \"\(text)\" differ; shapes \(shapes)")
        sizes[label] = size == 1 ? known : size
      }
    }
  }

  private func explicitOutput(_ term: String) -> [Int] {
    let parts = Self.split(term, at: "...")
    require(parts.count <= 2, "einsum: \"\(text)\" has more than one ... in its result")
    let broadcast = parts.count == 2 ? Array((-broadcastAxes)..<0) : []
    let labels = letters(parts[0]) + broadcast + (parts.count == 2 ? letters(parts[1]) : [])
    let known = Set(inputs.joined())
    require(
      Set(labels).count == labels.count && labels.allSatisfy(known.contains),
      "einsum: the result of \"\(text)\" must name axes of the operands, each once")
    return labels
  }

  private func implicitOutput() -> [Int] {
    var counts: [Int: Int] = [:]
    for label in inputs.joined() { counts[label, default: 0] += 1 }
    let once = counts.filter { $0.key >= 0 && $0.value == 1 }.map(\.key).sorted()
    return Array((-broadcastAxes)..<0) + once
  }
}

/// A tensor with a label for each axis.
private struct EinsumTerm {
  var tensor: Tensor
  var labels: [Int]

  private func size(_ label: Int) -> Int {
    labels.firstIndex(of: label).map { tensor.shape[$0] } ?? 1
  }

  /// The term with one axis for each label.
  func takingDiagonals() -> EinsumTerm {
    var term = self
    while let (first, second) = term.repeatedAxes() {
      let label = term.labels[first]
      let axes = (term.tensor.shape[first], term.tensor.shape[second])
      require(
        axes.0 == axes.1,
        "einsum: a diagonal needs equal sizes, and shape \(tensor.shape) has \(axes.0), \(axes.1)")
      term.tensor = term.tensor.diagonal(axis1: first, axis2: second)
      term.labels.remove(at: second)
      term.labels.remove(at: first)
      term.labels.append(label)
    }
    return term
  }

  private func repeatedAxes() -> (Int, Int)? {
    for second in labels.indices {
      if let first = labels[..<second].firstIndex(of: labels[second]) { return (first, second) }
    }
    return nil
  }

  /// The term summed over all axes but those of some labels.
  func summed(keeping needed: Set<Int>) -> EinsumTerm {
    let axes = labels.indices.filter { !needed.contains(labels[$0]) }
    guard !axes.isEmpty else { return self }
    let kept = labels.filter(needed.contains)
    return EinsumTerm(tensor: tensor.sum(axes: axes).cast(to: tensor.dtype), labels: kept)
  }

  /// The axes in an order that names each label; labels that are missing have size 1.
  func arranged(_ order: [Int]) -> Tensor {
    let present = order.filter(labels.contains)
    let permuted = tensor.permuted(present.compactMap { labels.firstIndex(of: $0) })
    return permuted.reshaped(to: order.map(size))
  }

  /// The product with another term, summed over what is needed no more.
  func contracted(with other: EinsumTerm, keeping needed: Set<Int>) -> EinsumTerm {
    let a = summed(keeping: needed.union(other.labels))
    let b = other.summed(keeping: needed.union(labels))
    let shared = a.labels.filter(b.labels.contains)
    let batch = shared.filter(needed.contains)
    let inner = shared.filter { !needed.contains($0) }
    let left = a.labels.filter { !shared.contains($0) }
    let right = b.labels.filter { !shared.contains($0) }
    if inner.isEmpty || (left.isEmpty && right.isEmpty) {
      let all = batch + left + right + inner
      let product = EinsumTerm(tensor: a.arranged(all) * b.arranged(all), labels: all)
      return product.summed(keeping: needed)
    }
    return a.multiplied(b, batch: batch, left: left, inner: inner, right: right)
  }

  private func multiplied(
    _ b: EinsumTerm, batch: [Int], left: [Int], inner: [Int], right: [Int]
  ) -> EinsumTerm {
    let sizes = inner.map { Swift.max(size($0), b.size($0)) }
    let count = sizes.reduce(1, *)
    func widened(_ term: EinsumTerm, _ order: [Int]) -> Tensor {
      let tensor = term.arranged(order)
      let full = zip(order, tensor.shape).map { label, size in
        inner.firstIndex(of: label).map { sizes[$0] } ?? size
      }
      return tensor.expanded(to: full)
    }
    let rows = left.map(size)
    let columns = right.map(b.size)
    let first = widened(self, batch + left + inner)
      .reshaped(to: batch.map(size) + [rows.reduce(1, *), count])
    let second = widened(b, batch + inner + right)
      .reshaped(to: batch.map(b.size) + [count, columns.reduce(1, *)])
    let product = first.matmul(second)
    return EinsumTerm(
      tensor: product.reshaped(to: product.shape.dropLast(2) + rows + columns),
      labels: batch + left + right)
  }
}
