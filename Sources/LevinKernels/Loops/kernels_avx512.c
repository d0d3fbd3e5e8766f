// The loops for x86 machines with AVX-512; an empty file elsewhere.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>
#include "LevinKernels.h"
#include "../Matrices/matrix_product.h"
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#define LV_TABLE lv_table_avx512
#include "loops.inc"
#define LV_MR 12
#define LV_KC 192
#define LV_MC 144
#define LV_T float
#define LV_W 16
#define LV_N(NAME) lv_##NAME##_f32_avx512
#include "../Matrices/matrix_product.inc"
#define LV_T double
#define LV_W 8
#define LV_N(NAME) lv_##NAME##_f64_avx512
#include "../Matrices/matrix_product.inc"
#pragma clang attribute pop
#else
typedef int lv_nothing_for_avx512;
#endif
