/** @file
 * A network under training, step by step.
 */
#ifndef NULLDRIFT_ENGINE_H
#define NULLDRIFT_ENGINE_H

#include "nulldrift/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** A network under training. */
typedef struct nd_engine nd_engine;

/** What is recorded of the current parameters, without noise. */
typedef struct nd_record {
    double loss;                  /**< mean squared error over Var(y), docs/model.md section 1.2 */
    double active_fraction;       /**< share of (unit, sample) pairs that are active */
    double fraction_active_units; /**< share of units that are active for some sample */
} nd_record;

/** Starts the experiment at step 0. Experiment and data set must outlive the engine. Results do not
 * depend on `threads` (0: one). Fails for a Hebbian experiment, and where experiment and data set
 * are not for each other. */
nd_engine *nd_engine_open(const nd_experiment *experiment, const nd_dataset *dataset,
                          unsigned threads, nd_error *error);
/** Makes updates until `step` have been made in all; none where they have. Fails, naming the step,
 * on divergence (ND_CODE_DIVERGED). */
bool nd_engine_advance(nd_engine *engine, uint64_t step, nd_error *error);
/** The record of the current parameters; all NaN where `engine` is NULL. */
void nd_engine_record(nd_engine *engine, nd_record *record);
/** The current parameters, into `out` of the network's shape (else it is left as it is). */
void nd_engine_parameters(nd_engine *engine, nd_parameters *out);
/** Updates made so far; 0 where `engine` is NULL. */
uint64_t nd_engine_step(const nd_engine *engine);
/** What it is, in one line ("fast instruction_set=avx2 precision=double ..."); its own, until the
 * next call of this function. Empty where `engine` is NULL. */
const char *nd_engine_describe(const nd_engine *engine);

/** Changes keys of the section learning (all but learning.rule) from the present step on:
 * "learning. learning_rate=0.01", "learning.update_noise=default" ... All of `sets` or, where one
 * cannot be, none; the experiment that it was opened with stays as it is. Rules without moments
 * (sgd, sed), engine reference and Hebbian networks change everything; of adam and rmsprop, engine
 * fast changes the learning rate alone. A run with changes that change nothing is bit for bit the
 * run without under engine reference; under engine fast to rounding, and in law with noise or sed,
 * since each change begins its coordinates anew. */
bool nd_engine_set(nd_engine *engine, const char *const *sets, size_t set_count, nd_error *error);

/** The network has these parameters from the present step on; the rule's moments begin at zero.
 * Fails on another shape, and on what is not finite. */
bool nd_engine_set_parameters(nd_engine *engine, const nd_parameters *parameters, nd_error *error);

/** The network's hidden activity (samples x H) and outputs (samples x d_out) on any `input`
 * (samples x d_in), by its current parameters, without noise; a constant output bias of the data
 * set is in the outputs. `activity` or `output` may be NULL. */
bool nd_engine_forward(nd_engine *engine, const double *input, size_t samples, double *activity,
                       double *output, nd_error *error);

/** The same of any network: `activation` as in network.activation. */
bool nd_forward(const nd_parameters *parameters, const char *activation, const double *input,
                size_t samples, double *activity, double *output, nd_error *error);

/** The whole state, exactly, as bytes for nd_engine_load; nd_free() them. Nothing is drawn or
 * changed by it. */
bool nd_engine_save(nd_engine *engine, void **bytes, size_t *length, nd_error *error);

/** Takes up a state that nd_engine_save gave, in this process or another: of the same experiment
 * but for nd_engine_set, data set, engine, moments and instruction set. What follows is bit for bit
 * what would have followed then. Fails on bytes that are damaged or of something else; the engine
 * is then as it was. */
bool nd_engine_load(nd_engine *engine, const void *bytes, size_t length, nd_error *error);

/** What a rule of the caller's own gets at each step. The arrays are the engine's, for the time of
 * the call: one block each of `count` values, W_in (H x d_in), b (H), W_out (d_out x H). */
typedef struct nd_rule_step {
    uint64_t step;          /**< updates made before this one */
    double learning_rate;   /**< learning.learning_rate */
    size_t hidden;          /**< H */
    size_t inputs;          /**< d_in */
    size_t outputs;         /**< d_out */
    size_t count;           /**< H (d_in + 1 + d_out) */
    double *parameters;     /**< to be updated in place */
    const double *gradient; /**< of the loss at this step's noisy data, update noise added */
    double *moment[2]; /**< running moments, zero at first; NULL beyond `moments` of the rule */
} nd_rule_step;

/** A learning rule of the caller's own. */
typedef struct nd_own_rule {
    /** One update; false ends nd_engine_advance with an error. May not call back into the engine.
     */
    bool (*update)(const nd_rule_step *step, void *context);
    void *context; /**< what `update` gets */
    int moments;   /**< running moments it keeps: 0, 1 or 2 */
} nd_own_rule;

/** As nd_engine_open, by the reference engine (run.engine reference or auto) and `rule`, which is
 * copied, in the place of learning.rule, which must be at its default. */
nd_engine *nd_engine_open_with_rule(const nd_experiment *experiment, const nd_dataset *dataset,
                                    const nd_own_rule *rule, nd_error *error);

/** Closes it; NULL is fine. */
void nd_engine_close(nd_engine *engine);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
