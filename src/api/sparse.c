/* Activity made sparse, and what is measured on it: information, significance, bias corrections
 * (nulldrift/measure.h). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/matrix.h"
#include "api/sparse.h"
#include "base/error.h"
#include "measure/bias_correction.h"
#include "measure/bursts.h"
#include "measure/sample_curves.h"
#include "measure/shuffle.h"

struct nd_sparse {
    nd_sparse_activity activity; /* frames without a bin are gone */
    size_t *all;                 /* cells: 0, 1, 2 ..., for measures of all cells */
};

const nd_binned *nd_sparse_view(const nd_sparse *sparse) {
    return &sparse->activity.view;
}

static bool check_frame_seconds(double frame_seconds, const char *function, nd_error *error) {
    return (isfinite(frame_seconds) && frame_seconds > 0) ||
           nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                      "frame_seconds is %g, expected a number greater than 0", frame_seconds);
}

/* Where each frame comes to stand among those that have a bin; -1: nowhere. */
static int64_t *places(const int64_t *bin, size_t frames, size_t *used, nd_error *error) {
    int64_t *place = nd_array(frames, sizeof *place, error);
    *used = 0;
    for (size_t f = 0; place && f < frames; f++)
        place[f] = bin[f] >= 0 ? (int64_t)(*used)++ : -1;
    if (place && *used > 0 && *used <= UINT32_MAX)
        return place;
    if (place)
        nd_fail_as(ND_CODE_ARGUMENT, error, "nd_sparse_from", NULL,
                   "%zu frames have a bin, expected 1 to %u", *used, UINT32_MAX);
    free(place);
    return NULL;
}

/* Room for `events` events of `cells` cells over `used` frames, whose bins are filled in. */
static nd_sparse *room_for(size_t cells, size_t events, const int64_t *bin, size_t frames,
                           size_t used, size_t bins, double frame_seconds, nd_error *error) {
    nd_sparse *sparse = nd_array(1, sizeof *sparse, error);
    if (!sparse)
        return NULL;
    nd_sparse_activity *made = &sparse->activity;
    if (!(made->events.start = nd_array(cells + 1, sizeof *made->events.start, error)) ||
        !(made->events.frame = nd_array(events, sizeof *made->events.frame, error)) ||
        !(made->events.amount = nd_doubles(events, error)) ||
        !(made->bin = nd_array(used, sizeof *made->bin, error)) ||
        !(sparse->all = nd_array(cells, sizeof *sparse->all, error))) {
        nd_sparse_free(sparse);
        return NULL;
    }
    for (size_t f = 0, next = 0; f < frames; f++)
        if (bin[f] >= 0)
            made->bin[next++] = bin[f];
    for (size_t c = 0; c < cells; c++)
        sparse->all[c] = c;
    made->view = (nd_binned){used, cells, bins, frame_seconds, made->events, made->bin};
    return sparse;
}

/* Events of a matrix, counted; fails on one that is no finite number. */
static bool count_events(const nd_matrix *m, const int64_t *bin, size_t *events, nd_error *error) {
    *events = 0;
    for (size_t f = 0; f < m->rows; f++)
        for (size_t c = 0; bin[f] >= 0 && c < m->columns; c++) {
            double amount = nd_matrix_at(m, f, c);
            if (!isfinite(amount))
                return nd_fail_as(ND_CODE_ARGUMENT, error, "nd_sparse_from_matrix",
                                  "give frames that are not known the bin -1",
                                  "activity is %g at frame %zu of cell %zu", amount, f, c);
            *events += amount != 0;
        }
    return true;
}

nd_sparse *nd_sparse_from_matrix(const nd_matrix *activity, const int64_t *bin, size_t bins,
                                 double frame_seconds, nd_error *error) {
    static const char function[] = "nd_sparse_from_matrix";
    size_t used, events;
    if (!nd_matrix_check(activity, function, error) ||
        !nd_bins_check(bin, activity->rows, bins, function, error) ||
        !check_frame_seconds(frame_seconds, function, error) ||
        !count_events(activity, bin, &events, error))
        return NULL;
    int64_t *place = places(bin, activity->rows, &used, error);
    nd_sparse *sparse = place ? room_for(activity->columns, events, bin, activity->rows, used, bins,
                                         frame_seconds, error)
                              : NULL;
    size_t event = 0;
    for (size_t c = 0; sparse && c < activity->columns; c++) {
        nd_events *to = &sparse->activity.events;
        for (size_t f = 0; f < activity->rows; f++) {
            double amount = place[f] >= 0 ? nd_matrix_at(activity, f, c) : 0;
            if (amount == 0)
                continue;
            to->frame[event] = (uint32_t)place[f];
            to->amount[event++] = amount;
        }
        to->start[c + 1] = event;
    }
    free(place);
    return sparse;
}

