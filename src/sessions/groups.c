/* Registered cells from session to session. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "measure/correlation.h"
#include "measure/decay.h"
#include "sessions/behaviour.h"
#include "sessions/equal_footing.h"
#include "sessions/sessions.h"
#include "sessions/tuning_drift.h"

static bool same_group(const nd_session *a, const nd_session *b) {
    return strcmp(a->animal, b->animal) == 0 && strcmp(a->environment, b->environment) == 0 &&
           strcmp(a->direction, b->direction) == 0;
}

static int by_id(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Different ids over all sessions of the animal; 0 if some session has none. */
static bool count_registered(const nd_recording *recording, const char *animal, size_t *registered,
                             nd_error *error) {
    size_t total = 0, n = 0;
    *registered = 0;
    for (size_t s = 0; s < recording->sessions_count; s++) {
        const nd_session *session = &recording->sessions[s];
        if (strcmp(session->animal, animal) != 0)
            continue;
        if (!session->cell_id)
            return true;
        total += session->cells;
    }
    int64_t *ids = nd_array(total, sizeof *ids, error);
    if (!ids)
        return false;
    for (size_t s = 0; s < recording->sessions_count; s++) {
        const nd_session *session = &recording->sessions[s];
        if (strcmp(session->animal, animal) != 0)
            continue;
        memcpy(ids + n, session->cell_id, session->cells * sizeof *ids);
        n += session->cells;
    }
    qsort(ids, n, sizeof *ids, by_id);
    for (size_t i = 0; i < n; i++)
        *registered += i == 0 || ids[i] != ids[i - 1];
    free(ids);
    return true;
}

/* A cell of a session by its id. */
typedef struct known {
    int64_t id;
    size_t active; /* place among the session's active cells, or NOWHERE */
} known;

enum { NOWHERE = -1 };

static int known_by_id(const void *a, const void *b) {
    int64_t x = ((const known *)a)->id, y = ((const known *)b)->id;
    return (x > y) - (x < y);
}

/* All cells of a session, by id. */
static known *know_cells(const nd_session *session, const nd_session_result *result,
                         nd_error *error) {
    known *cells = nd_array(session->cells, sizeof *cells, error);
    if (!cells)
        return NULL;
    for (size_t c = 0; c < session->cells; c++)
        cells[c] = (known){session->cell_id[c], (size_t)NOWHERE};
    for (size_t i = 0; i < result->active; i++)
        cells[result->cell[i].index].active = i;
    qsort(cells, session->cells, sizeof *cells, known_by_id);
    return cells;
}

/* The session of a pair, its maps smoothed. */
typedef struct side {
    known *cells;
    size_t count, bins;
    double *maps;  /* active x bins; NaN where not visited */
    bool *visited; /* bins */
} side;

static void take_map(const side *from, size_t active, double *map) {
    if (active == (size_t)NOWHERE)
        for (size_t b = 0; b < from->bins; b++)
            map[b] = from->visited[b] ? 0.0 : NAN;
    else
        memcpy(map, from->maps + active * from->bins, from->bins * sizeof *map);
}

/* Both correlations of a pair, over the cells found in both and active in at least one. */
static bool compare(const side *a, const side *b, double *map_r, double *vector_r, double *shared,
                    double *bins_shared, nd_error *error) {
    size_t most = a->count < b->count ? a->count : b->count, n = 0, bins = a->bins;
    double *maps_a = nd_doubles(most * bins, error), *maps_b = nd_doubles(most * bins, error);
    bool *both = nd_array(most, sizeof *both, error);
    bool fine = maps_a && maps_b && both;
    *shared = *bins_shared = 0.0;
    for (size_t bin = 0; bin < bins; bin++)
        *bins_shared += a->visited[bin] && b->visited[bin];
    for (size_t i = 0, j = 0; fine && i < a->count && j < b->count;) {
        if (a->cells[i].id != b->cells[j].id) {
            if (a->cells[i].id < b->cells[j].id)
                i++;
            else
                j++;
            continue;
        }
        size_t in_a = a->cells[i++].active, in_b = b->cells[j++].active;
        if (in_a == (size_t)NOWHERE && in_b == (size_t)NOWHERE)
            continue;
        take_map(a, in_a, maps_a + n * bins);
        take_map(b, in_b, maps_b + n * bins);
        both[n] = in_a != (size_t)NOWHERE && in_b != (size_t)NOWHERE;
        *shared += both[n++];
    }
    if (fine) {
        *map_r = nd_rate_map_correlation(maps_a, maps_b, both, both, n, bins);
        *vector_r = nd_population_vector_correlation(maps_a, maps_b, n, bins);
    }
    free(maps_a);
    free(maps_b);
    free(both);
    return fine;
}

