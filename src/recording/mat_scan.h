/* What a scan finds in a MATLAB file: its variables, cell arrays taken apart. */
#ifndef ND_RECORDING_MAT_SCAN_H
#define ND_RECORDING_MAT_SCAN_H

#include "recording/format.h"
#include "recording/mat_file.h"

bool nd_mat_scan(nd_mat *mat, nd_findings *findings, nd_error *error);

#endif
