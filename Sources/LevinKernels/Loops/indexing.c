// Rows that go where indices say: taken from a table, put into one, or added to one.

#include <string.h>

#include "LevinKernels.h"

// Indices are looked at a block at a time, which stays in the first-level cache until its rows move.
enum { BLOCK = 512 };

#define WRAP(NAME, TYPE)                                                                    \
  static ptrdiff_t NAME(                                                                    \
      const TYPE *indices, ptrdiff_t count, int64_t size, int64_t from_end, int64_t *out) { \
    int bad = 0;                                                                            \
    for (ptrdiff_t k = 0; k < count; k++) {                                                 \
      int64_t i = indices[k];                                                               \
      i += (i >> 63) & from_end;                                                            \
      out[k] = i;                                                                           \
      bad |= (uint64_t)i >= (uint64_t)size;                                                 \
    }                                                                                       \
    if (!bad) return -1;                                                                    \
    for (ptrdiff_t k = 0; k < count; k++)                                                   \
      if ((uint64_t)out[k] >= (uint64_t)size) return k;                                     \
    return -1;                                                                              \
  }
WRAP(wrap_narrow, int32_t)
WRAP(wrap_wide, int64_t)

// Counts from the front; the first index that is out of range, or -1.
static ptrdiff_t wrap(const lv_indexing *x, ptrdiff_t start, ptrdiff_t count, int64_t *out) {
  const int64_t from_end = x->counts_from_end ? x->size : 0;
  ptrdiff_t bad =
      x->is_wide
          ? wrap_wide((const int64_t *)x->indices + start, count, x->size, from_end, out)
          : wrap_narrow((const int32_t *)x->indices + start, count, x->size, from_end, out);
  return bad < 0 ? -1 : start + bad;
}

static void choose_columns(const lv_indexing *x, ptrdiff_t start, ptrdiff_t count, int64_t *out) {
  int64_t column = start % x->columns;
  for (ptrdiff_t k = 0; k < count; k++) {
    out[k] = out[k] * x->columns + column;
    if (++column == x->columns) column = 0;
  }
}

#define MOVE(TYPE)                                                                      \
  for (ptrdiff_t j = 0; j < count; j++) {                                               \
    if (gathers)                                                                        \
      ((TYPE *)rows)[j] = ((const TYPE *)table)[positions[j]];                             \
    else                                                                                \
      ((TYPE *)table)[positions[j]] = ((const TYPE *)rows)[j];                             \
  }                                                                                     \
  return;

static inline __attribute__((always_inline)) void move_rows(
    int gathers, char *table, char *rows, const int64_t *positions, ptrdiff_t count,
    ptrdiff_t bytes) {
  switch (bytes) {
    case 1: MOVE(uint8_t)
    case 4: MOVE(uint32_t)
    case 8: MOVE(uint64_t)
  }
  for (ptrdiff_t j = 0; j < count; j++) {
    char *slot = table + positions[j] * bytes, *row = rows + j * bytes;
    if (gathers)
      memcpy(row, slot, bytes);
    else
      memcpy(slot, row, bytes);
  }
}

#define ADD(NAME, TYPE, SUM, COMBINED)                                                         \
  static void NAME(                                                                            \
      char *table, const char *rows, const int64_t *positions, ptrdiff_t count, ptrdiff_t row) {  \
    const TYPE *from = (const TYPE *)rows;                                                     \
    if (row == 1) {                                                                            \
      for (ptrdiff_t j = 0; j < count; j++) {                                                  \
        SUM *sum = (SUM *)table + positions[j];                                                   \
        SUM term = from[j];                                                                    \
        *sum = COMBINED;                                                                       \
      }                                                                                        \
      return;                                                                                  \
    }                                                                                          \
    for (ptrdiff_t j = 0; j < count; j++) {                                                    \
      SUM *sum = (SUM *)table + positions[j] * row;                                               \
      for (ptrdiff_t i = 0; i < row; i++, sum++) {                                             \
        SUM term = from[j * row + i];                                                          \
        *sum = COMBINED;                                                                       \
      }                                                                                        \
    }                                                                                          \
  }
ADD(add_bool, uint8_t, uint8_t, *sum | term)
// Integers wrap around, which is defined for unsigned ones only.
ADD(add_i32, uint32_t, uint32_t, *sum + term)
ADD(add_i64, uint64_t, uint64_t, *sum + term)
ADD(add_f32, float, double, *sum + term)
ADD(add_f64, double, double, *sum + term)

static void add_rows(
    enum lv_type type, char *table, const char *rows, const int64_t *positions, ptrdiff_t count,
    ptrdiff_t row) {
  switch (type) {
    case LV_BOOL: add_bool(table, rows, positions, count, row); break;
    case LV_I32: add_i32(table, rows, positions, count, row); break;
    case LV_I64: add_i64(table, rows, positions, count, row); break;
    case LV_F32: add_f32(table, rows, positions, count, row); break;
    default: add_f64(table, rows, positions, count, row);
  }
}

