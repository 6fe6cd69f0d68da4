/* The library in thirty lines: a network learns a random map under noise and falls silent, unit by
 * unit. Build: cc drift.c $(pkg-config --cflags --libs nulldrift) -o drift */
#include <nulldrift.h>

#include <math.h>
#include <stdio.h>

static const char EXPERIMENT[] = "world: {task: random, samples: 5, input_dim: 20, output_dim: 5}\n"
                                 "learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.1}\n";

int main(void) {
    nd_error error = {0};
    char line[2048];
    nd_experiment *experiment = nd_experiment_parse(EXPERIMENT, "drift.c", NULL, NULL, 0, &error);
    nd_dataset *dataset = experiment ? nd_dataset_make(experiment, &error) : NULL;
    nd_engine *engine = dataset ? nd_engine_open(experiment, dataset, 1, &error) : NULL;
    bool fine = engine != NULL;
    for (uint64_t step = 0; fine && step <= 100000; step += 20000) {
        nd_record record;
        fine = nd_engine_advance(engine, step, &error);
        nd_engine_record(engine, &record);
        printf("step %6llu  log10 loss %6.2f  active units %.2f\n", (unsigned long long)step,
               log10(record.loss), record.fraction_active_units);
    }
    if (!fine)
        fprintf(stderr, "%s\n", nd_error_line(&error, line, sizeof line));
    nd_engine_close(engine);
    if (dataset)
        nd_dataset_free(dataset);
    nd_experiment_free(experiment);
    return fine ? 0 : 1;
}
