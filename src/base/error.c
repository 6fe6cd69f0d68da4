#include "base/error.h"
#include "base/shown.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool nd_fail(nd_error *error, const char *where, const char *mend, const char *format, ...) {
    if (!error)
        return false;
    va_list arguments;
    va_start(arguments, format);
    char what[sizeof error->what];
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    snprintf(error->where, sizeof error->where, "%s", where ? where : "");
    snprintf(error->what, sizeof error->what, "%s", what);
    snprintf(error->mend, sizeof error->mend, "%s", mend ? mend : "");
    return false;
}

bool nd_fail_errno(nd_error *error, const char *path, const char *mend, const char *doing) {
    return nd_fail(error, path, mend, "%s: %s", doing, strerror(errno));
}

bool nd_error_at(nd_error *error, const char *where) {
    if (error && error->where[0] == '\0')
        snprintf(error->where, sizeof error->where, "%s", where);
    return false;
}

const char *nd_error_line(const nd_error *error, char *line, size_t size) {
    char whole[sizeof *error + sizeof ": ; "];
    snprintf(whole, sizeof whole, "%s%s%s%s%s", error->where, error->where[0] ? ": " : "",
             error->what, error->mend[0] ? "; " : "", error->mend);
    return nd_shown_in(whole, line, size);
}

const char *nd_version(void) {
    return ND_VERSION;
}
