#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/format.h"
#include "recording/npy_file.h"

static bool recognises(const char *path, const unsigned char *head, size_t length) {
    (void)path;
    return length >= 10 && memcmp(head, "\x93NUMPY", 6) == 0;
}

static void *open_npy(const char *path, const nd_selector *selector, const nd_link_rules *links,
                      nd_error *error) {
    (void)selector;
    (void)links;
    return nd_npy_open(path, error);
}

static void close_npy(void *file) {
    nd_npy_close(file);
}

/* Leaves of Open Ephys' event times those at which the input's state was the one asked for:
 * states.npy beside timestamps.npy has 1 where input 1 went on, -1 where it went off. */
static bool choose_events(const nd_npy *times, const char *wanted, nd_series *series,
                          nd_error *error) {
    char path[4096];
    const char *slash = strrchr(times->path, '/');
    snprintf(path, sizeof path, "%.*sstates.npy", slash ? (int)(slash - times->path + 1) : 0,
             times->path);
    nd_npy *states = nd_npy_open(path, error);
    double *state = states ? nd_npy_all(states, error) : NULL;
    bool fine = state != NULL;
    if (fine && states->count != series->rows)
        fine = nd_fail(error, path, "copy the folder again",
                       "lengths disagree: %zu states, %zu times", states->count, series->rows);
    size_t kept = 0;
    for (size_t i = 0; fine && i < series->rows; i++) {
        char text[40];
        snprintf(text, sizeof text, "%.17g", state[i]);
        if (nd_text_equals(text, wanted))
            series->values[kept++] = series->values[i];
    }
    if (fine && kept == 0)
        fine = nd_fail(error, path, "see which states there are: 1 is input 1 going on, -1 off",
                       "none of its %zu states is %.40s", series->rows, wanted);
    series->rows = kept;
    free(state);
    nd_npy_close(states);
    return fine;
}

static bool npy_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                       bool *found, nd_error *error) {
    const nd_npy *array = file;
    *found = selector->file != NULL; /* a file of one array means what it is given for */
    if (!*found)
        return true;
    size_t rows = nd_npy_extent(array, 0), columns = nd_npy_extent(array, 1);
    series->values = nd_npy_all(array, error);
    series->rows = rows;
    series->columns = columns;
    series->depth = nd_npy_extent(array, 2);
    snprintf(series->name, sizeof series->name, "the array");
    if (series->values && role == ND_ROLE_TIMES && selector->equals)
        return (columns == 1 && series->depth == 1 &&
                choose_events(array, selector->equals, series, error)) ||
               (columns != 1 &&
                nd_fail(error, array->path, "leave out equals", "is no list of events"));
    return series->values && (role == ND_ROLE_RATE_MAPS || role == ND_ROLE_OCCUPANCY ||
                              nd_series_select(series, selector, array->path, error));
}

static bool npy_activity(void *file, const nd_selector *selector, const nd_selector *const *others,
                         nd_activity *activity, nd_error *error) {
    const nd_npy *array = file;
    (void)selector;
    (void)others;
    if (array->rank > 2)
        return nd_fail(error, array->path, "", "has %d dimensions; expected frames by cells",
                       array->rank);
    activity->rows = nd_npy_extent(array, 0);
    activity->columns = nd_npy_extent(array, 1);
    activity->honoured = ND_PART_COLUMNS | ND_PART_ORIENTATION;
    snprintf(activity->name, sizeof activity->name, "the array");
    return true;
}

static bool npy_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                     nd_sink *sink, const nd_clock *clock, nd_error *error) {
    const nd_npy *array = file;
    (void)clock;
    (void)activity;
    (void)selector;
    return nd_npy_pour(array, 0, nd_npy_extent(array, 1), sink, error);
}

/* The samples per second that Phy's params.py beside the spikes says; 0: none.
 */
static double sample_rate(const char *path) {
    char file[4096];
    const char *slash = strrchr(path, '/');
    nd_buffer text = {0};
    double rate = 0.0;
    enum { MOST = 1 << 16 };
    snprintf(file, sizeof file, "%.*sparams.py", slash ? (int)(slash - path + 1) : 0, path);
    if (access(file, R_OK) == 0 && nd_read_file(file, MOST, &text, NULL)) {
        const char *at = strstr((const char *)text.bytes, "sample_rate");
        at = at ? at + strlen("sample_rate") : NULL;
        at = at ? at + strspn(at, " =") : NULL;
        rate = at ? strtod(at, NULL) : 0.0;
    }
    nd_buffer_free(&text);
    return rate > 0.0 && rate < 1e9 ? rate : 0.0;
}

