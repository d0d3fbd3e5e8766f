/// SIMD loops over plain memory, and the loop over chunks that runs a list of them.
///
/// Nothing here knows of tensors: a caller plans which kernel runs on which slots, this module runs
/// it. Loops are compiled once for each instruction set and chosen once, when first asked for.
#ifndef LEVIN_KERNELS_H
#define LEVIN_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "lv_functions.h"

/// The type of a kernel's elements; the values are those of the tensor module's dtypes.
enum lv_type { LV_BOOL, LV_I32, LV_I64, LV_F32, LV_F64, LV_TYPE_COUNT };

#define LV_NAME_OF(NAME, name) LV_##NAME,

/// The first operand from which LV_GAMMA_EXPONENT is told from its largest value.
#define LV_CENTERED_FROM 32

/// The operations of kernels. Comparisons and tests have the type of their operands and give booleans.
enum lv_op {
  // One operand.
  LV_COPY,
  LV_FUNCTIONS_OF_ONE(LV_NAME_OF)
  LV_NEGATE,
  LV_ABSOLUTE,
  LV_SIGN,
  LV_SQUARE,
  LV_RECIPROCAL,
  LV_LOG_GAMMA,
  LV_DIGAMMA,
  LV_POLYGAMMA,  // order in the immediate
  LV_IS_NAN,
  LV_IS_FINITE,
  LV_NOT,
  LV_FROM_BOOL,  // casts: the operand's type in the name, the result's type is the kernel's
  LV_FROM_I32,
  LV_FROM_I64,
  LV_FROM_F32,
  LV_FROM_F64,
  // Two operands.
  LV_ADD,
  LV_FUNCTIONS_OF_TWO(LV_NAME_OF)
  LV_WIDE_FUNCTIONS_OF_TWO(LV_NAME_OF)
  LV_SUBTRACT,
  LV_MULTIPLY,
  LV_DIVIDE,
  LV_REMAINDER,     // with the sign of the divisor
  LV_FLOOR_DIVIDE,  // rounded down
  LV_POWER,
  LV_MAXIMUM,
  LV_MINIMUM,
  LV_ABSORBING_MULTIPLY,
  LV_ABSORBING_DIVIDE,
  LV_EQUAL,
  LV_NOT_EQUAL,
  LV_LESS,
  LV_LESS_OR_EQUAL,
  LV_AND,
  LV_OR,
  // Three operands; for the first: condition, then, otherwise.
  LV_SELECT,
  LV_WIDE_FUNCTIONS_OF_THREE(LV_NAME_OF)
  LV_LOG_PRODUCT,  // a, b and a logarithm that b gave: a times it, and 0 where a is 0 unless b is NaN
  LV_GAMMA_EXPONENT,  // of a, y and log y: a log y - y, less its largest value where a > LV_CENTERED_FROM
  LV_GAMMA_EXPONENT_SLOPE,  // its derivative with respect to a
  LV_ZERO_WEIGHT_SLOPE,  // of a weight, a and b: exp(a - b) where the weight is 0, otherwise 0
  LV_MULTIPLY_ADD,  // a b + c
  // Memory.
  LV_SPLAT,  // one element to many
  LV_LOAD,   // elements of stride `immediate`
  LV_LOAD_BLOCK,  // neighbouring ones of these, each to a row of its own; see block_load.inc
  LV_STORE,  // with stride `immediate`
  // Into an accumulator: `double` for real sums and products, `int64_t` for integer ones, else the type
  // itself.
  LV_ACCUMULATE_SUM,
  LV_ACCUMULATE_PRODUCT,
  LV_ACCUMULATE_MAXIMUM,
  LV_ACCUMULATE_MINIMUM,
  LV_ACCUMULATE_DOT,  // the sum of a b
  LV_OP_COUNT
};
#undef LV_NAME_OF

/// Which operands of a binary kernel are one element that serves for all.
enum lv_form { LV_VECTORS, LV_SECOND_IS_SCALAR, LV_FIRST_IS_SCALAR, LV_FORM_COUNT };

