/* Sessions from arrays say what the same recording says when it is read from a manifest's files, to
 * the last bit; what a manifest says is in the columns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "support.h"

enum { SESSIONS = 5, FRAMES = 1500, CELLS = 12 };

typedef struct mouse {
    double position[SESSIONS][FRAMES], speed[SESSIONS][FRAMES];
    double activity[SESSIONS][FRAMES * CELLS];
    int64_t ids[CELLS];
} mouse;

/* Back and forth along 0 .. 1, with some rest; place cells whose fields wander. */
static mouse *make_mouse(void) {
    mouse *made = calloc(1, sizeof *made);
    nd_stream draw = nd_stream_at(11, ND_FOR_TEST, 0, 0);
    double centre[CELLS];
    for (size_t c = 0; c < CELLS; c++) {
        centre[c] = ((double)c + 0.5) / CELLS;
        made->ids[c] = 100 + (int64_t)c;
    }
    for (size_t s = 0; s < SESSIONS; s++) {
        for (size_t f = 0; f < FRAMES; f++) {
            size_t along = f % 120;
            double x = (double)(along < 60 ? along : 119 - along) / 59;
            made->position[s][f] = x;
            made->speed[s][f] = along % 60 < 3 ? 0 : 0.3;
            for (size_t c = 0; c < CELLS; c++) {
                double away = (x - centre[c]) / 0.08;
                bool fires = nd_stream_uniform(&draw) < 0.4 * exp(-0.5 * away * away) + 0.01;
                made->activity[s][f * CELLS + c] = fires;
            }
        }
        for (size_t c = 0; c < CELLS; c++)
            centre[c] = fmod(centre[c] + 0.1 * nd_stream_uniform(&draw), 1);
    }
    return made;
}

static nd_session_settings quick(void) {
    nd_session_settings settings = nd_session_settings_usual();
    settings.shuffles = 50;
    settings.repetitions = 5;
    settings.minimum_speed = 0.1;
    settings.smoothing = 1;
    return settings;
}

static nd_session_arrays session_of(const mouse *made, size_t s) {
    static const char *const labels[SESSIONS] = {"one", "two", "three", "four", "five"};
    return (nd_session_arrays){.animal = "M1",
                               .environment = "track",
                               .label = labels[s],
                               .day = 1 + 2 * (double)s,
                               .activity = {ND_FLOAT64, FRAMES, CELLS, made->activity[s],
                                            CELLS * sizeof(double), sizeof(double)},
                               .frame_seconds = 0.0625,
                               .position = made->position[s],
                               .speed = made->speed[s],
                               .cell_id = made->ids};
}

static nd_sessions *gather(const mouse *made) {
    nd_error error = {0};
    nd_session_settings settings = quick();
    nd_sessions *sessions = nd_sessions_new(&settings, "made", "m", "spikes", &error);
    assert_fine(sessions != NULL, &error);
    for (size_t s = SESSIONS; s-- > 0;) { /* in any order */
        nd_session_arrays one = session_of(made, s);
        assert_fine(nd_sessions_add(sessions, &one, &error), &error);
    }
    return sessions;
}

static nd_column column_of(const nd_analysis *analysis, nd_analysis_table table, const char *name) {
    nd_column column;
    for (size_t i = 0; nd_analysis_column(analysis, table, i, &column); i++)
        if (strcmp(column.name, name) == 0)
            return column;
    fail_msg("there is no column %s", name);
    return column;
}

