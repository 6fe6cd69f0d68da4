/* Filling an nd_error; see nulldrift.h for what its three parts mean. */
#ifndef ND_BASE_ERROR_H
#define ND_BASE_ERROR_H

#include "nulldrift/base.h"

/* Fills `error` (which may be NULL) and returns false, so that callers can `return nd_fail(...)`.
 * `where` and `mend` may be NULL or "" when there is nothing to say; `format` makes `what`. */
bool nd_fail(nd_error *error, const char *where, const char *mend, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same with a code. nd_fail's is ND_CODE_FAILED, or ND_CODE_MEMORY where `what` begins with
 * ND_OUT_OF_MEMORY. */
bool nd_fail_as(nd_code code, nd_error *error, const char *where, const char *mend,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

/* For the public functions: true where `pointer`, the argument called `argument`, is not NULL; else
 * fails with ND_CODE_ARGUMENT. */
bool nd_is_given(const void *pointer, const char *function, const char *argument, nd_error *error);

/* What every failure for want of memory begins with. */
#define ND_OUT_OF_MEMORY "out of memory"

/* What every failure to start a process begins with. */
#define ND_NO_PROCESS "no process to be had"

/* Is it want of memory or of a process: the machine's failure, not one of what was worked on, which
 * may be tried again? */
bool nd_is_shortage(const nd_error *error);

/* As nd_fail, with where = path and the text of errno appended to what; ND_CODE_SYSTEM. */
bool nd_fail_errno(nd_error *error, const char *path, const char *mend, const char *doing);

/* Sets `where` of an error that has none yet; for callers that know the file better. Returns false.
 */
bool nd_error_at(nd_error *error, const char *where);

#endif
