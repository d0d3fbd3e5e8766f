// The choice of an instruction set: the best that the machine has.
//
// AVX-512 is the best where it has been measured to be: on processors that work on 512 bits at a time.
// Those that take them in halves gain little and lose in products of matrices. LEVIN_ISA names another
// one that the machine has: base, avx2 or avx512. It is read once.

#include <pthread.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "LevinKernels.h"
#include "../Matrices/matrix_product.h"
#include "../Running/settings.h"

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

#if defined(__x86_64__)
// AMD's from family 26 (Zen 5) on: 1.2 to 1.8 times as fast as with AVX2. Others have not been measured.
static int has_wide_units(void) {
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid(0, &eax, &ebx, &ecx, &edx) || ebx != signature_AMD_ebx) return 0;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return 0;
  return ((eax >> 8) & 15) == 15 && 15 + ((eax >> 20) & 255) >= 26;
}
#endif

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
  if (has_avx512 && (wanted ? strcmp(wanted, "avx512") == 0 : has_wide_units())) {
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