/* Spikes as two vectors, by the names of Kilosort and Phy (spike_times.npy, in
 * samples; spike_clusters.npy) and of the IBL's ALF (spikes.times.npy, in
 * seconds; spikes.clusters.npy). */
static bool scan_spikes(const nd_npy *array, nd_findings *findings, bool *taken, nd_error *error) {
    const char *name = nd_base_name(array->path);
    bool phy = strncmp(name, "spike_", 6) == 0, alf = strncmp(name, "spikes.", 7) == 0;
    size_t after = phy ? 6 : 7;
    bool times = (phy || alf) && strncmp(name + after, "times.", 6) == 0;
    bool cells = (phy || alf) && strncmp(name + after, "clusters.", 9) == 0;
    bool samples = strchr("iu", array->kind) != NULL;
    *taken = (phy || alf) && array->count == nd_npy_extent(array, 0) * nd_npy_extent(array, 1);
    if (!*taken)
        return true;
    nd_role role = times ? ND_ROLE_ACTIVITY : cells ? ND_ROLE_IDS : ND_ROLES;
    double rate = times && samples ? sample_rate(array->path) : 0.0;
    char unit[80] = "";
    if (times && rate > 0.0)
        snprintf(unit, sizeof unit, " in samples, %.9g per second by params.py", rate);
    else if (times)
        snprintf(unit, sizeof unit,
                 samples ? " in samples" : " in seconds, as they are no whole numbers");
    if (!nd_findings_add(findings, role, times || cells ? 3 : 0, "", error, "%zu%s%s", array->count,
                         times   ? " spike times"
                         : cells ? " cells, one for each spike"
                                 : " numbers, one for each spike",
                         unit))
        return false;
    nd_finding *one = &findings->list[findings->count - 1];
    one->rows = array->count;
    one->spikes = one->clocked = true;
    one->samples = times && samples;
    one->rate = rate;
    return true;
}

static bool npy_scan(void *file, nd_findings *findings, nd_error *error) {
    const nd_npy *array = file;
    size_t rows = nd_npy_extent(array, 0), columns = nd_npy_extent(array, 1);
    bool spikes;
    if (!scan_spikes(array, findings, &spikes, error) || spikes)
        return spikes && findings->count > 0;
    nd_role best =
        array->rank == 2 && rows > 3 && columns > 3 ? ND_ROLE_ACTIVITY : ND_ROLE_POSITION;
    int sure = 1;
    for (int role = 0; role <= ND_ROLE_TIMES; role++) { /* by the file's name, else by the shape */
        int likeness = nd_role_likeness((nd_role)role, nd_base_name(array->path));
        if (likeness > 0 && likeness >= sure) {
            best = (nd_role)role;
            sure = likeness;
        }
    }
    bool added =
        array->rank == 1 ? nd_findings_add(findings, best, sure, "", error, "array of %zu", rows)
        : array->rank == 3
            ? nd_findings_add(findings, best, sure, "", error, "array of %zu x %zu x %zu", rows,
                              columns, nd_npy_extent(array, 2))
            : nd_findings_add(findings, best, sure, "", error, "array of %zu x %zu", rows, columns);
    if (added) {
        findings->list[findings->count - 1].rows = rows;
        findings->list[findings->count - 1].columns = columns;
        findings->list[findings->count - 1].time_likeness =
            columns == 1 ? nd_role_likeness(ND_ROLE_TIMES, nd_base_name(array->path)) : 0;
    }
    return added;
}

const nd_format nd_format_numpy = {
    .name = "NumPy",
    .single = true,
    .events = true,
    .no_position = "",
    .honours = {[ND_ROLE_ACTIVITY] = ~(uint32_t)(ND_PART_NAME | ND_PART_AREA | ND_PART_SKIP_ROWS),
                [ND_ROLE_POSITION] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_POSITION_Y] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_SPEED] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_DIRECTION] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_TRIALS] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS | ND_PART_EQUALS),
                [ND_ROLE_IDS] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_REGISTRATION] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_KEEP] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_CELLS] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_RATE_MAPS] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_OCCUPANCY] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS)},
    .recognises = recognises,
    .open = open_npy,
    .close = close_npy,
    .series = npy_series,
    .activity = npy_activity,
    .pour = npy_pour,
    .scan = npy_scan,
};
