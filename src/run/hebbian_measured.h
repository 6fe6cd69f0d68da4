/* What is measured on the rows of a Hebbian run, into its file: how the fields drifted
 * (hebbian/drift.h), their information and how much snapshots are alike. */
#ifndef ND_RUN_HEBBIAN_MEASURED_H
#define ND_RUN_HEBBIAN_MEASURED_H

#include "store/hebbian_file.h"

/* The nd_hebbian_measured of nd_hebbian_file_put. */
bool nd_hebbian_measure_rows(nd_nc *file, const nd_hebbian *network, const nd_hebbian_rows *rows,
                             nd_error *error);

#endif
