#include "sessions/crossed_halves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "measure/bursts.h"
#include "measure/tuned_course.h"

static const double STRETCH_SECONDS = 30.0;
/* Means over cells need no more. */
enum { MOST_REPETITIONS = 10 };

/* The frames of one half, as if nothing lay between its stretches. */
typedef struct half {
    nd_sparse_activity own;
    double *p_value; /* count; NaN where the cell takes no part */
} half;

static void half_clear(half *one) {
    nd_sparse_activity_clear(&one->own);
    free(one->p_value);
}

static bool half_make(const nd_binned *whole, bool odd, half *made, nd_error *error) {
    size_t stretch = (size_t)fmax(1.0, STRETCH_SECONDS / whole->frame_seconds), n = 0, events = 0;
    if (2 * stretch > whole->frames)
        stretch = whole->frames / 2 + 1;
    const nd_events *from = &whole->events;
    nd_events *to = &made->own.events;
    uint32_t *frame = nd_array(whole->frames, sizeof *frame, error);
    made->own.bin = nd_array(whole->frames, sizeof *made->own.bin, error);
    to->start = nd_array(whole->cells + 1, sizeof *to->start, error);
    to->frame = nd_array(from->start[whole->cells] + 1, sizeof *to->frame, error);
    to->amount = nd_doubles(from->start[whole->cells] + 1, error);
    bool fine = frame && made->own.bin && to->start && to->frame && to->amount;
    for (size_t f = 0; fine && f < whole->frames; f++) {
        bool here = (f / stretch) % 2 == odd;
        frame[f] = here ? (uint32_t)n : UINT32_MAX;
        if (here)
            made->own.bin[n++] = whole->bin[f];
    }
    for (size_t c = 0; fine && c < whole->cells; c++) {
        for (size_t e = from->start[c]; e < from->start[c + 1]; e++) {
            if (frame[from->frame[e]] == UINT32_MAX)
                continue;
            to->frame[events] = frame[from->frame[e]];
            to->amount[events++] = from->amount[e];
        }
        to->start[c + 1] = events;
    }
    free(frame);
    made->own.view = *whole;
    made->own.view.frames = n;
    made->own.view.bin = made->own.bin;
    made->own.view.events = *to;
    return fine;
}

/* The cells listed that are active enough in a half; returns how many. */
static size_t that_take_part(const half *one, const size_t *cells, size_t count,
                             const nd_settings *settings, size_t *taking_part) {
    size_t least = (settings->minimum_active_frames + 1) / 2, n = 0;
    for (size_t i = 0; i < count; i++)
        if (nd_active_frames(&one->own.view, cells[i]) >= (least > 0 ? least : 1) &&
            nd_total_amount(&one->own.view, cells[i]) > 0.0)
            taking_part[n++] = i;
    return n;
}

static bool test_half(half *one, const size_t *cells, size_t count, const nd_settings *settings,
                      uint64_t seed, unsigned threads, nd_error *error) {
    size_t *index = nd_array(count, sizeof *index, error);
    size_t *cell = nd_array(count, sizeof *cell, error);
    double *p = nd_doubles(count, error);
    one->p_value = nd_doubles(count, error);
    bool fine = index && cell && p && one->p_value;
    size_t n = fine ? that_take_part(one, cells, count, settings, index) : 0;
    for (size_t i = 0; i < n; i++)
        cell[i] = cells[index[i]];
    for (size_t i = 0; fine && i < count; i++)
        one->p_value[i] = NAN;
    fine = fine && (n == 0 || nd_shuffle_test(&one->own.view, cell, n, settings->shuffles,
                                              settings->shuffle, seed, threads, p, NULL, error));
    for (size_t i = 0; fine && i < n; i++)
        one->p_value[index[i]] = p[i];
    free(index);
    free(cell);
    free(p);
    return fine;
}

