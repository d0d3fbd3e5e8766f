// Reference counts, which the thread sanitizer cannot see.
//
// A block of memory goes back to its pool when the last reference to it goes, on whatever thread that is.
// Counting makes all that others did with the block come before; but it is done in the Swift runtime, which
// the sanitizer does not look into, so it would take the block's next use for a race with its last.

#include "LevinKernels.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LV_IS_WATCHED 1
#endif
#endif

#ifdef LV_IS_WATCHED
extern void __tsan_acquire(void *address);
extern void __tsan_release(void *address);
void lv_note_access(void *block) { __tsan_release(block); }
void lv_note_end(void *block) { __tsan_acquire(block); }
#else
void lv_note_access(void *block) { (void)block; }
void lv_note_end(void *block) { (void)block; }
#endif
