/* The Hebbian network: its learning, its phases, and that a run depends on its address alone. */
#include "support.h"

#include "base/random.h"
#include "hebbian/hebbian.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static nd_experiment *experiment_of(const char *text) {
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_parse(text, "test", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    return experiment;
}

static nd_hebbian *network_of(const nd_experiment *experiment) {
    nd_error error = {0};
    nd_hebbian *network = nd_hebbian_new(experiment, &error);
    assert_fine(network != NULL, &error);
    return network;
}

static double *copy(const double *values, size_t count) {
    double *copied = malloc(count * sizeof *copied);
    memcpy(copied, values, count * sizeof *copied);
    return copied;
}

/* One noiseless step is the three equations of docs/model.md, section 7.1. */
static void test_a_step_without_noise_is_the_learning_rule(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment =
        experiment_of("network: {model: hebbian, neurons: 7, input_count: 50, threshold_alpha: 4}\n"
                      "learning: {learning_rate: 0.1, noise_forward: 0, noise_lateral: 0}\n");
    nd_hebbian *network = network_of(experiment);
    for (int step = 0; step < 20; step++) {
        double *forward = copy(network->forward, 14), *lateral = copy(network->lateral, 49);
        double *threshold = copy(network->threshold, 7);
        nd_stream stream =
            nd_stream_at(experiment->seed, ND_FOR_HEBBIAN_INPUT, 0, network->updates);
        const double *x = network->inputs->value + 2 * nd_stream_below(&stream, 50);
        assert_fine(nd_hebbian_step(network, &error), &error);
        const double *y = network->activity;
        for (size_t i = 0; i < 7; i++) {
            for (size_t k = 0; k < 2; k++)
                forward[k * 7 + i] = 0.9 * forward[k * 7 + i] + 0.1 * y[i] * x[k];
            for (size_t j = 0; j < 7; j++)
                lateral[j * 7 + i] = fmax(0.9 * lateral[j * 7 + i] + 0.1 * y[i] * y[j], 0);
            threshold[i] = 0.9 * threshold[i] + 0.1 * 2 * y[i];
        }
        assert_close("W", network->forward, forward, 14, 1e-14, 0.1);
        assert_close("M", network->lateral, lateral, 49, 1e-14, 0.1);
        assert_close("b", network->threshold, threshold, 7, 1e-14, 0.1);
        free(forward);
        free(lateral);
        free(threshold);
    }
    nd_hebbian_free(network);
    nd_experiment_free(experiment);
}

/* Far from activity the weights are stationary noise: W has standard deviation
 * sigma sqrt(eta / (1 - (1 - eta)^2)). 2000 weights; five standard errors, a false alarm in 10^6.
 */
static void test_noise_in_forward_weights_has_its_standard_deviation(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = experiment_of(
        "network: {model: hebbian, neurons: 1000, input_count: 8, initial_weight_scale: 0,\n"
        "          regularisation_l1: 1000}\n"
        "learning: {learning_rate: 0.2, noise_forward: 0.5, noise_lateral: 0.5}\n");
    nd_hebbian *network = network_of(experiment);
    assert_fine(nd_hebbian_advance(network, 40, &error), &error);
    double sum = 0, square = 0, least = 1;
    for (size_t k = 0; k < 2000; k++) {
        sum += network->forward[k] / 2000;
        square += network->forward[k] * network->forward[k] / 2000;
    }
    double sigma = 0.5 * sqrt(0.2 / (1 - 0.64));
    assert_true(fabs(sum) < 5 * sigma / sqrt(2000));
    assert_true(fabs(sqrt(square) / sigma - 1) < 5 / sqrt(2 * 2000.0));
    size_t zero = 0;
    for (size_t k = 0; k < 1000 * 1000; k++) {
        least = fmin(least, network->lateral[k]);
        zero += network->lateral[k] == 0;
    }
    assert_true(least == 0);                     /* M never falls below 0 ... */
    assert_true(zero > 100000 && zero < 900000); /* ... and is often held there */
    nd_hebbian_free(network);
    nd_experiment_free(experiment);
}

/* The similarity-matching error by its definition, with n x n matrices. */
static void test_error_is_the_difference_of_the_similarity_matrices(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment =
        experiment_of("network: {model: hebbian, neurons: 20, input_count: 60}\n");
    nd_hebbian *network = network_of(experiment);
    assert_fine(nd_hebbian_advance(network, 50, &error), &error);
    double response[60 * 20], direct = 0;
    assert_fine(nd_hebbian_responses(network, 1, response, &error), &error);
    for (size_t s = 0; s < 60; s++)
        for (size_t t = 0; t < 60; t++) {
            double difference = 0;
            for (size_t k = 0; k < 2; k++)
                difference += network->inputs->value[2 * s + k] * network->inputs->value[2 * t + k];
            for (size_t i = 0; i < 20; i++)
                difference -= response[s * 20 + i] * response[t * 20 + i];
            direct += difference * difference / 3600;
        }
    nd_hebbian_record record;
    assert_fine(nd_hebbian_measure(network, response, &record, &error), &error);
    assert_close("similarity error", &record.error, &direct, 1, 1e-12, 0.01);
    nd_hebbian_free(network);
    nd_experiment_free(experiment);
}

