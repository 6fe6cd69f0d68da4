/* Phases on traces whose change points are known, and the trend test's error rates. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "measure/fall.h"
#include "measure/phases.h"
#include "measure/trend.h"
#include "support.h"

enum { RECORDS = 1000, SNAPSHOTS = 51 };

typedef struct made {
    double step[RECORDS], loss[RECORDS], active[RECORDS], units[RECORDS];
    double snapshot_step[SNAPSHOTS], information[SNAPSHOTS], correlation[SNAPSHOTS * SNAPSHOTS];
    nd_phase_traces traces;
} made;

/* Loss falls until `learned`, sparsity from there until `sparse` (power 1: steadily), tuning
 * decorrelates throughout. Noise is independent from record to record. */
static made *make(uint64_t seed, double learned, double sparse, int power, bool by_activity) {
    made *run = calloc(1, sizeof *run);
    assert_non_null(run);
    nd_stream draw = nd_stream_at(seed, ND_FOR_TEST, 20, 0);
    for (size_t i = 0; i < RECORDS; i++) {
        double t = (double)i * 1000;
        double left = fmin(1, fmax(0, (sparse - t) / (sparse - learned)));
        double fall = 0.45 * pow(left, power);
        run->step[i] = t;
        run->loss[i] =
            pow(10, -2 + 2.5 * fmax(0, 1 - t / learned) + 0.05 * nd_stream_gaussian(&draw));
        run->units[i] = 0.25 + (by_activity ? 0.5 : fall) + 0.01 * nd_stream_gaussian(&draw);
        run->active[i] = 0.05 + fall + 0.005 * nd_stream_gaussian(&draw);
    }
    for (size_t i = 0; i < SNAPSHOTS; i++) {
        double t = (double)i * 999000 / (SNAPSHOTS - 1);
        double left = fmin(1, fmax(0, (sparse - t) / (sparse - learned)));
        run->snapshot_step[i] = t;
        run->information[i] = 2.7 - 1.2 * left + 0.02 * nd_stream_gaussian(&draw);
        for (size_t j = 0; j < SNAPSHOTS; j++) {
            double apart = fabs((double)i - (double)j);
            run->correlation[i * SNAPSHOTS + j] =
                apart == 0 ? 1 : exp(-apart / 30) + 0.01 * nd_stream_gaussian(&draw);
        }
    }
    run->traces = (nd_phase_traces){.records = RECORDS,
                                    .step = run->step,
                                    .loss = run->loss,
                                    .active_fraction = run->active,
                                    .fraction_active_units = run->units,
                                    .snapshots = SNAPSHOTS,
                                    .snapshot_step = run->snapshot_step,
                                    .spatial_information = run->information,
                                    .rate_map_correlation = run->correlation};
    return run;
}

/* A steady fall from end to end fits as well with corners further out: the ends are taken, not what
 * rounding prefers, so that a fall still going on at the last record is told as one. */
static void test_a_fall_from_end_to_end_has_its_corners_there(void **state) {
    (void)state;
    double time[RECORDS], value[RECORDS];
    for (int trial = 0; trial < 50; trial++) {
        for (size_t i = 0; i < RECORDS; i++) {
            time[i] = (double)i * (trial + 7);
            value[i] = 0.9 - 0.011 * (trial + 1) * (double)i / RECORDS;
        }
        nd_error error = {0};
        nd_fall fall;
        assert_fine(nd_fit_fall(time, value, RECORDS, &fall, &error), &error);
        assert_true(fall.from == time[0]);
        assert_true(fall.to == time[RECORDS - 1]);
    }
}

static void test_change_points_are_recovered(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 12; seed++) {
        int power = 1 + (int)(seed % 3);
        double learned = 20000 + 5000 * (double)(seed % 4), sparse = 400000 + 20000 * (double)seed;
        made *run = make(seed, learned, sparse, power, seed % 2 == 1);
        nd_phases phases;
        nd_error error = {0};
        assert_fine(nd_phases_find(&run->traces, &phases, &error), &error);
        assert_true(phases.seen[0] && phases.seen[1] && phases.seen[2]);
        assert_int_equal(phases.sparsity,
                         seed % 2 == 1 ? ND_PHASE_ACTIVE_FRACTION : ND_PHASE_FRACTION_ACTIVE_UNITS);
        /* Nine tenths of a steady fall of the loss, within three records. */
        assert_true(fabs(phases.end_step[0] - 0.9 * learned) <= 3000);
        double ninth = sparse - (sparse - learned) * pow(0.1, 1.0 / power);
        assert_true(fabs(phases.end_step[1] - ninth) <= 0.04 * (sparse - learned));
        /* Where a cubic fall ends is seen less sharply than where a steady one does. */
        assert_true(fabs(phases.fall_to - sparse) <= 0.04 * power * (sparse - learned));
        assert_true(phases.end_step[2] == 999000);
        free(run);
    }
}

static void test_table_of_the_paper_is_recovered(void **state) {
    (void)state;
    made *run = make(3, 50000, 500000, 1, false);
    nd_phases phases;
    nd_error error = {0};
    assert_fine(nd_phases_find(&run->traces, &phases, &error), &error);
    static const nd_change expected[3][ND_PHASE_METRICS] = {
        {ND_CHANGE_TREND, ND_CHANGE_NONE, ND_CHANGE_NONE, ND_CHANGE_UNKNOWN, ND_CHANGE_UNTESTED},
        {ND_CHANGE_NONE, ND_CHANGE_TREND, ND_CHANGE_TREND, ND_CHANGE_TREND, ND_CHANGE_TREND},
        {ND_CHANGE_NONE, ND_CHANGE_NONE, ND_CHANGE_NONE, ND_CHANGE_NONE, ND_CHANGE_TREND},
    };
    for (size_t phase = 0; phase < 3; phase++)
        for (size_t metric = 0; metric < ND_PHASE_METRICS; metric++) {
            /* Phase ii ends at nine tenths of the fall: a tenth is left for phase iii. */
            if (phase == 2 &&
                (metric == ND_PHASE_FRACTION_ACTIVE_UNITS || metric == ND_PHASE_ACTIVE_FRACTION ||
                 metric == ND_PHASE_SPATIAL_INFORMATION))
                continue;
            if (phase == 0 && metric >= ND_PHASE_SPATIAL_INFORMATION)
                continue; /* three snapshots */
            assert_int_equal(phases.metric[phase][metric].change, expected[phase][metric]);
        }
    char table[4096];
    nd_phases_table(&phases, table, sizeof table);
    assert_non_null(strstr(table, "fraction active units"));
    free(run);
}

