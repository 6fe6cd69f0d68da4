/* What a signal's end takes away: what was noted and is still this process's, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/leftovers.h"
#include "base/paths.h"
#include "support.h"

static char *folder;

static char *make(const char *name, bool is_folder) {
    char *path = NULL;
    assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
    if (is_folder) {
        assert_int_equal(mkdir(path, 0777), 0);
        return path;
    }
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    return path;
}

static bool is_there(const char *path) {
    return access(path, F_OK) == 0;
}

static void what_was_noted_goes(void **state) {
    (void)state;
    folder = support_folder();
    char *mine = make("mine", false), *journal = make("mine-journal", false);
    char *whole = make("folder", true), *inside = make("folder/table", false);
    char *full = make("full", true), *others = make("full/others", false);
    char *lock = make("lock", false), *near = make("mine-too", false);
    char *aside = nd_path_aside(near, NULL);
    assert_non_null(aside);
    assert_int_equal(rename(others, aside), 0);
    free(others);
    others = make("full/others", false);
    nd_leftover(mine);
    nd_leftover(whole);
    nd_leftover(inside);
    nd_leftover(full);
    nd_leftover(lock);
    nd_leftover_no_more(lock);

    pid_t child = fork();
    if (child == 0) {
        nd_remove_leftovers();
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(is_there(mine)); /* not by another process */

    nd_remove_leftovers();
    assert_false(is_there(mine) || is_there(journal) || is_there(inside) || is_there(whole));
    assert_false(is_there(aside));                   /* every next version is noted */
    assert_true(is_there(others) && is_there(full)); /* a folder with more in it stays */
    assert_true(is_there(lock) && is_there(near));
    char *paths[] = {mine, journal, whole, inside, full, others, lock, near, aside};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        free(paths[i]);
    support_remove(folder);
}

static void many_and_long_ones_are_no_harm(void **state) {
    (void)state;
    char path[2000], *first;
    folder = support_folder();
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    nd_leftover(path);
    for (int i = 0; i < 1000; i++) {
        snprintf(path, sizeof path, "%s/none-%d", folder, i);
        nd_leftover(path);
    }
    first = make("latest", false);
    nd_leftover(first);
    nd_remove_leftovers();
    assert_false(is_there(first));
    free(first);
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_noted_goes),
                                       cmocka_unit_test(many_and_long_ones_are_no_harm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
