/* Opening the fast engine: what may be taken for granted about an experiment, and the memory. */
#include "engine/fast_open.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "engine/backends.h"
#include "engine/fast_engine.h"
#include "engine/fast_noise.h"
#include "engine/sample_order.h"
#include "engine/walk.h"
#include "experiment/start.h"

/* Units per share: small enough that a share's arrays stay near the processor. */
enum { SHARE_UNITS = 512 };

/* From this many samples on it pays to skip the inactive ones (measured: docs/performance.md). */
enum { SPARSE_SAMPLES = 32 };

/* Up to this rank the principal directions of the inputs are found: its third power is spent. */
enum { MOST_TURNED = 400 };

/* A sleep's chance of missing a crossing (docs/model.md, section 6.1). */
static const double MISS_CHANCE = 1e-15;

static const struct {
    const char *name;
    nd_fast_rule rule;
    int moments;
} RULES[] = {{"sgd", ND_FAST_SGD, 0},
             {"adam", ND_FAST_ADAM, 2},
             {"rmsprop", ND_FAST_RMSPROP, 1},
             {"sed", ND_FAST_SED, 0}};

static int find_rule(const nd_experiment *experiment) {
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++)
        if (strcmp(experiment->learning.rule, RULES[i].name) == 0)
            return (int)i;
    return -1;
}

bool nd_fast_serves(const nd_experiment *experiment, const nd_dataset *dataset) {
    (void)dataset;
    return find_rule(experiment) >= 0 && nd_activation_find(experiment->network.activation);
}

static void free_pack(nd_pack *pack) {
    void *arrays[] = {pack->unit,  pack->parameters, pack->moment[0], pack->moment[1],
                      pack->trial, pack->drive,      pack->activity,  pack->back,
                      pack->mask,  pack->output,     pack->lists,     pack->work,
                      pack->edges, pack->quartets,   pack->gradients};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        free(arrays[i]);
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++) {
        free(pack->noise[kind]);
        free(pack->given[kind]);
    }
}

void nd_fast_close(nd_engine *engine) {
    nd_fast_engine *self = (nd_fast_engine *)engine;
    if (!self)
        return;
    for (size_t i = 0; self->share && i < self->shares; i++) {
        free_pack(&self->share[i].pack);
        free(self->share[i].silent);
        free(self->share[i].values);
    }
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++) {
        free(self->scale[kind]);
        free(self->noise_scale[kind]);
    }
    void *arrays[] = {self->share,         self->sleeper, self->home,         self->strayed,
                      self->coordinates,   self->lengths, self->across,       self->list_weights,
                      self->list_lengths,  self->inputs,  self->noisy_inputs, self->targets,
                      self->noisy_targets, self->outputs, self->errors};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        free(arrays[i]);
    free(self->order);
    nd_dataset_free(self->in_order);
    nd_subspace_free(self->subspace);
    nd_parameters_free(self->initial);
    free(self);
}

/* Neighbouring samples should be alike (kernels/runs.h). */
static bool order_samples(nd_fast_engine *self, nd_error *error) {
    if (!(self->order = nd_array(self->dataset->samples, sizeof *self->order, error)) ||
        !nd_sample_order(self->dataset, self->order, error) ||
        !(self->in_order = nd_dataset_in_order(self->dataset, self->order, error)))
        return false;
    self->dataset = self->in_order;
    return true;
}

