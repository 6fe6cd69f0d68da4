#include "recording/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

/* What comes down the pipe: a kind, a length, and so many bytes. */
enum message_kind { NOTE = 'n', MESSAGE = 'm', FAILURE = 'f', DONE = 'd' };
typedef struct header {
    uint64_t kind, length;
} header;

struct nd_outlet {
    int pipe;
};

enum { POLL_MILLISECONDS = 100, CLOCK_PER_PROCESSOR = 10, PIPE_CHUNK = 1 << 16 };

nd_limits nd_limits_default(void) {
    double pages = (double)sysconf(_SC_PHYS_PAGES), page = (double)sysconf(_SC_PAGESIZE);
    return (nd_limits){.memory = (uint64_t)(0.75 * pages * page), .seconds = 600.0};
}

/* --- in the child --- */

static bool write_all(int pipe, const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t written = write(pipe, at, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        at += written;
        length -= (size_t)written;
    }
    return true;
}

static bool send_bytes(nd_outlet *outlet, enum message_kind kind, const void *bytes,
                       size_t length) {
    header head = {(uint64_t)kind, length};
    return write_all(outlet->pipe, &head, sizeof head) && write_all(outlet->pipe, bytes, length);
}

bool nd_outlet_note(nd_outlet *outlet, const char *what, nd_error *error) {
    return send_bytes(outlet, NOTE, what, strlen(what)) ||
           nd_fail(error, what, "", "nobody listens any more");
}

bool nd_outlet_send(nd_outlet *outlet, const nd_buffer *message, nd_error *error) {
    return send_bytes(outlet, MESSAGE, message->bytes, message->length) ||
           nd_fail(error, NULL, "", "nobody listens any more");
}

/* Bytes of address space in use, from /proc; 0 if unknown. */
static uint64_t address_space(void) {
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128] = "";
    if (file) {
        if (!fgets(line, sizeof line, file))
            line[0] = '\0';
        fclose(file);
    }
    return strtoull(line, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void confine(const nd_limits *limits) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    rlim_t seconds = (rlim_t)(limits->seconds + 1.0);
    setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds + 1});
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0}); /* readers write no files */
    /* A sanitizer reserves terabytes of addresses: no limit on them could hold. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(ND_NO_ADDRESS_LIMIT)
    rlim_t bytes = (rlim_t)(address_space() + limits->memory);
    setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes});
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0) { /* libraries complain on stderr; the one clear line is ours */
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
#else
    (void)address_space;
