/* Files that cannot be used end in one clear line, and the program goes on. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/manifest.h"
#include "stage.h"
#include "support.h"

enum { FRAMES = 400, CELLS = 4 };

static int set_up(void **state) {
    return support_set_stage(state, FRAMES, CELLS);
}

static nd_recording *try(const support_stage *s, const char *manifest, nd_error *error) {
    char path[600];
    snprintf(path, sizeof path, "%s/manifest.yaml", s->folder);
    assert_fine(nd_write_file(path, manifest, strlen(manifest), error), error);
    return nd_recording_load(path, NULL, error);
}

/* The line an unusable manifest or file gives holds every one of the words. */
static void fails_saying(const support_stage *s, const char *manifest, const char *first,
                         const char *second) {
    nd_error error = {0};
    char line[2048];
    nd_recording *recording = try(s, manifest, &error);
    assert_null(recording);
    nd_error_line(&error, line, sizeof line);
    if (!strstr(line, first) || !strstr(line, second))
        fail_msg("'%s' lacks '%s' or '%s'", line, first, second);
    assert_null(strchr(line, '\n'));
}

static nd_recording *loads(const support_stage *s, const char *manifest) {
    nd_error error = {0};
    nd_recording *recording = try(s, manifest, &error);
    assert_fine(recording != NULL, &error);
    return recording;
}

static void write_text(const support_stage *s, const char *name, const char *text) {
    nd_error error = {0};
    assert_fine(nd_write_file(support_at(s, name), text, strlen(text), &error), &error);
}

static const char one_nwb[] = "bins: 10\nsessions:\n  - {file: a.nwb}\n";
static const char one_csv[] = "bins: 10\nsessions:\n  - {file: a.csv}\n";

static void test_not_nwb(void **state) {
    support_stage *s = *state;
    support_nwb what = {.track = &s->track, .version = ""};
    assert_true(support_write_nwb(support_at(s, "a.nwb"), &what));
    fails_saying(s, one_nwb, "a.nwb: is an HDF5 file but not NWB", "nwb_version");
    what.version = "1.0.6";
    assert_true(support_write_nwb(support_at(s, "a.nwb"), &what));
    fails_saying(s, one_nwb, "a.nwb: is NWB 1.0.6", "expected 2.x");
    FILE *file = fopen(support_at(s, "a.nwb"), "wb");
    for (int i = 0; i < 1000; i++)
        fputc(i * 7919 % 251, file);
    fclose(file);
    fails_saying(s, one_nwb, "a.nwb", "is no NWB (HDF5), MATLAB, NumPy or CSV file");
}

static void test_truncated_hdf5(void **state) {
    support_stage *s = *state;
    support_nwb what = {.track = &s->track, .compressed = true};
    assert_true(support_write_nwb(support_at(s, "a.nwb"), &what));
    struct stat about;
    assert_int_equal(stat(support_at(s, "a.nwb"), &about), 0);
    assert_int_equal(truncate(support_at(s, "a.nwb"), about.st_size / 2), 0);
    fails_saying(s, one_nwb, "a.nwb: is a damaged HDF5 file", "cut short");
    assert_int_equal(truncate(support_at(s, "a.nwb"), 0), 0);
    fails_saying(s, one_nwb, "a.nwb", "is empty");
}

static void test_truncated_matlab(void **state) {
    support_stage *s = *state;
    matvar_t *variables[] = {support_mat_matrix("spikes", s->track.activity, FRAMES, CELLS), NULL};
    assert_true(support_write_mat(support_at(s, "a.mat"), MAT_FT_MAT5, variables));
    struct stat about;
    assert_int_equal(stat(support_at(s, "a.mat"), &about), 0);
    assert_int_equal(truncate(support_at(s, "a.mat"), about.st_size / 2), 0);
    fails_saying(s, "sessions:\n  - {file: a.mat}\n", "a.mat", "");
}

