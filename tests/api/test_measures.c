/* Measures on plain arrays are the program's, bit for bit, in whatever layout the arrays lie. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/measured_run.h"
#include "base/random.h"
#include "measure/bias_correction.h"
#include "measure/information.h"
#include "measure/phases.h"
#include "measure/shuffle.h"
#include "measure/tuning.h"
#include "support.h"

enum { SNAPSHOTS = 6, SAMPLES = 60, HIDDEN = 30, BINS = 100, VALUES = HIDDEN * BINS };

/* ---- Against a run file ---- */

typedef struct measured {
    char *folder;
    nd_run *run;
    int64_t bin[SAMPLES];
} measured;

static measured measured_run(void) {
    nd_error error = {0};
    measured made = {.folder = support_folder()};
    char path[300];
    snprintf(path, sizeof path, "%s/run.nc", made.folder);
    nd_experiment *experiment = nd_experiment_parse(
        "world: {task: predictive-track, samples: 60, input_dim: 5}\nnetwork: {hidden: 30}\n"
        "learning: {update_noise: 0.05}\nrun: {steps: 3000, records: 31, snapshots: 6}\n",
        "t", NULL, NULL, 0, &error);
    assert_fine(nd_simulate(experiment, path, NULL, NULL, &error) == ND_RUN_COMPLETE, &error);
    nd_experiment_free(experiment);
    assert_fine(nd_measure_run_file(path, NULL, NULL, &error), &error);
    assert_fine((made.run = nd_run_open(path, &error)) != NULL, &error);
    double directed[SAMPLES];
    assert_fine(nd_direct_positions(made.run->dataset->position, SAMPLES, directed, &error),
                &error);
    assert_fine(
        nd_bin_frames(&(nd_axis){.position = directed, .bins = BINS}, 1, SAMPLES, made.bin, &error),
        &error);
    return made;
}

static void free_measured(measured *made) {
    nd_run_close(made->run);
    support_remove(made->folder);
}

/* The activity of a snapshot through the public forward pass. */
static void activity_of(const measured *made, size_t snapshot, double *activity) {
    nd_error error = {0};
    nd_parameters *parameters = nd_run_parameters_new(made->run, &error);
    assert_fine(nd_run_snapshot(made->run, snapshot, parameters, &error), &error);
    assert_fine(
        nd_forward(parameters, "relu", made->run->dataset->input, SAMPLES, activity, NULL, &error),
        &error);
    nd_parameters_free(parameters);
}

static void assert_row(const measured *made, const char *name, size_t snapshot,
                       const double *values, size_t count) {
    nd_error error = {0};
    double *row = calloc(count, sizeof *row);
    assert_fine(nd_nc_get_row(made->run->file, name, snapshot, row, count, &error), &error);
    if (memcmp(row, values, count * sizeof *row) != 0)
        fail_msg("%s of snapshot %zu is not the file's to the last bit", name, snapshot);
    free(row);
}

/* 6 snapshots x (curves and every number of a curve), occupancy, both correlations, both rates: 34
 * results of the file. */
