/* What a world hands to a network: samples with inputs and targets, and where they were seen. */
#ifndef ND_WORLD_DATASET_H
#define ND_WORLD_DATASET_H

#include "network/parameters.h"
#include "network/samples.h"

struct nd_dataset {
    size_t samples, inputs, outputs; /* n, d_in (action included), d_out */
    double *input;                   /* samples x inputs */
    double *target;                  /* samples x outputs */
    double *position;                /* samples; NULL where the world has none */
    char *position_unit;             /* as the data give it; NULL: a number without a unit */
    double *heading;                 /* samples, rad; NULL where the world has none */
    int64_t *environment;            /* samples, 0 .. environments-1; NULL where there is one */
    size_t environments;             /* at least 1 */
    double *wall_texture;            /* environments x texture; NULL off the track */
    size_t texture;                  /* values around the perimeter */
    nd_parameters *initial;          /* a file world's own initial weights; NULL otherwise */
    double *initial_output_bias;     /* outputs, with them; NULL where there is none */
    double *output_offset;           /* outputs: subtracted from the targets; NULL: nothing was */
    bool given;                      /* the caller's own arrays (task arrays) */
    char *note;                      /* what its user should know of it, one line; NULL: nothing */
    bool told_unused;                /* it says already what of the file goes unused */
};

/* An empty data set with room for inputs and targets. */
nd_dataset *nd_dataset_new(size_t samples, size_t inputs, size_t outputs, nd_error *error);

/* Adds words to the one line of dataset->note. */
bool nd_dataset_note(nd_dataset *dataset, nd_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes the initial weights' output bias as a constant: the network here has none, so that its
 * outputs are its own plus the bias, its targets those given less the bias. */
bool nd_dataset_freeze_output_bias(nd_dataset *dataset, nd_error *error);

/* What a network learns from, as it lies in `dataset`, which owns it. */
nd_samples nd_dataset_samples(const nd_dataset *dataset);

/* Var(y): the variance over all entries of the targets, with n-1 (docs/model.md, section 1.2); 1
 * when the targets are constant, so that a relative loss can still be given. */
double nd_target_variance(const nd_dataset *dataset);

/* The scaling m(v) of docs/model.md, section 3.1, in place over `count` values: to [-1, 1]. As
 * `published` its last step is left out, and values end in [0, 1]: so are the published Figure 2
 * data, and so were the inputs of the published runs of 10^7 steps, by their initial numbers of
 * active units. */
void nd_scale_in_place(double *values, size_t count, bool published);

#endif
