/* A netCDF file that the reader has open: what is in it is known here (base/netcdf_contents.h), the
 * values are asked for piece by piece. No byte of the file passes through this process's netCDF. */
#ifndef ND_BASE_NETCDF_REMOTE_H
#define ND_BASE_NETCDF_REMOTE_H

#include "base/hdf5_whole.h"
#include "base/netcdf_handle.h"
#include "base/netcdf_packed.h"

/* What values are read as. */
typedef enum nd_nc_kind {
    ND_NC_AS_DOUBLES,
    ND_NC_AS_INT64,
    ND_NC_AS_CHARACTERS,
    ND_NC_AS_BYTES,
    ND_NC_AS_TEXTS,  /* char *, each to be freed */
    ND_NC_AS_STORED, /* of the variable's own type, one of netCDF's but texts */
    ND_NC_AS_PACKED  /* pieces as they lie in the file: nd_nc_read_packed */
} nd_nc_kind;

/* Opens file->path in the reader; file->id are its contents. Fails, naming the file and the
 * variable, when the library crashes or hangs on it, when a link, external storage or a virtual
 * data set leads to another file, when a variable claims more than the file can hold. Where the
 * file is to be copied, `contents` are taken for nd_nc_contents_copy, and what netCDF does not show
 * of it fails, too; otherwise NULL. Its links are refused. */
bool nd_nc_open_remote(nd_nc *file, nd_buffer *contents, nd_error *error);
/* The same, with links refused, offered or followed (base/hdf5_whole.h): *led_to, to free(), gets
 * the files that they led to, a line each. */
bool nd_nc_open_linked(nd_nc *file, nd_links links, char **led_to, nd_error *error);

void nd_nc_close_remote(nd_nc *file);

/* Reads the variable of that id in `group` (file->id, or one of its groups) into `values`, from
 * wherever the file is open: the part that start and extent tell, or all of it (both NULL). */
bool nd_nc_read(const nd_nc *file, int group, int variable, nd_nc_kind kind, const size_t *start,
                const size_t *extent, void *values, nd_error *error);

/* Reads pieces of a variable as they are packed, from the `first` on, as many as make a good
 * answer; *can is false where the variable is not packed so (base/netcdf_packed.h). */
bool nd_nc_read_packed(const nd_nc *file, int group, int variable, const nd_nc_packing *packing,
                       uint64_t first, nd_buffer *pieces, bool *can, nd_error *error);

extern const nd_trade nd_trade_netcdf;

#endif
