#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "LevinKernels.h"
#include "settings.h"

void lv_stop(const char *reason) {
  fprintf(stderr, "error: %s\n", reason);
  lv_end();
}

// Each accumulator has eight bytes in each block.
enum { ACCUMULATOR_BYTES = 8 };

static ptrdiff_t block_count(const lv_program *p) {
  ptrdiff_t chunks = (p->extent + p->chunk - 1) / p->chunk;
  return (chunks + p->chunks_per_block - 1) / p->chunks_per_block;
}

static ptrdiff_t rounded(ptrdiff_t bytes) { return (bytes + 63) & ~(ptrdiff_t)63; }

// Each thread has the addresses of its slots, then its scratch memory.
static ptrdiff_t thread_bytes(const lv_program *p) {
  return rounded(p->slot_count * (ptrdiff_t)sizeof(char *)) + rounded(p->scratch_bytes);
}

static ptrdiff_t accumulator_bytes(const lv_program *p) {
  return rounded((block_count(p) + 1) * p->accumulator_count * ACCUMULATOR_BYTES);
}

ptrdiff_t lv_workspace_bytes(const lv_program *p, int threads) {
  int most = p->threads < threads ? p->threads : threads;
  return accumulator_bytes(p) + most * thread_bytes(p);
}

static int is_real(const lv_accumulator *accumulator) {
  return accumulator->type == LV_F32 || accumulator->type == LV_F64;
}

// Sums and products have wide accumulators, whatever the type.
static int is_wide(const lv_accumulator *accumulator) {
  return accumulator->op == LV_ACCUMULATE_SUM || accumulator->op == LV_ACCUMULATE_PRODUCT;
}

// The value that changes nothing when it is combined with another.
static void set_neutral(char *value, const lv_accumulator *accumulator) {
  int is_maximum = accumulator->op == LV_ACCUMULATE_MAXIMUM;
  memset(value, 0, ACCUMULATOR_BYTES);
  if (accumulator->op == LV_ACCUMULATE_SUM) return;
  if (accumulator->op == LV_ACCUMULATE_PRODUCT) {
    if (is_real(accumulator)) {
      *(double *)value = 1;
    } else {
      *(uint64_t *)value = 1;
    }
    return;
  }
  switch (accumulator->type) {
    case LV_BOOL: *(uint8_t *)value = !is_maximum; break;
    case LV_I32: *(int32_t *)value = is_maximum ? INT32_MIN : INT32_MAX; break;
    case LV_I64: *(int64_t *)value = is_maximum ? INT64_MIN : INT64_MAX; break;
    case LV_F32: *(float *)value = is_maximum ? -INFINITY : INFINITY; break;
    default: *(double *)value = is_maximum ? -INFINITY : INFINITY;
  }
}

static void combine(char *total, const char *part, const lv_accumulator *accumulator) {
  if (is_wide(accumulator)) {
    enum lv_op op = accumulator->op == LV_ACCUMULATE_SUM ? LV_ADD : LV_MULTIPLY;
    enum lv_type type = is_real(accumulator) ? LV_F64 : LV_I64;
    lv_find_kernel(op, type, LV_VECTORS)(total, total, part, 0, 1, 0);
    return;
  }
  enum lv_op op = accumulator->op == LV_ACCUMULATE_MAXIMUM ? LV_MAXIMUM : LV_MINIMUM;
  lv_find_kernel(op, accumulator->type, LV_VECTORS)(total, total, part, 0, 1, 0);
}

