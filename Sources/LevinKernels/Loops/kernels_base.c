// The loops for the baseline of the machine: SSE2 on x86-64, NEON on arm64.
#define LV_TABLE lv_table_base
#include "loops.inc"

#include "../Matrices/matrix_product.h"
#define LV_MR 6
#define LV_KC 256
#define LV_MC 144
#define LV_T float
#define LV_W 4
#define LV_N(NAME) lv_##NAME##_f32_base
#include "../Matrices/matrix_product.inc"
#define LV_T double
#define LV_W 2
#define LV_N(NAME) lv_##NAME##_f64_base
#include "../Matrices/matrix_product.inc"