/* The same sessions written as CSV, with a manifest. */
static void write_files(const mouse *made, const char *folder, const char *more) {
    char path[400];
    snprintf(path, sizeof path, "%s/made.yaml", folder);
    FILE *manifest = fopen(path, "w");
    fprintf(manifest,
            "name: made\nposition_unit: m\nactivity_unit: spikes\nbins: 20\n"
            "minimum_speed: 0.1\n%ssmoothing: 1\nsignificance: {shuffles: 50}\n"
            "corrections: {repetitions: 5}\ndefaults: {animal: M1, environment: track, "
            "registered: true, speed: {column: velocity}}\nsessions:\n",
            more);
    for (size_t s = 0; s < SESSIONS; s++) {
        nd_session_arrays one = session_of(made, s);
        fprintf(manifest, "  - {label: %s, day: %g, file: %zu.csv}\n", one.label, one.day, s);
        snprintf(path, sizeof path, "%s/%zu.csv", folder, s);
        FILE *file = fopen(path, "w");
        fprintf(file, "time,position,velocity");
        for (size_t c = 0; c < CELLS; c++)
            fprintf(file, ",cell_%zu", 100 + c);
        for (size_t f = 0; f < FRAMES; f++) {
            fprintf(file, "\n%.17g,%.17g,%.17g", (double)f * one.frame_seconds,
                    made->position[s][f], made->speed[s][f]);
            for (size_t c = 0; c < CELLS; c++)
                fprintf(file, ",%g", made->activity[s][f * CELLS + c]);
        }
        fprintf(file, "\n");
        fclose(file);
    }
    fclose(manifest);
}

static void assert_same_column(const nd_column *a, const nd_column *b) {
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->unit, b->unit);
    assert_string_equal(a->definition, b->definition);
    assert_int_equal(a->rows, b->rows);
    for (size_t i = 0; i < a->rows; i++)
        if (a->texts
                ? strcmp(a->texts[i], b->texts[i]) != 0
                : a->numbers[i] != b->numbers[i] && !(isnan(a->numbers[i]) && isnan(b->numbers[i])))
            fail_msg("%s differs in row %zu", a->name, i);
}

/* Every column of every table: more than 100 of them. */
static void test_arrays_are_what_files_are(void **state) {
    (void)state;
    nd_error error = {0};
    mouse *made = make_mouse();
    char *folder = support_folder(), path[400];
    write_files(made, folder, "");
    snprintf(path, sizeof path, "%s/made.yaml", folder);
    nd_sessions *sessions = gather(made);
    nd_analysis *of_arrays = nd_sessions_analyse(sessions, 1, NULL, &error);
    assert_fine(of_arrays != NULL, &error);
    nd_analysis *of_files = nd_manifest_analyse_following(path, true, 2, NULL, &error);
    assert_fine(of_files != NULL, &error);
    size_t compared = 0;
    for (int t = 0; t <= ND_TABLE_DRIFT; t++) {
        nd_column a, b;
        size_t columns = nd_analysis_columns(of_arrays, (nd_analysis_table)t);
        assert_int_equal(columns, nd_analysis_columns(of_files, (nd_analysis_table)t));
        for (size_t i = 0; i < columns; i++, compared++) {
            assert_true(nd_analysis_column(of_arrays, (nd_analysis_table)t, i, &a) &&
                        nd_analysis_column(of_files, (nd_analysis_table)t, i, &b));
            assert_same_column(&a, &b);
        }
        assert_false(nd_analysis_column(of_arrays, (nd_analysis_table)t, columns, &a));
    }
    assert_true(compared > 100);
    nd_column day = column_of(of_arrays, ND_TABLE_SESSIONS, "day");
    nd_column read = column_of(of_arrays, ND_TABLE_SESSIONS, "frames_read");
    nd_column frames = column_of(of_arrays, ND_TABLE_SESSIONS, "frames");
    nd_column cells = column_of(of_arrays, ND_TABLE_SESSIONS, "cells");
    nd_column id = column_of(of_arrays, ND_TABLE_CELLS, "id");
    assert_true(day.rows == SESSIONS && day.numbers[0] == 1 && day.numbers[4] == 9);
    assert_true(read.numbers[0] == FRAMES && frames.numbers[0] == FRAMES * 0.95);
    assert_true(cells.numbers[2] == CELLS && id.numbers[0] == 100);
    nd_column bits = column_of(of_arrays, ND_TABLE_CELLS, "si_bit_spike");
    assert_string_equal(bits.unit, "bit/spike");
    assert_true(bits.numbers[0] > 0.5);
    nd_column verdict = column_of(of_arrays, ND_TABLE_VERDICTS, "verdict");
    assert_true(verdict.rows >= 1 && verdict.texts[0][0]);
    const int stop = 1;
    const nd_watch watch = {.stop = &stop};
    assert_null(nd_sessions_analyse(sessions, 1, &watch, &error));
    assert_int_equal(error.code, ND_CODE_STOPPED);
    /* Again, with a session more: the first analysis is as it was. */
    nd_session_arrays further = session_of(made, 0);
    further.day = 20;
    further.label = "six";
    assert_fine(nd_sessions_add(sessions, &further, &error), &error);
    nd_analysis *again = nd_sessions_analyse(sessions, 1, NULL, &error);
    assert_fine(again != NULL, &error);
    assert_int_equal(column_of(again, ND_TABLE_SESSIONS, "day").rows, SESSIONS + 1);
    assert_true(day.numbers[4] == 9);
    nd_analysis_free(again);
    nd_analysis_free(of_arrays);
    nd_analysis_free(of_files);
    nd_sessions_free(sessions);
    free(made);
    support_remove(folder);
}