static bool check_events(const size_t *start, const uint32_t *frame, const double *amount,
                         size_t cells, size_t frames, nd_error *error) {
    static const char function[] = "nd_sparse_from_events";
    if (start[0] != 0)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "start begins with %zu, not 0",
                          start[0]);
    for (size_t c = 0; c < cells; c++) {
        if (start[c + 1] < start[c])
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "start falls after cell %zu",
                              c);
        if (start[c + 1] > start[c] && (!nd_is_given(frame, function, "frame", error) ||
                                        !nd_is_given(amount, function, "amount", error)))
            return false;
        for (size_t e = start[c]; e < start[c + 1]; e++) {
            if (frame[e] >= frames || (e > start[c] && frame[e] <= frame[e - 1]))
                return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                                  "event %zu of cell %zu is in frame %u of %zu, expected frames "
                                  "that rise",
                                  e - start[c], c, frame[e], frames);
            if (!isfinite(amount[e]))
                return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                                  "event %zu of cell %zu has the amount %g", e - start[c], c,
                                  amount[e]);
        }
    }
    return true;
}

nd_sparse *nd_sparse_from_events(const size_t *start, const uint32_t *frame, const double *amount,
                                 size_t cells, const int64_t *bin, size_t frames, size_t bins,
                                 double frame_seconds, nd_error *error) {
    static const char function[] = "nd_sparse_from_events";
    size_t used;
    if (!nd_is_given(start, function, "start", error) ||
        !nd_bins_check(bin, frames, bins, function, error) ||
        !check_frame_seconds(frame_seconds, function, error))
        return NULL;
    if (cells == 0 || nd_count_of(cells, bins) == SIZE_MAX) {
        nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "there are %zu cells", cells);
        return NULL;
    }
    if (!check_events(start, frame, amount, cells, frames, error))
        return NULL;
    int64_t *place = places(bin, frames, &used, error);
    nd_sparse *sparse =
        place ? room_for(cells, start[cells], bin, frames, used, bins, frame_seconds, error) : NULL;
    size_t event = 0;
    for (size_t c = 0; sparse && c < cells; c++) {
        nd_events *to = &sparse->activity.events;
        for (size_t e = start[c]; e < start[c + 1]; e++) {
            if (place[frame[e]] < 0 || amount[e] == 0)
                continue;
            to->frame[event] = (uint32_t)place[frame[e]];
            to->amount[event++] = amount[e];
        }
        to->start[c + 1] = event;
    }
    free(place);
    return sparse;
}

void nd_sparse_free(nd_sparse *sparse) {
    if (!sparse)
        return;
    nd_sparse_activity_clear(&sparse->activity);
    free(sparse->all);
    free(sparse);
}

void nd_sparse_shape(const nd_sparse *sparse, size_t *frames, size_t *cells, size_t *bins) {
    const nd_binned *view = sparse ? &sparse->activity.view : &(nd_binned){0};
    if (frames)
        *frames = view->frames;
    if (cells)
        *cells = view->cells;
    if (bins)
        *bins = view->bins;
}

bool nd_sparse_tuning(const nd_sparse *sparse, double *occupancy, double *curves, nd_error *error) {
    static const char function[] = "nd_sparse_tuning";
    if (!nd_is_given(sparse, function, "sparse", error) ||
        !nd_is_given(curves, function, "curves", error))
        return false;
    const nd_binned *view = &sparse->activity.view;
    double *shares = occupancy ? occupancy : nd_doubles(view->bins, error);
    if (!shares)
        return false;
    nd_binned_curves(view, sparse->all, view->cells, shares, curves);
    if (!occupancy)
        free(shares);
    return true;
}

bool nd_sparse_activity_of_cells(const nd_sparse *sparse, size_t *active_frames, double *rate,
                                 nd_error *error) {
    if (!nd_is_given(sparse, "nd_sparse_activity_of_cells", "sparse", error))
        return false;
    const nd_binned *view = &sparse->activity.view;
    double seconds = (double)view->frames * view->frame_seconds;
    for (size_t c = 0; c < view->cells; c++) {
        if (active_frames)
            active_frames[c] = nd_active_frames(view, c);
        if (rate)
            rate[c] = nd_total_amount(view, c) / seconds;
    }
    return true;
}

bool nd_sparse_information(const nd_sparse *sparse, double *bit_event, double *bit_second,
                           double *mutual, nd_error *error) {
    if (!nd_is_given(sparse, "nd_sparse_information", "sparse", error))
        return false;
    const nd_binned *view = &sparse->activity.view;
    double *to[ND_INFORMATIONS] = {bit_event, bit_second, mutual};
    double *all = nd_doubles(nd_count_of(view->cells, ND_INFORMATIONS), error);
    nd_responses responses = {0};
    bool fine = all && nd_responses_choose(view, sparse->all, view->cells, &responses, error) &&
                nd_naive_information(view, sparse->all, view->cells, &responses, all, error);
    for (size_t c = 0; fine && c < view->cells; c++)
        for (size_t k = 0; k < ND_INFORMATIONS; k++)
            if (to[k])
                to[k][c] = all[c * ND_INFORMATIONS + k];
    nd_responses_clear(&responses);
    free(all);
    return fine;
}

