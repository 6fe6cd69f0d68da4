/* Eight threads at once, each with runs of its own: every file is, number by number, what the same
 * run alone gives, and nothing is printed. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run_compare.h"
#include "support.h"

enum { THREADS = 8, RUNS = 4 };

static const char EXPERIMENT[] =
    "world: {task: random, samples: 20, input_dim: 10, output_dim: 5}\n"
    "network: {hidden: 20}\n"
    "learning: {rule: sgd, learning_rate: 0.05, update_noise: 0.02}\n"
    "run: {steps: 300, records: 20, snapshots: 5}\n";

typedef struct worker {
    const char *folder;
    unsigned number;
    nd_error error;
    bool fine;
} worker;

static void path_of(char path[512], const char *folder, unsigned thread, unsigned run) {
    snprintf(path, 512, "%s/run-%u-%u.nc", folder, thread, run);
}

static bool simulate(const char *folder, unsigned thread, unsigned run, nd_error *error) {
    char path[512], seed[32];
    path_of(path, folder, thread, run);
    snprintf(seed, sizeof seed, "seed=%u", thread);
    const char *sets[] = {seed};
    /* Half of them say nothing of how, which means: as usual. */
    nd_run_options one_thread = {.threads = 1}, *options = thread % 2 ? &one_thread : NULL;
    nd_experiment *experiment = nd_experiment_parse(EXPERIMENT, "test", NULL, sets, 1, error);
    nd_outcome outcome =
        experiment ? nd_simulate(experiment, path, options, NULL, error) : ND_RUN_FAILED;
    /* Once more: the finished run is looked into, and left as it is. */
    if (outcome == ND_RUN_COMPLETE)
        outcome = nd_simulate(experiment, path, options, NULL, error);
    nd_experiment_free(experiment);
    return outcome == ND_RUN_COMPLETE;
}

static void *work(void *argument) {
    worker *self = argument;
    self->fine = true;
    for (unsigned run = 0; self->fine && run < RUNS; run++)
        self->fine = simulate(self->folder, self->number, run, &self->error);
    return NULL;
}

/* Standard output and standard error go to a file from here to the call of `heard`. */
static int deafen(const char *path, int kept[2]) {
    fflush(NULL);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (int i = 0; i < 2; i++) {
        kept[i] = dup(i + 1);
        dup2(file, i + 1);
    }
    return file;
}

static long heard(int file, const int kept[2]) {
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        dup2(kept[i], i + 1);
        close(kept[i]);
    }
    long bytes = (long)lseek(file, 0, SEEK_END);
    close(file);
    return bytes;
}

static void test_eight_threads_run_as_one_does(void **state) {
    (void)state;
    char *folder = support_folder(), log[512], alone[512], path[512];
    worker workers[THREADS];
    pthread_t threads[THREADS];
    int kept[2];
    snprintf(log, sizeof log, "%s/log", folder);
    int file = deafen(log, kept);
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (worker){.folder = folder, .number = i};
        pthread_create(&threads[i], NULL, work, &workers[i]);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    long said = heard(file, kept);
    for (unsigned i = 0; i < THREADS; i++)
        assert_fine(workers[i].fine, &workers[i].error);
    assert_int_equal(said, 0);
    for (unsigned i = 0; i < THREADS; i++) {
        nd_error error = {0};
        assert_fine(simulate(folder, i, RUNS, &error), &error);
        path_of(alone, folder, i, RUNS);
        for (unsigned run = 0; run < RUNS; run++) {
            path_of(path, folder, i, run);
            support_same_file(alone, path);
        }
    }
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eight_threads_run_as_one_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
