/* Slopes of several animals: how often they change by chance. */
#include <math.h>

#include "base/random.h"
#include "sessions/course_line.h"
#include "support.h"

enum { DAYS = 8, MOST_ANIMALS = 12, REPLICATES = 2000 };

/* Of REPLICATES, those with p < 0.05: animals whose trends have a s.d. of `trend` over the
 * recording about none, in environments that share the days' effects, AR(1) 0.5. */
static size_t changes(size_t animals, size_t environments, double trend, uint32_t test) {
    nd_course_point points[MOST_ANIMALS * 2 * DAYS];
    nd_stream stream = nd_stream_at(11, ND_FOR_TEST, test, 0);
    size_t seen = 0;
    for (size_t r = 0; r < REPLICATES; r++) {
        size_t n = 0;
        for (size_t a = 0; a < animals; a++) {
            double own = trend * nd_stream_gaussian(&stream), effect[DAYS];
            for (size_t d = 0; d < DAYS; d++) {
                double fresh = nd_stream_gaussian(&stream);
                effect[d] = d == 0 ? fresh : 0.5 * effect[d - 1] + sqrt(0.75) * fresh;
            }
            for (size_t e = 0; e < environments; e++)
                for (size_t d = 0; d < DAYS; d++, n++) {
                    double value = 1.0 + own * (double)d / (DAYS - 1) + 0.1 * effect[d] +
                                   0.03 * nd_stream_gaussian(&stream);
                    points[n] = (nd_course_point){(double)d, value, a * environments + e, a};
                }
        }
        nd_metric_course course = {0};
        nd_error error = {0};
        assert_fine(nd_course_line(points, n, DAYS - 1.0, &course, &error), &error);
        seen += course.line.p < 0.05;
    }
    print_message("%zu animals, %zu environments, trends of %.0f %%: %zu of %d at 5 %%\n", animals,
                  environments, 100.0 * trend, seen, REPLICATES);
    return seen;
}

/* 100 expected where several animals are tested, s.d. 10. */
static void test_animals_change_by_chance_as_often_as_said(void **state) {
    (void)state;
    const size_t animals[] = {6, 12};
    for (size_t k = 0; k < 2; k++)
        for (size_t e = 1; e <= 2; e++)
            for (uint32_t t = 0; t < 2; t++) {
                size_t seen =
                    changes(animals[k], e, 0.2 * t, (uint32_t)(10 * animals[k] + 2 * e) + t);
                assert_true(seen >= 60 && seen <= 140);
            }
}

/* Two environments that share their animal's days are not two animals. */
static void test_environments_share_their_animals_days(void **state) {
    (void)state;
    assert_true(changes(1, 2, 0.0, 1) <= 140);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_animals_change_by_chance_as_often_as_said),
        cmocka_unit_test(test_environments_share_their_animals_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
