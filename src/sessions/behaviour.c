#include "sessions/behaviour.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Frames further apart in time than this many frames are not neighbours: the animal's way between
 * them is not known. */
static const double NEIGHBOURS = 1.5;

static bool neighbours(const nd_session *session, size_t frame) {
    return !session->time ||
           session->time[frame] - session->time[frame - 1] <= NEIGHBOURS * session->frame_seconds;
}

/* Once around a closed track, in the unit of position; INFINITY where it has ends. */
static double length_of(const nd_session *session, const nd_session_result *result) {
    double low = INFINITY, high = -INFINITY;
    if (!result->circular)
        return INFINITY;
    for (size_t f = 0; f < session->frames; f++) {
        low = fmin(low, session->position[f]);
        high = fmax(high, session->position[f]);
    }
    return high - low;
}

/* The way made up to each frame from the one before: its sum, and where it was made (bins, NULL:
 * not asked for). NaN where the position is not known. */
static double distance_run(const nd_session *session, const nd_session_result *result,
                           double *in_bin) {
    double sum = 0.0;
    if (!session->position)
        return NAN;
    double around = length_of(session, result);
    for (size_t f = 1; f < session->frames; f++) {
        if (!neighbours(session, f))
            continue;
        double x = fabs(session->position[f] - session->position[f - 1]);
        x = fmin(x, around - x);
        double y = session->position_y ? session->position_y[f] - session->position_y[f - 1] : 0.0;
        double way = sqrt(x * x + y * y);
        sum += isnan(way) ? 0.0 : way;
        in_bin[session->bin[f]] += isnan(way) ? 0.0 : way;
    }
    return sum;
}

/* Runs from one fifth of the track, at its end, to the other. */
static double traversals(const nd_session *session) {
    size_t fifth = session->bins_x / 5 > 0 ? session->bins_x / 5 : 1;
    double count = 0.0;
    int last = -1;
    if (session->bins_y > 1 || session->bins_x < 2)
        return NAN;
    for (size_t f = 0; f < session->frames; f++) {
        size_t x = (size_t)session->bin[f] % session->bins_x;
        int end = x < fifth ? 0 : x >= session->bins_x - fifth ? 1 : -1;
        count += end >= 0 && last >= 0 && end != last;
        last = end >= 0 ? end : last;
    }
    return count;
}

/* What two profiles share once both sum to 1. */
static double overlap(const double *a, const double *b, size_t count) {
    double sum_a = 0.0, sum_b = 0.0, common = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum_a += a[i];
        sum_b += b[i];
    }
    for (size_t i = 0; i < count; i++)
        common += fmin(a[i] / sum_a, b[i] / sum_b);
    return common;
}

bool nd_behaviour_measure(const nd_recording *recording, const nd_group *group,
                          nd_session_result *results, nd_error *error) {
    const nd_session *sessions = &recording->sessions[group->first];
    size_t bins = sessions[0].bins;
    double *first = nd_doubles(bins, error), *ways = nd_doubles(bins, error);
    bool fine = first && ways;
    for (size_t s = 0; fine && s < group->sessions; s++) {
        const nd_session *session = &sessions[s];
        nd_session_result *result = &results[group->first + s];
        double *metric = result->metric;
        if (group->registered > 0 && session->kind != ND_SESSION_METRICS)
            metric[ND_METRIC_FOUND_SHARE] = (double)session->cells / (double)group->registered;
        if (session->kind != ND_SESSION_ACTIVITY || session->bins != bins || session->frames == 0)
            continue;
        memset(ways, 0, bins * sizeof *ways);
        metric[ND_METRIC_FRAMES] = (double)session->frames;
        metric[ND_METRIC_DISTANCE] = distance_run(session, result, ways);
        metric[ND_METRIC_SPEED] =
            metric[ND_METRIC_DISTANCE] / ((double)session->frames * session->frame_seconds);
        metric[ND_METRIC_TRAVERSALS] = traversals(session);
        if (s == 0)
            memcpy(first, ways, bins * sizeof *first);
        if (results[group->first].occupancy && result->occupancy)
            metric[ND_METRIC_OCCUPANCY_OVERLAP] =
                overlap(results[group->first].occupancy, result->occupancy, bins);
        if (session->position)
            metric[ND_METRIC_SPEED_OVERLAP] = overlap(first, ways, bins);
    }
    free(first);
    free(ways);
    return fine;
}
