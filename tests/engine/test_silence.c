/* Sleeping units (docs/model.md, section 6.1): the bound on missed crossings holds by brute force;
 * the walks that stand in for sleep have the right law and do not depend on who asks; a network
 * silent from the start is cheap and told truthfully. */
#include <math.h>

#include "engine_support.h"

#include "engine/walk.h"

/* A unit of two weights and a bias walks k steps, every step looked at; k is what threshold c
 * allows. At c = 1.5 to 2.5 crossings are common enough to count. The samples differ in length and
 * margin, the ratio of both being nearly the same. */
static void test_missed_crossings_stay_below_the_bound(void **state) {
    (void)state;
    enum { SAMPLES = 4, TRIALS = 20000 };
    static const double samples[SAMPLES][3] = {
        {1, 0.2, 1}, {-0.5, 0.8, 1}, {0.3, -1, 1}, {0.1, 0.1, 1}};
    static const double start[3] = {-0.05, 0.03, -0.2};
    const double step = 0.01;
    double distance = INFINITY;
    for (int s = 0; s < SAMPLES; s++) {
        double drive = 0, squares = 0;
        for (int i = 0; i < 3; i++) {
            drive += samples[s][i] * start[i];
            squares += samples[s][i] * samples[s][i];
        }
        distance = fmin(distance, -drive / sqrt(squares));
    }
    for (double c = 1.5; c < 2.6; c += 0.5) {
        double ratio = distance / (c * step);
        int k = (int)(ratio * ratio), crossed = 0;
        nd_stream random = nd_stream_at(5, ND_FOR_TEST, (uint32_t)(10 * c), 0);
        for (int trial = 0; trial < TRIALS; trial++) {
            double weights[3] = {start[0], start[1], start[2]};
            bool over = false;
            for (int t = 0; t < k && !over; t++) {
                for (int i = 0; i < 3; i++)
                    weights[i] += step * nd_stream_gaussian(&random);
                for (int s = 0; s < SAMPLES; s++)
                    over |=
                        samples[s][0] * weights[0] + samples[s][1] * weights[1] + weights[2] > 0;
            }
            crossed += over;
        }
        double bound = 2 * SAMPLES * nd_gaussian_tail(c), measured = (double)crossed / TRIALS;
        printf("    c %.1f: %d steps, crossed %.4f, bound %.4f\n", c, k, measured, bound);
        assert_true(measured <= bound);
        assert_true(crossed > 0);
    }
    assert_true(fabs(nd_silence_threshold(9, 1e-15) - 8.3) < 0.06);
    assert_true(fabs(nd_silence_threshold(150, 1e-15) - 8.6) < 0.06);
}

/* Covariances of a walk at two times within a sleep and of one without end, over many units; five
 * standard errors each, a false alarm once in 1e5. */
static void test_walks_are_brownian_and_do_not_depend_on_the_asker(void **state) {
    (void)state;
    enum { UNITS = 40000 };
    nd_walk_gaussians *gaussians = nd_kernels_choose(false, false)->walk_gaussians;
    static const struct {
        double end, early, late;
        bool whole;
    } cases[] = {
        {64, 10, 47, true}, {0.5, 0.05, 0.3, false}, {0, 37, 1000, true}, {0, 1e-5, 3e-3, false}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        double early_square = 0, late_square = 0, product = 0, value[2], again[1], scratch[2];
        for (uint32_t unit = 0; unit < UNITS; unit++) {
            nd_walk walk = {gaussians, 9, ND_FOR_TEST, unit, 3, cases[k].whole};
            double times[] = {cases[k].early, cases[k].late};
            for (int i = 0; i < 2; i++)
                if (cases[k].end > 0)
                    nd_walk_within(&walk, cases[k].end, times[i], 1, &value[i], scratch);
                else
                    nd_walk_on(&walk, times[i], 1, &value[i], scratch);
            if (cases[k].end > 0)
                nd_walk_within(&walk, cases[k].end, times[0], 1, again, scratch);
            else
                nd_walk_on(&walk, times[0], 1, again, scratch);
            assert_true(again[0] == value[0]);
            early_square += value[0] * value[0] / UNITS;
            late_square += value[1] * value[1] / UNITS;
            product += value[0] * value[1] / UNITS;
        }
        double a = cases[k].early, b = cases[k].late;
        printf("    variances %g %g, covariance %g; expected %g %g %g\n", early_square, late_square,
               product, a, b, a);
        assert_true(fabs(early_square / a - 1) < 5 * sqrt(2.0 / UNITS));
        assert_true(fabs(late_square / b - 1) < 5 * sqrt(2.0 / UNITS));
        assert_true(fabs(product / a - 1) < 5 * sqrt((1 + b / a) / UNITS));
    }
}

static void test_a_network_silent_from_the_start_is_told_truthfully(void **state) {
    (void)state;
    static const char *const rules[] = {"learning.update_noise=0.0001", "learning.label_noise=1",
                                        "learning.rule=adam learning.learning_rate=0.001",
                                        "learning.rule=sed"};
    for (int i = 0; i < 4; i++) {
        nd_experiment *experiment = experiment_with(rules[i]);
        nd_dataset *dataset = dataset_of(experiment);
        nd_error error = {0};
        nd_parameters *silent = nd_initial_parameters(experiment, dataset, &error);
        for (size_t j = 0; j < silent->hidden; j++)
            silent->bias[j] = -100;
        dataset->initial = silent;
        char file[] = "file", *own = experiment->network.initialisation;
        experiment->network.initialisation = file;
        nd_engine *engine = open_fast(experiment, dataset, 1);
        nd_record record;
        advance_to(engine, 20000);
        engine->backend->record(engine, &record);
        assert_true(record.active_fraction == 0 && record.fraction_active_units == 0);
        double squares = 0;
        for (size_t k = 0; k < dataset->samples * dataset->outputs; k++)
            squares += dataset->target[k] * dataset->target[k];
        double loss =
            squares / (double)(dataset->samples * dataset->outputs) / nd_target_variance(dataset);
        assert_true(fabs(record.loss - loss) < 1e-9 * loss);
        printf("    %s\n", engine->backend->describe(engine));
        assert_non_null(strstr(engine->backend->describe(engine), "awake=0"));
        engine->backend->close(engine);
        experiment->network.initialisation = own;
        nd_dataset_free(dataset);
        nd_experiment_free(experiment);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missed_crossings_stay_below_the_bound),
        cmocka_unit_test(test_walks_are_brownian_and_do_not_depend_on_the_asker),
        cmocka_unit_test(test_a_network_silent_from_the_start_is_told_truthfully),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
