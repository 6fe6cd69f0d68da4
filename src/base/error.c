#include "base/error.h"
#include "base/shown.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The parts may be of `error` itself. */
static void fill(nd_code code, nd_error *error, const char *where, const char *mend,
                 const char *format, va_list arguments) {
    char what[sizeof error->what];
    vsnprintf(what, sizeof what, format, arguments);
    snprintf(error->where, sizeof error->where, "%s", where ? where : "");
    snprintf(error->what, sizeof error->what, "%s", what);
    snprintf(error->mend, sizeof error->mend, "%s", mend ? mend : "");
    error->code = code;
}

bool nd_fail(nd_error *error, const char *where, const char *mend, const char *format, ...) {
    if (!error)
        return false;
    bool memory = strncmp(format, ND_OUT_OF_MEMORY, sizeof ND_OUT_OF_MEMORY - 1) == 0;
    va_list arguments;
    va_start(arguments, format);
    fill(memory ? ND_CODE_MEMORY : ND_CODE_FAILED, error, where, mend, format, arguments);
    va_end(arguments);
    return false;
}

bool nd_fail_as(nd_code code, nd_error *error, const char *where, const char *mend,
                const char *format, ...) {
    if (!error)
        return false;
    va_list arguments;
    va_start(arguments, format);
    fill(code, error, where, mend, format, arguments);
    va_end(arguments);
    return false;
}

bool nd_fail_errno(nd_error *error, const char *path, const char *mend, const char *doing) {
    return nd_fail_as(errno == ENOMEM ? ND_CODE_MEMORY : ND_CODE_SYSTEM, error, path, mend,
                      "%s: %s", doing, strerror(errno));
}

bool nd_is_given(const void *pointer, const char *function, const char *argument, nd_error *error) {
    return pointer || nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                                 "the argument '%s' is NULL", argument);
}

bool nd_is_shortage(const nd_error *error) {
    return error && (error->code == ND_CODE_MEMORY ||
                     strncmp(error->what, ND_OUT_OF_MEMORY, strlen(ND_OUT_OF_MEMORY)) == 0 ||
                     strncmp(error->what, ND_NO_PROCESS, strlen(ND_NO_PROCESS)) == 0);
}

bool nd_error_at(nd_error *error, const char *where) {
    if (error && error->where[0] == '\0')
        snprintf(error->where, sizeof error->where, "%s", where);
    return false;
}

const char *nd_error_line(const nd_error *error, char *line, size_t size) {
    if (!line || size == 0)
        return "";
    if (!error) {
        *line = '\0';
        return line;
    }
    char whole[sizeof *error + sizeof ": ; "];
    snprintf(whole, sizeof whole, "%s%s%s%s%s", error->where, error->where[0] ? ": " : "",
             error->what, error->mend[0] ? "; " : "", error->mend);
    return nd_shown_in(whole, line, size);
}

const char *nd_version(void) {
    return ND_VERSION;
}

int nd_version_number(void) {
    return ND_VERSION_NUMBER;
}

void nd_free(void *memory) {
    free(memory);
}
