/* The inside of an open netCDF file, for the files that work on it. */
#ifndef ND_BASE_NETCDF_HANDLE_H
#define ND_BASE_NETCDF_HANDLE_H

#include "base/child.h"
#include "base/netcdf_file.h"

/* Bytes that must be free before netCDF makes something new: it crashes where it gets no memory. */
enum { ND_NC_ROOM = 16 << 20 };

struct nd_nc {
    int id;
    nd_dialogue *remote; /* the reader that has the file open, where it is only read: `id` are its
                            contents then, and hold no values. NULL: `id` is the file */
    struct nd_nc_rest *rest; /* of a copy: what of the other file is not in it yet
                                (base/netcdf_rest.h); NULL: nothing */
    /* Then: the other file and its group where a variable's values stand still, or NULL. */
    const nd_nc *(*where)(const nd_nc *file, int group, int variable, int *its_group);
    struct nd_nc_waiting *waiting; /* what is to be written (base/netcdf_waiting.h); may be NULL */
    bool in_memory;                /* there is no file: what is written is gone when it is closed */
    char *path;                    /* what the user calls it */
    char *aside;                   /* where it is being written; NULL when only read */
    const nd_place *place;         /* where it will be put, if so */
    nd_place *own_place;           /* the same, where it is this handle's to free */
    nd_hold *own_hold;             /* on the file amended, where it is this handle's to release */
};

/* False, with `error` saying what netCDF's status means while doing that to `name`. */
bool nd_nc_failed(const nd_nc *file, int status, const char *doing, const char *name,
                  nd_error *error);
/* Closes the file, and makes sure first that all is written where it was written to; netCDF's
 * status. After a failure the handle's id is no longer valid, either. */
int nd_nc_finish(nd_nc *file);
/* The ids and total size of space-separated dimension names; the rank, or -1 on failure. */
int nd_nc_dimension_ids(nd_nc *file, const char *dimensions, int ids[8], size_t *count,
                        nd_error *error);
/* The variable's id; fails unless it has `count` elements. */
bool nd_nc_check_count(const nd_nc *file, const char *name, size_t count, int *id, nd_error *error);

#endif
