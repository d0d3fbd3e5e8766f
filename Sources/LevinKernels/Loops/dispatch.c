// The choice of an instruction set: the best for the machine's processor, as `processor.c` knows it. LEVIN_ISA names
// another one that the machine has: base, avx2 or avx512. It is read once.

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

static enum lv_instruction_set chosen_set;
static lv_table chosen_table;
static const lv_matrix_kernels *chosen_f32, *chosen_f64;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void take(enum lv_instruction_set set) {
  chosen_set = set;
  chosen_table = lv_table_base;
  chosen_f32 = &lv_matrix_kernels_f32_base;
  chosen_f64 = &lv_matrix_kernels_f64_base;
#if defined(__x86_64__)
  if (set == LV_AVX2) {
    chosen_table = lv_table_avx2;
    chosen_f32 = &lv_matrix_kernels_f32_avx2;
    chosen_f64 = &lv_matrix_kernels_f64_avx2;
  } else if (set == LV_AVX512) {
    chosen_table = lv_table_avx512;
    chosen_f32 = &lv_matrix_kernels_f32_avx512;
    chosen_f64 = &lv_matrix_kernels_f64_avx512;
  }
#endif
}

static lv_processor this_processor(void) {
  uint32_t vendor = 0, signature = 0, features = 0;
#if defined(__x86_64__)
  unsigned eax, ebx, ecx, edx;
  if (__get_cpuid(0, &eax, &ebx, &ecx, &edx)) vendor = ebx;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) signature = eax;
  // The builtins ask the operating system too.
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) features |= LV_HAS_AVX2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    features |= LV_HAS_AVX512;
  }
#endif
  return lv_identify(vendor, signature, features);
}

static void choose(void) {
  lv_processor processor = this_processor();
  int has_avx2 = (processor.features & LV_HAS_AVX2) != 0;
  int has_avx512 = has_avx2 && (processor.features & LV_HAS_AVX512);
  const char *wanted = lv_setting("LEVIN_ISA");
  if (!wanted) {
    take(lv_best_instruction_set(processor));
  } else if (strcmp(wanted, "base") == 0) {
    take(LV_BASE);
  } else if (strcmp(wanted, "avx2") == 0 && has_avx2) {
    take(LV_AVX2);
  } else if (strcmp(wanted, "avx512") == 0 && has_avx512) {
    take(LV_AVX512);
  } else {
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

enum lv_instruction_set lv_chosen_instruction_set(void) {
  pthread_once(&once, choose);
  return chosen_set;
}

int lv_has_baseline_matrix_kernels(void) {
  return lv_find_matrix_kernels(LV_F32) == &lv_matrix_kernels_f32_base;
}
