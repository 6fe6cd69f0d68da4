#include "world/dataset.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

nd_dataset *nd_dataset_new(size_t samples, size_t inputs, size_t outputs, nd_error *error) {
    nd_dataset *dataset = nd_array(1, sizeof *dataset, error);
    if (!dataset)
        return NULL;
    dataset->samples = samples;
    dataset->inputs = inputs;
    dataset->outputs = outputs;
    dataset->environments = 1;
    dataset->input = nd_doubles(samples * inputs, error);
    dataset->target = dataset->input ? nd_doubles(samples * outputs, error) : NULL;
    if (dataset->target)
        return dataset;
    nd_dataset_free(dataset);
    return NULL;
}

void nd_dataset_free(nd_dataset *dataset) {
    if (!dataset)
        return;
    free(dataset->input);
    free(dataset->target);
    free(dataset->position);
    free(dataset->position_unit);
    free(dataset->heading);
    free(dataset->environment);
    free(dataset->wall_texture);
    nd_parameters_free(dataset->initial);
    free(dataset->initial_output_bias);
    free(dataset->output_offset);
    free(dataset->note);
    free(dataset);
}

bool nd_dataset_note(nd_dataset *dataset, nd_error *error, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    size_t before = dataset->note ? strlen(dataset->note) : 0, size = before + strlen(line) + 3;
    char *note = nd_array(size, 1, error);
    if (!note)
        return false;
    snprintf(note, size, "%s%s%s", before ? dataset->note : "", before ? "; " : "", line);
    free(dataset->note);
    dataset->note = note;
    return true;
}

bool nd_dataset_freeze_output_bias(nd_dataset *dataset, nd_error *error) {
    const double *bias = dataset->initial_output_bias;
    if (!bias)
        return true;
    if (!dataset->output_offset && !(dataset->output_offset = nd_doubles(dataset->outputs, error)))
        return false;
    for (size_t k = 0; k < dataset->outputs; k++) {
        dataset->output_offset[k] += bias[k];
        for (size_t s = 0; s < dataset->samples; s++)
            dataset->target[s * dataset->outputs + k] -= bias[k];
    }
    return true;
}

nd_samples nd_dataset_samples(const nd_dataset *dataset) {
    return (nd_samples){.count = dataset->samples,
                        .inputs = dataset->inputs,
                        .outputs = dataset->outputs,
                        .input = dataset->input,
                        .target = dataset->target};
}

double nd_target_variance(const nd_dataset *dataset) {
    size_t count = dataset->samples * dataset->outputs;
    double mean = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        mean += dataset->target[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (dataset->target[i] - mean) * (dataset->target[i] - mean);
    return count > 1 && squares > 0 ? squares / (double)(count - 1) : 1;
}

/* What keeps the published scaling away from its ends. */
static const double MARGIN = 1e-5;

void nd_scale_in_place(double *values, size_t count, bool published) {
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    double span = most - (least + MARGIN) + MARGIN;
    for (size_t i = 0; i < count; i++) {
        /* Equal values have no span to be scaled by; they go where the smallest value would. */
        double share = most > least ? (values[i] - (least + MARGIN)) / span : 0;
        values[i] = published ? share : 2 * (share - 0.5);
    }
}

void nd_dataset_view(const nd_dataset *dataset, nd_dataset_arrays *arrays) {
    if (!arrays)
        return;
    *arrays = (nd_dataset_arrays){0};
    if (!dataset)
        return;
    const nd_parameters *initial = dataset->initial;
    *arrays = (nd_dataset_arrays){.samples = dataset->samples,
                                  .inputs = dataset->inputs,
                                  .outputs = dataset->outputs,
                                  .input = dataset->input,
                                  .target = dataset->target,
                                  .position = dataset->position,
                                  .position_unit = dataset->position_unit,
                                  .heading = dataset->heading,
                                  .environment = dataset->environment,
                                  .environments = dataset->environments,
                                  .wall_texture = dataset->wall_texture,
                                  .texture = dataset->texture,
                                  .hidden = initial ? initial->hidden : 0,
                                  .input_weights = initial ? initial->input_weights : NULL,
                                  .bias = initial ? initial->bias : NULL,
                                  .output_weights = initial ? initial->output_weights : NULL,
                                  .output_bias = dataset->output_offset};
}

void nd_dataset_shape(const nd_dataset *dataset, size_t *samples, size_t *inputs, size_t *outputs) {
    if (samples)
        *samples = dataset ? dataset->samples : 0;
    if (inputs)
        *inputs = dataset ? dataset->inputs : 0;
    if (outputs)
        *outputs = dataset ? dataset->outputs : 0;
}

const double *nd_dataset_inputs(const nd_dataset *dataset) {
    return dataset ? dataset->input : NULL;
}

const double *nd_dataset_targets(const nd_dataset *dataset) {
    return dataset ? dataset->target : NULL;
}

const double *nd_dataset_position(const nd_dataset *dataset) {
    return dataset ? dataset->position : NULL;
}
