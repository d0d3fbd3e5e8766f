// The parts of the product of matrices that each instruction set has; see matrix_product.inc.
#ifndef LEVIN_MATRIX_PRODUCT_H
#define LEVIN_MATRIX_PRODUCT_H

#include "LevinKernels.h"

typedef struct {
  ptrdiff_t size;    // of an element
  ptrdiff_t mr, nr;  // of a tile
  ptrdiff_t kc, mc;  // the longest block of the shared axis, and of rows
  void (*pack_rows)(
      void *to, const void *from, ptrdiff_t row, ptrdiff_t column, ptrdiff_t m, ptrdiff_t k);
  void (*pack_columns)(
      void *to, const void *from, ptrdiff_t row, ptrdiff_t column, ptrdiff_t n, ptrdiff_t k);
  void (*block)(
      const void *rows, const void *columns, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, void *result,
      ptrdiff_t ldc, int adds);
  void (*row_dots)(
      const void *matrix, ptrdiff_t row, const void *vector, ptrdiff_t m, ptrdiff_t k, void *result);
  void (*column_sums)(
      const void *matrix, ptrdiff_t column, const void *vector, ptrdiff_t m, ptrdiff_t k,
      void *result);
  void (*tiny)(const lv_matrix_shape *shape, const void *a, const void *b, void *c);
  void (*combine)(const void *parts, ptrdiff_t count, ptrdiff_t size, void *result);
  void (*gather)(void *to, const void *from, ptrdiff_t stride, ptrdiff_t n);
} lv_matrix_kernels;

const lv_matrix_kernels *lv_find_matrix_kernels(enum lv_type type);

/// Whether there are no kernels for matrices but those of the baseline.
int lv_has_baseline_matrix_kernels(void);

/// Whether an installed library multiplies matrices that lie like these.
int lv_library_takes(const lv_matrix_shape *shape);

/// The first `rows` rows of a product by that library; elements have `size` bytes.
void lv_library_multiply(
    const lv_matrix_shape *shape, ptrdiff_t size, ptrdiff_t rows, const void *a, const void *b,
    void *c);

#endif
