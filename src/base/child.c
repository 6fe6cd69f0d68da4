#include "base/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/helper.h"
#include "base/platform.h"
#include "base/watch.h"
#include "base/wire.h"

enum { POLL_MILLISECONDS = 100, CLOCK_PER_PROCESSOR = 10, PIPE_CHUNK = 1 << 16 };

nd_limits nd_limits_default(void) {
    double pages = (double)sysconf(_SC_PHYS_PAGES), page = (double)sysconf(_SC_PAGESIZE);
    return (nd_limits){.memory = (uint64_t)(0.75 * pages * page), .seconds = 600.0};
}

/* One child and what it has said so far. */
typedef struct listener {
    nd_errand *errand;
    uint64_t number; /* nd_helper_begin's */
    int pipe;
    nd_wire_header head;
    size_t head_bytes; /* of the header, come so far */
    nd_buffer body;    /* of the message, come so far */
    char note[512];    /* what the child is reading */
    double deadline;
    bool late, stopped;
    bool heard, again; /* it has said something; it was begun anew */
} listener;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* `known`: the reader could still say how it ended. */
static void tell_death(const listener *from, bool known, int status, double seconds) {
    nd_error *error = &from->errand->error;
    const char *where = from->note[0] ? from->note : "reading";
    const char *mend = "the file may be damaged; check it with the program that wrote it";
    if (from->stopped)
        nd_fail_as(ND_CODE_STOPPED, error, where, "start again", "stopped before it was read");
    else if (!known && !from->late)
        nd_fail(error, where, "start again", "the program that reads for nulldrift was ended");
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

static const char MORE_MEMORY[] =
    "free some memory, or let `nulldrift record` read with more `reader_memory`";

/* The child's own error, named after what it was reading where it names nothing. */
static void take_failure(const listener *from) {
    nd_error failure;
    memcpy(&failure, from->body.bytes, sizeof failure);
    failure.where[sizeof failure.where - 1] = failure.what[sizeof failure.what - 1] =
        failure.mend[sizeof failure.mend - 1] = '\0';
    bool memory = strncmp(failure.what, ND_OUT_OF_MEMORY, strlen(ND_OUT_OF_MEMORY)) == 0;
    bool known = failure.code > ND_CODE_NONE && failure.code <= ND_CODE_DIVERGED;
    nd_fail_as(known ? failure.code : ND_CODE_FAILED, &from->errand->error,
               failure.where[0] ? failure.where : from->note, memory ? MORE_MEMORY : failure.mend,
               "%s", failure.what);
}

/* A whole message has come. Whether the child is to be heard further. */
static bool take_message(listener *from) {
    nd_errand *errand = from->errand;
    bool go_on = true;
    if (from->head.kind == ND_SAYS_NOTE) {
        take_note(from);
    } else if (from->head.kind == ND_SAYS_MESSAGE && errand->take) {
        go_on = errand->take(errand->context, &from->body, &errand->error);
    } else if (from->head.kind == ND_SAYS_FAILURE && from->body.length == sizeof(nd_error)) {
        take_failure(from);
        go_on = false;
    } else { /* done, or nonsense: what was taken so far is checked by `take`'s side */
        errand->done = from->head.kind == ND_SAYS_DONE;
        go_on = false;
    }
    nd_buffer_free(&from->body);
    from->head_bytes = 0;
    return go_on;
}

/* Room for a message, so that one of many megabytes is not moved as it grows; a length made up by a
 * broken child costs no more than this. */
static bool reserve(listener *from) {
    enum { MOST = 1 << 26 };
    size_t length = from->head.length < MOST ? (size_t)from->head.length : MOST;
    return nd_buffer_reserve(&from->body, length, &from->errand->error);
}

/* Reads what the pipe holds, a piece at a time. Whether the child is to be heard further. */
static bool hear(listener *from, uint64_t most) {
    char chunk[PIPE_CHUNK];
    bool in_head = from->head_bytes < sizeof from->head;
    size_t missing = in_head ? sizeof from->head - from->head_bytes
                             : (size_t)from->head.length - from->body.length;
    ssize_t got = read(from->pipe, chunk, missing < sizeof chunk ? missing : sizeof chunk);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    from->heard = true;
    if (in_head) {
        memcpy((char *)&from->head + from->head_bytes, chunk, (size_t)got);
        from->head_bytes += (size_t)got;
        if (from->head_bytes < sizeof from->head)
            return true;
        if (from->head.length > most)
            return nd_fail(&from->errand->error, from->note, "",
                           "the reader sent too much, %llu bytes",
                           (unsigned long long)from->head.length);
        if (!reserve(from))
            return false;
    } else if (!nd_buffer_put(&from->body, chunk, (size_t)got, &from->errand->error)) {
        return false;
    }
    return from->body.length < from->head.length || take_message(from);
}

static bool put_reads(nd_buffer *request, const char *const *reads, nd_error *error) {
    uint64_t count = reads ? 0 : UINT64_MAX;
    while (reads && reads[count])
        count++;
    bool fine = nd_buffer_put(request, &count, sizeof count, error);
    for (uint64_t i = 0; fine && reads && i < count; i++)
        fine = nd_buffer_put_text(request, reads[i], error);
    return fine;
}

/* What serve.c takes apart. */
static bool put_request(const nd_errand *errand, const nd_limits *limits, nd_buffer *request,
                        nd_error *error) {
    uint64_t stays = errand->stays;
    return nd_buffer_put_text(request, errand->trade->name, error) &&
           nd_buffer_put(request, limits, sizeof *limits, error) &&
           nd_buffer_put(request, &stays, sizeof stays, error) &&
           put_reads(request, errand->reads, error) &&
           (!errand->ask || errand->ask(errand->context, request, error));
}

static bool start(listener *one, nd_errand *errand, const nd_limits *limits) {
    nd_buffer request = {0};
    int ends[2];
    *one = (listener){.errand = errand, .pipe = -1};
    bool fine = !errand->error.what[0] && put_request(errand, limits, &request, &errand->error);
    if (fine && !(errand->stays ? nd_two_ways(ends) : nd_pipe(ends)))
        fine = nd_fail_errno(&errand->error, "reading", "close other programs", ND_NO_PROCESS);
    if (fine) {
        one->number = nd_helper_begin(&request, ends[1], &errand->error);
        one->pipe = ends[0];
        close(ends[1]);
        if (one->number == 0)
            close(ends[0]);
    }
    nd_buffer_free(&request);
    one->deadline = now() + CLOCK_PER_PROCESSOR * limits->seconds;
    if (one->number == 0 && errand->after)
        errand->after(errand->context);
    return one->number != 0;
}

/* Whether the errand goes on after all: once more, where the reader was ended before it had begun.
 */
static bool finish(listener *from, const nd_limits *limits) {
    int status = 0;
    nd_errand *errand = from->errand;
    close(from->pipe);
    bool known = nd_helper_end(from->number, &status); /* done, dead, or not to be waited for */
    nd_buffer_free(&from->body);
    bool failed = !errand->done && !errand->error.what[0];
    if (failed && !known && !from->heard && !from->again && !from->late && !from->stopped) {
        bool begun = start(from, errand, limits);
        from->again = true;
        return begun;
    }
    if (failed)
        tell_death(from, known, status, limits->seconds);
    if (errand->after)
        errand->after(errand->context);
    return false;
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
        one->stopped = nd_stop_asked(watch);
        one->late = now() > one->deadline;
        bool go_on = !one->stopped && !one->late;
        if (go_on && answer > 0 && ready[i].revents)
            go_on = hear(one, limits->memory);
        if (go_on || finish(one, limits))
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
        if (next < count && running < at_once) {
            if (start(&children[running], &errands[next], &within))
                running++;
            else if (next + 1 < count) /* nor would the others be begun */
                errands[next + 1].error = errands[next].error;
            next++;
        } else {
            running = attend(children, running, &within, watch);
        }
    }
}

