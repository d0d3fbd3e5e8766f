#if os(Linux)
import Foundation

/// Mounts a file over another one, so that nothing can take the other one's name; false if this process may not.
///
/// Only the calling thread sees it.
public func mountFile(_ source: String, over target: String) -> Bool {
  typealias Unshare = @convention(c) (Int32) -> Int32
  guard let symbol = dlsym(nil, "unshare") else { return false }
  let unshare = unsafeBitCast(symbol, to: Unshare.self)
  let (newMounts, bind, isPrivate): (Int32, UInt, UInt) = (0x20000, 0x1000, 0x44000)
  return unshare(newMounts) == 0 && mount("none", "/", nil, isPrivate, nil) == 0
    && mount(source, target, nil, bind, nil) == 0
}
#endif
