#include "base/error.h"
#include "base/threads.h"
#include "hebbian/hebbian.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Inputs are taken in stretches; within one, each starts from its neighbour's active set. */
enum { STRETCH = 40 };

typedef struct stretches {
    const nd_hebbian *network;
    double *response;
    atomic_bool failed;
    nd_error *errors; /* one per stretch */
} stretches;

/* Responses (N each) to the inputs `first` to `last`, one after the other. */
static bool respond(const nd_hebbian *network, size_t first, size_t last, double *response,
                    nd_error *error) {
    size_t neurons = network->neurons, unit = 0;
    nd_fixed_point_counts counts = {0};
    nd_complementarity *solver = nd_complementarity_new(neurons, error);
    uint64_t *set = solver ? nd_array(nd_set_words(neurons), sizeof *set, error) : NULL;
    double *drive = set ? nd_doubles(neurons, error) : NULL;
    bool fine = drive != NULL;
    for (size_t s = first; fine && s < last; s++) {
        const double *input = network->inputs->value + s * network->inputs->dimension;
        nd_fixed_point_problem problem = nd_hebbian_problem(network, input, drive);
        if (!nd_fixed_point(solver, &problem, set, response + s * neurons, &counts, &unit))
            fine = nd_hebbian_unsettled(network, s, unit, error);
    }
    free(drive);
    free(set);
    nd_complementarity_free(solver);
    return fine;
}

/* Those of one stretch. */
static void respond_stretch(size_t index, void *context) {
    stretches *all = context;
    size_t count = all->network->inputs->count, first = index * STRETCH;
    size_t last = first + STRETCH < count ? first + STRETCH : count;
    if (!respond(all->network, first, last, all->response, &all->errors[index]))
        atomic_store(&all->failed, true);
}

bool nd_hebbian_responses(const nd_hebbian *network, unsigned threads, double *response,
                          nd_error *error) {
    size_t count = (network->inputs->count + STRETCH - 1) / STRETCH;
    stretches all = {.network = network, .response = response};
    all.errors = nd_array(count, sizeof *all.errors, error);
    if (!all.errors)
        return false;
    nd_parallel_for(count, threads, respond_stretch, &all);
    bool fine = !atomic_load(&all.failed);
    for (size_t s = 0; !fine && s < count; s++) /* the first that failed, for any threads */
        if (all.errors[s].what[0]) {
            if (error)
                *error = all.errors[s];
            break;
        }
    free(all.errors);
    return fine;
}