static bool prepare_side(const nd_session *session, const nd_session_result *result,
                         double smoothing, side *made, nd_error *error) {
    size_t size = result->active * result->bins;
    made->count = session->cells;
    made->bins = result->bins;
    made->cells = know_cells(session, result, error);
    made->maps = nd_doubles(size, error);
    made->visited = nd_array(result->bins, sizeof *made->visited, error);
    if (!made->cells || !made->maps || !made->visited)
        return false;
    /* Given maps say themselves where they have values. */
    for (size_t b = 0; b < result->bins; b++)
        made->visited[b] = session->kind == ND_SESSION_RATE_MAPS && result->active > 0
                               ? !isnan(result->rate_maps[b])
                               : result->occupancy[b] > 0.0;
    memcpy(made->maps, result->rate_maps, size * sizeof *made->maps);
    return nd_smooth_session_maps(made->maps, result->active, result, smoothing, error);
}

/* Sessions can be compared where cells have identities and all maps the same bins. */
static bool comparable(const nd_recording *recording, const nd_group *group) {
    const nd_session *first = &recording->sessions[group->first];
    for (size_t s = 0; s < group->sessions; s++) {
        const nd_session *session = first + s;
        if (session->kind == ND_SESSION_METRICS || !session->cell_id ||
            session->bins_x != first->bins_x || session->bins_y != first->bins_y ||
            session->bins_direction != first->bins_direction)
            return false;
    }
    return true;
}

static bool correlate(const nd_recording *recording, const nd_session_result *results,
                      nd_group *group, nd_error *error) {
    size_t n = group->sessions;
    side *sides = nd_array(n, sizeof *sides, error);
    group->map_correlation = nd_doubles(n * n, error);
    group->vector_correlation = nd_doubles(n * n, error);
    group->shared = nd_doubles(n * n, error);
    group->shared_bins = nd_doubles(n * n, error);
    bool fine = sides && group->map_correlation && group->vector_correlation && group->shared &&
                group->shared_bins;
    for (size_t a = 0; fine && a < n; a++)
        fine = prepare_side(&recording->sessions[group->first + a], &results[group->first + a],
                            recording->settings.rate_map_smoothing, &sides[a], error);
    for (size_t a = 0; fine && a < n; a++)
        for (size_t b = a; fine && b < n; b++) {
            size_t at = a * n + b, mirrored = b * n + a;
            fine = compare(&sides[a], &sides[b], &group->map_correlation[at],
                           &group->vector_correlation[at], &group->shared[at],
                           &group->shared_bins[at], error);
            group->map_correlation[mirrored] = group->map_correlation[at];
            group->vector_correlation[mirrored] = group->vector_correlation[at];
            group->shared[mirrored] = group->shared[at];
            group->shared_bins[mirrored] = group->shared_bins[at];
        }
    for (size_t a = 0; sides && a < n; a++) {
        free(sides[a].cells);
        free(sides[a].maps);
        free(sides[a].visited);
    }
    free(sides);
    return fine;
}

/* Does similarity fall with days apart? */
static bool test_decay(const nd_session_result *results, uint64_t seed, size_t index,
                       nd_group *group, nd_error *error) {
    size_t n = group->sessions;
    nd_decay decay;
    nd_stream draw = nd_stream_at(seed, ND_FOR_SHUFFLE, UINT32_MAX, index);
    group->decay_correlation = group->decay_p = group->decay_least_p = NAN;
    if (!group->map_correlation)
        return true;
    double *day = nd_doubles(n, error);
    bool fine = day != NULL;
    for (size_t s = 0; fine && s < n; s++)
        day[s] = results[group->first + s].day;
    if (fine && (fine = nd_decay_test(day, group->map_correlation, n, &draw, &decay, error))) {
        group->decay_correlation = decay.correlation;
        group->decay_p = decay.p;
        group->decay_least_p = decay.least_p;
    }
    free(day);
    return fine;
}

