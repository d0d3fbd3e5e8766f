#include <math.h>
#include <string.h>

#include "LevinKernels.h"

// Each accumulator has eight bytes in each block.
enum { ACCUMULATOR_BYTES = 8 };

static ptrdiff_t block_count(const lv_program *p) {
  ptrdiff_t chunks = (p->extent + p->chunk - 1) / p->chunk;
  return (chunks + p->chunks_per_block - 1) / p->chunks_per_block;
}

ptrdiff_t lv_accumulator_bytes(const lv_program *p) {
  return (block_count(p) + 1) * p->accumulator_count * ACCUMULATOR_BYTES;
}

// The value that changes nothing when it is combined with another.
static void set_neutral(char *value, const lv_accumulator *accumulator) {
  int is_maximum = accumulator->op == LV_ACCUMULATE_MAXIMUM;
  memset(value, 0, ACCUMULATOR_BYTES);
  if (accumulator->op == LV_ACCUMULATE_SUM) return;
  switch (accumulator->type) {
    case LV_BOOL: *(uint8_t *)value = !is_maximum; break;
    case LV_I32: *(int32_t *)value = is_maximum ? INT32_MIN : INT32_MAX; break;
    case LV_I64: *(int64_t *)value = is_maximum ? INT64_MIN : INT64_MAX; break;
    case LV_F32: *(float *)value = is_maximum ? -INFINITY : INFINITY; break;
    default: *(double *)value = is_maximum ? -INFINITY : INFINITY;
  }
}

static void combine(char *total, const char *part, const lv_accumulator *accumulator) {
  if (accumulator->op == LV_ACCUMULATE_SUM) {
    if (accumulator->type == LV_F32 || accumulator->type == LV_F64) {
      *(double *)total += *(const double *)part;
    } else {
      *(uint64_t *)total += *(const uint64_t *)part;
    }
    return;
  }
  enum lv_op op = accumulator->op == LV_ACCUMULATE_MAXIMUM ? LV_MAXIMUM : LV_MINIMUM;
  lv_find_kernel(op, accumulator->type, LV_VECTORS)(total, total, part, 0, 1, 0);
}

static void finish(char *result, const char *total, const lv_accumulator *accumulator) {
  if (accumulator->op == LV_ACCUMULATE_SUM && accumulator->result_type == LV_F32) {
    *(float *)result = (float)*(const double *)total;
    return;
  }
  static const uint8_t bytes[LV_TYPE_COUNT] = {1, 4, 8, 4, 8};
  memcpy(result, total, bytes[accumulator->result_type]);
}

static void run_instructions(
    const lv_instruction *code, ptrdiff_t count, char **slots, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const lv_instruction *step = code + i;
    step->kernel(
        slots[step->result], slots[step->a], slots[step->b], slots[step->c], n, step->immediate);
  }
}

static void run_block(const lv_program *p, char **slots, ptrdiff_t block) {
  ptrdiff_t start = block * p->chunks_per_block * p->chunk;
  ptrdiff_t end = start + p->chunks_per_block * p->chunk;
  if (end > p->extent) end = p->extent;
  for (ptrdiff_t at = start; at < end; at += p->chunk) {
    ptrdiff_t n = end - at < p->chunk ? end - at : p->chunk;
    run_instructions(p->body, p->body_count, slots, n);
    for (ptrdiff_t i = 0; i < p->moving_count; i++) {
      slots[p->moving[i].slot] += p->moving[i].bytes_per_element * n;
    }
  }
}

void lv_run(const lv_program *p, char **slots, char *accumulators) {
  run_instructions(p->prologue, p->prologue_count, slots, 1);
  run_instructions(
      p->spreading, p->spreading_count, slots, p->extent < p->chunk ? p->extent : p->chunk);
  ptrdiff_t blocks = block_count(p);
  ptrdiff_t stride = p->accumulator_count * ACCUMULATOR_BYTES;
  for (ptrdiff_t i = 0; i < (blocks + 1) * p->accumulator_count; i++) {
    set_neutral(accumulators + i * ACCUMULATOR_BYTES, p->accumulators + i % p->accumulator_count);
  }
  for (ptrdiff_t block = 0; block < blocks; block++) {
    for (ptrdiff_t i = 0; i < p->accumulator_count; i++) {
      slots[p->accumulators[i].partial_slot] =
          accumulators + block * stride + i * ACCUMULATOR_BYTES;
    }
    run_block(p, slots, block);
  }
  char *totals = accumulators + blocks * stride;
  for (ptrdiff_t i = 0; i < p->accumulator_count; i++) {
    char *total = totals + i * ACCUMULATOR_BYTES;
    for (ptrdiff_t block = 0; block < blocks; block++) {
      combine(total, accumulators + block * stride + i * ACCUMULATOR_BYTES, p->accumulators + i);
    }
    finish(slots[p->accumulators[i].result_slot], total, p->accumulators + i);
  }
}

void lv_copy_strided(
    char *to, const int64_t *to_strides, const char *from, const int64_t *from_strides,
    const int64_t *shape, ptrdiff_t rank, ptrdiff_t size) {
  if (rank == 0) {
    memcpy(to, from, size);
    return;
  }
  if (rank == 1 && to_strides[0] == 1 && from_strides[0] == 1) {
    memcpy(to, from, shape[0] * size);
    return;
  }
  for (int64_t i = 0; i < shape[0]; i++) {
    lv_copy_strided(
        to + i * to_strides[0] * size, to_strides + 1, from + i * from_strides[0] * size,
        from_strides + 1, shape + 1, rank - 1, size);
  }
}
