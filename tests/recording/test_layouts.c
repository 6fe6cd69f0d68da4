/* Layouts of published data sets, written here in their exact shapes: the Frank laboratory's nested
 * cells (CRCNS hc-6), rate maps with trajectories and no spikes (hc-22), metrics alone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/manifest.h"
#include "recording/scan.h"
#include "recordings.h"
#include "support.h"

enum { FRAMES = 600, MAP_ROWS = 4, MAP_COLUMNS = 5, MAP_CELLS = 3 };

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

static const char *at(const char *name) {
    static char path[2][600];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static nd_recording *load(const char *manifest) {
    nd_error error = {0};
    assert_fine(nd_write_file(at("manifest.yaml"), manifest, strlen(manifest), &error), &error);
    nd_recording *recording = nd_recording_load(at("manifest.yaml"), NULL, &error);
    assert_fine(recording != NULL, &error);
    return recording;
}

static const double STEP = 1.0 / 30.0;

/* A square walked around: x, y in centimetres, standing still for the first tenth. */
static double walk_x(size_t f) {
    return f < FRAMES / 10 ? 5.0 : 50.0 + 45.0 * cos(0.05 * (double)f);
}
static double walk_y(size_t f) {
    return f < FRAMES / 10 ? 5.0 : 50.0 + 45.0 * sin(0.05 * (double)f);
}

static matvar_t *nest(const char *name, size_t count, size_t index, matvar_t *part) {
    matvar_t *cells = support_mat_cells(name, count);
    support_mat_put(cells, index - 1, part);
    return cells;
}

/* spikes{day}{epoch}{tetrode}{cell}.data: a spike in every frame f with f % stride == 0. */
static matvar_t *spiking_cell(size_t stride) {
    static const char *const fields[] = {"data", "descript", "fields", NULL};
    double data[2 * FRAMES];
    size_t count = (FRAMES + stride - 1) / stride;
    for (size_t i = 0; i < count; i++) {
        data[i] = 4000.0 + STEP * (double)(i * stride) + 0.001;
        data[count + i] = 1.0; /* a column that is no time */
    }
    matvar_t *cell = support_mat_structure(NULL, fields);
    support_mat_field(cell, "data", support_mat_matrix(NULL, data, count, 2));
    support_mat_field(cell, "descript", support_mat_text(NULL, "spike data"));
    support_mat_field(cell, "fields", support_mat_text(NULL, "time x"));
    return cell;
}

static matvar_t *cell_about(const char *area) {
    static const char *const fields[] = {"area", "numspikes", NULL};
    double spikes = 100.0;
    matvar_t *cell = support_mat_structure(NULL, fields);
    support_mat_field(cell, "area", support_mat_text(NULL, area));
    support_mat_field(cell, "numspikes", support_mat_matrix(NULL, &spikes, 1, 1));
    return cell;
}

static void write_spikes(enum mat_ft version) {
    matvar_t *one = support_mat_cells(NULL, 3), *five = support_mat_cells(NULL, 1);
    support_mat_put(one, 0, spiking_cell(2));
    support_mat_put(one, 2, spiking_cell(5)); /* {1}{2} is empty: no such cell */
    support_mat_put(five, 0, spiking_cell(3));
    matvar_t *tetrodes = support_mat_cells(NULL, 5);
    support_mat_put(tetrodes, 0, one);
    support_mat_put(tetrodes, 4, five);
    matvar_t *variables[] = {nest("spikes", 3, 3, nest(NULL, 2, 2, tetrodes)), NULL};
    assert_true(support_write_mat(at("bonspikes03.mat"), version, variables));
}

