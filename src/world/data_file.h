/* Reading a user's own netCDF file by the names of its variables and dimensions. */
#ifndef ND_WORLD_DATA_FILE_H
#define ND_WORLD_DATA_FILE_H

#include "base/netcdf_file.h"

/* A variable of data files over one or two named dimensions. */
typedef struct nd_data_variable {
    const char *name, *rows, *columns; /* columns NULL: one dimension */
} nd_data_variable;

/* Reads a whole variable, rows x columns (1 column where it has one dimension), every value finite;
 * free it. Dimensions are told by their names: the other order is transposed, and a name may be the
 * user's own only where the variable's other one is ours. NULL, with the file and the variable in
 * `error`, otherwise. */
double *nd_data_load(const nd_nc *file, const nd_data_variable *variable, size_t *rows,
                     size_t *columns, nd_error *error);

/* Fails: `name` has `found` of `what` where `like` has `expected`. */
bool nd_data_mismatch(const nd_nc *file, const char *name, const char *what, size_t found,
                      size_t expected, const char *like, nd_error *error);

#endif
