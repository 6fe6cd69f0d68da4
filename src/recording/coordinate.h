/* One coordinate of a position, and how its values are joined over time. */
#ifndef ND_RECORDING_COORDINATE_H
#define ND_RECORDING_COORDINATE_H

#include "recording/series_read.h"
#include "recording/session.h"

typedef struct nd_coordinate {
    double span;    /* of the coordinate: the way round a loop, or the range; 0: unknown */
    bool loop;      /* the span's ends are one place */
    bool nearest;   /* bin numbers: taken, not joined */
    double longest; /* seconds without a value that are joined over */
} nd_coordinate;

/* The way from a to b, where the coordinate is a loop the shorter one. */
double nd_coordinate_step(const nd_coordinate *along, double a, double b);

/* Whether two neighbouring positions are further apart than half the range. */
bool nd_coordinate_jumps(const nd_coordinate *along, double a, double b);

/* The range of a coordinate: as the manifest gives it, else what a column's values span. */
void nd_coordinate_range(const nd_settings *settings, bool y, const nd_series *series,
                         size_t column, double range[2]);

#endif
