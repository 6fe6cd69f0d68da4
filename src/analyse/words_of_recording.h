/* A recording's results in words and columns, for a terminal. */
#ifndef ND_ANALYSE_WORDS_OF_RECORDING_H
#define ND_ANALYSE_WORDS_OF_RECORDING_H

#include "base/memory.h"
#include "sessions/sessions.h"

/* What a terminal shows: a row a session, then the verdicts; appended to `text`, zero-ended. */
bool nd_recording_summary(const nd_recording_result *result, nd_buffer *text, nd_error *error);

/* The data sets' own properties side by side (the paper's Table 3): as CSV, a row a data set, and
 * for a terminal, a column a data set. Zero-ended. */
bool nd_recording_properties_csv(nd_recording_result *const *results, size_t count, nd_buffer *text,
                                 nd_error *error);
bool nd_recording_properties(nd_recording_result *const *results, size_t count, nd_buffer *text,
                             nd_error *error);

#endif
