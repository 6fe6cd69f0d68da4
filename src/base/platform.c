#include "base/platform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
/* RENAME_NOREPLACE, which not every C library names. */
enum { RENAME_WITHOUT_REPLACING = 1 };
#else
#include <dlfcn.h>
#endif

#if defined(__APPLE__)
#include <crt_externs.h>
#include <mach-o/dyld.h>
#else
extern char **environ;
#endif

static double all_memory(void) {
    return (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
}

void nd_close_all_but(int keep) {
    enum { FILES_IF_UNKNOWN = 1024 };
    DIR *open = opendir("/dev/fd");
    if (!open) {
        for (int file = 3; file < FILES_IF_UNKNOWN; file++)
            if (file != keep)
                close(file);
        return;
    }
    for (struct dirent *one; (one = readdir(open));) {
        int file = (int)strtol(one->d_name, NULL, 10);
        if (file > 2 && file != keep && file != dirfd(open))
            close(file);
    }
    closedir(open);
}

void nd_condition_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
#if !defined(__APPLE__)
    pthread_condattr_setclock(&attributes, ND_CONDITION_CLOCK);
#endif
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

char **nd_environment(void) {
#if defined(__APPLE__) /* a shared library has no environ of its own there */
    return *_NSGetEnviron();
#else
    return environ;
#endif
}

/* The same in steps. */
static bool rename_new_in_steps(const char *from, const char *to) {
    struct stat status;
    if (lstat(from, &status) == 0 && S_ISREG(status.st_mode)) {
        if (link(from, to) == 0)
            return unlink(from) == 0;
        if (errno == EEXIST)
            return false;
    }
    if (lstat(to, &status) == 0) {
        errno = EEXIST;
        return false;
    }
    return errno == ENOENT && rename(from, to) == 0;
}

#if defined(__linux__)

bool nd_rename_new(const char *from, const char *to) {
    if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_WITHOUT_REPLACING) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    return rename_new_in_steps(from, to);
}

static bool hand_on(const char *from, const char *to, const char *name) {
    ssize_t length = lgetxattr(from, name, NULL, 0);
    char *value = length >= 0 ? malloc((size_t)length + 1) : NULL;
    bool fine = value && (length = lgetxattr(from, name, value, (size_t)length)) >= 0 &&
                lsetxattr(to, name, value, (size_t)length, 0) == 0;
    free(value);
    return fine;
}

bool nd_hand_on_attributes(const char *from, const char *to) {
    static const char list[] = "system.posix_acl_access", own[] = "user.";
    ssize_t length = llistxattr(from, NULL, 0);
    char *names = length > 0 ? malloc((size_t)length) : NULL;
    length = names ? llistxattr(from, names, (size_t)length) : length;
    bool fine = length == 0 || (length < 0 ? errno == ENOTSUP : names != NULL), listed = false;
    for (ssize_t at = 0; fine && at < length; at += (ssize_t)strlen(names + at) + 1) {
        bool is_list = strcmp(names + at, list) == 0;
        listed = listed || is_list;
        if (is_list || strncmp(names + at, own, strlen(own)) == 0)
            fine = hand_on(from, to, names + at);
    }
    free(names);
    if (fine && !listed)
        fine = lremovexattr(to, list) == 0 || errno == ENODATA || errno == ENOTSUP;
    return fine;
}

bool nd_is_fixed(const char *path) {
    struct statx about;
    return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, 0, &about) == 0 &&
           (about.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND));
}

uint64_t nd_process_place(void) {
    char text[2][128] = {"", ""};
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file && !fgets(text[0], sizeof text[0], file))
        text[0][0] = '\0';
    if (file)
        (void)fclose(file);
    if (text[0][0] == '\0' || readlink("/proc/self/ns/pid", text[1], sizeof text[1] - 1) <= 0)
        return 0;
    uint64_t place = 14695981039346656037ULL; /* FNV-1a */
    for (size_t i = 0; i < sizeof text; i++)
        place = (place ^ (unsigned char)text[i / sizeof text[0]][i % sizeof text[0]]) *
                1099511628211ULL;
    return place;
}

bool nd_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC) == 0;
}

void nd_die_with_parent(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

uint64_t nd_address_space(void) {
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128] = "";
    if (file) {
        if (!fgets(line, sizeof line, file))
            line[0] = '\0';
        fclose(file);
    }
    return strtoull(line, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

double nd_available_bytes(void) {
    FILE *file = fopen("/proc/meminfo", "re");
    char line[128];
    double kilobytes = 0;
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "MemAvailable:", 13) == 0)
            kilobytes = strtod(line + 13, NULL);
    if (file)
        fclose(file);
    return kilobytes > 0 ? 1024 * kilobytes : all_memory();
}

unsigned nd_processors(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 1;
    int count = CPU_COUNT(&allowed);
    return count > 0 ? (unsigned)count : 1;
}

uint64_t nd_unique_bits(void) {
    uint64_t bits = 0;
    (void)!getrandom(&bits, sizeof bits, 0);
    return bits;
}

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

bool nd_rename_new(const char *from, const char *to) {
    return rename_new_in_steps(from, to);
}

bool nd_hand_on_attributes(const char *from, const char *to) {
    (void)from;
    (void)to;
    return true;
}

bool nd_is_fixed(const char *path) {
#if defined(UF_IMMUTABLE) && defined(SF_APPEND)
    struct stat about;
    return lstat(path, &about) == 0 &&
           (about.st_flags & (UF_IMMUTABLE | UF_APPEND | SF_IMMUTABLE | SF_APPEND));
#else
    (void)path;
    return false;
#endif
}

uint64_t nd_process_place(void) {
    return 0;
}

bool nd_pipe(int ends[2]) {
    if (pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    return true;
}

void nd_die_with_parent(void) {
}

uint64_t nd_address_space(void) {
    return 0;
}

double nd_available_bytes(void) {
    return all_memory();
}

unsigned nd_processors(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (unsigned)count : 1;
}

uint64_t nd_unique_bits(void) {
    uint64_t bits = 0;
    struct timespec time;
    FILE *file = fopen("/dev/urandom", "rb");
    if (file && fread(&bits, sizeof bits, 1, file) != 1)
        bits = 0;
    if (file)
        fclose(file);
    clock_gettime(CLOCK_REALTIME, &time);
    return bits ^ (uint64_t)time.tv_nsec << 32 ^ (uint64_t)getpid() ^ (uint64_t)(uintptr_t)&bits;
}

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
