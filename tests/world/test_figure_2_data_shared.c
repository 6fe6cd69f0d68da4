/* The data set of the published Figure 2: read as a file world, and lying on the track's geometry.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/netcdf_file.h"
#include "experiment/experiment.h"
#include "support.h"
#include "world/world.h"
#include "world/worlds.h"

#define FIGURE_2 "task: predictive-track, samples: 150, input_dim: 17"

static nd_experiment *parse(const char *text) {
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_parse(text, "test", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    return experiment;
}

static void test_published_figure_2_data_are_read(void **state) {
    (void)state;
    nd_error error = {0};
    char text[4200];
    snprintf(text, sizeof text, "world: {task: file, path: \"%s\"}",
             support_reference("figure2/dataset.nc"));
    nd_experiment *experiment = parse(text);
    nd_dataset *d = nd_dataset_make(experiment, &error);
    assert_fine(d != NULL, &error);
    assert_int_equal(d->samples, 150);
    assert_int_equal(d->inputs, 18);
    assert_int_equal(d->outputs, 17);
    double variance = nd_target_variance(d), expected = 0.08208229946656313;
    assert_close("variance", &variance, &expected, 1, 1e-12, 0);
    nd_dataset_free(d);
    nd_experiment_free(experiment);
}

typedef struct seen {
    double phase, value;
} seen;

static int by_phase(const void *a, const void *b) {
    double x = ((const seen *)a)->phase, y = ((const seen *)b)->phase;
    return (x > y) - (x < y);
}

/* The published views, laid out by the phases of our geometry with the quirks, form one smooth
 * texture; without them they do not. The view of a sample is the target of the one before. */
static double published_jump(bool quirks) {
    nd_error error = {0};
    nd_experiment *experiment =
        parse(quirks ? "world: {" FIGURE_2 ", published_quirks: true}" : "world: {" FIGURE_2 "}");
    nd_nc *file = nd_nc_open(support_reference("figure2/dataset.nc"), &error);
    assert_fine(file != NULL, &error);
    static double inputs[150 * 18], position[150], heading[150];
    static seen all[150 * 17];
    assert_fine(nd_nc_get(file, "inputs", inputs, 150 * 18, &error) &&
                    nd_nc_get(file, "position", position, 150, &error) &&
                    nd_nc_get(file, "heading", heading, 150, &error),
                &error);
    nd_nc_close(file);
    for (size_t s = 0; s < 150; s++)
        for (size_t i = 0; i < 17; i++) {
            double angle = heading[s ? s - 1 : 0] + M_PI / 8 * ((double)i / 8 - 1);
            double phase = nd_track_phase(&experiment->world, position[s], angle);
            all[s * 17 + i] = (seen){quirks && phase > 1 ? 0 : phase, inputs[s * 18 + i]};
        }
    nd_experiment_free(experiment);
    qsort(all, 150 * 17, sizeof *all, by_phase);
    double worst = 0;
    for (size_t i = 1; i < 150 * 17; i++)
        if (all[i].phase - all[i - 1].phase < 5e-4)
            worst = fmax(worst, fabs(all[i].value - all[i - 1].value));
    return worst;
}

static void test_the_published_views_lie_on_one_texture(void **state) {
    (void)state;
    assert_true(published_jump(true) < 0.01);
    assert_true(published_jump(false) > 0.1);
}

int main(void) {
    support_need_reference("figure2");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_figure_2_data_are_read),
        cmocka_unit_test(test_the_published_views_lie_on_one_texture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
