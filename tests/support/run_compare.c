#include "run_compare.h"

#include <netcdf.h>
#include <stdlib.h>
#include <string.h>

#include "base/netcdf_file.h"
#include "support.h"

static int variable_count(const char *path, char names[][NC_MAX_NAME + 1], int most) {
    int id, count = 0;
    assert_int_equal(nc_open(path, NC_NOWRITE, &id), NC_NOERR);
    assert_int_equal(nc_inq_nvars(id, &count), NC_NOERR);
    assert_true(count <= most);
    for (int i = 0; i < count; i++)
        assert_int_equal(nc_inq_varname(id, i, names[i]), NC_NOERR);
    assert_int_equal(nc_close(id), NC_NOERR);
    return count;
}

void support_same_file(const char *path_a, const char *path_b) {
    static char names_a[128][NC_MAX_NAME + 1], names_b[128][NC_MAX_NAME + 1];
    nd_error error = {0};
    int count = variable_count(path_a, names_a, 128);
    assert_int_equal(variable_count(path_b, names_b, 128), count);
    assert_true(count > 0);
    nd_nc *a = nd_nc_open(path_a, &error), *b = nd_nc_open(path_b, &error);
    assert_fine(a && b, &error);
    for (int i = 0; i < count; i++) {
        int rank_a, rank_b;
        size_t shape_a[8], shape_b[8], size = 1;
        double *values_a = nd_nc_load(a, names_a[i], &rank_a, shape_a, &error);
        double *values_b = nd_nc_load(b, names_a[i], &rank_b, shape_b, &error);
        assert_fine(values_a && values_b, &error);
        assert_int_equal(rank_a, rank_b);
        for (int d = 0; d < rank_a; d++) {
            assert_int_equal(shape_a[d], shape_b[d]);
            size *= shape_a[d];
        }
        if (memcmp(values_a, values_b, size * sizeof(double)) != 0)
            fail_msg("variable %s differs between %s and %s", names_a[i], path_a, path_b);
        free(values_a);
        free(values_b);
    }
    nd_nc_close(a);
    nd_nc_close(b);
}