/* What may be taken for granted about this experiment (docs/model.md, section 6). */
static bool plan(nd_fast_engine *self, nd_error *error) {
    const nd_learning_keys *keys = &self->experiment->learning;
    nd_layer *layer = &self->layer;
    int rule = find_rule(self->experiment);
    layer->rule = RULES[rule].rule;
    layer->activation = nd_activation_find(self->experiment->network.activation);
    layer->relu = strcmp(layer->activation->name, "relu") == 0;
    layer->samples = self->dataset->samples;
    layer->outputs = self->dataset->outputs;
    bool moved = keys->input_noise > 0 || keys->weight_noise > 0; /* margins move by themselves */
    bool plain = layer->rule == ND_FAST_SGD || layer->rule == ND_FAST_SED;
    bool sparse = layer->relu && layer->samples >= SPARSE_SAMPLES && layer->rule != ND_FAST_SED &&
                  keys->input_noise <= 0 && keys->dropout <= 0;
    if ((sparse && !order_samples(self, error)) ||
        !(self->subspace = nd_subspace_new(self->dataset, !plain || moved, error)))
        return false;
    layer->rank = self->subspace->rank;
    layer->reach = self->subspace->reach;
    layer->first = self->subspace->first;
    layer->gram = layer->relu && layer->rule == ND_FAST_SGD && !moved && keys->update_noise <= 0 &&
                  keys->dropout <= 0 && layer->samples < 2 * layer->rank;
    layer->keeps_drive = layer->gram || (layer->rule == ND_FAST_SED && !moved &&
                                         keys->update_noise <= 0 && keys->dropout <= 0);
    layer->side = layer->gram ? layer->samples : layer->rank;
    layer->rows = layer->side + layer->outputs;
    sparse = sparse && !layer->gram;
    layer->meets = layer->gram || (layer->relu && !sparse && layer->rule != ND_FAST_SED &&
                                   keys->dropout <= 0 && layer->samples <= ND_WATCHED);
    if (sparse && layer->rank <= MOST_TURNED && !nd_subspace_turn(self->subspace, error))
        return false;
    self->kernels =
        nd_kernels_choose(strcmp(self->experiment->run.precision, "single") == 0, sparse);
    layer->stored = self->kernels->stored(layer->side, layer->outputs);
    layer->output_stride = self->kernels->padded(layer->outputs);

    self->silence = ND_SILENT_WORKS;
    if (!layer->relu || moved)
        return true;
    if (layer->rule == ND_FAST_SGD)
        self->silence = keys->update_noise > 0 ? ND_SILENT_WALKS : ND_SILENT_RESTS;
    else if (layer->rule == ND_FAST_SED && layer->keeps_drive)
        self->silence = ND_SILENT_FOLLOWS;
    else if (layer->rule == ND_FAST_RMSPROP && keys->update_noise <= 0)
        self->silence = ND_SILENT_RESTS;
    else if (layer->rule == ND_FAST_ADAM && keys->update_noise <= 0)
        self->silence = ND_SILENT_COASTS;
    self->silence_threshold = nd_silence_threshold(layer->samples, MISS_CHANCE);
    self->silence_tail = nd_gaussian_tail(self->silence_threshold);
    return true;
}

static bool reals(const nd_fast_engine *self, size_t count, void **array, nd_error *error) {
    return (*array = nd_array(count, self->kernels->real_size, error)) != NULL;
}

/* The measure of distance of the sparse kernels' lists: weights in proportion to the size of each
 * coordinate over the samples, 1 on average. */
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

/* What the lists of the sparse kernels need: how far a unit's drive moves when its input side does.
 */
static bool open_lengths(nd_fast_engine *self, nd_error *error) {
    nd_layer *layer = &self->layer;
    const nd_kernels *kernels = self->kernels;
    size_t n = layer->samples, rank = layer->rank;
    double *weight = nd_doubles(rank, error), *length = nd_doubles(n, error);
    bool fine = weight && length && reals(self, n, &self->lengths, error) &&
                reals(self, kernels->padded(rank), &self->list_weights, error) &&
                reals(self, kernels->samples_room(layer), &self->list_lengths, error);
    if (fine) {
        weigh_coordinates(self->subspace, weight, length);
        kernels->from_doubles(n, self->subspace->length, self->lengths);
        kernels->from_doubles(rank, weight, self->list_weights);
        kernels->from_doubles(n, length, self->list_lengths);
    }
    free(weight);
    free(length);
    layer->lengths = self->lengths;
    layer->list_weights = self->list_weights;
    layer->list_lengths = self->list_lengths;
    double stride = self->rate * self->experiment->learning.update_noise;
    layer->first_reach = 5 * stride * sqrt((double)rank) + 1e-3;
    return fine;
}

