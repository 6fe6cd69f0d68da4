/* The Gaussians of every angle, one by one: no direction may be favoured, however few bits are left
 * for the third pair of a block, as noise of 10^7 steps would carry the weights along. */
#include <math.h>
#include <stdio.h>

#include "support.h"

#define ND_SINGLE 1
#include "vector/philox.h"

static const int ZEROS[] = {0, 10, 20}; /* as the three pairs of a block leave */

/* The pair at a radius word and FLOATS angle words, in vectors. */
static void pair_at(uint32_t radius_word, ints angle, int pair, floats out[2]) {
    ints radius = (int32_t)radius_word - (ints){0};
    box_muller(1, &radius, &angle, ZEROS + pair, out);
}

/* Over all angles that `pair` can have: the means of both Gaussians, and of their squares. */
static void means_over_angles(uint32_t radius_word, int pair, double mean[2], double square[2]) {
    const uint32_t angles = 1u << (22 - (pair == 2 ? 10 : 0)), stride = UINT32_MAX / angles + 1;
    mean[0] = mean[1] = square[0] = square[1] = 0;
    for (uint32_t start = 0; start < angles; start += FLOATS) {
        ints angle;
        floats out[2];
        for (uint32_t lane = 0; lane < FLOATS; lane++)
            angle[lane] = (int32_t)((start + lane) * stride);
        pair_at(radius_word, angle, pair, out);
        for (int i = 0; i < 2; i++)
            for (int lane = 0; lane < FLOATS; lane++) {
                double value = (double)out[i][lane];
                mean[i] += value / angles;
                square[i] += value * value / angles;
            }
    }
}

static void test_favours_no_direction(void **state) {
    (void)state;
    const uint32_t radius_word = 0x9b45a5a0; /* radius 1, near enough */
    const double radius = sqrt(-2 * log(((radius_word >> 4) + 0.5) * 0x1p-28));
    for (int pair = 1; pair < 3; pair++) /* all of the first's 2^32 take too long */
        for (uint32_t turns = 0; turns < 16; turns += 5) {
            double mean[2], square[2], other[2], same[2];
            means_over_angles(radius_word | turns, pair, mean, square);
            means_over_angles(radius_word | (turns ^ 1), pair, other, same);
            printf("    pair %d, turns %2u: mean %+.1e %+.1e, square - 1/2 %+.1e %+.1e\n", pair,
                   turns, (mean[0] + other[0]) / 2, mean[1], square[0] - radius * radius / 2,
                   square[1] - radius * radius / 2);
            assert_true(fabs(mean[0] + other[0]) < 1e-7); /* the sign halves the turn */
            assert_true(fabs(mean[1]) < 5e-8);
            for (int i = 0; i < 2; i++)
                assert_true(fabs(square[i] - radius * radius / 2) < 1e-6);
        }
}

/* The mean of the second Gaussian over what the radius word adds to the angle. */
static floats mean_second(ints angle, int pair) {
    floats sum = {0};
    for (uint32_t turns = 0; turns < 16; turns++) {
        floats out[2];
        pair_at(0x9b45a5a0 | turns, angle << ZEROS[pair], pair, out);
        sum += out[1];
    }
    return sum / 16;
}

/* The angles of a block come from one word: the lower bits of one are the upper bits of the next.
 */
static void test_pairs_of_a_block_are_not_correlated(void **state) {
    (void)state;
    enum { WORDS = 1 << 20 };
    double product[3] = {0};
    for (uint32_t start = 0; start < WORDS; start += FLOATS) {
        ints word;
        for (uint32_t lane = 0; lane < FLOATS; lane++)
            word[lane] = (int32_t)((start + lane) * 0x9E3779B9u);
        floats mean[3];
        for (int pair = 0; pair < 3; pair++)
            mean[pair] = mean_second(word, pair);
        for (int pair = 0; pair < 3; pair++) {
            floats both = mean[pair] * mean[(pair + 1) % 3];
            for (int lane = 0; lane < FLOATS; lane++)
                product[pair] += (double)both[lane] / WORDS;
        }
    }
    for (int pair = 0; pair < 3; pair++) {
        printf("    second of pairs %d and %d: correlation %+.1e\n", pair, (pair + 1) % 3,
               product[pair]);
        assert_true(fabs(product[pair]) < 3e-5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_favours_no_direction),
        cmocka_unit_test(test_pairs_of_a_block_are_not_correlated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
