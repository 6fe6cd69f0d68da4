#include "base/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/platform.h"
#include "base/sandbox.h"
#include "base/spawn.h"
#include "base/wire.h"

bool nd_asked_to_serve(int argc, char *const *argv) {
    return argc == 2 && strcmp(argv[1], ND_SERVE_ARGUMENT) == 0;
}

/* --- in the process of one errand --- */

struct nd_outlet {
    int pipe;
    double seconds; /* of processor time for each answer of a child that stays */
};

static bool send_bytes(nd_outlet *outlet, uint64_t kind, const void *bytes, size_t length) {
    nd_wire_header head = {kind, length};
    return nd_write_all(outlet->pipe, &head, sizeof head) &&
           nd_write_all(outlet->pipe, bytes, length);
}

bool nd_outlet_note(nd_outlet *outlet, const char *what, nd_error *error) {
    return send_bytes(outlet, ND_SAYS_NOTE, what, strlen(what)) ||
           nd_fail(error, what, "", "the program that asked for it has ended");
}

bool nd_outlet_send(nd_outlet *outlet, const nd_buffer *message, nd_error *error) {
    return send_bytes(outlet, ND_SAYS_MESSAGE, message->bytes, message->length) ||
           nd_fail(error, NULL, "", "the program that asked for it has ended");
}

/* For the next answer there is as much time as for the last. */
static void renew_time(double seconds) {
    struct rusage used;
    if (getrusage(RUSAGE_SELF, &used) != 0)
        return;
    rlim_t until = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (rlim_t)seconds + 2;
    setrlimit(RLIMIT_CPU, &(struct rlimit){until, RLIM_INFINITY});
}

bool nd_outlet_hear(nd_outlet *outlet, nd_buffer *question) {
    enum { MOST = 1 << 20 };
    nd_wire_header head;
    if (!nd_read_all(outlet->pipe, &head, sizeof head) || head.kind != ND_ASKS ||
        head.length > MOST)
        return false;
    *question = (nd_buffer){.bytes = nd_array((size_t)head.length, 1, NULL),
                            .length = (size_t)head.length,
                            .capacity = (size_t)head.length};
    if (!question->bytes || !nd_read_all(outlet->pipe, question->bytes, question->length)) {
        nd_buffer_free(question);
        return false;
    }
    renew_time(outlet->seconds);
    return true;
}

static bool in_a_child;

bool nd_is_child(void) {
    return in_a_child;
}

void nd_become_child(void) {
    in_a_child = true;
}

static void confine(const nd_limits *limits, bool stays, const char *const *reads) {
    enum { MOST_OPEN_FILES = 256 };
    static const char *const anything[] = {"/", NULL};
    nd_die_with_parent();
    rlim_t seconds = (rlim_t)(limits->seconds + 1.0);
    setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, stays ? RLIM_INFINITY : seconds + 1});
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0}); /* readers write no files */
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){MOST_OPEN_FILES, MOST_OPEN_FILES});
    /* A sanitizer reserves terabytes of addresses: no limit on them could hold. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(ND_NO_ADDRESS_LIMIT)
    uint64_t used = nd_address_space();
    rlim_t bytes = (rlim_t)(used + limits->memory);
    if (used > 0)
        setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes});
#endif
    /* The reader's own handler is not for the errand; what it ignores ends this. */
    int usual[] = {SIGINT, SIGTERM, SIGHUP,  SIGALRM, SIGSEGV, SIGBUS, SIGFPE,
                   SIGILL, SIGABRT, SIGCHLD, SIGSYS,  SIGXCPU, SIGXFSZ};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        signal(usual[i], SIG_DFL);
    /* A terminal's are meant for who asks, who goes on, or ends this one, too. */
    for (size_t i = 0; i < (stays ? 3 : 1); i++)
        signal(usual[i], SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    nd_become_child();
    setrlimit(RLIMIT_NPROC, &(struct rlimit){0, 0});
    nd_sandbox_enter(&(nd_sandbox){.reads = reads ? reads : anything});
}

/* What an errand's request begins with: who does it, within what limits, reading what. */
typedef struct preamble {
    char *trade;
    nd_limits limits;
    uint64_t stays; /* it is asked more than once */
    char **reads;   /* ended by NULL; NULL: any */
} preamble;

static bool take_preamble(nd_buffer *request, preamble *first, nd_error *error) {
    uint64_t count = 0;
    if (!nd_buffer_take_text(request, &first->trade, error) ||
        !nd_buffer_take(request, &first->limits, sizeof first->limits, error) ||
        !nd_buffer_take(request, &first->stays, sizeof first->stays, error) ||
        !nd_buffer_take(request, &count, sizeof count, error))
        return false;
    if (!first->trade || (count != UINT64_MAX && count > request->length))
        return nd_fail(error, NULL, NULL, "the request is none");
    if (count == UINT64_MAX)
        return true;
    first->reads = nd_array((size_t)count + 1, sizeof *first->reads, error);
    bool fine = first->reads != NULL;
    for (uint64_t i = 0; fine && i < count; i++)
        fine = nd_buffer_take_text(request, &first->reads[i], error) &&
               (first->reads[i] || nd_fail(error, NULL, NULL, "the request is none"));
    return fine;
}

