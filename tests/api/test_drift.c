/* Measures of drift on a caller's own arrays are those of the same cells inside the library, to the
 * last bit; of a run they are what the program writes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "followed_cells.h"
#include "support.h"

enum { SESSIONS = 6, CELLS = 9, BINS = 20, FRAMES = 400 };

/* Fields that move by a bin and a half a session; one cell falls silent, one is not found once. */
static nd_followed *make_cells(void) {
    nd_followed *of = followed_cells(SESSIONS, CELLS, BINS);
    for (size_t s = 0; s < SESSIONS; s++)
        for (size_t c = 0; c < CELLS; c++)
            if (c > 0 || s < 3)
                followed_field(of, s, c, 2 + 2.0 * (double)c + (c % 3 == 0 ? 1.5 : 0.3) * (double)s,
                               2, 5);
    of->state[2 * CELLS + 4] = ND_CELL_NOT_FOUND;
    of->tuned[2 * CELLS + 4] = false;
    of->rate[2 * CELLS + 4] = NAN;
    for (size_t b = 0; b < BINS; b++)
        of->map[(2 * CELLS + 4) * BINS + b] = NAN;
    of->bin_width_x = 5;
    of->smoothing = 1;
    for (size_t s = 0; s < SESSIONS; s++) {
        of->experience[ND_EXPERIENCE_VISITS][s] = (double)s + 1;
        of->experience[ND_EXPERIENCE_MINUTES][s] = 10 * (double)(s * s);
    }
    free(of->position_unit);
    free(of->time_unit);
    of->position_unit = strdup("cm");
    of->time_unit = strdup("day");
    return of;
}

/* What each session did in its frames: the maps' peaks, as spikes. */
static nd_sparse *frames_of(const nd_followed *of, size_t session) {
    nd_error error = {0};
    double *activity = calloc((size_t)FRAMES * CELLS, sizeof *activity);
    int64_t bin[FRAMES];
    for (size_t f = 0; f < FRAMES; f++) {
        bin[f] = (int64_t)(f / 2 % BINS);
        for (size_t c = 0; c < CELLS; c++)
            activity[f * CELLS + c] = nd_map_of(of, session, c)[bin[f]] > 2 + (double)(f % 3);
    }
    const nd_matrix matrix = {ND_FLOAT64,    FRAMES, CELLS, activity, CELLS * sizeof(double),
                              sizeof(double)};
    nd_sparse *sparse = nd_sparse_from_matrix(&matrix, bin, BINS, 0.1, &error);
    assert_fine(sparse != NULL, &error);
    free(activity);
    return sparse;
}

static const nd_followed_layout LAYOUT = {.cells = CELLS,
                                          .bins_x = BINS,
                                          .bin_width_x = 5,
                                          .smoothing = 1,
                                          .position_unit = "cm",
                                          .time_unit = "day"};

/* The same by the interface, the last session first. */
static nd_followed_cells *give_cells(const nd_followed *of, nd_sparse *const *activity) {
    nd_error error = {0};
    nd_followed_cells *cells = nd_followed_cells_new(&LAYOUT, &error);
    assert_fine(cells != NULL, &error);
    for (size_t s = SESSIONS; s-- > 0;) {
        bool found[CELLS], active[CELLS];
        double experience[3];
        for (size_t c = 0; c < CELLS; c++) {
            found[c] = nd_state_of(of, s, c) != ND_CELL_NOT_FOUND;
            active[c] = nd_state_of(of, s, c) == ND_CELL_ACTIVE;
        }
        for (size_t k = 0; k < 3; k++)
            experience[k] = of->experience[k][s];
        const nd_followed_session session = {.time = of->time[s],
                                             .maps = nd_map_of(of, s, 0),
                                             .occupancy = of->occupancy + s * BINS,
                                             .found = found,
                                             .active = active,
                                             .tuned = of->tuned + s * CELLS,
                                             .rate = of->rate + s * CELLS,
                                             .experience = experience,
                                             .activity = activity ? activity[s] : NULL};
        assert_fine(nd_followed_cells_add(cells, &session, &error), &error);
    }
    return cells;
}

