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

/* The table that has a column of that name: the units, else the only segmentation that has it.
 * False with `error` filled where there is none, or several. */
static bool find_column(const nd_nwb *nwb, const char *name, char path[ND_NWB_PATH_SIZE],
                        nd_error *error) {
    char here[ND_NWB_PATH_SIZE];
    size_t found = 0;
    if (nd_nwb_join(path, "/units", name) && nd_hdf5_has(&nwb->file, path))
        return true;
    for (size_t i = 0; i < nwb->count; i++)
        if (strcmp(nwb->objects[i].type, "PlaneSegmentation") == 0 &&
            nd_nwb_join(here, nwb->objects[i].path, name) && nd_hdf5_has(&nwb->file, here)) {
            found++;
            snprintf(path, ND_NWB_PATH_SIZE, "%s", here);
        }
    if (found > 1)
        return nd_fail(error, nwb->path, "give keep its name, a whole path",
                       "%zu tables of segments have a column '%.60s'", found, name);
    return found == 1 || nd_fail(error, nwb->path, "give the whole path, as name: /units/quality",
                                 "neither units nor segments have a column '%.60s'", name);
}

/* Of rows of two numbers, as iscell and its probability, one. */
static char **one_of_two(char **texts, size_t *count, size_t column) {
    for (size_t i = 0; i < *count / 2; i++) {
        free(texts[2 * i + !column]);
        texts[i] = texts[2 * i + column];
    }
    *count /= 2;
    return texts;
}

char **nd_nwb_column_texts(const nd_nwb *nwb, const char *at, bool second, size_t *count,
                           nd_error *error) {
    char text[256];
    int rank;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    if (nd_hdf5_shape(&nwb->file, at, &rank, dims)) {
        char **texts = texts_of_numbers(nwb, at, count, error);
        return texts && rank == 2 && dims[1] == 2 ? one_of_two(texts, count, second) : texts;
    }
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

char **nd_nwb_texts(const nd_nwb *nwb, const nd_selector *selector, size_t *count,
                    nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    const char *name = selector->name            ? selector->name
                       : selector->columns_count ? selector->columns[0]
                                                 : "";
    bool whole = name[0] == '/';
    if (!whole && !find_column(nwb, name, path, error))
        return NULL;
    return nd_nwb_column_texts(nwb, whole ? name : path, selector->threshold != NULL, count, error);
}

bool nd_nwb_choose_rows(const nd_nwb *nwb, const char *table, const nd_selector *selector,
                        nd_series *rows, nd_error *error) {
    char path[ND_NWB_PATH_SIZE], index[ND_NWB_PATH_SIZE];
    const char *column = selector->columns[0], *wanted = selector->equals ? selector->equals : "1";
    size_t count = 0, ends = 0, kept = 0;
    if (!nd_nwb_join(path, table, column) || !nd_hdf5_has(&nwb->file, path))
        return nd_fail(error, nwb->path, "correct the column", "%s has no column '%.60s'", table,
                       column);
    char **texts = nd_nwb_column_texts(nwb, path, false, &count, error);
    double *end = NULL;
    bool fine = texts != NULL;
    bool ragged = strlen(path) + 8 < sizeof index &&
                  snprintf(index, sizeof index, "%.1000s_index", path) > 0 &&
                  nd_hdf5_has(&nwb->file, index);
    if (fine && ragged)
        fine = (end = nd_hdf5_numbers(&nwb->file, index, nwb->path, &ends, error)) != NULL;
    if (fine && (ragged ? ends : count) != rows->rows)
        fine = nd_fail(error, nwb->path, "correct the file", "%s has %zu rows of %s, %zu intervals",
                       table, ragged ? ends : count, column, rows->rows);
    for (size_t i = 0; fine && i < rows->rows; i++) {
        double from = ragged ? (i ? end[i - 1] : 0.0) : (double)i;
        double to = ragged ? end[i] : (double)i + 1.0;
        bool is = false;
        for (double k = from; k >= 0.0 && k < to && k < (double)count; k++)
            is = is || (texts[(size_t)k] && nd_text_equals(texts[(size_t)k], wanted));
        if (is) {
            memmove(rows->values + 2 * kept, rows->values + 2 * i, 2 * sizeof(double));
            kept++;
        }
    }
    if (fine && kept == 0)
        fine = nd_fail(error, nwb->path, "check the word",
                       "none of the %zu intervals in %s has %s "
                       "'%.40s'",
                       rows->rows, table, column, wanted);
    if (fine)
        snprintf(rows->note, sizeof rows->note, "%zu of %zu intervals have %.40s '%.40s'", kept,
                 rows->rows, column, wanted);
    rows->rows = kept;
    for (size_t i = 0; texts && i < count; i++)
        free(texts[i]);
    free(texts);
    free(end);
    return fine;
}
