/* Filling an nd_error; see nulldrift.h for what its three parts mean. */
#ifndef ND_BASE_ERROR_H
#define ND_BASE_ERROR_H

#include "nulldrift.h"

/* Fills `error` (which may be NULL) and returns false, so that callers can `return nd_fail(...)`.
 * `where` and `mend` may be NULL or "" when there is nothing to say; `format` makes `what`. */
bool nd_fail(nd_error *error, const char *where, const char *mend, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* What every failure for want of memory begins with. */
#define ND_OUT_OF_MEMORY "out of memory"

/* As nd_fail, with where = path and the text of errno appended to what. */
bool nd_fail_errno(nd_error *error, const char *path, const char *mend, const char *doing);

/* Sets `where` of an error that has none yet; for callers that know the file better. Returns false.
 */
bool nd_error_at(nd_error *error, const char *where);

#endif
