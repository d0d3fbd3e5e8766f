// The loops for x86 machines with AVX2 and fused multiply-add; an empty file elsewhere.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>
#include "LevinKernels.h"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LV_TABLE lv_table_avx2
#include "loops.inc"
#pragma clang attribute pop
#else
typedef int lv_nothing_for_avx2;
#endif
