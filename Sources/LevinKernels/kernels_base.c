// The loops for the baseline of the machine: SSE2 on x86-64, NEON on arm64.
#define LV_TABLE lv_table_base
#include "loops.inc"
