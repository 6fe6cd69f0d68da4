#include "base/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/netcdf_lock.h"
#include "base/platform.h"
#include "base/serve.h"
#include "base/spawn.h"
#include "base/wire.h"

#define READER "nulldrift-reader"

/* An errand that has ended before anybody asked. */
typedef struct ended {
    uint64_t errand;
    int status;
} ended;

static struct {
    pthread_mutex_t lock;
    bool own; /* the running program serves */
    pid_t asker, process;
    int socket;           /* -1: none is running */
    uint64_t first, next; /* errands of the one that is running; of all */
    ended *list;
    size_t count, room;
} reader = {.lock = PTHREAD_MUTEX_INITIALIZER, .socket = -1, .next = 1};

void nd_helper_is_this_program(void) {
    reader.own = true;
}

/* --- finding it --- */

/* FOLDER/READER or FOLDER/nulldrift-VERSION/READER, a regular file that may be run. `trusted`: the
 * folder is where our own code was found. */
static char *look_in(const char *folder, bool deep, bool trusted) {
    char path[PATH_MAX];
    struct stat about;
    int length = deep ? snprintf(path, sizeof path, "%s/nulldrift-%s/" READER, folder, nd_version())
                      : snprintf(path, sizeof path, "%s/" READER, folder);
    if (length >= (int)sizeof path || stat(path, &about) != 0 || !S_ISREG(about.st_mode) ||
        access(path, X_OK) != 0)
        return NULL;
    if (!trusted &&
        ((about.st_uid != 0 && about.st_uid != geteuid()) || (about.st_mode & (S_IWGRP | S_IWOTH))))
        return NULL;
    return strdup(path);
}

/* For a program that serves itself: READER, which needs few of its libraries and starts in half the
 * time, where it was built or installed with it; else the program. */
static char *look_around(const char *own, nd_error *error) {
    char folder[PATH_MAX], installed[2 * PATH_MAX];
    snprintf(folder, sizeof folder, "%s", own);
    char *slash = strrchr(folder, '/'), *found = NULL;
    if (slash && slash != folder) {
        *slash = '\0';
        found = look_in(folder, false, false);
        snprintf(installed, sizeof installed, "%s/%s", folder, ND_LIBRARIES_FROM_PROGRAMS);
        found = found ? found : look_in(installed, true, false);
    }
    return found ? found : nd_text(own, error);
}

char *nd_helper_path(nd_error *error) {
    const char *own = reader.own ? nd_own_program() : NULL;
    if (own && access(own, X_OK) == 0)
        return look_around(own, error);
    char *object = nd_object_of((const void *)(uintptr_t)&nd_helper_path), *found = NULL;
    char *slash = object ? strrchr(object, '/') : NULL;
    if (slash) {
        *slash = '\0';
        found = look_in(object, false, true);
        found = found ? found : look_in(object, true, true);
    }
    found = found ? found : look_in(ND_LIBRARY_FOLDER, true, false);
    if (!found)
        nd_fail(error, READER, "install nulldrift whole, its reader beside its library",
                "is neither in %.200s nor in nulldrift-%s there or in %.100s",
                slash ? object : "the folder of the program", nd_version(), ND_LIBRARY_FOLDER);
    free(object);
    return found;
}

/* --- starting it --- */

/* The variables that the reader is given: what its libraries are found and checked by, and no
 * others. libhdf5's filters are looked for in HDF5_PLUGIN_PATH. */
static char **variables_for_it(nd_error *error) {
    static const char *const kept[] = {"LD_LIBRARY_PATH=",
                                       "LD_PRELOAD=",
                                       "DYLD_",
                                       "HDF5_",
                                       "ASAN_",
                                       "UBSAN_",
                                       "TSAN_",
                                       "LSAN_",
                                       "MALLOC_",
                                       "GLIBC_TUNABLES=",
                                       "LLVM_PROFILE_FILE=",
                                       "LANG=",
                                       "LC_",
                                       "TZ="};
    static char one_thread[] = "OPENBLAS_NUM_THREADS=1", not_two[] = "OMP_NUM_THREADS=1";
    char **all = nd_environment();
    size_t count = 0, used = 0;
    while (all && all[count])
        count++;
    char **list = nd_array(count + 3, sizeof *list, error);
    for (size_t i = 0; list && i < count; i++)
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            if (strncmp(all[i], kept[k], strlen(kept[k])) == 0) {
                list[used++] = all[i];
                break;
            }
    if (list) {
        list[used++] = one_thread;
        list[used] = not_two;
    }
    return list;
}

/* Whoever was started says first what it is. */
static bool is_ours(const char *path, int socket, nd_error *error) {
    enum { MILLISECONDS = 60000 };
    nd_greeting ours = nd_greeting_of_ours(), theirs = {.name = ""};
    struct pollfd ready = {.fd = socket, .events = POLLIN};
    const char *mend = "install nulldrift whole, its reader beside its library";
    int answer;
    do {
        answer = poll(&ready, 1, MILLISECONDS);
    } while (answer < 0 && errno == EINTR);
    ssize_t got = answer > 0 ? recv(socket, &theirs, sizeof theirs, MSG_WAITALL) : -1;
    if (got != (ssize_t)sizeof theirs || memcmp(theirs.name, ours.name, sizeof ours.name) != 0)
        return nd_fail(error, path, mend, "is no reader of nulldrift: it does not say what it is");
    theirs.version[sizeof theirs.version - 1] = '\0';
    if (strcmp(theirs.version, ours.version) != 0)
        return nd_fail(error, path, mend, "is of nulldrift %s, the library of %s", theirs.version,
                       ours.version);
    return theirs.sizes == ours.sizes ||
           nd_fail(error, path, mend, "was built otherwise than the library");
}