static double *values_of(const nd_contents *contents, const char *name, const char *suffix,
                         size_t count) {
    nd_error error = {0};
    char full[200];
    double *values = calloc(count, sizeof *values);
    snprintf(full, sizeof full, "%s%s", name, suffix);
    assert_fine(nd_contents_numbers(contents, full, values, count, &error), &error);
    return values;
}

static void assert_same(const char *what, double a, double b) {
    if (a != b && !(isnan(a) && isnan(b)))
        fail_msg("%s: %.17g and %.17g", what, a, b);
}

/* Every measure: matrices, tests against time, numbers with their errors. */
static size_t compare(const nd_contents *contents, const nd_drift_measures *m) {
    nd_drift_description about;
    size_t known = 0, pairs = 0, numbers = 0;
    for (size_t i = 0; nd_drift_describe(i, &about); i++) {
        nd_error error = {0};
        nd_variable_view view;
        assert_fine(nd_contents_find(contents, about.name, &view, &error), &error);
        assert_string_equal(view.definition, about.definition);
        assert_null(strstr(view.unit, "position"));
        if (about.between_sessions) {
            double *all = values_of(contents, about.name, "", SESSIONS * SESSIONS);
            for (size_t k = 0; k < SESSIONS * SESSIONS; k++) {
                assert_same(about.name, all[k], m->pair[pairs][k]);
                known += !isnan(all[k]);
            }
            double *decay = values_of(contents, about.name, "_decay", 1);
            double *p = values_of(contents, about.name, "_decay_p", 1);
            assert_same(about.name, decay[0], m->decay[pairs]);
            assert_same(about.name, p[0], m->decay_p[pairs]);
            pairs++;
            free(all);
            free(decay);
            free(p);
        } else {
            double *value = values_of(contents, about.name, "", 1);
            double *deviation = values_of(contents, about.name, "_error", 1);
            assert_same(about.name, value[0], m->number[numbers]);
            assert_same(about.name, deviation[0], m->error[numbers]);
            numbers++;
            known += !isnan(value[0]);
            free(value);
            free(deviation);
        }
    }
    assert_true(pairs == ND_DRIFT_PAIRS && numbers == ND_DRIFT_NUMBERS);
    return known;
}

static void test_maps_alone(void **state) {
    (void)state;
    nd_error error = {0};
    nd_followed *of = make_cells();
    nd_followed_cells *cells = give_cells(of, NULL);
    nd_drift_measures *inside = followed_measure(of, 1);
    nd_contents *contents = nd_followed_cells_drift(cells, 7, 2, &error);
    assert_fine(contents != NULL, &error);
    assert_true(compare(contents, inside) > 300);
    /* Known truth: the cell that was silent from the fourth session on is no more retained. */
    double *retention = values_of(contents, "retention", "", SESSIONS * SESSIONS);
    assert_true(retention[0 * SESSIONS + 1] == 1);
    assert_true(fabs(retention[0 * SESSIONS + 5] - (CELLS - 1.0) / CELLS) < 1e-12);
    double *time = values_of(contents, "session_time", "", SESSIONS);
    assert_true(time[0] == 0 && time[5] == 5);
    nd_variable_view view;
    assert_fine(nd_contents_find(contents, "field_diffusion_constant", &view, &error), &error);
    assert_string_equal(view.unit, "cm^2/day");
    nd_attribute_view why;
    bool told = false;
    for (size_t i = 0; nd_contents_attribute(contents, NULL, i, &why); i++)
        told = told || (strcmp(why.name, "drift_reasons") == 0 &&
                        strstr(why.text, "decoding_error: there is no activity in time"));
    assert_true(told);
    free(retention);
    free(time);
    nd_contents_close(contents);
    nd_drift_measures_free(inside);
    nd_followed_cells_free(cells);
    nd_followed_free(of);
}

static void test_with_frames(void **state) {
    (void)state;
    nd_error error = {0};
    nd_followed *of = make_cells();
    nd_sparse *activity[SESSIONS];
    for (size_t s = 0; s < SESSIONS; s++)
        activity[s] = frames_of(of, s);
    nd_followed_cells *cells = give_cells(of, activity);
    nd_contents *contents = nd_followed_cells_drift(cells, 7, 1, &error);
    assert_fine(contents != NULL, &error);
    double *decoding = values_of(contents, "decoding_error", "", SESSIONS * SESSIONS);
    assert_false(isnan(decoding[1]));
    assert_true(decoding[1] >= 0 && decoding[1] < 50);
    free(decoding);
    nd_contents_close(contents);
    nd_followed_cells_free(cells);
    for (size_t s = 0; s < SESSIONS; s++)
        nd_sparse_free(activity[s]);
    nd_followed_free(of);
}

