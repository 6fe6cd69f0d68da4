/** @file
 * A network under training, followed: records and snapshots, taken of an engine as it goes; by
 * name, with units, and as pictures, without a file (docs/run-file.md, docs/figures.md).
 */
#ifndef NULLDRIFT_FOLLOWED_ENGINE_H
#define NULLDRIFT_FOLLOWED_ENGINE_H

#include "nulldrift/contents.h"
#include "nulldrift/engine.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Records and snapshots of one engine. */
typedef struct nd_followed_engine nd_followed_engine;

/** None yet. The experiment, as it is for the engine now, is copied; the data set, where the
 * network has one, must outlive what is made here. Of a Hebbian network (nulldrift/hebbian.h)
 * records have the fields' centroids, and snapshots the responses to all inputs. */
nd_followed_engine *nd_followed_engine_new(const nd_engine *engine, nd_error *error);

/** Takes the record of `engine` at its present step and, if `snapshot` is set, its parameters. What
 * was taken at that step already is not taken twice. Fails for an engine of another network or data
 * set, for one at an earlier step than what was taken last, and where the dynamics of a Hebbian
 * network do not settle. Before its first nd_engine_advance (to step 0, too) such a network has
 * made none of its settling updates. */
bool nd_followed_engine_take(nd_followed_engine *followed, nd_engine *engine, bool snapshot,
                             nd_error *error);

/** Frees it; NULL is fine. */
void nd_followed_engine_free(nd_followed_engine *followed);

/** All that was taken, and the data set, by the names, units and definitions of a run file: step,
 * loss, active_fraction (record); snapshot_step, input_weights, bias, output_weights (snapshot);
 * inputs, targets, position ...; of a Hebbian network responses, position, centroid,
 * mean_squared_displacement, forward_weights ... Close it with nd_contents_close; what it is of may
 * be freed before. Fails where nothing was taken. */
nd_contents *nd_followed_engine_contents(const nd_followed_engine *followed, nd_error *error);

/** Draws the figure called `name`, of those that take a run file (fig2, fig6, figS2, environments,
 * drift-measures; of a Hebbian network fig4c, hebbian-drift ...), of what was taken into `output`,
 * as nd_draw_figure does. */
bool nd_draw_followed_engine(const char *name, const nd_followed_engine *followed,
                             const char *output, bool replace, nd_error *remark, nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
