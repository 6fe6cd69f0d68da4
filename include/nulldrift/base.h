/** @file
 * What all parts share: the version, errors, the watch over long work.
 */
#ifndef NULLDRIFT_BASE_H
#define NULLDRIFT_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define ND_VERSION_MAJOR 0 /**< The version of these headers, for the preprocessor. */
#define ND_VERSION_MINOR 2 /**< Before 1.0 another minor version is another interface. */
#define ND_VERSION_PATCH 0 /**< Versions that differ here alone have the same interface. */
/** The three as one number that rises with them: 200 for 0.2.0. */
#define ND_VERSION_NUMBER (ND_VERSION_MAJOR * 10000 + ND_VERSION_MINOR * 100 + ND_VERSION_PATCH)

/** The version of the library that runs, e.g. "0.2.0"; never NULL, and nobody frees it. */
const char *nd_version(void);

/** The same as a number, to be compared with ND_VERSION_NUMBER of the headers. */
int nd_version_number(void);

/** What kind of failure an nd_error tells of. */
typedef enum nd_code {
    ND_CODE_NONE,     /**< no failure */
    ND_CODE_FAILED,   /**< a file, a key or data cannot be used as asked: the words say which */
    ND_CODE_ARGUMENT, /**< the call itself is wrong: NULL, a size, a shape, a value out of range */
    ND_CODE_MEMORY,   /**< memory is out, or what was asked for is larger than there is */
    ND_CODE_SYSTEM,   /**< the operating system refused: a file is not there, the disk is full */
    ND_CODE_DIVERGED, /**< a network ran away: infinite or useless */
    ND_CODE_STOPPED   /**< the watch stopped it */
} nd_code;

/** A failure, in three parts that read as one line: "WHERE: WHAT; MEND". Empty strings when fine.
 * Begin with `nd_error error = {0}` (C) or `nd_error error = {}` (C++). */
typedef struct nd_error {
    char where[512]; /**< the file, line, key, step, or function and argument */
    char what[512];  /**< what was found and what was expected */
    char mend[512];  /**< how to put it right; may be empty */
    nd_code code;    /**< which kind of failure */
} nd_error;

/** The error as one line "WHERE: WHAT; MEND", control characters shown as such, in `line` of `size`
 * bytes; returns `line`. */
const char *nd_error_line(const nd_error *error, char *line, size_t size);

/** How far long work has come. */
typedef struct nd_progress {
    const char *activity; /**< e.g. "run", "sweep", "spectrum" */
    double done;          /**< in the unit below */
    double total;         /**< in the unit below */
    const char *unit;     /**< e.g. "steps", "snapshots" */
    char note[160];       /**< the figures worth watching, ready to print; may be empty */
} nd_progress;

/** Watches long work: `report`, if set, is called a few times a second from the calling thread; the
 * work stops at its next safe point once *stop is non-zero (set atomically where another thread or
 * a signal asks). A NULL watch means neither. */
typedef struct nd_watch {
    void (*report)(const nd_progress *progress, void *context); /**< may be NULL */
    void *context;                                              /**< what `report` gets */
    const volatile int *stop;                                   /**< may be NULL */
} nd_watch;

/** Frees what a function handed over as the caller's; NULL is fine. In a program with one C library
 * it is free(). */
void nd_free(void *memory);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
