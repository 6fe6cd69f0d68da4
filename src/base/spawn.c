#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool nd_program_find(const char *name, char *path, size_t size) {
    const char *search = getenv("PATH");
    for (const char *from = search ? search : "/usr/bin:/bin"; *from;) {
        size_t length = strcspn(from, ":");
        char one[PATH_MAX];
        int written = snprintf(one, sizeof one, "%.*s/%s", (int)length, from, name);
        if (written < (int)sizeof one && access(one, X_OK) == 0 &&
            (!path || snprintf(path, size, "%s", one) < (int)size))
            return true;
        from += length + (from[length] == ':');
    }
    errno = ENOENT;
    return false;
}

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

static int list_actions(posix_spawn_file_actions_t *actions, int given, nd_spawn_says says) {
    int failed = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!failed && says == ND_SPAWN_ANSWERS)
        failed = posix_spawn_file_actions_adddup2(actions, given, STDOUT_FILENO);
    else if (!failed)
        failed = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (says != ND_SPAWN_ERRORS || fcntl(STDERR_FILENO, F_GETFD) < 0)
        failed = failed ? failed
                        : posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null",
                                                           O_WRONLY, 0);
    failed = failed ? failed : posix_spawn_file_actions_adddup2(actions, given, ND_SPAWN_GIVEN);
    return failed ? failed : close_the_others(actions);
}

pid_t nd_spawn(const char *program, char *const arguments[], char *const variables[], int given,
               nd_spawn_says says) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t blocked, all;
    pid_t child = -1;
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
#if defined(__APPLE__)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    sigemptyset(&blocked); /* Ctrl-C is for the program, which ends this one */
    sigaddset(&blocked, SIGINT);
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
        (void)posix_spawnattr_setsigmask(&attributes, &blocked);
        (void)posix_spawnattr_setsigdefault(&attributes, &all);
        (void)posix_spawnattr_setflags(&attributes, flags);
        failed = list_actions(&actions, moved, says);
        if (failed == 0)
            failed = posix_spawn(&child, program, &actions, &attributes, arguments, variables);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    close(moved);
    errno = failed;
    return failed == 0 ? child : -1;
}