static bool read_request(int file, nd_buffer *request, nd_error *error) {
    struct stat about;
    if (fstat(file, &about) != 0 || about.st_size < 0 || lseek(file, 0, SEEK_SET) != 0)
        return nd_fail_errno(error, NULL, NULL, "the request cannot be read");
    size_t length = (size_t)about.st_size;
    request->bytes = nd_array(length, 1, error);
    request->length = request->capacity = length;
    return request->bytes && (nd_read_all(file, request->bytes, length) ||
                              nd_fail_errno(error, NULL, NULL, "the request cannot be read"));
}

static const nd_trade *find_trade(const nd_trade *const *trades, const char *name,
                                  nd_error *error) {
    for (size_t i = 0; trades[i]; i++)
        if (strcmp(trades[i]->name, name) == 0)
            return trades[i];
    nd_fail(error, NULL, NULL, "the reader does not know how to do '%.40s'", name);
    return NULL;
}

/* Memory is left to the system: the process ends. */
static _Noreturn void do_errand(const int files[ND_WIRE_FILES], const nd_trade *const *trades) {
    nd_outlet outlet = {.pipe = files[0]};
    nd_error failure = {0};
    nd_buffer request = {0};
    preamble first = {0};
    bool moved = files[2] < 0 || fchdir(files[2]) == 0;
    bool fine = read_request(files[1], &request, &failure) &&
                take_preamble(&request, &first, &failure) &&
                (moved || nd_fail(&failure, NULL, NULL, "the working folder is gone"));
    close(files[1]);
    if (files[2] >= 0)
        close(files[2]);
    const nd_trade *trade = fine ? find_trade(trades, first.trade, &failure) : NULL;
    if (trade) {
        outlet.seconds = first.limits.seconds;
        confine(&first.limits, first.stays != 0, (const char *const *)first.reads);
        fine = trade->work(&request, &outlet, &failure);
    }
    if (trade && fine)
        send_bytes(&outlet, ND_SAYS_DONE, NULL, 0);
    else
        send_bytes(&outlet, ND_SAYS_FAILURE, &failure, sizeof failure);
    _exit(0); /* no exit handlers: nothing here is to be flushed */
}

/* --- in the reader --- */

typedef struct working {
    uint64_t errand;
    pid_t child;
} working;

typedef struct service {
    const nd_trade *const *trades;
    working *list;
    size_t count, room;
} service;

static void note_child(int signal) {
    (void)signal; /* that it came ends the waiting */
}

static _Noreturn void leave(service *all) {
    for (size_t i = 0; i < all->count; i++)
        kill(all->list[i].child, SIGKILL);
    _exit(0);
}

static void tell_ended(service *all, uint64_t errand, int status) {
    nd_wire piece = {ND_WIRE_ENDED, errand, (uint64_t)(uint32_t)status};
    if (!nd_wire_send(ND_SPAWN_GIVEN, &piece, NULL, 0))
        leave(all);
}

static void tell_the_ended(service *all) {
    int status;
    for (pid_t child; (child = waitpid(-1, &status, WNOHANG)) > 0;)
        for (size_t i = 0; i < all->count; i++)
            if (all->list[i].child == child) {
                uint64_t errand = all->list[i].errand;
                all->list[i] = all->list[--all->count];
                tell_ended(all, errand, status);
                break;
            }
}

/* An errand that cannot be begun has ended with code 126. */
static void begin(service *all, uint64_t errand, const int files[ND_WIRE_FILES]) {
    enum { NOT_BEGUN = 126 << 8 };
    working *list = nd_grown(all->list, &all->room, all->count + 1, sizeof *list, NULL);
    if (list)
        all->list = list;
    pid_t child = list && files[0] >= 0 && files[1] >= 0 ? fork() : -1;
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        close(ND_SPAWN_GIVEN);
        do_errand(files, all->trades);
    }
    for (size_t i = 0; i < ND_WIRE_FILES; i++)
        if (files[i] >= 0)
            close(files[i]);
    if (child < 0)
        tell_ended(all, errand, NOT_BEGUN);
    else
        list[all->count++] = (working){errand, child};
}

static void end(const service *all, uint64_t errand) {
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].errand == errand)
            kill(all->list[i].child, SIGKILL);
}

/* Between asking for the ended and waiting none is missed: SIGCHLD comes only while waiting. */
void nd_serve(const nd_trade *const *trades) {
    service all = {.trades = trades};
    nd_greeting ours = nd_greeting_of_ours();
    sigset_t child, waiting;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &waiting);
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = note_child}, NULL);
    signal(SIGINT,
           SIG_IGN); /* the terminal's and what goes to all: meant for who asks, with whom */
    signal(SIGHUP, SIG_IGN); /* this one ends */
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (!nd_write_all(ND_SPAWN_GIVEN, &ours, sizeof ours))
        _exit(1);
    for (;;) {
        tell_the_ended(&all);
        fd_set ready;
        FD_ZERO(&ready);
        FD_SET(ND_SPAWN_GIVEN, &ready);
        if (pselect(ND_SPAWN_GIVEN + 1, &ready, NULL, NULL, NULL, &waiting) <= 0)
            continue;
        nd_wire piece;
        int files[ND_WIRE_FILES];
        if (!nd_wire_receive(ND_SPAWN_GIVEN, &piece, files))
            leave(&all);
        if (piece.kind == ND_WIRE_BEGIN)
            begin(&all, piece.errand, files);
        else if (piece.kind == ND_WIRE_END)
            end(&all, piece.errand);
    }
}
