/* Moving a recording's results to a netCDF file and back through one description of what is
 * where. */
#ifndef ND_STORE_RECORDING_TRANSFER_H
#define ND_STORE_RECORDING_TRANSFER_H

#include "base/netcdf_file.h"
#include "sessions/sessions.h"

/* The file, and which way. After a failure nothing more is moved. */
typedef struct nd_transfer {
    nd_nc *file;
    bool writing;
    bool fine;
    nd_error *error;
} nd_transfer;

/* A variable's name and meaning; units "" for pure numbers. */
typedef struct nd_variable {
    const char *name, *dimensions, *units, *definition;
} nd_variable;

/* `count` doubles at `first`, `stride` bytes apart. */
void nd_transfer_column(nd_transfer *transfer, nd_variable variable, double *first, size_t stride,
                        size_t count);
/* The same of sizes, of identities, and of truth values. */
void nd_transfer_sizes(nd_transfer *transfer, nd_variable variable, size_t *first, size_t stride,
                       size_t count);
void nd_transfer_ids(nd_transfer *transfer, nd_variable variable, int64_t *first, size_t stride,
                     size_t count);
void nd_transfer_flags(nd_transfer *transfer, nd_variable variable, bool *first, size_t stride,
                       size_t count);
/* Texts (char *) over one dimension. */
void nd_transfer_texts(nd_transfer *transfer, nd_variable variable, char **first, size_t stride,
                       size_t count);
/* A text attribute of the file. */
void nd_transfer_attribute(nd_transfer *transfer, const char *name, char **text);
/* A dimension: defined when writing, read (0 where there is none) when reading. */
void nd_transfer_dimension(nd_transfer *transfer, const char *name, size_t *length);
/* Makes a zeroed array when reading; nothing when writing. */
void nd_transfer_array(nd_transfer *transfer, void *array, size_t count, size_t size);

/* Everything in a recording's results, one way or the other; and the parts of it about curves: the
 * `cells` active cells' against sample fraction, and those against time. */
bool nd_recording_file_move(nd_transfer *transfer, nd_recording_result *result);
void nd_recording_file_move_cell_curves(nd_transfer *transfer, nd_recording_result *result,
                                        size_t cells, size_t fractions);
void nd_recording_file_move_curves(nd_transfer *transfer, nd_recording_result *result);

#endif
