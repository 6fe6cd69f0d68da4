/* The file of `nulldrift landscape`: netCDF-4 with step(record), x, y (walker, record) on x^2 y^2,
 * uniform_x, uniform_y (walker, record) in the valley y^2, and the drift as global attributes. */
#ifndef ND_STORE_LANDSCAPE_FILE_H
#define ND_STORE_LANDSCAPE_FILE_H

#include "base/place.h"
#include "flatness/landscape.h"

typedef struct nd_landscape {
    nd_landscape_options options;
    double *step;                          /* records */
    double *x, *y, *uniform_x, *uniform_y; /* walkers x records */
    bool drift_measured;
    double drift_axis, drift_noise; /* where and under what noise the drift was measured */
    nd_landscape_drift drift;
} nd_landscape;

/* Makes both walks. */
nd_landscape *nd_landscape_make(const nd_landscape_options *options, nd_error *error);
void nd_landscape_free(nd_landscape *landscape);

bool nd_landscape_write(const nd_place *place, const nd_landscape *landscape, nd_error *error);
/* Reads what figures need: walks, steps, start; a file without them is refused by name. */
nd_landscape *nd_landscape_read(const char *path, nd_error *error);

#endif
