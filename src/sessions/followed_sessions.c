#include "sessions/followed_sessions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/platform.h"
#include "sessions/followed_laps.h"
#include "sessions/session_maps.h"

static int by_id(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Why the group's sessions cannot be followed; NULL where they can. */
static const char *hindrance(const nd_session *sessions, size_t count) {
    for (size_t s = 0; s < count; s++) {
        if (sessions[s].kind == ND_SESSION_METRICS)
            return "its sessions are metrics computed elsewhere, without maps";
        if (!sessions[s].cell_id)
            return "its cells are not registered across sessions";
        if (sessions[s].bins_x != sessions[0].bins_x || sessions[s].bins_y != sessions[0].bins_y ||
            sessions[s].bins_direction != sessions[0].bins_direction)
            return "its sessions have different bins";
    }
    return count < 2 ? "it has a single session" : NULL;
}

/* Different ids of all sessions, ascending. */
static int64_t *list_ids(const nd_session *sessions, size_t count, size_t *ids, nd_error *error) {
    size_t total = 0, n = 0;
    for (size_t s = 0; s < count; s++)
        total += sessions[s].cells;
    int64_t *list = nd_array(total, sizeof *list, error);
    for (size_t s = 0; list && s < count; s++) {
        if (sessions[s].cells > 0)
            memcpy(list + n, sessions[s].cell_id, sessions[s].cells * sizeof *list);
        n += sessions[s].cells;
    }
    *ids = 0;
    if (list && n > 0)
        qsort(list, n, sizeof *list, by_id);
    for (size_t i = 0; list && i < n; i++)
        if (i == 0 || list[i] != list[i - 1])
            list[(*ids)++] = list[i];
    return list;
}

typedef struct filling {
    const nd_session *session;
    const nd_session_result *result;
    nd_followed *of;
    size_t at; /* which session */
    double smoothing;
    double *visits, *seen; /* 2 x bins: frames of the halves, smoothed; as they are */
    double *amounts;       /* 3 x bins: of the halves, and both */
} filling;

/* The rate map of one cell, and those of its halves: smoothed amounts over smoothed seconds. */
static bool fill_maps(filling *f, size_t cell, size_t followed, nd_error *error) {
    nd_followed *of = f->of;
    const nd_session *session = f->session;
    size_t bins = of->bins;
    double dt = session->frame_seconds, *amounts = f->amounts;
    memset(amounts, 0, 2 * bins * sizeof *amounts);
    for (size_t e = session->events.start[cell]; e < session->events.start[cell + 1]; e++) {
        size_t frame = session->events.frame[e];
        amounts[of->frames[f->at].half[frame] * bins + (size_t)session->bin[frame]] +=
            session->events.amount[e];
    }
    if (!nd_smooth_session_maps(amounts, 2, f->result, f->smoothing, error))
        return false;
    double *map = of->map + (f->at * of->cells + followed) * bins;
    for (size_t b = 0; b < bins; b++) {
        map[b] = f->seen[b] + f->seen[bins + b] > 0
                     ? (amounts[b] + amounts[bins + b]) / (f->visits[b] + f->visits[bins + b]) / dt
                     : NAN;
        for (size_t h = 0; h < 2; h++)
            of->half_map[((f->at * 2 + h) * of->cells + followed) * bins + b] =
                f->seen[h * bins + b] > 0 ? amounts[h * bins + b] / f->visits[h * bins + b] / dt
                                          : NAN;
    }
    return true;
}

/* Frames of the two halves in every bin. */
static bool count_visits(filling *f, nd_error *error) {
    const nd_session *session = f->session;
    size_t bins = f->of->bins;
    nd_followed_frames *frames = &f->of->frames[f->at];
    frames->activity = nd_binned_session(session);
    frames->half = nd_array(session->frames, 1, error);
    if (!frames->half || !nd_laps_of_session(session, f->result, frames, error))
        return false;
    for (size_t t = 0; t < session->frames; t++) {
        frames->half[t] = nd_half_of_frame(t, session->frames, session->frame_seconds);
        f->seen[frames->half[t] * bins + (size_t)session->bin[t]] += 1;
    }
    memcpy(f->visits, f->seen, 2 * bins * sizeof *f->visits);
    return nd_smooth_session_maps(f->visits, 2, f->result, f->smoothing, error);
}

/* Maps given by others hold NaN where they have no value. */
static bool fill_given(filling *f, size_t cell, size_t followed, nd_error *error) {
    nd_followed *of = f->of;
    double *map = of->map + (f->at * of->cells + followed) * of->bins;
    memcpy(map, f->session->rate_maps + cell * of->bins, of->bins * sizeof *map);
    of->rate[f->at * of->cells + followed] = nd_map_rate(map, f->session->occupancy, of->bins);
    return nd_smooth_session_maps(map, 1, f->result, f->smoothing, error);
}

static bool fill_cells(filling *f, const int64_t *ids, nd_error *error) {
    nd_followed *of = f->of;
    const nd_session *session = f->session;
    bool maps = session->kind == ND_SESSION_RATE_MAPS, fine = true;
    size_t *index = nd_array(session->cells, sizeof *index, error);
    double seconds = (double)session->frames * session->frame_seconds;
    if (!index)
        return false;
    of->frames[f->at].cell = index;
    for (size_t c = 0; fine && c < session->cells; c++) {
        const int64_t *found = bsearch(&session->cell_id[c], ids, of->cells, sizeof *ids, by_id);
        index[c] = (size_t)(found - ids);
        of->state[f->at * of->cells + index[c]] = ND_CELL_SILENT;
        fine = maps ? fill_given(f, c, index[c], error) : fill_maps(f, c, index[c], error);
        if (!maps)
            of->rate[f->at * of->cells + index[c]] =
                nd_total_amount(&of->frames[f->at].activity, c) / seconds;
    }
    for (size_t i = 0; fine && i < f->result->active; i++) {
        const nd_cell_result *cell = &f->result->cell[i];
        size_t at = f->at * of->cells + index[cell->index];
        of->state[at] = ND_CELL_ACTIVE;
        /* Where nothing was tested, every active cell may have a field. */
        of->tuned[at] = cell->place_cell || isnan(cell->p_value);
    }
    return fine;
}

static bool fill_session(filling *f, const int64_t *ids, nd_error *error) {
    size_t bins = f->of->bins;
    double total = 0, *occupancy = f->of->occupancy + f->at * bins;
    memset(f->seen, 0, 2 * bins * sizeof *f->seen);
    if (f->session->kind == ND_SESSION_ACTIVITY && !count_visits(f, error))
        return false;
    for (size_t b = 0; b < bins; b++) {
        occupancy[b] = f->session->kind == ND_SESSION_ACTIVITY ? f->seen[b] + f->seen[bins + b]
                                                               : f->session->occupancy[b];
        total += occupancy[b];
    }
    for (size_t b = 0; b < bins; b++)
        occupancy[b] /= total > 0 ? total : 1;
    return fill_cells(f, ids, error);
}

/* Experience up to the middle of every session. */
static void count_experience(const nd_session *sessions, const nd_session_result *results,
                             nd_followed *of) {
    double minutes = 0, distance = 0;
    for (size_t s = 0; s < of->sessions; s++) {
        double here = (double)sessions[s].frames_read * sessions[s].frame_seconds / 60;
        double way = results[s].metric[ND_METRIC_DISTANCE];
        bool frames = sessions[s].kind == ND_SESSION_ACTIVITY && sessions[s].frames_read > 0;
        here = frames ? here : NAN;
        of->time[s] = results[s].day;
        of->experience[ND_EXPERIENCE_VISITS][s] = (double)sessions[s].visit;
        of->experience[ND_EXPERIENCE_MINUTES][s] = minutes + here / 2;
        of->experience[ND_EXPERIENCE_DISTANCE][s] = distance + way / 2;
        minutes += here;
        distance += way;
    }
}

static bool describe(const nd_recording *recording, const nd_session *sessions, nd_followed *of,
                     nd_error *error) {
    const nd_settings *settings = &recording->settings;
    double low = INFINITY, high = -INFINITY, low_y = INFINITY, high_y = -INFINITY;
    of->bins_x = sessions->bins_x;
    of->bins_y = sessions->bins_y;
    of->ways = sessions->bins_direction;
    of->circular = settings->circular;
    of->smoothing = settings->rate_map_smoothing;
    of->counts = true;
    bool known = true;
    for (size_t s = 0; s < of->sessions; s++) {
        of->counts = of->counts && sessions[s].counts;
        known = known && sessions[s].position && !settings->position_is_bin;
        for (size_t f = 0; sessions[s].position && f < sessions[s].frames; f++) {
            low = fmin(low, sessions[s].position[f]);
            high = fmax(high, sessions[s].position[f]);
            if (sessions[s].position_y) {
                low_y = fmin(low_y, sessions[s].position_y[f]);
                high_y = fmax(high_y, sessions[s].position_y[f]);
            }
        }
    }
    if (!isnan(settings->range_x[0])) {
        low = settings->range_x[0];
        high = settings->range_x[1];
    }
    if (!isnan(settings->range_y[0])) {
        low_y = settings->range_y[0];
        high_y = settings->range_y[1];
    }
    if (known && high > low)
        of->bin_width_x = (high - low) / (double)of->bins_x;
    if (known && high_y > low_y)
        of->bin_width_y = (high_y - low_y) / (double)of->bins_y;
    free(of->position_unit);
    free(of->time_unit);
    of->position_unit = nd_text(known ? recording->position_unit : "bin", error);
    of->time_unit = nd_text(recording->day_name, error);
    return of->position_unit && of->time_unit;
}

static bool fill(const nd_recording *recording, const nd_recording_result *result,
                 const nd_group *group, const int64_t *ids, nd_followed *of, nd_error *error) {
    const nd_session *sessions = &recording->sessions[group->first];
    const nd_session_result *results = &result->session[group->first];
    bool halves = true;
    for (size_t s = 0; s < of->sessions; s++)
        halves = halves && sessions[s].kind == ND_SESSION_ACTIVITY;
    filling f = {.of = of,
                 .smoothing = recording->settings.rate_map_smoothing,
                 .visits = nd_doubles(2 * of->bins, error),
                 .seen = nd_doubles(2 * of->bins, error),
                 .amounts = nd_doubles(2 * of->bins, error)};
    bool fine = f.visits && f.seen && f.amounts && describe(recording, sessions, of, error) &&
                nd_followed_add_halves(of, error);
    if (fine)
        count_experience(sessions, results, of);
    for (size_t s = 0; fine && s < of->sessions; s++) {
        f.session = &sessions[s];
        f.result = &results[s];
        f.at = s;
        fine = fill_session(&f, ids, error);
    }
    fine = fine && nd_speeds_of_sessions(sessions, of, error);
    if (fine && !halves) {
        free(of->half_map);
        of->half_map = NULL;
    }
    free(f.visits);
    free(f.seen);
    free(f.amounts);
    return fine;
}

bool nd_follow_group(const nd_recording *recording, const nd_recording_result *result,
                     const nd_group *group, nd_followed **of, const char **why, nd_error *error) {
    const nd_session *sessions = &recording->sessions[group->first];
    size_t cells;
    *of = NULL;
    *why = hindrance(sessions, group->sessions);
    if (*why)
        return true;
    int64_t *ids = list_ids(sessions, group->sessions, &cells, error);
    /* Maps, those of halves, and what measures make of them. */
    double room = 6.0 * sizeof(double) * (double)cells * (double)sessions->bins;
    if (ids && room * (double)group->sessions > 0.5 * nd_available_bytes()) {
        free(ids);
        *why = "its maps would take more than half of the memory that is free";
        return true;
    }
    *of = ids ? nd_followed_new(group->sessions, cells, sessions->bins, error) : NULL;
    bool fine = *of && fill(recording, result, group, ids, *of, error);
    free(ids);
    if (!fine) {
        nd_followed_free(*of);
        *of = NULL;
    }
    return fine;
}

static bool measure_group(const nd_recording *recording, const nd_recording_result *result,
                          size_t index, unsigned threads, nd_group_drift *drift, nd_error *error) {
    nd_followed *of;
    /* The seed is the group's own, whatever else is measured. */
    const nd_session *first = &recording->sessions[result->group[index].first];
    nd_drift_request how = {nd_session_seed(first, recording->settings.seed), threads};
    if (!nd_follow_group(recording, result, &result->group[index], &of, &drift->why, error))
        return false;
    if (!of)
        return true;
    drift->measures = nd_drift_measure(of, &how, error);
    nd_followed_free(of);
    return drift->measures != NULL;
}

bool nd_recording_drift_measure(const nd_recording *recording, nd_recording_result *result,
                                unsigned threads, nd_error *error) {
    nd_recording_drift_free(result->drift, result->groups);
    result->drift = nd_array(result->groups, sizeof *result->drift, error);
    bool fine = result->drift;
    for (size_t g = 0; fine && g < result->groups; g++)
        fine = measure_group(recording, result, g, threads, &result->drift[g], error);
    return fine;
}

void nd_recording_drift_free(nd_group_drift *drift, size_t groups) {
    for (size_t g = 0; drift && g < groups; g++)
        nd_drift_measures_free(drift[g].measures);
    free(drift);
}