/* Sessions that are not for each other, and what is no number. */
static void test_wrong_sessions(void **state) {
    (void)state;
    nd_error error = {0};
    nd_followed *of = make_cells();
    nd_followed_cells *cells = give_cells(of, NULL);
    nd_sparse *frames = frames_of(of, 0);
    double bad[CELLS * BINS] = {0}, less[BINS] = {-1}, none[BINS] = {0};
    unsigned char half[FRAMES] = {2};
    bad[7] = INFINITY;
    const nd_followed_session right = {.time = 9, .maps = nd_map_of(of, 0, 0)};
    nd_followed_session wrong[9];
    for (size_t i = 0; i < 9; i++)
        wrong[i] = right;
    wrong[0].time = NAN;
    wrong[1].maps = bad;
    wrong[2].occupancy = less;
    wrong[3].occupancy = none;
    wrong[4].half_maps = bad;
    wrong[5].speed = none;
    wrong[6].activity = frames;
    wrong[7].half = half;
    wrong[8].rate = less;
    for (size_t i = 0; i < 9; i++) {
        error = (nd_error){0};
        if (nd_followed_cells_add(cells, &wrong[i], &error))
            fail_msg("wrong session %zu was taken", i);
        assert_int_equal(error.code, ND_CODE_ARGUMENT);
    }
    nd_contents *contents = nd_followed_cells_drift(cells, 7, 1, &error);
    assert_fine(contents != NULL, &error);
    nd_variable_view view;
    assert_true(nd_contents_find(contents, "session_time", &view, &error) &&
                view.count == SESSIONS);
    nd_contents_close(contents);
    nd_sparse_free(frames);
    nd_followed_cells_free(cells);
    nd_followed_free(of);
}

static const char TEXT[] = "world: {task: predictive-track, samples: 60, input_dim: 3}\n"
                           "network: {hidden: 8}\nlearning: {update_noise: 0.05}\n"
                           "run: {steps: 600, records: 31, snapshots: 6}\n";

static void test_of_a_run(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(), ours[400], theirs[400], line[1200];
    snprintf(ours, sizeof ours, "%s/ours.nc", folder);
    snprintf(theirs, sizeof theirs, "%s/theirs.nc", folder);
    nd_experiment *experiment = nd_experiment_parse(TEXT, "t", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    for (int k = 0; k < 2; k++)
        assert_fine(nd_simulate(experiment, k ? theirs : ours, NULL, NULL, &error) ==
                        ND_RUN_COMPLETE,
                    &error);
    assert_fine(nd_drift_file(ours, 2, &error), &error);
    snprintf(line, sizeof line, "'%s' measure --drift -q '%s' >'%s/out' 2>&1", ND_PROGRAM, theirs,
             folder);
    assert_int_equal(system(line), 0);
    nd_contents *a = nd_contents_open(ours, &error), *b = nd_contents_open(theirs, &error);
    assert_fine(a && b, &error);
    nd_drift_description about;
    size_t compared = 0, known = 0;
    for (size_t i = 0; nd_drift_describe(i, &about); i++, compared++) {
        size_t count = about.between_sessions ? SESSIONS * SESSIONS : 1;
        double *x = values_of(a, about.name, "", count), *y = values_of(b, about.name, "", count);
        for (size_t k = 0; k < count; k++) {
            assert_same(about.name, x[k], y[k]);
            known += !isnan(x[k]);
        }
        free(x);
        free(y);
    }
    assert_true(compared > 60 && known > 100);
    nd_contents_close(a);
    nd_contents_close(b);
    nd_experiment_free(experiment);
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maps_alone),
        cmocka_unit_test(test_with_frames),
        cmocka_unit_test(test_wrong_sessions),
        cmocka_unit_test(test_of_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
