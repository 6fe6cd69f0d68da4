#include "recording/activity_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/series_read.h"
#include "recording/spike_list.h"
#include "recording/times.h"

/* The activity's selector; where cells are not looked up one by one, the reader itself tells areas
 * apart. */
static nd_selector selector_of(const nd_request *request) {
    nd_selector selector = request->role[ND_ROLE_ACTIVITY];
    if (!request->role[ND_ROLE_CELLS].name && request->role[ND_ROLE_CELLS].area &&
        !nd_request_own_areas(request))
        selector.area = request->role[ND_ROLE_CELLS].area;
    return selector;
}

/* The selectors of the parts that are in the activity's own file. */
static void others_in_file(const nd_request *request, const char *path,
                           const nd_selector *others[ND_ROLES]) {
    for (int role = 0; role < ND_ROLES; role++) {
        const char *file = nd_request_file(request, (nd_role)role);
        bool meant = request->given[role] || role == ND_ROLE_POSITION || role == ND_ROLE_SPEED;
        meant = meant || (role == ND_ROLE_POSITION_Y && request->settings->bins_y > 0);
        others[role] = meant && file && strcmp(file, path) == 0 ? &request->role[role] : NULL;
    }
}

/* --- which side is frames --- */

/* What is known of how many frames and cells there are; 0: nothing. */
typedef struct evidence {
    size_t times, cells, ids, positions;
} evidence;

static bool fits(size_t frames, size_t cells, const evidence *e) {
    return (!e->times || e->times == frames) && (!e->cells || e->cells == cells) &&
           (!e->ids || e->ids == cells);
}

static void describe_evidence(const evidence *e, char *text, size_t size) {
    snprintf(text, size, "%zu times", e->times);
    if (!e->times)
        text[0] = '\0';
    size_t used = strlen(text);
    if (e->cells)
        snprintf(text + used, size - used, "%s%zu cells", used ? ", " : "", e->cells);
    used = strlen(text);
    if (e->ids)
        snprintf(text + used, size - used, "%s%zu identities", used ? ", " : "", e->ids);
    used = strlen(text);
    if (e->positions)
        snprintf(text + used, size - used, "%s%zu positions", used ? ", " : "", e->positions);
}

/* How many rows the position has, where that may decide; 0: unknown. */
static size_t count_positions(const nd_request *request, nd_files *files) {
    nd_series position = {0};
    bool found = false;
    size_t rows = 0;
    if (nd_request_series(request, ND_ROLE_POSITION, files, &position, &found, NULL) && found)
        rows = position.rows;
    nd_series_clear(&position);
    return rows;
}

/* How many identities are given one by one; 0: none. */
static size_t count_ids(const nd_request *request, nd_files *files) {
    nd_series ids = {0};
    bool found = false;
    size_t count = 0;
    if (!request->given[ND_ROLE_IDS] || request->role[ND_ROLE_IDS].kind == ND_KIND_ORDER)
        return 0;
    if (nd_request_series(request, ND_ROLE_IDS, files, &ids, &found, NULL) && found &&
        (ids.columns == 1 || ids.rows == 1))
        count = ids.rows * ids.columns;
    nd_series_clear(&ids);
    return count;
}

static bool ask_orientation(const nd_request *request, const nd_activity *activity,
                            const evidence *e, const char *why, nd_error *error) {
    char known[160];
    describe_evidence(e, known, sizeof known);
    return nd_request_refuse(
        request, ND_ROLE_ACTIVITY, "",
        "give activity an orientation: cells-last (a row for each frame) or cells-first (a row for "
        "each cell)",
        error, "%.150s is %zu x %zu%s%s: %s", activity->name, activity->rows, activity->columns,
        known[0] ? ", and there are " : "", known, why);
}

