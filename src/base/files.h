/* Files written and read whole. */
#ifndef ND_BASE_FILES_H
#define ND_BASE_FILES_H

#include <stdio.h>

#include "base/paths.h"

/* Writes `length` bytes to `path`, whole or not at all (base/place.h). */
bool nd_write_file(const char *path, const void *bytes, size_t length, nd_error *error);

/* Opens a regular file for reading: its descriptor, or -1 with `error` filled. What else may stand
 * at a path (a named pipe, a device, a folder) is refused, and never waited for; the descriptor is
 * asked, not the name. */
int nd_open_regular(const char *path, nd_error *error);
/* The same as a stream; NULL with `error` filled. */
FILE *nd_fopen_regular(const char *path, nd_error *error);

/* Reads all of `path` into `buffer`; fails if it is larger than `limit` bytes. A zero byte follows
 * the last, beyond buffer->length, so that text can be used as a string. */
bool nd_read_file(const char *path, size_t limit, nd_buffer *buffer, nd_error *error);

/* Fails, with a clear word, unless a file can be made and renamed in the folder of `path`, its name
 * leaves room for what is added to it, and what is there can be replaced, if it is read-only, too.
 */
bool nd_check_writable(const char *path, nd_error *error);

#endif
