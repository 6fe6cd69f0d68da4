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
    static const char mend[] =
        "bad_times: drop leaves such frames out; or sort them, and keep each once";
    for (size_t i = 0; series->times && i < series->rows; i++) {
        double t = series->times[i];
        if (!isfinite(t))
            return nd_fail(error, file, mend, "%s: the time of frame %zu is not a number",
                           series->name, i + 1);
        if (i > 0 && t <= series->times[i - 1])
            return nd_fail(error, file, mend,
                           "%s: the times do not increase: frame %zu, at %.17g s, is %.6g s after "
                           "the one before it",
                           series->name, i + 1, t, t - series->times[i - 1]);
    }
    return true;
}

const char *nd_role_name(nd_role role) {
    static const char *const names[ND_ROLES + 1] = {
        "activity", "position",  "position_y",   "speed", "direction_signal",
        "trials",   "ids",       "registration", "keep",  "cells",
        "task",     "rate_maps", "occupancy",    "times"};
    return names[role];
}

const char *nd_part_key_name(size_t index) {
    static const char *const names[ND_PART_KEYS] = {
        "file",      "name",       "times",       "columns",     "scale",     "rate",
        "threshold", "kind",       "orientation", "area",        "time_unit", "bad_times",
        "missing",   "skip_rows",  "base",        "equals",      "frames",    "of",
        "body",      "likelihood", "gap",         "calibration", "channels"};
    return names[index];
}

/* --- what names mean --- */

/* Words that mean a role. */
typedef struct words {
    nd_role role;
    const char *very[12]; /* the name itself */
    const char *part[10]; /* whole words somewhere in the name */
} words;

static const words vocabulary[] = {
    {ND_ROLE_ACTIVITY,
     {"activity", "spike_train", "events", "spikes", "counts", "spks"},
     {"deconv", "deconvolved", "spike", "spikes", "event", "events", "activit", "firing", "trace",
      "calcium"}},
    {ND_ROLE_POSITION,
     {"position", "stimulus_trace", "linear_position", "x", "pos", "x_pos", "xpos", "pos_x",
      "x_position", "position_x"},
     {"position", "location", "stimulus", "pos", "trajectory", "coord", "dist", "distance"}},
    {ND_ROLE_POSITION_Y,
     {"position_y", "y", "pos_y", "y_pos", "ypos", "y_position"},
     {"pos_y", "y_pos"}},
    {ND_ROLE_SPEED, {"speed", "velocity", "v", "vel"}, {"speed", "velocity"}},
    {ND_ROLE_DIRECTION,
     {"direction", "running_direction", "direction_signal"},
     {"running_dir", "run_dir", "running_direction"}},
    {ND_ROLE_TRIALS, {"trials", "laps", "trial", "lap"}, {"trial", "trials", "lap", "laps"}},
    {ND_ROLE_IDS,
     {"ids", "cell_ids", "cell_id", "registered_ids"},
     {"global_id", "cell_ids", "cell_id"}},
    {ND_ROLE_REGISTRATION,
     {"cell_to_index_map", "allSessionMapping", "assignments", "registration"},
     {"cell_to_index", "registration", "cellreg", "match_mat", "suite2p_indices", "assignments"}},
    {ND_ROLE_CELLS, {"cellinfo"}, {"cellinfo"}},
    {ND_ROLE_TASK, {"task"}, {"taskinfo"}},
    {ND_ROLE_RATE_MAPS,
     {"rate_maps", "ratemaps", "rate_map", "ratemap"},
     {"ratemap", "ratemaps", "rate_map", "rate_maps", "tuning"}},
    {ND_ROLE_OCCUPANCY, {"occupancy"}, {"occupancy"}},
    {ND_ROLE_TIMES,
     {"time", "t", "times", "timestamp", "timestamps", "time_s", "seconds", "sec", "ts",
      "frame_times", "frametimes"},
     {"time", "times", "timestamp", "timestamps", "time stamp"}},
};

