#include "allocations.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static atomic_long count;
static atomic_long in_use;
static atomic_long peak;

long refract_allocations(void) { return atomic_load_explicit(&count, memory_order_relaxed); }
long refract_heap_bytes(void) { return atomic_load_explicit(&in_use, memory_order_relaxed); }
long refract_heap_peak(void) { return atomic_load_explicit(&peak, memory_order_relaxed); }

void refract_reset_peak(void) {
  atomic_store_explicit(&peak, refract_heap_bytes(), memory_order_relaxed);
}

static void change(long bytes) {
  long now = atomic_fetch_add_explicit(&in_use, bytes, memory_order_relaxed) + bytes;
  // What is measured runs on one thread, so a lost update of the peak does not matter.
  if (now > refract_heap_peak()) atomic_store_explicit(&peak, now, memory_order_relaxed);
}

static void *given(void *memory) {
  if (memory) {
    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
    change((long)malloc_usable_size(memory));
  }
  return memory;
}

void *malloc(size_t size) { return given(__libc_malloc(size)); }

void *calloc(size_t number, size_t size) { return given(__libc_calloc(number, size)); }

void *realloc(void *memory, size_t size) {
  long before = memory ? (long)malloc_usable_size(memory) : 0;
  void *moved = __libc_realloc(memory, size);
  if (moved || size == 0) change(-before);
  return given(moved);
}

void *memalign(size_t alignment, size_t size) { return given(__libc_memalign(alignment, size)); }

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
  void *found = memalign(alignment, size);
  if (!found) return ENOMEM;
  *memory = found;
  return 0;
}

void free(void *memory) {
  if (memory) change(-(long)malloc_usable_size(memory));
  __libc_free(memory);
}
