/* Files appear whole or not at all; threads share work without changing it; memory says no. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void test_what_killed_writers_left_goes(void **state) {
    (void)state;
    char *folder = support_folder(), path[300], other[320];
    static const char *const left[] = {".tmp-1", ".tmp-123456"};
    static const char *const kept[] = {"", ".tmp-", ".tmp-12x", ".1", "x.tmp-12"};
    nd_error error = {0};
    snprintf(path, sizeof path, "%s/file", folder);
    for (size_t i = 0; i < 7; i++) {
        snprintf(other, sizeof other, "%s%s", path, i < 2 ? left[i] : kept[i - 2]);
        assert_fine(nd_write_file(other, "x", 1, &error), &error);
    }
    nd_remove_asides(path);
    for (size_t i = 0; i < 7; i++) {
        snprintf(other, sizeof other, "%s%s", path, i < 2 ? left[i] : kept[i - 2]);
        assert_int_equal(access(other, F_OK), i < 2 ? -1 : 0);
    }
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
    assert_non_null(strstr(error.what, "overflows"));
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
    file = nd_nc_amend(path, &error);
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
        cmocka_unit_test(test_what_killed_writers_left_goes),
        cmocka_unit_test(test_a_buffer_refuses_to_read_past_its_end),
        cmocka_unit_test(test_absurd_arrays_are_refused),
        cmocka_unit_test(test_every_index_is_worked_once),
        cmocka_unit_test(test_netcdf_is_published_whole_and_amended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
