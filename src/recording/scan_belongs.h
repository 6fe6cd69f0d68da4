/* Which of the parts that a scan found belong together. */
#ifndef ND_RECORDING_SCAN_BELONGS_H
#define ND_RECORDING_SCAN_BELONGS_H

#include "recording/scan_found.h"

/* The subscripts of an expression, "{1,2}" of spike_train{1,2}; "" if it has none. */
void nd_scan_subscripts(const char *name, char *text, size_t size);

/* How many characters the names of two files begin with alike. */
size_t nd_scan_common_start(const char *a, const char *b);

/* Whether finding `index` is one that a session is made of, an anchor: one a file in NWB, whose
 * defaults choose among several; else each of the role s->anchors. */
bool nd_scan_is_anchor(const nd_scan *s, size_t index);

/* Whether a part can go with an anchor at all; *nearness gets how near it is: SIZE_MAX in the same
 * file. */
bool nd_scan_belongs(const nd_scan *s, const nd_found *anchor, const nd_found *one, nd_role role,
                     size_t *nearness);

/* Whether a part is rather another recording's: it is nearer to an activity in another file. */
bool nd_scan_is_anothers(const nd_scan *s, const nd_found *anchor, const nd_found *one,
                         nd_role role);

/* The finding of a role that goes best with an anchor: the nearest that is not another's, then the
 * likest. NULL: there is none. */
const nd_found *nd_scan_partner(const nd_scan *s, const nd_found *anchor, nd_role role);

/* Whether nothing tells an anchor's position: as good a one lies in another file, or its own goes
 * as well with an anchor of another file. */
bool nd_scan_unsure(const nd_scan *s, const nd_found *anchor);

/* Of recordings joined in one file, which an anchor is, and of how many; and all their frames. */
size_t nd_scan_place_in_file(const nd_scan *s, const nd_found *anchor, size_t *count);
size_t nd_scan_joined_rows(const nd_scan *s, const nd_found *anchor);

/* The times of a part's rows, in another table or array of as many: the nearest, then the likest;
 * NULL where there are none. */
const nd_found *nd_scan_times_for(const nd_scan *s, const nd_found *part);

/* An activity that makes no session, less sure than the others, though positions of its own lie
 * nearer to it than to them: another recording. NULL: none. */
const nd_found *nd_scan_stranger(const nd_scan *s);

/* Finds which table follows the cells through the sessions: the surest that has a column, or else
 * a row, for each of them, and is of all cells. */
void nd_scan_find_registration(nd_scan *s);

#endif
