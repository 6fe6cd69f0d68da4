/* The fast back end's state, shared by its files. Units are divided into shares, worked on in
 * parallel; of each share the awake units stand in a pack, which the kernels deal with, the silent
 * ones sleep (docs/model.md, docs/performance.md).
 *
 * What a file of the fast engine may include, lowest first: fast_engine.h, fast_pack, fast_noise,
 * fast_silence, fast_step, given_noise; beside them fast_plan, fast_data, fast_open, fast_state. */
#ifndef ND_ENGINE_FAST_ENGINE_H
#define ND_ENGINE_FAST_ENGINE_H

#include "engine/engine.h"
#include "engine/kernels.h"
#include "engine/subspace.h"

/* How units that no sample drives are spared (docs/model.md, section 6.1). */
typedef enum nd_silence {
    ND_SILENT_WORKS,  /* not at all: what moves them does not follow from the step */
    ND_SILENT_RESTS,  /* nothing moves them: SGD, RMSprop without update noise */
    ND_SILENT_COASTS, /* Adam: until their moments have run out, then they rest */
    ND_SILENT_WALKS,  /* SGD with update noise: they walk, and wake in time */
    ND_SILENT_FOLLOWS /* SED: they walk by the error's changes */
} nd_silence;

typedef enum nd_wakefulness { ND_AWAKE, ND_ASLEEP, ND_AT_REST } nd_wakefulness;

/* A unit's sleep. (Part of a checkpoint as it stands: fast_state.c.) */
typedef struct nd_sleeper {
    uint64_t since, until; /* asleep from this step until that (ND_SILENT_WALKS) */
    double clock, budget;  /* SED: sum of dL^2 when it fell asleep, and how much more it may see */
    uint64_t state;        /* nd_wakefulness */
} nd_sleeper;

/* Sleeps begin, and end, at multiples of so many steps, but for SED's, which end when the error has
 * changed enough. */
enum { ND_FAST_BLOCK = 24 };

/* Room behind arrays that kernels write, or read, in whole blocks or vectors; with it, rows of
 * zeros behind the samples (kernels/sparse/rows.h). */
enum { ND_ROW_ROOM = 64 };

/* Room for what is found out about one unit. */
typedef struct nd_unit_scratch {
    double *state;     /* rows: its parameters in the engine's coordinates */
    double *moment[2]; /* rows */
    double *drive;     /* n: its preactivations */
    double *side;      /* columns: its input weights and bias as they are */
    double *inside;    /* columns: the part of such within the input subspace, or coordinates */
    double *walked;    /* rows or columns: a random walk */
    double *bridge;    /* twice that: for nd_walk_within and nd_walk_on */
} nd_unit_scratch;

/* A fixed share of the units and what its work needs; units never change packs, so that packs can
 * be worked on in parallel with the same result for any number of threads. */
typedef struct nd_share {
    nd_pack pack;
    size_t first, units; /* unit numbers first .. first + units - 1 */
    uint64_t next_wake;  /* the first step at which one of its sleepers is due */
    double wake_clock;   /* SED: the first clock */
    uint64_t sleeps;     /* how often a unit fell asleep */
    double bound;        /* chance, summed over sleeps, that a sleeping unit would have woken */
    bool noise_drawn;    /* the noise of this period is in the pack, for its units as they stand */
    bool *silent;        /* scratch: capacity */
    nd_unit_scratch scratch;
} nd_share;

typedef struct nd_fast_engine nd_fast_engine;

/* Where a step's noise comes from: it is drawn by address (fast_noise.c); tests give their own
 * (given_noise.c). */
typedef struct nd_noise_source {
    bool units_move; /* units fall asleep, wake and change slots; else each stays in its slot */
    bool in_periods; /* the noise of several steps is in the packs at a time */
    /* This step's inputs, into engine->coordinates where they are noisy; returns its targets,
     * n x d_out reals. */
    const void *(*data)(nd_fast_engine *engine);
    /* This step's dropout masks, where there is dropout, for a share's slots as they stand. */
    void (*masks)(nd_fast_engine *engine, nd_share *share);
    /* The noise in a share's parameters, for its slots as they stand. */
    void (*parameters)(nd_fast_engine *engine, nd_share *share);
    /* The step was made: parameters moved by `sed_factor` (SED: rate dL) times the perturbation.
     * NULL: nothing is to be done. */
    void (*finish)(nd_fast_engine *engine, double sed_factor);
    /* Adds to a unit's weights and bias (columns) what noise has moved them outside the input
     * subspace since the start. */
    void (*complement)(const nd_fast_engine *engine, size_t unit, nd_unit_scratch *scratch,
                       double *side);
    /* Frees what belongs to engine->noise; NULL: nothing. */
    void (*close)(nd_fast_engine *engine);
} nd_noise_source;

struct nd_fast_engine {
    nd_engine base;
    /* Constant. */
    const nd_experiment *experiment;
    const nd_dataset *dataset; /* in_order, where there is one */
    nd_dataset *in_order;      /* the data set with like samples side by side, or NULL */
    size_t *order;             /* its samples' numbers, or NULL */
    const nd_kernels *kernels;
    unsigned threads;
    nd_subspace *subspace;
    nd_layer layer;
    nd_parameters *initial;
    nd_silence silence;
    double silence_threshold; /* c */
    double silence_tail;      /* the chance of a Gaussian beyond it */
    double target_variance, rate;
    double error_scale;                          /* dL/do over o - y, times the rate for SGD */
    size_t period;                               /* steps whose noise is drawn together */
    float *scale[ND_NOISE_KINDS];                /* dense: period x rows, spread for the kernels */
    void *row_scale[ND_NOISE_KINDS];             /* sparse, instead: layer.sparse.noise_scale */
    void *lengths, *list_weights, *list_lengths; /* reals, as layer.sparse */
    void *across;
    void *coordinates; /* reals, as the layer's; with input noise this step's */
    void *inputs;      /* reals, n x d_in: with input noise only */
    void *targets;     /* reals, n x d_out, with room to round up */
    /* The state. */
    const nd_noise_source *noise;
    size_t shares; /* packs */
    nd_share *share;
    nd_sleeper *sleeper; /* H */
    double *home;        /* H x rows: parameters of units asleep or at rest, as they fell asleep */
    double clock;        /* SED: sum of dL^2 so far */
    double largest[2];   /* SED: largest dL^2 of this block of steps and of the one before */
    /* Of one step. */
    void *noisy_inputs, *noisy_targets; /* reals, as inputs and targets */
    void *outputs, *errors;             /* reals, n x the layer's output_stride */
    char description[256];
    void *given; /* belongs to the source of given noise */
};

#endif
