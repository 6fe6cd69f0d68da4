/* What the fast engine asks of a set of kernels: one set per instruction set, precision and form,
 * all compiled from src/engine/kernels/body.h. Dense kernels (kernels/dense) deal with every unit
 * and sample, or with the groups and samples that are adjacent; sparse kernels (kernels/sparse)
 * with the samples that drive a unit only.
 *
 * Awake units stand in the slots of a pack. Slots are grouped, one vector's lanes to a group, and
 * every array of a pack is [group][row][lane]: a unit's values lie `lanes` apart, rows of a group
 * follow each other. Lanes past the last awake unit hold zeros and stay zero. Sparse kernels have
 * groups of one slot: a unit's values are a row of their own. */
#ifndef ND_ENGINE_KERNELS_H
#define ND_ENGINE_KERNELS_H

#include "base/random.h"
#include "engine/walk.h"
#include "network/activation.h"

typedef enum nd_fast_rule { ND_FAST_SGD, ND_FAST_ADAM, ND_FAST_RMSPROP, ND_FAST_SED } nd_fast_rule;

enum { ND_NOISE_UPDATE, ND_NOISE_WEIGHT, ND_NOISE_PERTURBATION, ND_NOISE_KINDS };

/* Dense kernels may keep adjacency lists of at most so many samples from step to step. */
enum { ND_LISTED_SAMPLES = 64 };

/* What sparse kernels need to know of the samples, in their precision. */
typedef struct nd_sparse_layer {
    const void *lengths;      /* reals, n: |x~_s| */
    const void *list_weights; /* reals, padded rank: the weights D of the lists' measure of distance
                                 (kernels/sparse/verlet_lists.h) */
    const void *list_lengths; /* reals, n: |D^-1/2 x~_s| */
    double first_reach;       /* how far a unit may move before its first new list */
    const void *across;       /* reals, rank x samples_across: the coordinates turned round */
    const void *noise_scale[ND_NOISE_KINDS]; /* reals, stored: what drawn noise is multiplied by */
} nd_sparse_layer;

/* The shape of the problem; constant during a run. A "real" is double or float, as the kernels'. */
typedef struct nd_layer {
    size_t samples, outputs; /* n, d_out */
    size_t rank;          /* coordinates of a unit's input side: its weights and bias, or fewer */
    size_t side;          /* rows of its input side in a pack: rank, or n with `gram` */
    size_t rows;          /* side + outputs: rows of a unit's parameters */
    size_t stored;        /* rows as the kernels keep them, padding included */
    size_t output_stride; /* reals of a sample's outputs, and errors: d_out, or more, then zeros */
    size_t noise_count;   /* numbers drawn for a unit at a time: several steps' rows, or more */
    nd_fast_rule rule;
    int moments; /* running moments that the rule keeps: 0, 1 or 2 */
    bool relu;
    bool dropout; /* activities are multiplied by masks */
    bool noisy[ND_NOISE_KINDS];
    bool may_list; /* groups and samples may be dealt with by lists (kernels/dense/adjacency.h) */
    bool gram;     /* the drive itself is the state; `coordinates` is then n x n, see below */
    bool keeps_drive; /* the drive is state (gram, SED): updated, not computed */
    const nd_activation *activation;
    /* Real, n x rank: drive = coordinates z. With gram: coordinates = X X', drive -= X X' delta,
     * and the unit's rows hold g, its weights being the initial ones + X' g. */
    const void *coordinates;
    const size_t *reach; /* n: coordinates[s][k] is 0 for k >= reach[s] */
    const size_t *first; /* rank: coordinates[s][k] is 0 for s < first[k] */
    nd_sparse_layer sparse;
} nd_layer;

/* What dense kernels keep of a pack. */
typedef struct nd_dense_pack {
    void *trial;     /* outputs rows: SED's perturbed output weights */
    void *drive;     /* n rows: preactivations, where they are kept */
    void *delta;     /* n rows: phi' then the error at the unit; SED: its drive's shift */
    void *mask;      /* n rows: dropout, or NULL */
    void *adjacency; /* lists of adjacent groups and samples (kernels/dense/adjacency.h) */
    bool by_lists;   /* so few are adjacent that the stages go by these lists */
    bool listed;     /* the lists are those of the activity */
} nd_dense_pack;

