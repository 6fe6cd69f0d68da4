/* The word somebody may have meant. */
#include <string.h>

#include "base/words.h"
#include "support.h"

static void test_distances_count_letters(void **state) {
    (void)state;
    assert_int_equal(nd_word_distance("dropout", "dropout"), 0);
    assert_int_equal(nd_word_distance("dropuot", "dropout"), 1);
    assert_int_equal(nd_word_distance("dropot", "dropout"), 1);
    assert_int_equal(nd_word_distance("kitten", "sitting"), 3);
    assert_int_equal(nd_word_distance("", "abc"), 3);
    char long_word[200];
    memset(long_word, 'a', sizeof long_word - 1);
    long_word[199] = '\0';
    assert_int_equal(nd_word_distance(long_word, "a"), 199);
}

static const char *found(const char *wanted) {
    static const char *const keys[] = {"name", "world.samples", "world.speed", "run.steps",
                                       "learning.dropout"};
    static nd_nearest nearest;
    nearest = (nd_nearest){.wanted = wanted};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        nd_nearest_offer(&nearest, keys[i]);
    return nearest.found;
}

static void test_a_misspelt_key_finds_its_like(void **state) {
    (void)state;
    assert_string_equal(found("learning.dropuot"), "learning.dropout");
    assert_string_equal(found("network.dropout"), "learning.dropout");
    assert_string_equal(found("dropout"), "learning.dropout");
    assert_string_equal(found("run.step"), "run.steps");
    assert_string_equal(found("world.sample"), "world.samples");
    assert_string_equal(found("frobnicate"), "");
    assert_string_equal(found("a"), "");
    assert_string_equal(found(""), "");
}

static void test_lists_hold_whole_words(void **state) {
    (void)state;
    assert_true(nd_listed("samples input_dim", "samples"));
    assert_true(nd_listed("samples input_dim", "input_dim"));
    assert_false(nd_listed("samples input_dim", "input"));
    assert_false(nd_listed("samples input_dim", "dim"));
    assert_false(nd_listed("", "samples"));
    assert_false(nd_listed(NULL, "samples"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distances_count_letters),
        cmocka_unit_test(test_a_misspelt_key_finds_its_like),
        cmocka_unit_test(test_lists_hold_whole_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