static void write_cellinfo(enum mat_ft version) {
    matvar_t *one = support_mat_cells(NULL, 3), *five = support_mat_cells(NULL, 1);
    support_mat_put(one, 0, cell_about("CA1"));
    support_mat_put(one, 2, cell_about("CA1"));
    support_mat_put(five, 0, cell_about("CA3"));
    matvar_t *tetrodes = support_mat_cells(NULL, 5);
    support_mat_put(tetrodes, 0, one);
    support_mat_put(tetrodes, 4, five);
    matvar_t *variables[] = {nest("cellinfo", 3, 3, nest(NULL, 2, 2, tetrodes)), NULL};
    assert_true(support_write_mat(at("boncellinfo.mat"), version, variables));
}

static void write_position_and_task(enum mat_ft version) {
    static const char *const pos_fields[] = {"data", "fields", "cmperpixel", NULL};
    static const char *const task_fields[] = {"type", "environment", "exposure", NULL};
    double data[5 * FRAMES], scale = 0.6, exposure = 4.0;
    for (size_t f = 0; f < FRAMES; f++) {
        data[f] = 4000.0 + STEP * (double)f;
        data[FRAMES + f] = walk_x(f);
        data[2 * FRAMES + f] = walk_y(f);
        data[3 * FRAMES + f] = 0.0;
        data[4 * FRAMES + f] = f < FRAMES / 10 ? 0.0 : 67.5;
    }
    matvar_t *pos = support_mat_structure(NULL, pos_fields);
    support_mat_field(pos, "data", support_mat_matrix(NULL, data, FRAMES, 5));
    support_mat_field(pos, "fields", support_mat_text(NULL, "time x y dir vel"));
    support_mat_field(pos, "cmperpixel", support_mat_matrix(NULL, &scale, 1, 1));
    matvar_t *task = support_mat_structure(NULL, task_fields);
    support_mat_field(task, "type", support_mat_text(NULL, "run"));
    support_mat_field(task, "environment", support_mat_text(NULL, "TrackA"));
    support_mat_field(task, "exposure", support_mat_matrix(NULL, &exposure, 1, 1));
    matvar_t *positions[] = {nest("pos", 3, 3, nest(NULL, 2, 2, pos)), NULL};
    matvar_t *tasks[] = {nest("task", 3, 3, nest(NULL, 2, 2, task)), NULL};
    assert_true(support_write_mat(at("bonpos03.mat"), version, positions));
    assert_true(support_write_mat(at("bontask03.mat"), version, tasks));
}

static void check_nested_cells(enum mat_ft version) {
    write_spikes(version);
    write_cellinfo(version);
    write_position_and_task(version);
    nd_recording *recording = load(
        "bins: 10\nbins_y: 10\nrange: [0, 100]\nrange_y: [0, 100]\nminimum_speed: 3\n"
        "pooling: visits\nsessions:\n"
        "  - animal: bon\n    day: 3\n"
        "    activity: {file: bonspikes03.mat, name: 'spikes{3}{2}'}\n"
        "    position: {file: bonpos03.mat, name: 'pos{3}{2}.data', times: 1, columns: [2, 3]}\n"
        "    speed: {file: bonpos03.mat, name: 'pos{3}{2}.data', times: 1, column: 5}\n"
        "    cells: {file: boncellinfo.mat, name: 'cellinfo{3}{2}', area: CA1}\n"
        "    task: {file: bontask03.mat, name: 'task{3}{2}'}\n");
    const nd_session *session = &recording->sessions[0];
    assert_int_equal(session->cells, 2);
    assert_int_equal(session->cells_left_out, 1);
    assert_string_equal(session->environment, "TrackA");
    assert_true(session->exposure == 4.0);
    assert_int_equal(session->frames, FRAMES - FRAMES / 10);
    assert_int_equal(session->left_out.slow, FRAMES / 10);
    assert_int_equal(session->bins, 100);
    assert_int_equal(recording->settings.pooling, ND_POOL_VISITS);
    /* The first cell spikes in every other frame, once; so many of them while running. */
    assert_int_equal(session->events.start[1], (FRAMES - FRAMES / 10) / 2);
    assert_int_equal(session->events.start[2] - session->events.start[1],
                     (FRAMES - FRAMES / 10) / 5);
    for (size_t e = 0; e < session->events.start[2]; e++)
        assert_true(session->events.amount[e] == 1.0);
    for (size_t f = 0; f < session->frames; f++) {
        size_t raw = f + FRAMES / 10;
        int64_t x = (int64_t)(walk_x(raw) / 10.0), y = (int64_t)(walk_y(raw) / 10.0);
        assert_int_equal(session->bin[f], 10 * y + x);
    }
    nd_recording_free(recording);
}

