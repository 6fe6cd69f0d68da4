/* Measures of drift in columns for a terminal, and as JSON (docs/drift-measures.md). */
#ifndef ND_ANALYSE_WORDS_OF_DRIFT_H
#define ND_ANALYSE_WORDS_OF_DRIFT_H

#include <stdio.h>

#include "base/memory.h"
#include "sessions/followed_sessions.h"

/* Appends to `text`, zero-ended: the measures that are shown, or all. Nothing where drift was not
 * measured, or no group can be followed. */
bool nd_recording_drift_words(const nd_recording_result *result, bool all, nd_buffer *text,
                              nd_error *error);
/* The same of one series by name. */
bool nd_drift_words(const char *name, const nd_drift_measures *measures, bool all, nd_buffer *text,
                    nd_error *error);

/* A line a group that is followed: {"drift": NAME, "pairs": {...}, "numbers": {...}}. */
void nd_recording_drift_json(const nd_recording_result *result, FILE *out);
void nd_drift_json(const char *name, const nd_drift_measures *measures, FILE *out);

#endif
