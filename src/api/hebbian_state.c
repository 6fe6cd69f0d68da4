/* The state of a Hebbian network as bytes (nd_engine_save and nd_engine_load of one), and its
 * weights read and set (nulldrift/hebbian.h). */
#include "api/hebbian_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "api/engine_change.h"
#include "base/error.h"
#include "base/locale.h"
#include "hebbian/engine.h"
#include "nulldrift/hebbian.h"

static const char MAGIC[8] = "ndhebb";

/* What stands before the network's state. */
typedef struct header {
    char magic[8];
    uint32_t checksum, version; /* CRC-32 of all that follows it; 1 */
    uint64_t length;            /* of all bytes */
    uint64_t text;              /* bytes of the experiment's text, its 0 included, which follows */
    char instructions[16];
} header;

bool nd_is_hebbian(const nd_engine *engine, const char *function, nd_error *error) {
    return nd_is_given(engine, function, "engine", error) &&
           (strcmp(engine->backend->name, "hebbian") == 0 ||
            nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "engine %s is no Hebbian network",
                       engine->backend->name));
}

bool nd_is_feed_forward(const nd_engine *engine, const char *function, nd_error *error) {
    return (engine->experiment && engine->dataset) ||
           nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                      "engine %s is no feed-forward network", engine->backend->name);
}

static uint32_t checksum_of(const unsigned char *bytes, size_t length) {
    size_t from = offsetof(header, version);
    return (uint32_t)crc32_z(0, bytes + from, length - from);
}

static header header_of(const nd_hebbian *network) {
    header made = {.version = 1};
    memcpy(made.magic, MAGIC, sizeof MAGIC);
    strncpy(made.instructions, network->kernels->instruction_set, sizeof made.instructions - 1);
    return made;
}

bool nd_hebbian_state_put(const nd_engine *engine, nd_buffer *to, nd_error *error) {
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    header head = header_of(network);
    char *text = nd_experiment_text(network->experiment, error);
    head.text = text ? strlen(text) + 1 : 0;
    bool fine = text && nd_buffer_put(to, &head, sizeof head, error) &&
                nd_buffer_put(to, text, head.text, error) &&
                engine->backend->save(engine, to, error);
    free(text);
    if (!fine)
        return false;
    head.length = to->length;
    memcpy(to->bytes, &head, sizeof head);
    head.checksum = checksum_of(to->bytes, to->length);
    memcpy(to->bytes, &head, sizeof head);
    return true;
}

static bool wrong_state(nd_error *error, const char *what) {
    return nd_fail(error, "nd_engine_load", NULL, "the state %s", what);
}

/* Is it a state of such a network, whole? */
static bool sound(const nd_hebbian *network, const nd_buffer *from, header *head, nd_error *error) {
    const header here = header_of(network);
    if (from->length < sizeof *head)
        return wrong_state(error, "is cut off");
    memcpy(head, from->bytes, sizeof *head);
    if (memcmp(head->magic, MAGIC, sizeof MAGIC) != 0)
        return wrong_state(error, "is not one that nd_engine_save gave of a Hebbian network");
    if (head->length != from->length || head->text == 0 ||
        head->text > from->length - sizeof *head ||
        head->checksum != checksum_of(from->bytes, from->length))
        return wrong_state(error, "is damaged or cut off");
    if (head->version != 1)
        return wrong_state(error, "is of another nulldrift");
    if (memcmp(head->instructions, here.instructions, sizeof here.instructions) != 0)
        return wrong_state(error, "was made with another instruction set, whose rounding differs");
    const char *there = (const char *)from->bytes + sizeof *head;
    return there[head->text - 1] == '\0' || wrong_state(error, "is damaged");
}

