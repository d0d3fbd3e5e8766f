// Threads that wait for work by spinning for a while, then by sleeping.
//
// Waking a sleeping thread takes 50 to 100 us, more than most passes over ten thousand observations. A
// worker therefore looks for the next job for some tens of microseconds before it parks; in a training
// loop it rarely does. There is one job at a time: who comes while another is under way, or from
// within one, works alone.
//
// All that workers and submitters agree on is one atomic word: the job's number, whether it may still
// be joined, and how many workers are in it. A submitter closes its job when no work is left to hand
// out and waits only for those who joined, never for a worker that is still waking up.

#if defined(__linux__)
#define _GNU_SOURCE  // for the set of processors that a process may use
#endif

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "LevinKernels.h"
#include "settings.h"

enum { MOST_WORKERS = 254, SPIN_NANOSECONDS = 100000 };

static const uint64_t OPEN = 1, MEMBER = 2, MEMBERS = 0x1FE, JOB = 0x200;

static _Atomic uint64_t state;
static atomic_flag is_taken = ATOMIC_FLAG_INIT;
static _Atomic int wanted_threads;
static int worker_count;  // Guarded by `is_taken`.

// Of the open job.
static lv_work job_work;
static void *job_context;
static int job_workers;

static pthread_mutex_t parking = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t unparking = PTHREAD_COND_INITIALIZER;
static _Atomic int parked;

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ll + time.tv_nsec;
}

// Opens a file for reading, under a descriptor above 2: what is printed with standard output or error closed must
// not meet it.
static FILE *open_file(const char *path) {
  int first = open(path, O_RDONLY | O_CLOEXEC);
  if (first < 0) return 0;
  int descriptor = first > STDERR_FILENO ? first : fcntl(first, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (descriptor != first) close(first);
  return descriptor < 0 ? 0 : fdopen(descriptor, "r");
}

// Whole processors that the control group grants, or 0 when it sets no bound.
static int quota(void) {
  int result = 0;
  FILE *file = open_file("/sys/fs/cgroup/cpu.max");
  if (!file) return 0;
  long long most, period;
  if (fscanf(file, "%lld %lld", &most, &period) == 2 && period > 0) {
    result = (int)((most + period - 1) / period);
  }
  fclose(file);
  return result;
}

static int machine_threads(void) {
  int count = (int)sysconf(_SC_NPROCESSORS_ONLN);
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) count = CPU_COUNT(&set);
#endif
  int most = quota();
  if (most > 0 && most < count) count = most;
  return count < 1 ? 1 : count;
}

int lv_thread_count(void) {
  int count = atomic_load_explicit(&wanted_threads, memory_order_relaxed);
  if (count > 0) return count;
  const char *text = lv_setting("LEVIN_THREADS");
  char *end = 0;
  long wanted = text ? strtol(text, &end, 10) : machine_threads();
  if (text && (*end || wanted < 1 || wanted > MOST_WORKERS + 1)) {
    lv_refuse_setting("LEVIN_THREADS", text, "a number from 1 to 255");
  }
  lv_set_thread_count((int)wanted);
  return lv_thread_count();
}

void lv_set_thread_count(int count) {
  if (count < 1) count = 1;
  if (count > MOST_WORKERS + 1) count = MOST_WORKERS + 1;
  atomic_store_explicit(&wanted_threads, count, memory_order_relaxed);
}

// Joins the job if there is one that `worker` has not seen and may join.
static int join(int worker, uint64_t *seen) {
  uint64_t value = atomic_load_explicit(&state, memory_order_acquire);
  while ((value & OPEN) && value / JOB != *seen) {
    if (atomic_compare_exchange_weak(&state, &value, value + MEMBER)) {
      *seen = value / JOB;
      if (worker <= job_workers) return 1;
      atomic_fetch_sub(&state, MEMBER);
      return 0;
    }
  }
  return 0;
}

static int is_new(uint64_t seen) {
  uint64_t value = atomic_load(&state);
  return (value & OPEN) && value / JOB != seen;
}

static void park(uint64_t seen) {
  pthread_mutex_lock(&parking);
  atomic_fetch_add(&parked, 1);
  while (!is_new(seen)) pthread_cond_wait(&unparking, &parking);
  atomic_fetch_sub(&parked, 1);
  pthread_mutex_unlock(&parking);
}

static void *work(void *argument) {
  int worker = (int)(intptr_t)argument;
  uint64_t seen = 0;
  int64_t begin = now();
  for (int turn = 1;; turn++) {
    if (join(worker, &seen)) {
      job_work(job_context, worker);
      atomic_fetch_sub(&state, MEMBER);
      begin = now();
    }
    relax();
    if (turn % 64 == 0 && now() - begin > SPIN_NANOSECONDS) {
      park(seen);
      begin = now();
    }
  }
  return 0;
}

// As many workers as there may be; fewer if the system gives no more.
static void start_workers(int count) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  while (worker_count < count) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, work, (void *)(intptr_t)(worker_count + 1)) != 0) break;
    worker_count++;
  }
  pthread_attr_destroy(&attributes);
}

void lv_parallel(int threads, lv_work body, void *context) {
  if (threads <= 1 || atomic_flag_test_and_set_explicit(&is_taken, memory_order_acquire)) {
    body(context, 0);
    return;
  }
  start_workers(threads - 1);
  job_work = body;
  job_context = context;
  job_workers = threads - 1;
  // Nobody is in a job now, so the word is ours.
  atomic_store(&state, (atomic_load(&state) / JOB + 1) * JOB | OPEN);
  if (atomic_load(&parked) > 0) {
    pthread_mutex_lock(&parking);
    pthread_cond_broadcast(&unparking);
    pthread_mutex_unlock(&parking);
  }
  body(context, 0);
  atomic_fetch_and(&state, ~OPEN);
  for (int turn = 1; atomic_load(&state) & MEMBERS; turn++) {
    relax();
    if (turn % 4096 == 0) sched_yield();
  }
  atomic_flag_clear_explicit(&is_taken, memory_order_release);
}
