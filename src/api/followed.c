/* Cells followed over sessions by the caller's arrays (nulldrift/drift.h): each session is kept as
 * an nd_followed of its own, all together are measured, and the measures are named variables. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/contents.h"
#include "api/sparse.h"
#include "base/error.h"
#include "base/locale.h"
#include "base/memory.h"
#include "measure/drift_measures.h"
#include "nulldrift/drift.h"
#include "sessions/session_maps.h"
#include "store/drift_file.h"

enum { MOST_LAPS = 1000000 };
static const char ADD[] = "nd_followed_cells_add";

struct nd_followed_cells {
    nd_followed shape;     /* the layout alone: no arrays but the two units */
    nd_followed **session; /* count, of one session each */
    size_t count, room;
};

bool nd_drift_describe(size_t index, nd_drift_description *description) {
    bool pair = index < ND_DRIFT_PAIRS;
    if (!description || index >= (size_t)ND_DRIFT_PAIRS + ND_DRIFT_NUMBERS)
        return false;
    const nd_drift_about *about =
        pair ? &nd_drift_pair_table[index] : &nd_drift_number_table[index - ND_DRIFT_PAIRS];
    *description =
        (nd_drift_description){about->name, about->units, about->definition, pair, about->shown};
    return true;
}

/* ---- The layout ---- */

static bool wrong(nd_error *error, const char *what, double value) {
    return nd_fail_as(ND_CODE_ARGUMENT, error, "nd_followed_cells_new", NULL, "%s is %g", what,
                      value);
}

static bool is_width(double value) {
    return value >= 0 && isfinite(value);
}

static bool check_layout(const nd_followed_layout *l, size_t *bins, nd_error *error) {
    size_t values;
    *bins = l->bins_x;
    if (l->cells == 0)
        return wrong(error, "cells", 0);
    if (l->bins_x == 0)
        return wrong(error, "bins_x", 0);
    if (l->ways > 2)
        return wrong(error, "ways", (double)l->ways);
    if (l->circular && l->bins_y > 0)
        return wrong(error, "bins_y of a loop", (double)l->bins_y);
    if (!is_width(l->bin_width_x) || !is_width(l->bin_width_y))
        return wrong(error, "a bin's width",
                     is_width(l->bin_width_x) ? l->bin_width_y : l->bin_width_x);
    if (!(l->smoothing >= 0 && l->smoothing <= 1000))
        return wrong(error, "smoothing", l->smoothing);
    if (__builtin_mul_overflow(*bins, l->bins_y ? l->bins_y : 1, bins) ||
        __builtin_mul_overflow(*bins, l->ways ? l->ways : 1, bins) ||
        __builtin_mul_overflow(*bins, l->cells, &values) || values > SIZE_MAX / 64)
        return nd_fail_as(ND_CODE_MEMORY, error, "nd_followed_cells_new", NULL,
                          "the maps are more than memory can hold");
    return true;
}

nd_followed_cells *nd_followed_cells_new(const nd_followed_layout *layout, nd_error *error) {
    size_t bins;
    if (!nd_is_given(layout, "nd_followed_cells_new", "layout", error) ||
        !check_layout(layout, &bins, error))
        return NULL;
    nd_followed_cells *made = nd_array(1, sizeof *made, error);
    if (!made)
        return NULL;
    made->shape = (nd_followed){
        .cells = layout->cells,
        .bins = bins,
        .bins_x = layout->bins_x,
        .bins_y = layout->bins_y ? layout->bins_y : 1,
        .ways = layout->ways ? layout->ways : 1,
        .circular = layout->circular,
        .counts = layout->counts,
        .noiseless = layout->noiseless,
        .bin_width_x = layout->bin_width_x > 0 ? layout->bin_width_x : 1,
        .bin_width_y = layout->bin_width_y > 0 ? layout->bin_width_y : 1,
        .smoothing = layout->smoothing,
        .position_unit = nd_text(layout->position_unit ? layout->position_unit : "", error),
        .time_unit = nd_text(layout->time_unit ? layout->time_unit : "", error)};
    if (made->shape.position_unit && made->shape.time_unit)
        return made;
    nd_followed_cells_free(made);
    return NULL;
}

