#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// Elements that move along the chunk axis.
extension Routines {
  /// Operands one after the other along the axis in the attributes.
  static func concatenate(_ call: RoutineCall) {
    let axis = call.attributes[0]
    var start = 0
    for operand in call.operands {
      copy(operand, to: call.result, offset: start * call.result.strides[axis])
      start += operand.shape[axis]
    }
  }

  /// Zeros with the operand at (start, step) of each axis.
  static func place(_ call: RoutineCall) {
    memset(call.result.pointer, 0, call.result.count * call.result.dtype.byteCount)
    copyStrided(call.operands[0], call)
  }

  /// The first operand with the second at (start, step) of each axis.
  static func replace(_ call: RoutineCall) {
    let (old, result) = (call.operands[0], call.result)
    if old.strides == result.strides {
      memcpy(result.pointer, old.pointer, old.count * old.dtype.byteCount)
    } else {
      copy(old, to: result, offset: 0)
    }
    copyStrided(call.operands[1], call)
  }

  // To (start, step) of each axis.
  private static func copyStrided(_ operand: MemoryArray, _ call: RoutineCall) {
    var offset = 0
    var strides = call.result.strides
    for axis in strides.indices {
      offset += call.attributes[2 * axis] * strides[axis]
      strides[axis] *= call.attributes[2 * axis + 1]
    }
    copy(operand, to: call.result, offset: offset, strides: strides)
  }

  private static func copy(
    _ from: MemoryArray, to: MemoryArray, offset: Int, strides: [Int]? = nil
  ) {
    let size = to.dtype.byteCount
    Kernels.copyStrided(
      to: to.pointer + offset * size, strides ?? to.strides, from: from.pointer, from.strides,
      shape: from.shape, elementSize: size)
  }
}
