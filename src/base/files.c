#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/platform.h"

static const char FREE_SPACE[] = "free some space or choose another folder with -o";

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

static bool sync_path(const char *path, int flags) {
    int file = open(path, flags | O_CLOEXEC);
    if (file < 0)
        return false;
    bool synced = fsync(file) == 0;
    return close(file) == 0 && synced;
}

static char *folder_of(const char *path, nd_error *error) {
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

void nd_each_left_behind(const char *path, nd_left_behind *found, void *context) {
    char mark[40];
    if (nd_process_place() == 0)
        return;
    mark_of_place(mark);
    char *folder = folder_of(path, NULL);
    const char *name = nd_base_name(path);
    size_t length = strlen(name);
    DIR *entries = folder ? opendir(folder) : NULL;
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        struct stat status;
        char *end, *left = NULL;
        if (strncmp(entry->d_name, name, length) != 0 ||
            strncmp(entry->d_name + length, mark, strlen(mark)) != 0)
            continue;
        long process = strtol(entry->d_name + length + strlen(mark), &end, 10);
        if (process > 0 && *end == '\0' && kill((pid_t)process, 0) != 0 && errno == ESRCH &&
            fstatat(dirfd(entries), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            status.st_uid == geteuid() && asprintf(&left, "%s/%s", folder, entry->d_name) > 0) {
            found(left, &status, context);
            free(left);
        }
    }
    if (entries)
        (void)closedir(entries);
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

char *nd_path_aside(const char *path, nd_error *error) {
    char mark[40], suffix[72];
    mark_of_place(mark);
    snprintf(suffix, sizeof suffix, "%s%ld", mark, (long)getpid());
    nd_remove_left_behind(path);
    return nd_path_with(path, suffix, error);
}

bool nd_publish(const char *aside, const char *path, nd_error *error) {
    if (!sync_path(aside, O_RDONLY) || rename(aside, path) != 0) {
        nd_fail_errno(error, path, FREE_SPACE, "cannot be put in place");
        unlink(aside);
        return false;
    }
    char *folder = folder_of(path, NULL);
    if (folder) /* some file systems refuse to sync a folder; the rename itself has happened */
        (void)sync_path(folder, O_RDONLY | O_DIRECTORY);
    free(folder);
    return true;
}

static bool write_all(int file, const unsigned char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

bool nd_write_file(const char *path, const void *bytes, size_t length, nd_error *error) {
    char *aside = nd_path_aside(path, error);
    if (!aside)
        return false;
    int file = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool written = file >= 0 && write_all(file, bytes, length);
    if (file >= 0 && close(file) != 0)
        written = false;
    if (!written) {
        nd_fail_errno(error, path, FREE_SPACE, "cannot be written");
        if (file >= 0)
            unlink(aside);
    } else
        written = nd_publish(aside, path, error);
    free(aside);
    return written;
}

bool nd_read_file(const char *path, size_t limit, nd_buffer *buffer, nd_error *error) {
    FILE *file = fopen(path, "rbe");
    if (!file)
        return nd_fail_errno(error, path, NULL, "cannot be opened");
    unsigned char chunk[65536];
    size_t got;
    bool fine = true;
    while (fine && (got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        fine = nd_buffer_put(buffer, chunk, got, error);
        if (fine && buffer->length > limit)
            fine =
                nd_fail(error, path, NULL, "is larger than the %zu bytes expected at most", limit);
    }
    if (fine && ferror(file))
        fine = nd_fail_errno(error, path, NULL, "cannot be read");
    (void)fclose(file);
    if (fine && (fine = nd_buffer_put(buffer, "", 1, error)))
        buffer->length--;
    return fine;
}

bool nd_check_writable(const char *path, nd_error *error) {
    char *folder = folder_of(path, error);
    if (!folder)
        return false;
    struct stat status;
    bool fine = true;
    if (stat(folder, &status) != 0)
        fine = nd_fail_errno(error, path, "create the folder first", "its folder");
    else if (!S_ISDIR(status.st_mode))
        fine = nd_fail(error, path, NULL, "%s is not a folder", folder);
    else if (access(folder, W_OK) != 0)
        fine = nd_fail_errno(error, path, "choose another folder with -o",
                             "its folder cannot be written to");
    free(folder);
    return fine;
}
