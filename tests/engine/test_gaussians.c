/* Bulk random numbers: the addresses they come from, their moments, tails and independence. The
 * statistical bounds are 5 standard errors each, 40 of them: a false alarm once in 4e4 seeds. */
#include <math.h>

#include "engine_support.h"

#include "base/random.h"

enum { UNITS = 64, COUNT = 48 };

typedef struct draws {
    const nd_kernels *kernels;
    size_t units, count;
    float *spread;
    uint32_t *unit;
    void *out;
    double *values; /* [unit][i] */
} draws;

/* Whole groups of units, where the kernels have groups. */
static draws *new_draws(const nd_kernels *kernels, size_t units, size_t count) {
    draws *d = calloc(1, sizeof *d);
    float *scale = nd_array(count, sizeof *scale, NULL);
    d->kernels = kernels;
    d->units = units;
    d->count = count;
    d->spread = nd_array(count * kernels->float_lanes, sizeof(float), NULL);
    d->unit = nd_array(units, sizeof *d->unit, NULL);
    d->out = nd_array(units * count, kernels->real_size, NULL);
    d->values = nd_doubles(units * count, NULL);
    for (uint32_t i = 0; i < units; i++)
        d->unit[i] = 1000 + 7 * i;
    for (size_t i = 0; i < count; i++)
        scale[i] = 1;
    kernels->spread_scale(count, scale, d->spread);
    free(scale);
    return d;
}

/* Gaussian k of a block of a row, where neighbouring blocks lie side by side (sparse kernels). */
static double in_row(const draws *d, size_t slot, size_t i) {
    size_t lanes = d->kernels->gaussians / 6, block = i / 6;
    size_t place = slot * d->count + (block / lanes * 6 + i % 6) * lanes + block % lanes;
    return (double)((const float *)d->out)[place];
}

static void draw(draws *d, uint64_t seed, uint64_t step) {
    const nd_kernels *kernels = d->kernels;
    const nd_layer layer = {.rows = d->count};
    size_t packed = kernels->sparse ? d->units : d->units / kernels->lanes;
    kernels->unit_gaussians(seed, ND_FOR_TEST, step, d->unit, packed, d->count, d->spread, d->out);
    for (size_t slot = 0; slot < d->units; slot++) {
        double *values = d->values + slot * d->count;
        if (!kernels->sparse)
            kernels->get(&layer, d->out, slot, values);
        for (size_t i = 0; kernels->sparse && i < d->count; i++)
            values[i] = in_row(d, slot, i);
    }
}

static void free_draws(draws *d) {
    free(d->spread);
    free(d->unit);
    free(d->out);
    free(d->values);
    free(d);
}

/* The Gaussians of one block, in double precision from the C library. */
static void from_block(uint64_t seed, uint32_t unit, uint64_t step, uint32_t block, double out[6]) {
    uint32_t words[4];
    nd_random_block(seed, ND_FOR_TEST, unit, step, block, words);
    for (int pair = 0; pair < 3; pair++) {
        double u = ((double)(words[pair] >> 4) + 0.5) * 0x1p-28;
        double turn = (int32_t)(words[3] << 10 * pair ^ words[pair] << 28);
        double angle = M_PI_2 * (turn + (1 << 10 * pair) * 0.5) * 0x1p-31;
        double radius = sqrt(-2 * log(u)), sign = words[pair] & 1 ? -1 : 1;
        out[2 * pair] = sign * radius * cos(angle);
        out[2 * pair + 1] = radius * sin(angle);
    }
}

static void on_every_set(void (*check)(const nd_kernels *kernels)) {
    static const char *const sets[] = {"baseline", "avx2", "avx512"};
    for (int i = 0; i < 3; i++)
        for (int single = 0; single < 2; single++) {
            setenv("NULLDRIFT_INSTRUCTIONS", sets[i], 1);
            const nd_kernels *kernels = nd_kernels_choose(single, false);
            if (strcmp(kernels->instruction_set, sets[i]) == 0)
                check(kernels);
            else
                printf("    %s does not run here\n", sets[i]);
        }
    unsetenv("NULLDRIFT_INSTRUCTIONS");
}

/* `got` are the Gaussians of a unit's first `blocks` blocks. Small radii: 1 - u is rounded to 24
 * bits. */