static void test_missing_parts(void **state) {
    support_stage *s = *state;
    support_nwb what = {.track = &s->track, .no_position = true};
    assert_true(support_write_nwb(support_at(s, "a.nwb"), &what));
    fails_saying(s, one_nwb, "a.nwb: holds no position", "activity of 4 cells");
    what = (support_nwb){.track = &s->track, .no_activity = true};
    assert_true(support_write_nwb(support_at(s, "a.nwb"), &what));
    fails_saying(s, one_nwb, "a.nwb: holds no activity", "RoiResponseSeries");
    what = (support_nwb){.track = &s->track};
    assert_true(support_write_nwb(support_at(s, "a.nwb"), &what));
    fails_saying(s, "sessions:\n  - {file: a.nwb, speed: {name: running_wheel}}\n",
                 "a.nwb: has no object named 'running_wheel'", "`scan`");
    fails_saying(s, "sessions:\n  - {file: a.nwb, speed: {name: /processing/none}}\n",
                 "/processing/none", "has no");
}

static void test_lengths_that_disagree(void **state) {
    support_stage *s = *state;
    assert_true(support_write_npy(support_at(s, "x.npy"), s->track.position, FRAMES - 1, 1, false));
    assert_true(support_write_npy(support_at(s, "a.npy"), s->track.activity, FRAMES, CELLS, false));
    fails_saying(s,
                 "sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy}, position: {file: "
                 "x.npy}}\n",
                 "x.npy: lengths disagree", "399 values, the activity 400 frames");
    fails_saying(s,
                 "sessions:\n  - {activity: {file: a.npy, times: x.npy}, position: {file: "
                 "x.npy}}\n",
                 "there are 399 times for 400 frames", "");
}

static void test_times_that_do_not_increase(void **state) {
    support_stage *s = *state;
    s->track.times[17] = s->track.times[16];
    assert_true(support_write_csv(support_at(s, "a.csv"), &s->track));
    fails_saying(
        s, one_csv,
        "the times do not increase: frame 18, at 10.800000000000001 s, is 0 s after the one before",
        "a.csv");
    support_nwb what = {.track = &s->track};
    assert_true(support_write_nwb(support_at(s, "a.nwb"), &what));
    fails_saying(s, one_nwb, "the times do not increase", "a.nwb");
}

static void test_no_times_at_all(void **state) {
    support_stage *s = *state;
    assert_true(support_write_npy(support_at(s, "x.npy"), s->track.position, FRAMES, 1, false));
    assert_true(support_write_npy(support_at(s, "a.npy"), s->track.activity, FRAMES, CELLS, false));
    fails_saying(s, "sessions:\n  - {activity: {file: a.npy}, position: {file: x.npy}}\n",
                 "x.npy: has no times", "frame_seconds");
}

static void test_missing_positions_are_counted_and_skipped(void **state) {
    support_stage *s = *state;
    s->track.position[3] = s->track.position[250] = NAN;
    assert_true(support_write_csv(support_at(s, "a.csv"), &s->track));
    nd_recording *recording = loads(s, one_csv);
    assert_int_equal(recording->sessions[0].frames, FRAMES - 2);
    assert_int_equal(recording->sessions[0].left_out.position_missing, 2);
    nd_recording_free(recording);
}

static void test_positions_outside_the_range_are_counted_and_skipped(void **state) {
    support_stage *s = *state;
    assert_true(support_write_csv(support_at(s, "a.csv"), &s->track));
    nd_recording *recording = loads(s, "bins: 10\nrange: [0, 0.5]\nsessions:\n  - {file: a.csv}\n");
    assert_int_equal(recording->sessions[0].frames, FRAMES / 2);
    assert_int_equal(recording->sessions[0].left_out.outside_range, FRAMES / 2);
    nd_recording_free(recording);
    fails_saying(s, "bins: 10\nrange: [100, 200]\nsessions:\n  - {file: a.csv}\n",
                 "all 400 positions lie outside the range 100 to 200", "a.csv");
}

