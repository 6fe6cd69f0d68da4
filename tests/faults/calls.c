/* The calls themselves: each fails where that is asked, is done, and is written down. Streams go
 * through them, too, by cookies: so their writes are seen when they happen. */
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

typedef long system_call(long, ...);

long fault_system(long number, long a, long b, long c, long d, long e, long f) {
    static system_call *real;
    if (!real)
        real = (system_call *)dlsym(RTLD_NEXT, "syscall");
    return real(number, a, b, c, d, e, f);
}

static long call(long number, long a, long b, long c) {
    return fault_system(number, a, b, c, 0, 0, 0);
}

/* --- open --- */

/* What the system has to tell, asked by a library of its own accord, is none of ours. */
static bool of_the_system(const char *path, const void *caller) {
    static const char *const places[] = {"/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strncmp(path, places[i], strlen(places[i])) == 0)
            return !fault_is_ours(caller);
    return false;
}

static uint64_t inode(int file) {
    struct stat about;
    return fstat(file, &about) == 0 ? about.st_ino : 0;
}

static int open_any(int folder, const char *path, int flags, mode_t mode, const void *caller) {
    if (!of_the_system(path, caller) && fault_here(FAULT_OPEN))
        return -1;
    bool log = fault_logs() && (flags & O_ACCMODE) != O_RDONLY;
    char whole[8192];
    struct stat before;
    fault_log_begin();
    bool there = log && fstatat(folder, path, &before, 0) == 0;
    int file = (int)fault_system(SYS_openat, folder, (long)path, flags, mode, 0, 0);
    if (log && file >= 0) {
        fault_path(folder, path, whole);
        fault_log(there ? 'o' : 'c', inode(file), 0, whole, "", "", 0);
        if (there && (flags & O_TRUNC))
            fault_log('t', inode(file), 0, whole, "", "", 0);
    }
    fault_log_end();
    return file;
}

static mode_t mode_of(int flags, va_list arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(arguments, mode_t) : 0;
}

SEEN int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_any(AT_FDCWD, path, flags, mode, CALLER);
}
SEEN int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_any(AT_FDCWD, path, flags, mode, CALLER);
}
SEEN int openat(int folder, const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_any(folder, path, flags, mode, CALLER);
}

/* --- write, sync, cut, close --- */

static void log_of(char what, int file, uint64_t at, const void *bytes, size_t length) {
    char link[64], path[4096];
    if (!fault_logs())
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t got = readlink(link, path, sizeof path - 1);
    path[got > 0 ? got : 0] = '\0';
    fault_log(what, inode(file), at, path, "", bytes, length);
}

/* A pipe's write fails when nobody reads it, and in no other way. */
static bool is_pipe(int file) {
    struct stat about;
    return fstat(file, &about) == 0 && S_ISFIFO(about.st_mode);
}

static ssize_t write_at(int file, const void *bytes, size_t length, off_t at) {
    if (file > 2 && !is_pipe(file) && fault_here(FAULT_WRITE))
        return -1;
    fault_log_begin();
    off_t from = at;
    if (at < 0 && fault_logs()) {
        bool appends = fcntl(file, F_GETFL) & O_APPEND;
        from = lseek(file, 0, appends ? SEEK_END : SEEK_CUR);
    }
    ssize_t done =
        at < 0 ? (ssize_t)call(SYS_write, file, (long)bytes, (long)length)
               : (ssize_t)fault_system(SYS_pwrite64, file, (long)bytes, (long)length, at, 0, 0);
    if (done > 0 && from >= 0)
        log_of('w', file, (uint64_t)from, bytes, (size_t)done);
    fault_log_end();
    return done;
}
SEEN ssize_t write(int file, const void *bytes, size_t length) {
    return write_at(file, bytes, length, -1);
}
SEEN ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
    return write_at(file, bytes, length, at);
}
SEEN ssize_t pwrite64(int file, const void *bytes, size_t length, off_t at) {
    return write_at(file, bytes, length, at);
}