static void test_nested_cells_of_one_area_on_a_square(void **state) {
    (void)state;
    check_nested_cells(MAT_FT_MAT5);
    check_nested_cells(MAT_FT_MAT73);
}

static void test_scan_puts_nested_cells_together(void **state) {
    (void)state;
    write_spikes(MAT_FT_MAT5);
    write_cellinfo(MAT_FT_MAT5);
    write_position_and_task(MAT_FT_MAT5);
    char names[4][600];
    const char *const ends[] = {"bonspikes03.mat", "bonpos03.mat", "boncellinfo.mat",
                                "bontask03.mat"};
    const char *files[4];
    for (int i = 0; i < 4; i++) {
        snprintf(names[i], sizeof names[i], "%s/%s", folder, ends[i]);
        files[i] = names[i];
    }
    nd_buffer yaml = {0}, question = {0};
    nd_error error = {0};
    assert_fine(nd_recording_scan(files, 4, NULL, &yaml, &question, &error), &error);
    nd_buffer_put(&yaml, "", 1, NULL);
    const char *text = (const char *)yaml.bytes;
    assert_non_null(strstr(text, "animal: \"bon\""));
    assert_non_null(strstr(text, "name: \"spikes{3}{2}\""));
    assert_non_null(strstr(text, "name: \"pos{3}{2}.data\""));
    assert_non_null(strstr(text, "name: \"cellinfo{3}{2}\", area: CA1"));
    assert_non_null(strstr(text, "name: \"task{3}{2}\""));
    nd_buffer_free(&yaml);
}

/* Map of cell c: 1 + c in its row and column, NaN in one corner. */
static double rate_at(size_t c, size_t row, size_t column) {
    if (row == 0 && column == 0)
        return NAN;
    return (double)(1 + c) * (double)(1 + row) + 0.1 * (double)column;
}

static matvar_t *one_map(size_t c) {
    double map[MAP_ROWS * MAP_COLUMNS];
    for (size_t column = 0; column < MAP_COLUMNS; column++)
        for (size_t row = 0; row < MAP_ROWS; row++)
            map[column * MAP_ROWS + row] = rate_at(c, row, column);
    return support_mat_matrix(NULL, map, MAP_ROWS, MAP_COLUMNS);
}

/* data(session) with a cell array of maps and a trajectory of time, x, y. */
static matvar_t *maps_of_a_session(void) {
    static const char *const fields[] = {"ratemaps", "trajectory", NULL};
    double trajectory[3 * FRAMES];
    for (size_t f = 0; f < FRAMES; f++) {
        trajectory[f] = 0.1 * (double)f;
        trajectory[FRAMES + f] = walk_x(f);
        trajectory[2 * FRAMES + f] = walk_y(f);
    }
    matvar_t *maps = support_mat_cells(NULL, MAP_CELLS);
    for (size_t c = 0; c < MAP_CELLS; c++)
        support_mat_put(maps, c, one_map(c));
    matvar_t *session = support_mat_structure("data", fields);
    support_mat_field(session, "ratemaps", maps);
    support_mat_field(session, "trajectory", support_mat_matrix(NULL, trajectory, FRAMES, 3));
    return session;
}

