/* Values that are written later are what they would have been: read back at any time, in the order
 * in which they came; and what was defined is written out once, not once for every variable. */
#include <dlfcn.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/netcdf_file.h"
#include "support.h"

enum { LENGTH = 5, MANY = 40 };
static const double FIRST[LENGTH] = {1, -0.0, 3e-300, 4, 5}, SECOND[LENGTH] = {6, 7, 8, 9, 10};
static char *folder;
static char path[256];

static const char *in_folder(const char *name) {
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* --- what netCDF is asked for: these stand before its own --- */

static bool defined;   /* something, since values were last written */
static unsigned turns; /* from definitions to values */

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    assert_non_null(found);
    return found;
}

int nc_def_var(int id, const char *name, nc_type type, int rank, const int *dimensions, int *got) {
    static int (*theirs)(int, const char *, nc_type, int, const int *, int *);
    if (!theirs)
        *(void **)&theirs = next("nc_def_var");
    defined = true;
    return theirs(id, name, type, rank, dimensions, got);
}

int nc_put_var_double(int id, int variable, const double *values) {
    static int (*theirs)(int, int, const double *);
    if (!theirs)
        *(void **)&theirs = next("nc_put_var_double");
    turns += defined;
    defined = false;
    return theirs(id, variable, values);
}

/* --- files --- */

static nd_nc *begin(const char *name) {
    nd_error error = {0};
    nd_nc *file = nd_nc_create(in_folder(name), &error);
    assert_fine(file != NULL, &error);
    assert_fine(nd_nc_define_dimension(file, "entry", LENGTH, &error), &error);
    return file;
}

static void add(nd_nc *file, const char *name, nd_nc_type type, const double *values) {
    nd_error error = {0};
    assert_fine(nd_nc_define(file, name, type, "entry", "1", "made up", &error), &error);
    assert_fine(nd_nc_put(file, name, values, LENGTH, &error), &error);
}

static void has(const nd_nc *file, const char *name, const double *values) {
    nd_error error = {0};
    double got[LENGTH];
    assert_fine(nd_nc_get(file, name, got, LENGTH, &error), &error);
    assert_memory_equal(got, values, sizeof got);
}

static nd_nc *published(nd_nc *file) {
    nd_error error = {0};
    assert_fine(nd_nc_publish(file, &error), &error);
    file = nd_nc_open(path, &error);
    assert_fine(file != NULL, &error);
    return file;
}

static void test_what_is_defined_is_written_out_once(void **state) {
    (void)state;
    char name[16];
    nd_nc *file = begin("many.nc");
    turns = 0;
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "number_%d", i);
        add(file, name, ND_NC_DOUBLE, i % 2 ? FIRST : SECOND);
    }
    assert_int_equal(turns, 0);
    file = published(file);
    assert_int_equal(turns, 1);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "number_%d", i);
        has(file, name, i % 2 ? FIRST : SECOND);
    }
    nd_nc_close(file);
}

static void test_the_last_values_stand(void **state) {
    (void)state;
    nd_error error = {0};
    const double row = 70, later[LENGTH] = {6, 7, 70, 9, 10};
    const int64_t whole[LENGTH] = {INT64_MAX, INT64_MIN, 0, -1, 1};
    const char *const texts[LENGTH] = {"dr\303\251i", "", "three", "4", "5"};
    int64_t got[LENGTH];
    nd_nc *file = begin("order.nc");
    add(file, "twice", ND_NC_DOUBLE, FIRST);
    add(file, "twice", ND_NC_DOUBLE, SECOND);
    add(file, "row_after", ND_NC_DOUBLE, SECOND);
    assert_fine(nd_nc_put_row(file, "row_after", 2, &row, 1, &error), &error);
    add(file, "row_before", ND_NC_DOUBLE, FIRST);
    assert_fine(nd_nc_put_row(file, "row_before", 2, &row, 1, &error), &error);
    add(file, "row_before", ND_NC_DOUBLE, SECOND);
    assert_fine(nd_nc_define(file, "whole", ND_NC_INT64, "entry", "1", "made up", &error), &error);
    assert_fine(nd_nc_put_int64(file, "whole", whole, LENGTH, &error), &error);
    assert_fine(nd_nc_put_strings(file, "text", "entry", "made up", texts, LENGTH, &error), &error);
    for (int written = 0; written < 2; written++) { /* while they wait, and from the file */
        has(file, "twice", SECOND);
        has(file, "row_after", later);
        has(file, "row_before", SECOND);
        assert_fine(nd_nc_get_int64(file, "whole", got, LENGTH, &error), &error);
        assert_memory_equal(got, whole, sizeof got);
        char **read = nd_nc_get_strings(file, "text", LENGTH, &error);
        assert_fine(read != NULL, &error);
        for (size_t i = 0; i < LENGTH; i++) {
            assert_string_equal(read[i], texts[i]);
            free(read[i]);
        }
        free(read);
        if (!written)
            file = published(file);
    }
    nd_nc_close(file);
}

/* More than is kept: each variable in turn, and all of them together. */
static void test_large_ones_do_not_wait(void **state) {
    (void)state;
    enum { LONG = 20000, FILES = 40 };
    nd_error error = {0};
    char name[16];
    double *values = calloc(LONG, sizeof *values), *got = calloc(LONG, sizeof *got);
    assert_non_null(values);
    assert_non_null(got);
    nd_nc *file = begin("long.nc");
    assert_fine(nd_nc_define_dimension(file, "longer", LONG, &error), &error);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < FILES; i++) {
            snprintf(name, sizeof name, "long_%d", i);
            for (size_t k = 0; k < LONG; k++)
                values[k] = i + 1.0 / (double)(k + 1);
            if (pass) {
                assert_fine(nd_nc_get(file, name, got, LONG, &error), &error);
                assert_memory_equal(got, values, LONG * sizeof *got);
                continue;
            }
            assert_fine(nd_nc_define(file, name, ND_NC_DOUBLE, "longer", "1", "long", &error),
                        &error);
            assert_fine(nd_nc_put(file, name, values, LONG, &error), &error);
        }
        if (!pass)
            file = published(file);
    }
    nd_nc_close(file);
    free(values);
    free(got);
}

static void test_what_cannot_be_written_is_named_and_nothing_is_published(void **state) {
    (void)state;
    const double too_large[LENGTH] = {1, 1e300, 3, 4, 5};
    nd_error error = {0};
    nd_nc *file = begin("wrong.nc");
    add(file, "fine", ND_NC_DOUBLE, FIRST);
    add(file, "narrow", ND_NC_FLOAT, too_large);
    assert_false(nd_nc_publish(file, &error));
    assert_non_null(strstr(error.what, "narrow"));
    assert_string_equal(error.where, path);
    assert_int_not_equal(access(path, F_OK), 0);
    nd_nc_close(begin("given up.nc"));
    assert_int_not_equal(access(path, F_OK), 0);
}

int main(void) {
    folder = support_folder();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_defined_is_written_out_once),
        cmocka_unit_test(test_the_last_values_stand),
        cmocka_unit_test(test_large_ones_do_not_wait),
        cmocka_unit_test(test_what_cannot_be_written_is_named_and_nothing_is_published),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    support_remove(folder);
    return failed;
}
