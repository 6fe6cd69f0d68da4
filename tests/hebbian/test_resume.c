/* A Hebbian run stopped at any moment, in settling or after, and resumed gives the run file of an
 * uninterrupted one. (Kills are run/test_resume's: both models share session.c.) */
#include "support.h"

#include "run/hebbian_run.h"
#include "run_compare.h"
#include "store/hebbian_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static nd_experiment *small_experiment(const char *more) {
    nd_error error = {0};
    char text[400];
    snprintf(text, sizeof text,
             "network: {model: hebbian, inputs: place, neurons: 30, input_count: 50}\n"
             "run: {settle: 600, steps: 600, records: 13, snapshots: 5}\n%s",
             more);
    nd_experiment *experiment = nd_experiment_parse(text, "test", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    return experiment;
}

/* Asks for a stop at the given report. */
typedef struct stopper {
    int reports, last;
    volatile int stop;
    bool settling;
} stopper;

static void count_reports(const nd_progress *progress, void *context) {
    stopper *self = context;
    self->settling = strcmp(progress->activity, "settle") == 0;
    if (++self->reports >= self->last)
        self->stop = 1;
}

static void test_stopped_and_resumed_is_the_same_run(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = small_experiment("");
    char *folder = support_folder(), whole[300], broken[300], part[300];
    snprintf(whole, sizeof whole, "%s/whole.nc", folder);
    snprintf(broken, sizeof broken, "%s/broken.nc", folder);
    snprintf(part, sizeof part, "%s/broken.nc.part", folder);
    nd_run_options options = {.threads = 1};
    assert_int_equal(nd_hebbian_simulate(experiment, whole, &options, NULL, &error),
                     ND_RUN_COMPLETE);
    nd_outcome outcome = ND_RUN_INTERRUPTED;
    int stops = 0, in_settling = 0;
    for (int last = 1; outcome == ND_RUN_INTERRUPTED && stops < 60; last = last % 3 + 1) {
        stopper self = {.last = last};
        nd_watch watch = {count_reports, &self, &self.stop};
        options.threads = (unsigned)last; /* nor does the number of threads matter */
        outcome = nd_hebbian_simulate(experiment, broken, &options, &watch, &error);
        stops += outcome == ND_RUN_INTERRUPTED;
        in_settling += outcome == ND_RUN_INTERRUPTED && self.settling;
    }
    assert_int_equal(outcome, ND_RUN_COMPLETE);
    assert_true(in_settling >= 1 && stops - in_settling >= 2);
    support_same_file(whole, broken);
    assert_int_equal(access(part, F_OK), -1);
    /* A finished run is left alone; one of another experiment is refused. */
    assert_int_equal(nd_hebbian_simulate(experiment, whole, &options, NULL, &error),
                     ND_RUN_COMPLETE);
    nd_experiment *other = small_experiment("seed: 2\n");
    assert_int_equal(nd_hebbian_simulate(other, whole, &options, NULL, &error), ND_RUN_FAILED);
    assert_non_null(strstr(error.what, "another experiment"));
    nd_experiment_free(other);
    nd_experiment_free(experiment);
    support_remove(folder);
}

/* What the file says is what the run in memory says. */
static void test_file_and_memory_tell_the_same(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = small_experiment("");
    char *folder = support_folder(), path[300];
    snprintf(path, sizeof path, "%s/run.nc", folder);
    nd_run_options options = {.threads = 1};
    assert_int_equal(nd_hebbian_simulate(experiment, path, &options, NULL, &error),
                     ND_RUN_COMPLETE);
    nd_hebbian_traces traces;
    assert_int_equal(nd_hebbian_simulate_in_memory(experiment, NULL, &traces, NULL, &error),
                     ND_RUN_COMPLETE);
    nd_hebbian_run *run = nd_hebbian_run_open(path, &error);
    assert_fine(run != NULL, &error);
    assert_int_equal(traces.records, 13);
    assert_int_equal(run->records, 13);
    assert_int_equal(run->snapshots, 5);
    assert_close("loss", run->loss, traces.loss, 13, 0, 1);
    assert_close("units", run->fraction_active_units, traces.fraction_active_units, 13, 0, 1);
    double centroid[13 * 30], response[50 * 30], again[30], count;
    assert_fine(nd_nc_get(run->file, "centroid", centroid, 13 * 30, &error), &error);
    assert_close("centroid", centroid, traces.centroid, 13 * 30, 0, 1);
    assert_fine(nd_hebbian_run_responses(run, 4, response, &error), &error);
    nd_field_centroids(run->inputs, response, 30, 0.05, again);
    assert_close("last centroids", centroid + 12 * 30, again, 30, 0, 1);
    assert_fine(nd_nc_number(run->file, NULL, "fixed_points", &count, &error), &error);
    assert_true(count == 1200);
    assert_false(nd_hebbian_run_responses(run, 5, response, &error));
    nd_hebbian_run_close(run);
    nd_hebbian_traces_free(&traces);
    nd_experiment_free(experiment);
    support_remove(folder);
}

static void test_foreign_files_are_refused_by_name(void **state) {
    (void)state;
    nd_error error = {0};
    assert_null(nd_hebbian_run_open("/nowhere/at-all.nc", &error));
    assert_string_equal(error.where, "/nowhere/at-all.nc");
    assert_null(nd_hebbian_run_open(ND_SOURCE_FOLDER "/LICENSE", &error));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopped_and_resumed_is_the_same_run),
        cmocka_unit_test(test_file_and_memory_tell_the_same),
        cmocka_unit_test(test_foreign_files_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
