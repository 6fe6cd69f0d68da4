#include "base/files.h"

#include <errno.h>
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
    char *folder = nd_folder_of(path, error);
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
