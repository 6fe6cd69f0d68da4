/* What is taken of a Hebbian network that is followed (api/followed_engine.c): records with the
 * centroids of its fields, snapshots of its responses, the weights as they were last. */
#ifndef ND_API_FOLLOWED_HEBBIAN_H
#define ND_API_FOLLOWED_HEBBIAN_H

#include "base/netcdf_file.h"
#include "engine/engine.h"
#include "store/run_file_write.h"

/* Neurons; and responses of all of them to all inputs. */
size_t nd_followed_fields(const nd_engine *engine);
size_t nd_followed_responses(const nd_engine *engine);

/* Is `engine` a network of the same inputs and as many neurons as `last`? */
bool nd_same_hebbian(const nd_engine *engine, const nd_engine *last);

/* The centroid of every field (NaN: it has none), and all responses, at the present step. Both fail
 * where the dynamics do not settle. */
bool nd_take_centroids(nd_engine *engine, double *centroid, nd_error *error);
bool nd_take_responses(nd_engine *engine, double *response, nd_error *error);

/* `last` has the weights, and the counts, of `engine`. */
void nd_take_weights(const nd_engine *engine, nd_engine *last);

/* Puts all of it into a new file, `last` being the network at its end. */
bool nd_put_followed_hebbian(nd_nc *file, const nd_engine *last, const nd_run_rows *rows,
                             const nd_run_summary *summary, nd_error *error);

#endif
