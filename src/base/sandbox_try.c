/* What a hostile reader would do, tried from within. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/ptrace.h>
#endif

#include "base/child.h"
#include "base/error.h"
#include "base/files.h"
#include "base/sandbox.h"

/* Paths within the folder: a file the child may read, one it may not, one that is not there. */
typedef struct places {
    char mine[4096], other[4096], new[4096];
    pid_t parent;
    nd_sandbox_attempt *attempts;
    nd_sandbox_means *means;
    size_t begun; /* the last attempt that was begun */
} places;

static bool removes(const places *p) {
    return unlink(p->mine) == 0;
}

static bool renames(const places *p) {
    return rename(p->mine, p->new) == 0;
}

static bool links(const places *p) {
    return symlink("/", p->new) == 0 || link(p->mine, p->new) == 0;
}

static bool makes(const places *p) {
    return open(p->new, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0 || mkdir(p->new, 0700) == 0;
}

static bool writes(const places *p) {
    return open(p->mine, O_WRONLY | O_CLOEXEC) >= 0 || truncate(p->mine, 0) == 0;
}

static bool changes_mode(const places *p) {
    return chmod(p->mine, 0777) == 0;
}

static bool opens_socket(const places *p) {
    (void)p;
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool starts_program(const places *p) {
    char name[] = "true";
    char *const arguments[] = {name, NULL};
    (void)p;
    return execv("/bin/true", arguments) == 0; /* would not come back */
}

static bool traces(const places *p) {
#if defined(__linux__)
    return ptrace(PTRACE_SEIZE, p->parent, NULL, NULL) == 0;
#else
    (void)p;
    return false;
#endif
}

static bool reads_memory(const places *p) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/mem", (long)p->parent);
    return open(path, O_RDONLY | O_CLOEXEC) >= 0;
}

static bool reads_another(const places *p) {
    return open(p->other, O_RDONLY | O_CLOEXEC) >= 0;
}

static bool forks(const places *p) {
    (void)p;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0;
}

static bool signals(const places *p) {
    return kill(p->parent, 0) == 0;
}

/* Freed with the child: a sanitizer goes through all that is given back. */
static bool takes_memory(const places *p) {
    (void)p;
    void *got =
        mmap(NULL, (size_t)10 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return got != MAP_FAILED;
}

static const struct {
    const char *what;
    unsigned by;
    bool (*done)(const places *);
} TABLE[ND_SANDBOX_ATTEMPTS] = {
    {"take 10 GB of memory", ND_BY_LIMITS, takes_memory},
    {"read another file", ND_BY_FILES, reads_another},
    {"read another process's memory", ND_BY_FILES, reads_memory},
    {"make a file or folder", ND_BY_FILES | ND_BY_CALLS, makes},
    {"write to a file", ND_BY_FILES | ND_BY_CALLS, writes},
    {"change a file's mode", ND_BY_CALLS, changes_mode},
    {"make a link", ND_BY_FILES | ND_BY_CALLS, links},
    {"open a socket", ND_BY_CALLS, opens_socket},
    {"trace a process", ND_BY_FILES | ND_BY_CALLS, traces},
    {"signal a process", ND_BY_CALLS, signals},
    {"start a process", ND_BY_CALLS, forks},
    {"rename a file", ND_BY_FILES | ND_BY_CALLS, renames},
    {"remove a file", ND_BY_FILES | ND_BY_CALLS, removes},
    {"start a program", ND_BY_FILES | ND_BY_CALLS, starts_program},
};

bool nd_sandbox_must_refuse(const nd_sandbox_attempt *attempt, const nd_sandbox_means *means) {
    unsigned here = (means->files > 0 ? ND_BY_FILES : 0) | (means->system_calls ? ND_BY_CALLS : 0) |
                    (means->widened ? 0 : ND_BY_LIMITS);
    return (attempt->by & here) != 0;
}

/* In the child: one letter for each attempt, before the last that may not come back. */
static bool attempt(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    places taken, *p = &taken;
    if (!nd_buffer_take(request, p, sizeof *p, error))
        return false;
    nd_sandbox_means means = nd_sandbox_entered();
    nd_buffer first = {0};
    bool told =
        nd_buffer_put(&first, &means, sizeof means, error) && nd_outlet_send(outlet, &first, error);
    nd_buffer_free(&first);
    for (size_t i = 0; told && i < ND_SANDBOX_ATTEMPTS; i++) {
        nd_buffer message = {0};
        char answer[2] = {(char)i, 'b'}; /* begun */
        bool sent =
            nd_buffer_put(&message, answer, 2, error) && nd_outlet_send(outlet, &message, error);
        message.length = 0;
        answer[1] = TABLE[i].done(p) ? 'd' : 'r'; /* done, refused */
        sent = sent && nd_buffer_put(&message, answer, 2, error) &&
               nd_outlet_send(outlet, &message, error);
        nd_buffer_free(&message);
        if (!sent)
            return false;
    }
    return told;
}

const nd_trade nd_trade_attempts = {"try the sandbox", attempt};

static bool ask(void *context, nd_buffer *request, nd_error *error) {
    return nd_buffer_put(request, context, sizeof(places), error);
}

static bool take_answer(void *context, nd_buffer *message, nd_error *error) {
    places *p = context;
    if (message->length == sizeof *p->means)
        return nd_buffer_take(message, p->means, sizeof *p->means, error);
    if (message->length != 2 || message->bytes[0] >= ND_SANDBOX_ATTEMPTS)
        return nd_fail(error, NULL, "", "the child's answer is none");
    p->begun = message->bytes[0];
    p->attempts[p->begun].refused = message->bytes[1] == 'r';
    return true;
}

bool nd_sandbox_try(const char *folder, nd_sandbox_attempt attempts[ND_SANDBOX_ATTEMPTS],
                    nd_sandbox_means *means, nd_error *error) {
    enum { MEMORY = 1 << 30 };
    places p = {.parent = getpid(), .attempts = attempts, .means = means};
    if (snprintf(p.mine, sizeof p.mine, "%s/read", folder) >= (int)sizeof p.mine ||
        snprintf(p.other, sizeof p.other, "%s/other", folder) >= (int)sizeof p.other ||
        snprintf(p.new, sizeof p.new, "%s/new", folder) >= (int)sizeof p.new ||
        !nd_write_file(p.mine, "mine", 4, error) || !nd_write_file(p.other, "other", 5, error))
        return false;
    for (size_t i = 0; i < ND_SANDBOX_ATTEMPTS; i++)
        attempts[i] = (nd_sandbox_attempt){TABLE[i].what, TABLE[i].by, false};
    const char *const reads[] = {p.mine, NULL};
    nd_errand errand = {.trade = &nd_trade_attempts,
                        .ask = ask,
                        .take = take_answer,
                        .context = &p,
                        .reads = reads};
    nd_limits limits = {.memory = MEMORY, .seconds = 20};
    nd_error why = {0};
    bool fine = nd_in_child(&errand, &limits, NULL, &why);
    if (!fine && p.begun == ND_SANDBOX_ATTEMPTS - 1) {
        /* Where the last was not refused, the child has become `true`, which ends with 0. */
        attempts[p.begun].refused = strstr(why.what, "(code 0)") == NULL;
        fine = true;
    } else if (!fine && error) {
        *error = why;
    }
    (void)unlink(p.mine);
    (void)unlink(p.other);
    (void)unlink(p.new);
    return fine;
}
