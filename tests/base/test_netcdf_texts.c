/* Texts in netCDF files come back as they were, whichever way they were stored: as characters,
 * which every reader knows, or as netCDF's own strings, as version 0.1.0 wrote them. */
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/netcdf_file.h"
#include "support.h"

static const char *const TEXTS[] = {"first", "", "Zweite Sitzung, \xc3\xa4rger", "4"};
enum { COUNT = sizeof TEXTS / sizeof *TEXTS };

static char path[64];

static void assert_texts(const char *name) {
    nd_error error = {0};
    nd_nc *file = nd_nc_open(path, &error);
    assert_fine(file != NULL, &error);
    char **texts = nd_nc_get_strings(file, name, COUNT, &error);
    assert_fine(texts != NULL, &error);
    for (size_t i = 0; i < COUNT; i++) {
        assert_string_equal(texts[i], TEXTS[i]);
        free(texts[i]);
    }
    free(texts);
    assert_null(nd_nc_get_strings(file, name, COUNT - 1, &error));
    nd_nc_close(file);
}

static void test_characters_come_back(void **state) {
    (void)state;
    nd_error error = {0};
    nd_nc *file = nd_nc_create(path, &error);
    assert_fine(file && nd_nc_define_dimension(file, "session", COUNT, &error) &&
                    nd_nc_put_strings(file, "label", "session", "what it is called", TEXTS, COUNT,
                                      &error) &&
                    nd_nc_publish(file, &error),
                &error);
    assert_texts("label");
    int id, variable;
    nc_type type;
    assert_int_equal(nc_open(path, NC_NOWRITE, &id), NC_NOERR);
    assert_int_equal(nc_inq_varid(id, "label", &variable), NC_NOERR);
    assert_int_equal(nc_inq_vartype(id, variable, &type), NC_NOERR);
    assert_int_equal(type, NC_CHAR);
    assert_int_equal(nc_close(id), NC_NOERR);
}

static void test_strings_of_the_first_version_are_read(void **state) {
    (void)state;
    int id, dimension, variable;
    assert_int_equal(nc_create(path, NC_NETCDF4 | NC_CLOBBER, &id), NC_NOERR);
    assert_int_equal(nc_def_dim(id, "session", COUNT, &dimension), NC_NOERR);
    assert_int_equal(nc_def_var(id, "label", NC_STRING, 1, &dimension, &variable), NC_NOERR);
    const char *texts[COUNT];
    memcpy(texts, TEXTS, sizeof texts);
    assert_int_equal(nc_put_var_string(id, variable, texts), NC_NOERR);
    assert_int_equal(nc_close(id), NC_NOERR);
    assert_texts("label");
}

/* h5netcdf writes attributes as strings. */
static void test_units_may_be_a_string(void **state) {
    (void)state;
    int id, dimension, variable;
    const char *unit = "cm";
    nd_error error = {0};
    assert_int_equal(nc_create(path, NC_NETCDF4 | NC_CLOBBER, &id), NC_NOERR);
    assert_int_equal(nc_def_dim(id, "sample", 2, &dimension), NC_NOERR);
    assert_int_equal(nc_def_var(id, "position", NC_DOUBLE, 1, &dimension, &variable), NC_NOERR);
    assert_int_equal(nc_put_att_string(id, variable, "units", 1, &unit), NC_NOERR);
    assert_int_equal(nc_close(id), NC_NOERR);
    nd_nc *file = nd_nc_open(path, &error);
    assert_fine(file != NULL, &error);
    char *found = nd_nc_units(file, "position");
    assert_non_null(found);
    assert_string_equal(found, "cm");
    free(found);
    nd_nc_close(file);
}

int main(void) {
    snprintf(path, sizeof path, "/tmp/nulldrift-texts-%d.nc", (int)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_characters_come_back),
        cmocka_unit_test(test_strings_of_the_first_version_are_read),
        cmocka_unit_test(test_units_may_be_a_string),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
