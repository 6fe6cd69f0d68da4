/* The fast back end's state, shared by its files and by the tests that hand in their own noise. */
#ifndef ND_ENGINE_FAST_ENGINE_H
#define ND_ENGINE_FAST_ENGINE_H

#include "engine/engine.h"
#include "engine/kernels.h"
#include "engine/subspace.h"
#include "rule/rule.h"

/* How units that no sample drives are spared (docs/model.md, section 6.1). */
typedef enum nd_silence {
    ND_SILENT_WORKS,  /* not at all: what moves them does not follow from the step */
    ND_SILENT_RESTS,  /* nothing moves them: SGD, RMSprop without update noise */
    ND_SILENT_COASTS, /* Adam: until their moments have run out, then they rest */
    ND_SILENT_WALKS,  /* SGD with update noise: they walk, and wake in time */
    ND_SILENT_FOLLOWS /* SED: they walk by the error's changes */
} nd_silence;

typedef enum nd_wakefulness { ND_AWAKE, ND_ASLEEP, ND_AT_REST } nd_wakefulness;

typedef struct nd_sleeper {
    uint64_t since, until; /* asleep from this step until that (ND_SILENT_WALKS) */
    double clock, budget;  /* SED: sum of dL^2 when it fell asleep, and how much more it may see */
    uint64_t state;        /* nd_wakefulness */
} nd_sleeper;

/* A fixed share of the units and what its work needs; units never change packs, so that packs can
 * be worked on in parallel with the same result for any number of threads. */
typedef struct nd_share {
    nd_pack pack;
    size_t first, units; /* unit numbers first .. first + units - 1 */
    uint64_t next_wake;  /* the first step at which one of its sleepers is due */
    double wake_clock;   /* SED: the first clock */
    uint64_t sleeps;     /* how often a unit fell asleep */
    double bound;        /* chance, summed over sleeps, that a sleeping unit would have woken */
    bool noise_drawn;    /* the noise of this period is in the pack */
    bool *silent;        /* scratch: capacity */
    double *values;      /* scratch: several times the rows, columns or samples */
} nd_share;

typedef struct nd_fast_engine {
    nd_engine base;
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
    double target_variance, rate, error_scale;
    size_t period;                /* steps whose noise is drawn together */
    size_t noise_count;           /* numbers drawn for a unit and period: period x rows, or more */
    float *scale[ND_NOISE_KINDS]; /* period x rows, spread for the kernels */
    void *noise_scale[ND_NOISE_KINDS]; /* sparse kernels, instead: as the layer's */
    size_t shares;                     /* packs */
    nd_share *share;
    nd_sleeper *sleeper; /* H */
    double *home;        /* H x rows: parameters of units asleep or at rest */
    double *strayed;     /* H x (d_in + 1), handed-in noise outside the subspace; usually NULL */
    double clock;        /* SED: sum of dL^2 so far */
    double largest[2];   /* SED: largest dL^2 of this block of steps and of the one before */
    void *lengths, *list_weights, *list_lengths; /* reals, as the layer's */
    void *coordinates, *across;                  /* reals, as the layer's */
    void *inputs, *noisy_inputs;                 /* reals, n x d_in: with input noise only */
    void *targets, *noisy_targets;               /* reals, n x d_out, with room to round up */
    void *outputs, *errors;                      /* reals, n x the layer's output_stride */
    char description[256];
} nd_fast_engine;

/* One update. With `handed`, that noise is used and nothing is drawn (tests). False: diverged. */
bool nd_fast_step(nd_fast_engine *engine, const nd_noise *handed);

/* The outputs of the current parameters at the clean inputs, n x output_stride. */
const void *nd_fast_outputs(nd_fast_engine *engine);
/* Puts a unit into the next slot of its share's pack. `state`: its rows. */
void nd_fast_admit(nd_fast_engine *engine, nd_share *share, size_t unit, const double *state);
/* The state of a unit asleep, at the present step, into `state` (rows). */
void nd_fast_asleep_state(const nd_fast_engine *engine, size_t unit, double *state,
                          double *scratch);
/* Preactivations (n) of a unit of the given state, by the double coordinates. */
void nd_fast_drive_of(const nd_fast_engine *engine, size_t unit, const double *state, double *drive,
                      double *scratch);
/* Is anyone due to wake at this step? Sleeps end at multiples of ND_FAST_BLOCK steps, but for
 * SED's, which end when the error has changed enough. */
enum { ND_FAST_BLOCK = 24 };
bool nd_fast_wake_due(const nd_fast_engine *engine, const nd_share *share);
/* Wakes who is due. */
void nd_fast_wake(nd_fast_engine *engine, nd_share *share);
/* Puts to sleep who may sleep, every ND_FAST_BLOCK steps. True: somebody fell asleep. */
bool nd_fast_doze(nd_fast_engine *engine, nd_share *share);

/* The test hook: one step with the noise given, as nd_learner_step. The engine must have been
 * opened for an experiment with the same kinds of noise. False: diverged. */
bool nd_fast_engine_step_with_noise(nd_engine *engine, const nd_noise *noise);

#endif