/* Information of the cells listed, mean, in bit/spike; NaN where there is none. */
static bool inform(const half *one, const size_t *cells, size_t count, const nd_settings *settings,
                   uint64_t seed, unsigned threads, const nd_watch *watch, double length,
                   nd_crossed *found, nd_error *error) {
    const nd_binned *view = &one->own.view;
    nd_responses responses = {0};
    nd_sample_curves curves = {0};
    nd_tuned_information information;
    size_t fractions = settings->subsampling_fractions;
    size_t block = nd_burst_block(length, view->frames, fractions);
    size_t repetitions = settings->subsampling_repetitions;
    if (count == 0 || view->frames / block < fractions)
        return true;
    bool fine =
        nd_responses_choose(view, cells, count, &responses, error) &&
        nd_sample_curves_make(view, cells, count, &responses, fractions,
                              repetitions < MOST_REPETITIONS ? repetitions : MOST_REPETITIONS,
                              block, seed, threads, watch, &curves, error) &&
        nd_tuned_information_of(view, cells, count, block > 1 ? length : 1.0, &curves, NULL,
                                &information, error);
    if (fine) {
        found->reduced = information.reduced[ND_INFORMATION_BIT_SPIKE];
        found->extrapolated = information.extrapolated[ND_INFORMATION_BIT_SPIKE];
    }
    nd_sample_curves_clear(&curves);
    nd_responses_clear(&responses);
    return fine;
}

/* Place cells by `by`, their information on `on`. */
static bool cross(const half *by, const half *on, const size_t *cells, size_t count,
                  const nd_settings *settings, uint64_t seed, unsigned threads,
                  const nd_watch *watch, bool *selected, nd_crossed *found, nd_error *error) {
    size_t *cell = nd_array(count, sizeof *cell, error), n = 0, place = 0;
    double length = 1.0;
    *found = (nd_crossed){NAN, NAN, NAN};
    bool fine = cell && nd_burst_length(&on->own.view, cells, count, &length, error);
    size_t block = nd_burst_block(length, on->own.view.frames, settings->subsampling_fractions);
    double least = block > 1 ? ND_BURSTS_PER_CELL * length : 1.0;
    for (size_t i = 0; fine && i < count; i++) {
        bool is_place = by->p_value[i] < settings->threshold;
        bool known = is_place && !isnan(on->p_value[i]) &&
                     (double)nd_active_frames(&on->own.view, cells[i]) >= least;
        place += is_place;
        if (selected)
            selected[i] = known;
        if (known)
            cell[n++] = cells[i];
    }
    if (fine)
        found->share = (double)place / (double)count;
    fine = fine && inform(on, cell, n, settings, seed, threads, watch, length, found, error);
    free(cell);
    return fine;
}

static double mean_known(double a, double b) {
    return isnan(a) ? b : isnan(b) ? a : 0.5 * (a + b);
}

bool nd_crossed_halves(const nd_binned *activity, const size_t *cells, size_t count,
                       const nd_settings *settings, uint64_t seed, unsigned threads,
                       const nd_watch *watch, bool *selected, nd_crossed *crossed,
                       nd_error *error) {
    half first = {0}, second = {0};
    nd_crossed one, other;
    *crossed = (nd_crossed){NAN, NAN, NAN};
    if (count == 0)
        return true;
    bool fine = half_make(activity, false, &first, error) &&
                half_make(activity, true, &second, error) &&
                test_half(&first, cells, count, settings, seed + 1, threads, error) &&
                test_half(&second, cells, count, settings, seed + 2, threads, error) &&
                cross(&first, &second, cells, count, settings, seed + 2, threads, watch, selected,
                      &one, error) &&
                cross(&second, &first, cells, count, settings, seed + 1, threads, watch,
                      selected ? selected + count : NULL, &other, error);
    if (fine)
        *crossed =
            (nd_crossed){mean_known(one.share, other.share), mean_known(one.reduced, other.reduced),
                         mean_known(one.extrapolated, other.extrapolated)};
    half_clear(&first);
    half_clear(&second);
    return fine;
}