static int sync_it(long number, int file) {
    struct stat about;
    if (fault_here(FAULT_FSYNC))
        return -1;
    fault_log_begin();
    int done = (int)call(number, file, 0, 0);
    if (done == 0 && fstat(file, &about) == 0)
        log_of(S_ISDIR(about.st_mode) ? 'S' : 's', file, 0, "", 0);
    fault_log_end();
    return done;
}
SEEN int fsync(int file) {
    return sync_it(SYS_fsync, file);
}
SEEN int fdatasync(int file) {
    return sync_it(SYS_fdatasync, file);
}

SEEN int ftruncate(int file, off_t length) {
    if (fault_here(FAULT_TRUNCATE))
        return -1;
    fault_log_begin();
    int done = (int)call(SYS_ftruncate, file, length, 0);
    if (done == 0)
        log_of('t', file, (uint64_t)length, "", 0);
    fault_log_end();
    return done;
}
SEEN int ftruncate64(int file, off_t length) {
    return ftruncate(file, length);
}

/* What fails to close is closed all the same. */
SEEN int close(int file) {
    bool fails = file > 2 && fault_here(FAULT_CLOSE);
    int why = errno, done = (int)call(SYS_close, file, 0, 0);
    if (!fails)
        return done;
    errno = why;
    return -1;
}

/* --- streams --- */

enum { MOST_STREAMS = 64 };
static struct {
    FILE *stream;
    int file;
} streams[MOST_STREAMS];

static ssize_t stream_read(void *cookie, char *bytes, size_t length) {
    return (ssize_t)call(SYS_read, (long)cookie, (long)bytes, (long)length);
}
static ssize_t stream_write(void *cookie, const char *bytes, size_t length) {
    ssize_t done = write_at((int)(long)cookie, bytes, length, -1);
    return done < 0 ? 0 : done;
}
static int stream_seek(void *cookie, off64_t *at, int whence) {
    *at = call(SYS_lseek, (long)cookie, *at, whence);
    return *at < 0 ? -1 : 0;
}
static int stream_close(void *cookie) {
    for (int i = 0; i < MOST_STREAMS; i++)
        if (streams[i].stream && streams[i].file == (int)(long)cookie)
            streams[i].stream = NULL;
    return close((int)(long)cookie);
}

static FILE *stream_of(int file, const char *mode) {
    cookie_io_functions_t all = {stream_read, stream_write, stream_seek, stream_close};
    FILE *stream = fopencookie((void *)(long)file, mode, all);
    for (int i = 0; stream && i < MOST_STREAMS; i++)
        if (!streams[i].stream) {
            streams[i].stream = stream;
            streams[i].file = file;
            return stream;
        }
    return stream;
}
SEEN FILE *fdopen(int file, const char *mode) {
    return stream_of(file, mode);
}
SEEN FILE *fopen(const char *path, const char *mode) {
    int flags = mode[0] == 'r' ? 0 : O_CREAT | (mode[0] == 'w' ? O_TRUNC : O_APPEND);
    flags |= strchr(mode, '+') ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
    int file = open_any(AT_FDCWD, path, flags | (strchr(mode, 'e') ? O_CLOEXEC : 0), 0666, CALLER);
    return file < 0 ? NULL : stream_of(file, mode);
}
SEEN FILE *fopen64(const char *path, const char *mode) {
    return fopen(path, mode);
}
SEEN int fileno(FILE *stream) {
    for (int i = 0; i < MOST_STREAMS; i++)
        if (streams[i].stream == stream)
            return streams[i].file;
    static int (*real)(FILE *);
    if (!real)
        real = (int (*)(FILE *))dlsym(RTLD_NEXT, "fileno");
    return real(stream);
}

/* --- names --- */

