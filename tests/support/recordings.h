/* Small recordings, written as laboratories write them: for tests of the readers and as seeds of
 * the fuzzers. */
#ifndef ND_TESTS_RECORDINGS_H
#define ND_TESTS_RECORDINGS_H

#include <matio.h>

#include "nulldrift.h"

/* An animal running up and down, whose cells fire in a place each: all from one formula, so that
 * every format can be held against the others. */
typedef struct support_track {
    size_t frames, cells;
    double *times, *position, *velocity; /* frames; 20 a second, 0 to 1, per second */
    double *activity;                    /* frames x cells, whole numbers */
} support_track;

support_track support_make_track(size_t frames, size_t cells);
void support_free_track(support_track *track);

/* What an NWB file is to hold; zeroed members are left out. */
typedef struct support_nwb {
    const support_track *track;
    bool no_position, no_activity, no_timestamps; /* no_timestamps: starting_time and rate */
    bool units;                                   /* spikes as ragged units, not a matrix */
    bool transposed, compressed;
    double conversion;   /* of the position; 0: 1 */
    const char *version; /* NULL: 2.4.0; "": none */
    const int64_t *ids;  /* of the segmentation; cells */
} support_nwb;

bool support_write_nwb(const char *path, const support_nwb *what);

/* Values for .mat files; nested ones take over their parts. `rows` x `columns`, in MATLAB's order.
 */
matvar_t *support_mat_matrix(const char *name, const double *values, size_t rows, size_t columns);
matvar_t *support_mat_sparse(const char *name, const double *values, size_t rows, size_t columns);
matvar_t *support_mat_text(const char *name, const char *text);
/* A cell array of 1 x count, all empty; fill with support_mat_put. */
matvar_t *support_mat_cells(const char *name, size_t count);
matvar_t *support_mat_cells_shaped(const char *name, int rank, const size_t *dims);
void support_mat_put(matvar_t *cells, size_t index, matvar_t *part);
/* A structure of one element with the named fields, ended by NULL; fill with support_mat_field. */
matvar_t *support_mat_structure(const char *name, const char *const *fields);
void support_mat_field(matvar_t *structure, const char *field, matvar_t *part);

/* Writes the variables (ended by NULL) and frees them. */
bool support_write_mat(const char *path, enum mat_ft version, matvar_t *const *variables);

/* Row-major doubles as .npy; Fortran order on request. */
bool support_write_npy(const char *path, const double *values, size_t rows, size_t columns,
                       bool fortran);

/* time, position, velocity and the cells, one row a frame, with a header. */
bool support_write_csv(const char *path, const support_track *track);

#endif
