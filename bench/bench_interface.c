/* What the public interface costs: an engine advanced one step a call (cases A and F of `nulldrift
 * bench`, and one unit), beside one long call; tuning curves of 500 cells x 20 000 frames, beside
 * reading the array once and one pass of additions over as many values that are near. One core,
 * medians. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/benchmark.h"
#include "nulldrift.h"
#include "timing.h"

enum { FRAMES = 20000, CELLS = 500, BINS = 50, RUNS = 11, PAIRS = 15, STEPS = 2000 };
/* Between the 4th and the 12th of 15 lies the median with 96.5%. */
enum { LOW = 3, HIGH = 11 };

/* Seconds of STEPS further updates, `each` a call. */
static double time_steps(nd_engine *engine, uint64_t each) {
    uint64_t from = nd_engine_step(engine);
    double begin = processor_seconds();
    for (uint64_t step = from + each; step <= from + STEPS; step += each)
        nd_engine_advance(engine, step, NULL);
    return processor_seconds() - begin;
}

static const char ONE_UNIT[] = "world: {task: random, samples: 2, input_dim: 2, output_dim: 1}\n"
                               "network: {hidden: 1}\nlearning: {learning_rate: 0}\n";

/* What a call costs is the same for every network: of one unit it is seen best, of case F it is
 * lost in what the machine does beside. */
static void bench_steps(const char *name, const char *text) {
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_parse(text, name, NULL, NULL, 0, &error);
    nd_dataset *dataset = nd_dataset_make(experiment, &error);
    nd_engine *engine[2];
    double whole[PAIRS], apart[PAIRS];
    for (int i = 0; i < 2; i++) {
        engine[i] = nd_engine_open(experiment, dataset, 1, &error);
        nd_engine_advance(engine[i], 20000, NULL);
    }
    for (int pair = 0; pair < PAIRS; pair++) { /* the same steps of the same trajectory */
        bool first = pair % 2;
        double single = first ? time_steps(engine[1], 1) : 0;
        whole[pair] = time_steps(engine[0], STEPS) / STEPS;
        single = first ? single : time_steps(engine[1], 1);
        apart[pair] = single / STEPS - whole[pair];
    }
    double added = median(apart, PAIRS); /* apart is in order then: 96.5% limits of the median */
    printf("engine, %s: %.3f us a step in one long call, one step a call %+.3f us (%+.3f to "
           "%+.3f); asked: +1\n",
           name, 1e6 * median(whole, PAIRS), 1e6 * added, 1e6 * apart[LOW], 1e6 * apart[HIGH]);
    for (int i = 0; i < 2; i++)
        nd_engine_close(engine[i]);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

/* Every byte of the array, once. */
static double time_reading(const void *array, size_t bytes) {
    const uint64_t *words = array;
    uint64_t sum = 0;
    double begin = processor_seconds();
    for (size_t i = 0; i < bytes / sizeof *words; i++)
        sum += words[i];
    double seconds = processor_seconds() - begin;
    return sum == 1 ? 0 : seconds;
}

/* As many additions to sums, of values that are near. */
static double time_pass(const nd_matrix *matrix, double *sums) {
    double begin = processor_seconds();
    for (size_t f = 0; f < FRAMES; f++) {
        double *sum = sums + (f % BINS) * CELLS;
        if (matrix->type == ND_FLOAT64)
            for (size_t c = 0; c < CELLS; c++)
                sum[c] += ((const double *)matrix->data)[c];
        else
            for (size_t c = 0; c < CELLS; c++)
                sum[c] += (double)((const float *)matrix->data)[c];
    }
    return processor_seconds() - begin;
}

static void bench_tuning(nd_type type, bool by_cells, const int64_t *bin) {
    size_t size = type == ND_FLOAT32 ? sizeof(float) : sizeof(double),
           count = (size_t)FRAMES * CELLS;
    void *array = malloc(count * size);
    double *sums = calloc(BINS * CELLS, sizeof *sums),
           *curves = calloc(BINS * CELLS, sizeof *curves);
    for (size_t i = 0; i < count; i++)
        if (type == ND_FLOAT32)
            ((float *)array)[i] = (float)(i % 7);
        else
            ((double *)array)[i] = (double)(i % 7);
    nd_matrix matrix = {type,
                        FRAMES,
                        CELLS,
                        array,
                        (ptrdiff_t)(by_cells ? size : CELLS * size),
                        (ptrdiff_t)(by_cells ? FRAMES * size : size)};
    double seconds[3][RUNS];
    for (int run = 0; run < RUNS; run++) {
        seconds[0][run] = time_reading(array, count * size);
        seconds[1][run] = time_pass(&matrix, sums);
        double begin = processor_seconds();
        nd_tuning(&matrix, bin, BINS, NULL, curves, NULL);
        seconds[2][run] = processor_seconds() - begin;
    }
    double reading = median(seconds[0], RUNS), pass = median(seconds[1], RUNS),
           tuning = median(seconds[2], RUNS);
    printf("tuning, %s %s: %.1f ms; reading once %.1f ms + one pass %.1f ms: %.2f of both; asked: "
           "1.2\n",
           type == ND_FLOAT32 ? "float32" : "float64",
           by_cells ? "cells x frames" : "frames x cells", 1e3 * tuning, 1e3 * reading, 1e3 * pass,
           tuning / (reading + pass));
    free(array);
    free(sums);
    free(curves);
}

int main(void) {
    int64_t *bin = malloc(FRAMES * sizeof *bin);
    for (size_t f = 0; f < FRAMES; f++) { /* back and forth, 3 s a way at 30 Hz */
        size_t along = f % 180;
        bin[f] = (int64_t)((along < 90 ? along : 179 - along) * BINS / 90);
    }
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    for (int i = 0; i < 4; i++)
        bench_tuning(i % 2 ? ND_FLOAT32 : ND_FLOAT64, i >= 2, bin);
    bench_steps("one unit", ONE_UNIT);
    for (const nd_benchmark_case *one = nd_benchmark_cases(); one->letter; one++) {
        const char name[] = {'c', 'a', 's', 'e', ' ', one->letter, '\0'};
        if (one->letter == 'A' || one->letter == 'F')
            bench_steps(name, one->experiment);
    }
    free(bin);
    return 0;
}
