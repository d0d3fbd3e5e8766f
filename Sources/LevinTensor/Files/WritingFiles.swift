#if canImport(Glibc)
package import Glibc
#elseif canImport(Musl)
package import Musl
#else
package import Darwin
#endif

/// Writes bytes, and returns how many the system took: all of them, or fewer with the reason in `errno`.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
  // Some systems refuse more at once than a 32-bit number counts.
  let most = 1 << 30
  var done = 0
  while done < bytes.count {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[done...].prefix(most))
    let count = write(descriptor, rest.baseAddress, rest.count)
    if count >= 0 {
      done += count
    } else if errno != EINTR {
      break
    }
  }
  return done
}

/// Runs `body` so that writing to a pipe that nobody reads is an error, and not a signal that ends the process.
func withoutBrokenPipeSignal<R>(_ body: () -> R) -> R {
  var pipe = sigset_t()
  var old = sigset_t()
  var pending = sigset_t()
  sigemptyset(&pipe)
  sigaddset(&pipe, SIGPIPE)
  sigpending(&pending)
  let wasPending = sigismember(&pending, SIGPIPE) == 1
  pthread_sigmask(SIG_BLOCK, &pipe, &old)
  let result = body()
  let code = errno
  // One that came is taken away before it could arrive.
  sigpending(&pending)
  if !wasPending, sigismember(&pending, SIGPIPE) == 1 {
    var signal: Int32 = 0
    sigwait(&pipe, &signal)
  }
  pthread_sigmask(SIG_SETMASK, &old, nil)
  errno = code
  return result
}

/// Makes sure that a file has room for some bytes; false with the reason in `errno` if it has not.
package func reserve(_ byteCount: Int, in descriptor: Int32) -> Bool {
  #if os(Linux)
  if byteCount == 0 { return true }
  let code = posix_fallocate(descriptor, 0, off_t(byteCount))
  errno = code
  // Not every file system can tell beforehand.
  return [0, EOPNOTSUPP, EINVAL, ENOSYS].contains(code)
  #else
  return true
  #endif
}

/// A path beside a file, for its next content until that is whole; nobody else chooses it.
package func partialPath(beside location: String) -> String {
  let mark = "\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
  return splitPath(location).folder + "/.\(mark).partial"
}

/// Gives what is open under a descriptor the owner and the permissions of another file; false if that fails.
package func takeOver(_ old: stat, by descriptor: Int32) -> Bool {
  guard let own = fileStatus(descriptor) else { return false }
  if (own.st_uid, own.st_gid) != (old.st_uid, old.st_gid),
    fchown(descriptor, old.st_uid, old.st_gid) != 0
  {
    return false
  }
  return own.permissions == old.permissions || fchmod(descriptor, old.permissions) == 0
}

/// The path that a symbolic link leads to, whether there is a file or not; the path itself for anything else, and nil
/// with the reason in `errno` for links that lead to each other.
func linkTarget(_ path: String) -> String? {
  var path = path
  for _ in 0..<40 {
    guard fileStatus(at: path, followsLink: false)?.kind == S_IFLNK else { return path }
    guard let target = readLink(path) else { return nil }
    let isAbsolute = target.utf8.first == UInt8(ascii: "/")
    path = isAbsolute ? target : "\(splitPath(path).folder)/\(target)"
  }
  errno = ELOOP
  return nil
}

private func readLink(_ path: String) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 16) { buffer in
    let count = readlink(path, buffer.baseAddress!, buffer.count - 1)
    guard count >= 0 else { return nil }
    buffer[count] = 0
    return String(validatingCString: buffer.baseAddress!)
  }
}
