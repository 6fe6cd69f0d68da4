#include "measure/bias_correction.h"

#include <float.h>
#include <math.h>

const char *nd_correction_name(nd_correction correction) {
    static const char *const names[ND_CORRECTIONS] = {"SR", "SSR", "AE", "BAE"};
    return names[correction];
}

double nd_shuffle_reduction(const double *naive, const double *shuffled, size_t count) {
    return naive[count - 1] - shuffled[count - 1];
}

/* The answer with `last` in the place of the whole sample. */
static double scaled_reduction(const double *naive, const double *shuffled, size_t last) {
    size_t first = 0;
    while (first < last && (isnan(naive[first]) || isnan(shuffled[first])))
        first++;
    double fall = shuffled[first] - shuffled[last];
    return fall != 0.0 ? naive[last] - shuffled[last] * (naive[first] - naive[last]) / fall : NAN;
}

double nd_scaled_shuffle_reduction(const double *naive, const double *shuffled, size_t count) {
    return scaled_reduction(naive, shuffled, count - 1);
}

double nd_scaled_shuffle_stability(const double *size, const double *naive, const double *shuffled,
                                   size_t count) {
    double sum = 0.0, squares = 0.0, numbers = 0.0;
    for (size_t last = 1; last < count; last++) {
        double answer = scaled_reduction(naive, shuffled, last);
        if (isnan(answer))
            continue;
        sum += answer;
        squares += answer * answer;
        numbers += 1.0;
    }
    double spread = sqrt(fmax(0.0, (squares - sum * sum / numbers) / (numbers - 1.0)));
    return 1.0 - spread / scaled_reduction(naive, shuffled, count - 1) * size[1] / size[count - 1];
}

/* Points for a fit, without the NaN. */
enum { MOST_POINTS = 64, TERMS = 3 };

typedef struct points {
    size_t count;
    double size[MOST_POINTS], value[MOST_POINTS];
    double scale;     /* the largest size, to which sizes are relative */
    double variation; /* sum of squares about the mean */
} points;

static points points_of(const double *size, const double *naive, size_t count) {
    points kept = {.count = 0, .scale = size[count - 1]};
    double mean = 0.0;
    for (size_t i = 0; i < count && kept.count < MOST_POINTS; i++) {
        if (isnan(naive[i]))
            continue;
        kept.size[kept.count] = size[i] / kept.scale;
        kept.value[kept.count++] = naive[i];
        mean += naive[i];
    }
    mean /= (double)kept.count;
    for (size_t i = 0; i < kept.count; i++)
        kept.variation += (kept.value[i] - mean) * (kept.value[i] - mean);
    return kept;
}

/* Solves the k x k normal equations for the columns chosen, by elimination with a guard against
 * columns that say the same. False if they do. */
static bool solve_normal(const double column[TERMS][MOST_POINTS], const int *chosen, int k,
                         const points *data, double *x) {
    double m[TERMS][TERMS + 1] = {{0.0}};
    for (int r = 0; r < k; r++)
        for (size_t i = 0; i < data->count; i++) {
            for (int c = 0; c < k; c++)
                m[r][c] += column[chosen[r]][i] * column[chosen[c]][i];
            m[r][k] += column[chosen[r]][i] * data->value[i];
        }
    for (int p = 0; p < k; p++) {
        double before = 0.0;
        for (size_t i = 0; i < data->count; i++)
            before += column[chosen[p]][i] * column[chosen[p]][i];
        if (!(m[p][p] > 1e-13 * before))
            return false;
        for (int r = p + 1; r < k; r++) {
            double factor = m[r][p] / m[p][p];
            for (int c = p; c <= k; c++)
                m[r][c] -= factor * m[p][c];
        }
    }
    for (int p = k - 1; p >= 0; p--) {
        x[p] = m[p][k];
        for (int c = p + 1; c < k; c++)
            x[p] -= m[p][c] * x[c];
        x[p] /= m[p][p];
    }
    return true;
}

static double residual_of(const double column[TERMS][MOST_POINTS], int columns,
                          const double *weight, const points *data) {
    double sum = 0.0;
    for (size_t i = 0; i < data->count; i++) {
        double left = data->value[i];
        for (int c = 0; c < columns; c++)
            left -= weight[c] * column[c][i];
        sum += left * left;
    }
    return sum;
}