static void test_a_run_that_never_sparsifies_has_no_second_phase(void **state) {
    (void)state;
    made *run = make(4, 50000, 500000, 1, false);
    nd_stream draw = nd_stream_at(4, ND_FOR_TEST, 21, 0);
    for (size_t i = 0; i < RECORDS; i++) {
        run->units[i] = 0.7 + 0.01 * nd_stream_gaussian(&draw);
        run->active[i] = 0.4 + 0.005 * nd_stream_gaussian(&draw);
    }
    nd_phases phases;
    nd_error error = {0};
    assert_fine(nd_phases_find(&run->traces, &phases, &error), &error);
    assert_true(phases.seen[0] && !phases.seen[1] && phases.seen[2]);
    assert_true(phases.end_step[1] == phases.end_step[0]);
    free(run);
}

static void test_traces_that_cannot_be_read_are_refused_by_reason(void **state) {
    (void)state;
    made *run = make(5, 50000, 500000, 1, false);
    nd_phases phases;
    nd_error error = {0};
    run->traces.records = 9;
    assert_false(nd_phases_find(&run->traces, &phases, &error));
    assert_non_null(strstr(error.what, "too few"));
    run->traces.records = RECORDS;
    run->step[20] = run->step[19];
    assert_false(nd_phases_find(&run->traces, &phases, &error));
    assert_non_null(strstr(error.what, "record 20"));
    run->step[20] = 20000;
    run->loss[7] = NAN;
    assert_false(nd_phases_find(&run->traces, &phases, &error));
    assert_non_null(strstr(error.what, "record 7"));
    free(run);
}

/* Autoregressive noise, correlated over about 1 / (1 - memory) records. */
static void autoregressive(uint64_t seed, double memory, size_t count, double *out) {
    nd_stream draw = nd_stream_at(seed, ND_FOR_TEST, 22, 0);
    double value = nd_stream_gaussian(&draw);
    for (size_t i = 0; i < count; i++) {
        value = memory * value + sqrt(1 - memory * memory) * nd_stream_gaussian(&draw);
        out[i] = value;
    }
}

/* 400 series without a trend at p < 0.01: of independent noise, more than 12 false alarms come with
 * probability 0.0001; the correction must keep correlated noise within three times the nominal
 * rate, where the uncorrected test gives far more than ten times. */
static void test_trend_test_keeps_its_level_under_autocorrelation(void **state) {
    (void)state;
    static const double memories[] = {0, 0.8};
    double time[200], values[200];
    nd_error error = {0};
    for (size_t i = 0; i < 200; i++)
        time[i] = (double)i;
    for (size_t m = 0; m < 2; m++) {
        int alarms = 0, found = 0;
        for (uint64_t seed = 0; seed < 400; seed++) {
            nd_trend trend;
            autoregressive(seed, memories[m], 200, values);
            assert_fine(nd_trend_test(time, values, 200, &trend, &error), &error);
            alarms += trend.p < 0.01;
            if (seed % 8 != 0)
                continue;
            for (size_t i = 0; i < 200; i++)
                values[i] -= 0.02 * (double)i;
            assert_fine(nd_trend_test(time, values, 200, &trend, &error), &error);
            found += trend.p < 0.01 && trend.slope < 0;
        }
        print_message("memory %.1f: %d false alarms of 400, %d of 50 trends found\n", memories[m],
                      alarms, found);
        assert_true(alarms <= 12);
        assert_true(found >= 45);
    }
}

static void test_sens_slope_and_a_constant_series(void **state) {
    (void)state;
    double time[7] = {0, 1, 2, 4, 5, 6, 9}, values[7], constant[7] = {3, 3, 3, 3, 3, 3, 3};
    nd_error error = {0};
    nd_trend trend;
    for (size_t i = 0; i < 7; i++)
        values[i] = 2 - 0.5 * time[i];
    values[3] = 40; /* one outlier does not move a median */
    assert_fine(nd_trend_test(time, values, 7, &trend, &error), &error);
    assert_true(fabs(trend.slope + 0.5) < 1e-12);
    assert_fine(nd_trend_test(time, constant, 7, &trend, &error), &error);
    assert_true(trend.slope == 0 && trend.p == 1);
    assert_fine(nd_trend_test(time, values, 4, &trend, &error), &error);
    assert_true(isnan(trend.p));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fall_from_end_to_end_has_its_corners_there),
        cmocka_unit_test(test_change_points_are_recovered),
        cmocka_unit_test(test_table_of_the_paper_is_recovered),
        cmocka_unit_test(test_a_run_that_never_sparsifies_has_no_second_phase),
        cmocka_unit_test(test_traces_that_cannot_be_read_are_refused_by_reason),
        cmocka_unit_test(test_trend_test_keeps_its_level_under_autocorrelation),
        cmocka_unit_test(test_sens_slope_and_a_constant_series),
    };
    return cmocka_run_group_tests_name("phases", tests, NULL, NULL);
}
