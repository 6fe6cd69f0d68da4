/* Aligned, zeroed arrays whose failure is an nd_error, and a growing byte buffer. */
#ifndef ND_BASE_MEMORY_H
#define ND_BASE_MEMORY_H

#include "nulldrift/base.h"

/* A zeroed array of `count` elements of `size` bytes, aligned to 64 bytes; free() it.
 * NULL with `error` filled when it does not fit (also when count * size overflows).
 * A count of 0 gives a valid pointer. */
void *nd_array(size_t count, size_t size, nd_error *error);

/* A zeroed array of doubles, as nd_array. */
double *nd_doubles(size_t count, nd_error *error);

/* Makes room in a growing list: `array` (NULL at first) has room for *room elements of `size`
 * bytes; returns it, moved where it had to grow, with room for `count` of them at least. NULL, with
 * `error` filled and `array` as it was, when memory is out. free() it. */
void *nd_grown(void *array, size_t *room, size_t count, size_t size, nd_error *error);

/* A copy of `text`, to free(); NULL with `error` filled when memory is out. */
char *nd_text(const char *text, nd_error *error);

/* A byte buffer that grows as it is appended to, and is read back from the front:
 * engine states and checkpoints are written through it. Zero-initialise; free with nd_buffer_free.
 */
typedef struct nd_buffer {
    unsigned char *bytes;
    size_t length, capacity, position; /* position: where the next nd_buffer_take reads */
} nd_buffer;

bool nd_buffer_put(nd_buffer *buffer, const void *bytes, size_t length, nd_error *error);
/* Room for so many bytes more, and not for twice as many, as one put after another makes. */
bool nd_buffer_reserve(nd_buffer *buffer, size_t length, nd_error *error);
/* Reads the next `length` bytes into `bytes`; fails, naming the shortfall, when fewer are left. */
bool nd_buffer_take(nd_buffer *buffer, void *bytes, size_t length, nd_error *error);
/* A text and its length, or NULL; and back, as a new string (free it) or NULL. A length is believed
 * only as far as bytes are left. */
bool nd_buffer_put_text(nd_buffer *buffer, const char *text, nd_error *error);
bool nd_buffer_take_text(nd_buffer *buffer, char **text, nd_error *error);
void nd_buffer_free(nd_buffer *buffer);

#endif
