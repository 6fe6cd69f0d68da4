#include "engine/benchmark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/sort.h"
#include "engine/kernels.h"
#include "world/world.h"

#define SMALL_WORLD "world: {task: random, samples: 10, input_dim: 15, output_dim: 10}\n"
#define RUN "run: {steps: 100000000, records: 2, snapshots: 2}\n"

static const nd_benchmark_case CASES[] = {
    /* One run in five of this case comes to so few units that it diverges after some 7e6 steps. */
    {'A', "SGD, update noise 0.03, n 5, d 20 -> 5, H 100: a whole run",
     "name: case-a\nseed: 2\nworld: {task: random, samples: 5, input_dim: 20, output_dim: 5}\n"
     "network: {hidden: 100, initialisation: rich}\n"
     "learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.03}\n" RUN,
     10000000},
    {'B', "SGD, update noise 0.03, n 10, d 15 -> 10, H 100: the first steps",
     "name: case-b\nseed: 1\n" SMALL_WORLD "network: {hidden: 100, initialisation: rich}\n"
     "learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.03}\n" RUN,
     100000},
    {'C', "as B with label noise 1 instead",
     "name: case-c\nseed: 1\n" SMALL_WORLD "network: {hidden: 100, initialisation: rich}\n"
     "learning: {rule: sgd, learning_rate: 0.1, label_noise: 1}\n" RUN,
     100000},
    {'D', "as B with Adam 0.001, no noise",
     "name: case-d\nseed: 1\n" SMALL_WORLD "network: {hidden: 100, initialisation: rich}\n"
     "learning: {rule: adam, learning_rate: 0.001}\n" RUN,
     100000},
    {'E', "as B with SED 0.95",
     "name: case-e\nseed: 1\n" SMALL_WORLD "network: {hidden: 100, initialisation: rich}\n"
     "learning: {rule: sed, learning_rate: 0.95}\n" RUN,
     100000},
    {'F', "the Figure 2 run: n 150, d 18 -> 17, H 500",
     "name: case-f\nseed: 1\n"
     "world: {task: predictive-track, samples: 150, input_dim: 17, size_x: 1, size_y: 14, "
     "kernel: 0.09, fov_fraction: 8, speed: 0.2, heading_noise: 0, value_range: unit}\n"
     "network: {hidden: 500, initialisation: lazy}\n"
     "learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.0138949549}\n" RUN,
     1000000},
    {0, NULL, NULL, 0},
};

const nd_benchmark_case *nd_benchmark_cases(void) {
    return CASES;
}

/* Of this thread alone: the threads that a BLAS starts spin for a while before they sleep. */
static double processor_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Advances the engine in equal parts and times each. */
static bool measure(nd_engine *engine, const nd_experiment *experiment, const nd_dataset *dataset,
                    uint64_t steps, nd_benchmark *out, nd_error *error) {
    enum { PARTS = ND_BENCHMARK_PARTS };
    double sorted[PARTS], hidden = (double)experiment->network.hidden;
    *out = (nd_benchmark){.steps = steps};
    for (int part = 0; part < PARTS; part++) {
        uint64_t from = engine->step, to = steps * (uint64_t)(part + 1) / PARTS;
        double start = processor_seconds();
        if (!engine->backend->advance(engine, to, error))
            return false;
        double spent = 1e6 * (processor_seconds() - start);
        nd_record record;
        engine->backend->record(engine, &record);
        const char *awake = strstr(engine->backend->describe(engine), "awake=");
        double active = record.fraction_active_units * hidden;
        out->part_awake[part] = awake ? strtod(awake + strlen("awake="), NULL) : active;
        out->part_microseconds[part] = to > from ? spent / (double)(to - from) : 0;
        out->microseconds_per_step += spent / (double)steps;
        out->awake_units += active / PARTS;
    }
    memcpy(sorted, out->part_microseconds, sizeof sorted);
    nd_sort_ascending(sorted, PARTS);
    out->median_microseconds = 0.5 * (sorted[PARTS / 2 - 1] + sorted[PARTS / 2]);
    out->multiplications_per_step =
        out->awake_units * (double)dataset->samples *
        (2 * (double)(dataset->inputs + 1) + 3 * (double)dataset->outputs);
    snprintf(out->engine, sizeof out->engine, "%s", engine->backend->describe(engine));
    return true;
}

bool nd_benchmark_run(const char *text, const char *const *sets, size_t set_count, uint64_t steps,
                      nd_benchmark *out, nd_error *error) {
    nd_experiment *experiment =
        nd_experiment_parse(text, "benchmark", NULL, sets, set_count, error);
    nd_dataset *dataset = experiment ? nd_dataset_make(experiment, error) : NULL;
    nd_engine *engine = dataset ? nd_engine_open(experiment, dataset, 1, error) : NULL;
    bool fine = engine && measure(engine, experiment, dataset, steps, out, error);
    if (engine)
        engine->backend->close(engine);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
    return fine;
}

const char *nd_benchmark_instructions(void) {
    return nd_kernels_choose(false, false)->instruction_set;
}

double nd_benchmark_gaussian(bool single) {
    enum { UNITS = 64, COUNT = 48, ROUNDS = 15, REPEATS = 200 };
    const nd_kernels *kernels = nd_kernels_choose(single, false);
    uint32_t unit[UNITS];
    float scale[COUNT];
    float *spread = nd_array(COUNT * kernels->float_lanes, sizeof *spread, NULL);
    void *out = nd_array((size_t)UNITS * COUNT, kernels->real_size, NULL);
    double best[ROUNDS];
    if (!out || !spread)
        return 0;
    for (uint32_t i = 0; i < UNITS; i++)
        unit[i] = i;
    for (int i = 0; i < COUNT; i++)
        scale[i] = 1;
    kernels->spread_scale(COUNT, scale, spread);
    for (int round = 0; round < ROUNDS; round++) {
        double start = processor_seconds();
        for (uint64_t step = 0; step < REPEATS; step++)
            kernels->unit_gaussians(1, ND_FOR_TEST, step, unit, UNITS / kernels->lanes, COUNT,
                                    spread, out);
        best[round] = 1e9 * (processor_seconds() - start) / REPEATS / UNITS / COUNT;
    }
    free(out);
    free(spread);
    nd_sort_ascending(best, ROUNDS);
    return best[ROUNDS / 2];
}

double nd_benchmark_peak(bool single) {
    enum { TRIALS = 9, SPINS = 200000 };
    const nd_kernels *kernels = nd_kernels_choose(single, false);
    double rates[TRIALS], sink = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        double start = processor_seconds();
        sink += kernels->spin(SPINS);
        rates[trial] = 10.0 * SPINS * (double)kernels->lanes / (processor_seconds() - start);
    }
    nd_sort_ascending(rates, TRIALS);
    return sink >= 0 ? rates[TRIALS / 2] : 0;
}
