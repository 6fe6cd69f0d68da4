/* The same recording in every format gives the same session. */
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/manifest.h"
#include "stage.h"
#include "support.h"

enum { FRAMES = 400, CELLS = 5 };

static int set_up(void **state) {
    return support_set_stage(state, FRAMES, CELLS);
}

static nd_recording *load(const support_stage *s, const char *manifest) {
    char path[600];
    nd_error error = {0};
    snprintf(path, sizeof path, "%s/manifest.yaml", s->folder);
    assert_fine(nd_write_file(path, manifest, strlen(manifest), &error), &error);
    nd_recording *recording = nd_recording_load(path, NULL, &error);
    assert_fine(recording != NULL, &error);
    return recording;
}

/* Every frame in its bin and every count in its frame. */
static void holds_the_track(const nd_session *session, const support_track *track) {
    assert_int_equal(session->frames, track->frames);
    assert_int_equal(session->cells, track->cells);
    assert_int_equal(session->bins, 10);
    assert_true(session->counts);
    for (size_t f = 0; f < track->frames; f++)
        assert_int_equal(session->bin[f], fmin(floor(track->position[f] * 10.0), 9.0));
    for (size_t c = 0; c < track->cells; c++) {
        size_t e = session->events.start[c];
        for (size_t f = 0; f < track->frames; f++) {
            double count = track->activity[f * track->cells + c];
            if (count == 0.0)
                continue;
            assert_int_equal(session->events.frame[e], f);
            assert_true(session->events.amount[e] == count);
            e++;
        }
        assert_int_equal(e, session->events.start[c + 1]);
    }
    assert_true(fabs(session->frame_seconds - 0.05) < 1e-9);
}

static void holds(support_stage *s, const char *manifest) {
    nd_recording *recording = load(s, manifest);
    assert_int_equal(recording->sessions_count, 1);
    holds_the_track(&recording->sessions[0], &s->track);
    nd_recording_free(recording);
}

static void test_nwb_matrices_in_every_storage(void **state) {
    support_stage *s = *state;
    for (int how = 0; how < 8; how++) {
        support_nwb what = {.track = &s->track,
                            .no_timestamps = how & 1,
                            .compressed = how & 2,
                            .conversion = how & 4 ? 0.01 : 0.0,
                            .transposed = how == 2 || how == 4};
        assert_true(support_write_nwb(support_at(s, "a.nwb"), &what));
        holds(s, "bins: 10\nrange: [0, 1]\nsessions:\n  - {file: a.nwb}\n");
    }
}

static void test_nwb_units_become_counts(void **state) {
    support_stage *s = *state;
    int64_t ids[CELLS] = {7, 3, 99, 12, 5};
    support_nwb what = {.track = &s->track, .units = true, .ids = ids};
    assert_true(support_write_nwb(support_at(s, "a.nwb"), &what));
    nd_recording *recording =
        load(s, "bins: 10\nrange: [0, 1]\nsessions:\n  - {file: a.nwb, registered: true}\n");
    holds_the_track(&recording->sessions[0], &s->track);
    assert_memory_equal(recording->sessions[0].cell_id, ids, sizeof ids);
    nd_recording_free(recording);
}

static void test_segmentation_ids_name_the_cells(void **state) {
    support_stage *s = *state;
    int64_t ids[CELLS] = {40, 30, 20, 10, 50};
    support_nwb what = {.track = &s->track, .ids = ids};
    assert_true(support_write_nwb(support_at(s, "a.nwb"), &what));
    nd_recording *recording = load(s, "bins: 10\nrange: [0, 1]\nsessions:\n"
                                      "  - {file: a.nwb, registered: true, day: 2}\n"
                                      "  - {file: a.nwb, registered: false, day: 1}\n");
    assert_null(recording->sessions[0].cell_id);
    assert_memory_equal(recording->sessions[1].cell_id, ids, sizeof ids);
    nd_recording_free(recording);
}

static void turn(const support_track *track, double *activity) {
    for (size_t f = 0; f < track->frames; f++)
        for (size_t c = 0; c < track->cells; c++)
            activity[c * track->frames + f] = track->activity[f * track->cells + c];
}

