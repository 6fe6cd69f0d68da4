/* What the spectra in a run file say, snapshot by snapshot. */
#ifndef ND_ANALYSE_WORDS_OF_SPECTRA_H
#define ND_ANALYSE_WORDS_OF_SPECTRA_H

#include <stdio.h>

#include "nulldrift/base.h"

/* A line a snapshot that has a spectrum: a table of at most eleven of them, evenly chosen, or, as
 * JSON, all. */
bool nd_spectra_tell(const char *path, bool as_json, FILE *out, nd_error *error);

#endif