/* What the program leaves of the same sessions, by name: every variable and every attribute but the
 * history, to the last bit. */
static void assert_same_contents(nd_contents *ours, nd_contents *theirs) {
    nd_error error = {0};
    nd_variable_view a, b;
    nd_attribute_view x, y;
    size_t variables = 0, attributes = 0;
    for (; nd_contents_variable(theirs, variables, &b); variables++) {
        assert_fine(nd_contents_find(ours, b.name, &a, &error), &error);
        assert_true(a.count == b.count && a.rank == b.rank && a.stored == b.stored);
        assert_string_equal(a.unit, b.unit);
        assert_string_equal(a.definition, b.definition);
        for (size_t d = 0; d < a.rank; d++)
            assert_string_equal(a.dimension[d], b.dimension[d]);
        for (size_t i = 0; nd_contents_attribute(theirs, b.name, i, &y); i++)
            assert_true(nd_contents_attribute(ours, b.name, i, &x) &&
                        strcmp(x.text ? x.text : "", y.text ? y.text : "") == 0);
        if (b.stored == ND_STORED_TEXT) {
            const char *const *p = nd_contents_texts(ours, b.name, &error);
            const char *const *q = nd_contents_texts(theirs, b.name, &error);
            assert_fine(p && q, &error);
            for (size_t i = 0; i < b.count; i++)
                assert_string_equal(p[i], q[i]);
            continue;
        }
        double *p = calloc(b.count, sizeof *p), *q = calloc(b.count, sizeof *q);
        assert_fine(nd_contents_numbers(ours, b.name, p, b.count, &error) &&
                        nd_contents_numbers(theirs, b.name, q, b.count, &error),
                    &error);
        for (size_t i = 0; i < b.count; i++)
            if (p[i] != q[i] && !(isnan(p[i]) && isnan(q[i])))
                fail_msg("%s differs at %zu: %g and %g", b.name, i, p[i], q[i]);
        free(p);
        free(q);
    }
    assert_false(nd_contents_variable(ours, variables, &a));
    assert_true(variables > 300);
    for (size_t i = 0; nd_contents_attribute(theirs, NULL, i, &y); i++) {
        if (strcmp(y.name, "history") == 0)
            continue;
        assert_true(nd_contents_attribute(ours, NULL, attributes++, &x));
        assert_string_equal(x.name, y.name);
        assert_string_equal(x.text, y.text);
    }
    assert_true(attributes > 8);
}

