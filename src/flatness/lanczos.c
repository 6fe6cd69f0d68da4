#include "flatness/lanczos.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "flatness/dense.h"

static const double CONVERGED = 1e-8; /* of the largest magnitude */
enum { CHECK_EVERY = 10 };

/* A growing Krylov space: steps made so far, its basis, its tridiagonal matrix. */
typedef struct krylov {
    const nd_linearization *point;
    size_t size, most, steps;
    double *basis;           /* (most + 1) x size */
    double *diagonal, *next; /* most each; next[i] couples i and i + 1 */
    double *overlap;         /* most + 1 */
    /* Of the tridiagonal matrix, by krylov_solve: */
    double *value;        /* most: Ritz values, ascending */
    double *first, *last; /* most: first and last components of their vectors */
    double *vectors, *coupling;
} krylov;

static void krylov_free(krylov *space) {
    free(space->basis);
    free(space->diagonal);
    free(space->next);
    free(space->overlap);
    free(space->value);
    free(space->first);
    free(space->last);
    free(space->vectors);
    free(space->coupling);
}

static bool krylov_new(krylov *space, const nd_linearization *point, size_t most, nd_error *error) {
    size_t size = nd_awake_parameters(point);
    most = most < size ? most : size;
    *space = (krylov){.point = point, .size = size, .most = most};
    space->basis = nd_doubles((most + 1) * size, error);
    space->diagonal = nd_doubles(most, error);
    space->next = nd_doubles(most, error);
    space->overlap = nd_doubles(most + 1, error);
    space->value = nd_doubles(most, error);
    space->first = nd_doubles(most, error);
    space->last = nd_doubles(most, error);
    space->vectors = nd_doubles(most * most, error);
    space->coupling = nd_doubles(most, error);
    return space->basis && space->diagonal && space->next && space->overlap && space->value &&
           space->first && space->last && space->vectors && space->coupling;
}

/* Begins from the vector in the first row of the basis, which it normalises; returns its length. */
static double krylov_begin(krylov *space) {
    double length = cblas_dnrm2((int)space->size, space->basis, 1);
    cblas_dscal((int)space->size, 1 / length, space->basis, 1);
    space->steps = 0;
    return length;
}

/* One step; false when the space is exhausted (it then holds whole eigenvectors). */
static bool krylov_step(krylov *space) {
    size_t k = space->steps;
    int size = (int)space->size;
    double *from = space->basis + k * space->size, *to = from + space->size;
    nd_hessian_times(space->point, from, to);
    space->diagonal[k] = cblas_ddot(size, from, 1, to, 1);
    double before = cblas_dnrm2(size, to, 1);
    /* Twice is enough (Parlett): the basis stays orthogonal to rounding. */
    for (int pass = 0; pass < 2; pass++) {
        cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)k + 1, size, 1, space->basis, size, to, 1, 0,
                    space->overlap, 1);
        cblas_dgemv(CblasRowMajor, CblasTrans, (int)k + 1, size, -1, space->basis, size,
                    space->overlap, 1, 1, to, 1);
    }
    space->next[k] = cblas_dnrm2(size, to, 1);
    space->steps = k + 1;
    if (!(space->next[k] > 1e-12 * before))
        return false;
    cblas_dscal(size, 1 / space->next[k], to, 1);
    return true;
}

/* Ritz values with the first and last components of their vectors. */
static bool krylov_solve(krylov *space, nd_error *error) {
    size_t k = space->steps;
    lapack_int n = (lapack_int)k;
    memcpy(space->value, space->diagonal, k * sizeof(double));
    memcpy(space->coupling, space->next, k * sizeof(double));
    if (LAPACKE_dstev(LAPACK_COL_MAJOR, 'V', n, space->value, space->coupling, space->vectors, n) !=
        0)
        return nd_fail(error, "", "", "LAPACK's dstev failed on %zu Lanczos steps", k);
    for (size_t i = 0; i < k; i++) {
        space->first[i] = space->vectors[i * k];
        space->last[i] = space->vectors[i * k + k - 1];
    }
    return true;
}

static double magnitude(const krylov *space) {
    return fmax(fabs(space->value[0]), fabs(space->value[space->steps - 1]));
}

static double residual(const krylov *space, size_t ritz) {
    return fabs(space->next[space->steps - 1] * space->last[ritz]);
}

static bool find_ends(const nd_linearization *point, uint64_t seed, size_t most_steps, bool both,
                      nd_extremes *extremes, nd_error *error) {
    if (!nd_blas_begin(error))
        return false;
    *extremes = (nd_extremes){0};
    krylov space;
    bool fine = krylov_new(&space, point, most_steps, error), going = fine && space.most > 0;
    if (going) {
        nd_random_gaussians(seed, ND_FOR_LANCZOS, 0, 0, space.size, space.basis);
        krylov_begin(&space);
    }
    while (fine && going) {
        going = krylov_step(&space) && space.steps < space.most;
        if (going && space.steps % CHECK_EVERY != 0)
            continue;
        fine = krylov_solve(&space, error);
        double still = CONVERGED * magnitude(&space);
        if ((!both || residual(&space, 0) < still) && residual(&space, space.steps - 1) < still)
            going = false;
    }
    if (fine && space.steps > 0) {
        bool null_space = nd_awake_parameters(point) < point->hidden * nd_unit_width(point);
        extremes->steps = space.steps;
        extremes->largest = space.value[space.steps - 1];
        extremes->largest_error = residual(&space, space.steps - 1);
        extremes->smallest = null_space ? fmin(0, space.value[0]) : space.value[0];
        extremes->smallest_error = residual(&space, 0);
    }
    krylov_free(&space);
    return fine;
}