static void check_maps(const nd_session *session) {
    assert_int_equal(session->kind, ND_SESSION_RATE_MAPS);
    assert_int_equal(session->cells, MAP_CELLS);
    assert_int_equal(session->bins_x, MAP_COLUMNS);
    assert_int_equal(session->bins_y, MAP_ROWS);
    for (size_t c = 0; c < MAP_CELLS; c++)
        for (size_t row = 0; row < MAP_ROWS; row++)
            for (size_t column = 0; column < MAP_COLUMNS; column++) {
                double rate = rate_at(c, row, column);
                double found = session->rate_maps[(c * MAP_ROWS + row) * MAP_COLUMNS + column];
                assert_true(found == rate || (isnan(found) && isnan(rate)));
            }
    double seconds = 0.0;
    for (size_t b = 0; b < session->bins; b++)
        seconds += session->occupancy[b];
    assert_true(fabs(seconds - 0.1 * FRAMES) < 1e-9);
}

static void test_rate_maps_with_a_trajectory(void **state) {
    (void)state;
    matvar_t *variables[] = {maps_of_a_session(), NULL};
    assert_true(support_write_mat(at("mouse1.mat"), MAT_FT_MAT5, variables));
    nd_recording *recording =
        load("range: [0, 100]\nrange_y: [0, 100]\nactive: {frames: 0, rate: 0.01}\nsessions:\n"
             "  - {file: mouse1.mat, rate_maps: {name: 'data(1).ratemaps'},\n"
             "     position: {name: 'data(1).trajectory', times: 1, columns: [2, 3]}}\n");
    check_maps(&recording->sessions[0]);
    nd_recording_free(recording);
}

/* The same maps as one array of rows x columns x cells. */
static void test_rate_maps_as_a_solid_array(void **state) {
    (void)state;
    double maps[MAP_ROWS * MAP_COLUMNS * MAP_CELLS], trajectory[2 * FRAMES];
    size_t dims[3] = {MAP_ROWS, MAP_COLUMNS, MAP_CELLS}, i = 0;
    for (size_t c = 0; c < MAP_CELLS; c++)
        for (size_t column = 0; column < MAP_COLUMNS; column++)
            for (size_t row = 0; row < MAP_ROWS; row++)
                maps[i++] = rate_at(c, row, column);
    for (size_t f = 0; f < FRAMES; f++) {
        trajectory[f] = walk_x(f);
        trajectory[FRAMES + f] = walk_y(f);
    }
    matvar_t *variables[] = {Mat_VarCreate("maps", MAT_C_DOUBLE, MAT_T_DOUBLE, 3, dims, maps, 0),
                             support_mat_matrix("trajectory", trajectory, FRAMES, 2), NULL};
    assert_true(support_write_mat(at("mouse2.mat"), MAT_FT_MAT5, variables));
    nd_recording *recording =
        load("range: [0, 100]\nrange_y: [0, 100]\nsessions:\n"
             "  - {file: mouse2.mat, frame_seconds: 0.1, rate_maps: {name: maps}}\n");
    check_maps(&recording->sessions[0]);
    nd_recording_free(recording);
}

static void test_metrics_need_no_file(void **state) {
    (void)state;
    nd_recording *recording =
        load("name: others\nday_name: day\nsessions:\n"
             "  - {animal: a, day: 1, metrics: {fraction_place_cells: 0.5, information: 1.2}}\n"
             "  - {animal: a, day: 4, metrics: {fraction_place_cells: 0.4, information: 1.4}}\n");
    assert_int_equal(recording->sessions_count, 2);
    assert_int_equal(recording->sessions[1].kind, ND_SESSION_METRICS);
    assert_true(recording->sessions[1].given.fraction_place_cells == 0.4);
    assert_true(isnan(recording->sessions[1].given.cells));
    assert_int_equal(recording->sessions[1].visit, 2);
    nd_recording_free(recording);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nested_cells_of_one_area_on_a_square, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_scan_puts_nested_cells_together, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_rate_maps_with_a_trajectory, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_rate_maps_as_a_solid_array, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_metrics_need_no_file, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
