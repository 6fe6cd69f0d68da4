/* How the sparse kernels divide a unit's active samples into runs and single samples: whatever the
 * pattern, the two together are its active samples, and cost no more than meeting them singly. */
#include "engine_support.h"

#define ND_SINGLE 0
#pragma GCC diagnostic ignored "-Wunused-function"
#include "engine/kernels/runs.h"

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

static list *list_with(const nd_layer *layer, const bool *active, void *memory) {
    list *l = memory;
    memset(memory, 0, list_bytes(layer));
    for (size_t s = 0; s < layer->samples; s++) {
        signs_of(layer, l)[s / WORD] |= (uint64_t)active[s] << s % WORD;
        l->active += active[s];
    }
    return l;
}

static void check_pattern(size_t n, const bool *active, void *memory, edge *edges,
                          size_t *runs_found) {
    const nd_layer layer = {.samples = n, .outputs = 5, .rank = 4, .side = 4, .rows = 9};
    list *l = list_with(&layer, active, memory);
    int times[MOST_SAMPLES] = {0};
    size_t price = samples_for_a_run(&layer), last = 0;
    find_runs(&layer, l, ROW, edges);
    assert_true(l->edges % 2 == 0 && l->edges <= most_edges(&layer));
    for (uint32_t i = 0; i < l->edges; i += 2) {
        assert_int_equal(edges[i].row, ROW);
        assert_int_equal(edges[i + 1].row, ROW);
        assert_true((i == 0 || edges[i].block > last) && edges[i].block < edges[i + 1].block);
        last = edges[i + 1].block;
        assert_true(last <= blocks_of(&layer));
        for (size_t s = edges[i].block * BLOCK; s < last * BLOCK && s < n; s++)
            times[s]++;
    }
    for (uint32_t i = 0; i < l->met; i++)
        times[met_of(&layer, l)[i]] += i < l->outside ? 1 : -1;
    for (size_t s = 0; s < n; s++)
        assert_int_equal(times[s], active[s]);
    assert_true(l->met + l->edges / 2 * price <= l->active);
    *runs_found += l->edges / 2;
}

static void runs_and_single_samples_are_the_active_ones(void **state) {
    (void)state;
    const nd_layer largest = {.samples = MOST_SAMPLES, .rank = 4};
    void *memory = malloc(list_bytes(&largest));
    edge *edges = calloc(most_edges(&largest), sizeof *edges);
    bool active[MOST_SAMPLES] = {0};
    size_t runs = 0;
    for (size_t n = 1; n <= MOST_SAMPLES; n++)
        for (uint64_t pattern = 0; pattern < 24; pattern++) {
            draw_pattern(pattern, n, (size_t[]){1000000, 2, 6, 20, 60, 200}[pattern % 6], active);
            check_pattern(n, active, memory, edges, &runs);
        }
    assert_true(runs > MOST_SAMPLES);
    free(edges);
    free(memory);
}

static void long_stretches_are_runs_and_short_ones_are_not(void **state) {
    (void)state;
    enum { N = 150 };
    const nd_layer layer = {.samples = N, .outputs = 5, .rank = 4};
    void *memory = malloc(list_bytes(&layer));
    edge *edges = calloc(most_edges(&layer), sizeof *edges);
    bool active[N] = {0};
    for (size_t s = 81; s < N; s++) /* to the end, which is inside a block */
        active[s] = s != 100;
    active[3] = true;
    list *l = list_with(&layer, active, memory);
    find_runs(&layer, l, ROW, edges);
    assert_int_equal(l->edges, 2);
    assert_int_equal(edges[0].block, 80 / BLOCK);
    assert_int_equal(edges[1].block, blocks_of(&layer));
    assert_int_equal(l->outside, 1);
    assert_int_equal(l->met, 3);
    assert_int_equal(met_of(&layer, l)[0], 3);
    assert_int_equal(met_of(&layer, l)[1], 80);
    assert_int_equal(met_of(&layer, l)[2], 100);
    free(edges);
    free(memory);
}

/* Sums of large matrices at every block would need too much room. */
static void large_matrices_go_without_runs(void **state) {
    (void)state;
    const nd_layer layer = {.samples = MOST_SAMPLES, .outputs = 1000, .rank = 1000};
    void *memory = malloc(list_bytes(&layer));
    edge edges[2];
    bool active[MOST_SAMPLES];
    for (size_t s = 0; s < MOST_SAMPLES; s++)
        active[s] = true;
    list *l = list_with(&layer, active, memory);
    find_runs(&layer, l, ROW, edges);
    assert_int_equal(sums_size(&layer), 0);
    assert_int_equal(l->edges, 0);
    assert_int_equal(l->met, MOST_SAMPLES);
    assert_int_equal(l->outside, MOST_SAMPLES);
    free(memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_and_single_samples_are_the_active_ones),
        cmocka_unit_test(long_stretches_are_runs_and_short_ones_are_not),
        cmocka_unit_test(large_matrices_go_without_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