static void test_matlab_files_of_every_version(void **state) {
    support_stage *s = *state;
    double activity[FRAMES * CELLS];
    turn(&s->track, activity);
    enum mat_ft versions[] = {MAT_FT_MAT4, MAT_FT_MAT5, MAT_FT_MAT73};
    for (int v = 0; v < 3; v++) {
        matvar_t *variables[] = {support_mat_matrix("spikes", activity, FRAMES, CELLS),
                                 support_mat_matrix("position", s->track.position, 1, FRAMES),
                                 support_mat_matrix("t", s->track.times, FRAMES, 1), NULL};
        remove(support_at(s, "a.mat"));
        assert_true(support_write_mat(support_at(s, "a.mat"), versions[v], variables));
        holds(s, "bins: 10\nrange: [0, 1]\nsessions:\n  - {file: a.mat, position: {times: t}}\n");
    }
}

static void test_sparse_matrices_either_way_up(void **state) {
    support_stage *s = *state;
    double activity[FRAMES * CELLS];
    turn(&s->track, activity);
    enum mat_ft versions[] = {MAT_FT_MAT5, MAT_FT_MAT73};
    for (int v = 0; v < 2; v++) {
        matvar_t *variables[] = {support_mat_sparse("spikes", activity, FRAMES, CELLS),
                                 support_mat_sparse("lying", s->track.activity, CELLS, FRAMES),
                                 support_mat_matrix("position", s->track.position, FRAMES, 1),
                                 NULL};
        remove(support_at(s, "a.mat"));
        assert_true(support_write_mat(support_at(s, "a.mat"), versions[v], variables));
        holds(s, "bins: 10\nrange: [0, 1]\nsessions:\n"
                 "  - {file: a.mat, frame_seconds: 0.05, activity: {name: spikes}}\n");
        holds(s, "bins: 10\nrange: [0, 1]\nsessions:\n  - {file: a.mat, frame_seconds: 0.05, "
                 "activity: {name: lying, orientation: cells-first}}\n");
    }
}

static void test_cell_arrays_of_spike_times(void **state) {
    support_stage *s = *state;
    matvar_t *cells = support_mat_cells("spikes", CELLS + 1); /* the last one silent */
    for (size_t c = 0; c < CELLS; c++) {
        double times[3 * FRAMES];
        size_t count = 0;
        for (size_t f = 0; f < FRAMES; f++)
            for (int k = 0; k < (int)s->track.activity[f * CELLS + c]; k++)
                times[count++] = s->track.times[f] + 0.012 * (k + 1);
        support_mat_put(cells, c, support_mat_matrix(NULL, times, 1, count));
    }
    matvar_t *variables[] = {cells, support_mat_matrix("x", s->track.position, FRAMES, 1),
                             support_mat_matrix("t", s->track.times, FRAMES, 1), NULL};
    assert_true(support_write_mat(support_at(s, "a.mat"), MAT_FT_MAT5, variables));
    nd_recording *recording = load(s, "bins: 10\nrange: [0, 1]\nsessions:\n"
                                      "  - {file: a.mat, position: {name: x, times: t}}\n");
    assert_int_equal(recording->sessions[0].cells, CELLS + 1);
    recording->sessions[0].cells = CELLS;
    holds_the_track(&recording->sessions[0], &s->track);
    recording->sessions[0].cells = CELLS + 1;
    nd_recording_free(recording);
}

static void test_tables_and_arrays(void **state) {
    support_stage *s = *state;
    assert_true(support_write_csv(support_at(s, "a.csv"), &s->track));
    holds(s, "bins: 10\nrange: [0, 1]\nsessions:\n  - {file: a.csv}\n");
    nd_recording *recording =
        load(s, "bins: 10\nrange: [0, 1]\nsessions:\n  - {file: a.csv, registered: true, "
                "activity: {columns: [cell_102, cell_10*]}}\n");
    for (size_t c = 0; c < CELLS; c++)
        assert_int_equal(recording->sessions[0].cell_id[c], 100 + c);
    nd_recording_free(recording);
    for (int fortran = 0; fortran < 2; fortran++) {
        double activity[FRAMES * CELLS];
        turn(&s->track, activity);
        assert_true(
            support_write_npy(support_at(s, "x.npy"), s->track.position, FRAMES, 1, fortran));
        assert_true(support_write_npy(support_at(s, "t.npy"), s->track.times, FRAMES, 1, fortran));
        assert_true(
            support_write_npy(support_at(s, "a.npy"), s->track.activity, FRAMES, CELLS, fortran));
        assert_true(support_write_npy(support_at(s, "b.npy"), activity, CELLS, FRAMES, fortran));
        holds(s, "bins: 10\nrange: [0, 1]\nsessions:\n"
                 "  - {activity: {file: a.npy, times: t.npy}, position: {file: x.npy}}\n");
        holds(s, "bins: 10\nrange: [0, 1]\nsessions:\n  - {activity: {file: b.npy, orientation: "
                 "cells-first}, position: {file: x.npy, times: t.npy}}\n");
    }
}

