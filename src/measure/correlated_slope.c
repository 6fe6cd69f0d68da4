#include "measure/correlated_slope.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* values less the mean of their part. */
static void centre(double *values, const size_t *part, size_t count, size_t parts) {
    for (size_t k = 0; k < parts; k++) {
        double sum = 0.0, n = 0.0;
        for (size_t i = 0; i < count; i++)
            if (!part || part[i] == k) {
                sum += values[i];
                n += 1.0;
            }
        for (size_t i = 0; i < count; i++)
            if (!part || part[i] == k)
                values[i] -= sum / n;
    }
}

static double product(const double *x, const double *y, size_t count) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += x[i] * y[i];
    return sum;
}

/* --- the tail of a ratio of quadratic forms --- */

/* The chance that sum_i value_i z_i^2 > 0 (Imhof 1961), values of size 1 at most. The integral over
 * log u by the trapezoid rule: what it is of is analytic within pi / 2 of the line, so that the
 * error at this step is of the order of exp(-pi^2 / STEP). */
static double chance_above_zero(const double *value, size_t count) {
    enum { STEPS = 251 }; /* log u from -27 to 48 */
    static const double STEP = 0.3, FIRST = -27.0;
    double sum = 0.0;
    for (int step = 0; step < STEPS; step++) {
        double u = exp(FIRST + step * STEP), angle = 0.0, log_size = 0.0;
        for (size_t i = 0; i < count; i++) {
            double v = value[i] * u;
            angle += 0.5 * atan(v);
            log_size += 0.25 * log1p(v * v);
        }
        sum += sin(angle) * exp(-log_size);
    }
    return fmin(1.0, fmax(1e-9, 0.5 + sum * STEP / acos(-1.0)));
}

/* t = (h'y) / |h| / sqrt(y'My / degrees), y = L z with LL' the AR(1)'s covariance: what does not
 * depend on t. */
typedef struct design {
    size_t count;
    double degrees;
    double *along, *across; /* count x count: L'hh'L / |h|^2 and L'ML */
    gsl_matrix *matrix;
    gsl_vector *value;
    gsl_eigen_symm_workspace *room;
} design;

static void design_free(design *of) {
    free(of->along);
    free(of->across);
    gsl_matrix_free(of->matrix);
    gsl_vector_free(of->value);
    gsl_eigen_symm_free(of->room);
}

/* A column of L: what the fresh noise of one day adds to the days from it on. */
static void noise_of(size_t day, double serial, double *column, size_t count) {
    memset(column, 0, count * sizeof *column);
    double effect = day == 0 ? 1.0 : sqrt(1.0 - serial * serial);
    for (size_t i = day; i < count; i++, effect *= serial)
        column[i] = effect;
}

static bool design_make(const double *x, const size_t *part, size_t count, size_t parts,
                        double serial, design *made) {
    double *h = nd_doubles(count, NULL), *columns = nd_doubles(count * count, NULL);
    made->count = count;
    made->degrees = (double)count - (double)parts - 1.0;
    made->along = nd_doubles(count * count, NULL);
    made->across = nd_doubles(count * count, NULL);
    made->matrix = gsl_matrix_alloc(count, count);
    made->value = gsl_vector_alloc(count);
    made->room = gsl_eigen_symm_alloc(count);
    bool fine =
        h && columns && made->along && made->across && made->matrix && made->value && made->room;
    if (fine) {
        memcpy(h, x, count * sizeof *h);
        centre(h, part, count, parts);
        double length = sqrt(product(h, h, count));
        for (size_t j = 0; j < count; j++) {
            noise_of(j, serial, columns + j * count, count);
            centre(columns + j * count, part, count, parts);
        }
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < count; j++) {
                const double *a = columns + i * count, *b = columns + j * count;
                double slopes = product(h, a, count) / length * product(h, b, count) / length;
                made->along[i * count + j] = slopes;
                made->across[i * count + j] = product(a, b, count) - slopes;
            }
    }
    free(h);
    free(columns);
    return fine;
}

static double tail(design *of, double t) {
    size_t n = of->count;
    double scale = t * t / of->degrees, most = 0.0;
    for (size_t i = 0; i < n * n; i++)
        of->matrix->data[i] = of->along[i] - scale * of->across[i];
    gsl_eigen_symm(of->matrix, of->value, of->room);
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(of->value->data[i]));
    for (size_t i = 0; i < n; i++)
        of->value->data[i] /= most;
    return chance_above_zero(of->value->data, n);
}

/* The t whose tail is `chance`. */
static double limit(design *of, double chance) {
    double low = 0.0, high = 4.0;
    while (tail(of, high) > chance && high < 1e6)
        high *= 2.0;
    for (int i = 0; i < 30; i++) {
        double middle = 0.5 * (low + high);
        if (tail(of, middle) > chance)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

double nd_correlated_slope_tail(const double *x, const size_t *part, size_t count, size_t parts,
                                double serial, double t) {
    design of = {0};
    double chance = design_make(x, part, count, parts, serial, &of) ? tail(&of, t) : NAN;
    design_free(&of);
    return chance;
}

/* --- the test --- */

/* Of neighbouring residuals, whichever part they are of. */
static double serial_correlation(const double *residual, size_t count) {
    double n = (double)count, squares = product(residual, residual, count);
    double r = squares > 0.0 ? product(residual, residual + 1, count - 1) / squares : 0.0;
    r += (1.0 + 4.0 * r) / n;
    return fmin(0.95, fmax(ND_LEAST_SERIAL_CORRELATION, r));
}

/* The line into `found`, its x and residuals, less their parts' means, into a and b. */
static void fit(const double *x, const double *y, const size_t *part, size_t count, size_t parts,
                double *a, double *b, nd_regression *found) {
    size_t degrees = count > parts + 1 ? count - parts - 1 : 0;
    memcpy(a, x, count * sizeof *a);
    memcpy(b, y, count * sizeof *b);
    centre(a, part, count, parts);
    centre(b, part, count, parts);
    *found = nd_regress_centred(a, b, count, degrees);
    for (size_t i = 0; i < count; i++)
        b[i] -= found->slope * a[i];
}

bool nd_slope_of_parts(const double *x, const double *y, const size_t *part, size_t count,
                       size_t parts, double *slope, nd_error *error) {
    double *a = nd_doubles(count, error), *b = nd_doubles(count, error);
    nd_regression line;
    bool fine = a && b;
    if (fine) {
        fit(x, y, part, count, parts, a, b, &line);
        *slope = line.slope;
    }
    free(a);
    free(b);
    return fine;
}

bool nd_correlated_slope_test(const double *x, const double *y, const size_t *part, size_t count,
                              size_t parts, nd_correlated_slope *found, nd_error *error) {
    double *a = nd_doubles(count + 1, error), *b = nd_doubles(count + 1, error);
    bool fine = a && b;
    *found = (nd_correlated_slope){.serial = NAN, .limit_90 = NAN, .limit_95 = NAN};
    if (fine)
        fit(x, y, part, count, parts, a, b, &found->line);
    if (fine && found->line.degrees > 0.0 && found->line.slope_error >= 0.0) {
        found->serial = serial_correlation(b, count);
        design of = {0};
        if (design_make(x, part, count, parts, found->serial, &of)) {
            found->limit_90 = limit(&of, 0.10);
            found->limit_95 = limit(&of, 0.05);
            if (isfinite(found->line.t))
                found->line.p = tail(&of, fabs(found->line.t));
        }
        design_free(&of);
    }
    free(a);
    free(b);
    return fine;
}
