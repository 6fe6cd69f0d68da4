/* The fast engine obeys the same law as the reference: over many seeds, cases A to E shortened,
 * loss, sparsity, the displacement of the weights and the turnover of active units have the same
 * distributions. Two-sample z tests of means and Kolmogorov-Smirnov tests at 4.5 standard errors
 * (or the equivalent), 5 cases x 2 times x 5 quantities: a false alarm once in 1500 seeds. The same
 * on more seeds and steps: tests/validation/validate_law.sh. */
#include <math.h>

#include "engine_support.h"

enum { QUANTITIES = 5, TIMES = 2, MOST_SEEDS = 400 };

static const char *const NAMES[QUANTITIES] = {"loss", "active fraction", "active units",
                                              "displacement", "turnover"};

typedef struct outcomes {
    double value[TIMES][QUANTITIES][MOST_SEEDS];
} outcomes;

/* Which units are active for at least one sample. */
static void active_units(const nd_parameters *p, const nd_dataset *dataset, bool *active) {
    for (size_t j = 0; j < p->hidden; j++) {
        active[j] = false;
        for (size_t s = 0; s < dataset->samples; s++) {
            double drive = p->bias[j];
            for (size_t i = 0; i < p->inputs; i++)
                drive += p->input_weights[j * p->inputs + i] * dataset->input[s * p->inputs + i];
            active[j] |= drive > 0;
        }
    }
}

static void observe(nd_engine *engine, const nd_experiment *experiment, const nd_dataset *dataset,
                    const nd_parameters *first, const bool *before, double values[QUANTITIES]) {
    nd_record record;
    bool after[64];
    engine->backend->record(engine, &record);
    nd_parameters *now = parameters_of(engine, experiment, dataset);
    double squares = 0, changed = 0;
    for (size_t i = 0; i < nd_parameter_count(now); i++)
        squares += (now->input_weights[i] - first->input_weights[i]) *
                   (now->input_weights[i] - first->input_weights[i]);
    active_units(now, dataset, after);
    for (size_t j = 0; j < now->hidden; j++)
        changed += before[j] != after[j];
    values[0] = log(record.loss);
    values[1] = record.active_fraction;
    values[2] = record.fraction_active_units;
    values[3] = sqrt(squares);
    values[4] = changed / (double)now->hidden;
    nd_parameters_free(now);
}

