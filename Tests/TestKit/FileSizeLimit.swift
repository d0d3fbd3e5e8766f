#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Lets files that this process writes grow to a number of bytes and no further, as on a full disk: a longer write
/// is cut short, and the next one fails.
///
/// It holds for the whole process, so a test has one of its own.
public func limitFileSize(to bytes: Int) {
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
  #if canImport(Glibc)
  setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  #else
  setrlimit(RLIMIT_FSIZE, &limit)
  #endif
}
