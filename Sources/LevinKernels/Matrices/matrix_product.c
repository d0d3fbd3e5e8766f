// Products of matrices: who computes which block, out of memory that a caller brings.
//
// Each element of a result is the sum over blocks of the shared axis, in order, of sums in one
// accumulator. Neither depends on how rows and columns are cut, so these are cut as it suits the
// number of threads, and the bits are the same for all. Only where the result is small and the shared
// axis long is that axis cut as well, by its length alone, and the parts meet in double precision.

#include <stdatomic.h>
#include <string.h>

#include "matrix_product.h"

enum {
  TINY_WORK = 512,          // multiplications below which nothing is packed
  THREAD_WORK = 500000,     // and those for which a second thread is worth it
  COLUMNS = 2048,           // of a packed block of the second matrix
  PART_PLACES = 4096,       // of the shared axis, the fewest for which it is cut
  PART_ELEMENTS = 16384,    // of the result, the most for which the shared axis is cut
  MOST_PARTS = 64,
  SHARED_PACKING = 1 << 15,  // elements from which threads pack together
  LIBRARY_WORK = 1 << 18,    // multiplications from which an installed library is worth its calls
  LIBRARY_ROWS = 256
};

static ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
static ptrdiff_t most(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
static ptrdiff_t parts_of(ptrdiff_t length, ptrdiff_t part) { return (length + part - 1) / part; }
static ptrdiff_t rounded(ptrdiff_t length, ptrdiff_t unit) { return parts_of(length, unit) * unit; }

static double work(const lv_matrix_shape *s) { return (double)s->m * s->n * s->k; }

static int is_tiny(const lv_matrix_shape *s) { return work(s) <= TINY_WORK; }
static int is_vector(const lv_matrix_shape *s) { return s->n == 1 || s->m == 1; }

// The length of the parts of the shared axis; all of it unless it is cut.
static ptrdiff_t part_length(const lv_matrix_shape *s) {
  if (s->k < 2 * PART_PLACES || s->m * s->n > PART_ELEMENTS) return s->k;
  return rounded(most(PART_PLACES, parts_of(s->k, MOST_PARTS)), PART_PLACES / 16);
}

// The bytes of packed rows, of packed columns, and of parts of a result.
static ptrdiff_t row_bytes(const lv_matrix_shape *s, const lv_matrix_kernels *kernels) {
  if (is_vector(s)) return 0;
  ptrdiff_t rows = least(rounded(s->m, kernels->mr), kernels->mc);
  return rounded(rows * least(s->k, kernels->kc) * kernels->size, 64);
}
static ptrdiff_t column_bytes(const lv_matrix_shape *s, const lv_matrix_kernels *kernels) {
  // The vector without gaps, and a row.
  if (is_vector(s)) return 2 * rounded(s->k * kernels->size, 64);
  ptrdiff_t columns = rounded(least(s->n, COLUMNS), kernels->nr);
  return rounded(columns * least(s->k, kernels->kc) * kernels->size, 64);
}
static ptrdiff_t part_bytes(const lv_matrix_shape *s, const lv_matrix_kernels *kernels) {
  ptrdiff_t parts = parts_of(most(s->k, 1), most(part_length(s), 1));
  return parts == 1 ? 0 : rounded(parts * s->m * s->n * kernels->size, 64);
}
static ptrdiff_t thread_bytes(const lv_matrix_shape *s, const lv_matrix_kernels *kernels) {
  return row_bytes(s, kernels) + column_bytes(s, kernels);
}

// Whether threads take whole matrices rather than parts of each.
static int shares_batches(const lv_matrix_product *p, int threads) {
  if (threads == 1 || p->batches == 1) return 0;
  return p->batches >= 4 * threads || work(&p->shape) < THREAD_WORK;
}

ptrdiff_t lv_matrix_product_bytes(const lv_matrix_product *p, int threads) {
  const lv_matrix_kernels *kernels = lv_find_matrix_kernels(p->type);
  const lv_matrix_shape *s = &p->shape;
  if (is_tiny(s)) return 0;
  ptrdiff_t parts = part_bytes(s, kernels);
  if (shares_batches(p, threads)) return threads * (thread_bytes(s, kernels) + parts);
  if (parts > 0 || is_vector(s)) return threads * thread_bytes(s, kernels) + parts;
  return threads * row_bytes(s, kernels) + column_bytes(s, kernels);
}

// One product under way.
typedef struct {
  lv_matrix_shape shape;
  const lv_matrix_kernels *kernels;
  const char *a, *b;
  char *c;
  char *workspace;
  int threads;
} task;

// Work that threads take one after the other.
typedef struct {
  void (*body)(void *context, ptrdiff_t item, int thread);
  void *context;
  ptrdiff_t count;
  _Atomic ptrdiff_t next;
} queue;

static void take(void *context, int thread) {
  queue *q = context;
  ptrdiff_t item;
  while ((item = atomic_fetch_add_explicit(&q->next, 1, memory_order_relaxed)) < q->count) {
    q->body(q->context, item, thread);
  }
}

static void for_each(
    ptrdiff_t count, int threads, void (*body)(void *, ptrdiff_t, int), void *context) {
  if (threads <= 1 || count <= 1) {
    for (ptrdiff_t item = 0; item < count; item++) body(context, item, 0);
    return;
  }
  queue q = {.body = body, .context = context, .count = count};
  lv_parallel((int)least(threads, count), take, &q);
}

// A block of the shared axis and of columns, whose rows threads share.
typedef struct {
  const task *t;
  ptrdiff_t p, terms;          // of the shared axis
  ptrdiff_t j, columns;        // of the second matrix
  ptrdiff_t rows;              // of an item
  ptrdiff_t splits, width;     // of the columns among items, and of packing
  char *packed, *packed_rows;
  ptrdiff_t packed_rows_bytes;
} stripe;

static void pack_columns(void *context, ptrdiff_t item, int thread) {
  (void)thread;
  const stripe *w = context;
  const lv_matrix_shape *s = &w->t->shape;
  const lv_matrix_kernels *kernels = w->t->kernels;
  ptrdiff_t start = item * w->width;
  const char *from =
      w->t->b + (w->p * s->b_row + (w->j + start) * s->b_column) * kernels->size;
  kernels->pack_columns(
      w->packed + start * w->terms * kernels->size, from, s->b_row, s->b_column,
      least(w->width, w->columns - start), w->terms);
}

static void multiply_item(void *context, ptrdiff_t item, int thread) {
  const stripe *w = context;
  const lv_matrix_shape *s = &w->t->shape;
  const lv_matrix_kernels *kernels = w->t->kernels;
  ptrdiff_t i = item / w->splits * w->rows;
  ptrdiff_t rows = least(w->rows, s->m - i);
  ptrdiff_t wide = rounded(parts_of(w->columns, w->splits), kernels->nr);
  ptrdiff_t j = item % w->splits * wide;
  if (j >= w->columns) return;
  char *packed = w->packed_rows + thread * w->packed_rows_bytes;
  const char *from = w->t->a + (i * s->a_row + w->p * s->a_column) * kernels->size;
  kernels->pack_rows(packed, from, s->a_row, s->a_column, rows, w->terms);
  kernels->block(
      packed, w->packed + j * w->terms * kernels->size, rows, least(wide, w->columns - j),
      w->terms, w->t->c + (i * s->n + w->j + j) * kernels->size, s->n, w->p > 0);
}

// Rows of an item, such that all threads have some: packed rows fit the second-level cache.
static ptrdiff_t rows_per_item(const task *t) {
  ptrdiff_t even = rounded(parts_of(t->shape.m, t->threads), t->kernels->mr);
  ptrdiff_t turns = parts_of(even, t->kernels->mc);
  return rounded(parts_of(even, turns), t->kernels->mr);
}

static void multiply_blocks(const task *t) {
  const lv_matrix_shape *s = &t->shape;
  const lv_matrix_kernels *kernels = t->kernels;
  stripe w = {.t = t, .packed = t->workspace};
  w.packed_rows = t->workspace + column_bytes(s, kernels);
  w.packed_rows_bytes = row_bytes(s, kernels);
  w.rows = rows_per_item(t);
  ptrdiff_t blocks = parts_of(s->m, w.rows);
  for (w.j = 0; w.j < s->n; w.j += COLUMNS) {
    w.columns = least(COLUMNS, s->n - w.j);
    w.splits = blocks >= t->threads ? 1 : parts_of(t->threads, blocks);
    for (w.p = 0; w.p < s->k; w.p += w.terms) {
      w.terms = least(kernels->kc, s->k - w.p);
      int shared = w.columns * w.terms >= SHARED_PACKING && t->threads > 1;
      w.width = shared ? rounded(parts_of(w.columns, 4 * t->threads), kernels->nr) : w.columns;
      for_each(parts_of(w.columns, w.width), t->threads, pack_columns, &w);
      for_each(blocks * w.splits, t->threads, multiply_item, &w);
    }
  }
}

// Rows of a matrix times a vector, several items of them.
typedef struct {
  const task *t;
  const char *matrix, *vector;
  ptrdiff_t row, column, m, rows;
  char *packed;
} vector_product;

static void multiply_rows(void *context, ptrdiff_t item, int thread) {
  (void)thread;
  const vector_product *v = context;
  const lv_matrix_kernels *kernels = v->t->kernels;
  ptrdiff_t i = item * v->rows, k = v->t->shape.k;
  ptrdiff_t rows = least(v->rows, v->m - i);
  const char *from = v->matrix + i * v->row * kernels->size;
  char *to = v->t->c + i * kernels->size;
  if (v->column == 1 || k == 1) {
    kernels->row_dots(from, v->row, v->vector, rows, k, to);
  } else if (v->row == 1) {
    kernels->column_sums(from, v->column, v->vector, rows, k, to);
  } else {
    for (ptrdiff_t r = 0; r < rows; r++) {
      kernels->gather(v->packed, from + r * v->row * kernels->size, v->column, k);
      kernels->row_dots(v->packed, k, v->vector, 1, k, to + r * kernels->size);
    }
  }
}

static void multiply_vector(const task *t) {
  const lv_matrix_shape *s = &t->shape;
  int is_row = s->m == 1;
  vector_product v = {.t = t, .packed = t->workspace};
  v.matrix = is_row ? t->b : t->a;
  v.vector = is_row ? t->a : t->b;
  v.m = is_row ? s->n : s->m;
  v.row = is_row ? s->b_column : s->a_row;
  v.column = is_row ? s->b_row : s->a_column;
  ptrdiff_t stride = is_row ? s->a_column : s->b_row;
  if (stride != 1 && s->k > 1) {
    t->kernels->gather(t->workspace, v.vector, stride, s->k);
    v.vector = t->workspace;
  }
  int has_gaps = v.column != 1 && v.row != 1 && s->k > 1;
  v.packed = t->workspace + rounded(s->k * t->kernels->size, 64);
  v.rows = t->threads == 1 || has_gaps ? v.m : most(256, parts_of(v.m, 4 * t->threads));
  for_each(parts_of(v.m, v.rows), has_gaps ? 1 : t->threads, multiply_rows, &v);
}

// Blocks of rows by an installed library. The last has the rest, so none has a single row: OpenBLAS takes
// that for a vector, whose sums depend on where it lies in memory.
static ptrdiff_t library_blocks(const lv_matrix_shape *s) { return most(1, s->m / LIBRARY_ROWS); }

static void multiply_by_library(void *context, ptrdiff_t item, int thread) {
  (void)thread;
  const task *t = context;
  const lv_matrix_shape *s = &t->shape;
  ptrdiff_t i = item * LIBRARY_ROWS, size = t->kernels->size;
  ptrdiff_t rows = item + 1 == library_blocks(s) ? s->m - i : LIBRARY_ROWS;
  lv_library_multiply(
      s, size, rows, t->a + i * s->a_row * size, t->b,
      t->c + i * s->n * size);
}

static void multiply_plain(task *t) {
  if (is_vector(&t->shape)) {
    multiply_vector(t);
  } else if (work(&t->shape) >= LIBRARY_WORK && lv_library_takes(&t->shape)) {
    for_each(library_blocks(&t->shape), t->threads, multiply_by_library, t);
  } else {
    multiply_blocks(t);
  }
}

// Parts of the shared axis, each with a result of its own.
typedef struct {
  const task *t;
  ptrdiff_t length;
  char *parts;
} cut_product;

static void multiply_part(void *context, ptrdiff_t item, int thread) {
  const cut_product *cut = context;
  const task *whole = cut->t;
  const lv_matrix_shape *s = &whole->shape;
  ptrdiff_t p = item * cut->length, size = whole->kernels->size;
  task part = *whole;
  part.shape.k = least(cut->length, s->k - p);
  part.a += p * s->a_column * size;
  part.b += p * s->b_row * size;
  part.c = cut->parts + item * s->m * s->n * size;
  part.workspace += thread * thread_bytes(s, whole->kernels);
  part.threads = 1;
  multiply_plain(&part);
}

static void multiply(task *t) {
  const lv_matrix_shape *s = &t->shape;
  if (is_tiny(s)) {
    t->kernels->tiny(s, t->a, t->b, t->c);
    return;
  }
  if (work(s) < THREAD_WORK) t->threads = 1;
  cut_product cut = {.t = t, .length = part_length(s)};
  ptrdiff_t parts = parts_of(s->k, cut.length);
  if (parts == 1) {
    multiply_plain(t);
    return;
  }
  cut.parts = t->workspace + t->threads * thread_bytes(s, t->kernels);
  for_each(parts, t->threads, multiply_part, &cut);
  t->kernels->combine(cut.parts, parts, s->m * s->n, t->c);
}

// One pair of matrices; `context` is the batch with the memory of its threads.
typedef struct {
  const lv_matrix_product *p;
  const lv_matrix_kernels *kernels;
  char *workspace;
  ptrdiff_t workspace_bytes;
  ptrdiff_t together;  // pairs that make an item
  int threads;
} batch;

static void multiply_batch(void *context, ptrdiff_t item, int thread) {
  const batch *all = context;
  const lv_matrix_product *p = all->p;
  ptrdiff_t size = all->kernels->size, end = least(p->batches, (item + 1) * all->together);
  for (ptrdiff_t i = item * all->together; i < end; i++) {
    task one = {
        .shape = p->shape,
        .kernels = all->kernels,
        .a = (const char *)p->a + p->a_starts[i] * size,
        .b = (const char *)p->b + p->b_starts[i] * size,
        .c = (char *)p->c + i * p->shape.m * p->shape.n * size,
        .workspace = all->workspace + thread * all->workspace_bytes,
        .threads = all->threads,
    };
    multiply(&one);
  }
}

void lv_multiply_matrices(const lv_matrix_product *p, char *workspace, int threads) {
  const lv_matrix_kernels *kernels = lv_find_matrix_kernels(p->type);
  const lv_matrix_shape *s = &p->shape;
  if (s->m == 0 || s->n == 0 || p->batches == 0) return;
  if (s->k == 0) {
    memset(p->c, 0, p->batches * s->m * s->n * kernels->size);
    return;
  }
  batch all = {.p = p, .kernels = kernels, .workspace = workspace, .together = 1};
  all.threads = threads;
  if (!shares_batches(p, threads)) {
    for_each(p->batches, 1, multiply_batch, &all);
    return;
  }
  all.threads = 1;
  all.workspace_bytes = is_tiny(s) ? 0 : thread_bytes(s, kernels) + part_bytes(s, kernels);
  all.together = most(1, least((ptrdiff_t)(THREAD_WORK / 10 / work(s)), p->batches / threads));
  int worth = work(s) * p->batches >= THREAD_WORK;
  for_each(parts_of(p->batches, all.together), worth ? threads : 1, multiply_batch, &all);
}
