#include "recording/selector.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void nd_series_clear(nd_series *series) {
    free(series->values);
    free(series->times);
    memset(series, 0, sizeof *series);
}

bool nd_series_check_times(const nd_series *series, const char *file, nd_error *error) {
    for (size_t i = 0; series->times && i < series->rows; i++) {
        double t = series->times[i];
        if (!isfinite(t))
            return nd_fail(error, file, "leave out the frames without a time",
                           "%s: the time of frame %zu is not a number", series->name, i + 1);
        if (i > 0 && t <= series->times[i - 1])
            return nd_fail(error, file, "sort the frames by time, and keep each once",
                           "%s: the times do not increase: frame %zu at %.9g s follows %.9g s",
                           series->name, i + 1, t, series->times[i - 1]);
    }
    return true;
}

const char *nd_role_name(nd_role role) {
    static const char *const names[ND_ROLES] = {
        "activity", "position", "position_y", "speed",     "direction_signal", "trials",
        "ids",      "cells",    "task",       "rate_maps", "occupancy"};
    return names[role];
}

/* Words that mean a role, best first. */
typedef struct words {
    nd_role role;
    const char *very[6]; /* the name itself */
    const char *part[8]; /* somewhere in the name */
} words;

static const words vocabulary[] = {
    {ND_ROLE_ACTIVITY,
     {"activity", "spike_train", "events", "spikes", "counts"},
     {"deconv", "spike", "event", "activit", "firing", "trace", "calcium"}},
    {ND_ROLE_POSITION,
     {"position", "stimulus_trace", "linear_position", "x", "pos"},
     {"position", "location", "stimulus", "pos_x", "trajector", "coord"}},
    {ND_ROLE_POSITION_Y, {"position_y", "y", "pos_y"}, {"pos_y", "y_pos"}},
    {ND_ROLE_SPEED, {"speed", "velocity", "v", "vel"}, {"speed", "velocity"}},
    {ND_ROLE_DIRECTION,
     {"direction", "running_direction", "direction_signal"},
     {"running_dir", "run_dir"}},
    {ND_ROLE_TRIALS, {"trials", "laps", "trial"}, {"trial", "lap"}},
    {ND_ROLE_IDS,
     {"ids", "cell_ids", "cell_id", "registered_ids"},
     {"cell_reg", "cell_to_index", "global_id"}},
    {ND_ROLE_CELLS, {"cellinfo"}, {"cellinfo"}},
    {ND_ROLE_TASK, {"task"}, {"taskinfo"}},
    {ND_ROLE_RATE_MAPS,
     {"rate_maps", "ratemaps", "rate_map", "ratemap"},
     {"ratemap", "rate_map", "tuning"}},
    {ND_ROLE_OCCUPANCY, {"occupancy"}, {"occupan"}},
};

static bool contains_word(const char *text, const char *word) {
    return strcasestr(text, word) != NULL;
}

int nd_role_likeness(nd_role role, const char *name) {
    const char *last = strrchr(name, '/');
    last = last ? last + 1 : name;
    for (size_t i = 0; i < sizeof vocabulary / sizeof *vocabulary; i++) {
        const words *w = &vocabulary[i];
        if (w->role != role)
            continue;
        for (size_t k = 0; k < 6 && w->very[k]; k++)
            if (strcasecmp(last, w->very[k]) == 0)
                return 3;
        for (size_t k = 0; k < 8 && w->part[k]; k++)
            if (contains_word(last, w->part[k]))
                return 2;
    }
    return 0;
}
