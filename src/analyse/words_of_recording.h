/* A recording's results in words and columns, for a terminal. */
#ifndef ND_ANALYSE_WORDS_OF_RECORDING_H
#define ND_ANALYSE_WORDS_OF_RECORDING_H

#include <stdio.h>

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

/* One JSON object: the properties of a data set. And a line a curve: its verdict and the changes
 * behind it. */
void nd_recording_properties_json(nd_recording_result *result, FILE *out);
void nd_recording_json(const nd_recording *recording, const nd_recording_result *result, FILE *out);
/* What was read, a session a line: counts, what was left out and why, and what was guessed. */
void nd_recording_read_json(const nd_recording *recording, FILE *out);

#endif
