/* Which engine is taken: the fastest that honours all keys; a key that none of those wanted honours
 * is refused by its name and the engine's. */
#include "engine_support.h"

/* As if update noise had been taught to some engines alone. */
static const nd_engine_backend *choose(const char *sets, unsigned by, nd_error *error) {
    nd_experiment *experiment = experiment_with(sets);
    nd_dataset *dataset = dataset_of(experiment);
    nd_key key = *nd_key_find("learning.update_noise");
    key.models = (key.models & ~(unsigned)(ND_BY_REFERENCE | ND_BY_FAST)) | by;
    const nd_engine_backend *backend = nd_engine_choose_by(&key, 1, experiment, dataset, error);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
    return backend;
}

static void test_auto_takes_the_fastest_that_honours_all_keys(void **state) {
    (void)state;
    nd_error error = {0};
    const unsigned both = ND_BY_REFERENCE | ND_BY_FAST;
    assert_ptr_equal(choose("learning.update_noise=0.1", both, &error), &nd_fast_backend);
    assert_ptr_equal(choose("learning.update_noise=0.1", ND_BY_FAST, &error), &nd_fast_backend);
    assert_ptr_equal(choose("learning.update_noise=0.1", ND_BY_REFERENCE, &error),
                     &nd_reference_backend);
    assert_ptr_equal(choose("learning.update_noise=0", ND_BY_REFERENCE, &error), &nd_fast_backend);
}

static void test_a_key_that_nobody_honours_is_refused_by_key_and_engine(void **state) {
    (void)state;
    nd_error error = {0};
    assert_null(choose("learning.update_noise=0.1", 0, &error));
    assert_string_equal(error.where, "learning.update_noise");
    assert_string_equal(error.what, "is not used by engine reference");
    assert_null(choose("learning.update_noise=0.1 run.engine=fast", ND_BY_REFERENCE, &error));
    assert_string_equal(error.where, "learning.update_noise");
    assert_string_equal(error.what, "is not used by engine fast");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auto_takes_the_fastest_that_honours_all_keys),
        cmocka_unit_test(test_a_key_that_nobody_honours_is_refused_by_key_and_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