static void test_the_numbers_of_a_run_file(void **state) {
    (void)state;
    nd_error error = {0};
    measured made = measured_run();
    double *activity = calloc(SAMPLES * HIDDEN, sizeof *activity);
    double *maps = calloc(SNAPSHOTS * VALUES, sizeof *maps), occupancy[BINS], there[BINS];
    bool use[SNAPSHOTS * HIDDEN];
    size_t compared = 0;
    for (size_t s = 0; s < SNAPSHOTS; s++) {
        double *curves = maps + s * VALUES, values[HIDDEN];
        activity_of(&made, s, activity);
        nd_matrix matrix = {ND_FLOAT64,    SAMPLES, HIDDEN, activity, HIDDEN * sizeof(double),
                            sizeof(double)};
        assert_fine(nd_tuning(&matrix, made.bin, BINS, occupancy, curves, &error), &error);
        assert_row(&made, "tuning_curves", s, curves, VALUES);
        compared++;
        nd_curve_measure measure;
        for (size_t k = 0; nd_curve_measure_describe(k, &measure); k++, compared++) {
            assert_fine(
                nd_measure_curves(measure.name, curves, occupancy, HIDDEN, BINS, values, &error),
                &error);
            assert_row(&made, measure.name, s, values, HIDDEN);
            for (size_t u = 0; k == 0 && u < HIDDEN; u++)
                use[s * HIDDEN + u] = values[u] > 0.01;
        }
    }
    assert_fine(nd_nc_get(made.run->file, "occupancy", there, BINS, &error), &error);
    assert_memory_equal(occupancy, there, sizeof there);
    assert_fine(nd_smooth_maps(maps, SNAPSHOTS * HIDDEN, 1, BINS, 6, false, &error), &error);
    double of_maps[SNAPSHOTS * SNAPSHOTS], of_vectors[SNAPSHOTS * SNAPSHOTS];
    assert_fine(nd_correlate_maps(maps, use, SNAPSHOTS, HIDDEN, BINS, of_maps, of_vectors, &error),
                &error);
    for (size_t s = 0; s < SNAPSHOTS; s++) {
        assert_row(&made, "rate_map_correlation", s, of_maps + s * SNAPSHOTS, SNAPSHOTS);
        assert_row(&made, "population_vector_correlation", s, of_vectors + s * SNAPSHOTS,
                   SNAPSHOTS);
    }
    assert_true(compared + 3 >= 30);
    free(activity);
    free(maps);
    free_measured(&made);
}

/* ---- Layouts ---- */

enum { FRAMES = 500, CELLS = 21, CURVE_BINS = 12 };

static double *made_activity(int64_t *bin) {
    double *activity = calloc(FRAMES * CELLS, sizeof *activity);
    nd_stream stream = nd_stream_at(3, ND_FOR_TEST, 0, 0);
    for (size_t f = 0; f < FRAMES; f++) {
        bin[f] = (int64_t)(nd_stream_uniform(&stream) * (CURVE_BINS - 1)) - (f % 17 == 0);
        for (size_t c = 0; c < CELLS; c++)
            if (nd_stream_uniform(&stream) < 0.2)
                activity[f * CELLS + c] = (float)(1 + nd_stream_uniform(&stream) * (double)(c + 1));
    }
    return activity;
}

static void tuning_of(nd_matrix matrix, const int64_t *bin, double *curves) {
    nd_error error = {0};
    double occupancy[CURVE_BINS];
    assert_fine(nd_tuning(&matrix, bin, CURVE_BINS, occupancy, curves, &error), &error);
}

/* C order, Fortran order, every second value of a wider array, reversed, one cell at a time,
 * float32: the same curves, which are those of measure/tuning.c. */
static void test_layouts(void **state) {
    (void)state;
    int64_t bin[FRAMES], backwards[FRAMES];
    double *activity = made_activity(bin), *turned = calloc(FRAMES * CELLS, sizeof *turned);
    double *wide = calloc(FRAMES * CELLS * 2, sizeof *wide);
    float *single = calloc(FRAMES * CELLS, sizeof *single);
    double occupancy[CURVE_BINS], expected[CELLS * CURVE_BINS], curves[CELLS * CURVE_BINS];
    const ptrdiff_t d = sizeof(double), s = sizeof(float);
    for (size_t f = 0; f < FRAMES; f++) {
        backwards[f] = bin[FRAMES - 1 - f];
        for (size_t c = 0; c < CELLS; c++) {
            turned[c * FRAMES + f] = wide[2 * (f * CELLS + c)] = activity[f * CELLS + c];
            single[f * CELLS + c] = (float)activity[f * CELLS + c];
        }
    }
    nd_tuning_curves(activity, FRAMES, CELLS, bin, CURVE_BINS, occupancy, expected);
    assert_true(isnan(expected[CURVE_BINS - 1])); /* the last bin is never visited */
    const nd_matrix layouts[] = {
        {ND_FLOAT64, FRAMES, CELLS, activity, CELLS * d, d},
        {ND_FLOAT64, FRAMES, CELLS, turned, d, FRAMES * d},
        {ND_FLOAT64, FRAMES, CELLS, wide, 2 * CELLS * d, 2 * d},
        {ND_FLOAT32, FRAMES, CELLS, single, CELLS * s, s},
    };
    for (size_t i = 0; i < 4; i++) {
        memset(curves, 0, sizeof curves);
        tuning_of(layouts[i], bin, curves);
        assert_memory_equal(curves, expected, sizeof curves);
    }
    /* Cells from the last to the first. */
    tuning_of((nd_matrix){ND_FLOAT64, FRAMES, CELLS, activity + CELLS - 1, CELLS * d, -d}, bin,
              curves);
    for (size_t c = 0; c < CELLS; c++)
        assert_memory_equal(curves + c * CURVE_BINS, expected + (CELLS - 1 - c) * CURVE_BINS,
                            CURVE_BINS * sizeof *curves);
    /* Frames from the last to the first: another order of the sums. */
    tuning_of(
        (nd_matrix){ND_FLOAT64, FRAMES, CELLS, activity + (FRAMES - 1) * CELLS, -CELLS * d, d},
        backwards, curves);
    assert_close("backwards", curves, expected, CELLS * CURVE_BINS, 1e-13, 1);
    for (size_t c = 0; c < CELLS; c++)
        tuning_of((nd_matrix){ND_FLOAT64, FRAMES, 1, activity + c, CELLS * d, d}, bin,
                  curves + c * CURVE_BINS);
    assert_memory_equal(curves, expected, sizeof curves);
    free(activity);
    free(turned);
    free(wide);
    free(single);
}