static void check_unit(uint64_t seed, uint64_t step, uint32_t unit, uint32_t blocks,
                       const double *got) {
    for (uint32_t block = 0; block < blocks; block++) {
        double expected[6];
        from_block(seed, unit, step, block, expected);
        for (size_t k = 0; k < 6; k += 2) {
            double radius = hypot(expected[k], expected[k + 1]);
            assert_close("Gaussians", got + 6 * block + k, expected + k, 2, 2e-6 + 0x1p-24 / radius,
                         1);
        }
    }
}

static void check_addresses(const nd_kernels *kernels, size_t units, size_t count) {
    draws *d = new_draws(kernels, units, count);
    const uint64_t seed = 0x123456789abcdefu, step = 0x00ab0000000003u;
    draw(d, seed, step);
    for (size_t slot = 0; slot < units; slot++)
        check_unit(seed, step, d->unit[slot], (uint32_t)count / 6, d->values + slot * count);
    free_draws(d);
}

/* Any number of Gaussians of one unit; nothing is written past the last. */
static void check_walks(const nd_kernels *kernels) {
    enum { MOST = 204 };
    static const size_t counts[] = {1, 10, 96, 97, MOST - 1};
    const uint64_t seed = 0x123456789abcdefu, step = 0xabcdef00000003u;
    double all[MOST], some[MOST];
    kernels->walk_gaussians(seed, ND_FOR_TEST, 77, step, MOST, all);
    check_unit(seed, step, 77, MOST / 6, all);
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        some[counts[k]] = 123;
        kernels->walk_gaussians(seed, ND_FOR_TEST, 77, step, counts[k], some);
        assert_memory_equal(some, all, counts[k] * sizeof *all);
        assert_true(some[counts[k]] == 123);
    }
}

/* Few blocks and many: the kernels keep part of the work on the first of them. */
static void check_every_address(const nd_kernels *kernels) {
    const nd_kernels *sparse = nd_kernels_choose(kernels->single, true);
    check_addresses(kernels, 64, 48);
    check_addresses(kernels, 32, 960);
    check_addresses(sparse, 11, 96);
    check_addresses(sparse, 5, 960);
    check_walks(kernels);
    check_walks(sparse);
}

static void test_come_from_their_addresses(void **state) {
    (void)state;
    on_every_set(check_every_address);
}

static void test_have_the_moments_of_a_gaussian(void **state) {
    (void)state;
    enum { STEPS = 6000 };
    draws *d = new_draws(nd_kernels_choose(true, false), UNITS, COUNT);
    double sums[9] = {0}, n = 0, largest = 0, products[4] = {0};
    size_t beyond[3] = {0};
    for (uint64_t step = 0; step < STEPS; step++) {
        draw(d, 11, step);
        for (size_t i = 0; i < (size_t)UNITS * COUNT; i++) {
            double g = d->values[i], power = 1;
            assert_true(isfinite(g));
            for (int p = 1; p <= 8; p++)
                sums[p] += power *= g;
            largest = fmax(largest, fabs(g));
            for (int t = 0; t < 3; t++)
                beyond[t] += fabs(g) > 2 + t;
        }
        for (size_t i = 0; i + COUNT < (size_t)UNITS * COUNT; i += 2) {
            double g = d->values[i], next = d->values[i + 1];
            products[0] += g * next; /* the two of a pair */
            products[1] += (g * g - 1) * (next * next - 1);
            products[2] += g * d->values[i + 2];     /* neighbouring pairs, the same angle word */
            products[3] += g * d->values[i + COUNT]; /* the next unit */
        }
        n += UNITS * COUNT;
    }
    static const double moments[] = {1, 0,   1, 0,     3, 0,      15, 0,      105,
                                     0, 945, 0, 10395, 0, 135135, 0,  2027025};
    for (int p = 1; p <= 8; p++) {
        double error = sqrt((moments[2 * p] - moments[p] * moments[p]) / n);
        printf("    moment %d: %+.6f, expected %g +- %.6f\n", p, sums[p] / n, moments[p], error);
        assert_true(fabs(sums[p] / n - moments[p]) < 5 * error);
    }
    for (int t = 0; t < 3; t++) {
        double chance = erfc((2 + t) / M_SQRT2), error = sqrt(chance / n);
        printf("    beyond %d: %.3e, expected %.3e\n", 2 + t, (double)beyond[t] / n, chance);
        assert_true(fabs((double)beyond[t] / n - chance) < 5 * error);
    }
    double pairs = (double)STEPS * (UNITS - 1) * COUNT / 2;
    double errors[] = {1, 2, 1, 1};
    for (int i = 0; i < 4; i++)
        assert_true(fabs(products[i] / pairs) < 5 * errors[i] / sqrt(pairs));
    printf("    largest of %.1e: %.3f\n", n, largest);
    /* The largest of n lies between where 8 and where 1/148 are expected, but for 1 in 150. */
    assert_true(n * erfc(largest / M_SQRT2) < 8 && n * erfc(largest / M_SQRT2) > 1.0 / 148);
    free_draws(d);
}

