#include "recording/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

bool nd_same_place(const nd_session *a, const nd_session *b) {
    return strcmp(a->animal, b->animal) == 0 && strcmp(a->environment, b->environment) == 0;
}

static int by_group_and_day(const void *a, const void *b) {
    const nd_session *x = a, *y = b;
    int order = strcmp(x->animal, y->animal);
    order = order ? order : strcmp(x->environment, y->environment);
    order = order ? order : strcmp(x->direction, y->direction);
    order = order ? order : (x->day > y->day) - (x->day < y->day);
    order = order ? order : (x->repeat > y->repeat) - (x->repeat < y->repeat);
    return order ? order : strcmp(x->label, y->label);
}

/* Two sessions of one animal, environment, direction and day would be one point of a curve, or two
 * environments nobody has told apart: they are meant only where `repeat` says so. */
static bool check_days(const nd_recording *recording, nd_error *error) {
    for (size_t i = 1; i < recording->sessions_count; i++) {
        const nd_session *a = &recording->sessions[i - 1], *b = a + 1;
        bool meant = a->repeat > 0 && b->repeat > 0 && a->repeat != b->repeat;
        if (!nd_same_place(a, b) || strcmp(a->direction, b->direction) != 0 || a->day != b->day ||
            meant)
            continue;
        return nd_fail(
            error, recording->manifest,
            "give each its environment or day; or repeat: 1, 2 where both are meant",
            "sessions '%.100s' and '%.100s' are of one animal%s%.60s, environment%s%.60s "
            "and %.30s %g",
            a->label, b->label, a->animal[0] ? " " : "", a->animal, a->environment[0] ? " " : "",
            a->environment, recording->day_name, a->day);
    }
    return true;
}

/* A visit is a day on which the animal was in the environment. */
static void count_visits(nd_recording *recording) {
    for (size_t i = 0; i < recording->sessions_count; i++) {
        nd_session *here = &recording->sessions[i];
        size_t before = 0;
        for (size_t j = 0; here->visit == 0 && j < recording->sessions_count; j++) {
            const nd_session *other = &recording->sessions[j];
            bool counted = !nd_same_place(here, other) || other->day >= here->day;
            for (size_t k = 0; !counted && k < j; k++)
                counted = nd_same_place(other, &recording->sessions[k]) &&
                          recording->sessions[k].day == other->day;
            before += !counted;
        }
        if (here->visit == 0)
            here->visit = before + 1;
    }
}

bool nd_recording_order(nd_recording *recording, nd_error *error) {
    qsort(recording->sessions, recording->sessions_count, sizeof *recording->sessions,
          by_group_and_day);
    count_visits(recording);
    return check_days(recording, error);
}