/* The coordinates, one of all samples after the other. */
static bool open_across(nd_fast_engine *self, nd_error *error) {
    const nd_subspace *subspace = self->subspace;
    size_t n = subspace->samples, rank = subspace->rank;
    size_t across = self->kernels->samples_across(&self->layer);
    double *values = nd_doubles(n, error);
    bool fine = values && reals(self, rank * across, &self->across, error);
    for (size_t k = 0; fine && k < rank; k++) {
        for (size_t s = 0; s < n; s++)
            values[s] = subspace->coordinates[s * rank + k];
        self->kernels->from_doubles(n, values,
                                    (char *)self->across + k * across * self->kernels->real_size);
    }
    free(values);
    self->layer.across = self->across;
    return fine;
}

/* Room behind arrays that are written, or read, in whole blocks or vectors. */
enum { ROUND = 64 };

/* The constant arrays in the kernels' precision. */
static bool open_data(nd_fast_engine *self, nd_error *error) {
    const nd_dataset *dataset = self->dataset;
    const nd_learning_keys *keys = &self->experiment->learning;
    nd_layer *layer = &self->layer;
    size_t n = layer->samples, inputs = n * dataset->inputs, outputs = n * layer->outputs;
    size_t wide = layer->gram ? n : layer->rank, size = self->kernels->real_size;
    size_t stride = self->kernels->padded(wide);
    double *gram = NULL;
    size_t rows = n + ROUND; /* with the ZERO_ROWS of kernels/rows.h */
    if (!reals(self, rows * stride, &self->coordinates, error) ||
        !reals(self, outputs + ROUND, &self->targets, error) ||
        !reals(self, n * layer->output_stride, &self->outputs, error) ||
        !reals(self, rows * layer->output_stride, &self->errors, error))
        return false;
    self->kernels->from_doubles(outputs, dataset->target, self->targets);
    if (keys->label_noise > 0 && !reals(self, outputs + ROUND, &self->noisy_targets, error))
        return false;
    if (keys->input_noise > 0) {
        if (!reals(self, inputs + ROUND, &self->inputs, error) ||
            !reals(self, inputs + ROUND, &self->noisy_inputs, error))
            return false;
        self->kernels->from_doubles(inputs, dataset->input, self->inputs);
    }
    const double *coordinates = self->subspace->coordinates;
    if (layer->gram) {
        const double *x = self->subspace->augmented;
        size_t columns = self->subspace->columns;
        if (!(gram = nd_doubles(n * n, error)))
            return false;
        for (size_t s = 0; s < n; s++)
            for (size_t t = 0; t < n; t++)
                for (size_t i = 0; i < columns; i++)
                    gram[s * n + t] += x[s * columns + i] * x[t * columns + i];
        coordinates = gram;
    }
    for (size_t s = 0; s < n; s++)
        self->kernels->from_doubles(wide, coordinates + s * wide,
                                    (char *)self->coordinates + s * stride * size);
    layer->coordinates = self->coordinates;
    free(gram);
    return !self->kernels->sparse || (open_lengths(self, error) && open_across(self, error));
}

static bool open_share(nd_fast_engine *self, nd_share *share, nd_error *error) {
    const nd_layer *layer = &self->layer;
    size_t lanes = self->kernels->lanes, n = layer->samples, rows = layer->stored;
    nd_pack *pack = &share->pack;
    pack->capacity = (share->units + lanes - 1) / lanes * lanes;
    pack->by_lists = layer->gram;
    size_t slots = pack->capacity;
    size_t values = 16 * (rows + self->subspace->columns + n);
    if (!(pack->unit = nd_array(slots, sizeof *pack->unit, error)) ||
        !(share->silent = nd_array(slots, sizeof *share->silent, error)) ||
        !(share->values = nd_doubles(values, error)) ||
        !reals(self, slots * rows, &pack->parameters, error) ||
        !reals(self, (n + ROUND) * layer->output_stride, &pack->output, error))
        return false;
    if (self->kernels->sparse) {
        if (!(pack->lists = nd_array(slots, self->kernels->list_bytes(layer), error)) ||
            !reals(self, self->kernels->work(layer), &pack->work, error) ||
            !reals(self, slots * self->kernels->samples_room(layer), &pack->activity, error) ||
            !(pack->edges = nd_array(self->kernels->edge_bytes(layer, slots), 1, error)) ||
            !(pack->quartets = nd_array(self->kernels->quartet_bytes(layer, slots), 1, error)) ||
            !reals(self, slots * rows, &pack->gradients, error))
            return false;
    } else if (!reals(self, slots * n, &pack->activity, error) ||
               !reals(self, slots * n, &pack->back, error) ||
               (layer->meets &&
                !(pack->lists = nd_array(slots, self->kernels->list_bytes(layer), error))) ||
               ((layer->keeps_drive || !layer->relu || layer->rule == ND_FAST_SED) &&
                !reals(self, slots * n, &pack->drive, error))) {
        return false;
    }
    for (int i = 0; i < RULES[find_rule(self->experiment)].moments; i++)
        if (!reals(self, slots * rows, &pack->moment[i], error))
            return false;
    if (!nd_fast_open_pack_noise(self, pack, error))
        return false;
    if (layer->rule == ND_FAST_SED && !reals(self, slots * layer->outputs, &pack->trial, error))
        return false;
    return self->experiment->learning.dropout <= 0 || reals(self, slots * n, &pack->mask, error);
}