/* "animal, environment, direction", without what there is not. */
static char *group_name(const nd_session *session, const char *fallback, nd_error *error) {
    const char *parts[] = {session->animal, session->environment, session->direction};
    char name[512] = "";
    for (size_t i = 0; i < 3; i++) {
        size_t used = strlen(name);
        if (parts[i][0] != '\0')
            snprintf(name + used, sizeof name - used, "%s%s", used > 0 ? ", " : "", parts[i]);
    }
    return nd_text(name[0] != '\0' ? name : fallback, error);
}

/* Metrics that are of registered cells, or of the group's first session. */
static void finish_metrics(nd_session_result *results, const nd_group *group) {
    const nd_metric fractions[][2] = {{ND_METRIC_ACTIVE_CELLS, ND_METRIC_FRACTION_ACTIVE},
                                      {ND_METRIC_PLACE_CELLS, ND_METRIC_FRACTION_PLACE_CELLS}};
    for (size_t s = 0; s < group->sessions; s++) {
        nd_session_result *result = &results[group->first + s];
        for (size_t i = 0; group->registered > 0 && i < 2; i++) {
            double share = result->metric[fractions[i][0]] / (double)group->registered;
            result->metric[fractions[i][1]] = share;
            result->error[fractions[i][1]] =
                sqrt(share * (1.0 - share) / (double)group->registered);
        }
        if (group->map_correlation)
            result->metric[ND_METRIC_MAP_CORRELATION] = group->map_correlation[s];
    }
}

bool nd_groups_make(const nd_recording *recording, nd_recording_result *result, nd_error *error) {
    result->group = nd_array(recording->sessions_count, sizeof *result->group, error);
    bool fine = result->group;
    for (size_t s = 0; fine && s < recording->sessions_count;) {
        const nd_session *session = &recording->sessions[s];
        nd_group *group = &result->group[result->groups++];
        group->first = s;
        group->decay_correlation = group->decay_p = NAN;
        while (s < recording->sessions_count && same_group(session, &recording->sessions[s]))
            s++;
        group->sessions = s - group->first;
        group->name = group_name(session, recording->name, error);
        fine =
            group->name && count_registered(recording, session->animal, &group->registered, error);
        if (fine && comparable(recording, group))
            fine =
                correlate(recording, result->session, group, error) &&
                test_decay(result->session, recording->settings.seed, result->groups, group, error);
        if (fine)
            finish_metrics(result->session, group);
        fine = fine && nd_equal_footing(recording, group, result->session, error) &&
               nd_behaviour_measure(recording, group, result->session, error) &&
               nd_tuning_drift_measure(recording, group, result->session, error);
    }
    return fine;
}

static const nd_cell_result *find_cell(const nd_session_result *session, int64_t id,
                                       size_t *active) {
    for (*active = 0; *active < session->active; (*active)++)
        if (session->cell[*active].id == id)
            return &session->cell[*active];
    return NULL;
}

bool nd_group_common_maps(const nd_recording_result *result, const nd_group *group,
                          const size_t *which, size_t sessions, double **maps, int64_t **ids,
                          size_t *cells, nd_error *error) {
    const nd_session_result *all = &result->session[group->first];
    const nd_session_result *first = &all[which[0]];
    size_t bins = first->bins, at;
    bool fine = true;
    *cells = 0;
    for (size_t s = 0; s < sessions; s++)
        if (all[which[s]].active > 0 && all[which[s]].bins != bins)
            return nd_fail(error, group->name, "", "has sessions of different bins");
    *ids = nd_array(first->active, sizeof **ids, error);
    for (size_t s = 0; s < sessions; s++) {
        maps[s] = nd_doubles(first->active * bins, error);
        fine = fine && maps[s] && *ids;
    }
    for (size_t i = 0; fine && i < first->active; i++) {
        size_t found = 0;
        for (size_t s = 0; s < sessions; s++)
            found += find_cell(&all[which[s]], first->cell[i].id, &at) != NULL;
        if (found < sessions)
            continue;
        for (size_t s = 0; s < sessions; s++) {
            find_cell(&all[which[s]], first->cell[i].id, &at);
            memcpy(maps[s] + *cells * bins, all[which[s]].rate_maps + at * bins,
                   bins * sizeof **maps);
        }
        (*ids)[(*cells)++] = first->cell[i].id;
    }
    return fine;
}
