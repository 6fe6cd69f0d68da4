/* Engines as the public interface has them beyond opening and advancing (nulldrift/engine.h): keys
 * and parameters changed on the way, the forward pass, the state as bytes. */
#include "engine/engine.h"
#include "base/locale.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "api/engine_change.h"
#include "api/hebbian_state.h"
#include "api/network.h"
#include "base/error.h"
#include "experiment/start.h"
#include "network/network.h"
#include "store/run_file_write.h"

uint64_t nd_engine_step(const nd_engine *engine) {
    return engine ? engine->step : 0;
}

const char *nd_engine_describe(const nd_engine *engine) {
    return engine ? engine->backend->describe(engine) : "";
}

nd_engine *nd_engine_open_with_rule(const nd_experiment *experiment, const nd_dataset *dataset,
                                    const nd_own_rule *rule, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_engine_open_with_rule";
    if (!nd_is_given(experiment, function, "experiment", error) ||
        !nd_is_given(dataset, function, "dataset", error) ||
        !nd_is_given(rule, function, "rule", error) ||
        !nd_is_given(rule->update ? rule : NULL, function, "rule->update", error) ||
        !nd_needs_feed_forward(experiment, error) || !nd_dataset_suits(experiment, dataset, error))
        return NULL;
    if (rule->moments < 0 || rule->moments > 2)
        nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                   "rule->moments is %d, expected 0, 1 or 2", rule->moments);
    else if (strcmp(experiment->run.engine, "fast") == 0)
        nd_fail(error, "run.engine", "use reference, or auto",
                "is 'fast', which has its own rules only");
    else if (strcmp(experiment->learning.rule, "sgd") != 0)
        nd_fail(error, "learning.rule", "leave it out",
                "is '%s', but a rule of the caller's own takes its place",
                experiment->learning.rule);
    else
        return nd_reference_open_with_rule(experiment, dataset, rule, error);
    return NULL;
}

/* ---- Changes on the way ---- */

static bool can_change(const nd_engine *engine, const char *function, nd_error *error) {
    return nd_is_given(engine, function, "engine", error) &&
           ((engine->backend->change && engine->experiment) ||
            nd_fail(error, function, NULL, "engine %s cannot be changed on the way",
                    engine->backend->name));
}

static bool in_learning(const char *set, nd_error *error) {
    static const char section[] = "learning.", rule[] = "learning.rule=";
    return (strncmp(set, section, sizeof section - 1) == 0 &&
            strncmp(set, rule, sizeof rule - 1) != 0) ||
           nd_fail(error, "nd_engine_set", "open another engine",
                   "'%.200s' is no key of the section learning that may change on the way", set);
}

bool nd_engine_set(nd_engine *engine, const char *const *sets, size_t set_count, nd_error *error) {
    static const char function[] = "nd_engine_set";
    if (!can_change(engine, function, error) ||
        (set_count > 0 && !nd_is_given(sets, function, "sets", error)))
        return false;
    for (size_t i = 0; i < set_count; i++)
        if (!nd_is_given(sets[i], function, "sets[i]", error) || !in_learning(sets[i], error))
            return false;
    nd_experiment *experiment = nd_experiment_copy(engine->experiment, error);
    if (experiment && nd_experiment_set(experiment, sets, set_count, error))
        return nd_engine_go_on_by(engine, experiment, NULL, error);
    nd_experiment_free(experiment);
    return false;
}

bool nd_engine_set_parameters(nd_engine *engine, const nd_parameters *parameters, nd_error *error) {
    static const char function[] = "nd_engine_set_parameters";
    if (!can_change(engine, function, error) || !nd_is_feed_forward(engine, function, error) ||
        !nd_is_given(parameters, function, "parameters", error))
        return false;
    size_t hidden = engine->experiment->network.hidden, inputs = engine->dataset->inputs,
           outputs = engine->dataset->outputs;
    if (parameters->hidden != hidden || parameters->inputs != inputs ||
        parameters->outputs != outputs)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "the parameters are for %zu inputs, %zu units and %zu outputs, the "
                          "network has %zu, %zu and %zu",
                          parameters->inputs, parameters->hidden, parameters->outputs, inputs,
                          hidden, outputs);
    if (!nd_parameters_given(parameters, function, error))
        return false;
    nd_experiment *experiment = nd_experiment_copy(engine->experiment, error);
    return experiment && nd_engine_go_on_by(engine, experiment, parameters, error);
}

/* ---- Forward ---- */

