/* How often a nominal 5 % finds a slope where no animal's sessions change, or only each in its own
 * way: 2000 replicates a row, with 95 % Clopper-Pearson intervals.
 * slope_rates [--replicates=N] [--first-seed=S] */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "sessions/course_line.h"

enum { DAYS = 8, MOST = 12 * 2 * DAYS };

/* Days of an animal share effects of s.d. 0.2, an AR(1), in all its environments; sessions have
 * noise of their own of s.d. 0.1. An animal's own change over the recording has s.d. `trend`. */
typedef struct row {
    size_t animals, environments;
    double serial, trend;
    double least, most; /* asked of the rate, % */
} row;

static double slope_p(const row *of, nd_stream *stream) {
    nd_course_point point[MOST];
    nd_metric_course course;
    nd_error error = {0};
    size_t n = 0;
    for (size_t a = 0; a < of->animals; a++) {
        double day_effect[DAYS], trend = of->trend * nd_stream_gaussian(stream);
        for (size_t d = 0; d < DAYS; d++) {
            double fresh = nd_stream_gaussian(stream);
            day_effect[d] = d == 0 ? fresh
                                   : of->serial * day_effect[d - 1] +
                                         sqrt(1.0 - of->serial * of->serial) * fresh;
        }
        for (size_t e = 0; e < of->environments; e++)
            for (size_t d = 0; d < DAYS; d++) {
                double own = of->environments > 1 ? 0.1 * nd_stream_gaussian(stream) : 0.0;
                double at = (double)d / (DAYS - 1);
                point[n++] = (nd_course_point){2.0 * (double)d + 1.0,
                                               1.0 + trend * at + 0.2 * day_effect[d] + own,
                                               a * of->environments + e, a};
            }
    }
    if (!nd_course_line(point, n, 2.0 * (DAYS - 1), &course, &error)) {
        fprintf(stderr, "slope_rates: %s\n", error.what);
        exit(1);
    }
    return course.line.p;
}

int main(int count, char **argument) {
    static const row rows[] = {
        {1, 1, 0.0, 0.0, 0, 7},  {1, 1, 0.3, 0.0, 0, 7},  {1, 1, 0.5, 0.0, 0, 7},
        {1, 2, 0.0, 0.0, 0, 7},  {1, 2, 0.5, 0.0, 0, 7},  {6, 1, 0.0, 0.0, 3, 7},
        {6, 1, 0.5, 0.0, 3, 7},  {6, 1, 0.5, 0.2, 3, 7},  {6, 2, 0.5, 0.2, 3, 7},
        {12, 1, 0.5, 0.2, 3, 7}, {12, 2, 0.5, 0.2, 3, 7},
    };
    size_t replicates = 2000;
    uint64_t first_seed = 1;
    bool failed = false;
    for (int i = 1; i < count; i++) {
        if (strncmp(argument[i], "--replicates=", 13) == 0)
            replicates = (size_t)atol(argument[i] + 13);
        else if (strncmp(argument[i], "--first-seed=", 13) == 0)
            first_seed = strtoull(argument[i] + 13, NULL, 10);
    }
    printf("animals environments AR(1) own trends   p < 0.05      %%    95 %% interval   asked\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nd_stream stream = nd_stream_at(first_seed, ND_FOR_TEST, (uint32_t)i, 0);
        size_t seen = 0;
        for (size_t r = 0; r < replicates; r++)
            seen += slope_p(&rows[i], &stream) < 0.05;
        double k = (double)seen, n = (double)replicates, rate = 100.0 * k / n;
        double low = seen == 0 ? 0.0 : gsl_cdf_beta_Pinv(0.025, k, n - k + 1.0);
        double high = seen == replicates ? 1.0 : gsl_cdf_beta_Pinv(0.975, k + 1.0, n - k);
        bool fine = rate >= rows[i].least && rate <= rows[i].most;
        printf("%7zu %12zu %5.1f %8.0f %% %5zu of %zu %6.1f  (%.1f to %.1f)   %.0f to %.0f %%%s\n",
               rows[i].animals, rows[i].environments, rows[i].serial, 100.0 * rows[i].trend, seen,
               replicates, rate, 100.0 * low, 100.0 * high, rows[i].least, rows[i].most,
               fine ? "" : "  FAILED");
        fflush(stdout);
        failed = failed || !fine;
    }
    return failed;
}
