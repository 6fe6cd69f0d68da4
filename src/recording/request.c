#include "recording/request.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/yaml.h"

const char *nd_request_file(const nd_request *request, nd_role role) {
    return request->role[role].file ? request->role[role].file : request->file;
}

bool nd_request_refuse(const nd_request *request, nd_role role, const char *key, const char *mend,
                       nd_error *error, const char *format, ...) {
    char what[512], place[256], where[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const char *part = role < ND_ROLES ? nd_role_name(role) : "";
    const char *text = request->manifest_text ? request->manifest_text : "";
    const char *name = request->manifest_name ? request->manifest_name : request->label;
    const char *dot_part = part[0] ? "." : "", *dot_key = key[0] ? "." : "";
    snprintf(place, sizeof place, "sessions.%zu%s%s%s%s", request->index, dot_part, part, dot_key,
             key);
    if (nd_yaml_line(text, place) == 0) {
        char shared[256];
        snprintf(shared, sizeof shared, "defaults%s%s%s%s", dot_part, part, dot_key, key);
        if (nd_yaml_line(text, shared) > 0)
            snprintf(place, sizeof place, "%s", shared);
        else
            snprintf(place, sizeof place, "sessions.%zu", request->index);
    }
    return nd_fail(error, nd_yaml_where(text, name, place, where, sizeof where), mend, "%s", what);
}
