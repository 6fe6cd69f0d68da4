#include "engine/fast_data.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* `count` reals, zeros. */
static bool reals(const nd_fast_engine *engine, size_t count, void **array, nd_error *error) {
    return (*array = nd_array(count, engine->kernels->real_size, error)) != NULL;
}

/* ---- What sparse kernels need ---- */

/* The measure of distance of the Verlet lists (kernels/sparse/verlet_lists.h): weights (rank) in
 * proportion to the size of each coordinate over the samples, 1 on average, and the samples'
 * lengths (n) by them. */
static void weigh_coordinates(const nd_subspace *subspace, double *weight, double *length) {
    size_t n = subspace->samples, rank = subspace->rank;
    double sum = 0;
    for (size_t k = 0; k < rank; k++) {
        double squares = 0;
        for (size_t s = 0; s < n; s++)
            squares += subspace->coordinates[s * rank + k] * subspace->coordinates[s * rank + k];
        weight[k] = sqrt(squares);
        sum += weight[k];
    }
    for (size_t k = 0; k < rank; k++)
        weight[k] = fmax(weight[k] * (double)rank / sum, 1e-9);
    for (size_t s = 0; s < n; s++) {
        const double *c = subspace->coordinates + s * rank;
        double squares = 0;
        for (size_t k = 0; k < rank; k++)
            squares += c[k] * c[k] / weight[k];
        length[s] = sqrt(squares);
    }
}

/* How far a unit's drive moves when its input side does. */
static bool open_lengths(nd_fast_engine *engine, nd_error *error) {
    nd_sparse_layer *sparse = &engine->layer.sparse;
    const nd_kernels *kernels = engine->kernels;
    size_t n = engine->layer.samples, rank = engine->layer.rank;
    double *weight = nd_doubles(rank, error), *length = nd_doubles(n, error);
    bool fine =
        weight && length && reals(engine, n, &engine->lengths, error) &&
        reals(engine, kernels->padded(rank), &engine->list_weights, error) &&
        reals(engine, kernels->padded(n + kernels->padded(1)), &engine->list_lengths, error);
    if (fine) {
        weigh_coordinates(engine->subspace, weight, length);
        kernels->from_doubles(n, engine->subspace->length, engine->lengths);
        kernels->from_doubles(rank, weight, engine->list_weights);
        kernels->from_doubles(n, length, engine->list_lengths);
    }
    free(weight);
    free(length);
    sparse->lengths = engine->lengths;
    sparse->list_weights = engine->list_weights;
    sparse->list_lengths = engine->list_lengths;
    double stride = engine->rate * engine->experiment->learning.update_noise;
    sparse->first_reach = 5 * stride * sqrt((double)rank) + 1e-3;
    return fine;
}

/* The coordinates turned round: one of all samples after the other. */
static bool open_across(nd_fast_engine *engine, nd_error *error) {
    const nd_subspace *subspace = engine->subspace;
    size_t n = subspace->samples, rank = subspace->rank;
    size_t across = engine->kernels->samples_across(&engine->layer);
    double *values = nd_doubles(n, error);
    bool fine = values && reals(engine, rank * across, &engine->across, error);
    for (size_t k = 0; fine && k < rank; k++) {
        for (size_t s = 0; s < n; s++)
            values[s] = subspace->coordinates[s * rank + k];
        engine->kernels->from_doubles(
            n, values, (char *)engine->across + k * across * engine->kernels->real_size);
    }
    free(values);
    engine->layer.sparse.across = engine->across;
    return fine;
}

/* ---- What all need ---- */

/* gram (n x n) = X X' of the samples with a 1 appended. */
static double *make_gram(const nd_subspace *subspace, nd_error *error) {
    const double *x = subspace->augmented;
    size_t n = subspace->samples, columns = subspace->columns;
    double *gram = nd_doubles(n * n, error);
    for (size_t s = 0; gram && s < n; s++)
        for (size_t t = 0; t < n; t++)
            for (size_t i = 0; i < columns; i++)
                gram[s * n + t] += x[s * columns + i] * x[t * columns + i];
    return gram;
}

/* The layer's coordinates, each sample's padded. */
static bool open_coordinates(nd_fast_engine *engine, nd_error *error) {
    const nd_kernels *kernels = engine->kernels;
    nd_layer *layer = &engine->layer;
    size_t n = layer->samples, wide = layer->gram ? n : layer->rank;
    size_t stride = kernels->padded(wide);
    const double *coordinates = engine->subspace->coordinates;
    double *gram = NULL;
    if (!reals(engine, (n + ND_ROW_ROOM) * stride, &engine->coordinates, error) ||
        (layer->gram && !(coordinates = gram = make_gram(engine->subspace, error))))
        return false;
    for (size_t s = 0; s < n; s++)
        kernels->from_doubles(wide, coordinates + s * wide,
                              (char *)engine->coordinates + s * stride * kernels->real_size);
    layer->coordinates = engine->coordinates;
    free(gram);
    return true;
}

bool nd_fast_data_open(nd_fast_engine *engine, nd_error *error) {
    const nd_dataset *dataset = engine->dataset;
    const nd_kernels *kernels = engine->kernels;
    const nd_learning_keys *keys = &engine->experiment->learning;
    const nd_layer *layer = &engine->layer;
    size_t n = layer->samples, inputs = n * dataset->inputs, outputs = n * layer->outputs;
    if (!open_coordinates(engine, error) ||
        !reals(engine, outputs + ND_ROW_ROOM, &engine->targets, error) ||
        !reals(engine, n * layer->output_stride, &engine->outputs, error) ||
        !reals(engine, (n + ND_ROW_ROOM) * layer->output_stride, &engine->errors, error))
        return false;
    kernels->from_doubles(outputs, dataset->target, engine->targets);
    if (keys->label_noise > 0 &&
        !reals(engine, outputs + ND_ROW_ROOM, &engine->noisy_targets, error))
        return false;
    if (keys->input_noise > 0) {
        if (!reals(engine, inputs + ND_ROW_ROOM, &engine->inputs, error) ||
            !reals(engine, inputs + ND_ROW_ROOM, &engine->noisy_inputs, error))
            return false;
        kernels->from_doubles(inputs, dataset->input, engine->inputs);
    }
    return !kernels->sparse || (open_lengths(engine, error) && open_across(engine, error));
}

void nd_fast_data_close(nd_fast_engine *engine) {
    void *arrays[] = {engine->coordinates,  engine->lengths, engine->list_weights,
                      engine->list_lengths, engine->across,  engine->inputs,
                      engine->noisy_inputs, engine->targets, engine->noisy_targets,
                      engine->outputs,      engine->errors};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        free(arrays[i]);
}
