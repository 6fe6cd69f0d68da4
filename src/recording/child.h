/* Foreign bytes are parsed in a forked child with limits on memory and time; what it found comes
 * back over a pipe. A crash, a hang or a greedy allocation inside HDF5 or matio ends the child
 * only, and is one clear line here. */
#ifndef ND_RECORDING_CHILD_H
#define ND_RECORDING_CHILD_H

#include "base/memory.h"

typedef struct nd_limits {
    uint64_t memory; /* bytes the child may take beyond what the parent has; 0: the default */
    double seconds;  /* of processor time, and ten times that by the clock; 0: the default */
} nd_limits;

/* Three quarters of the machine's memory, and ten minutes. */
nd_limits nd_limits_default(void);

typedef struct nd_outlet nd_outlet; /* the child's end of the pipe */

/* Says what is being read from now on, e.g. "a.nwb: position"; named should the child fail. */
bool nd_outlet_note(nd_outlet *outlet, const char *what, nd_error *error);
/* Sends one message to `take` of nd_in_child. */
bool nd_outlet_send(nd_outlet *outlet, const nd_buffer *message, nd_error *error);

/* Runs work(context, outlet) in a child; every message it sends is given to take(context, message)
 * in the parent, in order. What `take` gets is untrusted: it must check it. Succeeds when `work`
 * returned true and all messages were taken. Stops early when watch->stop says so. The child's
 * changes to memory are lost. */
bool nd_in_child(const nd_limits *limits,
                 bool (*work)(void *context, nd_outlet *outlet, nd_error *error),
                 bool (*take)(void *context, nd_buffer *message, nd_error *error), void *context,
                 const nd_watch *watch, nd_error *error);

#endif
