/* Lists: they grow without losing what they hold, and come into order. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "support.h"

static void test_a_list_grows_and_keeps_what_it_holds(void **state) {
    (void)state;
    nd_error error = {0};
    int *list = NULL;
    size_t room = 0;
    for (int i = 0; i < 1000; i++) {
        int *grown = nd_grown(list, &room, (size_t)i + 1, sizeof *list, &error);
        assert_fine(grown != NULL, &error);
        list = grown;
        list[i] = 3 * i;
    }
    assert_true(room >= 1000 && room <= 4000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list[i], 3 * i);
    free(list);
}

static void test_an_absurd_list_is_refused_and_left_as_it_was(void **state) {
    (void)state;
    nd_error error = {0};
    size_t room = 0;
    double *list = nd_grown(NULL, &room, 3, sizeof *list, &error);
    list[2] = 5;
    size_t before = room;
    assert_null(nd_grown(list, &room, SIZE_MAX / 4, sizeof *list, &error));
    assert_non_null(strstr(error.what, "out of memory"));
    assert_null(nd_grown(list, &room, SIZE_MAX, 1, &error));
    assert_true(room == before && list[2] == 5);
    free(list);
}

static void test_numbers_come_into_order(void **state) {
    (void)state;
    double values[] = {3, -1, 1e300, 0, -1e300, 3};
    const double up[] = {-1e300, -1, 0, 3, 3, 1e300}, down[] = {1e300, 3, 3, 0, -1, -1e300};
    nd_sort_ascending(values, 6);
    assert_memory_equal(values, up, sizeof up);
    assert_ptr_equal(nd_sorted_find(values, 6, 0), values + 2);
    assert_null(nd_sorted_find(values, 6, 0.5));
    nd_sort_descending(values, 6);
    assert_memory_equal(values, down, sizeof down);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_grows_and_keeps_what_it_holds),
        cmocka_unit_test(test_an_absurd_list_is_refused_and_left_as_it_was),
        cmocka_unit_test(test_numbers_come_into_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
