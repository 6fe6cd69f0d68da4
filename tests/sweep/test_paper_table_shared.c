/* The paper's table of simulations runs as the example has it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/files.h"
#include "base/memory.h"
#include "experiment/experiment.h"
#include "support.h"
#include "sweep/plan.h"

static nd_experiment *run_of(const nd_sweep_plan *plan, size_t id) {
    nd_error error = {0};
    nd_experiment *experiment =
        nd_experiment_parse(plan->run[id].experiment, "plan", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    return experiment;
}

/* examples/paper-simulations.yaml, beside the table it names. */
static nd_sweep_plan *read_plan(const char *folder) {
    char sweep[300], table[300];
    snprintf(sweep, sizeof sweep, "%s/sweep.yaml", folder);
    snprintf(table, sizeof table, "%s/simulations.csv", folder);
    assert_int_equal(symlink(support_reference("paper/simulations.csv"), table), 0);
    assert_int_equal(symlink(ND_SOURCE_FOLDER "/examples/paper-simulations.yaml", sweep), 0);
    nd_error error = {0};
    nd_sweep_plan *plan = nd_sweep_plan_read(sweep, &error);
    assert_fine(plan != NULL, &error);
    return plan;
}

static void test_the_published_tables_run_as_they_are(void **state) {
    (void)state;
    char *folder = support_folder();
    nd_sweep_plan *plan = read_plan(folder);
    assert_int_equal(plan->runs, 1151);
    nd_experiment *e = run_of(plan, 33); /* one whose output_dim is 0 */
    assert_string_equal(e->world.task, "predictive");
    assert_int_equal(e->world.output_dim, 0);
    assert_int_equal(e->run.steps, 10000000);
    nd_experiment_free(e);
    size_t short_rows = 0;
    for (size_t id = 0; id < plan->runs; id++) {
        e = run_of(plan, id);
        short_rows += e->run.steps == 1000000;
        assert_int_equal(e->world.published_quirks, e->run.steps == 10000000);
        nd_experiment_free(e);
    }
    assert_int_equal(short_rows, 362);
    nd_sweep_plan_free(plan);
    support_remove(folder);
}

int main(void) {
    support_need_reference("paper");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_published_tables_run_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
