/* Reference recordings read in the plainest way, apart from the library's readers, so that
 * estimators and readers are tested one without the other. */
#ifndef ND_TESTS_REFERENCE_SESSION_H
#define ND_TESTS_REFERENCE_SESSION_H

#include "recording/session.h"

/* Activity (frames x cells) of a MATLAB file, v5: the matrix `variable`, or the element `index` of
 * its cell array, with the bin of every frame from another file, bins counted from `first_bin`.
 * Fails the test when something is not as expected. */
nd_sparse_activity reference_matlab(const char *activity_file, const char *activity_variable,
                                    const char *bin_file, const char *bin_variable, size_t index,
                                    int first_bin, size_t bins, double frame_seconds);

/* Row `index` of a cell array of numeric rows inside a struct: field `field` of `variable`. */
double *reference_matlab_row(const char *file, const char *variable, const char *field,
                             size_t index, size_t *count);

/* One session of recordings/longitudinal: |velocity| > 1 cm/s, 24 bins of 0 .. 0.96 m for each
 * direction. */
nd_sparse_activity reference_longitudinal(const char *file, size_t *frames_read);

/* All sessions of `animal` ("C16_M4") in recordings/longitudinal, as a recording to be measured,
 * registered by cell_id, two days apart. nd_recording_free it. */
nd_recording *reference_longitudinal_recording(const char *animal);

/* The values of column `name` of a CSV file with a header, as texts (free with
 * reference_column_free). */
char **reference_column(const char *file, const char *name, size_t *rows);
void reference_column_free(char **column, size_t rows);

#endif