static void test_no_running_frames(void **state) {
    support_stage *s = *state;
    assert_true(support_write_csv(support_at(s, "a.csv"), &s->track));
    fails_saying(s, "minimum_speed: 5\nsessions:\n  - {file: a.csv, speed: {column: velocity}}\n",
                 "a.csv: no running frames", "lower minimum_speed");
}

static void test_cells_with_one_spike_or_none_are_kept(void **state) {
    support_stage *s = *state;
    for (size_t f = 0; f < FRAMES; f++) {
        s->track.activity[f * CELLS] = f == 7;
        s->track.activity[f * CELLS + 1] = 0.0;
    }
    assert_true(support_write_csv(support_at(s, "a.csv"), &s->track));
    nd_recording *recording = loads(s, one_csv);
    const nd_session *session = &recording->sessions[0];
    assert_int_equal(session->cells, CELLS);
    assert_int_equal(session->events.start[1], 1);
    assert_int_equal(session->events.start[2], 1);
    nd_recording_free(recording);
}

static void test_missing_activity_drops_cells_then_frames(void **state) {
    support_stage *s = *state;
    for (size_t f = 0; f < FRAMES; f++)
        s->track.activity[f * CELLS + 2] = NAN; /* not seen in this session */
    s->track.activity[5 * CELLS] = NAN;
    assert_true(support_write_npy(support_at(s, "x.npy"), s->track.position, FRAMES, 1, false));
    assert_true(support_write_npy(support_at(s, "a.npy"), s->track.activity, FRAMES, CELLS, false));
    nd_recording *recording = loads(s, "bins: 10\nsessions:\n  - {frame_seconds: 0.05, activity: "
                                       "{file: a.npy}, position: {file: x.npy}}\n");
    assert_int_equal(recording->sessions[0].cells, CELLS - 1);
    assert_int_equal(recording->sessions[0].cells_left_out, 1);
    assert_int_equal(recording->sessions[0].frames, FRAMES - 1);
    assert_int_equal(recording->sessions[0].left_out.activity_missing, 1);
    nd_recording_free(recording);
}

static void test_negative_activity_needs_a_threshold(void **state) {
    support_stage *s = *state;
    s->track.activity[9 * CELLS + 1] = -0.25;
    assert_true(support_write_csv(support_at(s, "a.csv"), &s->track));
    fails_saying(s, one_csv, "the activity of cell 2 in frame 10 is -0.25", "threshold");
    nd_recording *recording =
        loads(s, "bins: 10\nsessions:\n  - {file: a.csv, activity: {threshold: 1}}\n");
    const nd_events *events = &recording->sessions[0].events;
    for (size_t e = 0; e < events->start[CELLS]; e++)
        assert_true(events->amount[e] > 1.0);
    nd_recording_free(recording);
}