/* ---- Sparse ---- */

/* A matrix and its lists of events give the same, and that is what the measures' own functions
 * give: frames without a bin are as if they were not there. */
static void test_sparse(void **state) {
    (void)state;
    nd_error error = {0};
    int64_t bin[FRAMES];
    double *activity = made_activity(bin);
    size_t start[CELLS + 1] = {0}, cells[CELLS], events = 0;
    uint32_t *frame = calloc(FRAMES * CELLS, sizeof *frame);
    double *amount = calloc(FRAMES * CELLS, sizeof *amount);
    for (size_t c = 0; c < CELLS; c++) {
        cells[c] = c;
        for (size_t f = 0; f < FRAMES; f++)
            if (activity[f * CELLS + c] != 0) {
                frame[events] = (uint32_t)f;
                amount[events++] = activity[f * CELLS + c];
            }
        start[c + 1] = events;
    }
    nd_matrix matrix = {ND_FLOAT64,    FRAMES, CELLS, activity, CELLS * sizeof(double),
                        sizeof(double)};
    nd_sparse *of[] = {
        nd_sparse_from_matrix(&matrix, bin, CURVE_BINS, 0.1, &error),
        nd_sparse_from_events(start, frame, amount, CELLS, bin, FRAMES, CURVE_BINS, 0.1, &error)};
    nd_sparse_activity inside;
    nd_responses responses;
    double naive[CELLS * ND_INFORMATIONS], p[CELLS], mean[CELLS], curves[CELLS * CURVE_BINS],
        occupancy[CURVE_BINS];
    assert_fine(of[0] && of[1], &error);
    assert_fine(
        nd_sparse_activity_from(activity, FRAMES, CELLS, bin, CURVE_BINS, 0.1, &inside, &error),
        &error);
    assert_true(
        nd_responses_choose(&inside.view, cells, CELLS, &responses, &error) &&
        nd_naive_information(&inside.view, cells, CELLS, &responses, naive, &error) &&
        nd_shuffle_test(&inside.view, cells, CELLS, 50, ND_SHUFFLE_CYCLIC, 7, 1, p, mean, &error));
    nd_tuning_curves(activity, FRAMES, CELLS, bin, CURVE_BINS, occupancy, curves);
    for (int i = 0; i < 2; i++) {
        double si[CELLS], rate[CELLS], mi[CELLS], found[CELLS], found_mean[CELLS],
            found_curves[CELLS * CURVE_BINS], found_occupancy[CURVE_BINS], hertz[CELLS];
        size_t frames, cell_count, bins, active[CELLS];
        nd_sparse_shape(of[i], &frames, &cell_count, &bins);
        assert_int_equal(frames, inside.view.frames);
        assert_int_equal(cell_count, CELLS);
        assert_int_equal(bins, CURVE_BINS);
        assert_fine(nd_sparse_information(of[i], si, rate, mi, &error), &error);
        assert_fine(
            nd_sparse_significance(of[i], 50, ND_TEAR_CYCLIC, 7, 2, found, found_mean, &error),
            &error);
        assert_fine(nd_sparse_tuning(of[i], found_occupancy, found_curves, &error), &error);
        assert_fine(nd_sparse_activity_of_cells(of[i], active, hertz, &error), &error);
        for (size_t c = 0; c < CELLS; c++) {
            assert_true(si[c] == naive[c * ND_INFORMATIONS]);
            assert_true(rate[c] == naive[c * ND_INFORMATIONS + 1]);
            assert_true(mi[c] == naive[c * ND_INFORMATIONS + 2]);
            assert_int_equal(active[c], nd_active_frames(&inside.view, c));
            assert_true(hertz[c] ==
                        nd_total_amount(&inside.view, c) / ((double)inside.view.frames * 0.1));
        }
        assert_memory_equal(found, p, sizeof p);
        assert_memory_equal(found_mean, mean, sizeof mean);
        assert_memory_equal(found_curves, curves, sizeof curves);
        assert_memory_equal(found_occupancy, occupancy, sizeof occupancy);
    }
    nd_responses_clear(&responses);
    nd_sparse_activity_clear(&inside);
    nd_sparse_free(of[0]);
    nd_sparse_free(of[1]);
    free(activity);
    free(frame);
    free(amount);
}

