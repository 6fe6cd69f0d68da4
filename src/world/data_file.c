#include "world/data_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* The dimensions that data files name. */
static const char *const OURS[] = {"sample", "input", "output", "unit"};

static bool is_ours(const char *name) {
    for (size_t i = 0; i < sizeof OURS / sizeof OURS[0]; i++)
        if (strcmp(OURS[i], name) == 0)
            return true;
    return false;
}

static bool wrong_dimensions(const nd_nc *file, const nd_data_variable *v, const char *found,
                             nd_error *error) {
    char mend[200];
    if (v->columns)
        snprintf(mend, sizeof mend, "name its dimensions %s and %s, in either order", v->rows,
                 v->columns);
    else
        snprintf(mend, sizeof mend, "name its dimension %s", v->rows);
    return nd_fail(error, nd_nc_path(file), mend,
                   "variable %s has the dimensions (%.200s), which do not tell %s", v->name, found,
                   v->columns ? "its rows from its columns" : "what they are");
}

/* Does the variable lie as columns by rows? Fails where its dimensions' names do not tell. */
static bool lies_transposed(const nd_nc *file, const nd_data_variable *v, int rank,
                            bool *transposed, nd_error *error) {
    char names[1100], first[520], second[520] = "";
    *transposed = false;
    if (!nd_nc_dimensions(file, v->name, names, sizeof names, error))
        return false;
    if (rank != (v->columns ? 2 : 1))
        return nd_fail(error, nd_nc_path(file),
                       "see `nulldrift help worlds` for what a data file holds",
                       "variable %s has %d dimensions where %d are expected", v->name, rank,
                       v->columns ? 2 : 1);
    if (sscanf(names, "%519s %519s", first, second) < (v->columns ? 2 : 1))
        return wrong_dimensions(file, v, names, error);
    if (!v->columns) /* a name of the user's own has nothing to be mistaken for */
        return !is_ours(first) || strcmp(first, v->rows) == 0 ||
               wrong_dimensions(file, v, names, error);
    const char *told[2] = {first, second}, *wanted[2] = {v->rows, v->columns};
    for (int way = 0; way < 2; way++) {
        bool here[2];
        for (int d = 0; d < 2; d++)
            here[d] = strcmp(told[d], wanted[way ? 1 - d : d]) == 0;
        if ((here[0] && (here[1] || !is_ours(second))) || (here[1] && !is_ours(first))) {
            *transposed = way == 1;
            return true;
        }
    }
    return wrong_dimensions(file, v, names, error);
}

/* rows x columns from columns x rows; frees `values`. */
static double *transpose(double *values, size_t rows, size_t columns, nd_error *error) {
    double *turned = nd_doubles(rows * columns, error);
    for (size_t i = 0; turned && i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            turned[i * columns + j] = values[j * rows + i];
    free(values);
    return turned;
}

/* "variable inputs is nan at index (3, 17)", as the file counts. */
static bool refuse_value(const nd_nc *file, const char *name, int rank, const size_t *shape,
                         size_t at, double value, nd_error *error) {
    const char *mend = "every value must be a finite number";
    if (rank == 2)
        return nd_fail(error, nd_nc_path(file), mend, "variable %s is %g at index (%zu, %zu)", name,
                       value, at / shape[1], at % shape[1]);
    return nd_fail(error, nd_nc_path(file), mend, "variable %s is %g at index %zu", name, value,
                   at);
}

double *nd_data_load(const nd_nc *file, const nd_data_variable *variable, size_t *rows,
                     size_t *columns, nd_error *error) {
    int rank;
    size_t shape[8], count = 1;
    bool transposed;
    double *values = nd_nc_load(file, variable->name, &rank, shape, error);
    if (!values)
        return NULL;
    bool fine = lies_transposed(file, variable, rank, &transposed, error);
    for (int i = 0; fine && i < rank; i++)
        count *= shape[i];
    if (fine && count == 0)
        fine = nd_fail(error, nd_nc_path(file), NULL, "variable %s is empty", variable->name);
    for (size_t i = 0; fine && i < count; i++)
        if (!isfinite(values[i]))
            fine = refuse_value(file, variable->name, rank, shape, i, values[i], error);
    if (!fine) {
        free(values);
        return NULL;
    }
    *rows = shape[transposed ? 1 : 0];
    *columns = rank == 1 ? 1 : shape[transposed ? 0 : 1];
    return transposed ? transpose(values, *rows, *columns, error) : values;
}

bool nd_data_mismatch(const nd_nc *file, const char *name, const char *what, size_t found,
                      size_t expected, const char *like, nd_error *error) {
    return nd_fail(error, nd_nc_path(file), NULL, "variable %s has %zu %s where %s has %zu", name,
                   found, what, like, expected);
}
