#include "base/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/platform.h"

enum { MOST_LINKS = 40, LINK_ROOM = 4096 };

static const char ELSEWHERE[] = "choose another name";
static const char FREE_SPACE[] = "free some space or choose another folder";

/* What the link at `path` says, as a path to free(). */
static char *follow(const char *path, nd_error *error) {
    char said[LINK_ROOM];
    ssize_t length = readlink(path, said, sizeof said - 1);
    if (length < 0) {
        nd_fail_errno(error, path, ELSEWHERE, "the link cannot be read");
        return NULL;
    }
    said[length] = '\0';
    const char *slash = strrchr(path, '/');
    if (said[0] == '/' || !slash)
        return nd_text(said, error);
    size_t folder = (size_t)(slash - path) + 1;
    char *joined = nd_array(folder + (size_t)length + 1, 1, error);
    if (joined) {
        memcpy(joined, path, folder);
        memcpy(joined + folder, said, (size_t)length);
    }
    return joined;
}

/* Follows links from place->target on. */
static bool find_target(nd_place *place, nd_error *error) {
    for (int links = 0; links <= MOST_LINKS; links++) {
        place->there = lstat(place->target, &place->found) == 0;
        if (!place->there)
            return errno == ENOENT || nd_fail_errno(error, place->path, ELSEWHERE,
                                                    "where it should go cannot be looked at");
        if (!S_ISLNK(place->found.st_mode))
            return true;
        char *next = follow(place->target, error);
        if (!next)
            return false;
        free(place->target);
        place->target = next;
    }
    errno = ELOOP;
    return nd_fail_errno(error, place->path, ELSEWHERE, "where it should go cannot be looked at");
}

nd_place *nd_place_find(const char *path, nd_error *error) {
    if (!path[0]) {
        nd_fail(error, "`output`", "name a file", "the name is empty");
        return NULL;
    }
    nd_place *place = nd_array(1, sizeof *place, error);
    if (place && (place->path = nd_text(path, error)) && (place->target = nd_text(path, error)) &&
        find_target(place, error))
        return place;
    nd_place_free(place);
    return NULL;
}

void nd_place_free(nd_place *place) {
    if (!place)
        return;
    free(place->path);
    free(place->target);
    free(place);
}

/* In a folder like /tmp none but the owner of a file, or of the folder, may rename it or put
 * another in its place. */
static bool is_anothers(const nd_place *place) {
    struct stat folder;
    char *path = nd_folder_of(place->target, NULL);
    bool sticky = path && stat(path, &folder) == 0 && (folder.st_mode & S_ISVTX);
    free(path);
    return sticky && geteuid() != 0 && geteuid() != folder.st_uid &&
           geteuid() != place->found.st_uid;
}

bool nd_place_replaceable(const nd_place *place, bool though_read_only, nd_error *error) {
    if (!place->there || !S_ISREG(place->found.st_mode))
        return true;
    if (is_anothers(place))
        return nd_fail(error, place->path, ELSEWHERE,
                       "is somebody else's, in a folder where none but its owner may replace it");
    if (nd_is_fixed(place->target))
        return nd_fail(error, place->path, "see lsattr, or choose another name",
                       "is immutable or append-only, and cannot be replaced");
    /* Asked, not tried: an overlay copies a file that is opened for writing. */
    return faccessat(AT_FDCWD, place->target, W_OK, AT_EACCESS) == 0 ||
           (errno == EACCES && though_read_only) || errno == ENOENT ||
           nd_fail_errno(error, place->path, "make it writable (chmod u+w), or choose another name",
                         "is read-only");
}

static bool same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool same_folder(const char *a, const char *b) {
    struct stat one, other;
    char *first = nd_folder_of(a, NULL), *second = nd_folder_of(b, NULL);
    bool same = first && second && stat(first, &one) == 0 && stat(second, &other) == 0 &&
                same_file(&one, &other);
    free(first);
    free(second);
    return same;
}

bool nd_places_apart(const nd_place *a, const nd_place *b, nd_error *error) {
    bool one = a->there
                   ? b->there && same_file(&a->found, &b->found)
                   : !b->there && strcmp(nd_base_name(a->target), nd_base_name(b->target)) == 0 &&
                         same_folder(a->target, b->target);
    return !one || nd_fail(error, b->path, ELSEWHERE,
                           "another result of this command goes to the same file, %.300s", a->path);
}

