#if canImport(Glibc)
package import Glibc
#elseif canImport(Musl)
package import Musl
#else
package import Darwin
#endif

/// Opens a file under a descriptor above 2; -1 with the reason in `errno` if that fails.
///
/// A process may run with standard input, output or error closed, and the system gives away the lowest descriptor
/// that is free. A file that got one of these would take in all that is printed. So `/dev/null` stands in for
/// them while a file is opened, also from other threads' view.
package func openFile(_ path: String, _ flags: Int32, mode: mode_t = 0o666) -> Int32 {
  let closed = (0...STDERR_FILENO).filter { fcntl($0, F_GETFD) < 0 }
  let standIns = closed.map { _ in open("/dev/null", O_RDWR | O_CLOEXEC) }
  let opened = aboveStandard(open(path, flags | O_CLOEXEC, mode))
  let code = errno
  for standIn in standIns where standIn >= 0 { _ = close(standIn) }
  errno = code
  return opened
}

/// Another descriptor, above 2, of what is open under one.
package func duplicate(_ descriptor: Int32) -> Int32 {
  fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
}

// Where nothing could stand in, or a thread has closed one of the three just now.
private func aboveStandard(_ descriptor: Int32) -> Int32 {
  guard (0...STDERR_FILENO).contains(descriptor) else { return descriptor }
  let moved = duplicate(descriptor)
  let code = errno
  _ = close(descriptor)
  errno = code
  return moved
}

/// A file as the system knows it, whatever its names.
package struct FileIdentity: Equatable {
  /// The device that it lies on.
  private let device: dev_t
  /// Its number there.
  private let number: ino_t

  package init(_ status: stat) { (device, number) = (status.st_dev, status.st_ino) }
}

/// The status of what is open under a descriptor; nil with the reason in `errno` if there is none.
package func fileStatus(_ descriptor: Int32) -> stat? {
  var status = stat()
  return fstat(descriptor, &status) == 0 ? status : nil
}

/// The status of what a path leads to, or of a symbolic link at its end; nil with the reason in `errno`.
package func fileStatus(at path: String, followsLink: Bool = true) -> stat? {
  var status = stat()
  return (followsLink ? stat(path, &status) : lstat(path, &status)) == 0 ? status : nil
}

extension stat {
  /// The kind of file, one of the constants `S_IF…`.
  package var kind: mode_t { st_mode & S_IFMT }
  /// The permissions, with the bits for other users' identity.
  package var permissions: mode_t { st_mode & 0o7777 }
}

/// The path of an existing file without symbolic links, from the root on; nil with the reason in `errno`.
///
/// A path through folders whose names are no text stays as it is.
package func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(validatingCString: resolved) ?? path
}

/// The path of a file that need not exist, from the root on, in a folder that does; nil with the reason in `errno`.
package func resolvedLocation(_ path: String) -> String? {
  let (folder, name) = splitPath(path)
  guard let resolved = resolvedPath(folder) else { return nil }
  return resolved == "/" ? "/" + name : "\(resolved)/\(name)"
}

/// The folder and the name of a path.
package func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
  let folder = path[...slash]
  return (String(folder), String(path[path.utf8.index(after: slash)...]))
}
