// Products of large matrices by OpenBLAS, or by Accelerate on Apple systems, when one is installed.
//
// It is looked for at run time, so nothing needs it to build or to run. It is called on blocks of rows
// that depend on shapes alone, by our own threads, with one thread of its own: so bits do not depend
// on the number of threads.
//
// On Zen 4, OpenBLAS 0.3 takes 5 to 10 % longer than the AVX2 kernels at every size up to 1024 by 1024, and a
// fourth of the time of the baseline's. So it is looked for where only the baseline's are at hand;
// LEVIN_BLAS=on takes it everywhere, and LEVIN_BLAS=off nowhere.

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "matrix_product.h"
#include "../Running/settings.h"

enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };

typedef void (*multiply_f32)(
    int order, int a_form, int b_form, int m, int n, int k, float alpha, const float *a, int a_gap,
    const float *b, int b_gap, float beta, float *c, int c_gap);
typedef void (*multiply_f64)(
    int order, int a_form, int b_form, int m, int n, int k, double alpha, const double *a,
    int a_gap, const double *b, int b_gap, double beta, double *c, int c_gap);

static multiply_f32 single_product;
static multiply_f64 double_product;
static const char *name = "Levin";
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *open_library(const char **found) {
#if defined(__APPLE__)
  *found = "Accelerate";
  return dlopen("/System/Library/Frameworks/Accelerate.framework/Accelerate", RTLD_LAZY | RTLD_LOCAL);
#else
  *found = "OpenBLAS";
  void *library = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_LOCAL);
  return library ? library : dlopen("libopenblas.so", RTLD_LAZY | RTLD_LOCAL);
#endif
}

static void find_library(void) {
  const char *wanted = lv_setting("LEVIN_BLAS");
  int is_wanted = wanted && strcmp(wanted, "on") == 0;
  int is_refused = wanted && strcmp(wanted, "off") == 0;
  if (wanted && !is_wanted && !is_refused) {
    lv_refuse_setting("LEVIN_BLAS", wanted, "'on' or 'off'");
  }
  if (is_refused || (!is_wanted && !lv_has_baseline_matrix_kernels())) return;
  const char *found;
  void *library = open_library(&found);
  if (!library) return;
#if !defined(__APPLE__)
  void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  if (!set_threads) return;
  set_threads(1);
#endif
  multiply_f32 f32 = (multiply_f32)dlsym(library, "cblas_sgemm");
  multiply_f64 f64 = (multiply_f64)dlsym(library, "cblas_dgemm");
  if (!f32 || !f64) return;
  single_product = f32;
  double_product = f64;
  name = found;
}

const char *lv_matrix_library(void) {
  pthread_once(&once, find_library);
  return name;
}

// Whether an operand lies as the library wants it: one of its strides is 1, the other at least the
// length of what it steps over.
static int is_dense(ptrdiff_t row, ptrdiff_t column, ptrdiff_t rows, ptrdiff_t columns) {
  return (column == 1 && row >= columns && row <= INT_MAX) ||
         (row == 1 && column >= rows && column <= INT_MAX);
}

int lv_library_takes(const lv_matrix_shape *s) {
  pthread_once(&once, find_library);
  return single_product && s->m <= INT_MAX && s->n <= INT_MAX && s->k <= INT_MAX &&
         is_dense(s->a_row, s->a_column, s->m, s->k) && is_dense(s->b_row, s->b_column, s->k, s->n);
}

void lv_library_multiply(
    const lv_matrix_shape *s, ptrdiff_t size, ptrdiff_t rows, const void *a, const void *b, void *c) {
  int a_form = s->a_column == 1 ? PLAIN : TRANSPOSED, b_form = s->b_column == 1 ? PLAIN : TRANSPOSED;
  int a_gap = (int)(s->a_column == 1 ? s->a_row : s->a_column);
  int b_gap = (int)(s->b_column == 1 ? s->b_row : s->b_column);
  int m = (int)rows, n = (int)s->n, k = (int)s->k;
  if (size == sizeof(float)) {
    single_product(ROW_MAJOR, a_form, b_form, m, n, k, 1, a, a_gap, b, b_gap, 0, c, n);
  } else {
    double_product(ROW_MAJOR, a_form, b_form, m, n, k, 1, a, a_gap, b, b_gap, 0, c, n);
  }
}