/* Corrections of the cells of a session are those of its own curves; of noise, small. */
static void test_corrections(void **state) {
    (void)state;
    nd_error error = {0};
    int64_t bin[FRAMES];
    double *activity = made_activity(bin);
    nd_matrix matrix = {ND_FLOAT64,    FRAMES, CELLS, activity, CELLS * sizeof(double),
                        sizeof(double)};
    nd_sparse *sparse = nd_sparse_from_matrix(&matrix, bin, CURVE_BINS, 0.1, &error);
    assert_fine(sparse != NULL, &error);
    nd_subsampling how = {.repetitions = 20, .block = 1, .seed = 5};
    nd_subsampling on_two = how;
    on_two.threads = 2;
    for (int bias = 0; bias < 4; bias++) {
        double naive[CELLS], values[CELLS], again[CELLS], mean = 0, mean_naive = 0;
        assert_fine(nd_sparse_information(sparse, naive, NULL, NULL, &error), &error);
        assert_fine(
            nd_sparse_corrected(sparse, ND_BIT_EVENT, (nd_bias)bias, &how, NULL, values, &error),
            &error);
        assert_fine(
            nd_sparse_corrected(sparse, ND_BIT_EVENT, (nd_bias)bias, &on_two, NULL, again, &error),
            &error);
        assert_memory_equal(values, again, sizeof values);
        for (size_t c = 0; c < CELLS; c++) {
            mean += values[c] / CELLS;
            mean_naive += naive[c] / CELLS;
        }
        if (!(mean_naive > 0.05 && fabs(mean) < mean_naive / 3))
            fail_msg("correction %d: %g bit of %g are left where there are none", bias, mean,
                     mean_naive);
    }
    nd_sparse_free(sparse);
    free(activity);
    const double size[] = {1, 2, 3, 4}, naive[] = {1.2, 0.9, 0.8, 0.75}, torn[] = {1, 0.7, 0.6, .5};
    for (int bias = 0; bias < 4; bias++) {
        double value, expected = nd_correct((nd_correction)bias, size, naive, torn, 4);
        assert_fine(nd_correct_bias((nd_bias)bias, size, naive, torn, 4, &value, &error), &error);
        assert_true(value == expected);
    }
}

/* ---- Bins and series ---- */

/* Two axes make a map, the second runs fastest; what is not known or outside is left out; a
 * position after one that is not known has no direction. */
static void test_bins(void **state) {
    (void)state;
    nd_error error = {0};
    const double x[] = {0, 1, 2, 3, NAN, 5, 10}, y[] = {0, 0.5, 1, -1, 1, 0.99, 1};
    int64_t bin[7];
    const nd_axis plane[] = {{x, 5, 0, 10}, {y, 2, 0, 1}};
    const int64_t expected[] = {0, 1, 3, -1, -1, 5, 9};
    assert_fine(nd_bin_frames(plane, 2, 7, bin, &error), &error);
    assert_memory_equal(bin, expected, sizeof bin);
    const double way[] = {0, 1, 2, NAN, 3, 2, 2};
    const double directed[] = {0, 1, 2, NAN, NAN, -2, 0};
    double out[7];
    assert_fine(nd_direct_positions(way, 7, out, &error), &error);
    assert_close("directed", out, directed, 7, 0, 1);
}

