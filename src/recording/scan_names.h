/* What the names of files and parts tell a scan of a session. */
#ifndef ND_RECORDING_SCAN_NAMES_H
#define ND_RECORDING_SCAN_NAMES_H

#include "recording/scan_found.h"

/* The day of an ISO 8601 date, counted from a day long ago; 0 if there is no date. */
long nd_scan_day_of(const char *start);

/* The first day of any file, where all files have a date; 0 otherwise. */
long nd_scan_first_day(const nd_scan *s);

/* The day that the name of the anchor's file or folder tells: the number after the word day, as in
 * mouse_day14.csv, or that of a date, as in 2023-05-14/spks.npy, counted from the first. -1 unless
 * the names of all sessions tell theirs in the same way. */
long nd_scan_named_day(const nd_scan *s, const nd_found *anchor);

/* The animal: by the file's own word, else what the names of the activity's and the position's
 * files begin with alike; "" where they do not. */
void nd_scan_animal(const nd_scan *s, const nd_found *anchor, char *animal, size_t size);

/* Do names alike but for one word of letters, as mouse_A_day1 and mouse_B_day1, tell sessions of
 * one animal apart? Such a word may be an environment; `word` receives that of the anchor's file,
 * `other` one that differs, both of `size`. */
bool nd_scan_environment(const nd_scan *s, const nd_found *anchor, char *word, char *other,
                         size_t size);

/* What a session is called: its folder, file, subscripts, and place among recordings joined. */
void nd_scan_label(const nd_scan *s, const nd_found *anchor, char *label, size_t size);

#endif
