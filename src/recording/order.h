/* The sessions of a recording in their order: by animal, environment, direction and day. */
#ifndef ND_RECORDING_ORDER_H
#define ND_RECORDING_ORDER_H

#include "recording/session.h"

/* Are both of one animal in one environment? */
bool nd_same_place(const nd_session *a, const nd_session *b);

/* Sorts the sessions and counts the visits that are not told. Fails where two sessions are of one
 * animal, environment, direction and day, and nothing says that this is meant. */
bool nd_recording_order(nd_recording *recording, nd_error *error);

#endif