/* What sparse kernels keep of a pack. */
typedef struct nd_sparse_pack {
    void *lists;     /* a Verlet list for each slot (kernels/sparse/verlet_lists.h) */
    void *gradients; /* as parameters; zeros between steps */
    void *quartets;  /* the single samples of all slots (kernels/sparse/rows.h) */
    size_t quartet_count;
    void *endpoints; /* where intervals begin and end (kernels/sparse/interval_sums.h) */
    size_t endpoint_count;
    bool second_endpoints; /* which of two lists of them is this step's */
    bool searched;         /* lists, endpoints, quartets and activity are those of the parameters */
    void *work;            /* scratch */
    /* Noise as it is added, stored x capacity, in place of what was drawn; or NULL. */
    const void *exact_noise[ND_NOISE_KINDS];
} nd_sparse_pack;

typedef struct nd_pack {
    size_t capacity; /* slots there is room for, a multiple of the lanes */
    size_t slots;    /* awake units */
    size_t groups;   /* groups in use */
    uint32_t *unit;  /* capacity: which unit stands in a slot */
    /* Reals, [group][row][lane]: */
    void *parameters; /* rows: input side, then output weights */
    void *moment[2];  /* rows, as the rule needs */
    void *activity;   /* n: phi(drive), masked; sparse: of the single samples, four to a quartet */
    void *noise[ND_NOISE_KINDS]; /* layer->noise_count of a unit: several steps', scaled as it is
                                    used (sparse: floats, scaled when used); or NULL */
    void *output;                /* n x output_stride: these units' share of W_out h */
    nd_dense_pack dense;
    nd_sparse_pack sparse;
} nd_pack;

/* An array of a pack: where its address belongs, and its size. */
typedef struct nd_pack_array {
    void **at;
    size_t bytes;
} nd_pack_array;

enum { ND_MOST_PACK_ARRAYS = 24 };

/* What one step adds. Noise is that of `phase`, laid out as unit_gaussians does. */
typedef struct nd_step {
    const void *error; /* n x output_stride, reals: dL/do, times the rate for SGD */
    size_t phase;      /* this step's place in the period whose noise was drawn together */
    double rate;       /* Adam: over 1 - 0.9^t; RMSprop: as it is; SED: rate dL */
    double inverse_root_correction_2; /* Adam */
} nd_step;

