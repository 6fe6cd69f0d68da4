#include "measure/regression.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

typedef struct sums {
    double n, x, y, xx, xy, yy; /* means, then sums about the means */
} sums;

static sums sums_of(const double *x, const double *y, size_t count) {
    sums s = {0};
    for (size_t i = 0; i < count; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            continue;
        s.n += 1.0;
        s.x += x[i];
        s.y += y[i];
    }
    s.x /= s.n;
    s.y /= s.n;
    for (size_t i = 0; i < count; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            continue;
        s.xx += (x[i] - s.x) * (x[i] - s.x);
        s.xy += (x[i] - s.x) * (y[i] - s.y);
        s.yy += (y[i] - s.y) * (y[i] - s.y);
    }
    return s;
}

/* Slope, its error and test from the sums about the means. */
static nd_regression line_of(const sums *s, double degrees) {
    nd_regression line = {(size_t)s->n, degrees, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    if (s->n < 2.0 || !(s->xx > 0.0))
        return line;
    line.slope = s->xy / s->xx;
    line.correlation = s->yy > 0.0 ? s->xy / sqrt(s->xx * s->yy) : NAN;
    if (degrees < 1.0)
        return line;
    double residual = fmax(0.0, s->yy - s->xy * s->xy / s->xx) / degrees;
    line.slope_error = sqrt(residual / s->xx);
    if (line.slope_error > 0.0) {
        line.t = line.slope / line.slope_error;
        line.p = 2.0 * gsl_cdf_tdist_Q(fabs(line.t), degrees);
    } else {
        line.t = line.slope != 0.0 ? copysign(INFINITY, line.slope) : 0.0;
        line.p = line.slope != 0.0 ? 0.0 : 1.0;
    }
    return line;
}

nd_regression nd_regress(const double *x, const double *y, size_t count) {
    sums s = sums_of(x, y, count);
    nd_regression line = line_of(&s, s.n - 2.0);
    line.intercept = s.y - line.slope * s.x;
    line.intercept_error = line.slope_error * sqrt(s.xx / s.n + s.x * s.x);
    return line;
}

nd_regression nd_regress_centred(const double *x, const double *y, size_t count, size_t degrees) {
    sums s = {.n = (double)count};
    for (size_t i = 0; i < count; i++) {
        s.xx += x[i] * x[i];
        s.xy += x[i] * y[i];
        s.yy += y[i] * y[i];
    }
    return line_of(&s, (double)degrees);
}

double nd_student_two_sided(double t, double degrees) {
    return 2.0 * gsl_cdf_tdist_Q(fabs(t), degrees);
}

double nd_student_quantile(double probability, double degrees) {
    return gsl_cdf_tdist_Pinv(probability, degrees);
}
