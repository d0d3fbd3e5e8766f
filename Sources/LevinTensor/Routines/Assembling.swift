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

  /// Zeros with the operand at a slice.
  static func embed(_ call: RoutineCall) {
    memset(call.result.pointer, 0, call.result.count * call.result.dtype.byteCount)
    copyToSlice(call.operands[0], call)
  }

  /// The first operand with the second at a slice.
  static func replace(_ call: RoutineCall) {
    let (old, result) = (call.operands[0], call.result)
    if old.strides == result.strides {
      memcpy(result.pointer, old.pointer, old.count * old.dtype.byteCount)
    } else {
      copy(old, to: result, offset: 0)
    }
    copyToSlice(call.operands[1], call)
  }

  private static func copyToSlice(_ operand: MemoryArray, _ call: RoutineCall) {
    let slice = Slicing(call.attributes).view(of: call.result.strides)
    copy(operand, to: call.result, offset: slice.offset, strides: slice.strides)
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
