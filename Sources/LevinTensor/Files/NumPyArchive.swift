/// Arrays in one file, each under a name: what `numpy.savez` writes.
///
/// Opening an archive reads its directory; an array is read when it is asked for.
///
/// ```swift
/// try NumPyArchive.write(["x": x, "y": y], to: "data.npz")
/// let archive = try NumPyArchive("data.npz")
/// let x = try archive["x"]
/// ```
public struct NumPyArchive: Sendable {
  /// The names of the arrays, in the file's order; they are told apart by their code points.
  ///
  /// Entries whose names do not end in `.npy` are no arrays, and are left out.
  public let names: [String]
  private let file: ReadableFile
  private let directory: ZipDirectory
  private let entries: [ExactName: ZipDirectory.Entry]

  /// Opens a file that `numpy.savez` or `numpy.savez_compressed` wrote.
  ///
  /// - Parameter path: The file, which may be written by any program that makes zip archives.
  /// - Throws: An error with the file, what is wrong with it, and what to do.
  public init(_ path: String) throws(ArrayFileError) {
    file = try ReadableFile(path)
    directory = try ZipDirectory(file)
    var names: [String] = []
    var entries: [ExactName: ZipDirectory.Entry] = [:]
    let ending = Array(".npy".utf8)
    for entry in directory.entries where entry.nameBytes.suffix(4).elementsEqual(ending) {
      let name = String(decoding: entry.nameBytes.dropLast(4), as: UTF8.self)
      guard entries.updateValue(entry, forKey: ExactName(name)) == nil else {
        throw file.damaged("two of its arrays are named '\(name)'")
      }
      names.append(name)
    }
    (self.names, self.entries) = (names, entries)
  }

  /// Reads the array of a name.
  ///
  /// Dtypes are those of ``Tensor/init(contentsOfNPY:)``.
  ///
  /// - Throws: An error with the file, the array, what is wrong with it, and what to do: there is none of
  ///   this name, its bytes are not those that were written, it is encrypted or compressed in a way other
  ///   than deflate, or it is an array that cannot be read.
  public subscript(name: String) -> Tensor {
    get throws(ArrayFileError) {
      guard let entry = entries[ExactName(name)] else {
        throw ArrayFileError(path: file.path, array: name, problem: .noSuchArray(names))
      }
      let bytes = try directory.contents(of: entry, named: name, in: file)
      do throws(NumPyHeader.Failure) { return try Tensor.array(in: bytes) } catch {
        throw ArrayFileError(path: file.path, array: name, problem: error.problem)
      }
    }
  }

  /// Reads all arrays.
  ///
  /// - Throws: An error as for a single array, or because a dictionary has no room for two names that look alike, and
  ///   differ in their code points alone.
  public func tensors() throws(ArrayFileError) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for name in names where tensors.updateValue(try self[name], forKey: name) != nil {
      throw ArrayFileError(path: file.path, array: name, problem: .namesLookAlike)
    }
    return tensors
  }
}
