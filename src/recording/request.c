#include "recording/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/yaml.h"

void nd_request_clear(nd_request *request) {
    free(request->label);
    free(request->animal);
    free(request->environment);
    free(request->direction);
    free(request->file);
    free(request->linearise.points);
    for (int role = 0; role < ND_ROLES; role++) {
        nd_selector *selector = &request->role[role];
        free(selector->file);
        free(selector->name);
        free(selector->times);
        free(selector->times_file);
        free(selector->times_at.file);
        free(selector->times_at.name);
        free(selector->times_at.column);
        free(selector->times_at.equals);
        free(selector->area);
        free(selector->equals);
        free(selector->channels);
        free(selector->threshold);
        free(selector->missing);
        free(selector->likelihood);
        for (uint32_t i = 0; selector->body && i < selector->body_count; i++)
            free(selector->body[i]);
        free(selector->body);
        for (uint32_t i = 0; selector->columns && i < selector->columns_count; i++)
            free(selector->columns[i]);
        free(selector->columns);
    }
    *request = (nd_request){0};
}

const char *nd_request_file(const nd_request *request, nd_role role) {
    return request->role[role].file ? request->role[role].file : request->file;
}

bool nd_request_own_areas(const nd_request *request) {
    const char *areas = request->role[ND_ROLE_CELLS].file;
    const char *activity = nd_request_file(request, ND_ROLE_ACTIVITY);
    return areas && activity && strcmp(areas, activity) != 0;
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
    /* Where it stands: in the session or under `defaults`, the key or else its part. */
    char own[64];
    snprintf(own, sizeof own, "sessions.%zu", request->index);
    const char *const above[] = {own, "defaults"};
    bool found = false;
    for (int depth = 2; depth > 0 && !found; depth--)
        for (int k = 0; k < 2 && !found; k++) {
            snprintf(place, sizeof place, "%s%s%s%s%s", above[k], dot_part, part,
                     depth == 2 ? dot_key : "", depth == 2 ? key : "");
            found = nd_yaml_line(text, place) > 0;
        }
    if (!found)
        snprintf(place, sizeof place, "%s", own);
    return nd_fail(error, nd_yaml_where(text, name, place, where, sizeof where), mend, "%s", what);
}
