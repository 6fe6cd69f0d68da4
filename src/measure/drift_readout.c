/* A linear readout of where the animal is, first half of the track or second, in one session and in
 * others: does what read the code yesterday read it today? */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "measure/drift_measures.h"

enum { LEAST_LAPS = 6 };

/* Mean responses of a session's laps on either half of the track. */
typedef struct points {
    size_t laps;  /* those that passed both halves */
    double *rate; /* laps x 2 x cells */
} points;

typedef struct readouts {
    const nd_followed *of;
    points *session;
    double *weight; /* sessions' 2 x cells of a pair: a's by folds, then b's */
    double *middle; /* cells: scratch */
    size_t *use, used;
} readouts;

static void readouts_free(readouts *r) {
    for (size_t s = 0; r->session && s < r->of->sessions; s++)
        free(r->session[s].rate);
    free(r->session);
    free(r->weight);
    free(r->middle);
    free(r->use);
}

/* The half of the track that a bin lies in, along x. */
static size_t side_of(const nd_followed *of, int64_t bin) {
    return 2 * ((size_t)bin % of->bins_x) >= of->bins_x;
}

/* Which lap every frame is of, and how many there are. A network runs none: the k-th sample of
 * either half is its k-th. */
static size_t number_laps(const nd_followed *of, size_t session, int32_t *lap) {
    const nd_followed_frames *frames = &of->frames[session];
    int32_t seen[2] = {0, 0};
    for (size_t f = 0; f < frames->activity.frames; f++)
        lap[f] = of->noiseless ? seen[side_of(of, frames->activity.bin[f])]++ : frames->lap[f];
    return of->noiseless ? (size_t)(seen[0] > seen[1] ? seen[0] : seen[1]) : frames->laps;
}

static bool gather(const nd_followed *of, size_t session, points *made, nd_error *error) {
    const nd_followed_frames *frames = &of->frames[session];
    const nd_binned *activity = &frames->activity;
    int32_t *lap = nd_array(activity->frames, sizeof *lap, error);
    size_t cells = of->cells, n = lap ? number_laps(of, session, lap) : 0;
    double *seconds = nd_doubles(2 * n, error);
    made->rate = nd_doubles(2 * n * cells, error);
    bool fine = lap && seconds && made->rate;
    for (size_t f = 0; fine && f < activity->frames; f++)
        if (lap[f] >= 0)
            seconds[2 * (size_t)lap[f] + side_of(of, activity->bin[f])] += activity->frame_seconds;
    for (size_t c = 0; fine && c < activity->cells; c++)
        for (size_t e = activity->events.start[c]; e < activity->events.start[c + 1]; e++) {
            size_t f = activity->events.frame[e];
            if (lap[f] >= 0)
                made->rate[(2 * (size_t)lap[f] + side_of(of, activity->bin[f])) * cells +
                           frames->cell[c]] += activity->events.amount[e];
        }
    for (size_t l = 0; fine && l < n; l++) {
        if (!(seconds[2 * l] > 0) || !(seconds[2 * l + 1] > 0))
            continue;
        for (size_t side = 0; side < 2; side++)
            for (size_t c = 0; c < cells; c++)
                made->rate[(2 * made->laps + side) * cells + c] =
                    made->rate[(2 * l + side) * cells + c] / seconds[2 * l + side];
        made->laps++;
    }
    free(seconds);
    free(lap);
    return fine;
}

/* The difference of the halves' means over every second lap, over the cells used; the threshold is
 * in the middle between them. */
static double train(const readouts *r, const points *at, size_t fold, double *weight) {
    double laps = 0, threshold = 0;
    memset(weight, 0, r->used * sizeof *weight);
    memset(r->middle, 0, r->used * sizeof *r->middle);
    for (size_t l = fold; l < at->laps; l += 2, laps += 1)
        for (size_t i = 0; i < r->used; i++) {
            double first = at->rate[2 * l * r->of->cells + r->use[i]];
            double second = at->rate[(2 * l + 1) * r->of->cells + r->use[i]];
            weight[i] += second - first;
            r->middle[i] += 0.5 * (second + first);
        }
    for (size_t i = 0; i < r->used; i++) {
        weight[i] /= laps;
        threshold += weight[i] * r->middle[i] / laps;
    }
    return threshold;
}

