#include "store/coordinates.h"

#include <stdio.h>
#include <string.h>

enum { MOST_TEXT = 1024 };

/* A coordinate of a dimension it does not share its name with; the others (unit, fraction) netCDF
 * knows by their names. */
static const struct {
    const char *name, *along; /* its first dimension: a run's environment(sample) is none */
} COORDINATES[] = {
    {"step", "record"},
    {"snapshot_step", "snapshot"},
    {"other_snapshot_step", "other_snapshot"},
    {"bin_position", ""}, /* bin, or environment bin */
    {"position", "sample"},
    {"session_label", "session"},
    {"animal", "session"},
    {"environment", "session"},
    {"direction", "session"},
    {"day", "session"},
    {"cell_id", "cell"},
    {"group_name", "group"},
    {"curve_name", "curve"},
    {"curve_time", "curve"},
};
enum { COUNT = sizeof COORDINATES / sizeof *COORDINATES };

static bool is_name(const char *variable) {
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(COORDINATES[i].name, variable) == 0)
            return true;
    return false;
}

/* Is a word among those of a text, blanks between? */
static bool holds(const char *text, const char *word, size_t length) {
    for (const char *at = text; *at;) {
        size_t here = strcspn(at, " ");
        if (here == length && strncmp(at, word, length) == 0)
            return true;
        at += here + strspn(at + here, " ");
    }
    return false;
}

/* Does a coordinate over `own` belong to a variable over `dimensions`? The characters of a text are
 * no dimension of it. */
static bool lies_along(const char *own, const char *dimensions) {
    size_t lengths = 0;
    for (const char *at = own; *at;) {
        size_t here = strcspn(at, " ");
        bool letters = strncmp(at, ND_NC_CHARACTERS, sizeof ND_NC_CHARACTERS - 1) == 0;
        if (!letters && !holds(dimensions, at, here))
            return false;
        lengths += !letters;
        at += here + strspn(at + here, " ");
    }
    return lengths > 0;
}

bool nd_put_coordinates(nd_nc *file, nd_error *error) {
    char name[ND_NC_NAME], dimensions[MOST_TEXT], other[ND_NC_NAME], own[COUNT][MOST_TEXT];
    bool there[COUNT] = {false};
    for (size_t i = 0; nd_nc_variable_at(file, i, other, dimensions, sizeof dimensions); i++)
        for (size_t k = 0; k < COUNT; k++)
            if (strcmp(COORDINATES[k].name, other) == 0 &&
                strncmp(dimensions, COORDINATES[k].along, strlen(COORDINATES[k].along)) == 0) {
                there[k] = true;
                snprintf(own[k], sizeof own[k], "%s", dimensions);
            }
    for (size_t i = 0; nd_nc_variable_at(file, i, name, dimensions, sizeof dimensions); i++) {
        char text[MOST_TEXT] = "";
        for (size_t k = 0; !is_name(name) && k < COUNT; k++)
            if (there[k] && lies_along(own[k], dimensions)) {
                size_t used = strlen(text);
                snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "",
                         COORDINATES[k].name);
            }
        if (text[0] && !nd_nc_put_text(file, name, "coordinates", text, error))
            return false;
    }
    return true;
}
