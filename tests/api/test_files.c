/* Verbs on files and sweeps do what the program's commands do. */
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/netcdf_file.h"
#include "support.h"

enum { SNAPSHOTS = 3, RECORDS = 31 };

static const char TEXT[] = "world: {task: predictive-track, samples: 40, input_dim: 3}\n"
                           "network: {hidden: 8}\nlearning: {update_noise: 0.05}\n"
                           "run: {steps: 600, records: 31, snapshots: 3}\n";

static void program(const char *folder, const char *arguments) {
    char line[1200];
    snprintf(line, sizeof line, "cd '%s' && '%s' %s >program.out 2>program.err", folder, ND_PROGRAM,
             arguments);
    if (system(line) != 0)
        fail_msg("failed: %s", line);
}

static char *path_in(const char *folder, const char *name) {
    static char paths[4][400];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, 400, "%s/%s", folder, name);
    return path;
}

static char *content(const char *folder, const char *name) {
    FILE *file = fopen(path_in(folder, name), "r");
    char *text = calloc(1, 1 << 20);
    assert_non_null(file);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

/* A variable of two files, to the last bit. */
static void assert_same(const nd_nc *a, const nd_nc *b, const char *name, size_t count) {
    nd_error error = {0};
    double *x = calloc(count, sizeof *x), *y = calloc(count, sizeof *y);
    assert_fine(nd_nc_get(a, name, x, count, &error) && nd_nc_get(b, name, y, count, &error),
                &error);
    if (memcmp(x, y, count * sizeof *x) != 0)
        fail_msg("%s differs", name);
    free(x);
    free(y);
}

static void simulate(const char *folder, const char *name, const char *steps) {
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_parse(TEXT, "t", NULL, &steps, 1, &error);
    assert_fine(experiment != NULL, &error);
    assert_fine(nd_simulate(experiment, path_in(folder, name), NULL, NULL, &error) ==
                    ND_RUN_COMPLETE,
                &error);
    nd_experiment_free(experiment);
}

static void test_run_files(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder();
    simulate(folder, "ours.nc", "run.steps=600");
    simulate(folder, "theirs.nc", "run.steps=600");
    assert_fine(nd_measure_file(path_in(folder, "ours.nc"), NULL, &error), &error);
    const nd_spectrum_request request = {.exact = true, .lanczos = true};
    assert_fine(nd_spectrum_file(path_in(folder, "ours.nc"), &request, NULL, &error), &error);
    const int stop = 1;
    const nd_watch watch = {.stop = &stop};
    assert_false(nd_measure_file(path_in(folder, "ours.nc"), &watch, &error));
    assert_int_equal(error.code, ND_CODE_STOPPED);
    assert_false(nd_spectrum_file(path_in(folder, "ours.nc"), NULL, &watch, &error));
    assert_int_equal(error.code, ND_CODE_STOPPED);
    program(folder, "measure theirs.nc -q");
    program(folder, "spectrum theirs.nc --exact --lanczos -q");
    nd_nc *ours = nd_nc_open(path_in(folder, "ours.nc"), &error);
    nd_nc *theirs = nd_nc_open(path_in(folder, "theirs.nc"), &error);
    assert_fine(ours && theirs, &error);
    assert_same(ours, theirs, "tuning_curves", SNAPSHOTS * 8 * 100);
    assert_same(ours, theirs, "spatial_information", SNAPSHOTS * 8);
    assert_same(ours, theirs, "rate_map_correlation", SNAPSHOTS * SNAPSHOTS);
    assert_same(ours, theirs, "eigenvalues", SNAPSHOTS * 8 * (4 + 1 + 3));
    assert_same(ours, theirs, "hessian_trace", SNAPSHOTS);
    assert_same(ours, theirs, "lanczos_largest", SNAPSHOTS);
    nd_nc_close(ours);
    nd_nc_close(theirs);
    support_remove(folder);
}

/* A run gone on with is one long run. */
static void test_continuing(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder();
    simulate(folder, "short.nc", "run.steps=600");
    simulate(folder, "long.nc", "run.steps=1200");
    const char *const sets[] = {"run.steps=1200", "run.records=31", "run.snapshots=3"};
    assert_fine(nd_continue_file(path_in(folder, "short.nc"), sets, 3, path_in(folder, "on.nc"),
                                 NULL, NULL, &error) == ND_RUN_COMPLETE,
                &error);
    nd_nc *whole = nd_nc_open(path_in(folder, "long.nc"), &error);
    nd_nc *on = nd_nc_open(path_in(folder, "on.nc"), &error);
    assert_fine(whole && on, &error);
    double a[1 << 10], b[1 << 10];
    size_t weights = 8 * 4;
    assert_true(nd_nc_get_row(whole, "input_weights", SNAPSHOTS - 1, a, weights, &error));
    size_t last = SNAPSHOTS - 1;
    while (nd_nc_get_row(on, "input_weights", last + 1, b, weights, NULL))
        last++;
    assert_fine(nd_nc_get_row(on, "input_weights", last, b, weights, &error), &error);
    assert_memory_equal(a, b, weights * sizeof *a);
    nd_nc_close(whole);
    nd_nc_close(on);
    support_remove(folder);
}

static void test_figures(void **state) {
    (void)state;
    nd_error error = {0}, remark = {0};
    char *folder = support_folder();
    nd_figure_description figure;
    size_t figures = 0;
    while (nd_figure_describe(figures, &figure))
        figures++;
    assert_true(figures > 5);
    simulate(folder, "run.nc", "run.steps=600");
    const char *const inputs[] = {path_in(folder, "run.nc")};
    const char *output = path_in(folder, "fig2.svg");
    bool drawn = nd_draw_figure("fig2", inputs, 1, output, false, &remark, &error);
    if (system("command -v gnuplot >/dev/null") == 0) {
        assert_fine(drawn, &error);
        char *text = content(folder, "fig2.svg");
        assert_non_null(strstr(text, "<svg"));
        free(text);
        assert_false(nd_draw_figure("fig2", inputs, 1, inputs[0], true, NULL, &error));
    } else {
        assert_non_null(strstr(error.what, "gnuplot"));
    }
    assert_false(nd_draw_figure("fig2", NULL, 0, "x.pdf", false, NULL, &error));
    assert_int_equal(error.code, ND_CODE_ARGUMENT);
    support_remove(folder);
}

static const char SWEEP[] = "name: small\nseed: 3\nbase: |\n"
                            "  world: {task: random, samples: 4, input_dim: 5, output_dim: 3}\n"
                            "  network: {hidden: 10}\n  run: {steps: 300, records: 20}\n"
                            "grid:\n  - {key: learning.rule, values: [sgd, adam]}\nrepeats: 2\n";

static nd_runs_column runs_column(const nd_runs_table *table, const char *name) {
    nd_runs_column column = {0};
    for (size_t i = 0; nd_runs_table_column(table, i, &column); i++)
        if (strcmp(column.name, name) == 0)
            return column;
    fail_msg("there is no column %s", name);
    return column;
}

/* Every value of the table is that of the CSV. */
static void compare_columns(const char *into) {
    nd_error error = {0};
    for (int all = 0; all < 2; all++) {
        nd_runs_table *table = nd_table_of_sweep(into, all, &error);
        char *csv = nd_tabulate_sweep(into, all, false, &error), *rest = csv;
        assert_fine(table && csv, &error);
        size_t columns = nd_runs_table_columns(table);
        nd_runs_column column;
        assert_true(columns > 20);
        for (size_t row = 0; row <= 4; row++) {
            char *line = strsep(&rest, "\n");
            for (size_t i = 0; i < columns; i++) {
                char here[64] = "", *cell = strsep(&line, ",");
                assert_true(nd_runs_table_column(table, i, &column) && column.rows == 4);
                if (row == 0)
                    snprintf(here, sizeof here, "%s", column.name);
                else if (column.texts)
                    snprintf(here, sizeof here, "%s",
                             column.texts[row - 1] ? column.texts[row - 1] : "");
                else if (column.counts)
                    snprintf(here, sizeof here, "%llu", (unsigned long long)column.counts[row - 1]);
                else if (!isnan(column.numbers[row - 1]))
                    snprintf(here, sizeof here, "%.15g", column.numbers[row - 1]);
                if (strcmp(here, cell) != 0)
                    fail_msg("%s, row %zu: '%s' and '%s'", column.name, row, here, cell);
            }
            assert_null(line);
        }
        assert_false(nd_runs_table_column(table, columns, &column));
        assert_string_equal(runs_column(table, "learning.rule").texts[3], "adam");
        assert_true(runs_column(table, "id").counts[3] == 3);
        nd_runs_table_free(table);
        nd_free(csv);
    }
}

/* What is planned is what the store of the begun sweep holds. */
static void test_planning(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder();
    FILE *file = fopen(path_in(folder, "sweep.yaml"), "w");
    fputs(SWEEP, file);
    fclose(file);
    nd_runs_table *plan = nd_plan_of_sweep(path_in(folder, "sweep.yaml"), false, &error);
    assert_fine(plan != NULL, &error);
    assert_int_equal(runs_column(plan, "id").rows, 4);
    assert_true(runs_column(plan, "steps").numbers[2] == 300);
    assert_true(runs_column(plan, "seed").counts[3] == 6);
    assert_string_equal(runs_column(plan, "learning.rule").texts[0], "sgd");
    assert_string_equal(runs_column(plan, "learning.rule").texts[2], "adam");
    assert_int_equal(nd_runs_table_columns(plan), 6);
    nd_experiment *third =
        nd_experiment_parse(runs_column(plan, "experiment").texts[2], "t", NULL, NULL, 0, &error);
    nd_key_value value;
    assert_fine(third && nd_experiment_get(third, "learning.rule", &value, &error), &error);
    assert_string_equal(value.word, "adam");
    nd_experiment_free(third);
    nd_runs_table_free(plan);
    plan = nd_plan_of_sweep(path_in(folder, "sweep.yaml"), true, &error);
    assert_fine(plan != NULL, &error);
    assert_true(runs_column(plan, "network.hidden").counts[1] == 10);
    assert_true(isnan(runs_column(plan, "network.neurons").numbers[1]));
    nd_runs_table_free(plan);
    support_remove(folder);
}

/* As the program compares; the made-up table has our own medians within its quartiles, or not. */
static void test_comparing(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder();
    FILE *file = fopen(path_in(folder, "sweep.yaml"), "w");
    fputs(SWEEP, file);
    fclose(file);
    char into[400];
    snprintf(into, sizeof into, "%s/folder", folder);
    const nd_sweep_request one = {.jobs = 1};
    assert_fine(nd_run_sweep(path_in(folder, "sweep.yaml"), into, &one, NULL, NULL, &error),
                &error);
    for (int off = 0; off < 2; off++) {
        bool inside = false;
        file = fopen(path_in(folder, "paper.csv"), "w");
        fprintf(file, "rule,update_noise,label_noise,active_units_ratio,active_fraction_ratio\n");
        for (int i = 0; i < 5; i++)
            fprintf(file, "sgd,0,0,%g,%g\n", off ? 7 : 0.5 * i, off ? 7 : 0.5 * i);
        fclose(file);
        char *said = nd_compare_sweep(into, path_in(folder, "paper.csv"), true, &inside, &error);
        assert_fine(said != NULL, &error);
        assert_true(inside == !off);
        double low, high; /* where nothing is published, too */
        const char *adam = strstr(said, "\"adam\"");
        assert_non_null(adam);
        assert_int_equal(sscanf(strstr(adam, "\"low\""), "\"low\": %lf", &low), 1);
        assert_int_equal(sscanf(strstr(adam, "\"high\""), "\"high\": %lf", &high), 1);
        assert_true(low <= high);
        if (!off) {
            program(folder, "sweep compare folder paper.csv --json");
            char *theirs = content(folder, "program.out");
            assert_string_equal(said, theirs);
            free(theirs);
        }
        nd_free(said);
    }
    support_remove(folder);
}

static void test_sweeps(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder();
    FILE *file = fopen(path_in(folder, "sweep.yaml"), "w");
    fputs(SWEEP, file);
    fclose(file);
    bool stopped = true;
    const nd_sweep_request one = {.jobs = 1};
    nd_sweep_counts counts;
    const char *into = path_in(folder, "folder"), *sweep = path_in(folder, "sweep.yaml");
    assert_fine(nd_run_sweep(sweep, into, &one, NULL, &stopped, &error), &error);
    assert_false(stopped);
    assert_fine(nd_count_sweep(into, &counts, &error), &error);
    assert_string_equal(counts.name, "small");
    assert_true(counts.done == 4 && counts.waiting == 0 && counts.steps_done == 1200);
    for (int json = 0; json < 2; json++) {
        char *table = nd_tabulate_sweep(into, json, json, &error);
        assert_fine(table != NULL, &error);
        program(folder, json ? "sweep table folder --all-keys --json" : "sweep table folder");
        char *said = content(folder, "program.out");
        assert_string_equal(table, said);
        free(said);
        nd_free(table);
    }
    compare_columns(into);
    /* In two shards, put together: the same lines but for the seconds. */
    const char *parts = path_in(folder, "parts");
    for (size_t shard = 0; shard < 2; shard++) {
        const nd_sweep_request part = {.jobs = 1, .shard = shard, .shards = 2};
        assert_fine(nd_run_sweep(sweep, parts, &part, NULL, NULL, &error), &error);
    }
    assert_fine(nd_count_sweep(parts, &counts, &error), &error);
    assert_int_equal(counts.done, 4);
    size_t merged;
    assert_fine(nd_merge_sweep(parts, false, &merged, NULL, &error), &error);
    assert_int_equal(merged, 2);
    assert_fine(nd_count_sweep(parts, &counts, &error), &error);
    assert_int_equal(counts.done, 4);
    support_remove(folder);
}

/* A data file of six samples, without the inputs where a link stands for them. */
static void make_data(const char *path, const char *link) {
    nd_error error = {0};
    const double values[12] = {0.1, 0.9, 0.4, 0.2, 0.8, 0.3, 0.7, 0.5, 0.6, 0.1, 0.2, 0.4};
    nd_nc *file = nd_nc_create(path, &error);
    assert_fine(
        file && nd_nc_define_dimension(file, "sample", 6, &error) &&
            nd_nc_define_dimension(file, "input", 2, &error) &&
            nd_nc_define_dimension(file, "output", 1, &error) &&
            nd_nc_define(file, "targets", ND_NC_DOUBLE, "sample output", "1", "t", &error) &&
            (link ||
             nd_nc_define(file, "inputs", ND_NC_DOUBLE, "sample input", "1", "i", &error)) &&
            nd_nc_put(file, "targets", values, 6, &error) &&
            (link || nd_nc_put(file, "inputs", values, 12, &error)),
        &error);
    assert_fine(nd_nc_publish(file, &error), &error);
    if (!link)
        return;
    hid_t id = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(H5Lcreate_external(link, "/inputs", id, "inputs", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    assert_true(H5Fclose(id) >= 0);
}

static void hear(const char *lines, void *context) {
    snprintf(context, 400, "%s", lines);
}

/* Runs of a sweep follow the links of a data file where they are told to, and no others. */
static void test_following_links(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(), heard[400] = "";
    make_data(path_in(folder, "far.nc"), NULL);
    make_data(path_in(folder, "near.nc"), "far.nc");
    FILE *file = fopen(path_in(folder, "links.yaml"), "w");
    fputs("name: links\nbase: |\n  world: {task: file, path: near.nc}\n  network: {hidden: 3}\n"
          "  run: {steps: 20, records: 20}\ngrid:\n  - {key: seed, values: [1, 2]}\n",
          file);
    fclose(file);
    for (int follow = 0; follow < 2; follow++) {
        const nd_sweep_request request = {
            .jobs = 1, .follow_links = follow, .tell = hear, .context = heard};
        nd_sweep_counts counts;
        const char *into = path_in(folder, follow ? "followed" : "refused");
        assert_fine(
            nd_run_sweep(path_in(folder, "links.yaml"), into, &request, NULL, NULL, &error) &&
                nd_count_sweep(into, &counts, &error),
            &error);
        assert_int_equal(follow ? counts.done : counts.failed, 2);
    }
    assert_non_null(strstr(heard, "far.nc"));
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_files),       cmocka_unit_test(test_continuing),
        cmocka_unit_test(test_figures),         cmocka_unit_test(test_sweeps),
        cmocka_unit_test(test_planning),        cmocka_unit_test(test_comparing),
        cmocka_unit_test(test_following_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
