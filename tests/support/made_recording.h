/* Recordings made up for tests: what is in them is known. */
#ifndef ND_TESTS_MADE_RECORDING_H
#define ND_TESTS_MADE_RECORDING_H

#include "recording/session.h"

/* An empty recording with room for `sessions`, default settings, no shuffles or corrections. */
nd_recording *made_recording(size_t sessions);

/* Session `index`: metrics someone else has computed. */
void made_metrics(nd_recording *recording, size_t index, const char *animal,
                  const char *environment, double day, size_t visit, nd_given_metrics given);

/* What session `index` of an animal shows of a population of `cells` registered cells, on a track
 * of 20 bins run back and forth: cell c is active in the session if active[c], with a field of
 * the given width (bins) at centre[c]. */
void made_place_cells(nd_recording *recording, size_t index, const char *animal,
                      const char *environment, double day, size_t cells, const bool *active,
                      const double *centre, double width, uint64_t seed);

#endif
