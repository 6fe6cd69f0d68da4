/* Memory, asked for by the program itself: what libraries ask for is theirs. */
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEN __attribute__((visibility("default")))
#define FAILS (fault_is_ours(__builtin_return_address(0)) && fault_here(FAULT_MEMORY))

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

SEEN void *malloc(size_t size) {
    return FAILS ? NULL : __libc_malloc(size);
}
SEEN void *calloc(size_t count, size_t size) {
    return FAILS ? NULL : __libc_calloc(count, size);
}
SEEN void *realloc(void *old, size_t size) {
    return FAILS ? NULL : __libc_realloc(old, size);
}
SEEN void *aligned_alloc(size_t alignment, size_t size) {
    return FAILS ? NULL : __libc_memalign(alignment, size);
}
SEEN char *strndup(const char *text, size_t most) {
    size_t length = strnlen(text, most);
    char *copy = FAILS ? NULL : __libc_malloc(length + 1);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}
SEEN char *strdup(const char *text) {
    size_t length = strlen(text) + 1;
    char *copy = FAILS ? NULL : __libc_malloc(length);
    return copy ? memcpy(copy, text, length) : NULL;
}

static int print_new(char **text, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    *text = length < 0 ? NULL : __libc_malloc((size_t)length + 1);
    return *text ? vsnprintf(*text, (size_t)length + 1, format, arguments) : -1;
}
SEEN int vasprintf(char **text, const char *format, va_list arguments) {
    return FAILS ? -1 : print_new(text, format, arguments);
}
SEEN int asprintf(char **text, const char *format, ...) {
    if (FAILS)
        return -1;
    va_list arguments;
    va_start(arguments, format);
    int length = print_new(text, format, arguments);
    va_end(arguments);
    return length;
}
SEEN FILE *open_memstream(char **text, size_t *length) {
    static FILE *(*real)(char **, size_t *);
    if (FAILS)
        return NULL;
    if (!real)
        real = (FILE * (*)(char **, size_t *)) dlsym(RTLD_NEXT, "open_memstream");
    return real(text, length);
}