static void finish(char *result, const char *total, const lv_accumulator *accumulator) {
  if (is_wide(accumulator) && accumulator->result_type == LV_F32) {
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

// One execution of a program, which threads share.
typedef struct {
  const lv_program *program;
  char *const *buffers;
  char *accumulators, *threads;
  _Atomic ptrdiff_t next_block;
} run_state;

static char **thread_slots(const run_state *run, int thread) {
  return (char **)(run->threads + thread * thread_bytes(run->program));
}

static char *thread_scratch(const run_state *run, int thread) {
  ptrdiff_t slots = rounded(run->program->slot_count * (ptrdiff_t)sizeof(char *));
  return run->threads + thread * thread_bytes(run->program) + slots;
}

static void set_slots(const run_state *run, int thread) {
  const lv_program *p = run->program;
  char **slots = thread_slots(run, thread);
  char *scratch = thread_scratch(run, thread);
  for (ptrdiff_t i = 0; i < p->slot_count; i++) {
    const lv_slot *slot = p->slots + i;
    slots[i] =
        (slot->buffer == LV_SCRATCH ? scratch : run->buffers[slot->buffer]) + slot->byte_offset;
  }
}

static void run_block(const run_state *run, char **slots, ptrdiff_t block) {
  const lv_program *p = run->program;
  ptrdiff_t start = block * p->chunks_per_block * p->chunk;
  ptrdiff_t end = start + p->chunks_per_block * p->chunk;
  if (end > p->extent) end = p->extent;
  for (ptrdiff_t i = 0; i < p->moving_count; i++) {
    const lv_moving_slot *moving = p->moving + i;
    slots[moving->slot] = run->buffers[p->slots[moving->slot].buffer] +
                          p->slots[moving->slot].byte_offset + start * moving->bytes_per_element;
  }
  char *partials = run->accumulators + block * p->accumulator_count * ACCUMULATOR_BYTES;
  for (ptrdiff_t i = 0; i < p->accumulator_count; i++) {
    slots[p->accumulators[i].partial_slot] = partials + i * ACCUMULATOR_BYTES;
  }
  for (ptrdiff_t at = start; at < end; at += p->chunk) {
    ptrdiff_t n = end - at < p->chunk ? end - at : p->chunk;
    run_instructions(p->body, p->body_count, slots, n);
    for (ptrdiff_t i = 0; i < p->moving_count; i++) {
      slots[p->moving[i].slot] += p->moving[i].bytes_per_element * n;
    }
  }
}

static void run_blocks(void *context, int thread) {
  run_state *run = context;
  const lv_program *p = run->program;
  ptrdiff_t blocks = block_count(p);
  ptrdiff_t block = atomic_fetch_add_explicit(&run->next_block, 1, memory_order_relaxed);
  if (block >= blocks) return;
  char **slots = thread_slots(run, thread);
  if (thread > 0) {
    set_slots(run, thread);
    memcpy(thread_scratch(run, thread), thread_scratch(run, 0), p->number_bytes);
  }
  run_instructions(
      p->spreading, p->spreading_count, slots, p->extent < p->chunk ? p->extent : p->chunk);
  do {
    run_block(run, slots, block);
    block = atomic_fetch_add_explicit(&run->next_block, 1, memory_order_relaxed);
  } while (block < blocks);
}

// In the order of the blocks, whoever computed them.
static void combine_blocks(const run_state *run) {
  const lv_program *p = run->program;
  ptrdiff_t blocks = block_count(p);
  ptrdiff_t stride = p->accumulator_count * ACCUMULATOR_BYTES;
  char **slots = thread_slots(run, 0);
  for (ptrdiff_t i = 0; i < p->accumulator_count; i++) {
    char *total = run->accumulators + blocks * stride + i * ACCUMULATOR_BYTES;
    for (ptrdiff_t block = 0; block < blocks; block++) {
      combine(
          total, run->accumulators + block * stride + i * ACCUMULATOR_BYTES, p->accumulators + i);
    }
    finish(slots[p->accumulators[i].result_slot], total, p->accumulators + i);
  }
}

void lv_run(const lv_program *p, char *const *buffers, char *workspace, int threads) {
  run_state run = {
      .program = p,
      .buffers = buffers,
      .accumulators = workspace,
      .threads = workspace + accumulator_bytes(p),
  };
  set_slots(&run, 0);
  run_instructions(p->prologue, p->prologue_count, thread_slots(&run, 0), 1);
  if (p->body_count == 0) return;
  ptrdiff_t count = (block_count(p) + 1) * p->accumulator_count;
  for (ptrdiff_t i = 0; i < count; i++) {
    set_neutral(workspace + i * ACCUMULATOR_BYTES, p->accumulators + i % p->accumulator_count);
  }
  lv_parallel(p->threads < threads ? p->threads : threads, run_blocks, &run);
  combine_blocks(&run);
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
