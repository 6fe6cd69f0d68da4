/* Rates, tuning and turnover of followed cells, against what is known exactly. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "followed_cells.h"
#include "support.h"

static double pair_of(const nd_drift_measures *m, nd_drift_pair pair, size_t a, size_t b) {
    return m->pair[pair][a * m->sessions + b];
}

static void test_identical_sessions_are_alike_in_all(void **state) {
    (void)state;
    nd_followed *of = followed_cells(5, 40, 30);
    for (size_t s = 0; s < 5; s++)
        for (size_t c = 0; c < 30; c++)
            followed_field(of, s, c, (double)c, 2, 1 + (double)c);
    nd_drift_measures *m = followed_measure(of, 1);
    const nd_drift_pair ones[] = {ND_PAIR_RATES,   ND_PAIR_TUNING,    ND_PAIR_TUNING_MEDIAN,
                                  ND_PAIR_OVERLAP, ND_PAIR_RETENTION, ND_PAIR_OCCUPANCY};
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++) {
        double value = pair_of(m, ones[i], 0, 4), one = 1;
        assert_close(nd_drift_pair_table[ones[i]].name, &value, &one, 1, 1e-12, 1);
        assert_non_null(m->decay_why[ones[i]]); /* the same in all pairs: no decay, no p */
        assert_true(isnan(m->decay_p[ones[i]]));
    }
    double by_chance = pair_of(m, ND_PAIR_OVERLAP_CHANCE, 1, 2), p = 0.75;
    double expected = p * p / (p + p - p * p);
    assert_close("overlap by chance", &by_chance, &expected, 1, 1e-12, 1);
    assert_missing(m, ND_NUMBER_RECURRENCE, "found silent");
    nd_drift_measures_free(m);
    nd_followed_free(of);
}

/* Rates and maps dealt anew among the cells: r is 0 but for 1 / sqrt(cells). */
static void test_shuffled_cells_are_not_alike(void **state) {
    (void)state;
    enum { CELLS = 400 };
    nd_followed *of = followed_cells(2, CELLS, 50);
    of->circular = true;
    nd_stream draw = nd_stream_at(3, ND_FOR_TEST, 0, 0);
    for (size_t s = 0; s < 2; s++)
        for (size_t c = 0; c < CELLS; c++)
            followed_field(of, s, c, 50 * nd_stream_uniform(&draw), 3,
                           1 + nd_stream_uniform(&draw));
    nd_drift_measures *m = followed_measure(of, 1);
    assert_between("rates", pair_of(m, ND_PAIR_RATES, 0, 1), -0.15, 0.15);
    assert_between("tuning", pair_of(m, ND_PAIR_TUNING, 0, 1), -0.08, 0.08);
    nd_drift_measures_free(m);
    nd_followed_free(of);
}

/* Active cells fall silent with chance 0.2 a session, silent ones wake with 0.1: after k sessions a
 * share 1/3 + 2/3 (0.7)^k of them is active, and 1/3 of all. */
static void test_turnover_of_known_rate(void **state) {
    (void)state;
    enum { CELLS = 20000, SESSIONS = 6 };
    nd_followed *of = followed_cells(SESSIONS, CELLS, 2);
    nd_stream draw = nd_stream_at(4, ND_FOR_TEST, 0, 0);
    for (size_t c = 0; c < CELLS; c++) {
        bool active = nd_stream_uniform(&draw) < 1.0 / 3;
        for (size_t s = 0; s < SESSIONS; s++) {
            if (s > 0)
                active = nd_stream_uniform(&draw) < (active ? 0.8 : 0.1);
            of->state[s * CELLS + c] = active ? ND_CELL_ACTIVE : ND_CELL_SILENT;
        }
    }
    nd_drift_measures *m = followed_measure(of, 1);
    for (size_t k = 1; k < SESSIONS; k++) {
        double kept = 1.0 / 3 + 2.0 / 3 * pow(0.7, (double)k);
        assert_between("retention", pair_of(m, ND_PAIR_RETENTION, 0, k), kept - 0.02, kept + 0.02);
        assert_between("chance", pair_of(m, ND_PAIR_RETENTION_CHANCE, 0, k), 0.31, 0.35);
        assert_between("overlap", pair_of(m, ND_PAIR_OVERLAP, 0, k), kept / (2 - kept) - 0.02,
                       kept / (2 - kept) + 0.02);
    }
    /* Active, silent, active: 0.1 of them. */
    assert_between("recurrence", pair_of(m, ND_PAIR_RECURRENCE, 0, 2), 0.08, 0.12);
    assert_true(isnan(pair_of(m, ND_PAIR_RECURRENCE, 0, 1)));
    assert_between("recurrence by chance", m->number[ND_NUMBER_RECURRENCE_CHANCE], 0.31, 0.35);
    nd_drift_measures_free(m);
    nd_followed_free(of);
}

static void test_sessions_without_common_cells_say_so(void **state) {
    (void)state;
    nd_followed *of = followed_cells(6, 12, 10);
    for (size_t s = 0; s < 6; s++)
        for (size_t c = 0; c < 12; c++)
            if (c / 2 != s)
                of->state[s * 12 + c] = ND_CELL_NOT_FOUND;
    nd_drift_measures *m = followed_measure(of, 1);
    const nd_drift_pair none[] = {ND_PAIR_RATES, ND_PAIR_TUNING, ND_PAIR_OVERLAP,
                                  ND_PAIR_RETENTION};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_true(isnan(pair_of(m, none[i], 0, 1)) && isnan(m->decay_p[none[i]]));
        assert_non_null(m->pair_why[none[i]]);
    }
    nd_drift_measures_free(m);
    nd_followed_free(of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identical_sessions_are_alike_in_all),
        cmocka_unit_test(test_shuffled_cells_are_not_alike),
        cmocka_unit_test(test_turnover_of_known_rate),
        cmocka_unit_test(test_sessions_without_common_cells_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
