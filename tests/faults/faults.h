/* A library preloaded into the program (LD_PRELOAD; glibc alone), with which calls of it fail, and
 * which writes down what it does to files. What is asked stands in the environment:
 *
 *     ND_FAULTS=KIND:N[+][:ERRNO]
 *
 * the N-th call of that kind fails (+: and all later ones);
 *
 *     ND_FAULTS_SIGNAL=NUMBER
 *
 * it does not fail, but that signal is sent there: SIGINT, as by Ctrl-C, to the whole process
 * group, others to the program alone;
 *
 *     ND_FAULTS_COUNTS=FILE
 *
 * how many calls of each kind were made, 64-bit, in order of KINDS, and last how many failed;
 *
 *     ND_FAULTS_LOG=FILE
 *
 * what is done to files below ND_FAULTS_ROOT, entry by entry.
 *
 * Children of the program count with it; what it starts anew (gnuplot) is left alone. */
#ifndef ND_TESTS_FAULTS_H
#define ND_TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum fault_kind {
    FAULT_OPEN,
    FAULT_WRITE,
    FAULT_FSYNC,
    FAULT_RENAME, /* and link */
    FAULT_TRUNCATE,
    FAULT_CLOSE,
    FAULT_LOCK, /* flock and fcntl's */
    FAULT_FORK,
    FAULT_THREAD,
    FAULT_MKDIR,
    FAULT_UNLINK, /* and rmdir */
    FAULT_MEMORY, /* asked for from the text of the program or of libnulldrift itself */
    FAULT_KINDS
};

/* Counts a call of the kind; whether it is to fail, errno being set then. */
bool fault_here(enum fault_kind kind);
/* Is the address in the program's own text? */
bool fault_is_ours(const void *address);
/* The system call itself. */
long fault_system(long number, long a, long b, long c, long d, long e, long f);

/* An entry of the log: this, then both paths and the bytes. Paths are absolute. */
typedef struct fault_entry {
    char what;     /* 'c'reated or 'o'pened for writing, 'w'ritten, cu't', 's'ynced, 'S': a folder,
                      'r'enamed, 'l'inked, 'u'nlinked, 'm': folder made, 'd': folder removed */
    uint64_t file; /* inode */
    uint64_t at;   /* offset, or new length */
    uint64_t path, to, bytes; /* their lengths */
} fault_entry;

bool fault_logs(void);
void fault_log(char what, uint64_t file, uint64_t at, const char *path, const char *to,
               const void *bytes, size_t length);
/* One at a time, so that the log's order is that of the calls. */
void fault_log_begin(void);
void fault_log_end(void);
/* The absolute path of `name` in the folder `id` (or AT_FDCWD), links in its folder followed. */
void fault_path(int id, const char *name, char path[8192]);

#endif
