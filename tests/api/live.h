/* What of the heap is in use, by a malloc of the test program's own that counts blocks taken and
 * not given back. Bytes by mallinfo would count what glibc keeps of small blocks for the next call,
 * too, which comes and goes by itself. To be included by one file of a program. */
#ifndef ND_TESTS_LIVE_H
#define ND_TESTS_LIVE_H

#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#ifdef SANITIZED
/* The sanitizers' own; not every compiler brings the header. */
extern size_t __sanitizer_get_current_allocated_bytes(void);

/* In bytes. */
static size_t live_on_heap(void) {
    return __sanitizer_get_current_allocated_bytes();
}

static const char LIVE_UNIT[] = "bytes";
#else
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>

/* glibc's own, for a program that has a malloc in its place. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static atomic_size_t live;

static void *counted(void *block) {
    if (block)
        atomic_fetch_add(&live, 1);
    return block;
}

void *malloc(size_t size) {
    return counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size) {
    return counted(__libc_calloc(count, size));
}

void free(void *block) {
    if (block)
        atomic_fetch_sub(&live, 1);
    __libc_free(block);
}

void *realloc(void *block, size_t size) {
    if (!block)
        return malloc(size);
    if (size == 0)
        atomic_fetch_sub(&live, 1);
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    return counted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    void *made = memalign(alignment, size);
    if (made)
        *block = made;
    return made ? 0 : ENOMEM;
}

/* In blocks. */
static size_t live_on_heap(void) {
    return atomic_load(&live);
}

static const char LIVE_UNIT[] = "blocks";
#endif

#endif
