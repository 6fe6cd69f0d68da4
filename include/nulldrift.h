/* nulldrift: a laboratory bench for representational drift.
 *
 * The library never prints and never exits. A function that can fail returns false (or NULL) and
 * fills the nd_error it was given: what went wrong, where, and how to mend it.
 *
 * Arrays are row-major doubles; a comment "n x d" gives rows by columns.
 */
#ifndef NULLDRIFT_H
#define NULLDRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A failure, in three parts that read as one line: "WHERE: WHAT; MEND". Empty strings when fine. */
typedef struct nd_error {
    char where[512]; /* the file, line, key or step */
    char what[512];  /* what was found and what was expected */
    char mend[512];  /* how to put it right; may be empty */
} nd_error;

/* How far long work has come. */
typedef struct nd_progress {
    const char *activity; /* e.g. "run", "sweep", "spectrum" */
    double done, total;   /* in the unit below */
    const char *unit;     /* e.g. "steps", "snapshots" */
    char note[160];       /* the figures worth watching, ready to print; may be empty */
} nd_progress;

/* Watches long work: `report`, if set, is called a few times a second from the calling thread; the
 * work stops at its next safe point once *stop is non-zero. A NULL watch means neither. */
typedef struct nd_watch {
    void (*report)(const nd_progress *progress, void *context);
    void *context;
    const volatile int *stop;
} nd_watch;

/* The library's version, e.g. "0.1.0". */
const char *nd_version(void);

#endif