static ptrdiff_t element_size(enum lv_type type) {
  return type == LV_BOOL ? 1 : type == LV_I32 || type == LV_F32 ? 4 : 8;
}

ptrdiff_t lv_move_indexed(
    const lv_indexing *x, enum lv_movement movement, char *table, char *rows,
    const lv_index_range *range) {
  const ptrdiff_t size = element_size(x->type);
  const ptrdiff_t table_size = movement == LV_SCATTER_ADD && x->type == LV_F32 ? 8 : size;
  const ptrdiff_t end = range->first + range->count;
  int64_t positions[BLOCK];
  int is_known = 0;
  for (ptrdiff_t o = range->outer_first; o < range->outer_first + range->outer_count; o++) {
    char *own_table = table + o * x->size * x->columns * x->row * table_size;
    for (ptrdiff_t start = range->first; start < end; start += BLOCK) {
      const ptrdiff_t count = end - start < BLOCK ? end - start : BLOCK;
      char *own_rows = rows + (o * x->count + start) * x->row * size;
      if (!is_known) {
        ptrdiff_t bad = wrap(x, (x->is_along ? o * x->count : 0) + start, count, positions);
        if (bad >= 0) return bad;
        if (x->columns > 1) choose_columns(x, start, count, positions);
      }
      is_known = !x->is_along && range->count <= BLOCK;
      switch (movement) {
        case LV_GATHER: move_rows(1, own_table, own_rows, positions, count, x->row * size); break;
        case LV_SCATTER: move_rows(0, own_table, own_rows, positions, count, x->row * size); break;
        case LV_SCATTER_ADD: add_rows(x->type, own_table, own_rows, positions, count, x->row);
      }
    }
  }
  return -1;
}

#define JOIN(TYPE, SUM, COMBINED)                                        \
  for (ptrdiff_t t = 0; t < count; t++) {                                \
    SUM sum = ((const SUM *)tables)[t];                                  \
    for (ptrdiff_t p = 1; p < parts; p++) {                              \
      SUM term = ((const SUM *)tables)[p * count + t];                   \
      sum = COMBINED;                                                    \
    }                                                                    \
    ((TYPE *)result)[t] = (TYPE)sum;                                     \
  }                                                                      \
  break;

void lv_join_tables(
    enum lv_type type, char *result, const char *tables, ptrdiff_t parts, ptrdiff_t count) {
  switch (type) {
    case LV_BOOL: JOIN(uint8_t, uint8_t, sum | term)
    case LV_I32: JOIN(uint32_t, uint32_t, sum + term)
    case LV_I64: JOIN(uint64_t, uint64_t, sum + term)
    case LV_F32: JOIN(float, double, sum + term)
    default: JOIN(double, double, sum + term)
  }
}

ptrdiff_t lv_combine_indices(
    const lv_indexing *x, void *result, int is_wide, ptrdiff_t first, ptrdiff_t count) {
  int64_t *wide = result;
  int32_t *narrow = result;
  int64_t positions[BLOCK];
  for (ptrdiff_t start = first; start < first + count; start += BLOCK) {
    const ptrdiff_t n = first + count - start < BLOCK ? first + count - start : BLOCK;
    ptrdiff_t bad = wrap(x, start, n, positions);
    if (bad >= 0) return bad;
    if (is_wide) {
      for (ptrdiff_t k = 0; k < n; k++) wide[start + k] = wide[start + k] * x->size + positions[k];
    } else {
      for (ptrdiff_t k = 0; k < n; k++)
        narrow[start + k] = (int32_t)(narrow[start + k] * x->size + positions[k]);
    }
  }
  return -1;
}

ptrdiff_t lv_count_true(const uint8_t *elements, ptrdiff_t count) {
  ptrdiff_t found = 0;
  for (ptrdiff_t k = 0; k < count; k++) found += elements[k];
  return found;
}

void lv_positions_of_true(const uint8_t *elements, ptrdiff_t count, int64_t *positions) {
  for (ptrdiff_t k = 0; k < count; k++)
    if (elements[k]) *positions++ = k;
}

void lv_unravel(
    const int64_t *positions, ptrdiff_t count, const int64_t *shape, ptrdiff_t rank,
    int64_t *result) {
  for (ptrdiff_t k = 0; k < count; k++) {
    int64_t position = positions[k];
    for (ptrdiff_t axis = rank - 1; axis >= 0; axis--) {
      result[k * rank + axis] = position % shape[axis];
      position /= shape[axis];
    }
  }
}