/* The analysis of arrays as named variables, as a file, as tables, as pictures. */
static void test_everything_that_record_leaves(void **state) {
    (void)state;
    nd_error error = {0};
    mouse *made = make_mouse();
    char *folder = support_folder(), path[400], line[1200];
    write_files(made, folder, "");
    nd_sessions *sessions = gather(made);
    nd_analysis *analysis = nd_sessions_analyse(sessions, 1, NULL, &error);
    assert_fine(analysis != NULL, &error);
    snprintf(line, sizeof line,
             "cd '%s' && '%s' record made.yaml -o theirs --picture none -q >out 2>&1", folder,
             ND_PROGRAM);
    assert_int_equal(system(line), 0);
    snprintf(path, sizeof path, "%s/theirs.nc", folder);
    nd_contents *theirs = nd_contents_open(path, &error);
    nd_contents *ours = nd_analysis_contents(analysis, &error);
    assert_fine(ours && theirs, &error);
    assert_same_contents(ours, theirs);
    snprintf(path, sizeof path, "%s/ours.nc", folder);
    assert_fine(nd_analysis_save(analysis, path, false, &error), &error);
    assert_fine(nd_analysis_save(analysis, path, false, &error), &error); /* its own earlier one */
    nd_contents *saved = nd_contents_open(path, &error);
    assert_fine(saved != NULL, &error);
    assert_same_contents(saved, theirs);
    nd_contents_close(saved);
    snprintf(path, sizeof path, "%s/made.yaml", folder);
    assert_false(nd_analysis_save(analysis, path, false, &error));
    /* The tables of drift and of statistics hold the same numbers. */
    nd_column measure = column_of(analysis, ND_TABLE_DRIFT, "measure");
    nd_column units = column_of(analysis, ND_TABLE_DRIFT, "units");
    nd_column value = column_of(analysis, ND_TABLE_DRIFT, "value");
    nd_column p_of_r = column_of(analysis, ND_TABLE_DRIFT, "p_of_r");
    nd_column why = column_of(analysis, ND_TABLE_DRIFT, "missing_because");
    size_t known = 0;
    for (size_t row = 0; row < measure.rows; row++) {
        nd_variable_view view;
        char name[200];
        double there;
        assert_fine(nd_contents_find(ours, measure.texts[row], &view, &error), &error);
        assert_string_equal(view.unit, units.texts[row]);
        snprintf(name, sizeof name, "%s%s", measure.texts[row], view.rank == 2 ? "_decay_p" : "");
        assert_fine(nd_contents_numbers(ours, name, &there, 1, &error), &error);
        double here = view.rank == 2 ? p_of_r.numbers[row] : value.numbers[row];
        assert_true(here == there || (isnan(here) && isnan(there)));
        assert_true(isnan(here) == (why.texts[row][0] != 0));
        known += !isnan(here);
    }
    assert_between("known measures", (double)known, 30, 1e3);
    nd_column slopes = column_of(analysis, ND_TABLE_STATISTICS, "slope_per_day");
    assert_true(slopes.rows > 10 &&
                slopes.rows == column_of(analysis, ND_TABLE_STATISTICS, "p").rows);
    snprintf(path, sizeof path, "%s/drift.svg", folder);
    bool drawn = nd_draw_analysis("drift-measures", analysis, path, false, NULL, &error);
    if (system("command -v gnuplot >/dev/null") == 0)
        assert_fine(drawn, &error);
    else
        assert_non_null(strstr(error.what, "gnuplot"));
    assert_false(nd_draw_analysis("fig2", analysis, path, true, NULL, &error));
    nd_contents_close(ours);
    nd_contents_close(theirs);
    nd_analysis_free(analysis);
    nd_sessions_free(sessions);
    free(made);
    support_remove(folder);
}

/* Every column of two analyses. */
static void assert_same_tables(const nd_analysis *ours, const nd_analysis *theirs) {
    for (int t = 0; t <= ND_TABLE_DRIFT; t++) {
        nd_column a, b;
        size_t columns = nd_analysis_columns(ours, (nd_analysis_table)t);
        assert_int_equal(columns, nd_analysis_columns(theirs, (nd_analysis_table)t));
        for (size_t i = 0; i < columns; i++) {
            assert_true(nd_analysis_column(ours, (nd_analysis_table)t, i, &a) &&
                        nd_analysis_column(theirs, (nd_analysis_table)t, i, &b));
            assert_same_column(&a, &b);
        }
    }
}

