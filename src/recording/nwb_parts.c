#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/hdf5_values.h"
#include "recording/nwb_parts.h"

bool nd_nwb_join(char path[ND_NWB_PATH_SIZE], const char *group, const char *name) {
    return snprintf(path, ND_NWB_PATH_SIZE, "%s/%s", group, name) < ND_NWB_PATH_SIZE;
}

bool nd_nwb_times(const nd_nwb *nwb, const char *group, size_t rows, double **times, double *rate,
                  nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    size_t count = 0;
    if (nd_nwb_join(path, group, "timestamps") && nd_hdf5_has(nwb->file, path)) {
        *times = nd_hdf5_numbers(nwb->file, path, nwb->path, &count, error);
        if (*times && count != rows)
            return nd_fail(error, nwb->path, "correct the file",
                           "%s: there are %zu timestamps for %zu frames", group, count, rows);
        return *times != NULL;
    }
    if (!nd_nwb_join(path, group, "starting_time") || !nd_hdf5_has(nwb->file, path))
        return true;
    double *start = nd_hdf5_numbers(nwb->file, path, nwb->path, &count, error);
    if (!start)
        return false;
    double first = count ? start[0] : NAN;
    free(start);
    *rate = nd_hdf5_number_attribute(nwb->file, path, "rate", 0.0);
    if (!isfinite(first) || !(*rate > 0.0))
        return nd_fail(error, nwb->path, "correct the file",
                       "%s: starting_time %g with rate %g per second", group, first, *rate);
    *times = nd_doubles(rows, error);
    for (size_t i = 0; *times && i < rows; i++)
        (*times)[i] = first + (double)i / *rate;
    return *times != NULL;
}

bool nd_nwb_data_path(const nd_nwb *nwb, const char *object, char path[ND_NWB_PATH_SIZE],
                      bool *is_series) {
    *is_series = nd_nwb_join(path, object, "data") && nd_hdf5_has(nwb->file, path);
    return *is_series || snprintf(path, ND_NWB_PATH_SIZE, "%s", object) < ND_NWB_PATH_SIZE;
}

bool nd_nwb_too_odd(const nd_nwb *nwb, const char *path, nd_error *error) {
    return nd_fail(error, nwb->path, "name a dataset of numbers",
                   "%s is no array of numbers with one to three dimensions", path);
}
