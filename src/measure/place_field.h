/* Fields of a rate map: what lies above half its peak, connected. docs/drift-measures.md. */
#ifndef ND_MEASURE_PLACE_FIELD_H
#define ND_MEASURE_PLACE_FIELD_H

#include "measure/followed.h"

typedef struct nd_place_field {
    double x, y;  /* centroid, weighted by rate, of the field with the peak; from the first bin's
                     edge, in units of position. On a loop within its length */
    double width; /* of that field: its length; in two dimensions the diameter of a disc as large */
    size_t fields; /* connected regions of at least half the peak; 0: no field at all */
} nd_place_field;

typedef struct nd_field_scratch nd_field_scratch;
nd_field_scratch *nd_field_scratch_new(size_t bins, nd_error *error);
void nd_field_scratch_free(nd_field_scratch *scratch);

/* Of one way's part of a map (bins_y x bins_x; NaN: not visited). Silent maps have no field. */
nd_place_field nd_find_field(const double *map, const nd_followed *shape,
                             nd_field_scratch *scratch);

/* From one centroid to another: along x the short way around a loop. */
double nd_field_distance(const nd_followed *shape, const nd_place_field *a,
                         const nd_place_field *b);

#endif
