/* The published session: naive information as its authors give it, and their bias corrections
 * reproduced. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/bias_correction.h"
#include "measure/correlation.h"
#include "measure/information.h"
#include "measure/sample_curves.h"
#include "reference_session.h"
#include "support.h"

static void test_naive_information_is_the_published(void **state) {
    (void)state;
    char *table = strdup(support_reference("recordings/sample/published_cells.csv"));
    char *activity = strdup(support_reference("recordings/sample/spike_train.mat"));
    nd_sparse_activity sparse = reference_matlab(
        activity, "spike_train", support_reference("recordings/sample/stimulus_trace.mat"),
        "stimulus_trace", 0, 1, 24, 0.05);
    size_t cells[472], rows, active = nd_sufficiently_active(&sparse.view, 10, 0.0, cells);
    assert_int_equal(active, 146);
    nd_responses responses;
    nd_error error = {0};
    double *information = calloc(active * ND_INFORMATIONS, sizeof *information);
    assert_fine(nd_responses_choose(&sparse.view, cells, active, &responses, &error), &error);
    assert_fine(nd_naive_information(&sparse.view, cells, active, &responses, information, &error),
                &error);
    const char *columns[] = {"SI_naive_bit_spike", "SI_naive_bit_sec", "MI_naive"};
    char **number = reference_column(table, "cell", &rows);
    assert_int_equal(rows, 89);
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        char **value = reference_column(table, columns[k], &rows);
        for (size_t r = 0; r < rows; r++) {
            size_t at = 0;
            while (at < active && cells[at] + 1 != strtoul(number[r], NULL, 10))
                at++;
            assert_true(at < active);
            double expected = strtod(value[r], NULL);
            assert_close(columns[k], &information[at * ND_INFORMATIONS + k], &expected, 1, 1e-6,
                         0.0);
        }
        reference_column_free(value, rows);
    }
    reference_column_free(number, rows);
    nd_responses_clear(&responses);
    nd_sparse_activity_clear(&sparse);
    free(information);
    free(table);
    free(activity);
}

/* Its 89 significant cells, our own subsamples. */
typedef struct session {
    nd_sparse_activity sparse;
    size_t count;
    size_t cells[472];
    nd_responses responses;
    nd_sample_curves curves;
} session;

static session published_session(size_t fractions, size_t repetitions, unsigned threads) {
    session s;
    nd_error error = {0};
    char *activity = strdup(support_reference("recordings/sample/spike_train.mat"));
    s.sparse = reference_matlab(activity, "spike_train",
                                support_reference("recordings/sample/stimulus_trace.mat"),
                                "stimulus_trace", 0, 1, 24, 0.05);
    free(activity);
    size_t active[472], many = nd_sufficiently_active(&s.sparse.view, 10, 0.0, active);
    assert_fine(nd_responses_choose(&s.sparse.view, active, many, &s.responses, &error), &error);
    char **number = reference_column(support_reference("recordings/sample/published_cells.csv"),
                                     "cell", &s.count);
    for (size_t i = 0; i < s.count; i++)
        s.cells[i] = strtoul(number[i], NULL, 10) - 1;
    reference_column_free(number, s.count);
    assert_fine(nd_sample_curves_make(&s.sparse.view, s.cells, s.count, &s.responses, fractions,
                                      repetitions, 1, 1, threads, NULL, &s.curves, &error),
                &error);
    return s;
}

static void session_clear(session *s) {
    nd_sample_curves_clear(&s->curves);
    nd_responses_clear(&s->responses);
    nd_sparse_activity_clear(&s->sparse);
}

static void check_correlation(const session *s, nd_information information,
                              nd_correction correction, const char *column) {
    size_t rows;
    char **text =
        reference_column(support_reference("recordings/sample/published_cells.csv"), column, &rows);
    double ours[472], theirs[472];
    for (size_t i = 0; i < rows; i++) {
        size_t at = i * s->curves.fractions;
        theirs[i] = strtod(text[i], NULL);
        ours[i] = nd_correct(correction, s->curves.fraction, s->curves.naive[information] + at,
                             s->curves.shuffled[information] + at, s->curves.fractions);
    }
    double r = nd_pearson(ours, theirs, rows);
    printf("%s: correlation with the published values %.5f\n", column, r);
    assert_true(r > 0.99);
    reference_column_free(text, rows);
}

static void check_population(size_t fractions, double tolerance) {
    session s = published_session(fractions, 100, 2);
    const double published[ND_INFORMATIONS][2] = {{1.5452600774448633, 1.5888144747338},
                                                  {0.8597468426787336, 0.8838379457093996},
                                                  {0.01983956990118909, 0.023181232225633546}};
    const char *const columns[ND_INFORMATIONS][2] = {{"SI_SSR_bit_spike", "SI_BAE_bit_spike"},
                                                     {"SI_SSR_bit_sec", "SI_BAE_bit_sec"},
                                                     {"MI_SSR", "MI_BAE"}};
    const nd_correction corrections[2] = {ND_CORRECTION_SCALED_SHUFFLE_REDUCTION,
                                          ND_CORRECTION_BOUNDED_ASYMPTOTIC_EXTRAPOLATION};
    for (size_t k = 0; k < ND_INFORMATIONS; k++)
        for (size_t m = 0; m < 2; m++) {
            double naive[ND_MOST_SAMPLE_FRACTIONS], shuffled[ND_MOST_SAMPLE_FRACTIONS];
            nd_sample_curves_mean(&s.curves, (nd_information)k, NULL, naive, shuffled);
            double found =
                nd_correct(corrections[m], s.curves.fraction, naive, shuffled, fractions);
            printf("%zu fractions, %s: population %.5f, published %.5f (%+.2f%%)\n", fractions,
                   columns[k][m], found, published[k][m], 100.0 * (found / published[k][m] - 1.0));
            assert_close(columns[k][m], &found, &published[k][m], 1, tolerance, 0.0);
            check_correlation(&s, (nd_information)k, corrections[m], columns[k][m]);
        }
    session_clear(&s);
}

/* The definition's fractions, 0.1 .. 1, and the ones that the published results were evidently made
 * with: SSR depends on the smallest. */
static void test_corrected_information_is_the_published(void **state) {
    (void)state;
    check_population(10, 0.015);
    check_population(20, 0.005);
}

int main(void) {
    support_need_reference("recordings/sample");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_naive_information_is_the_published),
        cmocka_unit_test(test_corrected_information_is_the_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