typedef struct nd_kernels {
    const char *instruction_set; /* avx512, avx2, baseline */
    bool single;
    bool sparse;  /* made for many samples and few of them active (ReLU) */
    size_t lanes; /* slots to a group: 1 with sparse kernels */
    size_t float_lanes, real_size;
    size_t gaussians; /* come in multiples of this */

    /* ---- Memory ---- */

    /* Rows as stored for a unit of `side` + `outputs`; `count` reals of a row with its padding;
     * reals of a coordinate of all samples (layer->sparse.across; 0: not wanted). */
    size_t (*stored)(size_t side, size_t outputs);
    size_t (*padded)(size_t count);
    size_t (*samples_across)(const nd_layer *layer);
    /* The arrays of a pack of pack->capacity slots, but for `unit` and `output`; returns how many.
     */
    size_t (*arrays)(const nd_layer *layer, nd_pack *pack, nd_pack_array *out);
    /* A slot's parameters (or moments, or the first step's noise) from and to layer->rows doubles;
     * `stride`: rows stored for a slot in this array. */
    void (*put)(const nd_layer *layer, size_t stride, void *array, size_t slot,
                const double *values);
    void (*get)(const nd_layer *layer, const void *array, size_t slot, double *values);
    /* The same for an array of n rows: drive, mask. */
    void (*put_samples)(const nd_layer *layer, void *array, size_t slot, const double *values);
    void (*get_samples)(const nd_layer *layer, const void *array, size_t slot, double *values);
    /* A slot's parameters are new: what was remembered about them is not true any more. */
    void (*forget)(const nd_layer *layer, nd_pack *pack, size_t slot);
    /* Slot `from`, the last, moves into `to` (which may be the same) and is left empty. */
    void (*move)(const nd_layer *layer, nd_pack *pack, size_t from, size_t to);
    /* Slots change places: units that the same samples drive come into the same groups (dense),
     * units that take as much work become neighbours (sparse). */
    void (*reorder)(const nd_layer *layer, nd_pack *pack);
    /* Conversion of a whole array. */
    void (*from_doubles)(size_t count, const double *from, void *to);

    /* ---- Random numbers (vector/gaussians.h) ---- */

    /* Standard Gaussians of `units` (groups x lanes): out[group][i][lane], times their scale as
     * spread_scale laid it out; `count` is a multiple of `gaussians`. Sparse kernels write floats,
     * out[slot][i], and do not scale them. */
    void (*unit_gaussians)(uint64_t seed, nd_purpose purpose, uint64_t step, const uint32_t *unit,
                           size_t groups, size_t count, const float *scale, void *out);
    /* Of one unit, for what nobody watches (walk.h): the same on every instruction set, but for
     * rounding. */
    nd_walk_gaussians *walk_gaussians;
    /* Lanes past the last unit must not be moved by noise: zeros for them in the last group,
     * `count` rows of it. NULL: no such lanes. */
    void (*zero_idle_lanes)(const nd_pack *pack, size_t count, void *noise);
    /* Lays out `count` scales for unit_gaussians; spread has room for count float_lanes floats. */
    void (*spread_scale)(size_t count, const float *scale, float *spread);
    /* Dropout masks of `units`: out[group][i][lane] is 0 with probability `dropped`, else
     * 1/(1-dropped). */
    void (*unit_masks)(uint64_t seed, uint64_t step, const uint32_t *unit, size_t groups,
                       size_t count, double dropped, void *out);
    /* out[i] = base[i] + scale u, u uniform in (-1/2, 1/2) or a standard Gaussian. */
    void (*blur)(uint64_t seed, nd_purpose purpose, uint64_t step, bool gaussian, double scale,
                 size_t count, const void *base, void *out);

    /* ---- The stages of a step ---- */

    /* augmented (n x (d_in + 1)) = (inputs, 1). */
    void (*augment)(size_t samples, size_t inputs, const void *from, void *augmented);
    /* drive and activity of all slots from their parameters. */
    void (*drive)(const nd_layer *layer, nd_pack *pack);
    /* activity from the drive. */
    void (*activate)(const nd_layer *layer, nd_pack *pack);
    /* output = W_out h of all slots; `trial`: with the trial weights. */
    void (*output)(const nd_layer *layer, nd_pack *pack, bool trial);
    /* into += from. */
    void (*add)(size_t count, const void *from, void *into);
    /* error = scale (output - target); targets are n x d_out. Returns the sum of squares, unscaled.
     */
    double (*error)(const nd_layer *layer, const void *output, const void *target, double scale,
                    void *error);
    /* One update by the gradient; SGD, Adam, RMSprop. */
    void (*learn)(const nd_layer *layer, nd_pack *pack, const nd_step *step);
    /* SED: delta = the drive's shift under the perturbation, activity and trial with it. */
    void (*perturb)(const nd_layer *layer, nd_pack *pack, const nd_step *step);
    /* SED: parameters -= step->rate xi; with keeps_drive, drive and activity follow. */
    void (*descend)(const nd_layer *layer, nd_pack *pack, const nd_step *step);

    /* ---- Questions ---- */

    /* How far a slot's input side is from the nearest sample's threshold, min over s of
     * -drive / |x~_s|, in the kernels' precision; below 0 if it is driven. NULL: not offered. */
    double (*distance)(const nd_layer *layer, const nd_pack *pack, size_t slot);
    /* silent[slot] = no sample drives it. */
    void (*silent)(const nd_layer *layer, const nd_pack *pack, bool *silent);
    /* How many (slot, sample) pairs exceed `threshold`, and how many slots ever do. */
    void (*count)(const nd_layer *layer, const nd_pack *pack, double threshold, size_t *pairs,
                  size_t *units);
    /* `rounds` times ten vectors of multiplications and additions in registers, for the peak. */
    double (*spin)(size_t rounds);
} nd_kernels;

/* The best kernels this processor runs, or those named by NULLDRIFT_INSTRUCTIONS (baseline, avx2,
 * avx512) where they are compiled in and run here. */
const nd_kernels *nd_kernels_choose(bool single, bool sparse);

#endif
