/* What the Hebbian / anti-Hebbian network sees (docs/model.md, section 7.3): angles on a circle, or
 * positions on a line through two-dimensional grid fields. */
#ifndef ND_HEBBIAN_INPUTS_H
#define ND_HEBBIAN_INPUTS_H

#include "base/memory.h"

typedef struct nd_hebbian_inputs {
    size_t count, dimension; /* n, d */
    double *value;           /* n x d */
    double *position;        /* n: the angle in rad, or the place along the slice in (0, 1] */
    bool circular;           /* position wraps around at 2 pi */
} nd_hebbian_inputs;

/* Place cells: 5 spacings x 6 orientations x 4 x 4 phases. */
enum { ND_GRID_SPACINGS = 5, ND_GRID_ORIENTATIONS = 6, ND_GRID_PHASES = 4 };

/* Makes `kind` ("ring" or "place") with `count` inputs; fails for any other kind or no inputs. */
nd_hebbian_inputs *nd_hebbian_inputs_make(const char *kind, size_t count, nd_error *error);
void nd_hebbian_inputs_free(nd_hebbian_inputs *inputs);

/* |X'X|_F^2, the sum of the squared inner products of all pairs of inputs. */
double nd_input_gram(const nd_hebbian_inputs *inputs);

/* A grid field at (x, y), in 0 .. 1: the mean of three plane waves 120 degrees apart. `spacing` in
 * the unit of x and y, `orientation` in rad, the phase in x and y in the unit of x and y. */
double nd_grid_field(double x, double y, double spacing, double orientation, double phase_x,
                     double phase_y);

#endif
