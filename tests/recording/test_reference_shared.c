/* The readers against recordings of others: counts of frames and cells must be theirs exactly. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/manifest.h"
#include "support.h"

static char *folder;

static int make_folder(void **state) {
    (void)state;
    folder = support_folder();
    return folder == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    support_remove(folder);
    return 0;
}

static nd_recording *load(const char *text, size_t length) {
    char path[512];
    nd_error error = {0};
    snprintf(path, sizeof path, "%s/manifest.yaml", folder);
    assert_fine(nd_write_file(path, text, length, &error), &error);
    nd_recording *recording = nd_recording_load(path, NULL, &error);
    assert_fine(recording != NULL, &error);
    return recording;
}

static size_t active_cells(const nd_session *session, size_t least) {
    size_t active = 0;
    for (size_t c = 0; c < session->cells; c++)
        active += session->events.start[c + 1] - session->events.start[c] >= least;
    return active;
}

/* Mean activity of the active cells per frame. */
static double mean_activity(const nd_session *session, size_t least) {
    double sum = 0.0;
    for (size_t c = 0; c < session->cells; c++)
        if (session->events.start[c + 1] - session->events.start[c] >= least)
            for (size_t e = session->events.start[c]; e < session->events.start[c + 1]; e++)
                sum += session->events.amount[e];
    return sum / (double)session->frames / (double)active_cells(session, least);
}

typedef struct text {
    char *bytes;
    size_t length;
} text;

static void longitudinal(FILE *to, const char *mouse) {
    fprintf(to,
            "name: longitudinal\nday_name: day\nposition_unit: m\nactivity_unit: events\n"
            "bins: 24\nrange: [0, 0.96]\ndirections: joint\nminimum_speed: 1\n"
            "defaults: {animal: %s, registered: true}\nsessions:\n",
            mouse);
    for (int track = 0; track < 2; track++)
        for (int session = 1; session <= 8; session++) {
            char name[128];
            snprintf(name, sizeof name, "recordings/longitudinal/%s_%c_session%d.nwb", mouse,
                     "AB"[track], session);
            fprintf(to, "  - {environment: %c, day: %d, file: %s}\n", "AB"[track], 2 * session - 1,
                    support_reference(name));
        }
}

static void test_sessions_over_days_have_the_expected_frames_and_cells(void **state) {
    (void)state;
    FILE *expected = fopen(support_reference("recordings/longitudinal/expected.csv"), "r");
    char line[512];
    assert_non_null(fgets(line, sizeof line, expected));
    const char *mice[] = {"C16_M4", "C6_M4"};
    for (int m = 0; m < 2; m++) {
        text manifest = {0};
        FILE *to = open_memstream(&manifest.bytes, &manifest.length);
        longitudinal(to, mice[m]);
        fclose(to);
        nd_recording *recording = load(manifest.bytes, manifest.length);
        free(manifest.bytes);
        assert_int_equal(recording->sessions_count, 16);
        for (size_t s = 0; s < 16; s++) {
            const nd_session *session = &recording->sessions[s];
            size_t frames, running, cells, active;
            double mean;
            assert_non_null(fgets(line, sizeof line, expected));
            assert_int_equal(sscanf(strchr(line, ',') + 1, "%zu,%zu,%zu,%zu,%lf", &frames, &running,
                                    &cells, &active, &mean),
                             5);
            assert_int_equal(session->frames_read, frames);
            assert_int_equal(session->frames, running);
            assert_int_equal(session->cells, cells);
            assert_int_equal(active_cells(session, 10), active);
            assert_int_equal(session->bins, 48);
            assert_int_equal(session->visit, s % 8 + 1);
            assert_non_null(session->cell_id);
            double measured = mean_activity(session, 10);
            assert_close("mean event rate", &measured, &mean, 1, 1e-9, 0.0);
            assert_true(fabs(session->frame_seconds - 0.05) < 1e-6);
        }
        nd_recording_free(recording);
    }
    fclose(expected);
}

