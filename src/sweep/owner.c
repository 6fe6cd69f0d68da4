#include "sweep/owner.h"

#include <dirent.h>
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

static bool is_owner_name(const char *name) {
    size_t process = strspn(name, "0123456789");
    return process > 0 && name[process] == '-' &&
           strspn(name + process + 1, "0123456789abcdef") == 16 && name[process + 17] == '\0';
}

/* Removes the files of owners that are gone, and nothing else. */
static void clear(const char *folder) {
    char path[PATH_ROOM];
    DIR *entries = owner_path(folder, "", path) ? opendir(path) : NULL;
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        if (is_owner_name(entry->d_name))
            (void)nd_owner_is_gone(folder, entry->d_name);
    if (entries)
        (void)closedir(entries);
}

/* Makes and locks a file of a new name. Between the two another process may have taken it for a
 * file of one that is gone: then one more is made. */
static bool make_and_lock(nd_owner *owner, const char *folder) {
    enum { ATTEMPTS = 100 };
    struct stat status;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        snprintf(owner->name, sizeof owner->name, "%ld-%016llx", (long)getpid(),
                 (unsigned long long)nd_unique_bits());
        if (!owner_path(folder, owner->name, owner->path)) {
            errno = ENAMETOOLONG;
            return false;
        }
        owner->file = open(owner->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (owner->file < 0)
            return false;
        bool locked = flock(owner->file, LOCK_EX | LOCK_NB) == 0;
        if (locked && fstat(owner->file, &status) == 0 && status.st_nlink > 0)
            return true;
        int why = errno;
        (void)unlink(owner->path);
        (void)close(owner->file);
        owner->file = -1;
        errno = why;
        if (!locked && why != EWOULDBLOCK)
            return false;
    }
    return false;
}

nd_owner *nd_owner_new(const char *folder, nd_error *error) {
    nd_owner *owner = nd_array(1, sizeof *owner, error);
    if (!owner)
        return NULL;
    owner->file = -1;
    if (owner_path(folder, "", owner->path) && mkdir(owner->path, 0777) != 0 && errno != EEXIST) {
        nd_fail_errno(error, owner->path, "choose another folder", "cannot be made");
        free(owner);
        return NULL;
    }
    clear(folder);
    if (make_and_lock(owner, folder))
        return owner;
    nd_fail_errno(error, owner->path, "choose a folder on another disk",
                  "cannot be made and locked");
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

/* The file of an owner, opened; -1 where there is none, or what is there is no owner's. A name from
 * a store is a name in that folder or none: nothing else is ever looked at, locked or removed. */
static int open_owner(const char *folder, const char *name, char path[PATH_ROOM], int flags) {
    struct stat status;
    if (!is_owner_name(name)) {
        errno = ENOENT;
        return -1;
    }
    if (!owner_path(folder, "", path))
        return -1;
    path[strlen(path) - 1] = '\0';
    int owners = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (owners < 0)
        return -1;
    int file = openat(owners, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int why = errno;
    close(owners);
    errno = why;
    if (file >= 0 && (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))) {
        close(file);
        errno = EINVAL;
        return -1;
    }
    return file >= 0 && owner_path(folder, name, path) ? file : -1;
}

bool nd_owner_lives(const char *folder, const char *name) {
    char path[PATH_ROOM];
    int file = open_owner(folder, name, path, O_RDONLY);
    if (file < 0)
        return false;
    bool lives = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(file);
    return lives;
}

bool nd_owner_is_gone(const char *folder, const char *name) {
    char path[PATH_ROOM];
    int file = open_owner(folder, name, path, O_RDWR);
    if (file < 0)
        return errno == ENOENT;
    bool gone = flock(file, LOCK_EX | LOCK_NB) == 0;
    if (gone)
        unlink(path);
    close(file);
    return gone;
}
