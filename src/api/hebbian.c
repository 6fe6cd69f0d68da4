/* The Hebbian network as an engine of the public interface (nulldrift/hebbian.h). */
#include <string.h>

#include "api/hebbian_state.h"
#include "base/error.h"
#include "base/locale.h"
#include "hebbian/engine.h"
#include "nulldrift/hebbian.h"

nd_engine *nd_hebbian_open(const nd_experiment *experiment, unsigned threads, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_hebbian_open";
    if (!nd_is_given(experiment, function, "experiment", error))
        return NULL;
    if (experiment->network.model == ND_HEBBIAN)
        return nd_hebbian_engine_open(experiment, threads ? threads : 1, error);
    nd_fail(error, "network.model", "open it with nd_engine_open",
            "is 'feed-forward', which is no Hebbian network");
    return NULL;
}

bool nd_hebbian_shape(const nd_engine *engine, size_t *inputs, size_t *neurons, nd_error *error) {
    if (!nd_is_hebbian(engine, "nd_hebbian_shape", error))
        return false;
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    if (inputs)
        *inputs = network->inputs->count;
    if (neurons)
        *neurons = network->neurons;
    return true;
}

bool nd_hebbian_respond(nd_engine *engine, double *responses, nd_error *error) {
    static const char function[] = "nd_hebbian_respond";
    if (!nd_is_hebbian(engine, function, error) ||
        !nd_is_given(responses, function, "responses", error))
        return false;
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    const double *found = nd_hebbian_engine_responses(engine, error);
    if (found)
        memcpy(responses, found, network->inputs->count * network->neurons * sizeof *responses);
    return found != NULL;
}
