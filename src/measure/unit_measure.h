/* Numbers of a unit's tuning: one line each in a table that serves run files (of both models) and
 * tuning files. Adding one: one file with its function and its line in
 * unit_measures.def. */
#ifndef ND_MEASURE_UNIT_MEASURE_H
#define ND_MEASURE_UNIT_MEASURE_H

#include <stddef.h>

typedef struct nd_unit_measure {
    const char *name, *units, *definition; /* of its variable in the files */
    /* From the tuning curve and the occupancy (bins each); NaN where it is not defined. */
    double (*value)(const double *curve, const double *occupancy, size_t bins);
} nd_unit_measure;

enum {
#define UNIT_MEASURE(NAME, ...) ND_UNIT_##NAME,
#include "measure/unit_measures.def"
#undef UNIT_MEASURE
    ND_UNIT_MEASURES
};
extern const nd_unit_measure nd_unit_measures[ND_UNIT_MEASURES];

#define UNIT_MEASURE(NAME, name, units, definition, value)                                         \
    double value(const double *curve, const double *occupancy, size_t bins);
#include "measure/unit_measures.def"
#undef UNIT_MEASURE

#endif