static void test_lists_of_spikes(void **state) {
    support_stage *s = *state;
    FILE *file = fopen(support_at(s, "spikes.csv"), "w");
    for (size_t f = 0; f < FRAMES; f++)
        for (size_t c = 0; c < CELLS; c++)
            for (int k = 0; k < (int)s->track.activity[f * CELLS + c]; k++)
                fprintf(file, "%.9g;%zu\n", s->track.times[f] + 0.012 * (k + 1), 10 * c);
    fclose(file);
    assert_true(support_write_csv(support_at(s, "a.csv"), &s->track));
    holds(s, "bins: 10\nrange: [0, 1]\nsessions:\n  - {file: a.csv, "
             "activity: {file: spikes.csv, kind: spike-list}}\n");
}

static void test_positions_on_another_clock_are_joined_by_lines(void **state) {
    support_stage *s = *state;
    double coarse[2 * FRAMES], *values = coarse + FRAMES;
    size_t rows = 0;
    for (size_t f = 0; f < FRAMES; f += 4) { /* a quarter of the frames */
        coarse[rows] = s->track.times[f];
        values[rows++] = s->track.position[f];
    }
    assert_true(support_write_npy(support_at(s, "t.npy"), coarse, rows, 1, false));
    assert_true(support_write_npy(support_at(s, "x.npy"), values, rows, 1, false));
    assert_true(support_write_csv(support_at(s, "a.csv"), &s->track));
    nd_recording *recording = load(s, "bins: 10\nrange: [0, 1]\nsessions:\n"
                                      "  - {file: a.csv, position: {file: x.npy, times: t.npy}}\n");
    const nd_session *session = &recording->sessions[0];
    /* The three frames after the last known position have none. */
    assert_int_equal(session->frames, FRAMES - 3);
    assert_int_equal(session->left_out.position_missing, 3);
    assert_close("position", session->position, s->track.position, FRAMES - 3, 0.011, 1.0);
    nd_recording_free(recording);
}

/* The frames of each direction, by the sign of the velocity. */
static void test_directions_joint_and_separate(void **state) {
    support_stage *s = *state;
    assert_true(support_write_csv(support_at(s, "a.csv"), &s->track));
    nd_recording *joint = load(s, "bins: 10\nrange: [0, 1]\ndirections: joint\nsessions:\n"
                                  "  - {file: a.csv, speed: {column: velocity}}\n");
    assert_int_equal(joint->sessions_count, 1);
    const nd_session *both = &joint->sessions[0];
    assert_int_equal(both->bins, 20);
    for (size_t f = 0; f < FRAMES; f++)
        assert_int_equal(both->bin[f] >= 10, s->track.velocity[f] < 0.0);
    nd_recording *apart = load(s, "bins: 10\nrange: [0, 1]\ndirections: separate\nsessions:\n"
                                  "  - {file: a.csv, speed: {column: velocity}}\n");
    assert_int_equal(apart->sessions_count, 2);
    size_t events = 0, frames = 0;
    for (int way = 0; way < 2; way++) {
        const nd_session *one = &apart->sessions[way];
        assert_int_equal(one->bins, 10);
        assert_int_equal(one->visit, 1);
        frames += one->frames;
        events += one->events.start[CELLS];
        double seconds = 0.0;
        for (size_t b = 0; b < one->bins; b++)
            seconds += one->occupancy[b];
        assert_true(fabs(seconds - 0.05 * (double)one->frames) < 1e-9);
    }
    assert_int_equal(frames, FRAMES);
    assert_int_equal(events, both->events.start[CELLS]);
    nd_recording_free(joint);
    nd_recording_free(apart);
}