static int rename_any(int from_folder, const char *from, int to_folder, const char *to,
                      unsigned flags) {
    char path[8192], other[8192];
    if (fault_here(FAULT_RENAME))
        return -1;
    fault_log_begin();
    int done =
        (int)fault_system(SYS_renameat2, from_folder, (long)from, to_folder, (long)to, flags, 0);
    if (done == 0 && fault_logs()) {
        fault_path(from_folder, from, path);
        fault_path(to_folder, to, other);
        fault_log('r', 0, 0, path, other, "", 0);
    }
    fault_log_end();
    return done;
}
SEEN int rename(const char *from, const char *to) {
    return rename_any(AT_FDCWD, from, AT_FDCWD, to, 0);
}
SEEN int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    return rename_any(from_folder, from, to_folder, to, 0);
}
SEEN int renameat2(int from_folder, const char *from, int to_folder, const char *to,
                   unsigned flags) {
    return rename_any(from_folder, from, to_folder, to, flags);
}
SEEN long syscall(long number, ...) {
    long a[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    if (number == SYS_renameat2)
        return rename_any((int)a[0], (const char *)a[1], (int)a[2], (const char *)a[3],
                          (unsigned)a[4]);
    return fault_system(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
SEEN int link(const char *from, const char *to) {
    char path[8192], other[8192];
    if (fault_here(FAULT_RENAME))
        return -1;
    fault_log_begin();
    int done = (int)fault_system(SYS_linkat, AT_FDCWD, (long)from, AT_FDCWD, (long)to, 0, 0);
    if (done == 0 && fault_logs()) {
        fault_path(AT_FDCWD, from, path);
        fault_path(AT_FDCWD, to, other);
        fault_log('l', 0, 0, path, other, "", 0);
    }
    fault_log_end();
    return done;
}

static int name_gone(int folder, const char *path, int flags) {
    char whole[8192];
    if (fault_here(FAULT_UNLINK))
        return -1;
    fault_log_begin();
    if (fault_logs())
        fault_path(folder, path, whole);
    int done = (int)call(SYS_unlinkat, folder, (long)path, flags);
    if (done == 0 && fault_logs())
        fault_log(flags & AT_REMOVEDIR ? 'd' : 'u', 0, 0, whole, "", "", 0);
    fault_log_end();
    return done;
}
SEEN int unlink(const char *path) {
    return name_gone(AT_FDCWD, path, 0);
}
SEEN int unlinkat(int folder, const char *path, int flags) {
    return name_gone(folder, path, flags);
}
SEEN int rmdir(const char *path) {
    return name_gone(AT_FDCWD, path, AT_REMOVEDIR);
}
SEEN int mkdir(const char *path, mode_t mode) {
    char whole[8192];
    if (fault_here(FAULT_MKDIR))
        return -1;
    fault_log_begin();
    int done = (int)call(SYS_mkdirat, AT_FDCWD, (long)path, (long)mode);
    if (done == 0 && fault_logs()) {
        fault_path(AT_FDCWD, path, whole);
        fault_log('m', 0, 0, whole, "", "", 0);
    }
    fault_log_end();
    return done;
}

/* --- locks --- */

SEEN int flock(int file, int how) {
    return fault_here(FAULT_LOCK) ? -1 : (int)call(SYS_flock, file, how, 0);
}
static int control(int file, int what, long argument) {
    bool locks = what == F_SETLK || what == F_SETLKW || what == F_GETLK;
    if (locks && fault_here(FAULT_LOCK))
        return -1;
    return (int)call(SYS_fcntl, file, what, argument);
}
SEEN int fcntl(int file, int what, ...) {
    va_list arguments;
    va_start(arguments, what);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return control(file, what, argument);
}
SEEN int fcntl64(int file, int what, ...) {
    va_list arguments;
    va_start(arguments, what);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return control(file, what, argument);
}

/* --- processes and threads --- */

typedef int spawn_call(pid_t *, const char *, const posix_spawn_file_actions_t *,
                       const posix_spawnattr_t *, char *const[], char *const[]);
typedef int thread_call(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

SEEN pid_t fork(void) {
    static pid_t (*real)(void);
    if (!real)
        real = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
    return fault_here(FAULT_FORK) ? -1 : real();
}
SEEN int posix_spawn(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
                     const posix_spawnattr_t *attributes, char *const arguments[],
                     char *const environment[]) {
    if (fault_here(FAULT_FORK))
        return errno;
    spawn_call *real = (spawn_call *)dlsym(RTLD_NEXT, "posix_spawn");
    return real(child, path, actions, attributes, arguments, environment);
}
SEEN int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*work)(void *),
                        void *argument) {
    if (fault_is_ours(CALLER) && fault_here(FAULT_THREAD))
        return errno;
    thread_call *real = (thread_call *)dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attributes, work, argument);
}
