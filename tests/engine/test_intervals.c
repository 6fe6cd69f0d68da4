/* How the sparse kernels divide a unit's active samples into intervals and single samples: whatever
 * the pattern, the two together are its active samples, and cost no more than quartet_list them
 * singly. And what intervals give to outputs and gradients, whatever the shape. */
#include "engine_support.h"

#define ND_SINGLE 0
#pragma GCC diagnostic ignored "-Wunused-function"
#include "engine/kernels/sparse/interval_gradients.h"
#include "engine/kernels/sparse/interval_outputs.h"

enum { MOST_SAMPLES = 260, ROW = 7 };

/* Draws 0 or 1 for every sample; neighbours differ with a chance of 1 in `length`. */
static void draw_pattern(uint64_t pattern, size_t n, size_t length, bool *active) {
    bool now = pattern % 2;
    for (size_t s = 0; s < n; s++) {
        double drawn;
        nd_random_uniforms(pattern, ND_FOR_TEST, 0, s, 1, &drawn);
        now ^= drawn * (double)length < 1;
        active[s] = now;
    }
}

static verlet_list *list_with(const nd_layer *layer, const bool *active, void *memory) {
    verlet_list *l = memory;
    memset(memory, 0, list_bytes(layer));
    for (size_t s = 0; s < layer->samples; s++) {
        signs_of(layer, l)[s / WORD] |= (uint64_t)active[s] << s % WORD;
        l->active += active[s];
    }
    return l;
}

static void check_pattern(size_t n, const bool *active, void *memory, endpoint *endpoints,
                          size_t *intervals_found) {
    const nd_layer layer = {.samples = n, .outputs = 5, .rank = 4, .side = 4, .rows = 9};
    verlet_list *l = list_with(&layer, active, memory);
    int times[MOST_SAMPLES] = {0};
    size_t price = samples_worth_an_interval(&layer), last = 0;
    find_intervals(&layer, l, ROW, endpoints);
    assert_true(l->endpoints % 2 == 0 && l->endpoints <= most_endpoints(&layer));
    for (uint32_t i = 0; i < l->endpoints; i += 2) {
        assert_int_equal(endpoints[i].row, ROW);
        assert_int_equal(endpoints[i + 1].row, ROW);
        assert_true((i == 0 || endpoints[i].block > last) &&
                    endpoints[i].block < endpoints[i + 1].block);
        last = endpoints[i + 1].block;
        assert_true(last <= blocks_of(&layer));
        for (size_t s = endpoints[i].block * BLOCK; s < last * BLOCK && s < n; s++)
            times[s]++;
    }
    for (uint32_t i = 0; i < l->singles; i++)
        times[singles_of(&layer, l)[i]] += i < l->outside ? 1 : -1;
    for (size_t s = 0; s < n; s++)
        assert_int_equal(times[s], active[s]);
    assert_true(l->singles + l->endpoints / 2 * price <= l->active);
    *intervals_found += l->endpoints / 2;
}

static void test_intervals_and_single_samples_are_the_active_ones(void **state) {
    (void)state;
    const nd_layer largest = {.samples = MOST_SAMPLES, .rank = 4};
    void *memory = malloc(list_bytes(&largest));
    endpoint *endpoints = calloc(most_endpoints(&largest), sizeof *endpoints);
    bool active[MOST_SAMPLES] = {0};
    size_t intervals = 0;
    for (size_t n = 1; n <= MOST_SAMPLES; n++)
        for (uint64_t pattern = 0; pattern < 24; pattern++) {
            draw_pattern(pattern, n, (size_t[]){1000000, 2, 6, 20, 60, 200}[pattern % 6], active);
            check_pattern(n, active, memory, endpoints, &intervals);
        }
    assert_true(intervals > MOST_SAMPLES);
    free(endpoints);
    free(memory);
}