static bool choose_side(const nd_request *request, nd_files *files, nd_activity *activity,
                        nd_error *error) {
    size_t rows = activity->rows, columns = activity->columns;
    nd_orientation asked = request->role[ND_ROLE_ACTIVITY].orientation;
    evidence e = {.times = activity->times_count, .cells = activity->known_cells};
    activity->cells_first = asked == ND_ORIENTATION_CELLS_FIRST || activity->rows_are_cells;
    if (activity->rows_are_cells)
        return true;
    if (asked != ND_ORIENTATION_AUTO || activity->frames_first)
        return true;
    size_t wide = activity->pick ? activity->pick_count : columns;
    e.ids = count_ids(request, files);
    if (e.ids != rows && e.ids != wide)
        e.ids = 0; /* they are wrong themselves, and told so later */
    bool upright = fits(rows, wide, &e), lying = fits(wide, rows, &e);
    if (upright && lying && !e.times) {
        e.positions = count_positions(request, files);
        if ((e.positions == rows) != (e.positions == wide)) {
            activity->cells_first = e.positions == wide;
            return true;
        }
    }
    if (upright != lying) {
        activity->cells_first = lying;
        return true;
    }
    if (!upright && !e.cells && !e.ids) /* the times are wrong, and told so later */
        return true;
    if (!upright)
        return ask_orientation(request, activity, &e, "neither side fits", error);
    return rows > wide || ask_orientation(request, activity, &e,
                                          rows == wide ? "it could lie either way"
                                                       : "there would be fewer frames than cells",
                                          error);
}

/* --- which columns are cells --- */

/* Columns of the matrix itself that another part, or the times, are. */
static bool taken_columns(const nd_request *request, const char *path, nd_activity *activity,
                          bool *taken) {
    const nd_selector *others[ND_ROLES];
    bool any = false;
    others_in_file(request, path, others);
    others[ND_ROLE_ACTIVITY] = &request->role[ND_ROLE_ACTIVITY];
    for (int role = 0; role < ND_ROLES; role++) {
        const nd_selector *part = others[role];
        bool same = part && (role == ND_ROLE_ACTIVITY || !part->name ||
                             strcmp(part->name, activity->name) == 0);
        if (!same || part->times_at.file)
            continue;
        size_t column = part->times ? nd_column_number(part->times, activity->columns) : SIZE_MAX;
        if (column != SIZE_MAX)
            any = taken[column] = true;
        for (uint32_t k = 0; role != ND_ROLE_ACTIVITY && k < part->columns_count; k++) {
            column = nd_column_number(part->columns[k], activity->columns);
            if (column != SIZE_MAX)
                any = taken[column] = true;
        }
    }
    return any;
}

/* Cells picked by the key columns, or all but what other parts take. Formats with named columns
 * have picked theirs already. */
static bool pick_cells(const nd_request *request, const char *path, nd_activity *activity,
                       nd_error *error) {
    const nd_selector *part = &request->role[ND_ROLE_ACTIVITY];
    size_t side = activity->cells_first ? activity->rows : activity->columns;
    if (activity->pick)
        return true;
    bool *taken = nd_array(side + activity->columns, sizeof *taken, error);
    if (!taken)
        return false;
    bool any = part->columns_count > 0;
    for (uint32_t k = 0; k < part->columns_count; k++) {
        size_t cell = nd_column_number(part->columns[k], side);
        if (cell == SIZE_MAX) {
            free(taken);
            return nd_request_refuse(request, ND_ROLE_ACTIVITY, "columns", "count cells from 1",
                                     error, "cell '%.40s' is asked for; %.100s has %zu",
                                     part->columns[k], activity->name, side);
        }
        taken[cell] = true; /* here: wanted */
    }
    if (!any && !activity->cells_first)
        any = taken_columns(request, path, activity, taken);
    activity->pick = any ? nd_array(side, sizeof *activity->pick, error) : NULL;
    bool fine = !any || activity->pick;
    for (size_t i = 0; activity->pick && i < side; i++)
        if (taken[i] == (part->columns_count > 0))
            activity->pick[activity->pick_count++] = i;
    free(taken);
    return fine;
}

/* --- times --- */

/* Frames that are not asked for do not count: those before and after a recording, where several are
 * joined. Times may be of all frames or of those asked for. */