/* A series of many frames whose data are chunks never written but the first: large to read, small
 * on the disk. */
static void add_large_series(const char *path, size_t frames, size_t cells) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), plan = H5Pcreate(H5P_DATASET_CREATE);
    hid_t series = H5Gcreate2(file, "activity", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t text = H5Tcopy(H5T_C_S1), scalar = H5Screate(H5S_SCALAR);
    H5Tset_size(text, 17);
    hid_t type = H5Acreate2(series, "neurodata_type", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(type, text, "RoiResponseSeries");
    hsize_t dims[2] = {frames, cells}, chunk[2] = {1000, cells}, start[2] = {0, 0};
    H5Pset_chunk(plan, 2, chunk);
    hid_t space = H5Screate_simple(2, dims, NULL), part = H5Screate_simple(2, chunk, NULL);
    hid_t data = H5Dcreate2(series, "data", H5T_IEEE_F32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    double *ones = calloc(1000 * cells, sizeof *ones);
    for (size_t i = 0; i < 1000 * cells; i++)
        ones[i] = 1.0;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, chunk, NULL);
    H5Dwrite(data, H5T_NATIVE_DOUBLE, part, space, H5P_DEFAULT, ones);
    free(ones);
    H5Aclose(type);
    H5Tclose(text);
    H5Sclose(scalar);
    H5Sclose(part);
    H5Pclose(plan);
    H5Sclose(space);
    H5Dclose(data);
    H5Gclose(series);
    H5Fclose(file);
}

static void test_files_larger_than_memory_are_read_in_blocks(void **state) {
    support_stage *s = *state;
    enum { MANY = 400000, CELLS_OF_IT = 100 }; /* 320 MB as doubles */
    const char *manifest = "bins: 10\nrange: [0, 1]\nsessions:\n  - {file: large.nwb}\n";
    char path[600];
    nd_error error = {0};
    support_track track = support_make_track(MANY, 1);
    assert_true(support_write_nwb(support_at(s, "large.nwb"),
                                  &(support_nwb){.track = &track, .no_activity = true}));
    support_free_track(&track);
    add_large_series(support_at(s, "large.nwb"), MANY, CELLS_OF_IT);
    snprintf(path, sizeof path, "%s/manifest.yaml", s->folder);
    assert_fine(nd_write_file(path, manifest, strlen(manifest), &error), &error);
    nd_limits limits = {.memory = 200 << 20};
    nd_recording *recording = nd_recording_load_within(path, &limits, NULL, &error);
    assert_fine(recording != NULL, &error);
    const nd_session *session = &recording->sessions[0];
    assert_int_equal(session->frames, MANY);
    assert_int_equal(session->events.start[CELLS_OF_IT], 1000 * CELLS_OF_IT);
    nd_recording_free(recording);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nwb_matrices_in_every_storage, set_up,
                                        support_clear_stage),
        cmocka_unit_test_setup_teardown(test_nwb_units_become_counts, set_up, support_clear_stage),
        cmocka_unit_test_setup_teardown(test_segmentation_ids_name_the_cells, set_up,
                                        support_clear_stage),
        cmocka_unit_test_setup_teardown(test_matlab_files_of_every_version, set_up,
                                        support_clear_stage),
        cmocka_unit_test_setup_teardown(test_sparse_matrices_either_way_up, set_up,
                                        support_clear_stage),
        cmocka_unit_test_setup_teardown(test_cell_arrays_of_spike_times, set_up,
                                        support_clear_stage),
        cmocka_unit_test_setup_teardown(test_tables_and_arrays, set_up, support_clear_stage),
        cmocka_unit_test_setup_teardown(test_lists_of_spikes, set_up, support_clear_stage),
        cmocka_unit_test_setup_teardown(test_positions_on_another_clock_are_joined_by_lines, set_up,
                                        support_clear_stage),
        cmocka_unit_test_setup_teardown(test_files_larger_than_memory_are_read_in_blocks, set_up,
                                        support_clear_stage),
        cmocka_unit_test_setup_teardown(test_directions_joint_and_separate, set_up,
                                        support_clear_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
