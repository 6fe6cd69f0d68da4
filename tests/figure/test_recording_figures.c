/* The figures of recordings are drawn from their results files, or say why not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "figure/figure.h"
#include "made_recording.h"
#include "store/recording_file.h"
#include "support.h"

enum { CELLS = 40, SESSIONS = 5 };

static void write_result(nd_recording *recording, const char *path) {
    nd_error error = {0};
    nd_recording_result *result = nd_recording_measure(recording, 2, NULL, &error);
    assert_fine(result != NULL, &error);
    assert_fine(nd_recording_file_write(result, support_place(path), NULL, &error), &error);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

/* Cells followed over five sessions, with corrections. */
static void write_followed(const char *path) {
    nd_recording *recording = made_recording(SESSIONS);
    double centre[CELLS];
    bool active[CELLS];
    nd_random_uniforms(9, ND_FOR_TEST, 1, 0, CELLS, centre);
    for (size_t s = 0; s < SESSIONS; s++) {
        for (size_t c = 0; c < CELLS; c++) {
            centre[c] = s == 0 ? 19.0 * centre[c] : centre[c];
            active[c] = c >= 3 * s;
        }
        made_place_cells(recording, s, "it's_1", "tr{ack}", (double)s, CELLS, active, centre, 2.0,
                         5);
    }
    recording->settings.shuffles = 40;
    recording->settings.scaled_shuffle_reduction = true;
    recording->settings.bounded_asymptotic_extrapolation = true;
    recording->settings.subsampling_repetitions = 3;
    write_result(recording, path);
}

/* Numbers from elsewhere: nothing to follow, nothing to correct. */
static void write_numbers(const char *path) {
    nd_recording *recording = made_recording(4);
    for (size_t s = 0; s < 4; s++)
        made_metrics(recording, s, s < 2 ? "a" : "b", "", (double)(s % 2), s % 2 + 1,
                     (nd_given_metrics){100, 0.5, 0.3, 1.0 + (double)s, 1.0, 0.5});
    write_result(recording, path);
}

static bool draw(const char *name, const char *const *inputs, size_t count, const char *output,
                 nd_error *error) {
    const nd_figure *figure = nd_figure_find(name);
    assert_non_null(figure);
    return figure->draw(&(nd_figure_request){inputs, count, output, {0}}, error);
}

static void test_figures_are_drawn(void **state) {
    (void)state;
    char *folder = support_folder(), followed[4200], numbers[4200], output[4200];
    snprintf(followed, sizeof followed, "%s/followed.nc", folder);
    snprintf(numbers, sizeof numbers, "%s/numbers.nc", folder);
    write_followed(followed);
    write_numbers(numbers);
    const char *both[] = {followed, numbers};
    const char *names[] = {"fig3", "recording", "information"};
    for (size_t i = 0; i < 3; i++) {
        nd_error error = {0};
        snprintf(output, sizeof output, "%s/%s.svg", folder, names[i]);
        assert_fine(draw(names[i], both, i == 0 ? 2 : 1, output, &error), &error);
        assert_int_equal(access(output, R_OK), 0);
    }
    support_remove(folder);
}

static void test_what_cannot_be_drawn_is_said(void **state) {
    (void)state;
    char *folder = support_folder(), numbers[4200], output[4200];
    snprintf(numbers, sizeof numbers, "%s/numbers.nc", folder);
    snprintf(output, sizeof output, "%s/out.svg", folder);
    write_numbers(numbers);
    const char *input = numbers;
    nd_error error = {0};
    assert_false(draw("recording", &input, 1, output, &error));
    assert_non_null(strstr(error.what, "no cells followed"));
    assert_false(draw("information", &input, 1, output, &error));
    assert_non_null(strstr(error.what, "sample fraction"));
    assert_int_equal(access(output, R_OK), -1);
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_drawn),
        cmocka_unit_test(test_what_cannot_be_drawn_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