static bool cut_frames(const nd_request *request, nd_activity *activity, nd_error *error) {
    const size_t *asked = request->role[ND_ROLE_ACTIVITY].frames;
    size_t all = activity->file_frames, count = asked[1] - asked[0] + 1;
    if (asked[0] == 0)
        return true;
    if (asked[1] > all)
        return nd_request_refuse(request, ND_ROLE_ACTIVITY, "frames", "count frames from 1", error,
                                 "frames up to %zu are asked for; %.100s has %zu", asked[1],
                                 activity->name, all);
    activity->good = nd_array(all, sizeof *activity->good, error);
    if (!activity->good)
        return false;
    for (size_t f = asked[0] - 1; f < asked[1]; f++)
        activity->good[f] = true;
    if (activity->times && activity->times_count == all) {
        memmove(activity->times, activity->times + asked[0] - 1, count * sizeof(double));
        activity->times_count = count;
    }
    activity->frames = count;
    return true;
}

static bool drop_bad_frames(nd_files *files, nd_activity *activity, nd_error *error) {
    size_t kept = 0, frames = activity->frames;
    bool *good = nd_array(frames, sizeof *good, error);
    bool *all = activity->good;
    if (!all)
        all = activity->good = nd_array(activity->file_frames, sizeof *all, error);
    if (!good || !all || !nd_good_times(activity->times, frames, good, &kept, error)) {
        free(good);
        return false;
    }
    for (size_t f = 0, at = 0, from = 0; f < activity->file_frames; f++) {
        if (frames < activity->file_frames && !all[f])
            continue;
        all[f] = good[from];
        if (all[f])
            activity->times[at++] = activity->times[from];
        from++;
    }
    free(good);
    if (kept < frames)
        nd_files_note(files,
                      "activity: %zu of %zu times go back and were dropped, with their "
                      "frames",
                      frames - kept, frames);
    activity->bad_times = frames - kept;
    activity->frames = activity->times_count = kept;
    return true;
}

static bool read_times(const nd_request *request, nd_files *files, const nd_open_file *own,
                       nd_activity *activity, nd_error *error) {
    double *times = NULL;
    size_t count = 0;
    bool given;
    if (!nd_times_read(request, ND_ROLE_ACTIVITY, files, own, activity->name, &times, &count,
                       activity->time_name, sizeof activity->time_name, &given, error))
        return false;
    if (given) {
        free(activity->times);
        activity->times = times;
        activity->times_count = count;
    }
    return true;
}

static bool clock_frames(const nd_request *request, nd_files *files, const char *path,
                         nd_activity *activity, nd_error *error) {
    const nd_selector *part = &request->role[ND_ROLE_ACTIVITY];
    if (activity->times && activity->times_count != activity->frames)
        return nd_fail(error, path, "correct orientation, or where the times are",
                       "%s: there are %zu times for %zu frames", activity->name,
                       activity->times_count, activity->frames);
    if (!activity->times && activity->rate > 0.0 && !(part->rate > 0.0)) {
        activity->times = nd_doubles(activity->frames, error);
        for (size_t f = 0; activity->times && f < activity->frames; f++)
            activity->times[f] = activity->start + (double)f / activity->rate;
        if (!activity->times)
            return false;
    } else if (activity->times) {
        double unit = nd_time_unit_seconds(request, ND_ROLE_ACTIVITY, files, activity->time_name);
        for (size_t f = 0; unit != 1.0 && f < activity->frames; f++)
            activity->times[f] *= unit;
    }
    if (!activity->times && part->rate > 0.0 && part->time_unit != ND_TIME_SAMPLES)
        activity->rate = part->rate;
    if (activity->times && part->drop_bad_times && !drop_bad_frames(files, activity, error))
        return false;
    nd_series check = {.rows = activity->frames, .times = activity->times};
    snprintf(check.name, sizeof check.name, "%s", activity->name);
    return nd_series_check_times(&check, path, error);
}

/* Identities of the cells picked; none where they are of the other side. */
static void arrange_ids(nd_activity *activity, bool tabular) {
    size_t side = activity->cells_first ? activity->rows : activity->columns;
    if (!activity->cell_id)
        return;
    bool fit = tabular ? !activity->cells_first
                       : activity->ids_count == (activity->pick ? side : activity->cells);
    if (!fit) {
        free(activity->cell_id);
        activity->cell_id = NULL;
    } else if (!tabular && activity->pick) {
        for (size_t k = 0; k < activity->pick_count; k++)
            activity->cell_id[k] = activity->cell_id[activity->pick[k]];
    }
    activity->ids_count = fit ? activity->cells : 0;
}

