/* Fields and how they move, against shifts and walks that are known. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "followed_cells.h"
#include "measure/place_field.h"
#include "support.h"

static double pair_of(const nd_drift_measures *m, nd_drift_pair pair, size_t a, size_t b) {
    return m->pair[pair][a * m->sessions + b];
}

static void test_fields_are_counted_across_the_seam(void **state) {
    (void)state;
    nd_error error = {0};
    nd_field_scratch *scratch = nd_field_scratch_new(8, &error);
    assert_fine(scratch != NULL, &error);
    const double map[8] = {4, 2, 0, NAN, 2, 0, 0, 2};
    nd_followed shape = {.bins = 8, .bins_x = 8, .bins_y = 1, .ways = 1, .bin_width_x = 0.5};
    nd_place_field open = nd_find_field(map, &shape, scratch);
    assert_int_equal(open.fields, 3);
    const double track[] = {0.5 * (4 * 0.5 + 2 * 1.5) / 6, 1.0};
    assert_close("track", (double[]){open.x, open.width}, track, 2, 1e-12, 1);
    shape.circular = true;
    nd_place_field closed = nd_find_field(map, &shape, scratch);
    assert_int_equal(closed.fields, 2);
    const double loop[] = {0.5 * (4 * 0.5 + 2 * 1.5 + 2 * -0.5) / 8, 1.5};
    assert_close("loop", (double[]){closed.x, closed.width}, loop, 2, 1e-12, 1);
    const double silent[8] = {0};
    assert_int_equal(nd_find_field(silent, &shape, scratch).fields, 0);
    nd_field_scratch_free(scratch);
}

/* All fields move by 5 bins of 2 cm a session around a loop of 100. */
static void test_a_shift_of_k_bins_is_found(void **state) {
    (void)state;
    enum { CELLS = 50, SESSIONS = 5 };
    nd_followed *of = followed_cells(SESSIONS, CELLS, 100);
    of->circular = true;
    of->bin_width_x = 2;
    for (size_t s = 0; s < SESSIONS; s++)
        for (size_t c = 0; c < CELLS; c++)
            followed_field(of, s, c, fmod(2 * (double)c + 0.5 + 5 * (double)s, 100), 3, 1);
    nd_drift_measures *m = followed_measure(of, 1);
    for (size_t s = 1; s < SESSIONS; s++) {
        const double moved = 10 * (double)s;
        const double found[] = {pair_of(m, ND_PAIR_FIELD_SHIFT, 0, s),
                                sqrt(pair_of(m, ND_PAIR_FIELD_SQUARE, 0, s))};
        assert_close("shift", found, (double[]){moved, moved}, 2, 1e-9, 1);
    }
    /* Width at half the peak: 2 sqrt(2 ln 2) 3 = 7.06 bins; 7 of them lie above. */
    const double width = 14;
    assert_close("width", &m->number[ND_NUMBER_FIELD_WIDTH], &width, 1, 1e-12, 1);
    for (size_t s = 1; s < SESSIONS; s++) {
        const double share = pair_of(m, ND_PAIR_FIELD_WITHIN, 0, s), expected = s == 1;
        assert_close("within", &share, &expected, 1, 1e-12, 1);
    }
    nd_drift_measures_free(m);
    nd_followed_free(of);
}

/* Fields walk on a loop of 300 bins, 2 D = 9 a day, measured with an error of 1 bin: 12 runs give
 * D within its error. */
static void test_diffusion_constant_of_a_walk(void **state) {
    (void)state;
    enum { CELLS = 200, SESSIONS = 8, RUNS = 12 };
    double sum = 0, chi = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        nd_followed *of = followed_cells(SESSIONS, CELLS, 300);
        of->circular = true;
        nd_stream draw = nd_stream_at(run, ND_FOR_TEST, 0, 0);
        for (size_t c = 0; c < CELLS; c++) {
            double at = 300 * nd_stream_uniform(&draw);
            for (size_t s = 0; s < SESSIONS; s++) {
                at += s > 0 ? 3 * nd_stream_gaussian(&draw) : 0;
                double seen = at + nd_stream_gaussian(&draw);
                followed_field(of, s, c, seen - 300 * floor(seen / 300), 6, 1);
            }
        }
        nd_drift_measures *m = followed_measure(of, 1);
        double d = m->number[ND_NUMBER_DIFFUSION], error = m->error[ND_NUMBER_DIFFUSION];
        sum += d / RUNS;
        chi += (d - 4.5) * (d - 4.5) / (error * error);
        nd_drift_measures_free(m);
        nd_followed_free(of);
    }
    assert_between("diffusion constant", sum, 4.3, 4.7);
    assert_between("its error", chi, 3.5, 26); /* chi^2 of 12: 99 % */
}

/* A share 0.6 of cells stays and the others go anywhere; fields of halves are a bin or so off. */
static void test_stable_fraction_of_a_mixture(void **state) {
    (void)state;
    enum { CELLS = 1000, BINS = 60 };
    nd_error error = {0};
    nd_followed *of = followed_cells(2, CELLS, BINS);
    of->circular = true;
    assert_fine(nd_followed_add_halves(of, &error), &error);
    nd_stream draw = nd_stream_at(5, ND_FOR_TEST, 0, 0);
    for (size_t c = 0; c < CELLS; c++) {
        double centre = BINS * nd_stream_uniform(&draw);
        for (size_t s = 0; s < 2; s++) {
            if (s == 1 && c >= 0.6 * CELLS)
                centre = BINS * nd_stream_uniform(&draw);
            for (size_t h = 0; h < 2; h++) {
                double seen = centre + 3 * nd_stream_gaussian(&draw);
                followed_field(of, s, c, seen - BINS * floor(seen / BINS), 2, 1);
                memcpy(of->half_map + ((s * 2 + h) * CELLS + c) * BINS, nd_map_of(of, s, c),
                       BINS * sizeof(double));
            }
        }
    }
    nd_drift_measures *m = followed_measure(of, 1);
    assert_between("stable fraction", pair_of(m, ND_PAIR_FIELD_STABLE, 0, 1), 0.56, 0.64);
    nd_drift_measures_free(m);
    nd_followed_free(of);
}

static void test_without_fields_it_says_so(void **state) {
    (void)state;
    nd_followed *of = followed_cells(6, 10, 20);
    nd_drift_measures *m = followed_measure(of, 1);
    assert_missing(m, ND_NUMBER_DIFFUSION, "no cell has a field in two sessions");
    assert_missing(m, ND_NUMBER_FIELD_WIDTH, "no cell has a field");
    assert_non_null(m->pair_why[ND_PAIR_FIELD_STABLE]);
    nd_drift_measures_free(m);
    nd_followed_free(of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_are_counted_across_the_seam),
        cmocka_unit_test(test_a_shift_of_k_bins_is_found),
        cmocka_unit_test(test_diffusion_constant_of_a_walk),
        cmocka_unit_test(test_stable_fraction_of_a_mixture),
        cmocka_unit_test(test_without_fields_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