void nd_followed_cells_free(nd_followed_cells *cells) {
    if (!cells)
        return;
    for (size_t i = 0; i < cells->count; i++)
        nd_followed_free(cells->session[i]);
    free(cells->session);
    free(cells->shape.position_unit);
    free(cells->shape.time_unit);
    free(cells);
}

/* ---- One session ---- */

/* No value is infinite, and none below `least`; NaN only where it is allowed. */
static bool sound(const double *values, size_t count, double least, bool missing, const char *what,
                  nd_error *error) {
    for (size_t i = 0; values && i < count; i++)
        if (isinf(values[i]) || values[i] < least || (isnan(values[i]) && !missing))
            return nd_fail_as(ND_CODE_ARGUMENT, error, ADD, NULL, "%s[%zu] is %g", what, i,
                              values[i]);
    return true;
}

/* What comes with frames is of as many frames, with sound numbers. */
static bool check_frames(const nd_followed *shape, const nd_followed_session *s, nd_error *error) {
    if (!s->activity)
        return (!s->half && !s->gap && !s->lap) ||
               nd_fail_as(ND_CODE_ARGUMENT, error, ADD, NULL,
                          "half, gap or lap is given without activity");
    const nd_binned *view = nd_sparse_view(s->activity);
    if (view->cells != shape->cells || view->bins != shape->bins)
        return nd_fail_as(ND_CODE_ARGUMENT, error, ADD, NULL,
                          "activity has %zu cells and %zu bins, the maps %zu and %zu", view->cells,
                          view->bins, shape->cells, shape->bins);
    if (!s->half != !s->half_maps)
        return nd_fail_as(ND_CODE_ARGUMENT, error, ADD, NULL,
                          "with activity, half and half_maps go together");
    for (size_t f = 0; f < view->frames; f++) {
        if (s->half && s->half[f] > 1)
            return nd_fail_as(ND_CODE_ARGUMENT, error, ADD, NULL, "half[%zu] is %d", f, s->half[f]);
        if (s->gap && s->gap[f] > 1)
            return nd_fail_as(ND_CODE_ARGUMENT, error, ADD, NULL, "gap[%zu] is %d", f, s->gap[f]);
        if (s->lap && (s->lap[f] < -1 || s->lap[f] >= MOST_LAPS))
            return nd_fail_as(ND_CODE_ARGUMENT, error, ADD, NULL, "lap[%zu] is %ld", f,
                              (long)s->lap[f]);
    }
    return true;
}

static bool check_session(const nd_followed_cells *cells, const nd_followed_session *s,
                          nd_error *error) {
    const nd_followed *shape = &cells->shape;
    size_t bins = shape->bins, values = shape->cells * bins;
    if (!nd_is_given(s->maps, ADD, "maps", error))
        return false;
    if (!isfinite(s->time))
        return nd_fail_as(ND_CODE_ARGUMENT, error, ADD, NULL, "time is %g", s->time);
    if (cells->count > 0) {
        const nd_followed *first = cells->session[0];
        bool frames = first->frames[0].activity.frames > 0;
        if (!first->half_map != !s->half_maps || !first->speed != !s->speed ||
            frames != (s->activity != NULL) || !first->frames[0].lap != !s->lap)
            return nd_fail_as(ND_CODE_ARGUMENT, error, ADD, NULL,
                              "half_maps, speed, activity or lap is given, and was not in the "
                              "first session, or the other way round");
    }
    return sound(s->maps, values, -INFINITY, true, "maps", error) &&
           sound(s->half_maps, 2 * values, -INFINITY, true, "half_maps", error) &&
           sound(s->occupancy, bins, 0, false, "occupancy", error) &&
           sound(s->rate, shape->cells, 0, true, "rate", error) &&
           sound(s->speed, bins, 0, true, "speed", error) &&
           sound(s->experience, ND_EXPERIENCES, 0, true, "experience", error) &&
           check_frames(shape, s, error);
}

/* Shares of the time: those given, or even ones over the bins that have a value in some map. */
static bool take_occupancy(const nd_followed_session *s, nd_followed *of, nd_error *error) {
    double total = 0;
    for (size_t b = 0; b < of->bins; b++) {
        double share = s->occupancy ? s->occupancy[b] : 0;
        for (size_t c = 0; !s->occupancy && share == 0 && c < of->cells; c++)
            share = isnan(s->maps[c * of->bins + b]) ? 0 : 1;
        of->occupancy[b] = share;
        total += share;
    }
    if (!(total > 0))
        return nd_fail_as(ND_CODE_ARGUMENT, error, ADD, NULL,
                          s->occupancy ? "occupancy is 0 in every bin" : "maps are all NaN");
    for (size_t b = 0; b < of->bins; b++)
        of->occupancy[b] /= total;
    return true;
}

