/* The manifest that a scan proposes: its head, a session for each anchor, and what else there is.
 */
#ifndef ND_RECORDING_SCAN_MANIFEST_H
#define ND_RECORDING_SCAN_MANIFEST_H

#include "recording/scan_found.h"

/* Appends it to s->yaml, the questions after its head; a failure is kept in s->fine. */
void nd_scan_write(nd_scan *s);

#endif
