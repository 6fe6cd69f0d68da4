/* When a run counts as diverged. */
#include <math.h>

#include "measure/divergence.h"
#include "support.h"

/* The number of the record, from 1, at which these losses count as diverged; 0: never. */
static size_t diverges_at(double factor, size_t records, const double *loss, size_t count) {
    nd_divergence watch = nd_divergence_start(factor, records);
    for (size_t i = 0; i < count; i++)
        if (nd_divergence_at(&watch, loss[i]))
            return i + 1;
    return 0;
}

static void test_ten_high_records_in_a_row_are_divergence(void **state) {
    (void)state;
    double loss[30];
    for (int i = 0; i < 30; i++)
        loss[i] = i < 5 ? 2 : 201; /* the first is 2, so the limit 200 */
    assert_int_equal(diverges_at(100, 1000, loss, 30), 15);
    loss[9] = 199; /* not in a row */
    assert_int_equal(diverges_at(100, 1000, loss, 30), 20);
    for (int i = 5; i < 30; i++)
        loss[i] = 200; /* not above */
    assert_int_equal(diverges_at(100, 1000, loss, 30), 0);
}

static void test_a_small_first_loss_sets_no_smaller_limit_than_the_mean_predictor(void **state) {
    (void)state;
    double loss[20];
    for (int i = 0; i < 20; i++)
        loss[i] = i == 0 ? 1e-6 : 99;
    assert_int_equal(diverges_at(100, 1000, loss, 20), 0);
    for (int i = 1; i < 20; i++)
        loss[i] = 101;
    assert_int_equal(diverges_at(100, 1000, loss, 20), 11);
    assert_int_equal(diverges_at(0, 1000, loss, 20), 0); /* switched off */
    assert_int_equal(diverges_at(200, 1000, loss, 20), 0);
}

static void test_a_loss_that_is_no_number_is_divergence_at_once(void **state) {
    (void)state;
    assert_int_equal(diverges_at(100, 1000, (double[]){1, NAN}, 2), 2);
    assert_int_equal(diverges_at(0, 1000, (double[]){1, 1, INFINITY}, 3), 3);
}

/* In a run of few records, all but the first must be high. */
static void test_short_runs_need_fewer_records(void **state) {
    (void)state;
    assert_int_equal(diverges_at(100, 2, (double[]){1, 1e9}, 2), 2);
    assert_int_equal(diverges_at(100, 4, (double[]){1, 1e9, 1e9, 1e9}, 4), 4);
    assert_int_equal(diverges_at(100, 4, (double[]){1, 1, 1e9, 1e9}, 4), 0);
    assert_int_equal(diverges_at(100, 1, (double[]){1e9}, 1), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_high_records_in_a_row_are_divergence),
        cmocka_unit_test(test_a_small_first_loss_sets_no_smaller_limit_than_the_mean_predictor),
        cmocka_unit_test(test_a_loss_that_is_no_number_is_divergence_at_once),
        cmocka_unit_test(test_short_runs_need_fewer_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