static void take_cells(const nd_followed_session *s, nd_followed *of) {
    for (size_t c = 0; c < of->cells; c++) {
        bool found = !s->found || s->found[c];
        double rate =
            s->rate ? s->rate[c] : nd_map_rate(nd_map_of(of, 0, c), of->occupancy, of->bins);
        bool active = found && (s->active ? s->active[c] : rate > 0);
        of->state[c] = !found ? ND_CELL_NOT_FOUND : active ? ND_CELL_ACTIVE : ND_CELL_SILENT;
        of->tuned[c] = active && (!s->tuned || s->tuned[c]);
        of->rate[c] = found ? rate : NAN;
    }
}

static void *copy(const void *from, size_t count, size_t size, nd_error *error) {
    void *made = nd_array(count, size, error);
    if (made)
        memcpy(made, from, count * size);
    return made;
}

static bool take_frames(const nd_followed_session *s, nd_followed_frames *frames, nd_error *error) {
    if (!s->activity)
        return true;
    frames->activity = *nd_sparse_view(s->activity);
    size_t count = frames->activity.frames;
    if (!(frames->cell = nd_array(frames->activity.cells, sizeof *frames->cell, error)) ||
        (s->half && !(frames->half = copy(s->half, count, 1, error))) ||
        (s->gap && !(frames->gap = copy(s->gap, count, 1, error))) ||
        (s->lap && !(frames->lap = copy(s->lap, count, sizeof *s->lap, error))))
        return false;
    for (size_t c = 0; c < frames->activity.cells; c++)
        frames->cell[c] = c;
    for (size_t f = 0; s->lap && f < count; f++)
        if (s->lap[f] >= 0 && (size_t)s->lap[f] + 1 > frames->laps)
            frames->laps = (size_t)s->lap[f] + 1;
    return true;
}

bool nd_followed_cells_add(nd_followed_cells *cells, const nd_followed_session *session,
                           nd_error *error) {
    if (!nd_is_given(cells, ADD, "cells", error) || !nd_is_given(session, ADD, "session", error) ||
        !check_session(cells, session, error))
        return false;
    nd_followed **grown =
        nd_grown(cells->session, &cells->room, cells->count + 1, sizeof(nd_followed *), error);
    if (!grown)
        return false;
    cells->session = grown;
    const nd_followed *shape = &cells->shape;
    size_t values = shape->cells * shape->bins;
    nd_followed *of = nd_followed_new(1, shape->cells, shape->bins, error);
    bool fine = of && (!session->half_maps || nd_followed_add_halves(of, error)) &&
                (!session->speed ||
                 (of->speed = copy(session->speed, shape->bins, sizeof *of->speed, error)));
    if (fine) {
        of->time[0] = session->time;
        memcpy(of->map, session->maps, values * sizeof *of->map);
        if (session->half_maps)
            memcpy(of->half_map, session->half_maps, 2 * values * sizeof *of->half_map);
        for (size_t k = 0; session->experience && k < ND_EXPERIENCES; k++)
            of->experience[k][0] = session->experience[k];
    }
    fine = fine && take_occupancy(session, of, error) && take_frames(session, of->frames, error);
    if (fine) {
        take_cells(session, of);
        cells->session[cells->count++] = of;
    } else
        nd_followed_free(of);
    return fine;
}

/* ---- All together ---- */

static int by_time(const void *a, const void *b) {
    const nd_followed *x = *(nd_followed *const *)a, *y = *(nd_followed *const *)b;
    return (x->time[0] > y->time[0]) - (x->time[0] < y->time[0]);
}