/* All runs share the world and the initial weights (those of seed 1), only the noise differs. */
static void run_seeds(const nd_engine_backend *backend, const char *sets, size_t seeds,
                      uint64_t steps, uint64_t first_seed, outcomes *out) {
    nd_error error = {0};
    nd_experiment *experiment = experiment_with(sets);
    nd_dataset *dataset = dataset_of(experiment);
    nd_parameters *initial = nd_initial_parameters(experiment, dataset, &error);
    assert_fine(initial != NULL, &error);
    dataset->initial = initial;
    char file[] = "file", *own = experiment->network.initialisation;
    bool before[64];
    active_units(initial, dataset, before);
    for (size_t run = 0; run < seeds; run++) {
        experiment->seed = first_seed + run;
        experiment->network.initialisation = file;
        nd_engine *engine = backend->open(experiment, dataset, 1, &error);
        assert_fine(engine != NULL, &error);
        for (int time = 0; time < TIMES; time++) {
            double values[QUANTITIES];
            advance_to(engine, steps * (uint64_t)(time + 1) / TIMES);
            observe(engine, experiment, dataset, initial, before, values);
            for (int q = 0; q < QUANTITIES; q++)
                out->value[time][q][run] = values[q];
        }
        engine->backend->close(engine);
    }
    experiment->network.initialisation = own;
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The Kolmogorov-Smirnov distance of two sorted samples (ties taken together). */
static double distance(const double *a, size_t n, const double *b, size_t m) {
    size_t i = 0, j = 0;
    double largest = 0;
    while (i < n && j < m) {
        double value = fmin(a[i], b[j]);
        while (i < n && a[i] <= value)
            i++;
        while (j < m && b[j] <= value)
            j++;
        largest = fmax(largest, fabs((double)i / (double)n - (double)j / (double)m));
    }
    return largest;
}

static void moments(const double *values, size_t count, double *mean, double *variance) {
    *mean = *variance = 0;
    for (size_t i = 0; i < count; i++)
        *mean += values[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        *variance += (values[i] - *mean) * (values[i] - *mean) / (double)(count - 1);
}

static void assert_same_law(const char *sets, size_t seeds, uint64_t steps) {
    const char *longer = getenv("ND_LAW_FACTOR");
    double factor = longer ? strtod(longer, NULL) : 1;
    seeds = (size_t)((double)seeds * factor);
    steps = (uint64_t)((double)steps * factor);
    assert_true(seeds <= MOST_SEEDS);
    outcomes *reference = calloc(1, sizeof *reference), *fast = calloc(1, sizeof *fast);
    bool fine = true;
    run_seeds(&nd_reference_backend, sets, seeds, steps, 1000, reference);
    run_seeds(&nd_fast_backend, sets, seeds, steps, 500000, fast);
    printf("    %s\n", sets);
    for (int time = 0; time < TIMES; time++)
        for (int q = 0; q < QUANTITIES; q++) {
            double *a = reference->value[time][q], *b = fast->value[time][q], mean[2], variance[2];
            double n = (double)seeds;
            moments(a, seeds, &mean[0], &variance[0]);
            moments(b, seeds, &mean[1], &variance[1]);
            double error = sqrt((variance[0] + variance[1]) / n);
            double z = fabs(mean[0] - mean[1]) / fmax(error, 1e-9 * fabs(mean[0]) + 1e-12);
            qsort(a, seeds, sizeof *a, ascending);
            qsort(b, seeds, sizeof *b, ascending);
            double ks = distance(a, seeds, b, seeds) * sqrt(n / 2);
            printf("      step %6llu %-16s %10.5f %10.5f  z %4.1f  ks %4.2f\n",
                   (unsigned long long)(steps * (uint64_t)(time + 1) / TIMES), NAMES[q], mean[0],
                   mean[1], z, ks);
            /* 2 exp(-2 ks^2) = 6.8e-6, as a Gaussian beyond 4.5 on either side, at ks 2.51 */
            fine &= z < 4.5 && ks < 2.51;
        }
    free(reference);
    free(fast);
    assert_true(fine);
}

#define A_WORLD "world.samples=5 world.input_dim=20 world.output_dim=5 network.hidden=20 "
#define B_WORLD "world.samples=6 world.input_dim=8 world.output_dim=5 network.hidden=20 "

static void test_law_of_case_a_with_sleeping_units(void **state) {
    (void)state; /* strong noise, so that units fall asleep and wake many times */
    assert_same_law(A_WORLD "learning.update_noise=0.1", 60, 3000);
    assert_same_law("world.samples=2 world.input_dim=3 world.output_dim=2 network.hidden=20 "
                    "learning.update_noise=0.1",
                    80, 6000);
}

static void test_law_of_case_b(void **state) {
    (void)state;
    assert_same_law(B_WORLD "learning.update_noise=0.03", 60, 2000);
}

static void test_law_of_case_c(void **state) {
    (void)state;
    assert_same_law(B_WORLD "learning.label_noise=1", 60, 2000);
}

static void test_law_of_case_d_with_label_noise(void **state) {
    (void)state;
    assert_same_law(
        B_WORLD "learning.rule=adam learning.learning_rate=0.003 learning.label_noise=1", 60, 2000);
}

static void test_law_of_case_e(void **state) {
    (void)state;
    assert_same_law(B_WORLD "learning.rule=sed learning.learning_rate=0.95", 60, 2000);
    assert_same_law("world.samples=2 world.input_dim=3 world.output_dim=2 network.hidden=20 "
                    "learning.rule=sed learning.learning_rate=0.95",
                    80, 4000);
}

static void test_law_of_many_samples(void **state) {
    (void)state;
    assert_same_law("world.samples=40 world.input_dim=3 world.output_dim=2 network.hidden=20 "
                    "learning.update_noise=0.1",
                    40, 1000);
}

static void test_law_of_single_precision(void **state) {
    (void)state;
    assert_same_law(A_WORLD "learning.update_noise=0.1 run.precision=single", 60, 3000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_law_of_case_a_with_sleeping_units),
        cmocka_unit_test(test_law_of_case_b),
        cmocka_unit_test(test_law_of_case_c),
        cmocka_unit_test(test_law_of_case_d_with_label_noise),
        cmocka_unit_test(test_law_of_case_e),
        cmocka_unit_test(test_law_of_many_samples),
        cmocka_unit_test(test_law_of_single_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
