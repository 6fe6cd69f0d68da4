/* Drift of mean population vectors beside the variation from lap to lap (Aitken et al. 2022). The
 * plain distance of two means holds the noise of both, and along the variation: all squares here
 * are without it, and directions of variation are of other laps than the means. */
#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "measure/drift_measures.h"

enum { LEAST_LAPS = 6, MOST_LAPS = 40 };

/* Responses at one place over the laps of one session. */
typedef struct cloud {
    size_t laps;
    double *rate; /* laps x cells */
} cloud;

/* Sums over places for one pair of sessions, from a to b. */
typedef struct sums {
    double places, drift, length_a, length_b, product;
    double inside, of_drift, by_chance, along, mean_along;
    double shared, shared_chance, spaces;
} sums;

typedef struct geometry {
    const nd_followed *of;
    cloud *cloud; /* sessions */
    double *seconds;
    sums *pair;                     /* sessions x sessions */
    double *near_drift, *near_size; /* cells: of neighbouring sessions */
    double dimensions, spaces;
    size_t *use; /* cells of the pair */
    size_t used;
    double *mean, *drift, *axes; /* 3 x cells; cells; MOST_LAPS x cells */
    double value[MOST_LAPS];
    gsl_eigen_symmv_workspace *work[MOST_LAPS + 1];
} geometry;

static void geometry_free(geometry *g) {
    for (size_t s = 0; g->cloud && s < g->of->sessions; s++)
        free(g->cloud[s].rate);
    for (size_t n = 0; n <= MOST_LAPS; n++)
        gsl_eigen_symmv_free(g->work[n]);
    free(g->cloud);
    free(g->seconds);
    free(g->pair);
    free(g->near_drift);
    free(g->near_size);
    free(g->use);
    free(g->mean);
    free(g->drift);
    free(g->axes);
}

static bool geometry_new(geometry *g, const nd_followed *of, nd_error *error) {
    size_t n = of->sessions, cells = of->cells, most = 0;
    *g = (geometry){.of = of};
    for (size_t s = 0; s < n; s++)
        most = of->frames[s].laps > most ? of->frames[s].laps : most;
    g->cloud = nd_array(n, sizeof *g->cloud, error);
    g->seconds = nd_doubles(most, error);
    g->pair = nd_array(n * n, sizeof *g->pair, error);
    g->near_drift = nd_doubles(cells, error);
    g->near_size = nd_doubles(cells, error);
    g->use = nd_array(cells, sizeof *g->use, error);
    g->mean = nd_doubles(3 * cells, error);
    g->drift = nd_doubles(cells, error);
    g->axes = nd_doubles(MOST_LAPS * cells, error);
    bool fine = g->cloud && g->seconds && g->pair && g->near_drift && g->near_size && g->use &&
                g->mean && g->drift && g->axes;
    for (size_t s = 0; fine && s < n; s++)
        fine = (g->cloud[s].rate = nd_doubles(of->frames[s].laps * cells, error)) != NULL;
    return fine;
}

/* What cells did at the place on each lap that passed it, at most MOST_LAPS evenly chosen. */
static void gather(geometry *g, size_t session, size_t bin) {
    const nd_followed_frames *frames = &g->of->frames[session];
    const nd_binned *activity = &frames->activity;
    size_t cells = g->of->cells, passed = 0;
    cloud *at = &g->cloud[session];
    memset(at->rate, 0, frames->laps * cells * sizeof *at->rate);
    for (size_t l = 0; l < frames->laps; l++)
        g->seconds[l] = 0;
    for (size_t f = 0; f < activity->frames; f++)
        if ((size_t)activity->bin[f] == bin && frames->lap[f] >= 0)
            g->seconds[frames->lap[f]] += activity->frame_seconds;
    for (size_t c = 0; c < activity->cells; c++)
        for (size_t e = activity->events.start[c]; e < activity->events.start[c + 1]; e++) {
            size_t f = activity->events.frame[e];
            if ((size_t)activity->bin[f] == bin && frames->lap[f] >= 0)
                at->rate[(size_t)frames->lap[f] * cells + frames->cell[c]] +=
                    activity->events.amount[e];
        }
    for (size_t l = 0; l < frames->laps; l++) {
        if (!(g->seconds[l] > 0))
            continue;
        for (size_t c = 0; c < cells; c++)
            at->rate[passed * cells + c] = at->rate[l * cells + c] / g->seconds[l];
        passed++;
    }
    at->laps = passed < MOST_LAPS ? passed : MOST_LAPS;
    for (size_t k = 0; passed > MOST_LAPS && k < MOST_LAPS; k++)
        memmove(at->rate + k * cells, at->rate + k * passed / MOST_LAPS * cells,
                cells * sizeof *at->rate);
}