/* Entry `at` of the sessions of `all` is what `one` holds. */
static bool put_session(nd_followed *all, size_t at, const nd_followed *one, nd_error *error) {
    size_t cells = all->cells, bins = all->bins, values = cells * bins;
    all->time[at] = one->time[0];
    for (size_t k = 0; k < ND_EXPERIENCES; k++)
        all->experience[k][at] = one->experience[k][0];
    memcpy(all->state + at * cells, one->state, cells * sizeof *all->state);
    memcpy(all->tuned + at * cells, one->tuned, cells * sizeof *all->tuned);
    memcpy(all->rate + at * cells, one->rate, cells * sizeof *all->rate);
    memcpy(all->map + at * values, one->map, values * sizeof *all->map);
    memcpy(all->occupancy + at * bins, one->occupancy, bins * sizeof *all->occupancy);
    if (one->half_map)
        memcpy(all->half_map + at * 2 * values, one->half_map, 2 * values * sizeof *all->half_map);
    if (one->speed)
        memcpy(all->speed + at * bins, one->speed, bins * sizeof *all->speed);
    const nd_followed_frames *from = one->frames;
    nd_followed_frames *to = &all->frames[at];
    size_t frames = from->activity.frames;
    to->activity = from->activity;
    to->laps = from->laps;
    return frames == 0 ||
           ((to->cell = copy(from->cell, cells, sizeof *to->cell, error)) &&
            (!from->half || (to->half = copy(from->half, frames, 1, error))) &&
            (!from->gap || (to->gap = copy(from->gap, frames, 1, error))) &&
            (!from->lap || (to->lap = copy(from->lap, frames, sizeof *to->lap, error))));
}

static nd_followed *put_together(const nd_followed_cells *cells, nd_error *error) {
    const nd_followed *shape = &cells->shape, *first = cells->session[0];
    size_t count = cells->count;
    nd_followed *all = nd_followed_new(count, shape->cells, shape->bins, error);
    nd_followed **order = copy(cells->session, count, sizeof(nd_followed *), error);
    bool fine = all && order && (!first->half_map || nd_followed_add_halves(all, error)) &&
                (!first->speed || (all->speed = nd_doubles(count * shape->bins, error)));
    if (fine) {
        free(all->position_unit);
        free(all->time_unit);
        all->position_unit = nd_text(shape->position_unit, error);
        all->time_unit = nd_text(shape->time_unit, error);
        all->bins_x = shape->bins_x;
        all->bins_y = shape->bins_y;
        all->ways = shape->ways;
        all->circular = shape->circular;
        all->counts = shape->counts;
        all->noiseless = shape->noiseless;
        all->bin_width_x = shape->bin_width_x;
        all->bin_width_y = shape->bin_width_y;
        all->smoothing = shape->smoothing;
        fine = all->position_unit && all->time_unit;
        qsort(order, count, sizeof(nd_followed *), by_time);
    }
    for (size_t s = 0; fine && s < count; s++)
        fine = put_session(all, s, order[s], error);
    free(order);
    if (fine)
        return all;
    nd_followed_free(all);
    return NULL;
}

static bool put_measures(nd_nc *file, const nd_followed *of, const nd_drift_measures *measures,
                         nd_error *error) {
    const nd_drift_series one = {"the cells", 0, of->sessions, measures, NULL};
    return nd_nc_define_dimension(file, "session", of->sessions, error) &&
           nd_nc_define_dimension(file, "other_session", of->sessions, error) &&
           nd_nc_define_dimension(file, "group", 1, error) &&
           nd_nc_define(file, "session_time", ND_NC_DOUBLE, "session", of->time_unit, "when it was",
                        error) &&
           nd_nc_put(file, "session_time", of->time, of->sessions, error) &&
           nd_drift_file_put(file, &one, 1, of->sessions, error);
}

nd_contents *nd_followed_cells_drift(const nd_followed_cells *cells, uint64_t seed,
                                     unsigned threads, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_followed_cells_drift";
    if (!nd_is_given(cells, function, "cells", error))
        return NULL;
    if (cells->count < 2) {
        nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                   "there are %zu sessions, two are needed", cells->count);
        return NULL;
    }
    const nd_drift_request how = {seed, threads ? threads : 1};
    nd_followed *of = put_together(cells, error);
    nd_drift_measures *measures = of ? nd_drift_measure(of, &how, error) : NULL;
    nd_nc *file = measures ? nd_nc_create_in_memory("measures of drift", error) : NULL;
    if (file && !put_measures(file, of, measures, error)) {
        nd_nc_close(file);
        file = NULL;
    }
    nd_drift_measures_free(measures);
    nd_followed_free(of);
    return nd_contents_of(file, error);
}