/* Non-negative least squares by trying every subset of at most three columns. */
static double nonnegative_fit(const double column[TERMS][MOST_POINTS], int columns,
                              const points *data, double *weight) {
    double best = INFINITY;
    for (int subset = 0; subset < 1 << columns; subset++) {
        int chosen[TERMS], k = 0;
        double x[TERMS], trial[TERMS] = {0.0};
        for (int c = 0; c < columns; c++)
            if (subset >> c & 1)
                chosen[k++] = c;
        if (!solve_normal(column, chosen, k, data, x))
            continue;
        bool allowed = true;
        for (int j = 0; j < k; j++) {
            allowed = allowed && x[j] >= 0.0;
            trial[chosen[j]] = x[j];
        }
        double residual = allowed ? residual_of(column, columns, trial, data) : INFINITY;
        if (residual < best) {
            best = residual;
            for (int c = 0; c < columns; c++)
                weight[c] = trial[c];
        }
    }
    return best;
}

static nd_extrapolation no_answer(void) {
    return (nd_extrapolation){NAN, NAN, NAN, NAN, NAN};
}

nd_extrapolation nd_asymptotic_extrapolation(const double *size, const double *naive,
                                             size_t count) {
    points data = points_of(size, naive, count);
    double column[TERMS][MOST_POINTS], weight[TERMS] = {0.0};
    if (data.count < 3)
        return no_answer();
    for (size_t i = 0; i < data.count; i++) {
        column[0][i] = 1.0;
        column[1][i] = 1.0 / data.size[i];
        column[2][i] = column[1][i] * column[1][i];
    }
    double residual = nonnegative_fit(column, 3, &data, weight);
    return (nd_extrapolation){weight[0], weight[1] * data.scale,
                              weight[2] * data.scale * data.scale, residual,
                              1.0 - residual / data.variation};
}

/* The best a and b for c = exp(log_c), sizes relative; returns the residual. */
static double bounded_fit(double log_c, const points *data, double weight[2]) {
    double column[TERMS][MOST_POINTS], c = exp(log_c);
    for (size_t i = 0; i < data->count; i++) {
        column[0][i] = 1.0;
        /* Scaled by c, so that b / c stays finite where c is large. */
        column[1][i] = (1.0 + c) / (1.0 + c * data->size[i]);
    }
    double residual = nonnegative_fit(column, 2, data, weight);
    weight[1] *= 1.0 + c;
    return residual;
}

nd_extrapolation nd_bounded_extrapolation(const double *size, const double *naive, size_t count) {
    enum { GRID = 54 };
    const double step = 0.25, golden = 0.6180339887498949;
    /* c from 0.1 to 6e4 per whole sample: with less, the curve hardly bends within the sample, and
     * the fit of a level one would leave open how much of it is a and how much b. */
    const double least = -2.302585092994046;
    points data = points_of(size, naive, count);
    double weight[2] = {0.0, 0.0}, best = INFINITY;
    int at = 0;
    if (data.count < 3)
        return no_answer();
    for (int g = 0; g < GRID; g++) {
        double residual = bounded_fit(least + step * g, &data, weight);
        if (residual < best) {
            best = residual;
            at = g;
        }
    }
    double low = least + step * (at > 0 ? at - 1 : 0), high = least + step * (at + 1);
    double x1 = high - golden * (high - low), x2 = low + golden * (high - low);
    double f1 = bounded_fit(x1, &data, weight), f2 = bounded_fit(x2, &data, weight);
    while (high - low > 1e-9) {
        if (f1 < f2) {
            high = x2;
            x2 = x1;
            f2 = f1;
            x1 = high - golden * (high - low);
            f1 = bounded_fit(x1, &data, weight);
        } else {
            low = x1;
            x1 = x2;
            f1 = f2;
            x2 = low + golden * (high - low);
            f2 = bounded_fit(x2, &data, weight);
        }
    }
    double residual = bounded_fit(0.5 * (low + high), &data, weight);
    return (nd_extrapolation){weight[0], weight[1], exp(0.5 * (low + high)) / data.scale, residual,
                              1.0 - residual / data.variation};
}

double nd_correct(nd_correction correction, const double *size, const double *naive,
                  const double *shuffled, size_t count) {
    switch (correction) {
    case ND_CORRECTION_SHUFFLE_REDUCTION:
        return nd_shuffle_reduction(naive, shuffled, count);
    case ND_CORRECTION_SCALED_SHUFFLE_REDUCTION:
        return nd_scaled_shuffle_reduction(naive, shuffled, count);
    case ND_CORRECTION_ASYMPTOTIC_EXTRAPOLATION:
        return nd_asymptotic_extrapolation(size, naive, count).a;
    default:
        return nd_bounded_extrapolation(size, naive, count).a;
    }
}