/* Every `step`th lap from `first` on: how many, and their mean over the cells used. */
static size_t mean_of(const geometry *g, const cloud *at, size_t first, size_t step, double *mean) {
    size_t laps = 0;
    memset(mean, 0, g->used * sizeof *mean);
    for (size_t l = first; l < at->laps; l += step, laps++)
        for (size_t i = 0; i < g->used; i++)
            mean[i] += at->rate[l * g->of->cells + g->use[i]];
    for (size_t i = 0; i < g->used; i++)
        mean[i] /= (double)laps;
    return laps;
}

/* The variance over those laps of one cell, about the mean. */
static double variance_of(const geometry *g, const cloud *at, size_t first, size_t step,
                          const double *mean, size_t i) {
    double squares = 0, laps = 0;
    for (size_t l = first; l < at->laps; l += step) {
        double off = at->rate[l * g->of->cells + g->use[i]] - mean[i];
        squares += off * off;
        laps += 1;
    }
    return squares / (laps - 1);
}

/* The variance along an axis (over the cells used). */
static double variance_along(const geometry *g, const cloud *at, size_t first, size_t step,
                             const double *mean, const double *axis) {
    double squares = 0, laps = 0;
    for (size_t l = first; l < at->laps; l += step) {
        double off = 0;
        for (size_t i = 0; i < g->used; i++)
            off += (at->rate[l * g->of->cells + g->use[i]] - mean[i]) * axis[i];
        squares += off * off;
        laps += 1;
    }
    return squares / (laps - 1);
}

/* The principal axes of those laps into g->axes, their variances into g->value, greatest first;
 * returns how many there are, 0 without variance. */
static size_t components(geometry *g, const cloud *at, size_t first, size_t step,
                         const double *mean, nd_error *error) {
    size_t laps = 0, cells = g->of->cells, kept = 0;
    double gram[MOST_LAPS * MOST_LAPS], vector[MOST_LAPS * MOST_LAPS], value[MOST_LAPS];
    for (size_t l = first; l < at->laps; l += step)
        laps++;
    for (size_t j = 0; j < laps; j++)
        for (size_t k = j; k < laps; k++) {
            const double *x = at->rate + (first + j * step) * cells;
            const double *y = at->rate + (first + k * step) * cells;
            double sum = 0;
            for (size_t i = 0; i < g->used; i++)
                sum += (x[g->use[i]] - mean[i]) * (y[g->use[i]] - mean[i]);
            gram[j * laps + k] = gram[k * laps + j] = sum / ((double)laps - 1);
        }
    if (!g->work[laps] && !(g->work[laps] = gsl_eigen_symmv_alloc(laps))) {
        nd_fail(error, "variation over laps", NULL, "memory is exhausted");
        return 0;
    }
    gsl_matrix_view in = gsl_matrix_view_array(gram, laps, laps);
    gsl_matrix_view out = gsl_matrix_view_array(vector, laps, laps);
    gsl_vector_view values = gsl_vector_view_array(value, laps);
    gsl_eigen_symmv(&in.matrix, &values.vector, &out.matrix, g->work[laps]);
    gsl_eigen_symmv_sort(&values.vector, &out.matrix, GSL_EIGEN_SORT_VAL_DESC);
    for (; kept + 1 < laps && value[kept] > 1e-9 * value[0] && value[0] > 0; kept++) {
        double *axis = g->axes + kept * cells;
        double scale = 1 / sqrt(value[kept] * ((double)laps - 1));
        memset(axis, 0, g->used * sizeof *axis);
        for (size_t j = 0; j < laps; j++)
            for (size_t i = 0; i < g->used; i++)
                axis[i] += scale * vector[j * laps + kept] *
                           (at->rate[(first + j * step) * cells + g->use[i]] - mean[i]);
        g->value[kept] = value[kept];
    }
    return kept;
}

