/* Several planes of an NWB file joined: RoiResponseSeries that one pattern names. */
#ifndef ND_RECORDING_NWB_PLANES_H
#define ND_RECORDING_NWB_PLANES_H

#include "recording/nwb_parts.h"

/* Whether a name is a pattern, which joins what it finds: Deconvolved/Plane*. */
bool nd_nwb_is_pattern(const char *name);

/* Describes the planes' cells side by side, frames x cells: they must have as many frames. The
 * times are the first plane's; identities are counted on from plane to plane. */
bool nd_nwb_planes_activity(nd_nwb *nwb, const char *pattern, nd_activity *activity,
                            nd_error *error);

/* Pours them into the sink. */
bool nd_nwb_planes_pour(const nd_nwb *nwb, const char *pattern, nd_sink *sink, nd_error *error);

/* A column of the tables of segments of all planes, one after the other. */
char **nd_nwb_planes_texts(const nd_nwb *nwb, const char *column, bool second, size_t *count,
                           nd_error *error);

/* Adds a finding for each group that holds several planes, before those of the planes. */
bool nd_nwb_planes_scan(const nd_nwb *nwb, nd_findings *findings, nd_error *error);

#endif