static bool forward(const nd_parameters *p, const nd_activation *activation, const double *input,
                    size_t samples, const double *output_bias, double *activity, double *output,
                    nd_error *error) {
    double *one = activity ? NULL : nd_doubles(p->hidden, error);
    if (!activity && !one)
        return false;
    for (size_t s = 0; s < samples; s++) {
        double *h = activity ? activity + s * p->hidden : one;
        nd_hidden_activity(p, activation, input + s * p->inputs, 1, h);
        for (size_t k = 0; output && k < p->outputs; k++) {
            double sum = 0;
            for (size_t j = 0; j < p->hidden; j++)
                sum += p->output_weights[k * p->hidden + j] * h[j];
            output[s * p->outputs + k] = sum + (output_bias ? output_bias[k] : 0);
        }
    }
    free(one);
    return true;
}

bool nd_forward(const nd_parameters *parameters, const char *activation, const double *input,
                size_t samples, double *activity, double *output, nd_error *error) {
    static const char function[] = "nd_forward";
    if (!nd_is_given(parameters, function, "parameters", error) ||
        !nd_is_given(activation, function, "activation", error) ||
        !nd_is_given(input, function, "input", error) ||
        !nd_parameters_given(parameters, function, error))
        return false;
    const nd_activation *phi = nd_activation_find(activation);
    if (!phi)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, "see network.activation",
                          "there is no activation '%.60s'", activation);
    return forward(parameters, phi, input, samples, NULL, activity, output, error);
}

bool nd_engine_forward(nd_engine *engine, const double *input, size_t samples, double *activity,
                       double *output, nd_error *error) {
    static const char function[] = "nd_engine_forward";
    if (!nd_is_given(engine, function, "engine", error) ||
        !nd_is_feed_forward(engine, function, error) ||
        !nd_is_given(input, function, "input", error))
        return false;
    const nd_dataset *dataset = engine->dataset;
    nd_parameters *now = nd_parameters_new(engine->experiment->network.hidden, dataset->inputs,
                                           dataset->outputs, error);
    if (!now)
        return false;
    engine->backend->parameters(engine, now);
    bool fine = forward(now, nd_activation_find(engine->experiment->network.activation), input,
                        samples, dataset->output_offset, activity, output, error);
    nd_parameters_free(now);
    return fine;
}

/* ---- The state as bytes ---- */

static const char MAGIC[8] = "ndstate";

/* What stands before the back end's state. */
typedef struct header {
    char magic[8];
    uint32_t checksum, version; /* CRC-32 of all that follows it; 1 */
    uint64_t length;            /* of all bytes */
    uint64_t digest;            /* of the data set */
    uint64_t text;              /* bytes of the experiment's text, its 0 included, which follows */
    uint64_t parameters;        /* doubles that follow it: nd_engine.begun; 0: none */
    uint64_t origin;            /* nd_engine.origin */
    char instructions[ND_INSTRUCTIONS_ROOM];
    char backend[ND_INSTRUCTIONS_ROOM];
} header;

static uint32_t checksum_of(const unsigned char *bytes, size_t length) {
    size_t from = offsetof(header, version);
    return (uint32_t)crc32_z(0, bytes + from, length - from);
}

static bool put_state(nd_engine *engine, header *head, nd_buffer *to, nd_error *error) {
    char *text = nd_experiment_text(engine->experiment, error);
    bool fine = text != NULL;
    if (fine) {
        const nd_parameters *begun = engine->begun;
        head->text = strlen(text) + 1;
        head->parameters = begun ? nd_parameter_count(begun) : 0;
        fine = nd_buffer_put(to, head, sizeof *head, error) &&
               nd_buffer_put(to, text, head->text, error) &&
               (!begun ||
                nd_buffer_put(to, begun->input_weights, head->parameters * sizeof(double), error));
    }
    free(text);
    return fine && engine->backend->save(engine, to, error);
}

bool nd_engine_save(nd_engine *engine, void **bytes, size_t *length, nd_error *error) {
    static const char function[] = "nd_engine_save";
    nd_buffer state = {0};
    if (!nd_is_given(engine, function, "engine", error) ||
        !nd_is_given(bytes, function, "bytes", error) ||
        !nd_is_given(length, function, "length", error))
        return false;
    if (nd_is_hebbian(engine, function, NULL)) {
        bool fine = nd_hebbian_state_put(engine, &state, error);
        if (!fine) {
            nd_buffer_free(&state);
            return false;
        }
        *bytes = state.bytes;
        *length = state.length;
        return true;
    }
    if (!can_change(engine, function, error))
        return false;
    header head = {
        .version = 1, .digest = nd_dataset_digest(engine->dataset), .origin = engine->origin};
    memcpy(head.magic, MAGIC, sizeof head.magic);
    strncpy(head.backend, engine->backend->name, sizeof head.backend - 1);
    nd_engine_instructions(engine, head.instructions);
    if (!put_state(engine, &head, &state, error)) {
        nd_buffer_free(&state);
        return false;
    }
    head.length = state.length;
    memcpy(state.bytes, &head, sizeof head);
    head.checksum = checksum_of(state.bytes, state.length);
    memcpy(state.bytes, &head, sizeof head);
    *bytes = state.bytes;
    *length = state.length;
    return true;
}

