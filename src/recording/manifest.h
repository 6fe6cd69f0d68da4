/* RECORDING.yaml: which sessions there are, where in which files they lie, and how to analyse
 * them. The keys are described in docs/recordings.md. */
#ifndef ND_RECORDING_MANIFEST_H
#define ND_RECORDING_MANIFEST_H

#include "recording/session.h"

/* Reads the manifest and all files it names (relative to its folder). Errors name the file, the
 * line and the key, or the data file and the dataset. `watch` may be NULL. free with
 * nd_recording_free. */
nd_recording *nd_recording_load(const char *manifest, const nd_watch *watch, nd_error *error);

#endif