/* The share of laps' halves told right, from lap `first` on by `step`; a tie is half right. */
static double test(const readouts *r, const points *at, size_t first, size_t step,
                   const double *weight, double threshold) {
    double right = 0, count = 0;
    for (size_t l = first; l < at->laps; l += step)
        for (size_t side = 0; side < 2; side++, count += 1) {
            double sum = -threshold;
            for (size_t i = 0; i < r->used; i++)
                sum += weight[i] * at->rate[(2 * l + side) * r->of->cells + r->use[i]];
            right += sum == 0 ? 0.5 : (sum > 0) == (side == 1);
        }
    return right / count;
}

static double dot(const double *x, const double *y, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += x[i] * y[i];
    return sum;
}

/* The squared length of a session's readout without the noise of laps: what its two halves have in
 * common. A network's has none. */
static double square_of(const double *const half[2], bool noiseless, size_t used) {
    double across = dot(half[0], half[1], used);
    return noiseless
               ? 0.25 * (dot(half[0], half[0], used) + 2 * across + dot(half[1], half[1], used))
               : across;
}

/* The angle of two sessions' readouts, each the mean of its halves. */
static double angle_of(const double *weight, size_t cells, size_t used, bool noiseless) {
    const double *a[2] = {weight, weight + cells};
    const double *b[2] = {weight + 2 * cells, weight + 3 * cells};
    double length_a = square_of(a, noiseless, used), length_b = square_of(b, noiseless, used);
    double inside = length_a * length_b, across = 0;
    for (size_t f = 0; f < 2; f++)
        for (size_t g = 0; g < 2; g++)
            across += 0.25 * dot(a[f], b[g], used);
    bool known = length_a > 0 && length_b > 0;
    return known ? acos(fmax(-1, fmin(1, across / sqrt(inside)))) * 180 / M_PI : NAN;
}

static void measure_pair(readouts *r, size_t a, size_t b, nd_drift_measures *m) {
    const nd_followed *of = r->of;
    const points *x = &r->session[a], *y = &r->session[b];
    double right = 0;
    r->used = 0;
    for (size_t c = 0; c < of->cells; c++)
        if (nd_active_in_either(of, a, b, c))
            r->use[r->used++] = c;
    if (r->used == 0 || x->laps < LEAST_LAPS || y->laps < LEAST_LAPS)
        return;
    for (size_t fold = 0; fold < 2; fold++) {
        double *weight = r->weight + fold * of->cells;
        double threshold = train(r, x, fold, weight);
        right += 0.5 * test(r, y, a == b ? 1 - fold : 0, a == b ? 2 : 1, weight, threshold);
    }
    nd_drift_set(m, ND_PAIR_READOUT, a, b, right);
    if (b <= a)
        return;
    for (size_t fold = 0; fold < 2; fold++)
        train(r, y, fold, r->weight + (2 + fold) * of->cells);
    nd_drift_set_both(m, ND_PAIR_READOUT_ANGLE, a, b,
                      angle_of(r->weight, of->cells, r->used, of->noiseless));
}

bool nd_drift_readout(const nd_followed *of, const nd_drift_request *how, nd_drift_measures *m,
                      nd_error *error) {
    const char *why = NULL;
    (void)how;
    for (size_t s = 0; !why && s < of->sessions; s++)
        why = of->frames[s].activity.frames == 0 ? "there is no activity in time, only maps"
              : of->frames[s].lap == NULL        ? "no laps are known"
                                                 : NULL;
    readouts r = {.of = of};
    bool fine = true;
    if (!why) {
        r.session = nd_array(of->sessions, sizeof *r.session, error);
        r.weight = nd_doubles(4 * of->cells, error);
        r.middle = nd_doubles(of->cells, error);
        r.use = nd_array(of->cells, sizeof *r.use, error);
        fine = r.session && r.weight && r.middle && r.use;
        for (size_t s = 0; fine && s < of->sessions; s++)
            fine = gather(of, s, &r.session[s], error);
        for (size_t a = 0; fine && a < of->sessions; a++)
            for (size_t b = 0; b < of->sessions; b++)
                measure_pair(&r, a, b, m);
    }
    if (fine && !nd_drift_has_pair(m, ND_PAIR_READOUT))
        m->pair_why[ND_PAIR_READOUT] =
            why             ? why
            : of->noiseless ? "fewer than six samples lie on either half of the track"
                            : "fewer than six laps pass both halves of the track";
    if (fine && !nd_drift_has_pair(m, ND_PAIR_READOUT_ANGLE))
        m->pair_why[ND_PAIR_READOUT_ANGLE] =
            why ? why : "readouts of halves of a session do not agree, or there are too few laps";
    readouts_free(&r);
    return fine;
}
