internal import LevinKernels

/// The instruction sets that loops are compiled for, each of which includes those before it.
package enum InstructionSet: UInt32, Sendable {
  /// What every processor of the architecture has.
  case base
  /// AVX2 and FMA.
  case avx2
  /// AVX-512.
  case avx512

  /// The one whose loops are in use.
  package static var current: InstructionSet {
    InstructionSet(rawValue: lv_chosen_instruction_set().rawValue) ?? .base
  }

  /// What a processor has.
  struct Features: OptionSet {
    let rawValue: UInt32

    /// AVX2 and FMA.
    static let avx2 = Features(rawValue: 1)
    /// The parts F, DQ, BW and VL of AVX-512.
    static let avx512 = Features(rawValue: 2)
  }

  /// The instruction set that serves a processor best.
  ///
  /// - Parameters:
  ///   - vendor: The name of who made it, as the instruction `cpuid` gives it: "GenuineIntel", "AuthenticAMD".
  ///   - signature: Stepping, model and family, as `cpuid` gives them.
  ///   - features: What it has.
  static func best(vendor: String, signature: UInt32, features: Features) -> InstructionSet {
    let letters = vendor.utf8.prefix(4).enumerated()
      .reduce(UInt32(0)) { $0 | UInt32($1.element) << (8 * UInt32($1.offset)) }
    let processor = lv_identify(letters, signature, features.rawValue)
    return InstructionSet(rawValue: lv_best_instruction_set(processor).rawValue) ?? .base
  }
}
