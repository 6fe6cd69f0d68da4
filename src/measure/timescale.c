#include "measure/timescale.h"

#include <math.h>

static const double LOST = 0.9, PLATEAU = 1e-10;

/* The record at which the curve has lost 90% of its range. */
static size_t cut_of(const double *curve, size_t records) {
    double least = curve[0], most = curve[0];
    for (size_t i = 1; i < records; i++) {
        least = fmin(least, curve[i]);
        most = fmax(most, curve[i]);
    }
    double target = most - LOST * (most - least);
    size_t nearest = 0;
    for (size_t i = 1; i < records; i++)
        if (fabs(curve[i] - target) < fabs(curve[nearest] - target))
            nearest = i;
    return nearest;
}

double nd_sparsification_rate(const double *step, const double *fraction_active_units,
                              size_t records) {
    size_t count = records ? cut_of(fraction_active_units, records) : 0;
    if (count < 2 || step[count - 1] <= 0)
        return NAN;
    double least = fraction_active_units[0];
    for (size_t i = 1; i < count; i++)
        least = fmin(least, fraction_active_units[i]);
    /* A residual weighted by w counts w^2 = reversed step / last step in the sums. */
    double weights = 0, mean_t = 0, mean_y = 0, variance = 0, covariance = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            double weight = step[count - 1 - i] / step[count - 1];
            double y = log(fraction_active_units[i] - least + PLATEAU);
            if (pass == 0) {
                weights += weight;
                mean_t += weight * step[i];
                mean_y += weight * y;
            } else {
                variance += weight * (step[i] - mean_t) * (step[i] - mean_t);
                covariance += weight * (step[i] - mean_t) * (y - mean_y);
            }
        }
        if (pass == 0) {
            mean_t /= weights;
            mean_y /= weights;
        }
    }
    return variance > 0 ? -covariance / variance : NAN;
}

/* The residual of the best a + b exp(-rate t), and b. */
static double exponential_fit(const double *step, const double *curve, size_t records, double rate,
                              double *fall) {
    double n = (double)records, g = 0, y = 0, gg = 0, gy = 0, yy = 0;
    for (size_t i = 0; i < records; i++) {
        g += exp(-rate * (step[i] - step[0])) / n;
        y += curve[i] / n;
    }
    for (size_t i = 0; i < records; i++) {
        double from = exp(-rate * (step[i] - step[0])) - g;
        gg += from * from;
        gy += from * (curve[i] - y);
        yy += (curve[i] - y) * (curve[i] - y);
    }
    *fall = gg > 0 ? fmax(gy / gg, 0) : 0;
    return yy - *fall * gy;
}

double nd_fitted_rate(const double *step, const double *fraction_active_units, size_t records) {
    static const double GRID = 0.1, GOLDEN = 0.6180339887498949, CLOSE = 1e-9; /* in log rate */
    enum { LEAST_RECORDS = 5 };
    if (records < LEAST_RECORDS)
        return NAN;
    double closest = INFINITY, fall;
    for (size_t i = 1; i < records; i++)
        closest = fmin(closest, step[i] - step[i - 1]);
    double least = log(0.1 / (step[records - 1] - step[0])), most = -log(closest);
    size_t points = (size_t)fmax((most - least) / GRID, 0) + 1, at = 0;
    double best = INFINITY;
    for (size_t k = 0; k < points; k++) {
        double squares = exponential_fit(step, fraction_active_units, records,
                                         exp(least + GRID * (double)k), &fall);
        if (squares < best) {
            best = squares;
            at = k;
        }
    }
    if (at == 0 || at + 1 >= points)
        return NAN;
    double low = least + GRID * (double)(at - 1), high = least + GRID * (double)(at + 1);
    while (high - low > CLOSE) {
        double a = high - GOLDEN * (high - low), b = low + GOLDEN * (high - low);
        if (exponential_fit(step, fraction_active_units, records, exp(a), &fall) <
            exponential_fit(step, fraction_active_units, records, exp(b), &fall))
            high = b;
        else
            low = a;
    }
    double rate = exp(0.5 * (low + high));
    (void)exponential_fit(step, fraction_active_units, records, rate, &fall);
    return fall > 0 ? rate : NAN;
}
