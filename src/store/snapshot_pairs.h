/* Matrices of every snapshot with every other. */
#ifndef ND_STORE_SNAPSHOT_PAIRS_H
#define ND_STORE_SNAPSHOT_PAIRS_H

#include "base/netcdf_file.h"

/* Defines NAME(snapshot, other_snapshot), a pure number, and the coordinate
 * other_snapshot_step(other_snapshot), the steps of `snapshot_step`, which the file holds already.
 * One that version 0.1.0 wrote over (snapshot, snapshot) keeps its dimensions, for netCDF cannot
 * change them. */
bool nd_define_snapshot_pairs(nd_nc *file, const char *name, const char *definition,
                              nd_error *error);

/* The same of NAME(snapshot, environment, other_environment). */
bool nd_define_environment_pairs(nd_nc *file, const char *name, size_t environments,
                                 const char *definition, nd_error *error);

#endif
