#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "recording/hdf5_values.h"
#include "recording/nwb_parts.h"

bool nd_nwb_join(char path[ND_NWB_PATH_SIZE], const char *group, const char *name) {
    return snprintf(path, ND_NWB_PATH_SIZE, "%s/%s", group, name) < ND_NWB_PATH_SIZE;
}

bool nd_nwb_times(const nd_nwb *nwb, const char *group, double **times, size_t *count,
                  double *start, double *rate, nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    size_t one = 0;
    if (nd_nwb_join(path, group, "timestamps") && nd_hdf5_has(&nwb->file, path)) {
        *times = nd_hdf5_numbers(&nwb->file, path, nwb->path, count, error);
        return *times != NULL;
    }
    if (!nd_nwb_join(path, group, "starting_time") || !nd_hdf5_has(&nwb->file, path))
        return true;
    double *first = nd_hdf5_numbers(&nwb->file, path, nwb->path, &one, error);
    if (!first)
        return false;
    *start = one ? first[0] : NAN;
    free(first);
    *rate = nd_hdf5_number_attribute(&nwb->file, path, "rate", 0.0);
    return (isfinite(*start) && *rate > 0.0) ||
           nd_fail(error, nwb->path, "correct the file",
                   "%s: starting_time %g with rate %g per second", group, *start, *rate);
}

bool nd_nwb_data_path(const nd_nwb *nwb, const char *object, char path[ND_NWB_PATH_SIZE],
                      bool *is_series) {
    *is_series = nd_nwb_join(path, object, "data") && nd_hdf5_has(&nwb->file, path);
    return *is_series || snprintf(path, ND_NWB_PATH_SIZE, "%s", object) < ND_NWB_PATH_SIZE;
}

bool nd_nwb_too_odd(const nd_nwb *nwb, const char *path, nd_error *error) {
    return nd_fail(error, nwb->path, "name a dataset of numbers",
                   "%s is no array of numbers with one to three dimensions", path);
}

/* Numbers as texts: 1 of true, 3 of 3.0. */
static char **texts_of_numbers(const nd_nwb *nwb, const char *path, size_t *count,
                               nd_error *error) {
    double *numbers = nd_hdf5_numbers(&nwb->file, path, nwb->path, count, error);
    char **texts = numbers ? nd_array(*count, sizeof *texts, error) : NULL;
    for (size_t i = 0; texts && i < *count; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.17g", numbers[i]);
        texts[i] = nd_text(text, error);
    }
    free(numbers);
    return texts;
}

char **nd_nwb_texts(const nd_nwb *nwb, const char *name, size_t *count, nd_error *error) {
    char path[ND_NWB_PATH_SIZE], text[256];
    int rank;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    const char *at = name && name[0] == '/'                          ? name
                     : nd_nwb_join(path, "/units", name ? name : "") ? path
                                                                     : "";
    if (nd_hdf5_shape(&nwb->file, at, &rank, dims))
        return texts_of_numbers(nwb, at, count, error);
    char **texts = NULL;
    size_t room = 0;
    for (*count = 0; nd_hdf5_text_at(&nwb->file, at, *count, text, sizeof text); ++*count) {
        char **grown = nd_grown(texts, &room, *count + 1, sizeof *grown, error);
        if (!grown)
            break;
        texts = grown;
        texts[*count] = nd_text(text, error);
    }
    if (!texts)
        nd_fail(error, nwb->path, "give the whole path, as /units/quality",
                "%s is no column of texts or numbers", at[0] ? at : "the column of keep");
    return texts;
}
