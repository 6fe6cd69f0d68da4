/* Owners of a sweep's runs: what those that are gone left is removed, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"
#include "sweep/owner.h"

static void test_files_of_owners_that_are_gone_are_removed_and_nothing_else(void **state) {
    (void)state;
    char *folder = support_folder(), path[300], living_path[400];
    nd_error error = {0};
    nd_owner *living = nd_owner_new(folder, &error);
    assert_fine(living != NULL, &error);
    snprintf(living_path, sizeof living_path, "%s/owners/%s", folder, nd_owner_name(living));
    const char *const names[] = {"1234-0123456789abcdef", "notes-of-mine", "12-0123456789abcdef0"};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/owners/%s", folder, names[i]);
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        (void)fclose(file);
    }
    nd_owner *next = nd_owner_new(folder, &error);
    assert_fine(next != NULL, &error);
    assert_int_equal(access(living_path, F_OK), 0);
    assert_true(nd_owner_lives(folder, nd_owner_name(living)));
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/owners/%s", folder, names[i]);
        assert_int_equal(access(path, F_OK), i == 0 ? -1 : 0);
    }
    nd_owner_free(next);
    nd_owner_free(living);
    assert_int_equal(access(living_path, F_OK), -1);
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_of_owners_that_are_gone_are_removed_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
