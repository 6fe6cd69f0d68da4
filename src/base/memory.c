#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { ALIGNMENT = 64 };

void *nd_array(size_t count, size_t size, nd_error *error) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ALIGNMENT) {
        nd_fail(error, NULL, "use a smaller problem",
                ND_OUT_OF_MEMORY ": %zu elements of %zu bytes", count, size);
        return NULL;
    }
    bytes = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    void *array = aligned_alloc(ALIGNMENT, bytes);
    if (!array) {
        nd_fail(error, NULL, "use a smaller problem or a larger machine",
                ND_OUT_OF_MEMORY ": %.3g MB more are needed", (double)bytes / 1e6);
        return NULL;
    }
    return memset(array, 0, bytes);
}

double *nd_doubles(size_t count, nd_error *error) {
    return nd_array(count, sizeof(double), error);
}

void *nd_grown(void *array, size_t *room, size_t count, size_t size, nd_error *error) {
    enum { FEW = 16 };
    size_t wanted = count < FEW / 2 ? FEW : 2 * count, bytes;
    if (array && count <= *room)
        return array;
    bool fits = count <= SIZE_MAX / 2 && !__builtin_mul_overflow(wanted, size, &bytes);
    void *grown = fits ? realloc(array, bytes) : NULL;
    if (grown)
        *room = wanted;
    else
        nd_fail(error, NULL, "use a smaller problem or a larger machine",
                ND_OUT_OF_MEMORY " for a list of %zu elements", count);
    return grown;
}

char *nd_text(const char *text, nd_error *error) {
    size_t length = strlen(text) + 1;
    char *copy = nd_array(length, 1, error);
    return copy ? memcpy(copy, text, length) : NULL;
}

static bool make_room(nd_buffer *buffer, size_t capacity, nd_error *error) {
    unsigned char *grown = realloc(buffer->bytes, capacity);
    if (!grown)
        return nd_fail(error, NULL, "use a smaller problem or a larger machine",
                       ND_OUT_OF_MEMORY ": %.3g MB more are needed", (double)capacity / 1e6);
    buffer->bytes = grown;
    buffer->capacity = capacity;
    return true;
}

bool nd_buffer_reserve(nd_buffer *buffer, size_t length, nd_error *error) {
    return length <= buffer->capacity - buffer->length ||
           make_room(buffer, buffer->length + length, error);
}

bool nd_buffer_put(nd_buffer *buffer, const void *bytes, size_t length, nd_error *error) {
    if (length > buffer->capacity - buffer->length &&
        !make_room(buffer, 2 * (buffer->length + length) + 4096, error))
        return false;
    if (length)
        memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    return true;
}

bool nd_buffer_take(nd_buffer *buffer, void *bytes, size_t length, nd_error *error) {
    if (length > buffer->length - buffer->position)
        return nd_fail(error, NULL, NULL, "ends %zu bytes too early",
                       length - (buffer->length - buffer->position));
    if (length)
        memcpy(bytes, buffer->bytes + buffer->position, length);
    buffer->position += length;
    return true;
}

bool nd_buffer_put_text(nd_buffer *buffer, const char *text, nd_error *error) {
    uint64_t length = text ? strlen(text) : UINT64_MAX;
    return nd_buffer_put(buffer, &length, sizeof length, error) &&
           (!text || nd_buffer_put(buffer, text, (size_t)length, error));
}

bool nd_buffer_take_text(nd_buffer *buffer, char **text, nd_error *error) {
    uint64_t length = 0;
    *text = NULL;
    if (!nd_buffer_take(buffer, &length, sizeof length, error))
        return false;
    if (length == UINT64_MAX)
        return true;
    if (length > buffer->length - buffer->position)
        return nd_fail(error, NULL, NULL, "ends too early");
    *text = nd_array((size_t)length + 1, 1, error);
    return *text && nd_buffer_take(buffer, *text, (size_t)length, error);
}

void nd_buffer_free(nd_buffer *buffer) {
    free(buffer->bytes);
    *buffer = (nd_buffer){0};
}
