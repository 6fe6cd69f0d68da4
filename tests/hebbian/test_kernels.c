/* The Hebbian kernels of every instruction set this machine runs, against plain arithmetic. */
#include "support.h"

#include "base/instructions.h"
#include "base/memory.h"
#include "hebbian/kernels/sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The kernels that can run here, best first. */
static size_t all_kernels(const nd_hebbian_kernels *found[3]) {
    size_t count = 0;
#ifdef __x86_64__
    if (nd_instructions_run("avx512"))
        found[count++] = &nd_hebbian_kernels_avx512;
    if (nd_instructions_run("avx2"))
        found[count++] = &nd_hebbian_kernels_avx2;
#endif
    found[count++] = &nd_hebbian_kernels_baseline;
    return count;
}

/* Gaussian `which` (0 .. 3) of a block, in double: words 0 and 1 make the first two. Single
 * precision comes within `tolerance` of it. */
static double gaussian_of(const uint32_t words[4], int which, double *tolerance) {
    uint32_t radius_word = words[which / 2 * 2], angle_word = words[which / 2 * 2 + 1];
    double radius = sqrt(-2 * log(((radius_word >> 4) + 0.5) / 0x1p28));
    *tolerance = 1e-6 + 5e-7 / fmax(radius, 1e-3); /* u is rounded to 24 bits near 1 */
    double x = ((int32_t)(angle_word ^ radius_word << 28) + 0.5) * M_PI / 2 / 0x1p31;
    double side = radius_word & 1 ? -1 : 1;
    return which % 2 == 0 ? side * cos(x) * radius : sin(x) * radius;
}

static void test_gaussians_are_box_muller_of_their_address(void **state) {
    (void)state;
    const nd_hebbian_kernels *kernels[3];
    size_t sets = all_kernels(kernels), count = 64 * 37;
    uint64_t seed = 0x123456789abcdefull, step = 0x98765432100ull;
    float *out = nd_array(count, sizeof *out, NULL);
    for (size_t k = 0; k < sets; k++) {
        size_t floats = kernels[k]->floats;
        kernels[k]->gaussians(seed, ND_FOR_TEST, step, 1000, count, out);
        for (size_t i = 0; i < count; i++) {
            uint32_t words[4];
            size_t vector = i / floats, block = vector / 4 * floats + i % floats;
            nd_random_block(seed, ND_FOR_TEST, 0, step, (uint32_t)(1000 + block), words);
            double tolerance, expected = gaussian_of(words, (int)(vector % 4), &tolerance);
            assert_true(fabs(out[i] - expected) < tolerance);
        }
    }
    free(out);
}

/* 6.4 million draws: mean, variance and fourth moment within five standard errors (a false alarm in
 * 10^6 each), and as many beyond 4 standard deviations as there should be, within five as well. */
static void test_gaussians_have_gaussian_moments_and_tails(void **state) {
    (void)state;
    enum { COUNT = 6400, CALLS = 1000 };
    const nd_hebbian_kernels *kernels[3];
    all_kernels(kernels);
    float *out = nd_array(COUNT, sizeof *out, NULL);
    double sum = 0, square = 0, fourth = 0, far = 0, total = (double)COUNT * CALLS;
    for (int call = 0; call < CALLS; call++) {
        kernels[0]->gaussians(3, ND_FOR_TEST, (uint64_t)call, 0, COUNT, out);
        for (size_t i = 0; i < COUNT; i++) {
            double v = (double)out[i] * out[i];
            sum += out[i];
            square += v;
            fourth += v * v;
            far += v > 16;
        }
    }
    double expected_far = erfc(4 / sqrt(2)) * total;
    assert_true(fabs(sum) < 5 * sqrt(total));
    assert_true(fabs(square - total) < 5 * sqrt(2 * total));
    assert_true(fabs(fourth - 3 * total) < 5 * sqrt(96 * total));
    assert_true(fabs(far - expected_far) < 5 * sqrt(expected_far));
    free(out);
}

