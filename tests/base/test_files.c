/* Files appear whole or not at all; threads share work without changing it; memory says no. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/netcdf_file.h"
#include "base/threads.h"
#include "support.h"

static void test_a_file_is_written_whole_and_read_back(void **state) {
    (void)state;
    char *folder = support_folder(), path[300];
    snprintf(path, sizeof path, "%s/file", folder);
    nd_error error = {0};
    assert_fine(nd_write_file(path, "hello", 5, &error), &error);
    nd_buffer buffer = {0};
    assert_fine(nd_read_file(path, 100, &buffer, &error), &error);
    assert_int_equal(buffer.length, 5);
    assert_string_equal((char *)buffer.bytes, "hello");
    nd_buffer_free(&buffer);
    assert_false(nd_read_file(path, 4, &buffer, &error));
    assert_non_null(strstr(error.what, "larger"));
    nd_buffer_free(&buffer);
    support_remove(folder);
}

static void test_a_failed_write_leaves_the_old_file(void **state) {
    (void)state;
    nd_error error = {0};
    assert_false(nd_write_file("/nonexistent-folder/file", "x", 1, &error));
    assert_non_null(strstr(error.where, "/nonexistent-folder/file"));
    assert_false(nd_check_writable("/nonexistent-folder/file", &error));
}

/* An empty file `path` and a process number, or a link of that name. */
static void leave(const char *path, const char *aside, long process, bool link_to) {
    char name[400];
    const char *place = strstr(aside, ".tmp-") + 5;
    snprintf(name, sizeof name, "%.*s-%ld", (int)(strchr(place, '-') - aside), aside, process);
    if (link_to)
        assert_int_equal(symlink(path, name), 0);
    else {
        FILE *file = fopen(name, "we");
        assert_non_null(file);
        (void)fclose(file);
    }
}

static size_t files_in(const char *folder) {
    size_t count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        count += entry->d_name[0] != '.';
    closedir(entries);
    return count;
}

static void test_what_killed_processes_left_is_removed_and_nothing_else(void **state) {
    (void)state;
    char *folder = support_folder(), path[300], other[300];
    snprintf(path, sizeof path, "%s/file", folder);
    snprintf(other, sizeof other, "%s/file.tmp-0123456789abcdef-1", folder);
    nd_error error = {0};
    assert_fine(nd_write_file(path, "hello", 5, &error), &error);
    char *aside = nd_path_aside(path, &error);
    pid_t gone = fork(), gone_too = gone ? fork() : 0;
    if (gone == 0 || gone_too == 0)
        _exit(0);
    waitpid(gone, NULL, 0);
    waitpid(gone_too, NULL, 0);
    leave(path, aside, gone, false);            /* certainly ours */
    leave(path, aside, gone_too, true);         /* a link: not what we write */
    leave(path, aside, (long)getppid(), false); /* of a process that lives */
    leave(path, other, gone, false);            /* of another machine */
    assert_int_equal(files_in(folder), 5);
    assert_fine(nd_write_file(path, "again", 5, &error), &error);
    assert_int_equal(files_in(folder), 4);
    free(aside);
    support_remove(folder);
}

static void test_a_buffer_refuses_to_read_past_its_end(void **state) {
    (void)state;
    nd_buffer buffer = {0};
    nd_error error = {0};
    uint64_t value = 7, back;
    assert_fine(nd_buffer_put(&buffer, &value, sizeof value, &error), &error);
    assert_fine(nd_buffer_take(&buffer, &back, sizeof back, &error), &error);
    assert_int_equal(back, 7);
    assert_false(nd_buffer_take(&buffer, &back, 1, &error));
    nd_buffer_free(&buffer);
}

static void test_absurd_arrays_are_refused(void **state) {
    (void)state;
    nd_error error = {0};
    assert_null(nd_array(SIZE_MAX / 2, 8, &error));
    assert_non_null(strstr(error.what, "elements of 8 bytes"));
    assert_null(nd_array((size_t)1 << 60, 1, &error));
}

static void count_up(size_t index, void *context) {
    ((int *)context)[index]++;
}

static void test_every_index_is_worked_once(void **state) {
    (void)state;
    for (unsigned threads = 0; threads < 5; threads++) {
        int counts[1000] = {0};
        nd_parallel_for(1000, threads, count_up, counts);
        for (int i = 0; i < 1000; i++)
            assert_int_equal(counts[i], 1);
    }
    nd_parallel_for(0, 4, count_up, NULL);
}

static void test_netcdf_is_published_whole_and_amended(void **state) {
    (void)state;
    char *folder = support_folder(), path[300];
    snprintf(path, sizeof path, "%s/file.nc", folder);
    nd_error error = {0};
    const double values[6] = {1, 2, 3, 4, 5, 6}, more[2] = {7, 8};
    double back[6];
    nd_nc *file = nd_nc_create(path, &error);
    assert_fine(file && nd_nc_define_dimension(file, "row", 2, &error) &&
                    nd_nc_define_dimension(file, "column", 3, &error) &&
                    nd_nc_define(file, "x", ND_NC_DOUBLE, "row column", "m", "a length", &error) &&
                    nd_nc_put(file, "x", values, 6, &error) &&
                    nd_nc_put_number(file, NULL, "seed", 5, &error),
                &error);
    assert_int_equal(access(path, F_OK), -1);
    assert_fine(nd_nc_publish(file, &error), &error);
    file = nd_nc_amend(path, NULL, &error);
    assert_fine(file && nd_nc_define(file, "y", ND_NC_DOUBLE, "row", NULL, NULL, &error) &&
                    nd_nc_put(file, "y", more, 2, &error),
                &error);
    assert_false(nd_nc_put(file, "x", values, 5, &error));
    assert_false(nd_nc_define(file, "x", ND_NC_DOUBLE, "row", NULL, NULL, &error));
    assert_fine(nd_nc_publish(file, &error), &error);
    file = nd_nc_open(path, &error);
    assert_fine(file && nd_nc_get(file, "x", back, 6, &error), &error);
    assert_memory_equal(back, values, sizeof values);
    assert_fine(nd_nc_get_row(file, "x", 1, back, 3, &error), &error);
    assert_memory_equal(back, values + 3, 3 * sizeof(double));
    assert_false(nd_nc_get_row(file, "x", 2, back, 3, &error));
    char *units = nd_nc_text(file, "x", "units", &error);
    assert_string_equal(units, "m");
    free(units);
    nd_nc_close(file);
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_written_whole_and_read_back),
        cmocka_unit_test(test_a_failed_write_leaves_the_old_file),
        cmocka_unit_test(test_what_killed_processes_left_is_removed_and_nothing_else),
        cmocka_unit_test(test_a_buffer_refuses_to_read_past_its_end),
        cmocka_unit_test(test_absurd_arrays_are_refused),
        cmocka_unit_test(test_every_index_is_worked_once),
        cmocka_unit_test(test_netcdf_is_published_whole_and_amended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
