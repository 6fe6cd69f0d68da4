/** @file
 * What a network learns from: the data set of a world, or the caller's own arrays
 * (docs/worlds.md); and the parameters of a network.
 */
#ifndef NULLDRIFT_DATASET_H
#define NULLDRIFT_DATASET_H

#include "nulldrift/experiment.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** What the world hands to the network: n samples of inputs with their targets. */
typedef struct nd_dataset nd_dataset;

/** Makes the experiment's data set and checks it: finite values, matching shapes. Fails for a
 * Hebbian experiment, which has none, and for task arrays, whose data set is made by
 * nd_dataset_from. */
nd_dataset *nd_dataset_make(const nd_experiment *experiment, nd_error *error);

/** Frees it; NULL is fine. */
void nd_dataset_free(nd_dataset *dataset);

/** The arrays of a data set: given to nd_dataset_from, or seen by nd_dataset_view. Begin with all
 * zero; what is NULL is not there. */
typedef struct nd_dataset_arrays {
    size_t samples;               /**< n, at least 1 */
    size_t inputs;                /**< d_in, at least 1 (an action included) */
    size_t outputs;               /**< d_out, at least 1 */
    const double *input;          /**< n x d_in */
    const double *target;         /**< n x d_out; of a view, less output_bias */
    const double *position;       /**< n, in position_unit; may be NULL */
    const char *position_unit;    /**< "cm"; NULL: a number without a unit */
    const double *heading;        /**< n, rad; may be NULL */
    const int64_t *environment;   /**< n, numbered 0, 1, 2 ...; NULL: there is one */
    size_t environments;          /**< of a view: how many; nd_dataset_from counts them itself */
    const double *wall_texture;   /**< of a view: environments x texture; NULL off the track */
    size_t texture;               /**< of a view: values around the perimeter */
    size_t hidden;                /**< H of the initial weights; 0 where there are none */
    const double *input_weights;  /**< initial, H x d_in; all three are there or none */
    const double *bias;           /**< initial, H */
    const double *output_weights; /**< initial, d_out x H */
    const double *output_bias;    /**< d_out, kept constant: the network has none of its own, so its
                                       targets are those given less this. Only beside initial
                                       weights; may be NULL */
} nd_dataset_arrays;

/** A data set of the caller's own arrays, copied, for experiments with `world.task=arrays`. Its
 * initial weights are for `network.initialisation=file`, and an engine with another refuses them.
 * Fails on what is not finite, on sizes of zero or that overflow, on environments that are not
 * numbered from 0 on, and on members that only a view has (environments, wall_texture). */
nd_dataset *nd_dataset_from(const nd_dataset_arrays *arrays, nd_error *error);

/** All arrays of a data set as they lie there; they are the data set's, until it is freed. All zero
 * where `dataset` is NULL. */
void nd_dataset_view(const nd_dataset *dataset, nd_dataset_arrays *arrays);

/** n, d_in (action included) and d_out; any of them may be NULL. */
void nd_dataset_shape(const nd_dataset *dataset, size_t *samples, size_t *inputs, size_t *outputs);
/** n x d_in. */
const double *nd_dataset_inputs(const nd_dataset *dataset);
/** n x d_out. */
const double *nd_dataset_targets(const nd_dataset *dataset);
/** n, in the world's unit; NULL where it has none. */
const double *nd_dataset_position(const nd_dataset *dataset);
/** What was in its file but is not used, as one line; NULL where there is nothing to tell. */
const char *nd_dataset_notes(const nd_dataset *dataset);

/** The parameters of the network of docs/model.md, section 1.1. */
typedef struct nd_parameters {
    size_t hidden;          /**< H */
    size_t inputs;          /**< d_in */
    size_t outputs;         /**< d_out */
    double *input_weights;  /**< H x d_in */
    double *bias;           /**< H */
    double *output_weights; /**< d_out x H */
} nd_parameters;

/** All zero. The three arrays are one block of H (d_in + 1 + d_out) doubles from input_weights. */
nd_parameters *nd_parameters_new(size_t hidden, size_t inputs, size_t outputs, nd_error *error);
/** Frees what nd_parameters_new made; NULL is fine. */
void nd_parameters_free(nd_parameters *parameters);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
