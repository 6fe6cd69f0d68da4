/* The Hebbian / anti-Hebbian network of Qin et al. (2023), docs/model.md, section 7: N neurons,
 * feed-forward W (N x d), lateral M (N x N), thresholds b; one random input per step, the neural
 * dynamics at their fixed point, local learning with noise.
 *
 * Everything drawn is addressed by (seed, purpose, unit, step), so that a run is the same with any
 * records, interruptions or threads. */
#ifndef ND_HEBBIAN_HEBBIAN_H
#define ND_HEBBIAN_HEBBIAN_H

#include "experiment/experiment.h"
#include "hebbian/fixed_point.h"
#include "hebbian/inputs.h"
#include "hebbian/kernels.h"

typedef struct nd_hebbian {
    const nd_experiment *experiment; /* belongs to the caller, outlives the network */
    nd_hebbian_inputs *inputs;       /* n x d */
    size_t neurons;                  /* N */
    uint64_t updates;                /* made so far, the settling ones included */
    /* The state. Matrices are kept by sender, so that the columns the fixed point needs are whole.
     */
    double *forward;    /* d x N: forward[k * N + i] is W_ik */
    double *lateral;    /* N x N: lateral[j * N + i] is M_ij */
    double *threshold;  /* N: b */
    uint64_t *last_set; /* n x nd_set_words(N): the neurons active when each input was last seen */
    nd_fixed_point_counts counts; /* of the steps; responses are not counted */
    /* Room to work in. */
    const nd_hebbian_kernels *kernels;
    nd_complementarity *solver;
    double *activity;  /* N: y of the last step */
    float *noise;      /* nd_hebbian_scratch(N) */
    double *drive;     /* N */
    double input_gram; /* |X'X|_F^2 */
} nd_hebbian;

/* W0, M0 = I, b = 0, before any update. Fails for unknown inputs, no neurons, l2 <= 0. */
nd_hebbian *nd_hebbian_new(const nd_experiment *experiment, nd_error *error);
void nd_hebbian_free(nd_hebbian *network);

/* Learns by `experiment` from the next step on, which differs from the one before in its section
 * learning alone and outlives the network. Fails, as it was, on a learning rate that is none. */
bool nd_hebbian_learn_by(nd_hebbian *network, const nd_experiment *experiment, nd_error *error);

/* One step: a random input, its fixed point, the updates of W, M and b. Fails when the dynamics do
 * not settle or the weights are no longer finite: step, unit and parameters are named. */
bool nd_hebbian_step(nd_hebbian *network, nd_error *error);

/* Steps until run.settle + `step` updates are made. */
bool nd_hebbian_advance(nd_hebbian *network, uint64_t step, nd_error *error);

/* The responses of every neuron to every input at the present weights: n x N, without changing the
 * network; on up to `threads` threads, the same for any number of them. */
bool nd_hebbian_responses(const nd_hebbian *network, unsigned threads, double *response,
                          nd_error *error);

/* What is recorded. */
typedef struct nd_hebbian_record {
    double error;                 /* |X'X - Y'Y|_F^2 / n^2 over all inputs and responses */
    double active_fraction;       /* share of responses above 0 */
    double fraction_active_units; /* share of neurons whose peak exceeds network.peak_threshold */
} nd_hebbian_record;

bool nd_hebbian_measure(const nd_hebbian *network, const double *response,
                        nd_hebbian_record *record, nd_error *error);

/* Which input the next step shows: uniformly random. */
size_t nd_hebbian_next_input(const nd_hebbian *network);

/* The fixed-point problem of one input (d); `drive` (N) is filled and belongs to the problem. */
nd_fixed_point_problem nd_hebbian_problem(const nd_hebbian *network, const double *input,
                                          double *drive);

/* Fills `error` for an input at which the dynamics did not settle; returns false. */
bool nd_hebbian_unsettled(const nd_hebbian *network, size_t input, size_t unit, nd_error *error);

/* The state exactly as it is. */
bool nd_hebbian_save(const nd_hebbian *network, nd_buffer *state, nd_error *error);
bool nd_hebbian_restore(nd_hebbian *network, nd_buffer *state, nd_error *error);

#endif
