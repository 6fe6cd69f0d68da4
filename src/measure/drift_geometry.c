/* Drift of mean population vectors beside the variation from lap to lap (Aitken et al. 2022). The
 * plain distance of two means holds the noise of both, and along the variation: all squares here
 * are without it, and directions of variation are of other laps than the means. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "measure/drift_measures.h"
#include "measure/lap_clouds.h"

enum { LEAST_LAPS = 6, AXES = 5 };
_Static_assert(ND_NUMBER_AXIS_DRIFT_1 + AXES == ND_NUMBER_AXIS_VARIANCE_1, "drift_measures.def");

/* Sums over places for one pair of sessions, from a to b. */
typedef struct sums {
    double places, drift, length_a, length_b, product;
    double inside, of_drift, by_chance, along, mean_along;
    double shared, shared_chance, spaces;
} sums;

typedef struct geometry {
    const nd_followed *of;
    nd_clouds clouds;
    sums *pair;                     /* sessions x sessions */
    double *near_drift, *near_size; /* cells: of neighbouring sessions */
    double dimensions, spaces;
    /* Along leading axes, over neighbouring sessions: squared drift, variance, and those of all. */
    double axis_drift[AXES], axis_variance[AXES], all_drift, all_variance;
    double *mean, *drift; /* 3 x cells; cells */
} geometry;

static void geometry_free(geometry *g) {
    nd_clouds_free(&g->clouds);
    free(g->pair);
    free(g->near_drift);
    free(g->near_size);
    free(g->mean);
    free(g->drift);
}

static bool geometry_new(geometry *g, const nd_followed *of, nd_error *error) {
    size_t n = of->sessions, cells = of->cells;
    *g = (geometry){.of = of};
    g->pair = nd_array(n * n, sizeof *g->pair, error);
    g->near_drift = nd_doubles(cells, error);
    g->near_size = nd_doubles(cells, error);
    g->mean = nd_doubles(3 * cells, error);
    g->drift = nd_doubles(cells, error);
    return g->pair && g->near_drift && g->near_size && g->mean && g->drift &&
           nd_clouds_new(&g->clouds, of, error);
}

/* Drift, lengths and product at one place, without noise; of neighbours by cell, too. */
static void add_means(geometry *g, size_t a, size_t b, sums *to) {
    const nd_clouds *c = &g->clouds;
    const nd_cloud *x = &c->session[a], *y = &c->session[b];
    double *mean_a = g->mean, *mean_b = g->mean + g->of->cells;
    double laps_a = (double)nd_cloud_mean(c, x, 0, 1, mean_a);
    double laps_b = (double)nd_cloud_mean(c, y, 0, 1, mean_b);
    for (size_t i = 0; i < c->used; i++) {
        double noise_a = nd_cloud_variance(c, x, 0, 1, mean_a, i) / laps_a;
        double noise_b = nd_cloud_variance(c, y, 0, 1, mean_b, i) / laps_b;
        double off = mean_b[i] - mean_a[i], drift = off * off - noise_a - noise_b;
        double size = mean_a[i] * mean_a[i] - noise_a;
        to->drift += drift;
        to->length_a += size;
        to->length_b += mean_b[i] * mean_b[i] - noise_b;
        to->product += mean_a[i] * mean_b[i];
        if (b == a + 1) {
            g->near_drift[c->use[i]] += drift;
            g->near_size[c->use[i]] += size;
        }
    }
    to->places += 1;
}

/* What a sample of laps adds to a square of their mean; nothing in a network, which answers every
 * sample alike in both sessions. */
static double noise(const geometry *g, double variance, double laps) {
    return g->of->noiseless ? 0 : variance / laps;
}

/* The share of drift within the variation of other laps: axes of every `step`th lap of a from
 * `axes_first` on, drift from every `step`th lap from `means_first` on to b. */
static bool add_share(geometry *g, size_t a, size_t b, size_t axes_first, size_t means_first,
                      size_t step, sums *to, nd_error *error) {
    const nd_clouds *c = &g->clouds;
    const nd_cloud *x = &c->session[a], *y = &c->session[b];
    double *others = g->mean, *mean_a = g->mean + g->of->cells, *mean_b = mean_a + g->of->cells;
    double ratio, total = 0, drift = 0;
    nd_cloud_mean(c, x, axes_first, step, others);
    double laps_a = (double)nd_cloud_mean(c, x, means_first, step, mean_a);
    double laps_b = (double)nd_cloud_mean(c, y, 0, 1, mean_b);
    size_t axes = nd_cloud_axes(&g->clouds, x, axes_first, step, others, error);
    if (axes == 0)
        return !error->what[0];
    size_t lead = nd_leading_axes(c->value, axes, &ratio);
    for (size_t i = 0; i < c->used; i++) {
        g->drift[i] = mean_b[i] - mean_a[i];
        drift += g->drift[i] * g->drift[i] -
                 noise(g, nd_cloud_variance(c, x, means_first, step, mean_a, i), laps_a) -
                 noise(g, nd_cloud_variance(c, y, 0, 1, mean_b, i), laps_b);
    }
    for (size_t k = 0; k < axes; k++) {
        const double *axis = c->axes + k * g->of->cells;
        double along = 0;
        for (size_t i = 0; i < c->used; i++)
            along += g->drift[i] * axis[i];
        double square =
            along * along -
            noise(g, nd_cloud_variance_along(c, x, means_first, step, mean_a, axis), laps_a) -
            noise(g, nd_cloud_variance_along(c, y, 0, 1, mean_b, axis), laps_b);
        to->inside += k < lead ? square : 0;
        to->along += c->value[k] * square;
        total += c->value[k];
        if (b == a + 1 && k < AXES) {
            g->axis_drift[k] += square;
            g->axis_variance[k] += nd_cloud_variance_along(c, x, means_first, step, mean_a, axis);
        }
    }
    for (size_t i = 0; b == a + 1 && i < c->used; i++)
        g->all_variance += nd_cloud_variance(c, x, means_first, step, mean_a, i);
    g->all_drift += b == a + 1 ? drift : 0;
    to->of_drift += drift;
    to->by_chance += drift * (double)lead / (double)c->used;
    to->mean_along += drift * total / (double)c->used;
    return true;
}