/* As many leading axes as the participation ratio of the variances. */
static size_t leading(const geometry *g, size_t axes, double *ratio) {
    double sum = 0, squares = 0;
    for (size_t k = 0; k < axes; k++) {
        sum += g->value[k];
        squares += g->value[k] * g->value[k];
    }
    *ratio = sum * sum / squares;
    size_t count = (size_t)ceil(*ratio - 1e-9);
    return count < axes ? count : axes;
}

/* Drift, lengths and product at one place, without noise; of neighbours by cell, too. */
static void add_means(geometry *g, size_t a, size_t b, sums *to) {
    const cloud *x = &g->cloud[a], *y = &g->cloud[b];
    double *mean_a = g->mean, *mean_b = g->mean + g->of->cells;
    double laps_a = (double)mean_of(g, x, 0, 1, mean_a);
    double laps_b = (double)mean_of(g, y, 0, 1, mean_b);
    for (size_t i = 0; i < g->used; i++) {
        double noise_a = variance_of(g, x, 0, 1, mean_a, i) / laps_a;
        double noise_b = variance_of(g, y, 0, 1, mean_b, i) / laps_b;
        double off = mean_b[i] - mean_a[i], drift = off * off - noise_a - noise_b;
        double size = mean_a[i] * mean_a[i] - noise_a;
        to->drift += drift;
        to->length_a += size;
        to->length_b += mean_b[i] * mean_b[i] - noise_b;
        to->product += mean_a[i] * mean_b[i];
        if (b == a + 1) {
            g->near_drift[g->use[i]] += drift;
            g->near_size[g->use[i]] += size;
        }
    }
    to->places += 1;
}

/* The share of drift within the variation of other laps: axes of every second lap of a, drift from
 * the rest to b. */
static bool add_share(geometry *g, size_t a, size_t b, size_t fold, sums *to, nd_error *error) {
    const cloud *x = &g->cloud[a], *y = &g->cloud[b];
    double *others = g->mean, *mean_a = g->mean + g->of->cells, *mean_b = mean_a + g->of->cells;
    double ratio, total = 0, drift = 0;
    mean_of(g, x, fold, 2, others);
    double laps_a = (double)mean_of(g, x, 1 - fold, 2, mean_a);
    double laps_b = (double)mean_of(g, y, 0, 1, mean_b);
    size_t axes = components(g, x, fold, 2, others, error);
    if (axes == 0)
        return !error->what[0];
    size_t lead = leading(g, axes, &ratio);
    for (size_t i = 0; i < g->used; i++) {
        g->drift[i] = mean_b[i] - mean_a[i];
        drift += g->drift[i] * g->drift[i] - variance_of(g, x, 1 - fold, 2, mean_a, i) / laps_a -
                 variance_of(g, y, 0, 1, mean_b, i) / laps_b;
    }
    for (size_t k = 0; k < axes; k++) {
        const double *axis = g->axes + k * g->of->cells;
        double along = 0;
        for (size_t i = 0; i < g->used; i++)
            along += g->drift[i] * axis[i];
        double square = along * along - variance_along(g, x, 1 - fold, 2, mean_a, axis) / laps_a -
                        variance_along(g, y, 0, 1, mean_b, axis) / laps_b;
        to->inside += k < lead ? square : 0;
        to->along += g->value[k] * square;
        total += g->value[k];
    }
    to->of_drift += drift;
    to->by_chance += drift * (double)lead / (double)g->used;
    to->mean_along += drift * total / (double)g->used;
    return true;
}