/* 70 rows, so that noise is made in two parts; an odd number of neurons. */
static void test_learning_is_decay_product_noise_and_rectification(void **state) {
    (void)state;
    enum { ROWS = 70, NEURONS = 37 };
    const nd_hebbian_kernels *kernels[3];
    size_t sets = all_kernels(kernels), size = (size_t)ROWS * NEURONS;
    double sender[ROWS], receiver[NEURONS], start[ROWS * NEURONS], weights[ROWS * NEURONS];
    double expected[ROWS * NEURONS];
    nd_random_gaussians(1, ND_FOR_TEST, 0, 0, ROWS, sender);
    nd_random_gaussians(1, ND_FOR_TEST, 1, 0, NEURONS, receiver);
    nd_random_gaussians(1, ND_FOR_TEST, 2, 0, size, start);
    float *noise = nd_array((size + 63) / 64 * 64, sizeof *noise, NULL);
    float *scratch = nd_array(nd_hebbian_scratch(NEURONS), sizeof *scratch, NULL);
    for (size_t k = 0; k < sets; k++)
        for (int rectified = 0; rectified < 2; rectified++) {
            nd_hebbian_update update = {0.9,    0.1,      0.3, rectified, ROWS,        NEURONS,
                                        sender, receiver, 5,   77,        ND_FOR_TEST, scratch};
            kernels[k]->gaussians(5, ND_FOR_TEST, 77, 0, (size + 63) / 64 * 64, noise);
            for (size_t i = 0; i < size; i++) {
                double next = 0.9 * start[i] + 0.1 * sender[i / NEURONS] * receiver[i % NEURONS] +
                              0.3 * noise[i];
                expected[i] = rectified && next < 0 ? 0 : next;
            }
            memcpy(weights, start, sizeof weights);
            kernels[k]->learn(&update, weights);
            assert_close("learned", weights, expected, size, 1e-14, 1);
        }
    free(noise);
    free(scratch);
}

static void test_linear_systems_are_solved_and_singular_ones_refused(void **state) {
    (void)state;
    const nd_hebbian_kernels *kernels[3];
    size_t sets = all_kernels(kernels);
    for (size_t k = 0; k < sets; k++)
        for (size_t count = 0; count <= 41; count++) {
            size_t stride = nd_padded(count);
            double *matrix = nd_doubles(count * stride, NULL),
                   *kept = nd_doubles(count * stride, NULL);
            double *right = nd_doubles(stride, NULL), *wanted = nd_doubles(stride, NULL);
            for (size_t r = 0; r < count; r++)
                nd_random_gaussians(count, ND_FOR_TEST, (uint32_t)r, 0, count, matrix + r * stride);
            nd_random_gaussians(count, ND_FOR_TEST, 1000, 0, count, wanted);
            if (count > 1)
                matrix[0] = 0; /* a pivot is needed */
            memcpy(kept, matrix, count * stride * sizeof *matrix);
            for (size_t r = 0; r < count; r++)
                for (size_t c = 0; c < count; c++)
                    right[r] += matrix[r * stride + c] * wanted[c];
            assert_true(kernels[k]->solve(matrix, right, count));
            assert_close("solution", right, wanted, count, 1e-10, 1);
            if (count > 1) {
                memcpy(kept + stride, kept, stride * sizeof *kept); /* two rows the same */
                assert_false(kernels[k]->solve(kept, right, count));
            }
            free(matrix);
            free(kept);
            free(right);
            free(wanted);
        }
}

static void test_columns_are_accumulated_with_and_without_members(void **state) {
    (void)state;
    enum { COLUMNS = 11, NEURONS = 23 };
    const nd_hebbian_kernels *kernels[3];
    size_t sets = all_kernels(kernels);
    double columns[COLUMNS * NEURONS], amount[COLUMNS], out[NEURONS], expected[NEURONS];
    size_t member[] = {10, 3, 4, 0, 7, 9};
    nd_random_gaussians(1, ND_FOR_TEST, 0, 0, (size_t)COLUMNS * NEURONS, columns);
    nd_random_gaussians(1, ND_FOR_TEST, 1, 0, COLUMNS, amount);
    for (size_t k = 0; k < sets; k++)
        for (int some = 0; some < 2; some++) {
            size_t count = some ? 6 : COLUMNS;
            for (size_t i = 0; i < NEURONS; i++) {
                out[i] = expected[i] = 1;
                for (size_t c = 0; c < count; c++)
                    expected[i] += amount[c] * columns[(some ? member[c] : c) * NEURONS + i];
            }
            kernels[k]->accumulate(columns, NEURONS, some ? member : NULL, amount, count, out);
            assert_close("accumulated", out, expected, NEURONS, 1e-14, 1);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaussians_are_box_muller_of_their_address),
        cmocka_unit_test(test_gaussians_have_gaussian_moments_and_tails),
        cmocka_unit_test(test_learning_is_decay_product_noise_and_rectification),
        cmocka_unit_test(test_linear_systems_are_solved_and_singular_ones_refused),
        cmocka_unit_test(test_columns_are_accumulated_with_and_without_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
