/* What passes between nulldrift and its reader, a program of its own (base/helper.h, base/serve.h).
 *
 * Over a pair of sockets, in pieces of fixed size: the reader says what it is; then it is told of
 * errands, which come with two or three files, and of those to be ended, and says how each ended.
 *
 * Of an errand's files the first is the pipe down which its answers go, messages of a header and so
 * many bytes; the second holds the request; the third is the folder that paths start from. */
#ifndef ND_BASE_WIRE_H
#define ND_BASE_WIRE_H

#include "nulldrift/base.h"

typedef struct nd_greeting {
    char name[24], version[40];
    uint64_t sizes; /* of what is sent as it lies in memory */
} nd_greeting;

/* The greeting of this very version. */
nd_greeting nd_greeting_of_ours(void);

typedef enum nd_wire_kind {
    ND_WIRE_BEGIN = 1, /* to the reader, with the files */
    ND_WIRE_END,       /* to the reader: kill it, if it is still there */
    ND_WIRE_ENDED      /* from the reader, once for each errand: `status` as of waitpid */
} nd_wire_kind;

typedef struct nd_wire {
    uint64_t kind, errand, status;
} nd_wire;

enum { ND_WIRE_FILES = 3 };

/* Sends one piece, with `count` files; false when the other end is gone. */
bool nd_wire_send(int socket, const nd_wire *piece, const int *files, size_t count);
/* Receives one, and the files that came with it (-1 where there are fewer); false when the other
 * end is gone, or sent none. */
bool nd_wire_receive(int socket, nd_wire *piece, int files[ND_WIRE_FILES]);

/* Down the pipe. */
enum {
    ND_SAYS_NOTE = 'n',
    ND_SAYS_MESSAGE = 'm',
    ND_SAYS_FAILURE = 'f',
    ND_SAYS_DONE = 'd',
    ND_ASKS = 'q'
};
typedef struct nd_wire_header {
    uint64_t kind, length;
} nd_wire_header;

/* A pair of ends that both speak and hear, which no program started later inherits; false, with
 * errno, when there is none. */
bool nd_two_ways(int ends[2]);

/* All bytes, or false; down a socket without a signal where nobody hears. */
bool nd_send_all(int socket, const void *bytes, size_t length);
bool nd_write_all(int file, const void *bytes, size_t length);
bool nd_read_all(int file, void *bytes, size_t length);

#endif