static void test_responses_do_not_depend_on_threads_and_change_nothing(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = experiment_of("network: {model: hebbian}\n");
    nd_hebbian *network = network_of(experiment), *other = network_of(experiment);
    size_t size = 628 * 100;
    double *one = malloc(size * sizeof *one), *three = malloc(size * sizeof *three);
    for (int k = 0; k < 5; k++) {
        assert_fine(nd_hebbian_advance(network, 20 * (k + 1), &error), &error);
        assert_fine(nd_hebbian_responses(network, 1, one, &error), &error);
        assert_fine(nd_hebbian_responses(network, 3, three, &error), &error);
        assert_memory_equal(one, three, size * sizeof *one);
    }
    assert_fine(nd_hebbian_advance(other, 100, &error), &error);
    assert_memory_equal(network->lateral, other->lateral, 100 * 100 * sizeof(double));
    free(one);
    free(three);
    nd_hebbian_free(network);
    nd_hebbian_free(other);
    nd_experiment_free(experiment);
}

static void test_a_restored_state_goes_on_bit_for_bit(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = experiment_of("network: {model: hebbian}\nrun: {settle: 10}\n");
    nd_hebbian *network = network_of(experiment), *restored = network_of(experiment);
    nd_buffer buffer = {0}, first = {0}, second = {0};
    assert_fine(nd_hebbian_advance(network, 300, &error), &error);
    assert_int_equal(network->updates, 310);
    assert_fine(nd_hebbian_save(network, &buffer, &error), &error);
    assert_fine(nd_hebbian_restore(restored, &buffer, &error), &error);
    assert_fine(nd_hebbian_advance(network, 500, &error), &error);
    assert_fine(nd_hebbian_advance(restored, 500, &error), &error);
    assert_fine(nd_hebbian_save(network, &first, &error), &error);
    assert_fine(nd_hebbian_save(restored, &second, &error), &error);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.bytes, second.bytes, first.length);
    nd_buffer_free(&buffer);
    nd_buffer_free(&first);
    nd_buffer_free(&second);
    nd_hebbian_free(network);
    nd_hebbian_free(restored);
    nd_experiment_free(experiment);
}

static nd_hebbian_record record_at(nd_hebbian *network, uint64_t step, double *response) {
    nd_error error = {0};
    nd_hebbian_record record;
    assert_fine(nd_hebbian_advance(network, step, &error), &error);
    assert_fine(nd_hebbian_responses(network, 1, response, &error), &error);
    assert_fine(nd_hebbian_measure(network, response, &record, &error), &error);
    return record;
}

/* The first two phases of the ring, in three seeds; ten seeds and 4000 steps: make validate. The
 * bounds are those of the published code's seeds; each of ten seeds keeps them. */
static void test_ring_learns_by_step_300_and_goes_on_falling_silent(void **state) {
    (void)state;
    double *response = malloc(628 * 100 * sizeof *response);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        nd_experiment *experiment = experiment_of("network: {model: hebbian}\n");
        experiment->seed = seed;
        nd_hebbian *network = network_of(experiment);
        nd_hebbian_record start = record_at(network, 0, response);
        nd_hebbian_record early = record_at(network, 100, response);
        nd_hebbian_record learned = record_at(network, 300, response);
        nd_hebbian_record sparse = record_at(network, 1000, response);
        assert_true(start.error > 0.3);
        assert_true(fabs(learned.error - sparse.error) < 0.02 * (start.error - sparse.error));
        assert_true(early.fraction_active_units > 0.85 && early.fraction_active_units < 0.95);
        assert_true(sparse.fraction_active_units > 0.52 && sparse.fraction_active_units < 0.70);
        assert_true(sparse.active_fraction < 0.25);
        nd_hebbian_free(network);
        nd_experiment_free(experiment);
    }
    free(response);
}

static void test_impossible_networks_are_refused(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment =
        experiment_of("network: {model: hebbian, regularisation_l2: 0.01}\n");
    experiment->network.regularisation_l2 = 0;
    assert_null(nd_hebbian_new(experiment, &error));
    assert_string_equal(error.where, "network.regularisation_l2");
    experiment->network.regularisation_l2 = 0.01;
    experiment->learning.learning_rate = 1.5;
    assert_null(nd_hebbian_new(experiment, &error));
    assert_string_equal(error.where, "learning.learning_rate");
    nd_experiment_free(experiment);
}

/* Lateral noise far beyond what l2 can hold makes the dynamics run in circles. */
static void test_unsettled_dynamics_name_step_unit_and_parameters(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment =
        experiment_of("network: {model: hebbian, neurons: 3, input_count: 4}\n");
    nd_hebbian *network = network_of(experiment);
    network->updates = 41;
    network->forward[0] = NAN;
    assert_false(nd_hebbian_step(network, &error));
    assert_string_equal(error.where, "update 41");
    assert_non_null(strstr(error.what, "unit 0"));
    assert_non_null(strstr(error.what, "noise_lateral 0.001"));
    assert_int_equal(network->updates, 41);
    nd_hebbian_free(network);
    nd_experiment_free(experiment);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_without_noise_is_the_learning_rule),
        cmocka_unit_test(test_noise_in_forward_weights_has_its_standard_deviation),
        cmocka_unit_test(test_error_is_the_difference_of_the_similarity_matrices),
        cmocka_unit_test(test_responses_do_not_depend_on_threads_and_change_nothing),
        cmocka_unit_test(test_a_restored_state_goes_on_bit_for_bit),
        cmocka_unit_test(test_ring_learns_by_step_300_and_goes_on_falling_silent),
        cmocka_unit_test(test_impossible_networks_are_refused),
        cmocka_unit_test(test_unsettled_dynamics_name_step_unit_and_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
