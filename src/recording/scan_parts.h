/* The lines of a scanned manifest that say where a session's parts are. */
#ifndef ND_RECORDING_SCAN_PARTS_H
#define ND_RECORDING_SCAN_PARTS_H

#include "recording/scan_found.h"

/* Appends to the manifest; a failure is kept in s->fine. */
void nd_scan_put(nd_scan *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A text of files, names of theirs among it, as a value in quotes. */
void nd_scan_put_text(nd_scan *s, const char *text);

/* One part of an anchor's session, with how sure it is, and what else could be meant. */
void nd_scan_put_part(nd_scan *s, const nd_found *anchor, const nd_found *part, nd_role role);

/* The same as a comment, of a part that is used where more is asked for: `by` says what. */
void nd_scan_put_optional(nd_scan *s, const nd_found *anchor, const nd_found *part, nd_role role,
                          const char *by);

/* The positions an anchor could have, of which the experimenter chooses one. */
void nd_scan_put_choices(nd_scan *s, const nd_found *anchor);

/* The column of the registration's table that a session is. */
void nd_scan_put_registration(nd_scan *s, size_t number);

#endif
