/* What of another file is not written into a copy of it yet: large packed variables. They are read
 * where they stand, in the reader, and written when the copy is published: their pieces packed as
 * they are, unless they were written to meanwhile. */
#ifndef ND_BASE_NETCDF_REST_H
#define ND_BASE_NETCDF_REST_H

#include "base/netcdf_remote.h"

typedef struct nd_nc_rest nd_nc_rest;

/* Begins with nothing, of the file at `path`, which is to be opened as nd_nc_rest_from. */
nd_nc_rest *nd_nc_rest_new(const char *path, nd_error *error);
nd_nc *nd_nc_rest_from(nd_nc_rest *rest);
void nd_nc_rest_free(nd_nc_rest *rest); /* closes that, too; NULL is fine */

/* Leaves a variable for later: in the other file's contents and in the copy. False only without
 * memory. */
bool nd_nc_rest_add(nd_nc_rest *rest, int from_group, int to_group, int variable, nd_error *error);
/* The file has the rest from now on; where nothing is left it is freed. */
void nd_nc_rest_give(nd_nc *file, nd_nc_rest *rest);

/* To be called before values are written into a variable of the file itself: all of them (`whole`),
 * or some, which copies the others first. */
bool nd_nc_rest_written(nd_nc *file, int variable, bool whole, nd_error *error);

/* Writes all that is left. */
bool nd_nc_rest_copy(nd_nc *file, nd_error *error);

#endif