static void test_follow_the_gaussian_distribution(void **state) {
    (void)state;
    enum { BINS = 256, STEPS = 1000 };
    draws *d = new_draws(nd_kernels_choose(false, false), UNITS, COUNT);
    double counts[BINS] = {0}, n = 0, chi = 0;
    for (uint64_t step = 0; step < STEPS; step++) {
        draw(d, 12, step);
        for (size_t i = 0; i < (size_t)UNITS * COUNT; i++, n++)
            counts[(int)(BINS * 0.5 * erfc(-d->values[i] / M_SQRT2))]++;
    }
    for (int bin = 0; bin < BINS; bin++)
        chi += (counts[bin] - n / BINS) * (counts[bin] - n / BINS) / (n / BINS);
    printf("    chi squared %.1f of %d\n", chi, BINS - 1);
    assert_true(fabs(chi - (BINS - 1)) < 5 * sqrt(2.0 * (BINS - 1)));
    free_draws(d);
}

static void check_blur(const nd_kernels *kernels) {
    enum { N = 200, ROOM = 256 };
    void *base = nd_array(ROOM, kernels->real_size, NULL);
    void *out = nd_array(ROOM, kernels->real_size, NULL);
    double sum = 0, squares = 0, n = 0, values[N], low = 1, high = -1;
    for (uint64_t step = 0; step < 5000; step++) {
        kernels->blur(5, ND_FOR_TEST, step, false, 2, N, base, out);
        for (size_t i = 0; i < N; i++) { /* lanes apart by nothing: read as one column */
            values[i] = kernels->single ? (double)((float *)out)[i] : ((double *)out)[i];
            sum += values[i];
            squares += values[i] * values[i];
            low = fmin(low, values[i]);
            high = fmax(high, values[i]);
            n++;
        }
    }
    assert_true(low >= -1 && low < -0.999 && high <= 1 && high > 0.999);
    assert_true(fabs(sum / n) < 5 * sqrt(1.0 / 3 / n));
    assert_true(fabs(squares / n - 1.0 / 3) < 5 * sqrt(4.0 / 45 / n));
    sum = squares = n = 0;
    for (uint64_t step = 0; step < 5000; step++) {
        kernels->blur(5, ND_FOR_TEST, step, true, 2, N, base, out);
        for (size_t i = 0; i < N; i++, n++) {
            double g = kernels->single ? (double)((float *)out)[i] : ((double *)out)[i];
            sum += g;
            squares += g * g;
        }
    }
    assert_true(fabs(sum / n) < 5 * sqrt(4.0 / n));
    assert_true(fabs(squares / n - 4) < 5 * sqrt(32.0 / n));
    free(base);
    free(out);
}

static void test_label_noise_has_its_range_and_variance(void **state) {
    (void)state;
    on_every_set(check_blur);
}

static void check_masks(const nd_kernels *kernels) {
    enum { N = 50 };
    uint32_t unit[UNITS];
    for (uint32_t i = 0; i < UNITS; i++)
        unit[i] = i;
    void *out = nd_array((size_t)UNITS * N, kernels->real_size, NULL);
    double n = 0, kept = 0, values[N];
    for (uint64_t step = 0; step < 200; step++) {
        kernels->unit_masks(7, step, unit, UNITS / kernels->lanes, N, 0.2, out);
        for (size_t slot = 0; slot < UNITS; slot++) {
            nd_layer layer = {.rows = N};
            kernels->get(&layer, out, slot, values);
            for (int i = 0; i < N; i++, n++) {
                assert_true(values[i] == 0 || fabs(values[i] - 1.25) < 1e-6);
                kept += values[i] > 0;
            }
        }
    }
    assert_true(fabs(kept / n - 0.8) < 5 * sqrt(0.16 / n));
    free(out);
}

static void test_dropout_keeps_its_share(void **state) {
    (void)state;
    on_every_set(check_masks);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_come_from_their_addresses),
        cmocka_unit_test(test_have_the_moments_of_a_gaussian),
        cmocka_unit_test(test_follow_the_gaussian_distribution),
        cmocka_unit_test(test_label_noise_has_its_range_and_variance),
        cmocka_unit_test(test_dropout_keeps_its_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
