/* The Hessian's spectrum from products with vectors alone, for networks whose exact spectrum does
 * not fit: extreme eigenvalues, trace and density, with their errors (docs/model.md, section 5.4).
 * Lanczos with full reorthogonalisation; stochastic Lanczos quadrature (Golub & Meurant; Ubaru,
 * Chen & Saad 2017) for the density. */
#ifndef ND_FLATNESS_LANCZOS_H
#define ND_FLATNESS_LANCZOS_H

#include "flatness/linearization.h"

/* Decades of magnitude on each side of zero that the density tells apart: with a hundred steps or
 * so, what lies nearer to zero is not resolved. */
enum { ND_DENSITY_DECADES = 4, ND_DENSITY_BINS = 2 * ND_DENSITY_DECADES + 1 };

typedef struct nd_extremes {
    double largest, smallest; /* of the whole Hessian: 0 counts where it has a null space */
    double largest_error, smallest_error; /* bounds by the residual */
    size_t steps;
} nd_extremes;

/* Lanczos from one random start until the largest eigenvalue alone stands still within 1e-8 of the
 * largest magnitude (a few tens of steps), or `most_steps` are made. */
bool nd_hessian_largest(const nd_linearization *point, uint64_t seed, size_t most_steps,
                        double *largest, nd_error *error);

/* The same until both ends stand still. */
bool nd_hessian_extremes(const nd_linearization *point, uint64_t seed, size_t most_steps,
                         nd_extremes *extremes, nd_error *error);

typedef struct nd_density {
    double trace, trace_error; /* by Hutchinson's estimate, with its standard error */
    double scale;              /* the largest magnitude: edges are relative to it */
    /* Expected number of eigenvalues per bin, and standard errors over the probes. Bin b below the
     * middle: -scale 10^-b .. -scale 10^-(b+1); the middle: within scale 10^-DECADES of zero; above
     * it the positive ones, rising. */
    double count[ND_DENSITY_BINS], count_error[ND_DENSITY_BINS];
} nd_density;

/* `probes` random sign vectors (at least 2), `steps` Lanczos steps each. */
bool nd_hessian_density(const nd_linearization *point, uint64_t seed, size_t probes, size_t steps,
                        nd_density *density, nd_error *error);

/* Edges of a bin, relative to the scale; low < high. */
void nd_density_edges(size_t bin, double *low, double *high);

/* Bytes that `steps` Lanczos steps take. */
double nd_lanczos_bytes(const nd_linearization *point, size_t steps);

#endif
