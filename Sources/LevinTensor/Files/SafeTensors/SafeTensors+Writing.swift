extension SafeTensors {
  /// Writes tensors under their names, in the order of these, to a file that the Python package `safetensors` reads.
  ///
  /// Evaluates all tensors together. A file that is there already is replaced once the new one is whole, as by
  /// ``Tensor/write(toNPY:)``.
  ///
  /// - Parameters:
  ///   - tensors: The tensors by their names.
  ///   - metadata: Texts by their names, written in the order of these.
  ///   - path: The file; its folder must exist.
  /// - Throws: An error with the file and the reason; then what was there before still is.
  @_disfavoredOverload  // A literal with two names that look alike makes no dictionary.
  public static func write(
    _ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
  ) throws(ArrayFileError) {
    let sorted = tensors.sorted { ExactName($0.key) < ExactName($1.key) }
    try write(sorted.map { ($0.key, $0.value) }, metadata: metadata, to: path)
  }

  /// Writes tensors under their names, in the order given, to a file that the Python package `safetensors` reads.
  ///
  /// - Parameters:
  ///   - tensors: The tensors by their names, which are told apart by their code points.
  ///   - metadata: Texts by their names, written in the order of these.
  ///   - path: The file; its folder must exist.
  /// - Throws: An error with the file and the reason, also for a name that is there twice or is `__metadata__`; then
  ///   what was there before still is.
  public static func write(
    _ tensors: KeyValuePairs<String, Tensor>, metadata: [String: String] = [:], to path: String
  ) throws(ArrayFileError) {
    try write(tensors.map { ($0.key, $0.value) }, metadata: metadata, to: path)
  }

  /// Writes tensors under their names, in the order given, to a file that the Python package `safetensors` reads.
  ///
  /// - Parameters:
  ///   - tensors: Names, told apart by their code points, and tensors.
  ///   - metadata: Texts by their names, written in the order of these.
  ///   - path: The file; its folder must exist.
  /// - Throws: An error with the file and the reason, also for a name that is there twice or is `__metadata__`; then
  ///   what was there before still is.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws(ArrayFileError) {
    let texts = metadata.sorted { ExactName($0.key) < ExactName($1.key) }
    try write(tensors, metadata: texts.map { ($0.key, $0.value) }, isChecked: false, to: path)
  }

  /// Writes tensors and texts, told apart by their code points, in the order given.
  ///
  /// - Parameter isChecked: Whether checksums are among the metadata; ``SafeTensors`` compares them when it reads.
  package static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [(name: String, text: String)],
    isChecked: Bool, to path: String
  ) throws(ArrayFileError) {
    if let reason = problem(of: tensors.map(\.name), metadata.map(\.name)) {
      throw ArrayFileError(path: path, array: nil, problem: .unusableName(reason))
    }
    evaluateOrStop(tensors.map(\.tensor))
    let layout = SafeTensorsLayout(tensors)
    let header = layout.header(metadata, isChecked: isChecked)
    guard header.count - SafeTensorsHeader.lengthSize <= SafeTensorsHeader.mostBytes else {
      throw ArrayFileError(path: path, array: nil, problem: .headerTooLarge(header.count))
    }
    try AtomicFile.write(to: path) { file throws(ArrayFileError) in
      try file.write(header)
      for index in layout.order {
        try layout.withElements(index) { (bytes) throws(ArrayFileError) in try file.write(bytes) }
      }
    }
  }

  private static func problem(of names: [String], _ metadata: [String]) -> String? {
    for (kind, list) in [("tensors", names), ("texts of the metadata", metadata)] {
      var known: Set<ExactName> = []
      for name in list where !known.insert(ExactName(name)).inserted {
        return "two \(kind) are named '\(name)'"
      }
    }
    guard names.contains(SafeTensorsHeader.metadataName) else { return nil }
    return "the format keeps the name '\(SafeTensorsHeader.metadataName)' for the metadata"
  }
}

/// Tensors as they lie in a file: those of larger elements first, so that each is aligned.
private struct SafeTensorsLayout {
  private let tensors: [(name: String, tensor: Tensor, view: Node.View)]
  /// The indices of the tensors in the order of their data.
  let order: [Int]
  private var starts: [Int]

  /// Lays out evaluated tensors.
  init(_ tensors: [(name: String, tensor: Tensor)]) {
    self.tensors = tensors.map { ($0.name, $0.tensor, $0.tensor.packedView) }
    let sizes = tensors.map(\.tensor.dtype.byteCount)
    order = tensors.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    starts = sizes
    var end = 0
    for index in order {
      starts[index] = end
      end += sizes[index] * tensors[index].tensor.elementCount
    }
  }

  /// Reads the bytes of a tensor's elements.
  func withElements<R, E: Error>(
    _ index: Int, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let (_, tensor, view) = tensors[index]
    return try view.withElements(tensor.dtype) { (address) throws(E) in
      let count = tensor.elementCount * tensor.dtype.byteCount
      return try body(UnsafeRawBufferPointer(start: address, count: count))
    }
  }

  /// The length and the header, padded with blanks to a multiple of eight bytes.
  func header(_ metadata: [(name: String, text: String)], isChecked: Bool) -> [UInt8] {
    var writer = JSONWriter()
    var offset = 0
    writer.object { writer in
      // Last of the metadata, with its offset from the first of its digits to the end.
      if isChecked || !metadata.isEmpty {
        writer.name(SafeTensorsHeader.metadataName)
        writer.object { writer in
          for (name, text) in metadata { write(text, as: name, to: &writer) }
          guard isChecked else { return }
          let text = Checksums.text(tensors.indices.map { withElements($0) { Checksum.of($0) } })
          write(text, as: Checksums.name, to: &writer)
          offset = SafeTensorsHeader.lengthSize + writer.bytes.count - 1 - text.utf8.count
        }
      }
      for index in tensors.indices { writeEntry(index, to: &writer) }
    }
    let padding = -writer.bytes.count & 7
    let length = UInt64(writer.bytes.count + padding)
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    bytes += writer.bytes
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: padding)
    if isChecked { Checksums.seal(&bytes, offset: offset) }
    return bytes
  }

  private func write(_ text: String, as name: String, to writer: inout JSONWriter) {
    writer.name(name)
    writer.string(text)
  }

  private func writeEntry(_ index: Int, to writer: inout JSONWriter) {
    let (name, tensor, _) = tensors[index]
    let size = tensor.elementCount * tensor.dtype.byteCount
    writer.name(name)
    writer.object { writer in
      write(SafeTensorsDType(tensor.dtype).rawValue, as: "dtype", to: &writer)
      writeCounts(tensor.shape, as: "shape", to: &writer)
      writeCounts([starts[index], starts[index] + size], as: "data_offsets", to: &writer)
    }
  }

  private func writeCounts(_ counts: [Int], as name: String, to writer: inout JSONWriter) {
    writer.name(name)
    writer.array { writer in for count in counts { writer.literal("\(count)") } }
  }
}
