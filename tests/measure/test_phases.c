/* Phases on traces whose change points are known, and the trend test's error rates. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "measure/decay.h"
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
        {ND_CHANGE_TREND, ND_CHANGE_NONE, ND_CHANGE_NONE, ND_CHANGE_TOO_FEW, ND_CHANGE_TOO_FEW},
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

/* Keeps the records and snapshots until a step. */
static nd_phase_traces until(const made *run, double step) {
    nd_phase_traces part = run->traces;
    while (part.records > 0 && part.step[part.records - 1] > step)
        part.records--;
    return part;
}

static nd_phases phases_of(const nd_phase_traces *traces) {
    nd_phases phases;
    nd_error error = {0};
    assert_fine(nd_phases_find(traces, &phases, &error), &error);
    return phases;
}

static void test_null_drift_is_claimed_with_its_bound(void **state) {
    (void)state;
    made *run = make(3, 50000, 300000, 1, false);
    nd_phases phases = phases_of(&run->traces);
    char words[512];
    assert_int_equal(phases.after.state, ND_AFTER_NULL_DRIFT);
    assert_true(nd_phase_claimed(&phases, 2));
    assert_true(phases.after.further_fall > 0 && phases.after.further_share < 0.1);
    nd_phase_words(&phases, 2, words, sizeof words);
    assert_non_null(strstr(words, "null drift"));
    assert_non_null(strstr(words, "% of its fall"));
    /* The same sparsity, but tuning that only jitters, or is not known, is none. */
    nd_stream draw = nd_stream_at(3, ND_FOR_TEST, 23, 0);
    for (size_t i = 0; i < SNAPSHOTS; i++)
        for (size_t j = 0; j <= i; j++)
            run->correlation[i * SNAPSHOTS + j] = run->correlation[j * SNAPSHOTS + i] =
                i == j ? 1 : 0.8 + 0.02 * nd_stream_gaussian(&draw);
    phases = phases_of(&run->traces);
    assert_int_equal(phases.after.state, ND_AFTER_BOUNDED);
    assert_false(nd_phase_claimed(&phases, 2));
    run->traces.rate_map_correlation = NULL;
    phases = phases_of(&run->traces);
    nd_phase_words(&phases, 2, words, sizeof words);
    assert_non_null(strstr(words, "whether tuning changes is not known"));
    free(run);
}

/* A fall by steps of one unit: after seven in ten are made, a pause is no plateau. */
static void test_a_pause_in_the_fall_is_not_null_drift(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        made *run = make(seed, 20000, 400000, 1, false);
        nd_stream draw = nd_stream_at(seed, ND_FOR_TEST, 24, 0);
        for (size_t i = 0; i < RECORDS; i++) {
            double t = (double)i * 1000;
            run->units[i] = t < 300000 ? 0.9 - 0.01 * floor(t / 10000) : 0.6;
            run->active[i] = run->units[i] / 5 + 0.002 * nd_stream_gaussian(&draw);
        }
        nd_phases phases = phases_of(&run->traces);
        char words[512];
        assert_true(phases.seen[1]);
        assert_int_equal(phases.after.state, ND_AFTER_NO_FALL_SEEN);
        nd_phase_words(&phases, 2, words, sizeof words);
        assert_non_null(strstr(words, "no further fall seen in"));
        assert_non_null(strstr(words, "a step cannot be excluded"));
        /* Units of which three per thousand may go are as good as a plateau. */
        nd_phase_traces part = until(run, 250000);
        phases = phases_of(&part);
        assert_int_equal(phases.after.state, ND_AFTER_FALLING);
        free(run);
    }
}

static void test_a_run_without_noise_is_at_rest(void **state) {
    (void)state;
    made *run = make(1, 50000, 300000, 1, false);
    for (size_t i = 0; i < RECORDS; i++) {
        run->loss[i] = pow(10, -0.04 * (double)i);
        run->units[i] = i < 100 ? 0.9 : 0.88;
        run->active[i] = 0.5 + 0.1 * exp(-0.02 * (double)i);
    }
    for (size_t i = 0; i < SNAPSHOTS * SNAPSHOTS; i++)
        run->correlation[i] = 1;
    nd_phases phases = phases_of(&run->traces);
    char words[512];
    nd_phase_words(&phases, 2, words, sizeof words);
    assert_non_null(strstr(words, "at rest"));
    assert_false(nd_phase_claimed(&phases, 2));
    free(run);
}

static void test_phase_one_does_not_move_with_the_runs_length(void **state) {
    (void)state;
    made *run = make(6, 30000, 600000, 2, false);
    for (size_t i = 0; i < RECORDS; i++) /* the loss goes on falling slowly, then rises */
        run->loss[i] *= pow(10, i < 500 ? -0.002 * (double)i : -1 + 0.003 * ((double)i - 500));
    double end = phases_of(&run->traces).end_step[0];
    assert_true(end > 20000 && end < 35000);
    for (double step = 200000; step < 999000; step += 100000) {
        nd_phase_traces part = until(run, step);
        nd_phases phases = phases_of(&part);
        assert_true(phases.settled);
        assert_true(phases.end_step[0] == end);
    }
    nd_phase_traces part = until(run, 25000);
    assert_false(phases_of(&part).settled);
    free(run);
}

