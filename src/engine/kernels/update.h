/* How a row of parameters follows its gradient under each rule, for dense and sparse kernels alike
 * (docs/model.md, section 2.2). */
#ifndef ND_ENGINE_KERNELS_UPDATE_H
#define ND_ENGINE_KERNELS_UPDATE_H

#include "engine/kernels.h"
#include "rule/constants.h"
#include "vector/vector.h"

/* The parameters that an update changes, their moments, and the noise it adds (NULL: none). */
typedef struct learned {
    const nd_step *step; /* NULL outside updates */
    real *parameters, *moment[2];
    const real *update_noise, *weight_noise;
} learned;

/* Which noise an update adds. Where that is known in advance no row asks for it. */
typedef enum carried { NO_NOISE, UPDATE_NOISE, ANY_NOISE } carried;

/* What these parameters carry. */
INLINE carried carried_by(const learned *of) {
    return of->weight_noise ? ANY_NOISE : of->update_noise ? UPDATE_NOISE : NO_NOISE;
}

/* One row of parameters (LANES reals at `at`) follows its gradient; its noise lies at `noise_at`.
 * For SGD the rate is in the error already. */
INLINE void update_row(const nd_fast_rule rule, const carried noise, const learned *of, size_t at,
                       size_t noise_at, reals gradient) {
    reals parameter = load(of->parameters + at);
    if (noise == UPDATE_NOISE || (noise == ANY_NOISE && of->update_noise))
        gradient += load(of->update_noise + noise_at);
    if (rule == ND_FAST_SGD) {
        parameter -= gradient;
    } else if (rule == ND_FAST_RMSPROP) {
        reals square = load(of->moment[0] + at);
        square =
            (real)ND_RMSPROP_SQUARE * square + (real)(1 - ND_RMSPROP_SQUARE) * gradient * gradient;
        store(of->moment[0] + at, square);
        parameter -=
            (real)of->step->rate * gradient / (square_root(square) + (real)ND_RMSPROP_EPSILON);
    } else {
        reals mean = load(of->moment[0] + at), square = load(of->moment[1] + at);
        mean = (real)ND_ADAM_MEAN * mean + (real)(1 - ND_ADAM_MEAN) * gradient;
        square = (real)ND_ADAM_SQUARE * square + (real)(1 - ND_ADAM_SQUARE) * gradient * gradient;
        store(of->moment[0] + at, mean);
        store(of->moment[1] + at, square);
        reals root = square_root(square) * (real)of->step->inverse_root_correction_2;
        parameter -= (real)of->step->rate * mean / (root + (real)ND_ADAM_EPSILON);
    }
    if (noise == ANY_NOISE && of->weight_noise)
        parameter += parameter * load(of->weight_noise + noise_at);
    store(of->parameters + at, parameter);
}

#endif
