#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/netcdf_lock.h"
#include "base/platform.h"
#include "base/sandbox.h"

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
           nd_fail(error, what, "", "the program that asked for it has ended");
}

bool nd_outlet_send(nd_outlet *outlet, const nd_buffer *message, nd_error *error) {
    return send_bytes(outlet, MESSAGE, message->bytes, message->length) ||
           nd_fail(error, NULL, "", "the program that asked for it has ended");
}

static bool in_a_child;

bool nd_is_child(void) {
    return in_a_child;
}

void nd_become_child(void) {
    in_a_child = true;
}

static void confine(const nd_limits *limits, const char *const *reads) {
    enum { MOST_OPEN_FILES = 256 };
    static const char *const anything[] = {"/", NULL};
    nd_die_with_parent();
    rlim_t seconds = (rlim_t)(limits->seconds + 1.0);
    setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds + 1});
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0}); /* readers write no files */
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){MOST_OPEN_FILES, MOST_OPEN_FILES});
    /* A sanitizer reserves terabytes of addresses: no limit on them could hold. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(ND_NO_ADDRESS_LIMIT)
    uint64_t used = nd_address_space();
    rlim_t bytes = (rlim_t)(used + limits->memory);
    if (used > 0)
        setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes});
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0) { /* libraries complain on stderr; the one clear line is ours */
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
#endif
    /* A handler of the parent's would go on with the parent's work in the child. */
    int usual[] = {SIGINT, SIGTERM, SIGHUP,  SIGALRM, SIGSEGV, SIGBUS,
                   SIGFPE, SIGILL,  SIGABRT, SIGSYS,  SIGXCPU, SIGXFSZ};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        signal(usual[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    nd_become_child();
    setrlimit(RLIMIT_NPROC, &(struct rlimit){0, 0});
    nd_sandbox_enter(&(nd_sandbox){.reads = reads ? reads : anything});
}

static _Noreturn void be_the_child(int pipe, const nd_limits *limits, const nd_errand *errand) {
    confine(limits, errand->reads);
    nd_outlet outlet = {.pipe = pipe};
    nd_error failure = {0};
    if (errand->work(errand->context, &outlet, &failure))
        send_bytes(&outlet, DONE, NULL, 0);
    else
        send_bytes(&outlet, FAILURE, &failure, sizeof failure);
    _exit(0); /* no exit handlers: the parent's open files are not ours to flush */
}

/* --- in the parent --- */

/* One child and what it has said so far. */
typedef struct listener {
    nd_errand *errand;
    pid_t child;
    int pipe;
    header head;
    size_t head_bytes; /* of the header, come so far */
    nd_buffer body;    /* of the message, come so far */
    char note[512];    /* what the child is reading */
    double deadline;
    bool late, stopped;
} listener;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void tell_death(const listener *from, int status, double seconds) {
    nd_error *error = &from->errand->error;
    const char *where = from->note[0] ? from->note : "reading";
    const char *mend = "the file may be damaged; check it with the program that wrote it";
    if (from->stopped)
        nd_fail(error, where, "start again", "stopped before it was read");
    else if (from->late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        nd_fail(error, where, mend, "reading took more than %g s and was ended", seconds);
    else if (WIFSIGNALED(status))
        nd_fail(error, where, mend, "the reading library failed (%s); nothing else was harmed",
                strsignal(WTERMSIG(status)));
    else
        nd_fail(error, where, mend, "the reader ended without an answer (code %d)",
                WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void take_note(listener *from) {
    size_t most = sizeof from->note - 1;
    size_t length = from->body.length < most ? from->body.length : most;
    memset(from->note, 0, sizeof from->note);
    if (length)
        memcpy(from->note, from->body.bytes, length);
}

/* The child's own error, named after what it was reading where it names nothing. */
static void take_failure(const listener *from) {
    nd_error failure;
    memcpy(&failure, from->body.bytes, sizeof failure);
    failure.where[sizeof failure.where - 1] = failure.what[sizeof failure.what - 1] =
        failure.mend[sizeof failure.mend - 1] = '\0';
    bool memory = strncmp(failure.what, ND_OUT_OF_MEMORY, strlen(ND_OUT_OF_MEMORY)) == 0;
    nd_fail(&from->errand->error, failure.where[0] ? failure.where : from->note,
            memory ? "allow reading more memory (--reader-memory)" : failure.mend, "%s",
            failure.what);
}

/* A whole message has come. Whether the child is to be heard further. */
static bool take_message(listener *from) {
    nd_errand *errand = from->errand;
    bool go_on = true;
    if (from->head.kind == NOTE) {
        take_note(from);
    } else if (from->head.kind == MESSAGE && errand->take) {
        go_on = errand->take(errand->context, &from->body, &errand->error);
    } else if (from->head.kind == FAILURE && from->body.length == sizeof(nd_error)) {
        take_failure(from);
        go_on = false;
    } else { /* DONE, or nonsense: what was taken so far is checked by `take`'s side */
        errand->done = from->head.kind == DONE;
        go_on = false;
    }
    nd_buffer_free(&from->body);
    from->head_bytes = 0;
    return go_on;
}

/* Reads what the pipe holds, a piece at a time, so that a length made up by a broken child costs
 * nothing. Whether the child is to be heard further. */
static bool hear(listener *from, uint64_t most) {
    char chunk[PIPE_CHUNK];
    bool in_head = from->head_bytes < sizeof from->head;
    size_t missing = in_head ? sizeof from->head - from->head_bytes
                             : (size_t)from->head.length - from->body.length;
    ssize_t got = read(from->pipe, chunk, missing < sizeof chunk ? missing : sizeof chunk);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    if (in_head) {
        memcpy((char *)&from->head + from->head_bytes, chunk, (size_t)got);
        from->head_bytes += (size_t)got;
        if (from->head_bytes < sizeof from->head)
            return true;
        if (from->head.length > most)
            return nd_fail(&from->errand->error, from->note, "",
                           "the reader sent too much, %llu bytes",
                           (unsigned long long)from->head.length);
    } else if (!nd_buffer_put(&from->body, chunk, (size_t)got, &from->errand->error)) {
        return false;
    }
    return from->body.length < from->head.length || take_message(from);
}

/* A child for the errand, with no open file of ours but its pipe: HDF5's locks on the files that
 * other threads are writing would last as long as the child's copies of them. Until it has closed
 * them it holds the end of `ready`, and we the lock: no other thread is within netCDF when the
 * process is copied, nor believes a file closed that the child still holds. */
static bool start(listener *children, size_t running, nd_errand *errand, const nd_limits *limits) {
    listener *one = &children[running];
    int ends[2], ready[2];
    ND_NC_ALONE;
    *one = (listener){.errand = errand, .child = -1};
    if (nd_pipe(ends)) {
        bool both = nd_pipe(ready);
        if (!both || (one->child = fork()) < 0) {
            close(ends[0]);
            close(ends[1]);
            for (int i = 0; both && i < 2; i++)
                close(ready[i]);
        }
    }
    if (one->child < 0)
        return nd_fail_errno(&errand->error, "reading", "close other programs", ND_NO_PROCESS);
    if (one->child == 0) {
        nd_nc_lock_renew();
        nd_close_all_but(ends[1]);
        be_the_child(ends[1], limits, errand);
    }
    close(ends[1]);
    close(ready[1]);
    char nothing;
    while (read(ready[0], &nothing, 1) < 0 && errno == EINTR)
        continue;
    close(ready[0]);
    one->pipe = ends[0];
    one->deadline = now() + CLOCK_PER_PROCESSOR * limits->seconds;
    return true;
}

static void finish(listener *from, double seconds) {
    close(from->pipe);
    kill(from->child, SIGKILL); /* done, dead already, or not to be waited for */
    int status = 0;
    while (waitpid(from->child, &status, 0) < 0 && errno == EINTR)
        continue;
    nd_buffer_free(&from->body);
    if (!from->errand->done && !from->errand->error.what[0])
        tell_death(from, status, seconds);
    if (from->errand->after)
        from->errand->after(from->errand->context);
}

/* Waits until a child speaks, or a while, and hears all that do. Those that are through are
 * finished and leave the list; how many stay. */
static size_t attend(listener *children, size_t running, const nd_limits *limits,
                     const nd_watch *watch) {
    struct pollfd ready[ND_MOST_CHILDREN];
    for (size_t i = 0; i < running; i++)
        ready[i] = (struct pollfd){.fd = children[i].pipe, .events = POLLIN};
    int answer = poll(ready, running, POLL_MILLISECONDS);
    size_t stay = 0;
    for (size_t i = 0; i < running; i++) {
        listener *one = &children[i];
        one->stopped = watch && watch->stop && *watch->stop;
        one->late = now() > one->deadline;
        bool go_on = !one->stopped && !one->late;
        if (go_on && answer > 0 && ready[i].revents)
            go_on = hear(one, limits->memory);
        if (!go_on)
            finish(one, limits->seconds);
        else
            children[stay++] = *one;
    }
    return stay;
}

void nd_in_children(nd_errand *errands, size_t count, size_t at_once, const nd_limits *limits,
                    const nd_watch *watch) {
    nd_limits within = nd_limits_default();
    if (limits && limits->memory)
        within.memory = limits->memory;
    if (limits && limits->seconds > 0.0)
        within.seconds = limits->seconds;
    listener children[ND_MOST_CHILDREN];
    size_t running = 0, next = 0;
    at_once = at_once < 1 ? 1 : at_once > ND_MOST_CHILDREN ? ND_MOST_CHILDREN : at_once;
    while (next < count || running > 0) {
        if (next < count && running < at_once)
            running += start(children, running, &errands[next++], &within);
        else
            running = attend(children, running, &within, watch);
    }
}

bool nd_in_child(nd_errand *errand, const nd_limits *limits, const nd_watch *watch,
                 nd_error *error) {
    nd_in_children(errand, 1, 1, limits, watch);
    return errand->done ||
           nd_fail(error, errand->error.where, errand->error.mend, "%s", errand->error.what);
}
