#include "measure/followed.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static double *missing(size_t count, nd_error *error) {
    double *values = nd_doubles(count, error);
    for (size_t i = 0; values && i < count; i++)
        values[i] = NAN;
    return values;
}

nd_followed *nd_followed_new(size_t sessions, size_t cells, size_t bins, nd_error *error) {
    nd_followed *of = nd_array(1, sizeof *of, error);
    if (!of)
        return NULL;
    *of = (nd_followed){.sessions = sessions,
                        .cells = cells,
                        .bins = bins,
                        .bins_x = bins,
                        .bins_y = 1,
                        .ways = 1,
                        .bin_width_x = 1,
                        .bin_width_y = 1};
    bool fine = true;
    for (size_t k = 0; k < ND_EXPERIENCES; k++)
        fine = (of->experience[k] = missing(sessions, error)) && fine;
    of->position_unit = nd_text("", error);
    of->time_unit = nd_text("", error);
    of->time = missing(sessions, error);
    of->state = nd_array(sessions * cells, sizeof *of->state, error);
    of->tuned = nd_array(sessions * cells, sizeof *of->tuned, error);
    of->rate = missing(sessions * cells, error);
    of->map = missing(sessions * cells * bins, error);
    of->occupancy = nd_doubles(sessions * bins, error);
    of->frames = nd_array(sessions, sizeof *of->frames, error);
    if (fine && of->position_unit && of->time_unit && of->time && of->state && of->tuned &&
        of->rate && of->map && of->occupancy && of->frames)
        return of;
    nd_followed_free(of);
    return NULL;
}

bool nd_followed_add_halves(nd_followed *of, nd_error *error) {
    return (of->half_map = missing(of->sessions * 2 * of->cells * of->bins, error)) != NULL;
}

void nd_followed_free(nd_followed *of) {
    if (!of)
        return;
    for (size_t k = 0; k < ND_EXPERIENCES; k++)
        free(of->experience[k]);
    for (size_t s = 0; of->frames && s < of->sessions; s++) {
        free(of->frames[s].cell);
        free(of->frames[s].half);
        free(of->frames[s].gap);
        free(of->frames[s].lap);
    }
    free(of->position_unit);
    free(of->time_unit);
    free(of->time);
    free(of->state);
    free(of->tuned);
    free(of->rate);
    free(of->map);
    free(of->half_map);
    free(of->occupancy);
    free(of->speed);
    free(of->frames);
    free(of);
}
