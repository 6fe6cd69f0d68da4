/* A place for a result: what is there is replaced only as it was found, and hands on its mode and
 * links. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/place.h"
#include "base/platform.h"
#include "support.h"

static char *folder;

static const char *in_folder(const char *name) {
    static char path[4][300];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static int enter(void **state) {
    (void)state;
    folder = support_folder();
    return 0;
}

static int leave(void **state) {
    (void)state;
    support_remove(folder);
    return 0;
}

static void write_text(const char *name, const char *text) {
    FILE *file = fopen(in_folder(name), "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *name, const char *text) {
    nd_buffer buffer = {0};
    nd_error error = {0};
    assert_fine(nd_read_file(in_folder(name), 1000, &buffer, &error), &error);
    assert_string_equal((char *)buffer.bytes, text);
    nd_buffer_free(&buffer);
}

static nd_place *find(const char *name) {
    nd_error error = {0};
    nd_place *place = nd_place_find(in_folder(name), &error);
    assert_fine(place != NULL, &error);
    return place;
}

static void refuse(nd_place *place, const char *words) {
    nd_error error = {0};
    assert_false(nd_place_write(place, "new", 3, &error));
    assert_non_null(strstr(error.what, words));
    nd_place_free(place);
}

static void test_a_file_that_appears_meanwhile_is_not_replaced(void **state) {
    (void)state;
    nd_place *place = find("new");
    write_text("new", "mine");
    refuse(place, "another file appeared there");
    assert_holds("new", "mine");
    nd_place *nowhere = find("dangling");
    assert_int_equal(symlink("nowhere", in_folder("dangling")), 0);
    refuse(nowhere, "another file appeared there");
}

static void test_a_file_that_is_changed_or_replaced_meanwhile_is_not_replaced(void **state) {
    (void)state;
    write_text("old", "old");
    nd_place *changed = find("old"), *replaced = find("old"), *removed = find("old");
    write_text("old", "older");
    refuse(changed, "was changed or removed");
    assert_holds("old", "older");
    write_text("other", "old");
    assert_int_equal(rename(in_folder("other"), in_folder("old")), 0);
    refuse(replaced, "was changed or removed");
    assert_holds("old", "old");
    assert_int_equal(unlink(in_folder("old")), 0);
    refuse(removed, "was changed or removed");
    assert_int_equal(access(in_folder("old"), F_OK), -1);
}

static void test_what_is_replaced_hands_on_its_mode_and_its_links(void **state) {
    (void)state;
    nd_error error = {0};
    struct stat status;
    write_text("own", "old");
    assert_int_equal(chmod(in_folder("own"), 0604), 0);
    assert_int_equal(mkdir(in_folder("deep"), 0777), 0);
    assert_int_equal(symlink("../own", in_folder("deep/link")), 0);
    assert_int_equal(symlink(in_folder("deep/link"), in_folder("link")), 0);
    nd_place *place = find("link");
    assert_fine(nd_place_write(place, "new", 3, &error), &error);
    nd_place_free(place);
    assert_holds("own", "new");
    assert_int_equal(stat(in_folder("own"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0604);
    assert_int_equal(lstat(in_folder("link"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(symlink("deep/not-yet", in_folder("dangling")), 0);
    place = find("dangling");
    assert_fine(nd_place_write(place, "new", 3, &error), &error);
    nd_place_free(place);
    assert_holds("deep/not-yet", "new");
}

static void test_the_next_version_of_a_private_file_is_private_while_it_is_written(void **state) {
    (void)state;
    nd_error error = {0};
    struct stat status;
    write_text("own", "old");
    nd_place *place = find("own");
    char *aside = nd_place_aside(place, &error);
    assert_fine(aside != NULL, &error);
    assert_int_equal(stat(aside, &status), 0);
    assert_int_equal(status.st_mode & 0077, 0);
    assert_int_equal(unlink(aside), 0);
    free(aside);
    nd_place_free(place);
}

static void test_names_that_cannot_be_are_refused(void **state) {
    (void)state;
    nd_error error = {0};
    assert_null(nd_place_find("", &error));
    assert_non_null(strstr(error.what, "empty"));
    assert_int_equal(symlink("circle", in_folder("circle")), 0);
    assert_null(nd_place_find(in_folder("circle"), &error));
    assert_non_null(strstr(error.what, "cannot be looked at"));
}

static void test_a_rename_to_a_new_name_only(void **state) {
    (void)state;
    write_text("from", "from");
    write_text("to", "to");
    assert_false(nd_rename_new(in_folder("from"), in_folder("to")));
    assert_holds("to", "to");
    assert_true(nd_rename_new(in_folder("from"), in_folder("new")));
    assert_holds("new", "from");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_file_that_appears_meanwhile_is_not_replaced, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(
            test_a_file_that_is_changed_or_replaced_meanwhile_is_not_replaced, enter, leave),
        cmocka_unit_test_setup_teardown(test_what_is_replaced_hands_on_its_mode_and_its_links,
                                        enter, leave),
        cmocka_unit_test_setup_teardown(
            test_the_next_version_of_a_private_file_is_private_while_it_is_written, enter, leave),
        cmocka_unit_test_setup_teardown(test_names_that_cannot_be_are_refused, enter, leave),
        cmocka_unit_test_setup_teardown(test_a_rename_to_a_new_name_only, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
