/* The matrix of an NWB activity: frames x cells or cells x frames, read block by block, and whose
 * its cells are. */
#ifndef ND_RECORDING_NWB_MATRIX_H
#define ND_RECORDING_NWB_MATRIX_H

#include "recording/nwb_parts.h"

/* Where an activity's numbers are, and their shape in the file. */
typedef struct nd_nwb_matrix {
    char path[ND_NWB_PATH_SIZE];
    size_t rows, columns;
    int rank;
} nd_nwb_matrix;

bool nd_nwb_matrix_find(const nd_nwb *nwb, const char *object, nd_nwb_matrix *m, nd_error *error);

/* Pours all of it, as it lies. */
bool nd_nwb_matrix_pour(const nd_nwb *nwb, const nd_nwb_matrix *m, bool cells_first, nd_sink *sink,
                        nd_error *error);

/* Pours it as frames x cells, turned where it is `lying`, from cell `before` on. */
bool nd_nwb_matrix_pour_plane(const nd_nwb *nwb, const nd_nwb_matrix *m, bool lying, size_t before,
                              nd_sink *sink, nd_error *error);

/* Identities as whole numbers from a dataset; *ids stays NULL without failure where there is none.
 */
bool nd_nwb_ids(const nd_nwb *nwb, const char *path, int64_t **ids, size_t *count, nd_error *error);

/* The identities of a series' cells: its `rois` point into a table whose `id` is meant. */
bool nd_nwb_roi_ids(const nd_nwb *nwb, const char *object, int64_t **ids, size_t *cells,
                    nd_error *error);

#endif
