/* Values that are written later: when the file is read, written to by rows, or published. Whenever
 * a definition is followed by values netCDF hands all that was defined to HDF5, which writes it
 * out; a file of a hundred variables, each defined and written in turn, is written out a hundred
 * times. */
#ifndef ND_BASE_NETCDF_WAITING_H
#define ND_BASE_NETCDF_WAITING_H

#include "base/netcdf_remote.h"

typedef struct nd_nc_waiting nd_nc_waiting;

/* Writes a whole variable of the file itself: ND_NC_AS_DOUBLES, ND_NC_AS_INT64 or
 * ND_NC_AS_CHARACTERS, `bytes` of them. Few are kept and written later, many are written now. */
bool nd_nc_put_later(nd_nc *file, int variable, nd_nc_kind kind, const void *values, size_t bytes,
                     nd_error *error);

/* Writes all that waits, in the order in which it came. */
bool nd_nc_put_waiting(const nd_nc *file, nd_error *error);

/* Forgets all that waits. */
void nd_nc_waiting_free(nd_nc_waiting *waiting);

#endif
