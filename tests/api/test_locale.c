/* The library in a program whose locale has commas for decimals: what it reads and writes is the
 * same byte for byte as under C, by setlocale for all threads and by uselocale for the calling one.
 * The locale is made in the test's own folder. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "nulldrift.h"
#include "support.h"

/* glibc's newlocale does not give back what it made of LOCPATH. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:__argz_add_sep\n";
}

static char *home;

static char *path_of(const char *folder, const char *name) {
    char *path = NULL;
    assert_true(asprintf(&path, "%s/%s/%s", home, folder, name) > 0);
    return path;
}

static void put(const char *folder, const char *name, const char *text) {
    nd_error error = {0};
    char *path = path_of(folder, name);
    assert_fine(nd_write_file(path, text, strlen(text), &error), &error);
    free(path);
}

static char *get(const char *folder, const char *name) {
    nd_error error = {0};
    nd_buffer bytes = {0};
    char *path = path_of(folder, name);
    assert_fine(nd_read_file(path, (size_t)1 << 26, &bytes, &error), &error);
    free(path);
    return (char *)bytes.bytes;
}

static void put_session(const char *folder) {
    char *text = calloc(600, 40), *at = text;
    at += sprintf(at, "time,position,cell_1,cell_2\n");
    for (int f = 0; f < 600;
         f++) /* hundredths by whole numbers: this is written under any locale */
        at += sprintf(at, "%d.%02d,0.%02d,%d.5,%d\n", f / 20, f % 20 * 5, f % 20 * 5, f % 20 < 4,
                      f % 20 > 12);
    put(folder, "day.csv", text);
    put(folder, "day.yaml", "range: [0, 0.975]\nbins: 10\nsessions:\n  - {file: day.csv}\n");
    free(text);
}

/* Numbers as they are, without regard to any locale. */
static void keep(const char *folder, const char *name, const nd_analysis *analysis) {
    char *path = path_of(folder, name);
    FILE *out = fopen(path, "wb");
    nd_column column;
    for (size_t i = 0; nd_analysis_column(analysis, ND_TABLE_SESSIONS, i, &column); i++) {
        fprintf(out, "%s\n", column.name);
        for (size_t row = 0; column.numbers && row < column.rows; row++) {
            const unsigned char *byte = (const unsigned char *)&column.numbers[row];
            for (size_t b = 0; b < sizeof(double); b++)
                fprintf(out, "%02x", byte[b]);
        }
        fputc('\n', out);
    }
    fclose(out);
    free(path);
}

/* Leaves the fifth column of a table out: seconds differ from run to run. */
static void drop_seconds(char *table) {
    int field = 0;
    char *to = table;
    for (const char *from = table; *from; from++) {
        field = *from == '\n' ? 0 : field + (*from == ',');
        if (field != 4)
            *to++ = *from;
    }
    *to = '\0';
}

/* All that is compared, in a folder of its own. */
static void work_in(const char *folder) {
    static const char *const sets[] = {"learning.learning_rate=0.05"};
    nd_error error = {0};
    char *place = path_of(folder, ""), *out = path_of(folder, "run.nc");
    const char *in[] = {out};
    bool stopped;
    assert_int_equal(mkdir(place, 0777), 0);
    put(folder, "noisy.yaml",
        "world: {task: predictive-track, samples: 30, input_dim: 5}\nnetwork: {hidden: 20}\n"
        "learning: {update_noise: 0.0125}\nrun: {steps: 60, records: 21, snapshots: 3}\n");
    char *yaml = path_of(folder, "noisy.yaml");
    nd_experiment *experiment = nd_experiment_load(yaml, sets, 1, &error);
    assert_fine(experiment != NULL, &error);
    char *text = nd_experiment_text(experiment, &error);
    put(folder, "text", text);
    assert_int_equal(nd_simulate(experiment, out, NULL, NULL, &error), ND_RUN_COMPLETE);
    assert_fine(nd_measure_file(out, NULL, &error), &error);
    char *picture = path_of(folder, "fig2.svg");
    assert_fine(nd_draw_figure("fig2", in, 1, picture, true, NULL, &error), &error);

    put(folder, "sweep.yaml",
        "name: few\nbase: |\n  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}\n"
        "  network: {hidden: 10}\n  run: {steps: 100, records: 5}\nsamples: 4\n"
        "draw:\n  - {key: learning.update_noise, log-uniform: [0.001, 0.1]}\n");
    char *sweep = path_of(folder, "sweep.yaml"), *runs = path_of(folder, "sweep");
    const nd_sweep_request request = {.jobs = 2};
    assert_fine(nd_run_sweep(sweep, runs, &request, NULL, &stopped, &error), &error);
    char *table = nd_tabulate_sweep(runs, true, false, &error);
    assert_fine(table != NULL, &error);
    drop_seconds(table);
    put(folder, "runs.csv", table);

    put_session(folder);
    char *manifest = path_of(folder, "day.yaml");
    nd_analysis *analysis = nd_manifest_analyse(manifest, 2, NULL, &error);
    assert_fine(analysis != NULL, &error);
    keep(folder, "day.numbers", analysis);
    nd_analysis_free(analysis);
    free(manifest);
    free(table);
    free(sweep);
    free(runs);
    free(picture);
    nd_free(text);
    nd_experiment_free(experiment);
    free(yaml);
    free(out);
    free(place);
}

static void compare(const char *folder) {
    static const char *const names[] = {"text", "fig2.svg", "day.numbers", "runs.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *expected = get("c", names[i]), *got = get(folder, names[i]);
        if (strcmp(expected, got) != 0)
            fail_msg("%s differs under %s", names[i], folder);
        free(expected);
        free(got);
    }
}

static void test_commas_change_nothing(void **state) {
    (void)state;
    char shown[20];
    work_in("c");
    assert_non_null(setlocale(LC_ALL, "de_DE.UTF-8"));
    snprintf(shown, sizeof shown, "%.1f", 1.5);
    assert_string_equal(shown, "1,5");
    work_in("commas");
    snprintf(shown, sizeof shown, "%.1f", 1.5); /* and the host's locale is as it was */
    assert_string_equal(shown, "1,5");
    assert_non_null(setlocale(LC_ALL, "C"));
    compare("commas");

    locale_t commas = newlocale(LC_ALL_MASK, "de_DE.UTF-8", (locale_t)0);
    assert_true(commas != (locale_t)0);
    locale_t before = uselocale(commas);
    work_in("thread");
    snprintf(shown, sizeof shown, "%.1f", 1.5);
    assert_string_equal(shown, "1,5");
    uselocale(before);
    freelocale(commas);
    compare("thread");
}

int main(void) {
    char command[4200];
    home = support_folder();
    snprintf(
        command, sizeof command,
        "mkdir '%s/locales' && localedef -i de_DE -f UTF-8 '%s/locales/de_DE.UTF-8' 2>/dev/null",
        home, home);
    bool made = system(command) == 0;
    snprintf(command, sizeof command, "%s/locales", home);
    setenv("LOCPATH", command, 1);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_commas_change_nothing)};
    int code = made ? cmocka_run_group_tests(tests, NULL, NULL) : SUPPORT_SKIPPED;
    if (!made)
        puts("skipped: localedef has no sources of de_DE (package locales)");
    support_remove(home);
    return code;
}
