#include "base/sandbox.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(ND_HAVE_SECCOMP)
#include <seccomp.h>
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ND_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define ND_SANITIZED 1
#endif
#endif

/* Of this process, from nd_sandbox_enter on. */
static nd_sandbox_means entered;

nd_sandbox_means nd_sandbox_entered(void) {
#ifdef ND_SANITIZED
    entered.widened = true;
#endif
    return entered;
}

#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/syscall.h>

/* --- Landlock, by its own calls: headers may be older than the kernel --- */

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

enum { VERSION_PLEASE = 1, RULE_BENEATH = 1 };
enum {
    EXECUTE = 1 << 0,
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_DIR = 1 << 3,
    REMOVE_FILE = 1 << 5,
    MAKE_REG = 1 << 8,
    TRUNCATE = 1 << 14,
    ALL_FILES_1 = (1 << 13) - 1,
    ALL_FILES_2 = (1 << 14) - 1, /* REFER */
    ALL_FILES_3 = (1 << 15) - 1, /* TRUNCATE */
    ALL_FILES_5 = (1 << 16) - 1, /* IOCTL_DEV */
    ALL_NET = 3,                 /* bind and connect, from version 4 */
    ALL_SCOPES = 3               /* abstract sockets and signals, from version 6 */
};

typedef struct ruleset {
    uint64_t files, net, scopes;
} ruleset;

typedef struct beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed)) beneath;

static int landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_PLEASE);
    return version > 0 ? (int)version : 0;
}

static uint64_t all_files(int version) {
    return version >= 5   ? ALL_FILES_5
           : version >= 3 ? ALL_FILES_3
           : version == 2 ? ALL_FILES_2
                          : ALL_FILES_1;
}

/* Allows `rights` for what is at `path` and beneath it; those that are for folders alone are left
 * out for a file. */
static void allow(int rules, int version, const char *path, uint64_t rights) {
    struct stat about;
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0)
        return;
    if (fstat(place, &about) == 0) {
        uint64_t of_files = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;
        beneath rule = {
            rights & all_files(version) & (S_ISDIR(about.st_mode) ? UINT64_MAX : of_files), place};
        (void)syscall(SYS_landlock_add_rule, rules, RULE_BENEATH, &rule, 0);
    }
    close(place);
}

