/* Files that appear whole or not at all. */
#ifndef ND_BASE_FILES_H
#define ND_BASE_FILES_H

#include <sys/stat.h>

#include "base/memory.h"

/* The path beside `path` under which its next version is written, "PATH.tmp-PLACE-PID"; free() it.
 * What killed processes left is removed first. */
char *nd_path_aside(const char *path, nd_error *error);

/* Calls `found` for each next version of `path` that a process of ours left when it was killed:
 * made on this machine since it runs, the process is no more, a file or folder of this user's. */
typedef void nd_left_behind(const char *left, const struct stat *status, void *context);
void nd_each_left_behind(const char *path, nd_left_behind *found, void *context);

/* Removes those of them that are regular files, and nothing else. */
void nd_remove_left_behind(const char *path);

/* PATH with `suffix` appended; free() it. */
char *nd_path_with(const char *path, const char *suffix, nd_error *error);

/* Makes `aside` durable and renames it to `path` (fsync, rename, fsync of the folder). On failure
 * `aside` is removed and `path` is as it was. */
bool nd_publish(const char *aside, const char *path, nd_error *error);

/* Writes `length` bytes to `path`, whole or not at all. */
bool nd_write_file(const char *path, const void *bytes, size_t length, nd_error *error);

/* Reads all of `path` into `buffer`; fails if it is larger than `limit` bytes. A zero byte follows
 * the last, beyond buffer->length, so that text can be used as a string. */
bool nd_read_file(const char *path, size_t limit, nd_buffer *buffer, nd_error *error);

/* Fails, with a clear word, unless a file can be created in the folder of `path`. */
bool nd_check_writable(const char *path, nd_error *error);

/* What follows PATH in messages: the file's name without its folders. */
const char *nd_base_name(const char *path);

#endif
