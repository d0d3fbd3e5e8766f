// The loops for x86 machines with AVX2 and fused multiply-add; an empty file elsewhere.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>
#include "LevinKernels.h"
#include "../Matrices/matrix_product.h"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LV_TABLE lv_table_avx2
#include "loops.inc"
#define LV_MR 6
#define LV_KC 256
#define LV_MC 144
#define LV_T float
#define LV_W 8
#define LV_N(NAME) lv_##NAME##_f32_avx2
#include "../Matrices/matrix_product.inc"
#define LV_T double
#define LV_W 4
#define LV_N(NAME) lv_##NAME##_f64_avx2
#include "../Matrices/matrix_product.inc"
#pragma clang attribute pop
#else
typedef int lv_nothing_for_avx2;
#endif
