internal import LevinKernels

/// Combinations of the elements along some axes.
///
/// Attributes: ``ReductionAxes``.
package enum ReductionOperation: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case sum, product, maximumOver, minimumOver

  /// Whether real numbers meet in double precision, so that only the result is rounded.
  var accumulatesWidely: Bool { self == .sum || self == .product }

  /// The kernel that combines two values.
  var kernel: KernelOperation {
    switch self {
    case .sum: KernelOperation(LV_ADD)
    case .product: KernelOperation(LV_MULTIPLY)
    case .maximumOver: KernelOperation(LV_MAXIMUM)
    case .minimumOver: KernelOperation(LV_MINIMUM)
    }
  }

  /// The kernel that adds a chunk to an accumulator.
  var accumulatingKernel: KernelOperation {
    switch self {
    case .sum: KernelOperation(LV_ACCUMULATE_SUM)
    case .product: KernelOperation(LV_ACCUMULATE_PRODUCT)
    case .maximumOver: KernelOperation(LV_ACCUMULATE_MAXIMUM)
    case .minimumOver: KernelOperation(LV_ACCUMULATE_MINIMUM)
    }
  }
}
