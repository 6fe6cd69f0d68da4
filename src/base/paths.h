/* Paths: beside which the next version of a file is written, what killed processes left there. */
#ifndef ND_BASE_PATHS_H
#define ND_BASE_PATHS_H

#include <sys/stat.h>

#include "base/memory.h"

/* A path beside `path` under which its next version is written, "PATH.tmp-PLACE-PID" or, from the
 * second on, "PATH.tmp-PLACE-PID-COUNT": no two of a process are the same. free() it. What killed
 * processes left is removed first. */
char *nd_path_aside(const char *path, nd_error *error);

/* Follows that name where it is tried whether files can be renamed there. */
#define ND_PROBE_SUFFIX "r"

/* Calls `found` for each next version of `path` that a process of ours left when it was killed:
 * made on this machine since it runs, the process is no more, a file or folder of this user's. */
typedef void nd_left_behind(const char *left, const struct stat *status, void *context);
void nd_each_left_behind(const char *path, nd_left_behind *found, void *context);

/* Removes those of them that are regular files, and nothing else. */
void nd_remove_left_behind(const char *path);

/* The same of every file in the folder whose name begins so. */
void nd_remove_left_behind_in(const char *folder, const char *beginning);

/* PATH with `suffix` appended; free() it. */
char *nd_path_with(const char *path, const char *suffix, nd_error *error);

/* Makes a file, or a folder, durable; false with errno. */
bool nd_sync_path(const char *path, bool folder);
/* The same for the folder of `path`. Some file systems refuse that: what was renamed in it has
 * happened all the same. */
void nd_sync_folder_of(const char *path);

/* The folder of `path`, "." where it names none; free() it. */
char *nd_folder_of(const char *path, nd_error *error);

/* What follows PATH in messages: the file's name without its folders. */
const char *nd_base_name(const char *path);

#endif
