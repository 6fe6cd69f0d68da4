/* The order of samples in which the sparse kernels meet them. */
#include <math.h>

#include "engine_support.h"

#include "engine/sample_order.h"

enum { SAMPLES = 60, STRIDE = 23 }; /* a stride without a common factor shuffles the samples */

/* Points along an arc, shuffled: sample s is point s STRIDE mod SAMPLES. */
static nd_dataset *shuffled_arc(void) {
    nd_error error = {0};
    nd_dataset *dataset = nd_dataset_new(SAMPLES, 2, 1, &error);
    assert_non_null(dataset);
    for (size_t s = 0; s < SAMPLES; s++) {
        double along = (double)(s * STRIDE % SAMPLES) / SAMPLES;
        dataset->input[2 * s] = 3 * cos(2 * along);
        dataset->input[2 * s + 1] = 3 * sin(2 * along);
        dataset->target[s] = along;
    }
    return dataset;
}

static void test_neighbours_on_an_arc_come_side_by_side(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = shuffled_arc();
    size_t order[SAMPLES], met[SAMPLES] = {0};
    assert_true(nd_sample_order(dataset, order, &error));
    for (size_t i = 0; i < SAMPLES; i++)
        met[order[i]]++;
    for (size_t s = 0; s < SAMPLES; s++)
        assert_int_equal(met[s], 1);
    for (size_t i = 1; i < SAMPLES; i++) {
        size_t here = order[i] * STRIDE % SAMPLES, before = order[i - 1] * STRIDE % SAMPLES;
        assert_int_equal(here > before ? here - before : before - here, 1);
    }
    nd_dataset_free(dataset);
}

static void test_a_data_set_in_order_keeps_inputs_with_targets(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = shuffled_arc();
    size_t order[SAMPLES];
    assert_true(nd_sample_order(dataset, order, &error));
    nd_dataset *ordered = nd_dataset_in_order(dataset, order, &error);
    assert_non_null(ordered);
    for (size_t i = 0; i < SAMPLES; i++) {
        assert_true(ordered->input[2 * i] == dataset->input[2 * order[i]]);
        assert_true(ordered->input[2 * i + 1] == dataset->input[2 * order[i] + 1]);
        assert_true(ordered->target[i] == dataset->target[order[i]]);
    }
    nd_dataset_free(ordered);
    nd_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neighbours_on_an_arc_come_side_by_side),
        cmocka_unit_test(test_a_data_set_in_order_keeps_inputs_with_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