static bool wrong_state(nd_error *error, const char *what) {
    return nd_fail(error, "nd_engine_load", NULL, "the state %s", what);
}

static bool sound_header(const nd_engine *engine, const header *head, const void *bytes,
                         size_t length, nd_error *error) {
    char here[ND_INSTRUCTIONS_ROOM];
    if (memcmp(head->magic, MAGIC, sizeof MAGIC) != 0)
        return wrong_state(error, "is not one that nd_engine_save gave");
    if (head->length != length || head->text > length - sizeof *head ||
        head->checksum != checksum_of(bytes, length))
        return wrong_state(error, "is damaged or cut off");
    if (head->version != 1)
        return wrong_state(error, "is of another nulldrift");
    if (head->digest != nd_dataset_digest(engine->dataset))
        return wrong_state(error, "is of another data set");
    if (strncmp(head->backend, engine->backend->name, sizeof head->backend) != 0)
        return wrong_state(error, "is of another engine");
    nd_engine_instructions(engine, here);
    if (memcmp(head->instructions, here, sizeof here) != 0)
        return wrong_state(error, "was made with another instruction set, whose rounding differs");
    return true;
}

/* The parameters that the state's coordinates began with. */
static nd_parameters *begun_with(const nd_engine *engine, const nd_experiment *experiment,
                                 const header *head, nd_buffer *from, nd_error *error) {
    nd_parameters *begun = nd_initial_parameters(experiment, engine->dataset, error);
    if (!begun || head->parameters == 0)
        return begun;
    size_t count = nd_parameter_count(begun);
    if (head->parameters == count &&
        nd_buffer_take(from, begun->input_weights, count * sizeof(double), error))
        return begun;
    wrong_state(error, "is of another network");
    nd_parameters_free(begun);
    return NULL;
}

static bool take_state(nd_engine *engine, nd_buffer *from, nd_error *error) {
    header head;
    if (from->length < sizeof head)
        return wrong_state(error, "is cut off");
    (void)nd_buffer_take(from, &head, sizeof head, error);
    if (!sound_header(engine, &head, from->bytes, from->length, error))
        return false;
    const char *text = (const char *)from->bytes + from->position;
    if (head.text == 0 || text[head.text - 1] != '\0')
        return wrong_state(error, "is damaged");
    from->position += head.text;
    nd_experiment *experiment = nd_experiment_of_state(engine, text, error);
    nd_parameters *begun = experiment ? begun_with(engine, experiment, &head, from, error) : NULL;
    uint64_t step = engine->step;
    engine->step = head.origin; /* where it begins anew */
    bool fine = begun && nd_engine_go_on_by(engine, experiment, begun, error);
    if (!fine) {
        engine->step = step;
        if (!begun)
            nd_experiment_free(experiment);
    }
    nd_parameters_free(begun);
    return fine && engine->backend->restore(engine, from, error) &&
           (from->position == from->length || wrong_state(error, "is of another rule"));
}

bool nd_engine_load(nd_engine *engine, const void *bytes, size_t length, nd_error *error) {
    static const char function[] = "nd_engine_load";
    void *kept;
    size_t kept_length;
    if (!nd_is_given(engine, function, "engine", error) ||
        !nd_is_given(bytes, function, "bytes", error))
        return false;
    if (nd_is_hebbian(engine, function, NULL))
        return nd_hebbian_state_take(engine, bytes, length, error);
    if (!can_change(engine, function, error) || !nd_engine_save(engine, &kept, &kept_length, error))
        return false;
    nd_buffer from = {.bytes = (unsigned char *)bytes, .length = length};
    bool fine = take_state(engine, &from, error);
    if (!fine) { /* as it was */
        nd_buffer back = {.bytes = kept, .length = kept_length};
        (void)take_state(engine, &back, NULL);
    }
    free(kept);
    if (!fine && error)
        nd_error_at(error, function);
    return fine;
}