static void test_series(void **state) {
    (void)state;
    nd_error error = {0};
    double time[40], values[40], fall[40], similarity[36];
    for (int i = 0; i < 40; i++) {
        time[i] = 10.0 * i;
        values[i] = 3 + 0.25 * time[i] + ((i * 7) % 5 - 2) * 0.1;
        fall[i] = 0.2 + 0.7 * exp(-0.02 * time[i]);
    }
    nd_trend_found trend;
    double published, fitted, r, p;
    assert_fine(nd_find_trend(time, values, 40, &trend, &error), &error);
    assert_between("slope", trend.slope, 0.249, 0.251);
    assert_true(trend.p < 1e-6 && trend.variance_factor >= 1);
    assert_fine(nd_sparsification(time, fall, 40, &published, &fitted, &error), &error);
    assert_between("fitted rate", fitted, 0.0199, 0.0201);
    assert_true(published > 0);
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++)
            similarity[i * 6 + j] = 1 - 0.1 * abs(i - j);
    assert_fine(nd_find_decay(time, similarity, 6, 1, &r, &p, &error), &error);
    assert_between("r", r, -1 - 1e-12, -1 + 1e-12);
    assert_between("p", p, 2.0 / 720 - 1e-12, 2.0 / 720 + 1e-12);
    assert_between("correlation", nd_correlation(time, values, 40), 0.99, 1);
    assert_true(isnan(nd_correlation(NULL, values, 40)));
}

/* Phases of the traces are those that `nulldrift phases` finds, number by number. */
static void test_phases(void **state) {
    (void)state;
    nd_error error = {0};
    enum { RECORDS = 400 };
    double step[RECORDS], loss[RECORDS], active[RECORDS], units[RECORDS];
    nd_stream draw = nd_stream_at(8, ND_FOR_TEST, 0, 0);
    for (int i = 0; i < RECORDS; i++) {
        step[i] = 1000.0 * i;
        loss[i] = 1e-4 + exp(-0.4 * i) + 1e-6 * nd_stream_uniform(&draw);
        units[i] = (i < 200 ? 1 - 0.0035 * i : 0.3) + 0.002 * nd_stream_gaussian(&draw);
        active[i] = 0.5 * units[i];
    }
    const nd_learning_traces traces = {.records = RECORDS,
                                       .step = step,
                                       .loss = loss,
                                       .active_fraction = active,
                                       .fraction_active_units = units};
    const nd_phase_traces same = {.records = RECORDS,
                                  .step = step,
                                  .loss = loss,
                                  .active_fraction = active,
                                  .fraction_active_units = units};
    nd_learning_phase phases[3];
    nd_phases inside;
    assert_fine(nd_find_phases(&traces, phases, &error), &error);
    assert_fine(nd_phases_find(&same, &inside, &error), &error);
    assert_true(phases[0].seen && phases[1].seen);
    assert_true(phases[0].from_step == 0 && phases[1].from_step == phases[0].to_step);
    for (size_t i = 0; i < 3; i++) {
        if (phases[i].seen)
            assert_true(phases[i].to_step == inside.end_step[i]);
        else
            assert_true(isnan(phases[i].to_step));
        assert_int_equal(phases[i].claimed, nd_phase_claimed(&inside, i));
        for (size_t k = 0; k < ND_PHASE_CHANGES; k++) {
            const nd_metric_change *change = &inside.metric[i][k];
            const double values[] = {phases[i].change[k].from, phases[i].change[k].to,
                                     phases[i].change[k].slope, phases[i].change[k].p};
            const double expected[] = {change->from, change->to, change->slope, change->p};
            assert_close("change", values, expected, 4, 0, 0);
            assert_string_equal(phases[i].change[k].change, nd_change_words(change->change));
        }
    }
    assert_between("the fall's end", phases[1].to_step, 150e3, 210e3);
    assert_true(strlen(phases[2].words) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_numbers_of_a_run_file),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_corrections),
        cmocka_unit_test(test_bins),
        cmocka_unit_test(test_series),
        cmocka_unit_test(test_phases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
