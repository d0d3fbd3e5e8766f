// The families of operations that have no kernel of their own. Those that have one are in `Kernels/`.

/// Operations that the planner makes of others.
///
/// Attributes: ``ReductionAxes``.
package enum CompositeOperation: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// log of the sum of exponentials, along axes as a reduction is.
  ///
  /// Of a mixture there are two more operands, a and w, of which the first is a + log w: they serve for the
  /// gradient at weights of 0 alone.
  case logSumExp
  /// exp(x - logSumExp(x)); all 0 where every entry is -inf. Its shape is its operand's.
  case softmax
}

/// Changes of shape, and elements that change their positions.
///
/// Inside a pass they move no elements.
package enum MovementOperation: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case reshape, expand
  /// Attributes: the operand's axis for each axis of the result.
  case permute
  /// Attributes: ``Slicing``. Likewise for `embed` and `replace`.
  case slice
  /// Zeros with the operand at a slice: the gradient of `slice`.
  case embed
  /// Attribute: the axis.
  case concatenate
  /// The first operand with the second at a slice.
  case replace
}

/// Operations by index.
///
/// Attributes: ``IndexedAxis``, unless said otherwise.
package enum IndexingOperation: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// Whole slices of the first operand along the axis, by a tensor of indices.
  case gather
  /// The gradient of `gather`: zeros to which slices are added.
  case scatterAdd
  /// For each index an element of the first operand, along the axis and at the index's own position along
  /// the others.
  case takeAlong
  /// The gradient of `takeAlong`.
  case scatterAddAlong
  /// The first operand with slices of the second at the positions that indices name; of several for one
  /// position the last stays.
  case scatter
  /// One index for several axes taken as one. Attributes: ``LinearIndexing``.
  case linearIndex
  /// The operand, integers to divide by, none of which may be 0. Attributes: whether for the remainder's sake, then the
  /// user's line.
  case nonZero
}

/// Linear algebra over the last two axes; axes before them are batches.
package enum LinearAlgebraOperation: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// The product of two matrices, batches broadcast. Attributes in a plan: ``TransposedOperands``.
  case matrixProduct
  /// Attributes: the user's line, as ``CallSite``. Likewise for those below unless they have others.
  case cholesky
  /// Attributes: ``TriangleForm``.
  case solveTriangular
  case solve
  /// The sign of the determinant and the logarithm of its magnitude.
  case logDeterminant
  /// A row of eigenvalues, and below it the vectors.
  case symmetricEigen
  /// The orthogonal factor, and below it the triangle. No attributes.
  case qr
}

/// Operations that depend on the order of elements.
///
/// Attribute: the axis, unless said otherwise.
package enum OrderingOperation: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// The index of the first largest or smallest element along the axis, which goes.
  case argMax, argMin
  /// The index of the largest or smallest element so far, the last of equal ones.
  case cumulativeArgMax, cumulativeArgMin
  /// The indices of elements in ascending order, or of the first of these. Attributes: ``SortOrder``.
  case argSort
  /// The number of sorted boundaries of the first operand that are less than each element of the second.
  /// Attribute: whether equal ones count too.
  case searchSorted
}

/// Running totals along an axis.
///
/// Attributes: ``ScanOrder``.
package enum ScanOperation: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case cumulativeSum, cumulativeProduct, logCumulativeSumExp
  /// s_i = b_i + a_i s_(i-1) of operands a and b, an s of 0 absorbing an infinite a.
  case recurrence
}