static void test_long_stretches_are_intervals_and_short_ones_are_not(void **state) {
    (void)state;
    enum { N = 150 };
    const nd_layer layer = {.samples = N, .outputs = 5, .rank = 4};
    void *memory = malloc(list_bytes(&layer));
    endpoint *endpoints = calloc(most_endpoints(&layer), sizeof *endpoints);
    bool active[N] = {0};
    for (size_t s = 81; s < N; s++) /* to the end, which is inside a block */
        active[s] = s != 100;
    active[3] = true;
    verlet_list *l = list_with(&layer, active, memory);
    find_intervals(&layer, l, ROW, endpoints);
    assert_int_equal(l->endpoints, 2);
    assert_int_equal(endpoints[0].block, 80 / BLOCK);
    assert_int_equal(endpoints[1].block, blocks_of(&layer));
    assert_int_equal(l->outside, 1);
    assert_int_equal(l->singles, 3);
    assert_int_equal(singles_of(&layer, l)[0], 3);
    assert_int_equal(singles_of(&layer, l)[1], 80);
    assert_int_equal(singles_of(&layer, l)[2], 100);
    free(endpoints);
    free(memory);
}

/* Sums of large matrices at every block would need too much room. */
static void test_large_matrices_go_without_intervals(void **state) {
    (void)state;
    const nd_layer layer = {.samples = MOST_SAMPLES, .outputs = 1000, .rank = 1000};
    void *memory = malloc(list_bytes(&layer));
    endpoint endpoints[2];
    bool active[MOST_SAMPLES];
    for (size_t s = 0; s < MOST_SAMPLES; s++)
        active[s] = true;
    verlet_list *l = list_with(&layer, active, memory);
    find_intervals(&layer, l, ROW, endpoints);
    assert_int_equal(sums_size(&layer), 0);
    assert_int_equal(l->endpoints, 0);
    assert_int_equal(l->singles, MOST_SAMPLES);
    assert_int_equal(l->outside, MOST_SAMPLES);
    free(memory);
}

/* A world of units with intervals, and what these give. */
typedef struct bench {
    nd_layer layer;
    size_t units, intervals;
    double *parameters, *coordinates, *error; /* padded, as the kernels' */
    endpoint *endpoints;                      /* two for every interval */
} bench;

enum { UNITS = 5, INTERVALS_EACH = 3 };

static double *padded_rows(uint64_t index, size_t rows, size_t length, size_t room) {
    double *out = aligned_alloc(64, (rows * padded(length) + room + 8) / 8 * 64);
    memset(out, 0, (rows * padded(length) + room) * sizeof *out);
    for (size_t row = 0; row < rows; row++)
        nd_random_gaussians(7, ND_FOR_TEST, index, row * 1000, length, out + row * padded(length));
    return out;
}

static bench make_bench(size_t samples, size_t outputs, size_t rank) {
    bench b = {.layer = {.samples = samples, .outputs = outputs, .rank = rank, .side = rank}};
    const size_t side = padded(rank), stored = side + padded(outputs);
    b.layer.stored = stored;
    b.coordinates = padded_rows(1, samples, rank, ZERO_ROWS * side);
    b.error = padded_rows(2, samples, outputs, ZERO_ROWS * padded(outputs));
    double *sides = padded_rows(3, UNITS, rank, 0), *outer = padded_rows(4, UNITS, outputs, 0);
    b.parameters = padded_rows(5, 0, 0, UNITS * stored);
    for (size_t unit = 0; unit < UNITS; unit++) {
        memcpy(b.parameters + unit * stored, sides + unit * side, side * sizeof(double));
        memcpy(b.parameters + unit * stored + side, outer + unit * padded(outputs),
               padded(outputs) * sizeof(double));
    }
    free(sides);
    free(outer);
    b.layer.coordinates = b.coordinates;
    b.endpoints = calloc(2 * UNITS * INTERVALS_EACH, sizeof *b.endpoints);
    size_t blocks = blocks_of(&b.layer);
    for (uint32_t unit = 0; unit < UNITS; unit++)
        for (uint32_t i = 0; i < INTERVALS_EACH; i++) { /* the last may end with the samples */
            uint32_t from = (uint32_t)((unit + 5 * i) % blocks), rest = (uint32_t)blocks - from;
            b.endpoints[2 * b.intervals] = (endpoint){unit * (uint32_t)stored, from};
            b.endpoints[2 * b.intervals++ + 1] =
                (endpoint){unit * (uint32_t)stored, from + 1 + (unit * i) % rest};
        }
    return b;
}

