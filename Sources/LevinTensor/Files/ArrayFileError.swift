/// Why an array could not be read from a file, or written to one.
public struct ArrayFileError: Error, Sendable, Hashable {
  /// A problem with a file.
  ///
  /// Later versions may add cases, so a `switch` over them needs a `default`.
  #if compiler(>=6.3)
  @nonexhaustive
  #endif
  public enum Problem: Sendable, Hashable {
    /// The system refused to open or read the file, in its own words.
    case unreadable(String)
    /// The system refused to write the file, in its own words; what was there before still is.
    case unwritable(String)
    /// A device, a pipe or a file with several names has taken some of the bytes; the system's words, and where all of
    /// them are if that is anywhere.
    case writtenInPart(String)
    /// The file does not begin as an array file of NumPy does.
    case notAnArray
    /// The version of the array format is none that is known.
    case unknownVersion(major: Int, minor: Int)
    /// The header of the array cannot be understood.
    case badHeader(String)
    /// The elements are Python objects.
    case objects
    /// The elements are records of several fields.
    case records
    /// The elements have a dtype, in NumPy's spelling, that has no counterpart here.
    case unsupportedDType(String)
    /// The file ends before the array does.
    case cut(expected: Int, found: Int)
    /// The file goes on after the array has ended.
    case trailingBytes(expected: Int, found: Int)
    /// Rows of the array cannot be read by themselves, for the reason given.
    case noRows(String)
    /// The header has more bytes than readers take.
    case headerTooLarge(Int)
    /// The array has more bytes than can be addressed, or than there is memory for.
    case tooLarge
    /// An unsigned number is above the largest `int64`; its position is counted in the file's order.
    case outOfRange(UInt64, position: Int)
    /// The file is no zip archive.
    case notAnArchive
    /// The directory of the archive or the offset of an entry cannot be right.
    case damagedArchive(String)
    /// The entry is encrypted.
    case encrypted
    /// The entry is compressed by a method other than deflate, given by its number.
    case unknownCompression(Int)
    /// The compressed bytes of the entry cannot be right.
    case damagedCompression(String)
    /// The bytes of the entry are not those that were written.
    case badChecksum
    /// The archive has no array of this name; it has those listed.
    case noSuchArray([String])
    /// Two arrays of the archive have names that a dictionary takes for one, since they look alike.
    case namesLookAlike
    /// The file does not begin as a safetensors file does.
    case notSafeTensors
    /// An archive cannot hold arrays under these names.
    case unusableName(String)
  }

  /// The file.
  public let path: String
  /// The array within an archive; nil for what concerns the file as a whole.
  public let array: String?
  /// The problem.
  public let problem: Problem

  init(path: String, array: String?, problem: Problem) {
    (self.path, self.array, self.problem) = (path, array, problem)
    flushPrintedText()
  }
}

extension ArrayFileError: CustomStringConvertible {
  /// The file, what is wrong with it, and what to do.
  public var description: String {
    let name = array.map { "\(path), array '\($0)'" } ?? path
    return "\(name): \(problem.sentence)"
  }
}

extension ArrayFileError.Problem {
  fileprivate var sentence: String {
    switch self {
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .unwritable(let reason): "cannot be written: \(reason); nothing has been changed"
    case .writtenInPart(let reason): "has been written only in part: \(reason)"
    case .notAnArray:
      "is no array file: it does not begin with \\x93NUMPY; write it with numpy.save"
    case .unknownVersion(let major, let minor):
      "has format version \(major).\(minor); versions 1.0, 2.0 and 3.0 can be read"
    case .badHeader(let reason): "has a header that makes no sense: \(reason); save the array anew"
    case .objects:
      "holds Python objects; convert them to numbers with astype before saving"
    case .records: "holds records of several fields; save each field as an array of its own"
    case .unsupportedDType(let name):
      "has elements of dtype '\(name)', which have no counterpart here; convert them with astype, "
        + "say to float64, before saving"
    case .cut(let expected, let found):
      "is cut: \(expected) bytes are expected and \(found) are there; copy or save it anew"
    case .trailingBytes(let expected, let found):
      "has \(found) bytes where its shape and dtype make \(expected); save it anew"
    case .noRows(let reason): "cannot be read row by row: \(reason)"
    case .tooLarge: "has an array with more bytes than there is memory; save it in parts"
    case .outOfRange(let value, let position):
      "holds \(value) at position \(position), above the largest int64; convert it to float64 before saving"
    case .headerTooLarge(let count):
      "has a header of \(count) bytes, more than the 100,000,000 that readers take; save fewer tensors or less metadata "
        + "in one file"
    case .notAnArchive: "is no zip archive, or is cut; write it with numpy.savez"
    case .damagedArchive(let reason): "is a damaged archive: \(reason); copy or save it anew"
    case .encrypted: "is encrypted; save it without a password"
    case .unknownCompression(let method):
      "is compressed by method \(method); use numpy.savez or numpy.savez_compressed"
    case .damagedCompression(let reason):
      "has damaged compressed data: \(reason); copy or save it anew"
    case .badChecksum: "has bytes other than those written (the checksum differs); copy it anew"
    case .noSuchArray(let names):
      "has no such array; there " + (names.count == 1 ? "is " : "are ")
        + (names.isEmpty ? "none" : names.map { "'\($0)'" }.joined(separator: ", "))
    case .namesLookAlike:
      "has a name that looks like another's and differs in its code points, so no dictionary holds both; read "
        + "each array by its name"
    case .notSafeTensors:
      "is no safetensors file: it does not begin with the length of a header in JSON; write it with the Python "
        + "package safetensors or with SafeTensors.write"
    case .unusableName(let reason): "cannot be written: \(reason)"
    }
  }
}
