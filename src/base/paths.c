#include "base/paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/leftovers.h"
#include "base/platform.h"

char *nd_path_with(const char *path, const char *suffix, nd_error *error) {
    size_t length = strlen(path) + strlen(suffix) + 1;
    char *joined = nd_array(length, 1, error);
    if (joined)
        snprintf(joined, length, "%s%s", path, suffix);
    return joined;
}

const char *nd_base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *nd_folder_of(const char *path, nd_error *error) {
    char *copy = nd_text(path, error);
    if (!copy)
        return NULL;
    char *folder = nd_text(dirname(copy), error);
    free(copy);
    return folder;
}

/* ".tmp-PLACE-": what the next versions of this machine's processes have in their names. */
static void mark_of_place(char mark[40]) {
    snprintf(mark, 40, ".tmp-%016llx-", (unsigned long long)nd_process_place());
}

/* Is `name` that of a next version of a file, of a process that is no more? `length` bytes of it
 * are the file's own name. */
static bool is_left_behind(const char *name, size_t length, const char *mark) {
    static const char *const endings[] = {"", ND_PROBE_SUFFIX, "-journal", "-wal",
                                          "-shm"}; /* SQLite's */
    char *end;
    bool ours = false;
    if (strncmp(name + length, mark, strlen(mark)) != 0)
        return false;
    long process = strtol(name + length + strlen(mark), &end, 10);
    if (end[0] == '-' && end[1] >= '0' && end[1] <= '9')
        (void)strtol(end + 1, &end, 10);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        ours = ours || strcmp(end, endings[i]) == 0;
    return process > 0 && ours && kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

/* Of the file `name` in the folder; or of all files whose name begins so. */
static void each_left_behind(const char *folder, const char *name, bool beginning,
                             nd_left_behind *found, void *context) {
    char mark[40];
    if (nd_process_place() == 0)
        return;
    mark_of_place(mark);
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        struct stat status;
        size_t length = strlen(name);
        char *left = NULL, *marked = beginning ? strstr(entry->d_name, mark) : NULL;
        if (strncmp(entry->d_name, name, length) != 0 || (beginning && !marked))
            continue;
        if (beginning)
            length = (size_t)(marked - entry->d_name);
        if (is_left_behind(entry->d_name, length, mark) &&
            fstatat(dirfd(entries), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            status.st_uid == geteuid() && asprintf(&left, "%s/%s", folder, entry->d_name) > 0) {
            found(left, &status, context);
            free(left);
        }
    }
    if (entries)
        (void)closedir(entries);
}

void nd_each_left_behind(const char *path, nd_left_behind *found, void *context) {
    char *folder = nd_folder_of(path, NULL);
    if (folder)
        each_left_behind(folder, nd_base_name(path), false, found, context);
    free(folder);
}

static void remove_left(const char *left, const struct stat *status, void *context) {
    (void)context;
    if (S_ISREG(status->st_mode))
        (void)unlink(left);
}

void nd_remove_left_behind(const char *path) {
    nd_each_left_behind(path, remove_left, NULL);
}

void nd_remove_left_behind_in(const char *folder, const char *beginning) {
    each_left_behind(folder, beginning, true, remove_left, NULL);
}

char *nd_path_aside(const char *path, nd_error *error) {
    static atomic_uint made; /* threads of one process may each have one of the same path */
    char mark[40], suffix[88];
    unsigned before = atomic_fetch_add(&made, 1);
    mark_of_place(mark);
    if (before == 0)
        snprintf(suffix, sizeof suffix, "%s%ld", mark, (long)getpid());
    else
        snprintf(suffix, sizeof suffix, "%s%ld-%u", mark, (long)getpid(), before);
    nd_remove_left_behind(path);
    char *aside = nd_path_with(path, suffix, error);
    if (aside)
        nd_leftover(aside);
    return aside;
}

bool nd_sync_path(const char *path, bool folder) {
    int file = open(path, O_RDONLY | O_CLOEXEC | (folder ? O_DIRECTORY : 0));
    if (file < 0)
        return false;
    bool synced = fsync(file) == 0;
    int why = errno;
    bool closed = close(file) == 0;
    if (!synced)
        errno = why;
    return synced && closed;
}

void nd_sync_folder_of(const char *path) {
    char *folder = nd_folder_of(path, NULL);
    if (folder)
        (void)nd_sync_path(folder, true);
    free(folder);
}
