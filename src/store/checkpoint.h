/* Checkpoints: a state that can be picked up after any interruption. A file carries a version, what
 * it belongs to, its length and a checksum; the one before it is kept as PATH.1. */
#ifndef ND_STORE_CHECKPOINT_H
#define ND_STORE_CHECKPOINT_H

#include "base/memory.h"

/* Writes `state` (all of buffer->bytes) as the checkpoint `path` of the work that `identity`
 * describes, e.g. an experiment's full text; the previous checkpoint becomes `path`.1. */
bool nd_checkpoint_write(const char *path, const char *identity, const nd_buffer *state,
                         nd_error *error);

typedef enum nd_checkpoint_found {
    ND_CHECKPOINT_NONE,    /* there is no checkpoint */
    ND_CHECKPOINT_READ,    /* read into `state` */
    ND_CHECKPOINT_OLDER,   /* read from `path`.1: `path` is damaged or lost, `error` says how */
    ND_CHECKPOINT_DAMAGED, /* neither can be used; `error` says why */
    ND_CHECKPOINT_FOREIGN  /* it belongs to other work; `error` says so */
} nd_checkpoint_found;

nd_checkpoint_found nd_checkpoint_read(const char *path, const char *identity, nd_buffer *state,
                                       nd_error *error);

/* The same whatever it belongs to, which `identity` receives, to free(): for whoever only looks.
 * NONE, READ, OLDER or DAMAGED. */
nd_checkpoint_found nd_checkpoint_look(const char *path, char **identity, nd_buffer *state,
                                       nd_error *error);

/* Removes `path`, `path`.1 and what killed writers of them left. */
void nd_checkpoint_remove(const char *path);

#endif
