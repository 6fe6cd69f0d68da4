/* HDF5 files of other tools than NWB's: CaImAn's results, SLEAP's analysis files, DeepLabCut's
 * tables. */
#ifndef ND_RECORDING_HDF5_LAYOUTS_H
#define ND_RECORDING_HDF5_LAYOUTS_H

#include "recording/nwb_parts.h"

/* Where CaImAn's file has the activity: components x frames, by the last part of its name (S, C,
 * F_dff), or by default S, else C. False where the file is not CaImAn's, or has no such array. */
bool nd_caiman_array(const nd_nwb *nwb, const char *name, char path[ND_NWB_PATH_SIZE]);

/* Adds what CaImAn knows of it: that rows are cells, the frame rate (params/data/fr), and which
 * components it accepted (estimates/idx_components). */
bool nd_caiman_describe(const nd_nwb *nwb, nd_activity *activity, nd_error *error);

/* What a scan finds in any of them; *found tells whether it is one. */
bool nd_hdf5_layouts_scan(const nd_nwb *nwb, nd_findings *findings, bool *found, nd_error *error);

/* nd_format's body: of DeepLabCut's table (recording/pandas_table.h), or of SLEAP's analysis file
 * of one animal, its arrays tracks, node_names and point_scores. */
bool nd_hdf5_body(void *file, const nd_selector *selector, const char *part, nd_series *series,
                  nd_error *error);

#endif