bool nd_hessian_largest(const nd_linearization *point, uint64_t seed, size_t most_steps,
                        double *largest, nd_error *error) {
    nd_extremes extremes;
    bool fine = find_ends(point, seed, most_steps, false, &extremes, error);
    *largest = extremes.largest;
    return fine;
}

bool nd_hessian_extremes(const nd_linearization *point, uint64_t seed, size_t most_steps,
                         nd_extremes *extremes, nd_error *error) {
    return find_ends(point, seed, most_steps, true, extremes, error);
}

void nd_density_edges(size_t bin, double *low, double *high) {
    int from_zero = (int)bin - ND_DENSITY_DECADES;
    double decades = ND_DENSITY_DECADES - abs(from_zero);
    if (from_zero == 0) {
        *low = -pow(10, -ND_DENSITY_DECADES);
        *high = -*low;
    } else if (from_zero > 0) {
        *low = pow(10, -decades - 1);
        *high = pow(10, -decades);
    } else {
        *low = -pow(10, -decades);
        *high = -pow(10, -decades - 1);
    }
}

/* The bin of an eigenvalue relative to the scale. */
static size_t density_bin(double relative) {
    double decades = -log10(fmax(fabs(relative), 1e-300));
    int below = (int)floor(fmax(decades, 0));
    if (below >= ND_DENSITY_DECADES)
        return ND_DENSITY_DECADES;
    size_t from_zero = ND_DENSITY_DECADES - (size_t)below;
    return relative > 0 ? ND_DENSITY_DECADES + from_zero : ND_DENSITY_DECADES - from_zero;
}

/* One probe's quadrature: counts per bin and its estimate of the trace. */
static bool probe(krylov *space, uint64_t seed, size_t index, double scale, double *counts,
                  double *trace, nd_error *error) {
    nd_stream draw = nd_stream_at(seed, ND_FOR_LANCZOS, (uint32_t)(index + 1), 0);
    for (size_t i = 0; i < space->size; i++)
        space->basis[i] = nd_stream_bits(&draw) & 1 ? 1 : -1;
    double length = krylov_begin(space);
    bool going = true;
    while (going && space->steps < space->most)
        going = krylov_step(space);
    if (!krylov_solve(space, error))
        return false;
    memset(counts, 0, ND_DENSITY_BINS * sizeof *counts);
    *trace = 0;
    for (size_t i = 0; i < space->steps; i++) {
        double weight = length * length * space->first[i] * space->first[i];
        *trace += weight * space->value[i];
        counts[density_bin(scale > 0 ? space->value[i] / scale : 0)] += weight;
    }
    return true;
}

/* Adds one probe's value to a running mean and sum of squared deviations (Welford). */
static void accumulate(double value, size_t index, double *mean, double *squares) {
    double difference = value - *mean;
    *mean += difference / (double)(index + 1);
    *squares += difference * (value - *mean);
}

bool nd_hessian_density(const nd_linearization *point, uint64_t seed, size_t probes, size_t steps,
                        nd_density *density, nd_error *error) {
    *density = (nd_density){0};
    size_t silent = point->hidden * nd_unit_width(point) - nd_awake_parameters(point);
    nd_extremes ends;
    krylov space;
    if (!nd_hessian_extremes(point, seed, steps, &ends, error))
        return false;
    density->scale = fmax(fabs(ends.largest), fabs(ends.smallest));
    bool fine = krylov_new(&space, point, steps, error);
    for (size_t i = 0; fine && space.most > 0 && i < probes; i++) {
        double counts[ND_DENSITY_BINS], trace;
        fine = probe(&space, seed, i, density->scale, counts, &trace, error);
        if (!fine)
            break;
        accumulate(trace, i, &density->trace, &density->trace_error);
        for (size_t b = 0; b < ND_DENSITY_BINS; b++)
            accumulate(counts[b], i, &density->count[b], &density->count_error[b]);
    }
    double freedom = (double)probes * ((double)probes - 1);
    density->trace_error = sqrt(density->trace_error / freedom);
    for (size_t b = 0; b < ND_DENSITY_BINS; b++)
        density->count_error[b] = sqrt(density->count_error[b] / freedom);
    density->count[ND_DENSITY_DECADES] += (double)silent;
    krylov_free(&space);
    return fine;
}

double nd_lanczos_bytes(const nd_linearization *point, size_t steps) {
    double size = (double)nd_awake_parameters(point), k = (double)steps;
    return 8 * ((k + 1) * size + k * k);
}
