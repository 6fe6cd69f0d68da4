/* From frames with a position to frames with a bin: range, directions, occupancy. */
#ifndef ND_RECORDING_BINNING_H
#define ND_RECORDING_BINNING_H

#include "recording/selector.h"
#include "recording/session.h"

/* A session as read: its frames count, but have no bin yet. */
typedef struct nd_reading {
    nd_session session;        /* bin and occupancy still NULL */
    double *map_occupancy;     /* rate maps: occupancy as given, bins; NULL: from the positions */
    size_t index;              /* of its request in the manifest */
    uint32_t unused[ND_ROLES]; /* bits of nd_part_key given under `defaults` that it did not use */
} nd_reading;

void nd_reading_clear(nd_reading *reading);

/* Widens the ranges to what the reading's positions span. Start from {INFINITY, -INFINITY}. */
void nd_reading_widen(const nd_reading *reading, double range_x[2], double range_y[2]);

/* Gives every frame its bin, by the settings and the ranges; frames outside the range are left
 * out, with their events, and counted. Sets bins and occupancy. Fails, naming the session, when no
 * frame is left. */
bool nd_reading_bin(nd_reading *reading, const nd_settings *settings, const double range_x[2],
                    const double range_y[2], nd_error *error);

/* Leaves out the frames whose keep[frame] is false, with their events. */
bool nd_reading_keep(nd_reading *reading, const bool *keep, nd_error *error);

/* The frames of one direction as a reading of their own (a copy). */
bool nd_reading_of_way(const nd_reading *reading, int way, nd_reading *part, nd_error *error);

#endif
