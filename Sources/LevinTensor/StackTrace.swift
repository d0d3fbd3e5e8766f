#if os(Linux) && canImport(Glibc) && canImport(Runtime)
import Glibc
internal import Runtime

/// The functions that led to a mistake, innermost first, with the lines that debug information gives them.
struct StackTrace {
  private let trace: SymbolicatedBacktrace

  /// The functions that the calling thread is in; nil where the system cannot tell.
  static func capture() -> StackTrace? {
    var addresses = [UnsafeMutableRawPointer?](repeating: nil, count: 256)
    let count = returnAddresses(&addresses, Int32(addresses.count))
    let frames = addresses.prefix(Int(count)).map { UInt64(UInt(bitPattern: $0)) }
    let backtrace = (try? Backtrace(returnAddresses: frames)) ?? (try? Backtrace.capture())
    var options = Backtrace.SymbolicationOptions.default
    #if DEBUG
    // To look for inlined functions takes as long again, and only builds for release inline a user's.
    options.remove(.showInlineFrames)
    #endif
    return backtrace?.symbolicated(with: ImageMap.capture(), options: options)
      .map(StackTrace.init)
  }

  /// A line for each function.
  var description: String {
    trace.frames.compactMap(\.symbol).map { symbol in
      let line = symbol.sourceLocation.map { " at \(Self.relative($0.path)):\($0.line)" } ?? ""
      return "  \(symbol.name)\(line)\n"
    }.joined()
  }

  /// The innermost function that is neither Levin's nor the system's, and its line if that is known.
  var userLocation: String? {
    guard let symbol = trace.frames.first(where: Self.isUsers)?.symbol else { return nil }
    // Statements of a script are in no function that its author wrote.
    let isScript = !symbol.rawName.hasPrefix("$s")
    let name = isScript ? nil : "in " + Self.withoutScript(symbol.name)
    // Nobody has the file that a macro expands to.
    let line = symbol.sourceLocation.flatMap { location in
      location.line > 0 && !location.path.contains("/swift-generated-sources/")
        ? "at \(Self.relative(location.path)):\(location.line)" : nil
    }
    let parts = [line, name].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  // A closure of a script is "closure #1 in ", without a name that follows.
  private static func withoutScript(_ name: String) -> String {
    name.hasSuffix(" in ") ? String(name.dropLast(4)) : name
  }

  private static func isUsers(_ frame: SymbolicatedBacktrace.Frame) -> Bool {
    guard let symbol = frame.symbol, !frame.isSwiftThunk, !frame.isSystem else { return false }
    if symbol.imageName.hasPrefix("lib"), symbol.imageName.contains(".so") { return false }
    if let path = symbol.sourceLocation?.path, path.hasPrefix("/") {
      return !ownFolders.contains { path.hasPrefix($0) }
    }
    return !foreignPrefixes.contains { symbol.rawName.hasPrefix($0) }
  }

  // A user's extension of `Tensor` has a name like one of Levin's functions, but lies elsewhere.
  private static let ownFolders: [String] = {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    return ["\(root)/Sources/", "\(root)/Plugins/"]
  }()

  // Names of functions begin with their module; a number says how long its name is.
  private static let foreignPrefixes =
    ["s", "S"].map { "$s" + $0 }
    + [
      "LevinTensor", "LevinNN", "LevinDistributions", "LevinTraining", "LevinInference",
    ].map { "$s\($0.utf8.count)\($0)" }

  private static func relative(_ path: String) -> String {
    guard let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    let folder = String(cString: here) + "/"
    return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
  }
}

// The C library finds callers by the tables for exceptions, so also those without frame pointers.
@_silgen_name("backtrace")
private func returnAddresses(
  _ buffer: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ count: Int32
) -> Int32
#else
/// The functions that led to a mistake, which this system does not tell.
struct StackTrace {
  let description: String
  let userLocation: String?

  static func capture() -> StackTrace? { nil }
}
#endif