/* How much of b's variance lies within a's leading axes. */
static bool add_overlap(geometry *g, size_t a, size_t b, sums *to, nd_error *error) {
    const cloud *x = &g->cloud[a], *y = &g->cloud[b];
    double *mean_a = g->mean, *mean_b = g->mean + g->of->cells, ratio, inside = 0, all = 0;
    mean_of(g, x, 0, 1, mean_a);
    mean_of(g, y, 0, 1, mean_b);
    size_t axes = components(g, x, 0, 1, mean_a, error);
    if (axes == 0)
        return !error->what[0];
    size_t lead = leading(g, axes, &ratio);
    g->dimensions += ratio;
    g->spaces += 1;
    for (size_t k = 0; k < lead; k++)
        inside += variance_along(g, y, 0, 1, mean_b, g->axes + k * g->of->cells);
    for (size_t i = 0; i < g->used; i++)
        all += variance_of(g, y, 0, 1, mean_b, i);
    if (all > 0) {
        to->shared += inside / all;
        to->shared_chance += (double)lead / (double)g->used;
        to->spaces += 1;
    }
    return true;
}

static bool add_place(geometry *g, size_t a, size_t b, nd_error *error) {
    const nd_followed *of = g->of;
    sums *to = &g->pair[a * of->sessions + b];
    g->used = 0;
    for (size_t c = 0; c < of->cells; c++)
        if (nd_active_in_either(of, a, b, c))
            g->use[g->used++] = c;
    if (g->used < 2 || g->cloud[a].laps < LEAST_LAPS || g->cloud[b].laps < LEAST_LAPS)
        return true;
    add_means(g, a, b, to);
    return add_share(g, a, b, 0, to, error) && add_share(g, a, b, 1, to, error) &&
           add_overlap(g, a, b, to, error);
}

/* A network's maps hold no noise: its mean vectors are they. */
static void add_exact(geometry *g) {
    const nd_followed *of = g->of;
    for (size_t a = 0; a < of->sessions; a++)
        for (size_t b = 0; b < of->sessions; b++) {
            sums *to = &g->pair[a * of->sessions + b];
            for (size_t c = 0; a != b && c < of->cells; c++)
                for (size_t bin = 0; bin < of->bins; bin++) {
                    double x = nd_map_of(of, a, c)[bin], y = nd_map_of(of, b, c)[bin];
                    if (isnan(x) || isnan(y))
                        continue;
                    to->drift += (y - x) * (y - x);
                    to->length_a += x * x;
                    to->length_b += y * y;
                    to->product += x * y;
                    to->places = 1;
                    if (b == a + 1) {
                        g->near_drift[c] += (y - x) * (y - x);
                        g->near_size[c] += x * x;
                    }
                }
        }
}

static double positive_ratio(double part, double of) {
    return of > 0 ? part / of : NAN;
}

static void put_pairs(const geometry *g, nd_drift_measures *m) {
    size_t n = g->of->sessions;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            const sums *s = &g->pair[a * n + b], *back = &g->pair[b * n + a];
            if (!(s->places > 0) || a == b)
                continue;
            double size = sqrt(s->length_a * s->length_b), spaces = s->spaces + back->spaces;
            nd_drift_set(m, ND_PAIR_GEOMETRY, a, b, positive_ratio(s->drift, s->length_a));
            if (s->length_a > 0 && s->length_b > 0)
                nd_drift_set(m, ND_PAIR_GEOMETRY_ANGLE, a, b,
                             acos(fmax(-1, fmin(1, s->product / size))) * 180 / M_PI);
            nd_drift_set(m, ND_PAIR_GEOMETRY_SHARE, a, b, positive_ratio(s->inside, s->of_drift));
            nd_drift_set(m, ND_PAIR_GEOMETRY_SHARE_CHANCE, a, b,
                         positive_ratio(s->by_chance, s->of_drift));
            nd_drift_set(m, ND_PAIR_GEOMETRY_ALONG, a, b, positive_ratio(s->along, s->mean_along));
            nd_drift_set(m, ND_PAIR_SPACE, a, b, positive_ratio(s->shared + back->shared, spaces));
            nd_drift_set(m, ND_PAIR_SPACE_CHANCE, a, b,
                         positive_ratio(s->shared_chance + back->shared_chance, spaces));
        }
}