#endif
    /* A handler of the parent's would go on with the parent's work in the child. */
    int usual[] = {SIGINT, SIGTERM, SIGHUP,  SIGALRM, SIGSEGV, SIGBUS,
                   SIGFPE, SIGILL,  SIGABRT, SIGSYS,  SIGXCPU, SIGXFSZ};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        signal(usual[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
}

static _Noreturn void be_the_child(int pipe, const nd_limits *limits,
                                   bool (*work)(void *, nd_outlet *, nd_error *), void *context) {
    confine(limits);
    nd_outlet outlet = {.pipe = pipe};
    nd_error failure = {0};
    if (work(context, &outlet, &failure))
        send_bytes(&outlet, DONE, NULL, 0);
    else
        send_bytes(&outlet, FAILURE, &failure, sizeof failure);
    _exit(0); /* no exit handlers: the parent's open files are not ours to flush */
}

/* --- in the parent --- */

typedef struct listener {
    int pipe;
    uint64_t most; /* bytes of one message */
    double deadline;
    const nd_watch *watch;
    char note[512]; /* what the child is reading */
    bool late, stopped;
} listener;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Reads exactly `length` bytes; false at the end of the pipe, the deadline, or a request to stop.
 */
static bool read_all(listener *from, void *bytes, size_t length) {
    char *at = bytes;
    while (length > 0) {
        struct pollfd ready = {.fd = from->pipe, .events = POLLIN};
        int answer = poll(&ready, 1, POLL_MILLISECONDS);
        from->stopped = from->watch && from->watch->stop && *from->watch->stop;
        from->late = now() > from->deadline;
        if (from->stopped || from->late || (answer < 0 && errno != EINTR))
            return false;
        if (answer <= 0)
            continue;
        ssize_t got = read(from->pipe, at, length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        length -= (size_t)got;
    }
    return true;
}

/* Reads a message's body piece by piece, so that a length made up by a broken child costs nothing.
 */
static bool read_body(listener *from, uint64_t length, nd_buffer *body, nd_error *error) {
    char chunk[PIPE_CHUNK];
    if (length > from->most)
        return nd_fail(error, from->note, "", "the reader sent %llu bytes, more than can be right",
                       (unsigned long long)length);
    while (length > 0) {
        size_t some = length < sizeof chunk ? (size_t)length : sizeof chunk;
        if (!read_all(from, chunk, some))
            return false;
        if (!nd_buffer_put(body, chunk, some, error))
            return false;
        length -= some;
    }
    return true;
}

static bool tell_death(const listener *from, int status, double seconds, nd_error *error) {
    const char *where = from->note[0] ? from->note : "reading";
    const char *mend = "the file may be damaged; check it with the program that wrote it";
    if (from->stopped)
        return nd_fail(error, where, "start again", "stopped before it was read");
    if (from->late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        return nd_fail(error, where, mend, "reading took more than %g s and was ended", seconds);
    if (WIFSIGNALED(status))
        return nd_fail(error, where, mend,
                       "the reading library failed (%s) and took nothing with it",
                       strsignal(WTERMSIG(status)));
    return nd_fail(error, where, mend, "the reader ended without an answer (code %d)",
                   WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Takes messages until the child is done or has failed; `ended` tells which. */
static bool listen_to(listener *from, bool (*take)(void *, nd_buffer *, nd_error *), void *context,
                      bool *ended, nd_error *error) {
    header head;
    *ended = false;
    while (read_all(from, &head, sizeof head)) {
        nd_buffer body = {0};
        bool fine = read_body(from, head.length, &body, error);
        if (fine && head.kind == NOTE) {
            size_t most = sizeof from->note - 1;
            size_t length = body.length < most ? body.length : most;
            memset(from->note, 0, sizeof from->note);
            if (length)
                memcpy(from->note, body.bytes, length);
        } else if (fine && head.kind == MESSAGE) {
            fine = take(context, &body, error);
        } else if (fine && head.kind == FAILURE && body.length == sizeof(nd_error)) {
            nd_error failure;
            memcpy(&failure, body.bytes, sizeof failure);
            failure.where[sizeof failure.where - 1] = failure.what[sizeof failure.what - 1] =
                failure.mend[sizeof failure.mend - 1] = '\0';
            bool memory = strcmp(failure.where, "memory") == 0;
            nd_fail(error, failure.where[0] && !memory ? failure.where : from->note,
                    memory ? "allow reading more memory (--reader-memory)" : failure.mend, "%s",
                    failure.what);
            fine = false;
        } else if (fine) {
            *ended = true;
        }
        nd_buffer_free(&body);
        if (!fine || *ended)
            return fine;
    }
    return false;
}

/* One at a time: a child started meanwhile would inherit the writing end of this one's pipe, and
 * the pipe would not end with this child. */
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;

static pid_t start_child(const nd_limits *limits, bool (*work)(void *, nd_outlet *, nd_error *),
                         void *context, int *end, nd_error *error) {
    int ends[2];
    pthread_mutex_lock(&starting);
    pid_t child = pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1;
    if (child < 0) {
        nd_fail_errno(error, "reading", "close other programs", "no process to be had");
        pthread_mutex_unlock(&starting);
        return child;
    }
    if (child == 0) {
        close(ends[0]);
        be_the_child(ends[1], limits, work, context);
    }
    close(ends[1]);
    pthread_mutex_unlock(&starting);
    *end = ends[0];
    return child;
}

bool nd_in_child(const nd_limits *limits,
                 bool (*work)(void *context, nd_outlet *outlet, nd_error *error),
                 bool (*take)(void *context, nd_buffer *message, nd_error *error), void *context,
                 const nd_watch *watch, nd_error *error) {
    nd_limits within = nd_limits_default();
    if (limits && limits->memory)
        within.memory = limits->memory;
    if (limits && limits->seconds > 0.0)
        within.seconds = limits->seconds;
    int end;
    pid_t child = start_child(&within, work, context, &end, error);
    if (child < 0)
        return false;
    listener from = {.pipe = end,
                     .most = within.memory,
                     .deadline = now() + CLOCK_PER_PROCESSOR * within.seconds,
                     .watch = watch};
    nd_error found = {0};
    bool ended, fine = listen_to(&from, take, context, &ended, &found);
    close(end);
    kill(child, SIGKILL); /* done, dead already, or not to be waited for */
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (fine && ended)
        return true;
    if (found.what[0])
        return nd_fail(error, found.where, found.mend, "%s", found.what);
    return tell_death(&from, status, within.seconds, error);
}
