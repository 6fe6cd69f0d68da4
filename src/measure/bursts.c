#include "measure/bursts.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static const double LONGEST_SECONDS = 5.0, CALLS_FOR_BLOCKS = 1.5, BURSTS_A_BLOCK = 3.0;
enum { MOST_LAGS = 1000, BLOCKS_A_PART = 10 };

/* Active frames of a cell at each bin over the frames there, and its activity by frame. */
static void spread_out(const nd_binned *activity, size_t cell, const double *occupied, double *rate,
                       unsigned char *active) {
    const nd_events *events = &activity->events;
    for (size_t b = 0; b < activity->bins; b++)
        rate[b] = 0.0;
    for (size_t f = 0; f < activity->frames; f++)
        active[f] = 0;
    for (size_t e = events->start[cell]; e < events->start[cell + 1]; e++)
        if (events->amount[e] > 0.0) {
            active[events->frame[e]] = 1;
            rate[activity->bin[events->frame[e]]] += 1.0;
        }
    for (size_t b = 0; b < activity->bins; b++)
        rate[b] = occupied[b] > 0.0 ? rate[b] / occupied[b] : 0.0;
}

/* Adds the pairs of active frames of a cell at `lag`, less those its tuning gives; an active frame
 * is left out of the rate that it is held against. */
static double excess_at(const nd_binned *activity, size_t cell, size_t lag, const double *occupied,
                        const double *rate, const unsigned char *active) {
    const nd_events *events = &activity->events;
    double pairs = 0.0;
    for (size_t e = events->start[cell]; e < events->start[cell + 1]; e++) {
        size_t at = events->frame[e], then = at + lag;
        if (!(events->amount[e] > 0.0) || then >= activity->frames)
            continue;
        size_t bin = (size_t)activity->bin[then];
        double others = rate[bin];
        if (activity->bin[at] == activity->bin[then] && occupied[bin] > 1.0)
            others = (rate[bin] * occupied[bin] - 1.0) / (occupied[bin] - 1.0);
        pairs += active[then] - others;
    }
    return pairs;
}

bool nd_burst_length(const nd_binned *activity, const size_t *cells, size_t count, double *length,
                     nd_error *error) {
    size_t lags = (size_t)fmin(LONGEST_SECONDS / activity->frame_seconds, MOST_LAGS);
    double *occupied = nd_doubles(activity->bins, error);
    double *rate = nd_doubles(count * activity->bins, error), frames = 0.0, further = 0.0;
    unsigned char *active = nd_array(count * activity->frames + 1, 1, error);
    bool fine = occupied && rate && active;
    for (size_t f = 0; fine && f < activity->frames; f++)
        occupied[activity->bin[f]] += 1.0;
    for (size_t i = 0; fine && i < count; i++) {
        spread_out(activity, cells[i], occupied, rate + i * activity->bins,
                   active + i * activity->frames);
        frames += (double)nd_active_frames(activity, cells[i]);
    }
    for (size_t lag = 1; fine && frames > 0.0 && lag <= lags && lag < activity->frames; lag++) {
        double pairs = 0.0;
        for (size_t i = 0; i < count; i++)
            pairs += excess_at(activity, cells[i], lag, occupied, rate + i * activity->bins,
                               active + i * activity->frames);
        if (pairs <= 0.0)
            break;
        further += 2.0 * pairs / frames;
    }
    *length = 1.0 + further;
    free(occupied);
    free(rate);
    free(active);
    return fine;
}

size_t nd_burst_block(double length, size_t frames, size_t fractions) {
    size_t most = frames / (fractions * BLOCKS_A_PART), block = (size_t)(length * BURSTS_A_BLOCK);
    if (length < CALLS_FOR_BLOCKS || most < 2)
        return 1;
    return block < most ? block : most;
}
