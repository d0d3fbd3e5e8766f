import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

@Suite struct StoragePoolTests {
  #if canImport(Glibc)
  // The header of it is in no module.
  private static func usableSize(of block: UnsafeMutableRawPointer) -> Int {
    guard let symbol = dlsym(nil, "malloc_usable_size") else { preconditionFailure("glibc has it") }
    typealias Function = @convention(c) (UnsafeMutableRawPointer) -> Int
    return unsafeBitCast(symbol, to: Function.self)(block)
  }

  @Test(arguments: [true, false]) func blocksAreAsLongAsAskedForWithoutThePool(_ isOff: Bool) async
  {
    await #expect(processExitsWith: .success) { [isOff] in
      setenv("LEVIN_POOL", isOff ? "off" : "", 1)
      for byteCount in [0, 1, 1000, 5000, 5 << 20] {
        let storage = Storage(byteCount: byteCount)
        let usable = Self.usableSize(of: storage.pointer)
        precondition(UInt(bitPattern: storage.pointer) % 64 == 0)
        precondition(usable >= byteCount)
        // The allocator rounds up to 16 bytes, the pool to the next power of two.
        if byteCount == 1000 || byteCount == 5000 {
          precondition((usable < byteCount + 64) == isOff, "\(byteCount): \(usable)")
        }
      }
      let x = Tensor.arange(1000).cast(to: .float32)
      precondition((x * 2 + 1).sum().item() == 1_000_000)
    }
  }
  #endif

  @Test func anotherSettingIsRefused() async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      setenv("LEVIN_POOL", "none", 1)
      evaluateOrStop(Tensor.ones([4]) + 1)
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(message.contains("LEVIN_POOL is 'none'; it may be 'off'"))
  }
}