bool nd_in_child(nd_errand *errand, const nd_limits *limits, const nd_watch *watch,
                 nd_error *error) {
    nd_in_children(errand, 1, 1, limits, watch);
    if (!errand->done && error)
        *error = errand->error;
    return errand->done;
}

/* --- a child that stays --- */

struct nd_dialogue {
    nd_errand errand;
    nd_limits limits;
    listener from;
    nd_buffer *answer; /* the next message is moved to */
    bool answered, over;
};

static bool take_answer(void *context, nd_buffer *message, nd_error *error) {
    nd_dialogue *dialogue = context;
    (void)error;
    *dialogue->answer = *message;
    *message = (nd_buffer){0};
    dialogue->answered = true;
    return true;
}

nd_dialogue *nd_dialogue_begin(const nd_errand *errand, const nd_limits *limits, nd_error *error) {
    nd_dialogue *dialogue = nd_array(1, sizeof *dialogue, error);
    if (!dialogue)
        return NULL;
    dialogue->limits = nd_limits_default();
    if (limits && limits->memory)
        dialogue->limits.memory = limits->memory;
    if (limits && limits->seconds > 0.0)
        dialogue->limits.seconds = limits->seconds;
    dialogue->errand = *errand;
    dialogue->errand.stays = true;
    if (start(&dialogue->from, &dialogue->errand, &dialogue->limits)) {
        /* What is asked now is not asked again. */
        dialogue->errand.ask = NULL;
        dialogue->errand.reads = NULL;
        dialogue->errand.take = take_answer;
        dialogue->errand.after = NULL;
        dialogue->errand.context = dialogue;
        dialogue->from.again = true;
        return dialogue;
    }
    if (error)
        *error = dialogue->errand.error;
    free(dialogue);
    return NULL;
}

bool nd_dialogue_ask(nd_dialogue *dialogue, const nd_buffer *question, nd_buffer *answer,
                     nd_error *error) {
    listener *from = &dialogue->from;
    dialogue->answer = answer;
    dialogue->answered = false;
    from->deadline = now() + CLOCK_PER_PROCESSOR * dialogue->limits.seconds;
    if (question && !dialogue->over) { /* one that has died says so when it is heard */
        nd_wire_header head = {ND_ASKS, question->length};
        (void)(nd_send_all(from->pipe, &head, sizeof head) &&
               nd_send_all(from->pipe, question->bytes, question->length));
    }
    while (!dialogue->over && !dialogue->answered) {
        struct pollfd ready = {.fd = from->pipe, .events = POLLIN};
        int said = poll(&ready, 1, POLL_MILLISECONDS);
        from->late = now() > from->deadline;
        bool go_on = !from->late && (said <= 0 || hear(from, dialogue->limits.memory));
        if (!go_on && !dialogue->answered) {
            if (dialogue->errand.done)
                nd_fail(&dialogue->errand.error, from->note, NULL, "the reader ended too early");
            dialogue->errand.done = false;
            (void)finish(from, &dialogue->limits);
            dialogue->over = true;
        }
    }
    if (!dialogue->answered && error)
        *error = dialogue->errand.error;
    return dialogue->answered;
}

void nd_dialogue_end(nd_dialogue *dialogue) {
    int status;
    if (!dialogue)
        return;
    if (!dialogue->over) {
        close(dialogue->from.pipe);
        (void)nd_helper_end(dialogue->from.number, &status);
        nd_buffer_free(&dialogue->from.body);
    }
    free(dialogue);
}
