#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/mman.h>
#else
#include <dlfcn.h>
#endif
#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

/* Where the system cannot close all files at once they are closed one by one: those that programs
 * have. A file that is not open is no failure. */
static int close_the_others(posix_spawn_file_actions_t *actions) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    return posix_spawn_file_actions_addclosefrom_np(actions, ND_SPAWN_GIVEN + 1);
#elif defined(__APPLE__)
    (void)actions; /* POSIX_SPAWN_CLOEXEC_DEFAULT does it */
    return 0;
#else
    enum { MOST = 1024 };
    int failed = 0;
    for (int file = ND_SPAWN_GIVEN + 1; !failed && file < MOST; file++)
        if (fcntl(file, F_GETFD) >= 0)
            failed = posix_spawn_file_actions_addclose(actions, file);
    return failed;
#endif
}

static int list_actions(posix_spawn_file_actions_t *actions, int given, bool speaks) {
    int failed = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    failed =
        failed ? failed
               : posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (!speaks || fcntl(STDERR_FILENO, F_GETFD) < 0)
        failed = failed ? failed
                        : posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null",
                                                           O_WRONLY, 0);
    failed = failed ? failed : posix_spawn_file_actions_adddup2(actions, given, ND_SPAWN_GIVEN);
    return failed ? failed : close_the_others(actions);
}

pid_t nd_spawn(const char *program, char *const arguments[], char *const variables[], int given,
               bool speaks) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    pid_t child = -1;
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
#if defined(__APPLE__)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    /* dup2 onto itself would leave it to be closed; the standard ones are opened anew. */
    int moved = fcntl(given, F_DUPFD_CLOEXEC, ND_SPAWN_GIVEN + 1);
    if (moved < 0)
        return -1;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed == 0 && (failed = posix_spawnattr_init(&attributes)) != 0)
        posix_spawn_file_actions_destroy(&actions);
    if (failed == 0) {
        (void)posix_spawnattr_setsigmask(&attributes, &none);
        (void)posix_spawnattr_setsigdefault(&attributes, &all);
        (void)posix_spawnattr_setflags(&attributes, flags);
        failed = list_actions(&actions, moved, speaks);
        if (failed == 0)
            failed = posix_spawn(&child, program, &actions, &attributes, arguments, variables);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    close(moved);
    errno = failed;
    return failed == 0 ? child : -1;
}

#if defined(__linux__)

int nd_nameless_file(void) {
    return memfd_create("nulldrift", MFD_CLOEXEC);
}

/* The process's own list of what lies where in its memory. A line: "from-to rights offset device
 * inode path", the path after spaces. */
char *nd_object_of(const void *code) {
    FILE *file = fopen("/proc/self/maps", "re");
    char line[PATH_MAX + 128], *found = NULL;
    while (file && !found && fgets(line, sizeof line, file)) {
        char *at = line;
        uintptr_t from = (uintptr_t)strtoumax(at, &at, 16);
        uintptr_t to = *at == '-' ? (uintptr_t)strtoumax(at + 1, &at, 16) : 0;
        char *path = strchr(at, '/');
        if ((uintptr_t)code < from || (uintptr_t)code >= to || !path)
            continue;
        path[strcspn(path, "\n")] = '\0';
        found = strdup(path);
    }
    if (file)
        (void)fclose(file);
    return found;
}

/* By its name where it still has one: beneath valgrind /proc/self/exe is valgrind. A program that
 * was replaced meanwhile is started as it was. */
const char *nd_own_program(void) {
    static const char itself[] = "/proc/self/exe";
    static char path[PATH_MAX];
    ssize_t length = readlink(itself, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return access(path, X_OK) == 0 ? path : itself;
}

#else

int nd_nameless_file(void) {
    char path[] = "/tmp/nulldrift-XXXXXX";
    int file = mkstemp(path);
    if (file >= 0) {
        (void)unlink(path);
        (void)fcntl(file, F_SETFD, FD_CLOEXEC);
    }
    return file;
}

char *nd_object_of(const void *code) {
    Dl_info about;
    return dladdr(code, &about) && about.dli_fname ? realpath(about.dli_fname, NULL) : NULL;
}

const char *nd_own_program(void) {
#if defined(__APPLE__)
    static char path[PATH_MAX];
    uint32_t size = sizeof path;
    return _NSGetExecutablePath(path, &size) == 0 ? path : NULL;
#else
    return NULL;
#endif
}

#endif
