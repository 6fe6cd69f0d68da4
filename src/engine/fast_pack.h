/* The units of a pack: which stand in it, and their state as doubles. */
#ifndef ND_ENGINE_FAST_PACK_H
#define ND_ENGINE_FAST_PACK_H

#include "engine/fast_engine.h"

/* The memory of a share, for share->units units, none of which stands in its pack yet. */
bool nd_share_open(const nd_fast_engine *engine, nd_share *share, nd_error *error);
/* All of a share's arrays as they were opened. */
void nd_share_clear(const nd_fast_engine *engine, nd_share *share);
void nd_share_close(const nd_fast_engine *engine, nd_share *share);

/* Puts a unit of that state (rows) into the next slot of its share's pack. */
void nd_pack_admit(const nd_fast_engine *engine, nd_share *share, size_t unit, const double *state);
/* Takes a slot out of the pack; the last slot moves into it. */
void nd_pack_dismiss(const nd_fast_engine *engine, nd_share *share, size_t slot);
/* The pack's first `slots` slots are in use. */
void nd_pack_resize(const nd_fast_engine *engine, nd_pack *pack, size_t slots);

/* Computes the drive of all slots from their parameters, where it is kept. */
void nd_pack_refresh_drive(const nd_fast_engine *engine, nd_share *share);
/* drive and activity of all slots (only the activity, where the drive is kept). */
void nd_pack_activate(const nd_fast_engine *engine, nd_pack *pack);

/* A unit's state at the start, into `state` (rows). */
void nd_unit_initial_state(const nd_fast_engine *engine, size_t unit, nd_unit_scratch *scratch,
                           double *state);
/* A unit's weights and bias, columns, into scratch->side: of the given state, but for what noise
 * has moved them outside the input subspace. */
void nd_unit_side(const nd_fast_engine *engine, size_t unit, const double *state,
                  nd_unit_scratch *scratch);
/* Preactivations of a unit of the given state at all samples, by the double coordinates, into
 * scratch->drive (n). */
void nd_unit_drive(const nd_fast_engine *engine, size_t unit, const double *state,
                   nd_unit_scratch *scratch);
/* How far its input side is from the nearest sample's threshold, min over s of -drive / |x~_s|;
 * negative if a sample drives it. Fills scratch->drive. */
double nd_unit_distance(const nd_fast_engine *engine, size_t unit, const double *state,
                        nd_unit_scratch *scratch);

#endif