/* Both ways of running apart, as the manifest's key `directions` does it. */
static void test_both_ways(void **state) {
    (void)state;
    static const char *const keys[] = {"directions: joint\n", "directions: separate\n"};
    nd_error error = {0};
    mouse *made = make_mouse();
    for (size_t s = 0; s < SESSIONS; s++)
        for (size_t f = 0; f < FRAMES; f++)
            made->speed[s][f] *= f % 120 < 60 ? 1 : -1;
    for (int k = 0; k < 2; k++) {
        char *folder = support_folder(), path[400];
        write_files(made, folder, keys[k]);
        snprintf(path, sizeof path, "%s/made.yaml", folder);
        nd_session_settings settings = quick();
        settings.ways = k ? ND_WAYS_SEPARATE : ND_WAYS_JOINT;
        nd_sessions *sessions = nd_sessions_new(&settings, "made", "m", "spikes", &error);
        assert_fine(sessions != NULL, &error);
        for (size_t s = 0; s < SESSIONS; s++) {
            nd_session_arrays one = session_of(made, s);
            assert_false(nd_sessions_add(sessions, &one, &error));
            assert_int_equal(error.code, ND_CODE_ARGUMENT);
            one.direction = made->speed[s];
            assert_fine(nd_sessions_add(sessions, &one, &error), &error);
        }
        nd_analysis *ours = nd_sessions_analyse(sessions, 1, NULL, &error);
        assert_fine(ours != NULL, &error);
        nd_analysis *theirs = nd_manifest_analyse(path, 1, NULL, &error);
        assert_fine(theirs != NULL, &error);
        assert_same_tables(ours, theirs);
        nd_column day = column_of(ours, ND_TABLE_SESSIONS, "day");
        assert_int_equal(day.rows, k ? 2 * SESSIONS : SESSIONS);
        nd_analysis_free(ours);
        nd_analysis_free(theirs);
        nd_sessions_free(sessions);
        support_remove(folder);
    }
    free(made);
}

/* Spikes in the frames in which they fall are the matrix of their counts; frames outside trials are
 * as frames without a position. */
static void test_spikes_and_trials(void **state) {
    (void)state;
    enum { LEAST = 2 };
    nd_error error = {0};
    mouse *made = make_mouse();
    double *spikes = calloc((size_t)FRAMES * CELLS + LEAST, sizeof *spikes), moved[FRAMES];
    size_t end[CELLS], count = 0;
    int32_t trial[FRAMES];
    nd_session_settings settings = quick();
    nd_sessions *by_spikes = nd_sessions_new(&settings, NULL, "m", "spikes", &error);
    nd_sessions *by_counts = nd_sessions_new(&settings, NULL, "m", "spikes", &error);
    assert_fine(by_spikes && by_counts, &error);
    for (size_t s = 0; s < LEAST; s++) {
        nd_session_arrays one = session_of(made, s);
        count = 0;
        for (size_t c = 0; c < CELLS; c++) {
            for (size_t f = FRAMES; f-- > 0;) /* in any order */
                for (int k = 0; k < (int)made->activity[s][f * CELLS + c]; k++)
                    spikes[count++] = ((double)f + 0.25) * one.frame_seconds;
            if (c == 3) { /* outside, and not known */
                spikes[count++] = -1;
                spikes[count++] = NAN;
            }
            end[c] = count;
        }
        for (size_t f = 0; f < FRAMES; f++) {
            trial[f] = f % 240 < 200 ? (int32_t)(f / 240) : -1;
            moved[f] = trial[f] < 0 ? NAN : made->position[s][f];
        }
        nd_session_arrays other = one;
        one.trial = trial;
        one.activity = (nd_matrix){0};
        one.spike_time = spikes;
        one.spike_end = end;
        one.cells = CELLS;
        one.frames = FRAMES;
        other.position = moved;
        assert_fine(nd_sessions_add(by_spikes, &one, &error), &error);
        assert_fine(nd_sessions_add(by_counts, &other, &error), &error);
        one.activity = other.activity;
        assert_false(nd_sessions_add(by_spikes, &one, &error));
        one.activity = (nd_matrix){0};
        one.frames = 0;
        assert_false(nd_sessions_add(by_spikes, &one, &error));
        trial[7] = -2;
        one.frames = FRAMES;
        assert_false(nd_sessions_add(by_spikes, &one, &error));
        assert_int_equal(error.code, ND_CODE_ARGUMENT);
    }
    nd_analysis *a = nd_sessions_analyse(by_spikes, 1, NULL, &error);
    nd_analysis *b = nd_sessions_analyse(by_counts, 1, NULL, &error);
    assert_fine(a && b, &error);
    for (int t = 0; t <= ND_TABLE_CELLS; t++) {
        nd_column x, y;
        for (size_t i = 0; nd_analysis_column(a, (nd_analysis_table)t, i, &x); i++) {
            assert_true(nd_analysis_column(b, (nd_analysis_table)t, i, &y));
            if (!strstr(x.name, "traversals")) /* what trials are for */
                assert_same_column(&x, &y);
        }
    }
    assert_true(column_of(a, ND_TABLE_SESSIONS, "frames").numbers[0] < FRAMES * 0.9);
    nd_analysis_free(a);
    nd_analysis_free(b);
    nd_sessions_free(by_spikes);
    nd_sessions_free(by_counts);
    free(spikes);
    free(made);
}

