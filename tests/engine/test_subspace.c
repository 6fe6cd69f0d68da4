/* The input subspace: coordinates and basis give the samples back, as found and turned to the
 * principal directions. */
#include <math.h>

#include "engine_support.h"

#include "engine/subspace.h"

enum { SAMPLES = 40, INPUTS = 9 };

/* Inputs on a line through four dimensions, so that the rank is 5 with the bias. */
static nd_dataset *low_dimensional(void) {
    nd_error error = {0};
    nd_dataset *dataset = nd_dataset_new(SAMPLES, INPUTS, 1, &error);
    for (size_t s = 0; s < SAMPLES; s++)
        for (size_t i = 0; i < INPUTS; i++)
            for (size_t k = 0; k < 4; k++)
                dataset->input[s * INPUTS + i] +=
                    cos((double)((k + 2) * s * s)) * cos((double)((k + 1) * i * i));
    return dataset;
}

static void gives_the_samples_back(const nd_subspace *subspace) {
    size_t columns = subspace->columns, rank = subspace->rank;
    for (size_t s = 0; s < subspace->samples; s++) {
        double back[INPUTS + 1] = {0}, squares = 0;
        nd_subspace_add(subspace, subspace->coordinates + s * rank, 1, back);
        assert_close("samples", back, subspace->augmented + s * columns, columns, 1e-13, 1);
        for (size_t k = 0; k < rank; k++)
            squares += subspace->coordinates[s * rank + k] * subspace->coordinates[s * rank + k];
        assert_true(fabs(sqrt(squares) - subspace->length[s]) < 1e-13 * subspace->length[s]);
    }
    for (size_t k = 0; k < rank; k++) {
        double projected[INPUTS + 1], expected[INPUTS + 1] = {0};
        nd_subspace_project(subspace, subspace->basis + k * columns, projected);
        expected[k] = 1;
        assert_close("basis", projected, expected, rank, 1e-13, 1);
    }
}

static void test_as_found_and_turned(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = low_dimensional();
    nd_subspace *subspace = nd_subspace_new(dataset, false, &error);
    assert_int_equal(subspace->rank, 5);
    gives_the_samples_back(subspace);
    for (size_t s = 0; s < 4; s++) /* sample s needs the first s + 1 coordinates */
        assert_int_equal(subspace->reach[s], s + 1);
    assert_fine(nd_subspace_turn(subspace, &error), &error);
    gives_the_samples_back(subspace);
    double last = INFINITY;
    for (size_t k = 0; k < subspace->rank; k++) {
        double squares = 0;
        for (size_t s = 0; s < SAMPLES; s++) {
            double c = subspace->coordinates[s * subspace->rank + k];
            squares += c * c;
            for (size_t j = 0; j < k; j++) { /* principal directions are uncorrelated */
                double product = 0;
                for (size_t t = 0; t < SAMPLES; t++)
                    product += subspace->coordinates[t * subspace->rank + k] *
                               subspace->coordinates[t * subspace->rank + j];
                assert_true(fabs(product) < 1e-12);
            }
        }
        assert_true(squares <= last);
        last = squares;
    }
    nd_subspace_free(subspace);
    nd_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_found_and_turned)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