/* How much of b's variance lies within a's leading axes. */
static bool add_overlap(geometry *g, size_t a, size_t b, sums *to, nd_error *error) {
    const nd_clouds *c = &g->clouds;
    const nd_cloud *x = &c->session[a], *y = &c->session[b];
    double *mean_a = g->mean, *mean_b = g->mean + g->of->cells, ratio, inside = 0, all = 0;
    nd_cloud_mean(c, x, 0, 1, mean_a);
    nd_cloud_mean(c, y, 0, 1, mean_b);
    size_t axes = nd_cloud_axes(&g->clouds, x, 0, 1, mean_a, error);
    if (axes == 0)
        return !error->what[0];
    size_t lead = nd_leading_axes(c->value, axes, &ratio);
    g->dimensions += ratio;
    g->spaces += 1;
    for (size_t k = 0; k < lead; k++)
        inside += nd_cloud_variance_along(c, y, 0, 1, mean_b, c->axes + k * g->of->cells);
    for (size_t i = 0; i < c->used; i++)
        all += nd_cloud_variance(c, y, 0, 1, mean_b, i);
    if (all > 0) {
        to->shared += inside / all;
        to->shared_chance += (double)lead / (double)c->used;
        to->spaces += 1;
    }
    return true;
}

static bool add_place(geometry *g, size_t a, size_t b, nd_error *error) {
    const nd_followed *of = g->of;
    sums *to = &g->pair[a * of->sessions + b];
    size_t used = nd_clouds_use(&g->clouds, a, b);
    if (used < 2 || g->clouds.session[a].laps < LEAST_LAPS ||
        g->clouds.session[b].laps < LEAST_LAPS)
        return true;
    if (of->noiseless)
        return add_share(g, a, b, 0, 0, 1, to, error) && add_overlap(g, a, b, to, error);
    add_means(g, a, b, to);
    return add_share(g, a, b, 0, 1, 2, to, error) && add_share(g, a, b, 1, 0, 2, to, error) &&
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
    for (size_t k = 0; k < AXES; k++) {
        m->number[ND_NUMBER_AXIS_DRIFT_1 + k] = positive_ratio(g->axis_drift[k], g->all_drift);
        m->number[ND_NUMBER_AXIS_VARIANCE_1 + k] =
            positive_ratio(g->axis_variance[k], g->all_variance);
    }
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

bool nd_drift_geometry(const nd_followed *of, const nd_drift_request *how, nd_drift_measures *m,
                       nd_error *error) {
    static const nd_drift_pair all[] = {ND_PAIR_GEOMETRY,       ND_PAIR_GEOMETRY_ANGLE,
                                        ND_PAIR_GEOMETRY_SHARE, ND_PAIR_GEOMETRY_SHARE_CHANCE,
                                        ND_PAIR_GEOMETRY_ALONG, ND_PAIR_SPACE,
                                        ND_PAIR_SPACE_CHANCE};
    bool exact = of->noiseless, laps = true;
    const char *why = NULL;
    (void)how;
    for (size_t s = 0; laps && s < of->sessions; s++) {
        laps = of->frames[s].lap != NULL;
        why = of->frames[s].activity.frames == 0 ? "there is no activity in time, only maps"
              : !laps                            ? "no laps are known"
                                                 : NULL;
    }
    if (exact)
        why = NULL;
    geometry g = {.of = of};
    nd_error trouble = {0};
    bool fine = why || geometry_new(&g, of, error);
    for (size_t bin = 0; fine && !why && laps && bin < of->bins; bin++) {
        for (size_t s = 0; s < of->sessions; s++)
            nd_clouds_gather(&g.clouds, s, bin);
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
        why = exact ? "no place has six samples at it, or nothing drifted"
                    : "no place was passed on six laps of two sessions, or nothing drifted";
    for (size_t k = 0; fine && k < sizeof all / sizeof *all; k++)
        if (!nd_drift_has_pair(m, all[k]))
            m->pair_why[all[k]] = why;
    for (size_t k = ND_NUMBER_GEOMETRY; fine && k < ND_NUMBER_AXIS_VARIANCE_1 + AXES; k++)
        if (isnan(m->number[k]))
            m->why[k] = why;
    geometry_free(&g);
    return fine;
}