bool nd_hebbian_state_take(nd_engine *engine, const void *bytes, size_t length, nd_error *error) {
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    nd_buffer from = {.bytes = (unsigned char *)bytes, .length = length}, kept = {0};
    header head = {0};
    if (!sound(network, &from, &head, error))
        return false;
    nd_experiment *there = nd_experiment_of_state(engine, (const char *)bytes + sizeof head, error);
    if (!there || !engine->backend->save(engine, &kept, error)) {
        nd_experiment_free(there);
        return false;
    }
    from.position = sizeof head + (size_t)head.text;
    bool fine = engine->backend->restore(engine, &from, error) &&
                (from.position == from.length || wrong_state(error, "is of another network"));
    if (fine)
        fine = nd_engine_go_on_by(engine, there, NULL, error);
    else
        nd_experiment_free(there);
    if (!fine) /* as it was */
        (void)engine->backend->restore(engine, &kept, NULL);
    nd_buffer_free(&kept);
    return fine;
}

/* ---- Weights ---- */

static void transpose(const double *from, size_t rows, size_t columns, double *to) {
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            to[c * rows + r] = from[r * columns + c];
}

bool nd_hebbian_weights_of(const nd_engine *engine, nd_hebbian_weights *weights, nd_error *error) {
    static const char function[] = "nd_hebbian_weights_of";
    if (!nd_is_hebbian(engine, function, error) ||
        !nd_is_given(weights, function, "weights", error))
        return false;
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    size_t neurons = network->neurons, components = network->inputs->dimension;
    weights->neurons = neurons;
    weights->components = components;
    if (weights->forward) /* kept by sender */
        transpose(network->forward, components, neurons, weights->forward);
    if (weights->lateral)
        transpose(network->lateral, neurons, neurons, weights->lateral);
    if (weights->threshold)
        memcpy(weights->threshold, network->threshold, neurons * sizeof *weights->threshold);
    return true;
}

static bool all_finite(const double *values, size_t count, const char *what, nd_error *error) {
    for (size_t i = 0; values && i < count; i++)
        if (!isfinite(values[i]))
            return nd_fail_as(ND_CODE_ARGUMENT, error, "nd_hebbian_set_weights", NULL,
                              "%s[%zu] is %g", what, i, values[i]);
    return true;
}

static bool check_weights(const nd_hebbian *network, const nd_hebbian_weights *w, nd_error *error) {
    static const char function[] = "nd_hebbian_set_weights";
    size_t neurons = network->neurons, components = network->inputs->dimension;
    if (w->neurons != neurons || w->components != components)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "the weights are of %zu neurons and %zu components, the network has %zu "
                          "and %zu",
                          w->neurons, w->components, neurons, components);
    if (!all_finite(w->forward, neurons * components, "forward", error) ||
        !all_finite(w->lateral, neurons * neurons, "lateral", error) ||
        !all_finite(w->threshold, neurons, "threshold", error))
        return false;
    for (size_t i = 0; w->lateral && i < neurons * neurons; i++)
        if (w->lateral[i] < 0)
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                              "lateral[%zu] is %g: neurons inhibit each other, expected none "
                              "below 0",
                              i, w->lateral[i]);
    return true;
}

bool nd_hebbian_set_weights(nd_engine *engine, const nd_hebbian_weights *weights, nd_error *error) {
    static const char function[] = "nd_hebbian_set_weights";
    if (!nd_is_hebbian(engine, function, error) ||
        !nd_is_given(weights, function, "weights", error))
        return false;
    const nd_hebbian *now = nd_hebbian_engine_network(engine);
    if (!check_weights(now, weights, error))
        return false;
    nd_hebbian *network = nd_hebbian_engine_changed(engine);
    size_t neurons = network->neurons, components = network->inputs->dimension;
    if (weights->forward)
        transpose(weights->forward, neurons, components, network->forward);
    if (weights->lateral)
        transpose(weights->lateral, neurons, neurons, network->lateral);
    if (weights->threshold)
        memcpy(network->threshold, weights->threshold, neurons * sizeof *weights->threshold);
    return true;
}
