/* Do active cells keep their tuning better? Few events blur a map, so that active cells seem the
 * stabler ones in any population: thinned to as many events each, they do not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/smooth.h"
#include "base/sort.h"
#include "measure/correlation.h"
#include "measure/drift_measures.h"

enum { LEAST_EVENTS = 10, LEAST_CELLS = 10, REPEATS = 10 };

/* A session's cell of a followed one, or NOWHERE. */
#define NOWHERE ((size_t)-1)

typedef struct thinning {
    const nd_followed *of;
    uint64_t seed;
    size_t *own;      /* sessions x cells: index in the session, or NOWHERE */
    size_t *events;   /* sessions x cells: active frames */
    size_t kept;      /* of each */
    double *visits;   /* sessions x bins: frames, smoothed; 0 where never visited */
    double *maps;     /* sessions x cells x bins: of one repeat */
    double *likeness; /* sessions x sessions x cells: r, a before b */
    double *smooth;   /* scratch */
    size_t *drawn;    /* scratch: frames */
} thinning;

static void thinning_free(thinning *t) {
    free(t->own);
    free(t->events);
    free(t->visits);
    free(t->maps);
    free(t->likeness);
    free(t->smooth);
    free(t->drawn);
}

static void smooth(const nd_followed *of, double *map, double *scratch) {
    size_t part = of->bins_x * of->bins_y;
    for (size_t way = 0; of->smoothing > 0 && way < of->ways; way++)
        nd_gaussian_smooth_map(map + way * part, of->bins_y, of->bins_x, of->smoothing,
                               of->circular ? ND_PERIODIC : ND_REFLECT, scratch);
}

/* The lower quartile of the events of active cells, and ten at least. */
static bool choose_events(thinning *t, nd_error *error) {
    const nd_followed *of = t->of;
    double *all = nd_doubles(of->sessions * of->cells, error);
    size_t n = 0;
    if (!all)
        return false;
    for (size_t i = 0; i < of->sessions * of->cells; i++)
        if (of->state[i] == ND_CELL_ACTIVE)
            all[n++] = (double)t->events[i];
    nd_sort_ascending(all, n);
    t->kept = n > 0 && all[n / 4] > LEAST_EVENTS ? (size_t)all[n / 4] : LEAST_EVENTS;
    free(all);
    return true;
}

static bool thinning_new(thinning *t, const nd_followed *of, uint64_t seed, nd_error *error) {
    size_t n = of->sessions, cells = of->cells, bins = of->bins, most = 0;
    *t = (thinning){.of = of, .seed = seed};
    t->own = nd_array(n * cells, sizeof *t->own, error);
    t->events = nd_array(n * cells, sizeof *t->events, error);
    t->visits = nd_doubles(n * bins, error);
    t->maps = nd_doubles(n * cells * bins, error);
    t->likeness = nd_doubles(n * n * cells, error);
    t->smooth = nd_doubles(ND_SMOOTH_SCRATCH(of->bins_y, of->bins_x), error);
    bool fine = t->own && t->events && t->visits && t->maps && t->likeness && t->smooth;
    for (size_t s = 0; fine && s < n; s++) {
        const nd_followed_frames *frames = &of->frames[s];
        for (size_t c = 0; c < cells; c++)
            t->own[s * cells + c] = NOWHERE;
        for (size_t c = 0; c < frames->activity.cells; c++) {
            t->own[s * cells + frames->cell[c]] = c;
            t->events[s * cells + frames->cell[c]] = nd_active_frames(&frames->activity, c);
        }
        for (size_t f = 0; f < frames->activity.frames; f++)
            t->visits[s * bins + (size_t)frames->activity.bin[f]] += 1;
        for (size_t b = 0; b < bins; b++) /* unvisited bins stay so */
            t->visits[s * bins + b] = t->visits[s * bins + b] > 0 ? t->visits[s * bins + b] : NAN;
        most = frames->activity.frames > most ? frames->activity.frames : most;
    }
    t->drawn = fine ? nd_array(most, sizeof *t->drawn, error) : NULL;
    return t->drawn && choose_events(t, error);
}

static bool enough(const thinning *t, size_t session, size_t cell) {
    size_t at = session * t->of->cells + cell;
    return t->of->state[at] == ND_CELL_ACTIVE && t->events[at] >= t->kept;
}

/* The map of `kept` of a cell's events, drawn without replacement, each alike. */
static void thin(thinning *t, size_t session, size_t cell, size_t repeat, const double *cover) {
    const nd_followed *of = t->of;
    const nd_binned *activity = &of->frames[session].activity;
    size_t own = t->own[session * of->cells + cell], count = 0, bins = of->bins;
    double *map = t->maps + (session * of->cells + cell) * bins;
    nd_stream draw = nd_stream_at(t->seed, ND_FOR_THINNING, (uint32_t)cell,
                                  (uint64_t)session * REPEATS + repeat);
    for (size_t e = activity->events.start[own]; e < activity->events.start[own + 1]; e++)
        if (activity->events.amount[e] > 0)
            t->drawn[count++] = activity->events.frame[e];
    memset(map, 0, bins * sizeof *map);
    for (size_t i = 0; i < t->kept; i++) {
        size_t j = i + nd_stream_below(&draw, count - i), frame = t->drawn[j];
        t->drawn[j] = t->drawn[i];
        map[activity->bin[frame]] += 1;
    }
    smooth(of, map, t->smooth);
    for (size_t b = 0; b < bins; b++)
        map[b] = isnan(t->visits[session * bins + b]) ? NAN : map[b] / cover[b];
}

