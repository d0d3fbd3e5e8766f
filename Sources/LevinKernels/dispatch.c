// The choice of an instruction set: the best that the machine has, AVX-512 only when asked for.
//
// LEVIN_ISA names another one that the machine has: base, avx2 or avx512. It is read once.

#include <pthread.h>
#include <string.h>

#include "LevinKernels.h"
#include "matrix_product.h"
#include "settings.h"

typedef const lv_kernel (*lv_table)[LV_TYPE_COUNT][LV_FORM_COUNT];

extern const lv_kernel lv_table_base[LV_OP_COUNT][LV_TYPE_COUNT][LV_FORM_COUNT];
#if defined(__x86_64__)
extern const lv_kernel lv_table_avx2[LV_OP_COUNT][LV_TYPE_COUNT][LV_FORM_COUNT];
extern const lv_kernel lv_table_avx512[LV_OP_COUNT][LV_TYPE_COUNT][LV_FORM_COUNT];
#endif

extern const lv_matrix_kernels lv_matrix_kernels_f32_base, lv_matrix_kernels_f64_base;
#if defined(__x86_64__)
extern const lv_matrix_kernels lv_matrix_kernels_f32_avx2, lv_matrix_kernels_f64_avx2;
extern const lv_matrix_kernels lv_matrix_kernels_f32_avx512, lv_matrix_kernels_f64_avx512;
#endif

static lv_table chosen_table;
static const lv_matrix_kernels *chosen_f32, *chosen_f64;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void choose(void) {
  const char *wanted = lv_setting("LEVIN_ISA");
  int is_base = wanted && strcmp(wanted, "base") == 0, is_followed = !wanted || is_base;
  chosen_table = lv_table_base;
  chosen_f32 = &lv_matrix_kernels_f32_base;
  chosen_f64 = &lv_matrix_kernels_f64_base;
#if defined(__x86_64__)
  int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (has_avx2 && (!wanted || strcmp(wanted, "avx2") == 0)) {
    chosen_table = lv_table_avx2;
    chosen_f32 = &lv_matrix_kernels_f32_avx2;
    chosen_f64 = &lv_matrix_kernels_f64_avx2;
    is_followed = 1;
  }
  int has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") &&
                   __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512vl");
  if (has_avx512 && wanted && strcmp(wanted, "avx512") == 0) {
    chosen_table = lv_table_avx512;
    chosen_f32 = &lv_matrix_kernels_f32_avx512;
    chosen_f64 = &lv_matrix_kernels_f64_avx512;
    is_followed = 1;
  }
#endif
  if (!is_followed) {
    lv_refuse_setting(
        "LEVIN_ISA", wanted, "'base', and 'avx2' or 'avx512' on a machine that has them");
  }
}

lv_kernel lv_find_kernel(enum lv_op op, enum lv_type type, enum lv_form form) {
  pthread_once(&once, choose);
  return chosen_table[op][type][form];
}

const lv_matrix_kernels *lv_find_matrix_kernels(enum lv_type type) {
  pthread_once(&once, choose);
  return type == LV_F32 ? chosen_f32 : chosen_f64;
}

int lv_has_baseline_matrix_kernels(void) {
  return lv_find_matrix_kernels(LV_F32) == &lv_matrix_kernels_f32_base;
}