/// The instruction sets that loops are compiled for, each of which includes those before it.
enum lv_instruction_set { LV_BASE, LV_AVX2, LV_AVX512 };

/// What a processor has: LV_HAS_AVX2 stands for AVX2 and FMA, LV_HAS_AVX512 for its parts F, DQ, BW and VL.
enum { LV_HAS_AVX2 = 1, LV_HAS_AVX512 = 2 };

/// A processor: who made it, which one it is, and what it has.
typedef struct {
  uint32_t vendor;  // the first four letters of its name, as the instruction `cpuid` gives them
  uint32_t family, model;
  uint32_t features;
} lv_processor;

/// The processor of a vendor with the signature that `cpuid` gives, whose family and model lie in several pieces.
lv_processor lv_identify(uint32_t vendor, uint32_t signature, uint32_t features);

/// The instruction set that serves a processor best, of those that it has.
enum lv_instruction_set lv_best_instruction_set(lv_processor processor);

/// The instruction set whose loops are in use.
enum lv_instruction_set lv_chosen_instruction_set(void);

/// `n` elements of `result` from the operands it has. A result may be one of the operands.
typedef void (*lv_kernel)(
    void *result, const void *a, const void *b, const void *c, ptrdiff_t n, int64_t immediate);

/// The kernel for an operation, or null when a type has no such operation.
lv_kernel lv_find_kernel(enum lv_op op, enum lv_type type, enum lv_form form);

/// One kernel and the slots it works on.
typedef struct {
  lv_kernel kernel;
  int64_t immediate;
  uint32_t result, a, b, c;
} lv_instruction;

/// A slot that moves along with the chunk.
typedef struct {
  uint32_t slot;
  int64_t bytes_per_element;
} lv_moving_slot;

/// A value that every chunk adds to: the slots of the value and of its end result.
typedef struct {
  uint32_t partial_slot, result_slot;
  uint8_t op;           // LV_ACCUMULATE_…
  uint8_t type;         // of what is accumulated
  uint8_t result_type;  // the same, or LV_F64 for a sum of LV_F32 that keeps its precision
} lv_accumulator;

/// The origin of a slot's address: a buffer of the execution, or scratch memory.
typedef struct {
  int32_t buffer;  // LV_SCRATCH, or an index among the buffers
  int64_t byte_offset;
} lv_slot;
enum { LV_SCRATCH = -1 };

/// One pass over a range of elements.
///
/// The prologue runs once on single elements; the body runs for each chunk. Chunks make blocks;
/// each block has accumulators of its own, and these are combined in the order of the blocks, so
/// results do not depend on who computes which block.
typedef struct {
  const lv_instruction *prologue, *body;
  const lv_moving_slot *moving;
  const lv_accumulator *accumulators;
  const lv_slot *slots;
  ptrdiff_t prologue_count, body_count, moving_count, accumulator_count, slot_count;
  ptrdiff_t extent, chunk, chunks_per_block;
  // Values that are one number for all chunks, spread over a chunk once before the first.
  const lv_instruction *spreading;
  ptrdiff_t spreading_count;
  // Scratch memory, which begins with the numbers that the prologue leaves for the body.
  ptrdiff_t scratch_bytes, number_bytes;
  // The largest number of threads that the pass is worth.
  int threads;
} lv_program;

/// The bytes of memory that a program needs to run on a number of threads, aligned to 64.
ptrdiff_t lv_workspace_bytes(const lv_program *program, int threads);

/// Runs a program on at most `threads` threads, over buffers in the order its slots number them.
void lv_run(const lv_program *program, char *const *buffers, char *workspace, int threads);

/// Work that threads do together: called once on each, with the thread's number from 0 up.
typedef void (*lv_work)(void *context, int thread);

/// Runs `work` on this thread and on up to `threads - 1` others that are free; returns when all are done.
void lv_parallel(int threads, lv_work work, void *context);

/// The number of threads that work together: LEVIN_THREADS, or what affinity and quota allow.
int lv_thread_count(void);