static bool arrange_matrix(const nd_request *request, nd_files *files, const char *path,
                           nd_activity *activity, nd_error *error) {
    if (!choose_side(request, files, activity, error) ||
        !pick_cells(request, path, activity, error))
        return false;
    bool turned = activity->cells_first;
    if (turned && activity->cell_name) { /* what is named are frames, then */
        for (size_t k = 0; k < activity->pick_count; k++)
            free(activity->cell_name[k]);
        free(activity->cell_name);
        activity->cell_name = NULL;
    }
    size_t wide = activity->pick ? activity->pick_count : activity->columns;
    bool named = activity->pick && request->role[ND_ROLE_ACTIVITY].columns_count > 0;
    nd_open_file *own = nd_files_open(files, path, &request->role[ND_ROLE_ACTIVITY], error);
    if (!own)
        return false;
    if (turned && own->format->tabular) { /* columns that are frames were picked */
        activity->frames = wide;
        activity->cells = activity->rows;
    } else if (turned) {
        activity->frames = activity->columns;
        activity->cells = named ? activity->pick_count : activity->rows;
    } else {
        activity->frames = activity->rows;
        activity->cells = wide;
    }
    activity->file_frames = activity->frames;
    arrange_ids(activity, own->format->tabular);
    if (!cut_frames(request, activity, error))
        return false;
    return clock_frames(request, files, path, activity, error);
}

bool nd_activity_read(const nd_request *request, nd_files *files, nd_activity *activity,
                      nd_error *error) {
    nd_selector selector = selector_of(request);
    const char *path = nd_request_file(request, ND_ROLE_ACTIVITY);
    const nd_selector *others[ND_ROLES];
    if (!path)
        return nd_fail(error, request->label, "give file, or activity: {file: ...}",
                       "the session has no file to find activity in");
    nd_open_file *own = nd_files_open(files, path, &selector, error);
    if (!own)
        return false;
    bool listed =
        selector.kind == ND_KIND_SPIKE_LIST ||
        (selector.kind == ND_KIND_SPIKE_TIMES && (own->format->tabular || own->format->single));
    if (listed)
        return nd_spike_list_read(request, files, activity, error);
    others_in_file(request, path, others);
    if (!own->format->activity(own->file, &selector, others, activity, error))
        return false;
    if (selector.kind == ND_KIND_SPIKE_TIMES && !activity->spike_times) {
        nd_activity_clear(activity);
        return nd_spike_list_read(request, files, activity, error);
    }
    if (selector.kind == ND_KIND_FRAMES && activity->spike_times)
        return nd_request_refuse(request, ND_ROLE_ACTIVITY, "kind", "kind: spike-times", error,
                                 "%.200s holds lists of spike times, no frames", activity->name);
    if (activity->note[0])
        nd_files_note(files, "activity: %s", activity->note);
    if (!activity->spike_times && (!read_times(request, files, own, activity, error) ||
                                   !arrange_matrix(request, files, path, activity, error)))
        return false;
    return activity->cells > 0 || nd_fail(error, path, "check what the manifest names as activity",
                                          "%s holds no cells", activity->name);
}

bool nd_activity_pour(const nd_request *request, nd_files *files, const nd_activity *activity,
                      nd_sink *sink, const nd_clock *clock, nd_error *error) {
    nd_selector selector = selector_of(request);
    const char *path = nd_request_file(request, ND_ROLE_ACTIVITY);
    if (activity->spike) {
        bool fine = true;
        for (size_t c = 0, begin = 0; fine && c < activity->cells; c++) {
            fine = nd_sink_spikes(sink, c, activity->spike + begin, activity->spike_end[c] - begin,
                                  clock->times, clock->frame_seconds, error);
            begin = activity->spike_end[c];
        }
        return fine;
    }
    nd_open_file *own = nd_files_open(files, path, &selector, error);
    return own && own->format->pour(own->file, &selector, activity, sink, clock, error);
}
