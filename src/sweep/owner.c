#include "sweep/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/platform.h"

enum { PATH_ROOM = 4096 };

struct nd_owner {
    char name[64], path[PATH_ROOM];
    int file;
};

static bool owner_path(const char *folder, const char *name, char path[PATH_ROOM]) {
    return snprintf(path, PATH_ROOM, "%s/owners/%s", folder, name) < PATH_ROOM;
}

nd_owner *nd_owner_new(const char *folder, nd_error *error) {
    nd_owner *owner = nd_array(1, sizeof *owner, error);
    uint64_t random = nd_unique_bits();
    if (!owner)
        return NULL;
    snprintf(owner->name, sizeof owner->name, "%ld-%016llx", (long)getpid(),
             (unsigned long long)random);
    owner->file = -1;
    bool fits = owner_path(folder, "", owner->path);
    if (fits && mkdir(owner->path, 0777) != 0 && errno != EEXIST) {
        nd_fail_errno(error, owner->path, "choose another folder with -o", "cannot be made");
        free(owner);
        return NULL;
    }
    if (fits && owner_path(folder, owner->name, owner->path))
        owner->file = open(owner->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (owner->file >= 0 && flock(owner->file, LOCK_EX | LOCK_NB) == 0)
        return owner;
    nd_fail_errno(error, owner->path, NULL, "cannot be locked");
    nd_owner_free(owner);
    return NULL;
}

void nd_owner_free(nd_owner *owner) {
    if (!owner)
        return;
    if (owner->file >= 0) {
        unlink(owner->path);
        close(owner->file);
    }
    free(owner);
}

const char *nd_owner_name(const nd_owner *owner) {
    return owner->name;
}

bool nd_owner_lives(const char *folder, const char *name) {
    char path[PATH_ROOM];
    int file = owner_path(folder, name, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return false;
    bool lives = flock(file, LOCK_SH | LOCK_NB) != 0;
    close(file);
    return lives;
}

bool nd_owner_is_gone(const char *folder, const char *name) {
    char path[PATH_ROOM];
    if (!owner_path(folder, name, path))
        return false;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT;
    bool gone = flock(file, LOCK_EX | LOCK_NB) == 0;
    if (gone)
        unlink(path);
    close(file);
    return gone;
}