/* Places that are not the animal's: where it looks, and where cells and electrodes are. */
static const char *const ELSEWHERE[] = {
    "eye",     "pupil",  "gaze",  "electrode", "electrodes",  "tetrode",
    "channel", "probe",  "roi",   "rois",      "centroid",    "cell",
    "cells",   "reward", "spike", "spikes",    "eyetracking", "pupiltracking"};

/* Whether `word` stands in `text`; a short one must be a word of its own there: bounded by no
 * letter, or by a change of case, as in lapNumber but not in overlap. */
static bool contains_word(const char *text, const char *word) {
    enum { LONG = 5 };
    size_t length = strlen(word);
    if (length >= LONG)
        return strcasestr(text, word) != NULL;
    for (const char *at = text; (at = strcasestr(at, word)); at++) {
        unsigned char before = at > text ? (unsigned char)at[-1] : ' ';
        unsigned char first = (unsigned char)at[0], last = (unsigned char)at[length - 1];
        unsigned char after = (unsigned char)at[length];
        bool begins = !isalpha(before) || (islower(before) && isupper(first));
        bool ends = !isalpha(after) || (islower(last) && isupper(after));
        if (begins && ends)
            return true;
    }
    return false;
}

int nd_role_likeness(nd_role role, const char *name) {
    /* Of a path, its last part; Time(s)/Cell Status is none. */
    const char *last = name[0] == '/' ? strrchr(name, '/') + 1 : name;
    size_t bare = strcspn(last, "(["); /* x (cm) is x */
    while (bare > 0 && last[bare] && last[bare - 1] == ' ')
        bare--;
    bool place = role == ND_ROLE_POSITION || role == ND_ROLE_POSITION_Y;
    for (size_t i = 0; place && i < sizeof ELSEWHERE / sizeof *ELSEWHERE; i++)
        if (contains_word(last, ELSEWHERE[i]))
            return 0;
    for (size_t i = 0; i < sizeof vocabulary / sizeof *vocabulary; i++) {
        const words *w = &vocabulary[i];
        if (w->role != role)
            continue;
        for (size_t k = 0; k < 12 && w->very[k]; k++)
            if (bare > 0 && strlen(w->very[k]) == bare && strncasecmp(last, w->very[k], bare) == 0)
                return 3;
        for (size_t k = 0; k < 10 && w->part[k]; k++)
            if (contains_word(last, w->part[k]))
                return 2;
    }
    return 0;
}

nd_time_unit nd_time_unit_of_name(const char *name) {
    static const struct {
        const char *word;
        nd_time_unit unit;
    } units[] = {{"ms", ND_TIME_MILLISECONDS},       {"msec", ND_TIME_MILLISECONDS},
                 {"millis", ND_TIME_MILLISECONDS},   {"milliseconds", ND_TIME_MILLISECONDS},
                 {"us", ND_TIME_MICROSECONDS},       {"usec", ND_TIME_MICROSECONDS},
                 {"micros", ND_TIME_MICROSECONDS},   {"microseconds", ND_TIME_MICROSECONDS},
                 {"\xC2\xB5s", ND_TIME_MICROSECONDS}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (contains_word(name, units[i].word))
            return units[i].unit;
    return ND_TIME_UNIT_AUTO;
}

bool nd_is_count(const char *text) {
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

size_t nd_column_number(const char *text, size_t columns) {
    unsigned long number = nd_is_count(text) ? strtoul(text, NULL, 10) : 0;
    return number >= 1 && number <= columns ? number - 1 : SIZE_MAX;
}

bool nd_text_equals(const char *text, const char *wanted) {
    char *end_a, *end_b;
    double a = strtod(text, &end_a), b = strtod(wanted, &end_b);
    if (end_a != text && *end_a == '\0' && end_b != wanted && *end_b == '\0')
        return a == b;
    if (strcasecmp(wanted, "1") == 0 || strcasecmp(wanted, "true") == 0)
        return strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return strcasecmp(text, wanted) == 0;
}
