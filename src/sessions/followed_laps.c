#include "sessions/followed_laps.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* Frames further apart in time than this many frames are not neighbours. */
static const double NEIGHBOURS = 1.5;

static bool neighbours(const nd_session *session, size_t frame) {
    return !session->time ||
           session->time[frame] - session->time[frame - 1] <= NEIGHBOURS * session->frame_seconds;
}

/* Trials by their own numbers, numbered anew from 0 in the order they come. */
static size_t number_trials(const nd_session *session, int32_t *lap) {
    size_t laps = 0;
    for (size_t f = 0; f < session->frames; f++) {
        bool same = f > 0 && session->trial[f] == session->trial[f - 1];
        if (session->trial[f] < 0)
            lap[f] = -1;
        else
            lap[f] = same ? lap[f - 1] : (int32_t)laps++;
    }
    return laps;
}

/* A lap ends where the animal reaches the other end; or, on a loop, passes the seam. */
static size_t number_runs(const nd_session *session, bool circular, int32_t *lap) {
    size_t fifth = session->bins_x / 5 > 0 ? session->bins_x / 5 : 1, laps = 1, before = 0;
    int last = -1;
    for (size_t f = 0; f < session->frames; f++) {
        size_t x = (size_t)session->bin[f] % session->bins_x;
        int end = x < fifth ? 0 : x >= session->bins_x - fifth ? 1 : -1;
        if (circular)
            laps += f > 0 && 2 * (x > before ? x - before : before - x) > session->bins_x;
        else if (end >= 0) {
            laps += last >= 0 && end != last;
            last = end;
        }
        before = x;
        lap[f] = (int32_t)laps - 1;
    }
    return laps;
}

bool nd_laps_of_session(const nd_session *session, const nd_session_result *result,
                        nd_followed_frames *frames, nd_error *error) {
    bool track = session->bins_y == 1 && session->bins_x > 1;
    frames->gap = nd_array(session->frames, 1, error);
    frames->lap =
        session->trial || track ? nd_array(session->frames, sizeof *frames->lap, error) : NULL;
    if (!frames->gap || ((session->trial || track) && !frames->lap))
        return false;
    for (size_t f = 1; f < session->frames; f++)
        frames->gap[f] = !neighbours(session, f) ||
                         (session->trial && session->trial[f] != session->trial[f - 1]);
    if (session->trial)
        frames->laps = number_trials(session, frames->lap);
    else if (track)
        frames->laps = number_runs(session, result->circular, frames->lap);
    return true;
}

bool nd_speeds_of_sessions(const nd_session *sessions, nd_followed *of, nd_error *error) {
    of->speed = nd_doubles(of->sessions * of->bins, error);
    double *seconds = nd_doubles(of->bins, error);
    bool fine = of->speed && seconds;
    double around = of->circular ? of->bin_width_x * (double)of->bins_x : INFINITY;
    for (size_t s = 0; fine && s < of->sessions; s++) {
        const nd_session *session = &sessions[s];
        double *speed = of->speed + s * of->bins;
        for (size_t b = 0; b < of->bins; b++)
            seconds[b] = 0;
        for (size_t f = 1; session->position && f < session->frames; f++) {
            double x = fabs(session->position[f] - session->position[f - 1]);
            double y =
                session->position_y ? session->position_y[f] - session->position_y[f - 1] : 0.0;
            x = fmin(x, fabs(around - x));
            double way = sqrt(x * x + y * y);
            if (!neighbours(session, f) || isnan(way))
                continue;
            speed[session->bin[f]] += way;
            seconds[session->bin[f]] += session->frame_seconds;
        }
        for (size_t b = 0; b < of->bins; b++)
            speed[b] = seconds[b] > 0 ? speed[b] / seconds[b] : NAN;
    }
    free(seconds);
    return fine;
}
