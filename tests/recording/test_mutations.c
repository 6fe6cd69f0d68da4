/* Small valid files of every format, damaged at random a few hundred times: reading ends in a
 * session that keeps its promises or in an error, and never in a crash or a hang of this process.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "recording/manifest.h"
#include "recording/scan.h"
#include "recordings.h"
#include "support.h"

enum { FRAMES = 60, CELLS = 3, TRIALS = 60 };

static char *folder;
static support_track track;

static const char *at(const char *name) {
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int set_up(void **state) {
    (void)state;
    folder = support_folder();
    track = support_make_track(FRAMES, CELLS);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    support_free_track(&track);
    support_remove(folder);
    return 0;
}

/* Changes some bytes, or cuts the end off, or sets a run of bytes to one value. */
static void damage(nd_buffer *bytes, nd_stream *stream) {
    size_t way = nd_stream_below(stream, 4);
    if (way == 0)
        bytes->length = nd_stream_below(stream, bytes->length) + 1;
    size_t changes = 1 + nd_stream_below(stream, 8);
    for (size_t i = 0; i < changes; i++) {
        size_t place = nd_stream_below(stream, bytes->length);
        size_t run = way == 1 ? 1 + nd_stream_below(stream, 8) : 1;
        unsigned char value = (unsigned char)nd_stream_bits(stream);
        for (size_t k = 0; k < run && place + k < bytes->length; k++)
            bytes->bytes[place + k] = way == 1 ? (value & 1 ? 255 : 0) : value;
    }
}

/* Damages `name` again and again; returns how many were still readable. */
static size_t survive(const char *name, const char *session, uint32_t which) {
    nd_error error = {0};
    nd_buffer whole = {0};
    char manifest[600];
    size_t readable = 0;
    nd_limits limits = {.memory = (uint64_t)1 << 30, .seconds = 5.0};
    assert_fine(nd_read_file(at(name), 1 << 24, &whole, &error), &error);
    snprintf(manifest, sizeof manifest, "bins: 10\nsessions:\n  - %s\n", session);
    assert_fine(nd_write_file(at("m.yaml"), manifest, strlen(manifest), &error), &error);
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        nd_stream stream = nd_stream_at(7, ND_FOR_TEST, which, trial);
        nd_buffer bytes = {0};
        assert_fine(nd_buffer_put(&bytes, whole.bytes, whole.length, &error), &error);
        if (trial > 0)
            damage(&bytes, &stream);
        int file = open(at(name), O_WRONLY | O_TRUNC);
        assert_int_equal(write(file, bytes.bytes, bytes.length), bytes.length);
        close(file);
        nd_buffer_free(&bytes);
        error = (nd_error){0};
        nd_recording *recording = nd_recording_load_within(at("m.yaml"), &limits, NULL, &error);
        assert_true(recording || error.what[0]);
        for (size_t s = 0; recording && s < recording->sessions_count; s++)
            assert_fine(nd_session_check(&recording->sessions[s], &error), &error);
        readable += recording != NULL;
        nd_recording_free(recording);
        if (trial % 4 == 0) { /* looking into it holds to the same */
            nd_buffer yaml = {0}, question = {0};
            char path[600];
            snprintf(path, sizeof path, "%s", at(name));
            const char *files[] = {path};
            error = (nd_error){0};
            assert_true(nd_recording_scan(files, 1, &limits, &yaml, &question, &error) ||
                        error.what[0]);
            nd_buffer_free(&question);
            nd_buffer_free(&yaml);
        }
    }
    nd_buffer_free(&whole);
    assert_true(readable >= 1); /* the one left whole */
    return readable;
}

static void test_damaged_nwb(void **state) {
    (void)state;
    int64_t ids[CELLS] = {3, 1, 2};
    support_nwb what = {.track = &track, .ids = ids};
    assert_true(support_write_nwb(at("a.nwb"), &what));
    survive("a.nwb", "{file: a.nwb, registered: true}", 1);
    what = (support_nwb){.track = &track, .units = true, .compressed = true};
    assert_true(support_write_nwb(at("b.nwb"), &what));
    survive("b.nwb", "{file: b.nwb}", 2);
}

static matvar_t *nested(void) {
    static const char *const fields[] = {"data", NULL};
    matvar_t *cells = support_mat_cells("spikes", 2);
    for (size_t c = 0; c < 2; c++) {
        matvar_t *cell = support_mat_structure(NULL, fields);
        support_mat_field(cell, "data", support_mat_matrix(NULL, track.times, FRAMES / 2, 1));
        support_mat_put(cells, c, cell);
    }
    return cells;
}

static void test_damaged_matlab(void **state) {
    (void)state;
    enum mat_ft versions[] = {MAT_FT_MAT4, MAT_FT_MAT5, MAT_FT_MAT73};
    for (uint32_t v = 0; v < 3; v++) {
        remove(at("a.mat"));
        matvar_t *variables[] = {
            v == 0 ? support_mat_matrix("spikes", track.activity, FRAMES, CELLS) : nested(),
            support_mat_matrix("x", track.position, FRAMES, 1),
            support_mat_matrix("t", track.times, FRAMES, 1), NULL};
        assert_true(support_write_mat(at("a.mat"), versions[v], variables));
        survive("a.mat", "{file: a.mat, position: {times: t}}", 3 + v);
    }
    remove(at("a.mat"));
    matvar_t *variables[] = {support_mat_sparse("spikes", track.activity, FRAMES, CELLS),
                             support_mat_matrix("x", track.position, FRAMES, 1), NULL};
    assert_true(support_write_mat(at("a.mat"), MAT_FT_MAT5, variables));
    survive("a.mat", "{file: a.mat, frame_seconds: 0.05}", 6);
}

static void test_damaged_tables_and_arrays(void **state) {
    (void)state;
    assert_true(support_write_csv(at("a.csv"), &track));
    survive("a.csv", "{file: a.csv, registered: true}", 7);
    assert_true(support_write_npy(at("x.npy"), track.position, FRAMES, 1, false));
    assert_true(support_write_npy(at("a.npy"), track.activity, FRAMES, CELLS, true));
    survive("a.npy", "{frame_seconds: 0.05, activity: {file: a.npy}, position: {file: x.npy}}", 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_damaged_nwb, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_matlab, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_tables_and_arrays, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
