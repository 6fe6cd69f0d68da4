/* Rotation and stretch of a code, against a rotation of known angle and a known stretch. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "followed_cells.h"
#include "support.h"

enum { CELLS = 12, BINS = 30, SESSIONS = 5 };

/* Random maps; in session s turned by s x `angle` in the planes of units (0, 1), (2, 3) ..., or
 * stretched along unit 0 by `stretch`^s. */
static nd_followed *turning(double angle, double stretch) {
    nd_followed *of = followed_cells(SESSIONS, CELLS, BINS);
    of->noiseless = true;
    nd_stream draw = nd_stream_at(9, ND_FOR_TEST, 0, 0);
    for (size_t c = 0; c < CELLS; c++)
        for (size_t b = 0; b < BINS; b++)
            of->map[c * BINS + b] = nd_stream_gaussian(&draw);
    for (size_t s = 1; s < SESSIONS; s++)
        for (size_t c = 0; c < CELLS; c += 2)
            for (size_t b = 0; b < BINS; b++) {
                double x = nd_map_of(of, 0, c)[b], y = nd_map_of(of, 0, c + 1)[b];
                double by = angle * (double)s, along = c == 0 ? pow(stretch, (double)s) : 1;
                double *map = of->map + (s * CELLS + c) * BINS;
                map[b] = along * (x * cos(by) - y * sin(by));
                map[BINS + b] = x * sin(by) + y * cos(by);
            }
    return of;
}

static void test_a_rotation_of_known_angle(void **state) {
    (void)state;
    nd_followed *of = turning(0.3, 1);
    nd_drift_measures *m = followed_measure(of, 1);
    for (size_t s = 1; s < SESSIONS; s++) {
        const double expected[] = {0.3 * (double)s, 0};
        const double found[] = {m->pair[ND_PAIR_ROTATION][s], m->pair[ND_PAIR_STRETCH][s]};
        assert_close("rotation and stretch", found, expected, 2, 1e-9, 1);
    }
    assert_true(m->number[ND_NUMBER_ROTATION] > 0);
    nd_drift_measures_free(m);
    nd_followed_free(of);
}

/* Stretched along one unit: A' B of A and A S is A'A S, and 1 less the sum of its singular values
 * over the sizes is known from a unit alone; no turn where maps of units are orthogonal. */
static void test_a_stretch_is_no_rotation(void **state) {
    (void)state;
    nd_followed *of = followed_cells(2, 2, 4);
    of->noiseless = true;
    const double maps[2][2][4] = {{{1, 1, 1, 1}, {1, -1, 1, -1}}, {{3, 3, 3, 3}, {1, -1, 1, -1}}};
    memcpy(of->map, maps, sizeof maps);
    nd_drift_measures *m = followed_measure(of, 1);
    /* Sizes sqrt 8 and sqrt 40, singular values 12 and 4. */
    const double expected[] = {0, 1 - 16 / sqrt(8 * 40.0)};
    const double found[] = {m->pair[ND_PAIR_ROTATION][1], m->pair[ND_PAIR_STRETCH][1]};
    assert_close("rotation and stretch", found, expected, 2, 1e-7, 1);
    nd_drift_measures_free(m);
    nd_followed_free(of);
}

static void test_recordings_have_no_rotation_and_say_so(void **state) {
    (void)state;
    nd_followed *of = turning(0.3, 1);
    of->noiseless = false;
    nd_drift_measures *m = followed_measure(of, 1);
    assert_missing(m, ND_NUMBER_ROTATION, "noise");
    nd_drift_measures_free(m);
    nd_followed_free(of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rotation_of_known_angle),
        cmocka_unit_test(test_a_stretch_is_no_rotation),
        cmocka_unit_test(test_recordings_have_no_rotation_and_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
