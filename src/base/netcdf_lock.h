/* netCDF and HDF5 serve one thread at a time. Whoever calls them holds this lock while it does; the
 * functions of netcdf_file.h take it by themselves. */
#ifndef ND_BASE_NETCDF_LOCK_H
#define ND_BASE_NETCDF_LOCK_H

/* Waits until no other thread holds the lock; a thread may take it again while it has it. While it
 * is held HDF5 prints nothing of the calling thread's errors. Returns 1. */
int nd_nc_lock(void);
/* Gives it back; `held` is what nd_nc_lock returned. */
void nd_nc_unlock(const int *held);

/* For a program, before anything else: HDF5 does nothing when the process ends. Files are closed by
 * whoever opened them; one that could not be, on a full disk, would be written to once more, and
 * that has crashed. */
void nd_nc_leave_at_exit(void);

/* From here to the end of the block the lock is held. */
#define ND_NC_ALONE __attribute__((cleanup(nd_nc_unlock), unused)) int held = nd_nc_lock()

#endif