/* Where shared libraries and their plugins are. */
static void allow_libraries(int rules, int version) {
    static const char *const places[] = {"/lib",       "/lib64",         "/usr/lib",
                                         "/usr/lib64", "/usr/local/lib", "/usr/local/hdf5/lib",
                                         "/dev/null",  "/dev/urandom"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        allow(rules, version, places[i], READ_FILE | READ_DIR);
    char path[4096];
    for (const char *at = getenv("HDF5_PLUGIN_PATH"); at && *at;) {
        size_t length = strcspn(at, ":");
        if (length > 0 && length < sizeof path) {
            memcpy(path, at, length);
            path[length] = '\0';
            allow(rules, version, path, READ_FILE | READ_DIR);
        }
        at += length + (at[length] == ':');
    }
#ifdef ND_SANITIZED
    allow(rules, version, "/proc", READ_FILE | READ_DIR);
#endif
}

static void confine_files(const nd_sandbox *sandbox) {
    int version = landlock_version();
    if (version == 0)
        return;
    ruleset handled = {.files = all_files(version),
                       .net = version >= 4 ? ALL_NET : 0,
                       .scopes = version >= 6 ? ALL_SCOPES : 0};
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
    if (rules < 0)
        return;
    fcntl(rules, F_SETFD, FD_CLOEXEC);
    allow_libraries(rules, version);
    for (size_t i = 0; sandbox->reads && sandbox->reads[i]; i++)
        allow(rules, version, sandbox->reads[i], READ_FILE | READ_DIR);
    for (size_t i = 0; sandbox->writes && sandbox->writes[i]; i++)
        allow(rules, version, sandbox->writes[i],
              READ_FILE | READ_DIR | WRITE_FILE | MAKE_REG | REMOVE_FILE | TRUNCATE);
    if (sandbox->scratch)
        allow(rules, version, sandbox->scratch, READ_FILE | WRITE_FILE | MAKE_REG | REMOVE_FILE);
    if (sandbox->writes)
        allow(rules, version, "/dev/null", READ_FILE | WRITE_FILE);
    for (size_t i = 0; sandbox->runs && sandbox->runs[i]; i++)
        allow(rules, version, sandbox->runs[i], EXECUTE | READ_FILE);
    if (syscall(SYS_landlock_restrict_self, rules, 0) == 0)
        entered.files = version;
    close(rules);
}

/* --- system calls --- */

#if defined(ND_HAVE_SECCOMP)

/* What reading a file, thinking and answering through an open pipe take. */
static const char *const CALLS[] = {
    /* files that are open, or are to be read */
    "read",
    "pread64",
    "readv",
    "preadv",
    "preadv2",
    "write",
    "writev",
    "lseek",
    "_llseek",
    "close",
    "fstat",
    "fstat64",
    "newfstatat",
    "fstatat64",
    "stat",
    "stat64",
    "lstat",
    "lstat64",
    "statx",
    "statfs",
    "fstatfs",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getcwd",
    "getdents",
    "getdents64",
    "fcntl",
    "fcntl64",
    "flock",
    "dup",
    "dup2",
    "dup3",
    "fadvise64",
    /* memory */
    "mmap",
    "mmap2",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "brk",
    "membarrier",
    /* the process itself */
    "futex",
    "futex_time64",
    "set_robust_list",
    "rseq",
    "set_tid_address",
    "arch_prctl",
    "exit",
    "exit_group",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "sigreturn",
    "getpid",
    "getppid",
    "gettid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getrlimit",
    "ugetrlimit",
    "getrusage",
    "sched_yield",
    "sched_getaffinity",
    "getcpu",
    "uname",
    "sysinfo",
    "restart_syscall",
    /* time and chance */
    "clock_gettime",
    "clock_gettime64",
    "clock_getres",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "nanosleep",
    "gettimeofday",
    "time",
    "times",
    "getrandom",
    "poll",
    "ppoll",
    "ppoll_time64",
    "select",
    "pselect6",
    "_newselect",
#ifdef ND_SANITIZED
    "prctl",
    "personality",
    "sched_setaffinity",
    "rt_tgsigqueueinfo",
#endif
};

/* Opening, for reading alone: any flag that writes, makes or empties is refused. */
static bool allow_opening(scmp_filter_ctx filter) {
    enum { NEVER = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND };
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, NEVER, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                            SCMP_A1(SCMP_CMP_MASKED_EQ, NEVER, 0)) == 0;
}

/* Its own limits may be read and lowered, its own threads signalled (abort does), no other's. */
static bool allow_upon_itself(scmp_filter_ctx filter) {
    scmp_datum_t self = (scmp_datum_t)getpid();
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                            SCMP_A0(SCMP_CMP_EQ, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                            SCMP_A0(SCMP_CMP_EQ, self)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1,
                            SCMP_A0(SCMP_CMP_EQ, self)) == 0;
}

/* All other calls fail with EPERM: libraries that try one go on without, or give up in words. */
static void confine_calls(void) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(1));
    bool fine = filter && allow_opening(filter) && allow_upon_itself(filter);
    for (size_t i = 0; fine && i < sizeof CALLS / sizeof *CALLS; i++) {
        int call = seccomp_syscall_resolve_name(CALLS[i]);
        if (call != __NR_SCMP_ERROR) /* other systems, other names */
            (void)seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
    }
    entered.system_calls = fine && seccomp_load(filter) == 0;
    if (filter)
        seccomp_release(filter);
}

static bool takes_filters(void) {
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

#else

static void confine_calls(void) {
}

static bool takes_filters(void) {
    return false;
}

#endif

void nd_sandbox_enter(const nd_sandbox *sandbox) {
    entered.no_new_privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    confine_files(sandbox);
    if (!sandbox->runs)
        confine_calls();
}

nd_sandbox_means nd_sandbox_means_here(void) {
    nd_sandbox_means means = {.no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) >= 0,
                              .system_calls = takes_filters(),
                              .files = landlock_version()};
#ifdef ND_SANITIZED
    means.widened = true;
#endif
    return means;
}

#else

void nd_sandbox_enter(const nd_sandbox *sandbox) {
    (void)sandbox;
}

nd_sandbox_means nd_sandbox_means_here(void) {
    return (nd_sandbox_means){0};
}

#endif
