#include "measure/trend.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

enum { LONGEST = 500, EXACT = 10, MOST_PAIRS = EXACT * (EXACT - 1) / 2 };

/* Means of runs of neighbours, so that at most LONGEST values are left; returns how many. */
static size_t shorten(const double *values, size_t count, double *out) {
    size_t length = (count + LONGEST - 1) / LONGEST, blocks = 0;
    for (size_t at = 0; at < count; at += length) {
        size_t end = at + length < count ? at + length : count;
        double sum = 0;
        for (size_t i = at; i < end; i++)
            sum += values[i];
        out[blocks++] = sum / (double)(end - at);
    }
    return blocks;
}

static double median_slope(const double *time, const double *values, size_t count, double *pairs) {
    size_t made = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            pairs[made++] = (values[j] - values[i]) / (time[j] - time[i]);
    nd_sort_ascending(pairs, made);
    return made % 2 ? pairs[made / 2] : (pairs[made / 2 - 1] + pairs[made / 2]) / 2;
}

/* Mann-Kendall's S and its variance for independent values, ties counted. */
static void kendall(const double *values, size_t count, double *sorted, double *s,
                    double *variance) {
    *s = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            *s += (values[j] > values[i]) - (values[j] < values[i]);
    memcpy(sorted, values, count * sizeof *sorted);
    nd_sort_ascending(sorted, count);
    double n = (double)count, ties = 0;
    for (size_t i = 0, run = 1; i < count; i++, run++)
        if (i + 1 == count || sorted[i + 1] != sorted[i]) {
            double t = (double)run;
            ties += t * (t - 1) * (2 * t + 5);
            run = 0;
        }
    *variance = (n * (n - 1) * (2 * n + 5) - ties) / 18;
}

/* Numbers of pairs in wrong order among all orders of `count` values, some of them equal: the
 * coefficients of [n]!/prod [q]!, [n]! = prod (1 - x^k)/(1 - x), q the sizes of groups of equals.
 * Returns the p of an |S| as large. */
static double exact_p(double *values, size_t count, double s) {
    double orders[MOST_PAIRS + 1] = {1}, all = 0, extreme = 0;
    size_t pairs = count * (count - 1) / 2;
    nd_sort_ascending(values, count);
    for (size_t i = 0, run = 1; i < count; i++, run++) {
        bool ends = i + 1 == count || values[i + 1] != values[i];
        for (size_t k = MOST_PAIRS; k > i; k--) /* times 1 - x^(i + 1) */
            orders[k] -= orders[k - i - 1];
        for (size_t k = run; k <= MOST_PAIRS; k++) /* over 1 - x^run */
            orders[k] += orders[k - run];
        if (ends) {
            pairs -= run * (run - 1) / 2;
            run = 0;
        }
    }
    for (size_t k = 0; k <= pairs; k++) {
        all += orders[k];
        extreme += fabs((double)pairs - 2 * (double)k) >= fabs(s) - 0.5 ? orders[k] : 0;
    }
    return extreme / all;
}

/* Mid-ranks of `values`, less their mean. */
static void centred_ranks(const double *values, size_t count, double *ranks) {
    for (size_t i = 0; i < count; i++) {
        double below = 0, equal = 0;
        for (size_t j = 0; j < count; j++) {
            below += values[j] < values[i];
            equal += values[j] == values[i];
        }
        ranks[i] = below + (equal - 1) / 2 - ((double)count - 1) / 2;
    }
}

static double variance_factor(const double *ranks, size_t count) {
    double n = (double)count, power = 0, sum = 0;
    for (size_t i = 0; i < count; i++)
        power += ranks[i] * ranks[i];
    if (power == 0)
        return 1;
    for (size_t lag = 1; lag + 3 < count; lag++) {
        double product = 0, left = n - (double)lag;
        for (size_t i = 0; i + lag < count; i++)
            product += ranks[i] * ranks[i + lag];
        double rho = product / power * n / left;
        /* Removing mean and line lowers what is estimated (Kendall's bias, to first order). */
        rho += (1 + 4 * rho) / n;
        if (rho <= 0)
            break;
        sum += left * (left - 1) * (left - 2) * fmin(rho, 1);
    }
    return fmax(1, 1 + 2 * sum / (n * (n - 1) * (n - 2)));
}

static void test_short(const double *time, double *values, size_t count, double *pairs,
                       double *scratch, nd_trend *trend) {
    double s, variance;
    trend->slope = median_slope(time, values, count, pairs);
    kendall(values, count, scratch, &s, &variance);
    if (variance <= 0) {
        *trend = (nd_trend){.slope = 0, .p = 1, .variance_factor = 1};
        return;
    }
    if (count <= EXACT) { /* too few to tell how neighbours depend on each other */
        trend->p = exact_p(values, count, s);
        trend->variance_factor = 1;
        return;
    }
    for (size_t i = 0; i < count; i++)
        values[i] -= trend->slope * (time[i] - time[0]);
    centred_ranks(values, count, scratch);
    trend->variance_factor = variance_factor(scratch, count);
    double z = fmax(0, fabs(s) - 1) / sqrt(variance * trend->variance_factor);
    trend->p = fmin(1, 2 * gsl_cdf_ugaussian_Q(z));
}

bool nd_trend_test(const double *time, const double *values, size_t count, nd_trend *trend,
                   nd_error *error) {
    *trend = (nd_trend){NAN, NAN, NAN};
    if (count < 5)
        return true;
    double *kept = nd_doubles(2 * LONGEST, error), *scratch = nd_doubles(LONGEST, error);
    double *pairs = nd_doubles((size_t)LONGEST * (LONGEST - 1) / 2, error);
    bool fine = kept && scratch && pairs;
    if (fine) {
        size_t blocks = shorten(time, count, kept);
        shorten(values, count, kept + LONGEST);
        test_short(kept, kept + LONGEST, blocks, pairs, scratch, trend);
    }
    free(kept);
    free(scratch);
    free(pairs);
    return fine;
}
