internal import LevinKernels

/// Notes for the thread sanitizer, if it watches.
enum ThreadSanitizer {
  /// This thread is done with a block of memory for now.
  static func noteAccess(_ block: UnsafeMutableRawPointer) { lv_note_access(block) }

  /// Nobody has the block any more.
  static func noteEnd(_ block: UnsafeMutableRawPointer) { lv_note_end(block) }
}