/// Sets the number of threads, for all who ask from now on.
void lv_set_thread_count(int count);

/// Sizes of a product of matrices, and the strides of the operands' rows and columns in elements.
///
/// The first is m by k, the second k by n; the result is row-major without gaps.
typedef struct {
  ptrdiff_t m, n, k;
  ptrdiff_t a_row, a_column, b_row, b_column;
} lv_matrix_shape;

/// Products of many pairs of matrices of one shape.
typedef struct {
  lv_matrix_shape shape;
  enum lv_type type;  // LV_F32 or LV_F64
  const void *a, *b;
  void *c;
  ptrdiff_t batches;
  const int64_t *a_starts, *b_starts;  // the first element of each pair
} lv_matrix_product;

/// The name of what multiplies large matrices: "OpenBLAS", "Accelerate", or "Levin" for these kernels.
const char *lv_matrix_library(void);

/// The bytes of memory that a product needs on a number of threads.
ptrdiff_t lv_matrix_product_bytes(const lv_matrix_product *product, int threads);

/// Multiplies on at most `threads` threads; the bits do not depend on how many.
void lv_multiply_matrices(const lv_matrix_product *product, char *workspace, int threads);

/// Tells the thread sanitizer, if it watches, that this thread is done with a block of memory for now, and
/// that nobody has it any more.
void lv_note_access(void *block);
void lv_note_end(void *block);

/// Ends the process for numbers that an operation cannot take.
_Noreturn void lv_stop(const char *reason);

/// Copies elements of `size` bytes between strided arrays of one shape; strides are in elements.
void lv_copy_strided(
    char *to, const int64_t *to_strides, const char *from, const int64_t *from_strides,
    const int64_t *shape, ptrdiff_t rank, ptrdiff_t size);

/// Indices along one axis of a table, and the rows that each of them names.
///
/// A table has the axes outer, size, columns and row; what moves between it and the table has outer,
/// count and row.
typedef struct {
  const void *indices;
  int64_t size;       // of the axis; an index is less
  ptrdiff_t count;    // indices for each outer position
  ptrdiff_t columns;  // indices side by side that each name a row in a column of their own, or 1
  ptrdiff_t row;      // elements that one index moves
  enum lv_type type;  // of the elements
  int is_wide;        // whether indices have 64 bits rather than 32
  int counts_from_end;  // whether negative indices do
  int is_along;       // whether each outer position has indices of its own
} lv_indexing;

/// A part of the work: some of the outer positions, and of the indices at each.
typedef struct {
  ptrdiff_t outer_first, outer_count, first, count;
} lv_index_range;

enum lv_movement {
  LV_GATHER,      // rows from the table
  LV_SCATTER,     // rows into the table, later ones over earlier ones
  LV_SCATTER_ADD  // rows added to the table, in order; one for LV_F32 has elements of LV_F64
};

/// Moves rows, and returns -1; or the position of the first index that is out of range.
ptrdiff_t lv_move_indexed(
    const lv_indexing *indexing, enum lv_movement movement, char *table, char *rows,
    const lv_index_range *range);

/// Adds up tables of sums in their order; those for LV_F32 have elements of LV_F64.
void lv_join_tables(
    enum lv_type type, char *result, const char *tables, ptrdiff_t parts, ptrdiff_t count);

/// result = result * size + index for each index, in 64 bits or 32; returns what lv_move_indexed does.
ptrdiff_t lv_combine_indices(
    const lv_indexing *indexing, void *result, int is_wide, ptrdiff_t first, ptrdiff_t count);

/// The number of Booleans that are true, and their positions.
ptrdiff_t lv_count_true(const uint8_t *elements, ptrdiff_t count);
void lv_positions_of_true(const uint8_t *elements, ptrdiff_t count, int64_t *positions);

/// The index along each axis of a shape for positions in row-major order.
void lv_unravel(
    const int64_t *positions, ptrdiff_t count, const int64_t *shape, ptrdiff_t rank,
    int64_t *result);

#endif
