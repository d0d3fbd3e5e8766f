#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// Elements that change places along the chunk axis.
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
    let result = call.result
    memset(result.pointer, 0, result.count * result.dtype.byteCount)
    var offset = 0
    var strides = result.strides
    for axis in strides.indices {
      offset += call.attributes[2 * axis] * strides[axis]
      strides[axis] *= call.attributes[2 * axis + 1]
    }
    copy(call.operands[0], to: result, offset: offset, strides: strides)
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