static void check_interval_sums(size_t samples, size_t outputs, size_t rank) {
    bench b = make_bench(samples, outputs, rank);
    const nd_layer *layer = &b.layer;
    const size_t side = padded(rank), wide = padded(outputs), stored = layer->stored;
    const size_t blocks = blocks_of(layer), rows = samples_in_blocks(layer);
    endpoint_table table = {.start = calloc(2 * blocks + 3, sizeof *table.start),
                            .intervals = calloc(2 * b.intervals, sizeof *table.intervals)};
    double *matrix = padded_rows(6, 0, 0, sum_size(layer, outputs_abreast(layer)));
    double *sums = padded_rows(6, 0, 0, sums_size(layer));
    double *out = padded_rows(6, 0, 0, rows * wide),
           *gradient = padded_rows(6, 0, 0, UNITS * stored);
    double *expected = padded_rows(6, 0, 0, rows * wide);
    double *expected_gradient = padded_rows(6, 0, 0, UNITS * stored);
    assert_true(sums_size(layer) > 0);
    for (size_t i = 0; i < b.intervals; i++) {
        const double *w = b.parameters + b.endpoints[2 * i].row, *v = w + side;
        double *of_side = expected_gradient + b.endpoints[2 * i].row, *of_outer = of_side + side;
        size_t end = (size_t)b.endpoints[2 * i + 1].block * BLOCK;
        for (size_t s = b.endpoints[2 * i].block * BLOCK; s < end && s < samples; s++) {
            const double *x = b.coordinates + s * side, *e = b.error + s * wide;
            double drive = 0, back = 0;
            for (size_t k = 0; k < rank; k++)
                drive += w[k] * x[k];
            for (size_t m = 0; m < outputs; m++)
                back += v[m] * e[m];
            for (size_t k = 0; k < rank; k++)
                of_side[k] += back * x[k];
            for (size_t m = 0; m < outputs; m++) {
                of_outer[m] += drive * e[m];
                expected[s * wide + m] += drive * v[m];
            }
        }
    }
    memset(out, 1, rows * wide * sizeof *out); /* nothing of it may stay */
    sort_endpoints(&table, b.endpoints, 2 * b.intervals, blocks);
    forward_intervals(layer, b.parameters, &table, matrix, out);
    gradients_of_intervals(layer, b.error, b.parameters, &table, sums, gradient);
    assert_close("outputs", out, expected, samples * wide, 1e-10, 1e-10);
    assert_close("gradients", gradient, expected_gradient, UNITS * stored, 1e-10, 1e-10);
    void *all[] = {matrix,       sums,        out,
                   gradient,     expected,    expected_gradient,
                   b.error,      table.start, table.intervals,
                   b.parameters, b.endpoints, b.coordinates};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]);
}

/* Outputs all side by side, all alone, both; more vectors of either side than fit registers. */
static void test_intervals_give_what_their_samples_give(void **state) {
    (void)state;
    const size_t outputs[] = {1, 2, 3, 4, 5, 9, 12, 13, 14, 17, 29},
                 rank[] = {1, 2, 3, 7, 12, 19, 31};
    size_t alone = 0, abreast = 0;
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
        for (size_t k = 0; k < sizeof rank / sizeof rank[0]; k++) {
            const nd_layer layer = {.outputs = outputs[i], .rank = rank[k]};
            alone += outputs_alone(&layer) > 0;
            abreast += outputs_abreast(&layer) > 0;
            check_interval_sums(65, outputs[i], rank[k]);
        }
    assert_true(alone > 10 && abreast > 10);
    check_interval_sums(3, 2, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_give_what_their_samples_give),
        cmocka_unit_test(test_intervals_and_single_samples_are_the_active_ones),
        cmocka_unit_test(test_long_stretches_are_intervals_and_short_ones_are_not),
        cmocka_unit_test(test_large_matrices_go_without_intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
