/* Random numbers: addressed, independent of how they are asked for, of the right law. */
#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "support.h"

static void test_known_answers_of_philox(void **state) {
    (void)state;
    /* Random123's known answers for Philox 4x32-10 (kat_vectors): zero counter and key. */
    const uint32_t expected[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    uint32_t words[4];
    nd_random_block(0, (nd_purpose)0, 0, 0, 0, words);
    for (int i = 0; i < 4; i++)
        assert_int_equal(words[i], expected[i]);
}

static void test_every_part_of_the_address_matters(void **state) {
    (void)state;
    double base, other;
    nd_random_uniforms(1, ND_FOR_TEST, 2, 3, 1, &base);
    nd_random_uniforms(2, ND_FOR_TEST, 2, 3, 1, &other);
    assert_true(base != other);
    nd_random_uniforms(1, ND_FOR_WORLD, 2, 3, 1, &other);
    assert_true(base != other);
    nd_random_uniforms(1, ND_FOR_TEST, 4, 3, 1, &other);
    assert_true(base != other);
    nd_random_uniforms(1, ND_FOR_TEST, 2, 4, 1, &other);
    assert_true(base != other);
    nd_random_uniforms(1, ND_FOR_TEST, 2, 3 + (1ULL << 40), 1, &other);
    assert_true(base != other);
}

static void test_a_prefix_does_not_depend_on_the_count(void **state) {
    (void)state;
    double many[101], few[7];
    nd_random_gaussians(5, ND_FOR_TEST, 1, 9, 101, many);
    nd_random_gaussians(5, ND_FOR_TEST, 1, 9, 7, few);
    for (int i = 0; i < 7; i++)
        assert_true(many[i] == few[i]);
    nd_stream stream = nd_stream_at(5, ND_FOR_TEST, 1, 9);
    nd_random_uniforms(5, ND_FOR_TEST, 1, 9, 7, few);
    for (int i = 0; i < 7; i++)
        assert_true(nd_stream_uniform(&stream) == few[i]);
}

static void test_gaussian_moments(void **state) {
    (void)state;
    /* 10^6 draws, five standard errors: false alarm below 1e-5 in all, and the seed is fixed. */
    enum { COUNT = 1000000 };
    double *x = malloc(COUNT * sizeof *x), sum[5] = {0};
    nd_random_gaussians(11, ND_FOR_TEST, 0, 0, COUNT, x);
    for (int i = 0; i < COUNT; i++) {
        double power = 1;
        for (int p = 1; p <= 4; p++)
            sum[p] += power *= x[i];
    }
    free(x);
    double error = 5 / sqrt(COUNT);
    assert_true(fabs(sum[1] / COUNT) < error);
    assert_true(fabs(sum[2] / COUNT - 1) < error * sqrt(2));
    assert_true(fabs(sum[3] / COUNT) < error * sqrt(15));
    assert_true(fabs(sum[4] / COUNT - 3) < error * sqrt(96));
}

static void test_below_is_uniform_and_in_bounds(void **state) {
    (void)state;
    /* chi-squared of 70000 draws over 7 values: 6 degrees of freedom, 40 has p < 1e-6 */
    nd_stream stream = nd_stream_at(3, ND_FOR_TEST, 0, 0);
    double counts[7] = {0}, squares = 0;
    for (int i = 0; i < 70000; i++) {
        uint64_t value = nd_stream_below(&stream, 7);
        assert_true(value < 7);
        counts[value]++;
    }
    for (int i = 0; i < 7; i++)
        squares += (counts[i] - 10000) * (counts[i] - 10000) / 10000;
    assert_true(squares < 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers_of_philox),
        cmocka_unit_test(test_every_part_of_the_address_matters),
        cmocka_unit_test(test_a_prefix_does_not_depend_on_the_count),
        cmocka_unit_test(test_gaussian_moments),
        cmocka_unit_test(test_below_is_uniform_and_in_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
