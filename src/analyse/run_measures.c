#include "analyse/run_measures.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* What every reduction needs to know of the file. */
typedef struct look {
    const nd_nc *file;
    size_t snapshots;
    double *step; /* snapshots */
} look;

/* The mean of the numbers that are defined, of those with `use` above 0 where it is given. */
static double mean_of(const double *values, const double *use, size_t count) {
    double sum = 0;
    size_t taken = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]) && (!use || use[i] > 0)) {
            sum += values[i];
            taken++;
        }
    return taken > 0 ? sum / (double)taken : NAN;
}

/* The entries of one snapshot, and how many they are; free() them. */
static double *row_of(const look *at, const char *variable, size_t snapshot, size_t *count,
                      nd_error *error) {
    int rank;
    size_t shape[8];
    if (!nd_nc_shape(at->file, variable, &rank, shape, error))
        return NULL;
    *count = 1;
    for (int i = 1; i < rank; i++)
        *count *= shape[i];
    double *row = nd_doubles(*count, error);
    if (row && nd_nc_get_row(at->file, variable, snapshot, row, *count, error))
        return row;
    free(row);
    return NULL;
}

static size_t nearest(const look *at, double share) {
    double step = share * at->step[at->snapshots - 1];
    size_t best = 0;
    for (size_t i = 1; i < at->snapshots; i++)
        if (fabs(at->step[i] - step) < fabs(at->step[best] - step))
            best = i;
    return best;
}

/* The mean over the pairs of two environments; `row` is environments x environments. */
static double others(const double *row, size_t count) {
    size_t environments = (size_t)lround(sqrt((double)count));
    double sum = 0;
    size_t taken = 0;
    for (size_t i = 0; i < count; i++)
        if (i % (environments + 1) != 0 && !isnan(row[i])) {
            sum += row[i];
            taken++;
        }
    return taken > 0 ? sum / (double)taken : NAN;
}

/* Of two different snapshots: one with itself says nothing of drift. */
static double pair(const look *at, const double *row, double share) {
    size_t with = nearest(at, share);
    return with + 1 < at->snapshots ? row[with] : NAN;
}

static bool take(const look *at, const nd_run_measure *measure, double *value, nd_error *error) {
    *value = NAN;
    if (measure->how == ND_ATTRIBUTE) {
        (void)nd_nc_number(at->file, NULL, measure->variable, value, NULL);
        return true;
    }
    if (at->snapshots == 0 || !nd_nc_has(at->file, measure->variable))
        return true;
    bool first = measure->how == ND_MEAN_FIRST || measure->how == ND_TUNED_FIRST ||
                 measure->how == ND_OTHERS_FIRST;
    bool of_tuned = measure->how == ND_TUNED_LAST || measure->how == ND_TUNED_FIRST;
    size_t snapshot = first ? 0 : at->snapshots - 1, count, same;
    double *row = row_of(at, measure->variable, snapshot, &count, error);
    double *tuned = row && of_tuned ? row_of(at, "tuned", snapshot, &same, error) : NULL;
    bool fine = row && (!of_tuned || tuned);
    if (fine && (measure->how == ND_PAIR_EARLY || measure->how == ND_PAIR_LATE))
        *value = pair(at, row, measure->how == ND_PAIR_EARLY ? 0.1 : 0.8);
    else if (fine && (measure->how == ND_OTHERS_LAST || measure->how == ND_OTHERS_FIRST))
        *value = others(row, count);
    else if (fine)
        *value = mean_of(row, tuned, count);
    free(row);
    free(tuned);
    return fine;
}

bool nd_run_measures_take(const nd_nc *file, double values[ND_RUN_MEASURES], nd_error *error) {
    look at = {.file = file};
    bool fine =
        nd_nc_dimension(file, "snapshot", &at.snapshots, error) &&
        (at.step = nd_doubles(at.snapshots, error)) &&
        (at.snapshots == 0 || nd_nc_get(file, "snapshot_step", at.step, at.snapshots, error));
    for (size_t i = 0; fine && i < ND_RUN_MEASURES; i++)
        fine = take(&at, &nd_run_measures[i], &values[i], error);
    free(at.step);
    return fine;
}