static void test_a_loss_that_rises_is_not_still(void **state) {
    (void)state;
    made *run = make(7, 30000, 400000, 1, false);
    for (size_t i = 400; i < RECORDS; i++)
        run->loss[i] *= pow(10, 0.05 * ((double)i - 400) / 600); /* by 12 % */
    nd_phases phases = phases_of(&run->traces);
    assert_int_equal(phases.metric[2][ND_PHASE_LOSS].change, ND_CHANGE_TREND);
    assert_true(phases.metric[2][ND_PHASE_LOSS].slope > 0);
    free(run);
}

static void test_table_as_csv(void **state) {
    (void)state;
    made *run = make(3, 50000, 300000, 1, false);
    nd_phases phases = phases_of(&run->traces);
    char text[16384];
    size_t lines = 0, commas = 0;
    nd_phases_csv(&phases, text, sizeof text);
    assert_true(strncmp(text, "phase,from_step,to_step,claimed,metric,change,", 46) == 0);
    for (char *at = text; *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 1 + 3 * ND_PHASE_METRICS);
    assert_non_null(strstr(text, "\niii,"));
    for (char *at = text; *at != '\n'; at++)
        commas += *at == ',';
    assert_int_equal(commas, 14);
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

/* Of n values in order, two of n! orders are as extreme; of 1 1 2 2 3 3, two of 6!/8. */
static void test_few_values_have_an_exact_p(void **state) {
    (void)state;
    double time[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, rising[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    double tied[6] = {1, 1, 2, 2, 3, 3}, swapped[6] = {2, 1, 3, 4, 5, 6};
    nd_error error = {0};
    nd_trend trend;
    double orders = 24;
    for (size_t n = 5; n <= 10; n++) {
        orders *= (double)n;
        assert_fine(nd_trend_test(time, rising, n, &trend, &error), &error);
        assert_true(fabs(trend.p - 2 / orders) < 1e-12);
    }
    assert_fine(nd_trend_test(time, tied, 6, &trend, &error), &error);
    assert_true(fabs(trend.p - 2 / 90.0) < 1e-12);
    assert_fine(nd_trend_test(time, swapped, 6, &trend, &error), &error);
    assert_true(fabs(trend.p - 2 * 6 / 720.0) < 1e-12);
}

/* Of four times, an order and its reverse are equally far apart: 2 of 24; of five, 2 of 120. */
static void test_few_sessions_have_an_exact_p_of_decay(void **state) {
    (void)state;
    for (size_t n = 4; n <= 6; n++) {
        double time[6], alike[36], orders = n == 4 ? 24 : n == 5 ? 120 : 720;
        nd_stream draw = nd_stream_at(1, ND_FOR_TEST, 25, 0);
        nd_error error = {0};
        nd_decay decay;
        for (size_t a = 0; a < n; a++) {
            time[a] = (double)a;
            for (size_t b = 0; b < n; b++)
                alike[a * n + b] = 1 - 0.01 * fabs(time[a] - (double)b);
        }
        assert_fine(nd_decay_test(time, alike, n, &draw, &decay, &error), &error);
        assert_true(fabs(decay.correlation + 1) < 1e-9);
        assert_true(fabs(decay.p - 2 / orders) < 1e-12);
        assert_true(fabs(decay.least_p - 2 / orders) < 1e-12);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fall_from_end_to_end_has_its_corners_there),
        cmocka_unit_test(test_change_points_are_recovered),
        cmocka_unit_test(test_table_of_the_paper_is_recovered),
        cmocka_unit_test(test_a_run_that_never_sparsifies_has_no_second_phase),
        cmocka_unit_test(test_null_drift_is_claimed_with_its_bound),
        cmocka_unit_test(test_a_pause_in_the_fall_is_not_null_drift),
        cmocka_unit_test(test_a_run_without_noise_is_at_rest),
        cmocka_unit_test(test_phase_one_does_not_move_with_the_runs_length),
        cmocka_unit_test(test_a_loss_that_rises_is_not_still),
        cmocka_unit_test(test_table_as_csv),
        cmocka_unit_test(test_traces_that_cannot_be_read_are_refused_by_reason),
        cmocka_unit_test(test_trend_test_keeps_its_level_under_autocorrelation),
        cmocka_unit_test(test_sens_slope_and_a_constant_series),
        cmocka_unit_test(test_few_values_have_an_exact_p),
        cmocka_unit_test(test_few_sessions_have_an_exact_p_of_decay),
    };
    return cmocka_run_group_tests_name("phases", tests, NULL, NULL);
}
