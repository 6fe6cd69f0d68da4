/* A netCDF file that is read is open in the reader alone, and reads as if it were open here. */
#include <dirent.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/netcdf_contents.h"
#include "base/netcdf_file.h"
#include "base/netcdf_lock.h"
#include "base/random.h"
#include "support.h"

enum { ROWS = 3, COLUMNS = 4, BYTES = 5 };
static char *folder;
static char path[256];

static const char *in_folder(const char *name) {
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static double value(size_t i) {
    return 0.5 * (double)i - 1.0;
}

/* A file with all that ours have, and what only others' have. */
static void write_file(const char *at) {
    nd_error error = {0};
    const char *const texts[] = {"one", "", "dr\303\251i"};
    double values[ROWS * COLUMNS];
    int64_t large = INT64_C(9007199254740993);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        values[i] = value(i);
    nd_nc *file = nd_nc_create(at, &error);
    assert_fine(file != NULL, &error);
    bool fine =
        nd_nc_define_dimension(file, "row", ROWS, &error) &&
        nd_nc_define_dimension(file, "column", COLUMNS, &error) &&
        nd_nc_define(file, "values", ND_NC_DOUBLE, "row column", "m", "what it is", &error) &&
        nd_nc_put(file, "values", values, ROWS * COLUMNS, &error) &&
        nd_nc_define(file, "count", ND_NC_INT64, "", "1", "a whole number", &error) &&
        nd_nc_put_int64(file, "count", &large, 1, &error) &&
        nd_nc_put_strings(file, "label", "row", "words", texts, ROWS, &error) &&
        nd_nc_put_bytes(file, "state", "final", "bytes", "\0\1\2\377x", BYTES, &error) &&
        nd_nc_put_text(file, NULL, "title", "of the file", &error) &&
        nd_nc_put_count(file, NULL, "seed", UINT64_MAX, &error) && nd_nc_publish(file, &error);
    assert_fine(fine, &error);
}

/* Adds what netCDF's own strings, types of the file's and dimensions without entries are. */
static void add_foreign(const char *at) {
    ND_NC_ALONE;
    int id, strings, dimension, none, variable, opaque;
    const char *texts[ROWS] = {"a", "b", "c"};
    assert_int_equal(nc_open(at, NC_WRITE, &id), NC_NOERR);
    assert_int_equal(nc_redef(id), NC_NOERR);
    assert_int_equal(nc_inq_dimid(id, "row", &dimension), NC_NOERR);
    assert_int_equal(nc_def_dim(id, "time", NC_UNLIMITED, &none), NC_NOERR);
    assert_int_equal(nc_def_var(id, "strings", NC_STRING, 1, &dimension, &strings), NC_NOERR);
    assert_int_equal(nc_def_opaque(id, 3, "odd_type", &opaque), NC_NOERR);
    assert_int_equal(nc_def_var(id, "odd", opaque, 1, &dimension, &variable), NC_NOERR);
    assert_int_equal(nc_def_var(id, "empty", NC_DOUBLE, 1, &none, &variable), NC_NOERR);
    assert_int_equal(nc_put_var_string(id, strings, texts), NC_NOERR);
    assert_int_equal(nc_close(id), NC_NOERR);
}

static void test_all_that_is_in_a_file_is_read(void **state) {
    (void)state;
    nd_error error = {0};
    double values[ROWS * COLUMNS], number;
    int64_t whole;
    uint64_t seed;
    int rank;
    size_t shape[8], count, length;
    write_file(in_folder("a.nc"));
    add_foreign(path);
    nd_nc *file = nd_nc_open(path, &error);
    assert_fine(file != NULL, &error);
    assert_fine(nd_nc_get(file, "values", values, ROWS * COLUMNS, &error), &error);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        assert_true(values[i] == value(i));
    assert_fine(nd_nc_get_row(file, "values", 2, values, COLUMNS, &error), &error);
    for (size_t i = 0; i < COLUMNS; i++)
        assert_true(values[i] == value(2 * COLUMNS + i));
    assert_fine(nd_nc_get_int64(file, "count", &whole, 1, &error), &error);
    assert_true(whole == INT64_C(9007199254740993));
    char **labels = nd_nc_get_strings(file, "label", ROWS, &error);
    assert_fine(labels != NULL, &error);
    assert_string_equal(labels[0], "one");
    assert_string_equal(labels[1], "");
    assert_string_equal(labels[2], "dr\303\251i");
    char **strings = nd_nc_get_strings(file, "strings", ROWS, &error);
    assert_fine(strings != NULL, &error);
    assert_string_equal(strings[2], "c");
    for (size_t i = 0; i < ROWS; i++) {
        free(labels[i]);
        free(strings[i]);
    }
    free(labels);
    free(strings);
    assert_true(nd_nc_has_bytes(file, "state", "final"));
    void *bytes = nd_nc_get_bytes(file, "state", "final", &count, &error);
    assert_fine(bytes != NULL, &error);
    assert_int_equal(count, BYTES);
    assert_memory_equal(bytes, "\0\1\2\377x", BYTES);
    free(bytes);
    char *title = nd_nc_text(file, NULL, "title", &error);
    char *units = nd_nc_units(file, "values");
    assert_string_equal(title, "of the file");
    assert_string_equal(units, "m");
    free(title);
    free(units);
    assert_fine(nd_nc_count(file, NULL, "seed", &seed, &error), &error);
    assert_true(seed == UINT64_MAX);
    assert_false(nd_nc_number(file, NULL, "title", &number, &error));
    assert_fine(nd_nc_shape(file, "empty", &rank, shape, &error), &error);
    assert_true(rank == 1 && shape[0] == 0);
    assert_fine(nd_nc_dimension(file, "time", &length, &error), &error);
    assert_int_equal(length, 0);
    double *nothing = nd_nc_load(file, "empty", &rank, shape, &error);
    assert_fine(nothing != NULL, &error);
    free(nothing);
    nd_nc_close(file);
}

/* What cannot be read is said so by name, and the rest is read as before. */
static void test_types_of_the_file_are_refused_by_name(void **state) {
    (void)state;
    nd_error error = {0};
    double values[ROWS * COLUMNS];
    write_file(in_folder("odd.nc"));
    add_foreign(path);
    nd_nc *file = nd_nc_open(path, &error);
    assert_fine(file != NULL, &error);
    assert_true(nd_nc_has(file, "odd"));
    assert_false(nd_nc_get(file, "odd", values, ROWS, &error));
    assert_non_null(strstr(error.what, "reading odd"));
    assert_fine(nd_nc_get(file, "values", values, ROWS * COLUMNS, &error), &error);
    nd_nc_close(file);
}

/* Is a file of that name open in this process? */
static bool is_open_here(const char *at) {
    DIR *all = opendir("/proc/self/fd");
    bool found = false;
    for (struct dirent *one; all && (one = readdir(all));) {
        char link[300], target[4096] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%s", one->d_name);
        found = found || (readlink(link, target, sizeof target - 1) > 0 && strcmp(target, at) == 0);
    }
    if (all)
        closedir(all);
    return found;
}

/* Its bytes are in the reader's hands alone, and they stay those that were there when it was
 * opened. */
static void test_the_file_is_open_in_the_reader_alone(void **state) {
    (void)state;
    nd_error error = {0};
    double values[ROWS * COLUMNS];
    char at[256];
    write_file(in_folder("held.nc"));
    snprintf(at, sizeof at, "%s", path);
    nd_nc *file = nd_nc_open(at, &error);
    assert_fine(file != NULL, &error);
    assert_false(is_open_here(at));
    FILE *mine = fopen(at, "re");
    assert_true(is_open_here(at) || access("/proc/self/fd", R_OK) != 0);
    assert_non_null(mine);
    (void)fclose(mine);
    assert_int_equal(unlink(at), 0);
    assert_fine(nd_nc_get(file, "values", values, ROWS * COLUMNS, &error), &error);
    assert_true(values[5] == value(5));
    nd_nc_close(file);
}

/* Contents from a reader that has gone wrong: any bytes, and real ones with some changed. */
static void test_contents_of_any_bytes_are_checked(void **state) {
    (void)state;
    enum { TRIALS = 400 };
    nd_stream stream = nd_stream_at(7, ND_FOR_TEST, 0, 0);
    nd_error error = {0};
    nd_buffer whole = {0};
    int id;
    size_t taken = 0;
    write_file(in_folder("contents.nc"));
    assert_int_equal(nc_open(path, NC_NOWRITE, &id), NC_NOERR);
    assert_fine(nd_nc_contents_put(&whole, id, &error), &error);
    assert_int_equal(nc_close(id), NC_NOERR);
    for (int trial = 0; trial < TRIALS; trial++) {
        nd_buffer copy = {0};
        size_t length = trial % 3 ? whole.length : nd_stream_below(&stream, whole.length + 1);
        assert_true(nd_buffer_put(&copy, whole.bytes, length, &error));
        for (int k = 0; k < trial % 4 && length; k++)
            copy.bytes[nd_stream_below(&stream, length)] = (unsigned char)nd_stream_bits(&stream);
        if (nd_nc_contents_take(&copy, "any.nc", &id, &error)) {
            taken++;
            assert_int_equal(nc_close(id), NC_NOERR);
        }
        nd_buffer_free(&copy);
    }
    assert_true(taken >= TRIALS / 6 && taken < TRIALS); /* those left as they were, at least */
    nd_buffer_free(&whole);
}

int main(void) {
    folder = support_folder();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_that_is_in_a_file_is_read),
        cmocka_unit_test(test_types_of_the_file_are_refused_by_name),
        cmocka_unit_test(test_the_file_is_open_in_the_reader_alone),
        cmocka_unit_test(test_contents_of_any_bytes_are_checked),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    support_remove(folder);
    return failed;
}