/* Neighbouring sessions together, and the error by leaving out one cell after the other. */
static void put_numbers(const geometry *g, nd_drift_measures *m) {
    double drift = 0, size = 0, cells = 0, mean = 0, squares = 0;
    for (size_t c = 0; c < g->of->cells; c++) {
        drift += g->near_drift[c];
        size += g->near_size[c];
        cells += g->near_drift[c] != 0;
    }
    m->number[ND_NUMBER_GEOMETRY] = positive_ratio(drift, size);
    m->number[ND_NUMBER_DIMENSIONS] = positive_ratio(g->dimensions, g->spaces);
    for (int pass = 0; pass < 2; pass++)
        for (size_t c = 0; c < g->of->cells; c++) {
            if (g->near_drift[c] == 0)
                continue;
            double left = (drift - g->near_drift[c]) / (size - g->near_size[c]);
            if (pass == 0)
                mean += left / cells;
            else
                squares += (left - mean) * (left - mean);
        }
    if (cells >= 10 && size > 0)
        m->error[ND_NUMBER_GEOMETRY] = sqrt(squares * (cells - 1) / cells);
}

static bool any(const nd_drift_measures *m, nd_drift_pair pair) {
    for (size_t i = 0; i < m->sessions * m->sessions; i++)
        if (!isnan(m->pair[pair][i]))
            return true;
    return false;
}

bool nd_drift_geometry(const nd_followed *of, const nd_drift_request *how, nd_drift_measures *m,
                       nd_error *error) {
    static const nd_drift_pair all[] = {ND_PAIR_GEOMETRY,       ND_PAIR_GEOMETRY_ANGLE,
                                        ND_PAIR_GEOMETRY_SHARE, ND_PAIR_GEOMETRY_SHARE_CHANCE,
                                        ND_PAIR_GEOMETRY_ALONG, ND_PAIR_SPACE,
                                        ND_PAIR_SPACE_CHANCE};
    bool exact = of->noiseless;
    const char *why = NULL;
    (void)how;
    for (size_t s = 0; !exact && !why && s < of->sessions; s++)
        why = of->frames[s].activity.frames == 0 ? "there is no activity in time, only maps"
              : of->frames[s].lap == NULL        ? "no laps are known"
                                                 : NULL;
    geometry g = {.of = of};
    nd_error trouble = {0};
    bool fine = why || geometry_new(&g, of, error);
    for (size_t bin = 0; fine && !why && !exact && bin < of->bins; bin++) {
        for (size_t s = 0; s < of->sessions; s++)
            gather(&g, s, bin);
        for (size_t a = 0; fine && a < of->sessions; a++)
            for (size_t b = 0; fine && b < of->sessions; b++)
                fine = a == b || add_place(&g, a, b, &trouble);
    }
    if (!fine && trouble.what[0])
        *error = trouble;
    if (fine && exact)
        add_exact(&g);
    if (fine && !why) {
        put_pairs(&g, m);
        put_numbers(&g, m);
    }
    if (!why)
        why = exact ? "a network's responses do not vary from lap to lap"
                    : "no place was passed on six laps of two sessions, or nothing drifted";
    for (size_t k = 0; fine && k < sizeof all / sizeof *all; k++)
        if (!any(m, all[k]))
            m->pair_why[all[k]] = why;
    for (size_t k = ND_NUMBER_GEOMETRY; fine && k <= ND_NUMBER_DIMENSIONS; k++)
        if (isnan(m->number[k]))
            m->why[k] = why;
    geometry_free(&g);
    return fine;
}
