#include "figure/seeds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

static bool mean_new(nd_seed_mean *to, size_t count, nd_error *error) {
    return (to->mean = nd_doubles(count, error)) && (to->error = nd_doubles(count, error));
}

static void mean_free(nd_seed_mean *of) {
    free(of->mean);
    free(of->error);
}

/* Entry `at` from the values of the seeds; those that are no number do not count. */
static void mean_of(const double *values, size_t count, nd_seed_mean *to, size_t at) {
    double sum = 0, squares = 0, n = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i])) {
            sum += values[i];
            n++;
        }
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            squares += (values[i] - sum / n) * (values[i] - sum / n);
    to->mean[at] = n > 0 ? sum / n : NAN;
    to->error[at] = n > 1 ? sqrt(squares / (n * (n - 1))) : 0;
}

static bool check_steps(const nd_seeds *seeds, size_t index, const char *path, const char *first,
                        nd_error *error) {
    const nd_run *one = seeds->run, *other = seeds->measured[index]->run;
    bool same = one->records == other->records && one->snapshots == other->snapshots &&
                memcmp(one->step, other->step, one->records * sizeof *one->step) == 0 &&
                memcmp(one->snapshot_step, other->snapshot_step,
                       one->snapshots * sizeof *one->snapshot_step) == 0;
    return same || nd_fail(error, path, "give runs that differ in their seeds alone",
                           "its records or snapshots are at other steps than those of %s", first);
}

static bool take_means(nd_seeds *seeds, nd_error *error) {
    const nd_run *run = seeds->run;
    size_t count = seeds->count, n = run->snapshots;
    double *values = nd_doubles(3 * count, error);
    bool fine = values && mean_new(&seeds->log_loss, run->records, error) &&
                mean_new(&seeds->active_units, run->records, error) &&
                mean_new(&seeds->information, n, error) &&
                (seeds->correlation = nd_doubles(n * n, error));
    nd_seed_mean pairs = {0};
    fine = fine && mean_new(&pairs, n * n, error);
    for (size_t i = 0; fine && i < run->records; i++) {
        for (size_t s = 0; s < count; s++) {
            values[s] = log10(seeds->measured[s]->run->loss[i]);
            values[count + s] = seeds->measured[s]->run->fraction_active_units[i];
        }
        mean_of(values, count, &seeds->log_loss, i);
        mean_of(values + count, count, &seeds->active_units, i);
    }
    for (size_t i = 0; fine && i < n; i++) {
        for (size_t s = 0; s < count; s++)
            (void)nd_measured_tuned(seeds->measured[s], i, &values[s]);
        mean_of(values, count, &seeds->information, i);
    }
    for (size_t i = 0; fine && i < n * n; i++) {
        for (size_t s = 0; s < count; s++)
            values[s] = seeds->measured[s]->rate_map_correlation[i];
        mean_of(values, count, &pairs, i);
        seeds->correlation[i] = pairs.mean[i];
    }
    mean_free(&pairs);
    free(values);
    return fine;
}

nd_seeds *nd_seeds_open(const char *const *paths, size_t count, nd_error *error) {
    nd_seeds *seeds = nd_array(1, sizeof *seeds, error);
    if (!seeds)
        return NULL;
    bool fine = (seeds->measured = nd_array(count, sizeof(void *), error)) != NULL;
    for (; fine && seeds->count < count; seeds->count++) {
        nd_measured *one = nd_measured_open(paths[seeds->count], error);
        fine = one != NULL;
        if (!fine)
            break;
        seeds->measured[seeds->count] = one;
        seeds->run = seeds->measured[0]->run;
        if (!check_steps(seeds, seeds->count, paths[seeds->count], paths[0], error)) {
            seeds->count++;
            fine = false;
            break;
        }
    }
    if (fine && take_means(seeds, error))
        return seeds;
    nd_seeds_close(seeds);
    return NULL;
}

void nd_seeds_close(nd_seeds *seeds) {
    if (!seeds)
        return;
    for (size_t i = 0; seeds->measured && i < seeds->count; i++)
        nd_measured_close(seeds->measured[i]);
    mean_free(&seeds->log_loss);
    mean_free(&seeds->active_units);
    mean_free(&seeds->information);
    free(seeds->correlation);
    free(seeds->measured);
    free(seeds);
}
