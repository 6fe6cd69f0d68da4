#include "rule/rule.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "rule/rules.h"

static const nd_rule RULES[] = {
#define RULE(...) {__VA_ARGS__},
#include "rule/rules.def"
#undef RULE
    {NULL, NULL, NULL, 0, false, NULL},
};

const nd_rule *nd_rules(void) {
    return RULES;
}

const nd_rule *nd_rule_find(const char *name) {
    for (const nd_rule *rule = RULES; rule->name; rule++)
        if (strcmp(rule->name, name) == 0)
            return rule;
    return NULL;
}

static bool allocate(nd_learner *learner, nd_error *error) {
    size_t hidden = learner->parameters->hidden, count = learner->samples.count;
    size_t inputs = learner->samples.inputs, outputs = learner->samples.outputs;
    if (!(learner->gradient = nd_parameters_new(hidden, inputs, outputs, error)))
        return false;
    for (int i = 0; i < learner->rule->moments; i++)
        if (!(learner->moment[i] = nd_parameters_new(hidden, inputs, outputs, error)))
            return false;
    if (learner->rule->needs_perturbation &&
        !(learner->trial = nd_parameters_new(hidden, inputs, outputs, error)))
        return false;
    return (learner->input = nd_doubles(count * inputs, error)) &&
           (learner->target = nd_doubles(count * outputs, error)) &&
           (learner->scratch = nd_doubles(count * (hidden + outputs), error));
}

nd_learner *nd_learner_new(const nd_learning_keys *keys, uint64_t seed, const nd_samples *samples,
                           const nd_activation *activation, nd_parameters *parameters,
                           nd_error *error) {
    const nd_rule *rule = nd_rule_find(keys->rule);
    if (!rule)
        nd_fail(error, "learning.rule", NULL, "there is no '%s'", keys->rule);
    nd_learner *learner = rule ? nd_array(1, sizeof *learner, error) : NULL;
    if (!learner) {
        nd_parameters_free(parameters);
        return NULL;
    }
    *learner = (nd_learner){.keys = keys,
                            .seed = seed,
                            .samples = *samples,
                            .activation = activation,
                            .rule = rule,
                            .parameters = parameters};
    if (allocate(learner, error))
        return learner;
    nd_learner_free(learner);
    return NULL;
}

void nd_learner_free(nd_learner *learner) {
    if (!learner)
        return;
    nd_parameters_free(learner->parameters);
    nd_parameters_free(learner->gradient);
    for (int i = 0; i < 2; i++)
        nd_parameters_free(learner->moment[i]);
    nd_parameters_free(learner->trial);
    free(learner->input);
    free(learner->target);
    free(learner->scratch);
    free(learner);
}

/* values = clean + noise (which may be NULL). */
static void with_noise(double *values, const double *clean, const double *noise, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = clean[i] + (noise ? noise[i] : 0);
}

void nd_learner_step(nd_learner *learner, const nd_noise *noise) {
    const nd_samples *samples = &learner->samples;
    with_noise(learner->input, samples->input, noise->input, samples->count * samples->inputs);
    with_noise(learner->target, samples->target, noise->label, samples->count * samples->outputs);
    learner->rule->update(learner, noise);
    if (noise->weight) {
        double *theta = learner->parameters->input_weights;
        const double *factor = noise->weight->input_weights;
        for (size_t i = 0; i < nd_parameter_count(learner->parameters); i++)
            theta[i] *= factor[i];
    }
    learner->step++;
}
