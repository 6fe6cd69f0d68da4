/* The times of a part's rows: where the manifest says they are, in seconds, in order. */
#ifndef ND_RECORDING_TIMES_H
#define ND_RECORDING_TIMES_H

#include "recording/request.h"

/* Reads the times that the part's key `times` names, `own_name` being what the part itself is in
 * its file `own`. *given is false where it names none, or a column of its own table, which the
 * format reads with it. */
bool nd_times_read(const nd_request *request, nd_role role, nd_files *files,
                   const nd_open_file *own, const char *own_name, double **times, size_t *count,
                   char *name, size_t name_size, bool *given, nd_error *error);

/* Seconds in one of the part's units of time; where the manifest does not say which, `name` may,
 * and that is noted. */
double nd_time_unit_seconds(const nd_request *request, nd_role role, nd_files *files,
                            const char *name);

/* Marks the largest set of times that increase, the earliest of several: good[i]. Returns how many
 * there are. */
bool nd_good_times(const double *times, size_t count, bool *good, size_t *kept, nd_error *error);

#endif