bool nd_sparse_significance(const nd_sparse *sparse, size_t shuffles, nd_tearing tearing,
                            uint64_t seed, unsigned threads, double *p, double *mean,
                            nd_error *error) {
    static const char function[] = "nd_sparse_significance";
    if (!nd_is_given(sparse, function, "sparse", error) || !nd_is_given(p, function, "p", error))
        return false;
    if (shuffles == 0 || shuffles > 1000000000)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "shuffles is %zu, expected 1 to 1e9", shuffles);
    if (tearing != ND_TEAR_CYCLIC && tearing != ND_TEAR_RANDOM)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "tearing is %d", (int)tearing);
    const nd_binned *view = &sparse->activity.view;
    return nd_shuffle_test(view, sparse->all, view->cells, shuffles,
                           tearing == ND_TEAR_CYCLIC ? ND_SHUFFLE_CYCLIC : ND_SHUFFLE_RANDOM, seed,
                           threads ? threads : 1, p, mean, error);
}

/* ---- Bias corrections ---- */

static bool check_bias(nd_bias bias, const char *function, nd_error *error) {
    return ((int)bias >= 0 && (int)bias < ND_CORRECTIONS) ||
           nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "bias is %d, expected an nd_bias",
                      (int)bias);
}

static bool check_subsampling(const nd_subsampling *how, size_t frames, const char *function,
                              nd_error *error) {
    if (how->fractions < 2 || how->fractions > ND_MOST_SAMPLE_FRACTIONS)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "fractions is %zu, expected 2 to %d, or 0 for %d", how->fractions,
                          ND_MOST_SAMPLE_FRACTIONS, ND_SAMPLE_FRACTIONS);
    if (how->fractions > frames)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "%zu frames have no %zu fractions", frames, how->fractions);
    if (how->repetitions > 1000000)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "repetitions is %zu, expected 1 to 1e6, or 0 for 100", how->repetitions);
    return how->block <= frames || nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                                              "block is %zu of %zu frames", how->block, frames);
}

bool nd_sparse_corrected(const nd_sparse *sparse, nd_information_kind kind, nd_bias bias,
                         const nd_subsampling *how, const nd_watch *watch, double *values,
                         nd_error *error) {
    static const char function[] = "nd_sparse_corrected";
    if (!nd_is_given(sparse, function, "sparse", error) ||
        !nd_is_given(values, function, "values", error) || !check_bias(bias, function, error))
        return false;
    if ((int)kind < 0 || (int)kind >= ND_INFORMATIONS)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "kind is %d", (int)kind);
    const nd_binned *view = &sparse->activity.view;
    nd_subsampling with = how ? *how : (nd_subsampling){0};
    with.fractions = with.fractions ? with.fractions : ND_SAMPLE_FRACTIONS;
    with.repetitions = with.repetitions ? with.repetitions : 100;
    if (!check_subsampling(&with, view->frames, function, error))
        return false;
    nd_responses responses = {0};
    nd_sample_curves curves = {0};
    double length = 0.0;
    bool fine = nd_responses_choose(view, sparse->all, view->cells, &responses, error) &&
                (with.block || nd_burst_length(view, sparse->all, view->cells, &length, error));
    if (fine && !with.block)
        with.block = nd_burst_block(length, view->frames, with.fractions);
    fine = fine && nd_sample_curves_make(view, sparse->all, view->cells, &responses, with.fractions,
                                         with.repetitions, with.block, with.seed,
                                         with.threads ? with.threads : 1, watch, &curves, error);
    for (size_t c = 0; fine && c < view->cells; c++)
        values[c] = nd_correct((nd_correction)bias, curves.fraction,
                               curves.naive[kind] + c * with.fractions,
                               curves.shuffled[kind] + c * with.fractions, with.fractions);
    nd_sample_curves_clear(&curves);
    nd_responses_clear(&responses);
    return fine;
}

bool nd_correct_bias(nd_bias bias, const double *size, const double *naive, const double *shuffled,
                     size_t count, double *value, nd_error *error) {
    static const char function[] = "nd_correct_bias";
    bool by_shuffle = bias == ND_BIAS_SR || bias == ND_BIAS_SSR;
    if (!check_bias(bias, function, error) || !nd_is_given(naive, function, "naive", error) ||
        !nd_is_given(value, function, "value", error) ||
        (by_shuffle && !nd_is_given(shuffled, function, "shuffled", error)) ||
        (!by_shuffle && !nd_is_given(size, function, "size", error)))
        return false;
    if (count == 0)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "count is 0");
    for (size_t i = 0; !by_shuffle && i < count; i++)
        if (!isfinite(size[i]) || size[i] <= 0 || (i > 0 && size[i] <= size[i - 1]))
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                              "size is %g at index %zu, expected numbers above 0 that rise",
                              size[i], i);
    *value = nd_correct((nd_correction)bias, size, naive, shuffled, count);
    return true;
}