/* What is wrong with a session, one thing at a time; the sessions stay as they were. */
static void test_wrong_sessions(void **state) {
    (void)state;
    nd_error error = {0};
    mouse *made = make_mouse();
    nd_sessions *sessions = gather(made);
    double *still = calloc(FRAMES, sizeof *still), *lost = calloc(FRAMES, sizeof *lost);
    double *late = calloc(FRAMES, sizeof *late), *below = calloc(FRAMES * CELLS, sizeof *below);
    int64_t twice[CELLS] = {0};
    for (size_t f = 0; f < FRAMES; f++)
        lost[f] = NAN;
    late[3] = INFINITY;
    below[10 * CELLS + 1] = -1;
    enum { WRONGS = 12 };
    nd_session_arrays wrong[WRONGS];
    for (size_t i = 0; i < WRONGS; i++)
        wrong[i] = session_of(made, 0);
    wrong[0].activity.data = NULL;
    wrong[1].activity.columns = 0;
    wrong[2].activity.rows = SIZE_MAX / 2;
    wrong[3].position = NULL;
    wrong[4].speed = NULL;
    wrong[5].speed = still;
    wrong[6].position = lost;
    wrong[7].position_y = lost;
    wrong[8].day = NAN;
    wrong[9].frame_seconds = 0;
    wrong[10].time = late;
    wrong[11].cell_id = twice;
    for (size_t i = 0; i < WRONGS; i++) {
        error = (nd_error){0};
        if (nd_sessions_add(sessions, &wrong[i], &error))
            fail_msg("wrong session %zu was taken", i);
        assert_int_equal(error.code, ND_CODE_ARGUMENT);
    }
    wrong[0] = session_of(made, 0);
    wrong[0].activity.data = below;
    assert_false(nd_sessions_add(sessions, &wrong[0], &error));
    /* Two sessions of one day are refused by the analysis, as a manifest's are. */
    nd_session_arrays again = session_of(made, 0);
    assert_fine(nd_sessions_add(sessions, &again, &error), &error);
    assert_null(nd_sessions_analyse(sessions, 1, NULL, &error));
    assert_non_null(strstr(error.what, "'one' and 'one'"));
    nd_session_settings settings = nd_session_settings_usual();
    settings.range[0] = 1;
    assert_null(nd_sessions_new(&settings, NULL, NULL, NULL, &error));
    settings = nd_session_settings_usual();
    settings.bins = 1;
    assert_null(nd_sessions_new(&settings, NULL, NULL, NULL, &error));
    settings = nd_session_settings_usual();
    settings.threshold = NAN;
    assert_null(nd_sessions_new(&settings, NULL, NULL, NULL, &error));
    nd_sessions_free(sessions);
    free(still);
    free(lost);
    free(late);
    free(below);
    free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrays_are_what_files_are),
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_spikes_and_trials),
        cmocka_unit_test(test_everything_that_record_leaves),
        cmocka_unit_test(test_wrong_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