static bool thin_all(thinning *t, size_t repeat, nd_error *error) {
    const nd_followed *of = t->of;
    double *cover = nd_doubles(of->bins, error);
    for (size_t s = 0; cover && s < of->sessions; s++) {
        for (size_t b = 0; b < of->bins; b++)
            cover[b] = isnan(t->visits[s * of->bins + b]) ? 0 : t->visits[s * of->bins + b];
        smooth(of, cover, t->smooth);
        for (size_t c = 0; c < of->cells; c++)
            if (enough(t, s, c))
                thin(t, s, c, repeat, cover);
    }
    free(cover);
    return cover != NULL;
}

static void compare_all(thinning *t) {
    const nd_followed *of = t->of;
    size_t n = of->sessions, cells = of->cells, bins = of->bins;
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++)
            for (size_t c = 0; c < cells; c++)
                if (enough(t, a, c) && enough(t, b, c))
                    t->likeness[(a * n + b) * cells + c] = nd_pearson(
                        t->maps + (a * cells + c) * bins, t->maps + (b * cells + c) * bins, bins);
}

typedef struct ranked {
    double value;
    size_t index;
} ranked;

static int by_value(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Ranks, those of equal values their mean. */
static void rank(double *values, size_t count, ranked *scratch) {
    for (size_t i = 0; i < count; i++)
        scratch[i] = (ranked){values[i], i};
    qsort(scratch, count, sizeof *scratch, by_value);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && scratch[next].value == scratch[i].value;)
            next++;
        for (size_t k = i; k < next; k++)
            values[scratch[k].index] = 0.5 * (double)(i + next - 1);
    }
}

/* Rank correlation over cells of the rate in a and the likeness of a and b, a share `part` of it
 * added to the pair's (the first part begins it). */
static bool correlate(const thinning *t, bool thinned, double part, bool first_part,
                      nd_drift_pair pair, nd_drift_measures *m, nd_error *error) {
    const nd_followed *of = t->of;
    size_t n = of->sessions, cells = of->cells;
    double *rate = nd_doubles(cells, error), *alike = nd_doubles(cells, error);
    ranked *scratch = nd_array(cells, sizeof *scratch, error);
    bool fine = rate && alike && scratch;
    for (size_t a = 0; fine && a < n; a++)
        for (size_t b = 0; b < n; b++) {
            size_t count = 0, first = a < b ? a : b, last = a < b ? b : a;
            for (size_t c = 0; a != b && c < cells; c++) {
                if (!nd_active_in_both(of, a, b, c) ||
                    (thinned && !(enough(t, a, c) && enough(t, b, c))))
                    continue;
                double r = thinned ? t->likeness[(first * n + last) * cells + c]
                                   : nd_pearson(nd_map_of(of, a, c), nd_map_of(of, b, c), of->bins);
                if (isnan(r))
                    continue;
                rate[count] = of->rate[a * cells + c];
                alike[count++] = r;
            }
            if (count < LEAST_CELLS)
                continue;
            rank(rate, count, scratch);
            rank(alike, count, scratch);
            double before = first_part ? 0 : m->pair[pair][a * n + b];
            nd_drift_set(m, pair, a, b, before + part * nd_pearson(rate, alike, count));
        }
    free(rate);
    free(alike);
    free(scratch);
    return fine;
}

static void mean_of(nd_drift_measures *m, nd_drift_pair pair, nd_drift_number number,
                    const char *why) {
    double sum = 0, known = 0;
    for (size_t i = 0; i < m->sessions * m->sessions; i++)
        if (!isnan(m->pair[pair][i])) {
            sum += m->pair[pair][i];
            known += 1;
        }
    m->number[number] = known > 0 ? sum / known : NAN;
    if (!(known > 0))
        m->why[number] = m->pair_why[pair] = why;
}

bool nd_drift_excitability(const nd_followed *of, const nd_drift_request *how, nd_drift_measures *m,
                           nd_error *error) {
    thinning t = {.of = of};
    bool frames = !of->noiseless;
    for (size_t s = 0; s < of->sessions; s++)
        frames = frames && of->frames[s].activity.frames > 0;
    bool fine = !frames || thinning_new(&t, of, how->seed, error);
    for (size_t k = 0; fine && frames && k < REPEATS; k++) {
        /* Each draw by itself: likenesses averaged over draws would blur less where there are more
         * events to draw from, and ranks would tell. */
        fine = thin_all(&t, k, error);
        if (fine)
            compare_all(&t);
        fine = fine && correlate(&t, true, 1.0 / REPEATS, k == 0, ND_PAIR_EXCITABILITY, m, error);
    }
    fine = fine && correlate(&t, false, 1, true, ND_PAIR_EXCITABILITY_RAW, m, error);
    if (fine) {
        mean_of(m, ND_PAIR_EXCITABILITY_RAW, ND_NUMBER_EXCITABILITY_RAW,
                "fewer than ten cells are active in two sessions");
        mean_of(m, ND_PAIR_EXCITABILITY, ND_NUMBER_EXCITABILITY,
                of->noiseless ? "a network's maps hold no noise of events: see the one as it is"
                : frames      ? "fewer than ten cells have as many events in two sessions"
                              : "there is no activity in time, only maps");
    }
    thinning_free(&t);
    return fine;
}