char *nd_place_aside(const nd_place *place, nd_error *error) {
    char *aside = nd_path_aside(place->target, error);
    if (!aside)
        return NULL;
    mode_t mode = place->there ? 0600 : 0666;
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int file = open(aside, flags, mode);
    if (file < 0 && errno == EEXIST && unlink(aside) == 0) /* of an earlier process of our number */
        file = open(aside, flags, mode);
    if (file >= 0) {
        (void)close(file);
        return aside;
    }
    nd_fail_errno(error, place->path, FREE_SPACE, "cannot be written");
    free(aside);
    return NULL;
}

/* Gives `aside` the mode, the access list, the user's own attributes and, where that is allowed,
 * the owner of what it will replace. A group that cannot be kept has no rights by its mode that all
 * others do not have. */
static bool take_after(const char *aside, const char *target) {
    struct stat now;
    if (lstat(target, &now) != 0)
        return false;
    mode_t mode = now.st_mode & 07777, group = 0070, others = (now.st_mode & 0007) << 3;
    if (chown(aside, now.st_uid, now.st_gid) != 0 && chown(aside, (uid_t)-1, now.st_gid) != 0) {
        struct stat ours;
        if (stat(aside, &ours) != 0)
            return false;
        if (ours.st_gid != now.st_gid)
            mode = (mode & ~group) | (mode & others);
        mode &= 0777;
    }
    return nd_hand_on_attributes(target, aside) && chmod(aside, mode) == 0;
}

/* Whether what is there is still what was found. */
static bool unchanged(const nd_place *place) {
    struct stat now;
    const struct stat *then = &place->found;
    return lstat(place->target, &now) == 0 && now.st_dev == then->st_dev &&
           now.st_ino == then->st_ino && now.st_size == then->st_size &&
           now.st_mtime == then->st_mtime &&
           memcmp(&now.st_mtim, &then->st_mtim, sizeof now.st_mtim) == 0;
}

static bool changed(const nd_place *place, const char *how, nd_error *error) {
    return nd_fail(error, place->path, place->kept[0] ? place->kept : ELSEWHERE,
                   "%s meanwhile, and stays as it is", how);
}

static bool copy_bytes(const char *from, const char *to) {
    unsigned char chunk[65536];
    FILE *in = fopen(from, "rbe"), *out = in ? fopen(to, "wbe") : NULL;
    bool fine = out != NULL;
    for (size_t got; fine && (got = fread(chunk, 1, sizeof chunk, in)) > 0;)
        fine = fwrite(chunk, 1, got, out) == got;
    fine = fine && !ferror(in);
    if (in)
        (void)fclose(in);
    return (!out || fclose(out) == 0) && fine;
}

/* `aside` lies on another file system than the target: a copy beside that is put in place. */
static bool publish_copy(const nd_place *place, const char *aside, nd_error *error) {
    char *beside = nd_place_aside(place, error);
    bool fine = beside != NULL;
    if (fine && !copy_bytes(aside, beside)) {
        nd_fail_errno(error, place->path, FREE_SPACE, "cannot be written");
        (void)unlink(beside);
        fine = false;
    }
    fine = fine && nd_place_publish(place, beside, error);
    free(beside);
    (void)unlink(aside);
    return fine;
}

bool nd_place_publish(const nd_place *place, const char *aside, nd_error *error) {
    bool fine = nd_sync_path(aside, false);
    if (fine && place->there) {
        if (!unchanged(place)) {
            (void)unlink(aside);
            return changed(place, "was changed or removed by another program", error);
        }
        fine = take_after(aside, place->target) && rename(aside, place->target) == 0;
    } else if (fine && !nd_rename_new(aside, place->target)) {
        if (errno == EEXIST) {
            (void)unlink(aside);
            return changed(place, "another file appeared there", error);
        }
        fine = false;
    }
    if (!fine && errno == EXDEV)
        return publish_copy(place, aside, error);
    if (!fine) {
        nd_fail_errno(error, place->path, FREE_SPACE, "cannot be put in place");
        (void)unlink(aside);
        return false;
    }
    nd_sync_folder_of(place->target);
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

bool nd_place_write(const nd_place *place, const void *bytes, size_t length, nd_error *error) {
    char *aside = nd_place_aside(place, error);
    if (!aside)
        return false;
    int file = open(aside, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    bool written = file >= 0 && write_all(file, bytes, length);
    int why = errno;
    if (file >= 0 && close(file) != 0) {
        written = false;
        why = errno;
    }
    errno = why;
    if (!written) {
        nd_fail_errno(error, place->path, FREE_SPACE, "cannot be written");
        (void)unlink(aside);
    } else
        written = nd_place_publish(place, aside, error);
    free(aside);
    return written;
}
