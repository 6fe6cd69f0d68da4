/* What is to fail, and the log of what is done to files. */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const KINDS[FAULT_KINDS] = {"open",     "write", "fsync",  "rename",
                                               "truncate", "close", "lock",   "fork",
                                               "thread",   "mkdir", "unlink", "memory"};
static const int USUAL[FAULT_KINDS] = {EIO,    ENOSPC, EIO,    EIO,    EIO, EIO,
                                       ENOLCK, EAGAIN, EAGAIN, ENOSPC, EIO, ENOMEM};

static struct {
    int kind; /* that fails; -1: none */
    uint64_t from, to;
    int error;
    int signal;       /* is sent there instead; 0: none */
    pid_t program;    /* and to whom */
    uint64_t *counts; /* of each kind, and of failures; shared with children */
    char log[4096], root[4096];
    uintptr_t text[4][2]; /* the program's, and libnulldrift's */
    size_t texts;
} asked = {.kind = -1};

static uint64_t own_counts[FAULT_KINDS + 1];
static pthread_mutex_t logging = PTHREAD_MUTEX_INITIALIZER;

static int find_text(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    int *number = context;
    bool ours = (*number)++ == 0 || strstr(object->dlpi_name, "/libnulldrift.");
    for (int i = 0; ours && i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) && asked.texts < 4) {
            asked.text[asked.texts][0] = object->dlpi_addr + part->p_vaddr;
            asked.text[asked.texts++][1] = object->dlpi_addr + part->p_vaddr + part->p_memsz;
        }
    }
    return 0;
}

bool fault_is_ours(const void *address) {
    for (size_t i = 0; i < asked.texts; i++)
        if ((uintptr_t)address >= asked.text[i][0] && (uintptr_t)address < asked.text[i][1])
            return true;
    return false;
}

static void take_words(const char *words) {
    char kind[20] = "";
    unsigned long long n = 0;
    char more = 0;
    int read = sscanf(words, "%19[a-z]:%llu%c", kind, &n, &more);
    for (int k = 0; read >= 2 && k < FAULT_KINDS; k++)
        if (strcmp(kind, KINDS[k]) == 0)
            asked.kind = k;
    if (asked.kind < 0) {
        fprintf(stderr, "faults: '%s' is none of ours\n", words);
        _exit(99);
    }
    asked.from = n;
    asked.to = more == '+' ? UINT64_MAX : n;
    const char *error = strrchr(words, ':') + 1;
    asked.error = error != strchr(words, ':') + 1 ? atoi(error) : USUAL[asked.kind];
}

__attribute__((constructor)) static void begin(void) {
    const char *words = getenv("ND_FAULTS"), *counts = getenv("ND_FAULTS_COUNTS");
    const char *log = getenv("ND_FAULTS_LOG"), *root = getenv("ND_FAULTS_ROOT");
    const char *signal_number = getenv("ND_FAULTS_SIGNAL");
    int number = 0;
    asked.counts = own_counts;
    dl_iterate_phdr(find_text, &number);
    if (counts) {
        int file = (int)fault_system(SYS_openat, AT_FDCWD, (long)counts, O_RDWR, 0, 0, 0);
        void *shared = mmap(NULL, sizeof own_counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (file >= 0 && shared != MAP_FAILED)
            asked.counts = shared;
        fault_system(SYS_close, file, 0, 0, 0, 0, 0);
    }
    if (log)
        snprintf(asked.log, sizeof asked.log, "%s", log);
    snprintf(asked.root, sizeof asked.root, "%s", root ? root : "/");
    if (words)
        take_words(words);
    asked.signal = signal_number ? atoi(signal_number) : 0;
    asked.program = getpid();
    unsetenv("LD_PRELOAD"); /* for what the program starts */
}

/* Where a debugger may stop. */
__attribute__((noinline)) static void fault_failing(void) {
    errno = asked.error;
}

bool fault_here(enum fault_kind kind) {
    if (!asked.counts)
        return false; /* before `begin` */
    uint64_t count = __atomic_add_fetch(&asked.counts[kind], 1, __ATOMIC_SEQ_CST);
    if ((int)kind != asked.kind || count < asked.from || count > asked.to)
        return false;
    __atomic_add_fetch(&asked.counts[FAULT_KINDS], 1, __ATOMIC_SEQ_CST);
    fault_failing();
    if (asked.signal == 0)
        return true;
    (void)kill(asked.signal == SIGINT ? 0 : asked.program, asked.signal);
    return false;
}

/* --- the log --- */

bool fault_logs(void) {
    return asked.log[0] != '\0';
}

void fault_log_begin(void) {
    if (fault_logs())
        pthread_mutex_lock(&logging);
}

void fault_log_end(void) {
    if (fault_logs())
        pthread_mutex_unlock(&logging);
}

static void put(int file, const void *bytes, size_t length) {
    for (const char *at = bytes; length > 0;) {
        long put = fault_system(SYS_write, file, (long)at, (long)length, 0, 0, 0);
        if (put <= 0)
            _exit(98);
        at += put;
        length -= (size_t)put;
    }
}

void fault_log(char what, uint64_t file, uint64_t at, const char *path, const char *to,
               const void *bytes, size_t length) {
    int why = errno;
    size_t root = strlen(asked.root);
    if (!fault_logs() || strncmp(path, asked.root, root) != 0)
        return;
    int log = (int)fault_system(SYS_openat, AT_FDCWD, (long)asked.log,
                                O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666, 0, 0);
    fault_entry entry = {what, file, at, strlen(path), strlen(to), length};
    put(log, &entry, sizeof entry);
    put(log, path, entry.path);
    put(log, to, entry.to);
    put(log, bytes, length);
    fault_system(SYS_close, log, 0, 0, 0, 0, 0);
    errno = why;
}

void fault_path(int id, const char *name, char path[8192]) {
    char folder[4096], joined[8192], link[64];
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
    int why = errno;
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - name) + 1, name);
    else
        snprintf(folder, sizeof folder, ".");
    if (folder[0] != '/' && id != AT_FDCWD) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", id);
        ssize_t length = readlink(link, joined, 4000);
        snprintf(joined + (length > 0 ? length : 0), 4096, "/%s", folder);
    } else
        snprintf(joined, sizeof joined, "%s", folder);
    if (!realpath(joined, folder))
        snprintf(folder, sizeof folder, "%.4000s", joined);
    snprintf(path, 8192, "%s/%s", folder, last);
    errno = why;
}
