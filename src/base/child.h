/* Foreign bytes are parsed by another program, the reader (base/helper.h), in a process for each
 * errand, which has no open file but a pipe, reads the named files and nothing else, writes none,
 * starts nothing (base/sandbox.h), and has limits on memory and time; what it found comes back over
 * the pipe. A crash, a hang or a greedy allocation inside HDF5 or matio ends that process only, and
 * is one clear line here. */
#ifndef ND_BASE_CHILD_H
#define ND_BASE_CHILD_H

#include "base/memory.h"

typedef struct nd_limits {
    uint64_t memory; /* bytes the child may take; 0: the default */
    double seconds;  /* of processor time, and ten times that by the clock; 0: the default */
} nd_limits;

/* Three quarters of the machine's memory, and ten minutes. */
nd_limits nd_limits_default(void);

typedef struct nd_outlet nd_outlet; /* the child's end of the pipe */

/* Says what is being read from now on, e.g. "a.nwb: position"; named should the child fail. */
bool nd_outlet_note(nd_outlet *outlet, const char *what, nd_error *error);
/* Sends one message to the errand's `take`. */
bool nd_outlet_send(nd_outlet *outlet, const nd_buffer *message, nd_error *error);

/* A kind of errand. The reader has a table of them (reader/main.c); its name is what is asked for.
 */
typedef struct nd_trade {
    const char *name;
    /* In the child, with what `ask` has put. */
    bool (*work)(nd_buffer *request, nd_outlet *outlet, nd_error *error);
} nd_trade;

/* In a child that stays: the next question; false when there will be none. */
bool nd_outlet_hear(nd_outlet *outlet, nd_buffer *question);

/* Something to be read in a child. */
typedef struct nd_errand {
    const nd_trade *trade;
    /* In the parent, when it is the errand's turn: puts what `work` must know. NULL: nothing. */
    bool (*ask)(void *context, nd_buffer *request, nd_error *error);
    /* In the parent, for each message, in order. A message is untrusted: `take` must check it.
     * NULL: there are none. */
    bool (*take)(void *context, nd_buffer *message, nd_error *error);
    /* In the parent, when it has ended, well or not; or NULL. */
    void (*after)(void *context);
    void *context;
    /* The files and folders that `work` may read, ended by NULL; NULL: any. See base/sandbox.h. */
    const char *const *reads;
    bool stays;     /* it is asked more than once: nd_dialogue_begin's */
    bool done;      /* then: `work` returned true and all its messages were taken */
    nd_error error; /* then, if not done: why */
} nd_errand;

enum { ND_MOST_CHILDREN = 16 };

/* Runs every errand in a child of its own, `at_once` of them at a time (at most ND_MOST_CHILDREN),
 * all heard by the calling thread. Stops early when watch->stop says so. */
void nd_in_children(nd_errand *errands, size_t count, size_t at_once, const nd_limits *limits,
                    const nd_watch *watch);

/* A child that stays, and answers questions one by one. `errand` says who and about what (its
 * `take` and `after` are not called); limits->seconds are those of one answer. NULL: the default.
 */
typedef struct nd_dialogue nd_dialogue;
nd_dialogue *nd_dialogue_begin(const nd_errand *errand, const nd_limits *limits, nd_error *error);
/* Waits for the next message, after the question (NULL: what the child says by itself). The answer
 * is untrusted. Once it has failed, it fails in the same words ever after. */
bool nd_dialogue_ask(nd_dialogue *dialogue, const nd_buffer *question, nd_buffer *answer,
                     nd_error *error);
void nd_dialogue_end(nd_dialogue *dialogue); /* NULL is fine */

/* Is this process such a child? It starts no others: what it reads is read in it already. */
bool nd_is_child(void);
/* From now on this process counts as one: for fuzzers, which read in their own. */
void nd_become_child(void);

/* The same for one errand alone: whether it was done, `error` saying why not. */
bool nd_in_child(nd_errand *errand, const nd_limits *limits, const nd_watch *watch,
                 nd_error *error);

#endif
