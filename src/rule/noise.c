/* Draws the noise of one step (docs/model.md, section 2.3); the addresses are stated in rule.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "rule/constants.h"
#include "rule/rule.h"

struct nd_noise_arrays {
    nd_noise noise;
    nd_parameters *update, *weight, *perturbation;
    double *label, *input, *dropout_mask;
    double *unit; /* scratch: d_in + 1 + d_out Gaussians, or n uniforms */
};

nd_noise_arrays *nd_noise_arrays_new(const nd_learner *learner, nd_error *error) {
    const nd_learning_keys *keys = learner->keys;
    const nd_parameters *p = learner->parameters;
    size_t samples = learner->samples.count, unit = p->inputs + 1 + p->outputs;
    nd_noise_arrays *arrays = nd_array(1, sizeof *arrays, error);
    if (!arrays)
        return NULL;
    bool fine = (arrays->unit = nd_doubles(unit > samples ? unit : samples, error)) != NULL;
    nd_parameters **blocks[] = {&arrays->update, &arrays->weight, &arrays->perturbation};
    const bool wanted[] = {keys->update_noise > 0, keys->weight_noise > 0,
                           learner->rule->needs_perturbation};
    for (int i = 0; fine && i < 3; i++)
        if (wanted[i])
            fine = (*blocks[i] = nd_parameters_new(p->hidden, p->inputs, p->outputs, error));
    if (fine && keys->label_noise > 0)
        fine = (arrays->label = nd_doubles(samples * p->outputs, error)) != NULL;
    if (fine && keys->input_noise > 0)
        fine = (arrays->input = nd_doubles(samples * p->inputs, error)) != NULL;
    if (fine && keys->dropout > 0)
        fine = (arrays->dropout_mask = nd_doubles(samples * p->hidden, error)) != NULL;
    if (!fine) {
        nd_noise_arrays_free(arrays);
        return NULL;
    }
    arrays->noise = (nd_noise){.update = arrays->update,
                               .label = arrays->label,
                               .input = arrays->input,
                               .dropout_mask = arrays->dropout_mask,
                               .weight = arrays->weight,
                               .perturbation = arrays->perturbation};
    return arrays;
}

void nd_noise_arrays_free(nd_noise_arrays *arrays) {
    if (!arrays)
        return;
    nd_parameters_free(arrays->update);
    nd_parameters_free(arrays->weight);
    nd_parameters_free(arrays->perturbation);
    free(arrays->label);
    free(arrays->input);
    free(arrays->dropout_mask);
    free(arrays->unit);
    free(arrays);
}

/* A block of parameters, each offset + scale xi: `inner` scales the input side of every unit,
 * `outer` its output weights. */
static void draw_parameters(const nd_learner *learner, nd_purpose purpose, double offset,
                            double inner, double outer, double *unit, nd_parameters *out) {
    size_t inputs = out->inputs, outputs = out->outputs;
    for (size_t j = 0; j < out->hidden; j++) {
        nd_random_gaussians(learner->seed, purpose, (uint32_t)j, learner->step,
                            inputs + 1 + outputs, unit);
        for (size_t i = 0; i < inputs + 1 + outputs; i++)
            unit[i] = offset + (i <= inputs ? inner : outer) * unit[i];
        nd_parameters_set_unit(out, j, unit, unit + inputs + 1);
    }
}

static void draw_label_noise(const nd_learner *learner, size_t count, double *label) {
    const nd_learning_keys *keys = learner->keys;
    uint64_t seed = learner->seed, step = learner->step;
    if (strcmp(keys->label_noise_distribution, "gaussian") == 0) {
        nd_random_gaussians(seed, ND_FOR_LABEL_NOISE, 0, step, count, label);
        for (size_t i = 0; i < count; i++)
            label[i] *= keys->label_noise;
    } else {
        nd_random_uniforms(seed, ND_FOR_LABEL_NOISE, 0, step, count, label);
        for (size_t i = 0; i < count; i++)
            label[i] = keys->label_noise * (label[i] - 0.5);
    }
}

static void draw_dropout(const nd_learner *learner, double *uniforms, double *mask) {
    size_t samples = learner->samples.count, hidden = learner->parameters->hidden;
    double dropped = learner->keys->dropout, kept = 1 / (1 - dropped);
    for (size_t j = 0; j < hidden; j++) {
        nd_random_uniforms(learner->seed, ND_FOR_DROPOUT, (uint32_t)j, learner->step, samples,
                           uniforms);
        for (size_t s = 0; s < samples; s++)
            mask[s * hidden + j] = uniforms[s] < dropped ? 0 : kept;
    }
}

const nd_noise *nd_draw_noise(nd_noise_arrays *arrays, const nd_learner *learner) {
    const nd_learning_keys *keys = learner->keys;
    const nd_parameters *p = learner->parameters;
    size_t samples = learner->samples.count;
    if (arrays->update)
        draw_parameters(learner, ND_FOR_UPDATE_NOISE, 0, keys->update_noise, keys->update_noise,
                        arrays->unit, arrays->update);
    if (arrays->weight)
        draw_parameters(learner, ND_FOR_WEIGHT_NOISE, 1, keys->weight_noise, keys->weight_noise,
                        arrays->unit, arrays->weight);
    if (arrays->perturbation)
        draw_parameters(
            learner, ND_FOR_PERTURBATION, 0, ND_SED_PERTURBATION / sqrt((double)p->hidden),
            ND_SED_PERTURBATION / sqrt((double)p->outputs), arrays->unit, arrays->perturbation);
    if (arrays->label)
        draw_label_noise(learner, samples * p->outputs, arrays->label);
    if (arrays->input) {
        size_t count = samples * p->inputs;
        nd_random_gaussians(learner->seed, ND_FOR_INPUT_NOISE, 0, learner->step, count,
                            arrays->input);
        for (size_t i = 0; i < count; i++)
            arrays->input[i] *= keys->input_noise;
    }
    if (arrays->dropout_mask)
        draw_dropout(learner, arrays->unit, arrays->dropout_mask);
    return &arrays->noise;
}
