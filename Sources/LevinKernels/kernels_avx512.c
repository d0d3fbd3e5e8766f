// The loops for x86 machines with AVX-512; an empty file elsewhere.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>
#include "LevinKernels.h"
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#define LV_TABLE lv_table_avx512
#include "loops.inc"
#pragma clang attribute pop
#else
typedef int lv_nothing_for_avx512;
#endif