/* A unit's initial state in the engine's coordinates. */
static void initial_state(const nd_fast_engine *self, size_t unit, double *state, double *full) {
    const nd_layer *layer = &self->layer;
    size_t columns = self->subspace->columns;
    memcpy(full, self->initial->input_weights + unit * (columns - 1), (columns - 1) * sizeof *full);
    full[columns - 1] = self->initial->bias[unit];
    if (layer->gram)
        memset(state, 0, layer->side * sizeof *state);
    else
        nd_subspace_project(self->subspace, full, state);
    for (size_t m = 0; m < layer->outputs; m++)
        state[layer->side + m] = self->initial->output_weights[m * self->initial->hidden + unit];
}

static bool open_units(nd_fast_engine *self, nd_error *error) {
    size_t hidden = self->initial->hidden, rows = self->layer.rows;
    size_t shares = (hidden + SHARE_UNITS - 1) / SHARE_UNITS;
    if (!(self->share = nd_array(shares, sizeof *self->share, error)) ||
        !(self->sleeper = nd_array(hidden, sizeof *self->sleeper, error)) ||
        (self->silence != ND_SILENT_WORKS && !(self->home = nd_doubles(hidden * rows, error))))
        return false;
    self->shares = shares;
    for (size_t i = 0; i < shares; i++) {
        nd_share *share = &self->share[i];
        share->first = hidden * i / shares;
        share->units = hidden * (i + 1) / shares - share->first;
        if (!open_share(self, share, error))
            return false;
        double *state = share->values + 8 * (rows + self->subspace->columns + self->layer.samples);
        for (size_t unit = share->first; unit < share->first + share->units; unit++) {
            initial_state(self, unit, state, share->values);
            nd_fast_admit(self, share, unit, state);
        }
        if (self->layer.keeps_drive)
            self->kernels->activate(&self->layer, &share->pack);
        share->next_wake = UINT64_MAX;
        share->wake_clock = INFINITY;
    }
    return true;
}

nd_engine *nd_fast_open(const nd_experiment *experiment, const nd_dataset *dataset,
                        unsigned threads, nd_error *error) {
    nd_fast_engine *self = nd_array(1, sizeof *self, error);
    if (!self)
        return NULL;
    self->base.backend = &nd_fast_backend;
    self->experiment = experiment;
    self->dataset = dataset;
    self->threads = threads;
    self->target_variance = nd_target_variance(dataset);
    self->rate = experiment->learning.learning_rate;
    self->error_scale = 2.0 / (double)(dataset->samples * dataset->outputs);
    if (!(self->initial = nd_initial_parameters(experiment, dataset, error)) ||
        !plan(self, error) || !open_data(self, error) || !nd_fast_open_noise(self, error) ||
        !open_units(self, error)) {
        nd_fast_close(&self->base);
        return NULL;
    }
    if (self->layer.rule == ND_FAST_SGD)
        self->error_scale *= self->rate;
    return &self->base;
}
