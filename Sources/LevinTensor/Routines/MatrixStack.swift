/// Matrices one after the other, in the last two axes of an array, as routines of linear algebra take
/// them: each is copied into double precision, worked on there, and rounded on its way back.
///
/// So single precision loses nothing on the way, and every algorithm is written once.
struct MatrixStack {
  let rows: Int
  let columns: Int
  /// The number of matrices.
  let count: Int
  private let array: MemoryArray

  init(_ array: MemoryArray) {
    self.array = array
    rows = array.shape[array.shape.count - 2]
    columns = array.shape[array.shape.count - 1]
    count = Shape.count(array.shape.dropLast(2))
  }

  /// Copies one matrix, row after row.
  func read(_ index: Int, into target: UnsafeMutablePointer<Double>) {
    let size = rows * columns
    if array.dtype == .float64 {
      target.update(from: array.elements(as: Double.self) + index * size, count: size)
    } else {
      let source = array.elements(as: Float.self) + index * size
      for element in 0..<size { target[element] = Double(source[element]) }
    }
  }

  /// Writes one matrix, row after row.
  func write(_ source: UnsafePointer<Double>, to index: Int) {
    let size = rows * columns
    if array.dtype == .float64 {
      (array.elements(as: Double.self) + index * size).update(from: source, count: size)
    } else {
      let target = array.elements(as: Float.self) + index * size
      for element in 0..<size { target[element] = Float(source[element]) }
    }
  }

  /// The matrix that each index of a batch stands for, which the stack is broadcast to.
  func indices(broadcastTo batch: [Int]) -> [Int] {
    Shape.broadcastOffsets(Array(array.shape.dropLast(2)), to: batch)
  }
}

/// Memory for doubles that goes away with the scope that made it.
struct Scratch: ~Copyable {
  let pointer: UnsafeMutablePointer<Double>

  init(_ count: Int) {
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { pointer.deallocate() }
}

extension Routines {
  /// Calls `body` for each matrix of a result, on several threads where it takes long enough.
  static func forEachMatrix(
    _ count: Int, work: Int, _ body: (Int) -> Void
  ) {
    Threads.run(count, isWorthwhile: count * work > 50_000, body)
  }
}