static void test_matlab_of_the_wrong_shape(void **state) {
    support_stage *s = *state;
    matvar_t *cells = support_mat_cells_shaped("spike_train", 3, (size_t[]){2, 4, 2});
    matvar_t *variables[] = {cells, support_mat_matrix("x", s->track.position, FRAMES, 1),
                             support_mat_text("note", "hello"), NULL};
    assert_true(support_write_mat(support_at(s, "a.mat"), MAT_FT_MAT5, variables));
    const char *const cases[][3] = {
        {"'spike_train{3,1,1}'", "an array of 2 x 4 x 2", "outside"},
        {"'spike_train{1,1}'", "an array of 2 x 4 x 2", "subscripts"},
        {"'spike_train.data'", "there is no structure", ".data"},
        {"'spike_train{0,1,1}'", "expected a whole number from 1", ""},
        {"'spike_train{1,1,1'", "closing sign", ""},
        {"other", "has no variable 'other'", "`scan`"},
        {"note", "note is text, 1 x 5", "expected a matrix of frames by cells"},
        {"'spike_train{1,1,1}'", "spike_train{1,1,1} is empty", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char manifest[512];
        snprintf(manifest, sizeof manifest,
                 "sessions:\n  - {file: a.mat, frame_seconds: 0.05, activity: {name: %s}}\n",
                 cases[i][0]);
        fails_saying(s, manifest, cases[i][1], cases[i][2]);
    }
    fails_saying(s,
                 "sessions:\n  - {file: a.mat, frame_seconds: 0.05, position: {name: "
                 "spike_train}}\n",
                 "a.mat", "");
}

static void test_tables_with_odd_rows(void **state) {
    support_stage *s = *state;
    write_text(s, "a.csv", "time,x,cell1\n0,1,2\n1,2\n");
    fails_saying(s, one_csv, "a.csv: line 3 has fewer columns than the first, which has 3", "");
    write_text(s, "a.csv", "time,x,cell1\n0,1,2\n1,left,2\n");
    fails_saying(s, one_csv, "a.csv: line 3, column 2: 'left' is no number", "");
    write_text(s, "a.csv", "time,x,cell1\n");
    fails_saying(s, one_csv, "a.csv: holds no rows", "");
    write_text(s, "a.csv", "time,x,cell1\n0,1,2\n1,2,0\n");
    fails_saying(s, "sessions:\n  - {file: a.csv, position: {column: place}}\n",
                 "a.csv: has no column 'place'", "");
}

static void test_damaged_arrays(void **state) {
    support_stage *s = *state;
    assert_true(support_write_npy(support_at(s, "a.npy"), s->track.activity, FRAMES, CELLS, false));
    const char *manifest = "sessions:\n  - {frame_seconds: 1, activity: {file: a.npy}, position: "
                           "{file: a.npy, column: 1}}\n";
    assert_int_equal(truncate(support_at(s, "a.npy"), 1000), 0);
    fails_saying(s, manifest, "a.npy: holds 1000 bytes; its 1600 numbers need more", "cut short");
    assert_int_equal(truncate(support_at(s, "a.npy"), 60), 0);
    fails_saying(s, manifest, "a.npy: ends in its header", "");
}

static void test_paths_that_are_no_files(void **state) {
    support_stage *s = *state;
    fails_saying(s, "name: x\nsessions:\n  - {day: 1, file: nothing.nwb}\n",
                 "line 3, sessions.0.file: there is no file 'nothing.nwb'", "manifest.yaml");
    assert_int_equal(mkdir(support_at(s, "folder"), 0700), 0);
    fails_saying(s, "sessions:\n  - {file: folder}\n", "folder", "is not a file");
    assert_int_equal(mkfifo(support_at(s, "pipe"), 0600), 0);
    fails_saying(s, "sessions:\n  - {file: pipe}\n", "pipe", "is not a file");
}

int main(void) {
#define TEST(test_name) cmocka_unit_test_setup_teardown(test_name, set_up, support_clear_stage)
    const struct CMUnitTest tests[] = {
        TEST(test_not_nwb),
        TEST(test_truncated_hdf5),
        TEST(test_truncated_matlab),
        TEST(test_missing_parts),
        TEST(test_lengths_that_disagree),
        TEST(test_times_that_do_not_increase),
        TEST(test_no_times_at_all),
        TEST(test_missing_positions_are_counted_and_skipped),
        TEST(test_positions_outside_the_range_are_counted_and_skipped),
        TEST(test_no_running_frames),
        TEST(test_cells_with_one_spike_or_none_are_kept),
        TEST(test_missing_activity_drops_cells_then_frames),
        TEST(test_negative_activity_needs_a_threshold),
        TEST(test_matlab_of_the_wrong_shape),
        TEST(test_tables_with_odd_rows),
        TEST(test_damaged_arrays),
        TEST(test_paths_that_are_no_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
