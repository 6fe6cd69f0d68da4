#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/place.h"

bool nd_write_file(const char *path, const void *bytes, size_t length, nd_error *error) {
    nd_place *place = nd_place_find(path, error);
    bool written = place && nd_place_write(place, bytes, length, error);
    nd_place_free(place);
    return written;
}

int nd_open_regular(const char *path, nd_error *error) {
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0 || fstat(file, &about) != 0) {
        nd_fail_errno(error, path, NULL, "cannot be opened");
    } else if (!S_ISREG(about.st_mode)) {
        nd_fail(error, path, "give a regular file", "is %s, no regular file",
                S_ISDIR(about.st_mode)    ? "a folder"
                : S_ISFIFO(about.st_mode) ? "a named pipe"
                : S_ISSOCK(about.st_mode) ? "a socket"
                                          : "a device");
    } else {
        return file;
    }
    if (file >= 0)
        close(file);
    return -1;
}

FILE *nd_fopen_regular(const char *path, nd_error *error) {
    int file = nd_open_regular(path, error);
    FILE *stream = file >= 0 ? fdopen(file, "rbe") : NULL;
    if (file >= 0 && !stream) {
        nd_fail_errno(error, path, NULL, "cannot be opened");
        close(file);
    }
    return stream;
}

bool nd_read_file(const char *path, size_t limit, nd_buffer *buffer, nd_error *error) {
    FILE *file = nd_fopen_regular(path, error);
    if (!file)
        return false;
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

/* Whether the longest name that is made beside `path` fits: its last checkpoint's next version. */
static bool fits(const char *path, const char *folder, nd_error *error) {
    static const char longest[] = ".ckpt.1.tmp-0123456789abcdef-4194304";
    long most = pathconf(folder, _PC_NAME_MAX);
    size_t length = strlen(nd_base_name(path));
    return most < 0 || length + sizeof longest - 1 <= (size_t)most ||
           nd_fail(error, path, "choose a shorter one",
                   "the name has %zu bytes; %zu at most leave room for what is added to it", length,
                   (size_t)most - (sizeof longest - 1));
}

/* Makes a file beside the place, renames it, and removes it. */
static bool probe(const nd_place *place, nd_error *error) {
    char *aside = nd_place_aside(place, error);
    char *renamed = aside ? nd_path_with(aside, ND_PROBE_SUFFIX, error) : NULL;
    bool fine = renamed != NULL;
    if (fine && rename(aside, renamed) != 0) {
        fine = nd_fail_errno(error, place->path, "choose a folder on another disk",
                             "files in its folder cannot be renamed, as every result is");
        (void)unlink(aside);
    } else if (fine) {
        (void)unlink(renamed);
    } else if (aside) {
        (void)unlink(aside);
    }
    free(renamed);
    free(aside);
    return fine;
}

bool nd_check_writable(const char *path, nd_error *error) {
    nd_place *place = nd_place_find(path, error);
    char *folder = place ? nd_folder_of(place->target, error) : NULL;
    struct stat status;
    bool fine = folder != NULL;
    if (!fine)
        ;
    else if (stat(folder, &status) != 0)
        fine = nd_fail_errno(error, path, "create the folder first", "its folder");
    else if (!S_ISDIR(status.st_mode))
        fine = nd_fail(error, path, NULL, "%s is not a folder", folder);
    else if (access(folder, W_OK) != 0)
        fine =
            nd_fail_errno(error, path, "choose another folder", "its folder cannot be written to");
    else
        fine = fits(path, folder, error) && nd_place_replaceable(place, true, error) &&
               probe(place, error);
    free(folder);
    nd_place_free(place);
    return fine;
}
