internal import LevinKernels

/// The library that multiplies large matrices of real numbers.
package enum MatrixLibrary {
  /// "OpenBLAS" or "Accelerate" where one is found and used, else "Levin".
  ///
  /// Looked for where the machine has none of the faster instruction sets that the kernels know, or
  /// everywhere with `LEVIN_BLAS=on`; `LEVIN_BLAS=off` refuses it.
  package static var name: String { String(cString: lv_matrix_library()) }
}

/// Products of matrices, or of batches of them, of `float32` or `float64`.
struct MatrixProduct {
  private var product: lv_matrix_product

  /// A product of matrices that lie as `batches` says.
  init(
    _ dtype: DType, _ batches: MatrixBatches, first: UnsafeRawPointer, second: UnsafeRawPointer,
    result: UnsafeMutableRawPointer
  ) {
    product = lv_matrix_product()
    product.type = dtype.kernelType
    product.shape.m = batches.rows
    product.shape.n = batches.columns
    product.shape.k = batches.inner
    product.shape.a_row = batches.firstStrides.row
    product.shape.a_column = batches.firstStrides.column
    product.shape.b_row = batches.secondStrides.row
    product.shape.b_column = batches.secondStrides.column
    product.a = first
    product.b = second
    product.c = result
  }

  /// Multiplies pairs of matrices that begin at these offsets, in elements.
  mutating func run(firstStarts: [Int64], secondStarts: [Int64]) {
    product.batches = firstStarts.count
    let threads = Int32(Threads.count)
    firstStarts.withUnsafeBufferPointer { firsts in
      secondStarts.withUnsafeBufferPointer { seconds in
        product.a_starts = firsts.baseAddress
        product.b_starts = seconds.baseAddress
        let workspace = Storage(byteCount: lv_matrix_product_bytes(&product, threads))
        lv_multiply_matrices(
          &product, workspace.pointer.assumingMemoryBound(to: CChar.self), threads)
      }
    }
  }
}
