#include "api/followed_hebbian.h"

#include <string.h>

#include "hebbian/drift.h"
#include "hebbian/engine.h"
#include "run/hebbian_measured.h"

size_t nd_followed_fields(const nd_engine *engine) {
    return nd_hebbian_engine_network(engine)->neurons;
}

size_t nd_followed_responses(const nd_engine *engine) {
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    return network->inputs->count * network->neurons;
}

bool nd_same_hebbian(const nd_engine *engine, const nd_engine *last) {
    const nd_hebbian *a = nd_hebbian_engine_network(engine), *b = nd_hebbian_engine_network(last);
    const nd_hebbian_inputs *x = a->inputs, *y = b->inputs;
    return a->neurons == b->neurons && x->count == y->count && x->dimension == y->dimension &&
           memcmp(x->value, y->value, x->count * x->dimension * sizeof *x->value) == 0;
}

bool nd_take_centroids(nd_engine *engine, double *centroid, nd_error *error) {
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    const double *response = nd_hebbian_engine_responses(engine, error);
    if (response)
        nd_field_centroids(network->inputs, response, network->neurons,
                           network->experiment->network.peak_threshold, centroid);
    return response != NULL;
}

bool nd_take_responses(nd_engine *engine, double *response, nd_error *error) {
    const double *found = nd_hebbian_engine_responses(engine, error);
    if (found)
        memcpy(response, found, nd_followed_responses(engine) * sizeof *response);
    return found != NULL;
}

void nd_take_weights(const nd_engine *engine, nd_engine *last) {
    const nd_hebbian *from = nd_hebbian_engine_network(engine);
    nd_hebbian *to = nd_hebbian_engine_changed(last);
    size_t neurons = from->neurons;
    memcpy(to->forward, from->forward, neurons * from->inputs->dimension * sizeof *to->forward);
    memcpy(to->lateral, from->lateral, neurons * neurons * sizeof *to->lateral);
    memcpy(to->threshold, from->threshold, neurons * sizeof *to->threshold);
    to->counts = from->counts;
}

bool nd_put_followed_hebbian(nd_nc *file, const nd_engine *last, const nd_run_rows *rows,
                             const nd_run_summary *summary, nd_error *error) {
    return nd_hebbian_file_put(file, nd_hebbian_engine_network(last), rows, summary,
                               nd_hebbian_measure_rows, error);
}