static void ca1(FILE *to, const char *mouse) {
    char name[128], spikes[512];
    snprintf(name, sizeof name, "recordings/ca1/%s_spike_train.mat", mouse);
    snprintf(spikes, sizeof spikes, "%s", support_reference(name));
    snprintf(name, sizeof name, "recordings/ca1/%s_stimulus_trace.mat", mouse);
    fprintf(to,
            "name: ca1\nposition_is_bin: true\ndefaults: {animal: %s, frame_seconds: 0.05,\n"
            "  activity: {file: %s}, position: {file: %s}}\nsessions:\n",
            mouse, spikes, support_reference(name));
    for (int environment = 1; environment <= 2; environment++)
        for (int session = 1; session <= 4; session++)
            for (int way = 1; way <= 2; way++)
                fprintf(to,
                        "  - {environment: %d, day: %d, direction: %d, activity: {name: "
                        "\"spike_train{%d,%d,%d}\"}, position: {name: "
                        "\"stimulus_trace{%d,%d,%d}\"}}\n",
                        environment, session, way, environment, session, way, environment, session,
                        way);
}

static const nd_session *find(const nd_recording *recording, int environment, int day, int way) {
    for (size_t s = 0; s < recording->sessions_count; s++)
        if (atoi(recording->sessions[s].environment) == environment &&
            recording->sessions[s].day == day && atoi(recording->sessions[s].direction) == way)
            return &recording->sessions[s];
    fail_msg("no session %d %d %d", environment, day, way);
    return NULL;
}

static void test_cell_arrays_have_the_expected_frames_cells_and_rates(void **state) {
    (void)state;
    FILE *expected = fopen(support_reference("recordings/ca1/expected.csv"), "r");
    char line[512];
    assert_non_null(fgets(line, sizeof line, expected));
    const char *mice[] = {"C5M1", "C6M3"};
    for (int m = 0; m < 2; m++) {
        text manifest = {0};
        FILE *to = open_memstream(&manifest.bytes, &manifest.length);
        ca1(to, mice[m]);
        fclose(to);
        nd_recording *recording = load(manifest.bytes, manifest.length);
        free(manifest.bytes);
        for (int row = 0; row < 16; row++) {
            int environment, day, way;
            size_t frames, cells, active;
            double rate;
            assert_non_null(fgets(line, sizeof line, expected));
            assert_int_equal(sscanf(strchr(line, ',') + 1, "%d,%d,%d,%zu,%zu,%zu,%lf", &environment,
                                    &day, &way, &frames, &cells, &active, &rate),
                             7);
            const nd_session *session = find(recording, environment, day, way);
            assert_int_equal(session->frames, frames);
            assert_int_equal(session->cells, cells);
            assert_int_equal(active_cells(session, 10), active);
            assert_int_equal(session->bins, 20);
            assert_int_equal(session->visit, day);
            double measured = mean_activity(session, 10) / 0.05;
            assert_close("mean rate", &measured, &rate, 1, 1e-9, 0.0);
        }
        nd_recording_free(recording);
    }
    fclose(expected);
}

static void test_one_session_of_two_matrices(void **state) {
    (void)state;
    char manifest[2048], spikes[512];
    snprintf(spikes, sizeof spikes, "%s", support_reference("recordings/sample/spike_train.mat"));
    int length = snprintf(manifest, sizeof manifest,
                          "position_is_bin: true\nsessions:\n"
                          "  - {frame_seconds: 0.05, activity: {file: %s}, position: {file: %s}}\n",
                          spikes, support_reference("recordings/sample/stimulus_trace.mat"));
    nd_recording *recording = load(manifest, (size_t)length);
    const nd_session *session = &recording->sessions[0];
    assert_int_equal(session->frames, 3091);
    assert_int_equal(session->cells, 472);
    assert_int_equal(session->bins, 20);
    assert_int_equal(active_cells(session, 10), 146);
    assert_false(session->counts);
    nd_recording_free(recording);
}

static void test_units_without_a_position_are_said_to_be_so(void **state) {
    (void)state;
    char manifest[1024], path[600], line[2048];
    nd_error error = {0};
    snprintf(manifest, sizeof manifest, "bins: 20\nsessions:\n  - {file: %s}\n",
             support_reference("recordings/nwb/A8604-211122.nwb"));
    snprintf(path, sizeof path, "%s/manifest.yaml", folder);
    assert_fine(nd_write_file(path, manifest, strlen(manifest), &error), &error);
    assert_null(nd_recording_load(path, NULL, &error));
    nd_error_line(&error, line, sizeof line);
    assert_non_null(strstr(line, "A8604-211122.nwb: holds no position"));
    assert_non_null(strstr(line, "3 cells"));
}

int main(void) {
    support_need_reference("recordings");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sessions_over_days_have_the_expected_frames_and_cells,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_cell_arrays_have_the_expected_frames_cells_and_rates,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_one_session_of_two_matrices, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_units_without_a_position_are_said_to_be_so,
                                        make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
