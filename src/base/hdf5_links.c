#include "base/hdf5_links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool nd_hdf5_link_target(hid_t place, const char *target, char real[PATH_MAX]) {
    char from[PATH_MAX], joined[2 * PATH_MAX];
    if (target[0] == '/')
        return realpath(target, real) != NULL;
    if (H5Fget_name(place, from, sizeof from) <= 0)
        return false;
    char *slash = strrchr(from, '/');
    if (slash)
        slash[1] = '\0';
    snprintf(joined, sizeof joined, "%s%s", slash ? from : "", target);
    return realpath(joined, real) != NULL;
}

bool nd_hdf5_note_led_to(nd_buffer *led_to, const char *real, bool *known, nd_error *error) {
    size_t length = strlen(real), at = 0;
    bool there = false;
    while (!there && at < led_to->length) {
        const char *line = (const char *)led_to->bytes + at;
        const char *end = memchr(line, '\n', led_to->length - at);
        size_t here = end ? (size_t)(end - line) : led_to->length - at;
        there = here == length && memcmp(line, real, length) == 0;
        at += here + 1;
    }
    if (known)
        *known = there;
    return there ||
           (nd_buffer_put(led_to, real, length, error) && nd_buffer_put(led_to, "\n", 1, error));
}