static void drop(void) {
    if (reader.socket >= 0)
        close(reader.socket);
    if (reader.process > 0 && reader.asker == getpid()) {
        kill(reader.process, SIGKILL);
        while (waitpid(reader.process, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    reader.socket = -1;
    reader.process = 0;
    reader.count = 0;
    reader.first = reader.next;
}

static bool start(nd_error *error) {
    char name[] = READER, serve[] = ND_SERVE_ARGUMENT;
    char *const arguments[] = {name, serve, NULL};
    int ends[2] = {-1, -1};
    char *path = nd_helper_path(error);
    char **variables = path ? variables_for_it(error) : NULL;
    bool fine = variables != NULL;
    if (fine && !nd_two_ways(ends))
        fine = nd_fail_errno(error, path, "close other programs", ND_NO_PROCESS);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const nd_spawn_says says = ND_SPAWN_ERRORS;
#else
    const nd_spawn_says says =
        ND_SPAWN_NOTHING; /* libraries complain on stderr; the one clear line is ours */
#endif
    pid_t process = fine ? nd_spawn(path, arguments, variables, ends[1], says) : -1;
    if (fine && process < 0)
        fine = nd_fail_errno(error, path, "close other programs", ND_NO_PROCESS);
    if (ends[1] >= 0)
        close(ends[1]);
    drop();
    reader.asker = getpid();
    reader.process = process;
    reader.socket = ends[0];
    fine = fine && is_ours(path, ends[0], error);
    if (!fine)
        drop();
    free(variables);
    free(path);
    return fine;
}

/* --- errands --- */

static bool running(void) {
    return reader.socket >= 0 && reader.asker == getpid();
}

/* All that has been said of errands that ended, without waiting. */
static void hear_the_ended(void);

static bool hear_one(void) {
    nd_wire piece;
    int files[ND_WIRE_FILES];
    ended *list;
    if (!nd_wire_receive(reader.socket, &piece, files))
        return false;
    for (size_t i = 0; i < ND_WIRE_FILES; i++)
        if (files[i] >= 0)
            close(files[i]);
    list = nd_grown(reader.list, &reader.room, reader.count + 1, sizeof *list, NULL);
    if (!list || piece.kind != ND_WIRE_ENDED)
        return false;
    reader.list = list;
    list[reader.count++] = (ended){piece.errand, (int)(uint32_t)piece.status};
    return true;
}

static void hear_the_ended(void) {
    struct pollfd ready = {.fd = reader.socket, .events = POLLIN};
    while (running() && poll(&ready, 1, 0) > 0)
        if (!hear_one())
            drop();
}

uint64_t nd_helper_begin(const nd_buffer *request, int pipe, nd_error *error) {
    int file = nd_nameless_file();
    bool fine = file >= 0 && nd_write_all(file, request->bytes, request->length);
    if (!fine) {
        nd_fail_errno(error, "reading", "close other programs", ND_NO_PROCESS);
        if (file >= 0)
            close(file);
        return 0;
    }
#ifdef O_PATH
    int folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
#else
    int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
#endif
    const int files[ND_WIRE_FILES] = {pipe, file, folder};
    size_t count = folder >= 0 ? 3 : 2;
    uint64_t errand = 0;
    /* While a program is started it holds copies of our files, and with them HDF5's locks: no other
     * thread may be within netCDF. */
    ND_NC_ALONE;
    pthread_mutex_lock(&reader.lock);
    if (running())
        hear_the_ended(); /* whether it is still there */
    for (int trial = 0; errand == 0 && trial < 2; trial++) {
        if (!running() && !start(error))
            break;
        nd_wire piece = {ND_WIRE_BEGIN, reader.next, 0};
        if (nd_wire_send(reader.socket, &piece, files, count))
            errand = reader.next++;
        else
            drop();
    }
    if (errand == 0 && error && !error->what[0])
        nd_fail(error, READER, NULL, ND_NO_PROCESS);
    pthread_mutex_unlock(&reader.lock);
    close(file);
    if (folder >= 0)
        close(folder);
    return errand;
}

static bool take_ended(uint64_t errand, int *status) {
    for (size_t i = 0; i < reader.count; i++)
        if (reader.list[i].errand == errand) {
            *status = reader.list[i].status;
            reader.list[i] = reader.list[--reader.count];
            return true;
        }
    return false;
}

bool nd_helper_end(uint64_t errand, int *status) {
    nd_wire piece = {ND_WIRE_END, errand, 0};
    pthread_mutex_lock(&reader.lock);
    bool known = running() && errand >= reader.first, found = false;
    if (known) {
        found = take_ended(errand, status);
        bool there = found || nd_wire_send(reader.socket, &piece, NULL, 0);
        while (!found && there) {
            there = hear_one();
            found = take_ended(errand, status);
        }
        if (!found)
            drop();
    }
    pthread_mutex_unlock(&reader.lock);
    return found;
}
