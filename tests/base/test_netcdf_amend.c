/* A netCDF file that is added to may come from anybody: it is open in the reader alone, too, and
 * what is not added to stays as it was. */
#include <dlfcn.h>
#include <hdf5.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/files.h"
#include "base/netcdf_file.h"
#include "base/netcdf_lock.h"
#include "support.h"

enum { ROWS = 40, COLUMNS = 30 };
static char *folder;
static char path[256];

static const char *in_folder(const char *name) {
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* --- what this process opens: these stand before the libraries' own --- */

static bool counting;
static unsigned opened;       /* by netCDF */
static char last_opened[512]; /* by HDF5 */

/* POSIX has dlsym's pointers stand for functions. */
static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    assert_non_null(found);
    return found;
}

int nc_open(const char *name, int mode, int *id) {
    static int (*theirs)(const char *, int, int *);
    if (!theirs)
        *(void **)&theirs = next("nc_open");
    opened += counting;
    return theirs(name, mode, id);
}

hid_t H5Fopen(const char *name, unsigned flags, hid_t plan) {
    static hid_t (*theirs)(const char *, unsigned, hid_t);
    if (!theirs)
        *(void **)&theirs = next("H5Fopen");
    if (counting)
        snprintf(last_opened, sizeof last_opened, "%s", name);
    return theirs(name, flags, plan);
}

/* --- files of others --- */

static double value(size_t i) {
    return i == 7 ? -0.0 : 0.1 * (double)i;
}

/* All that a user might have put into a run file, stored in every way netCDF knows. */
static void write_foreign(const char *at) {
    ND_NC_ALONE;
    int id, inner, deep, row, time, column, variable;
    double values[ROWS * COLUMNS];
    float fill = -1.0F;
    const size_t pieces[2] = {8, 15}, grown[2] = {5, COLUMNS}, start[2] = {0, 0};
    const char *texts[ROWS] = {"dr\303\251i", "", "three"};
    char letters[5 * COLUMNS];
    short half[3] = {-3, 0, 7};
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        values[i] = value(i);
    memcpy(&values[9], "\1\0\0\0\0\0\370\177", 8); /* a NaN that says more than NaN */
    memset(letters, 'x', sizeof letters);
    for (size_t i = 3; i < ROWS; i++)
        texts[i] = "x";
    int said[] = {
        nc_create(at, NC_NETCDF4 | NC_CLOBBER, &id),
        nc_def_dim(id, "row", ROWS, &row),
        nc_def_dim(id, "column", COLUMNS, &column),
        nc_def_dim(id, "time", NC_UNLIMITED, &time),
        nc_def_dim(id, "never_used", 11, &variable),
        nc_put_att_text(id, NC_GLOBAL, "title", 6, "theirs"),
        nc_put_att_short(id, NC_GLOBAL, "half", NC_SHORT, 3, half),
        nc_put_att_string(id, NC_GLOBAL, "notes", 3, texts),
        nc_put_att_text(id, NC_GLOBAL, "empty", 0, ""),
        nc_def_var(id, "packed", NC_DOUBLE, 2, (int[]){row, column}, &variable),
        nc_def_var_chunking(id, variable, NC_CHUNKED, pieces),
        nc_def_var_deflate(id, variable, 1, 1, 7),
        nc_def_var_fletcher32(id, variable, NC_FLETCHER32),
        nc_put_att_text(id, variable, "units", 2, "mV"),
        nc_put_var_double(id, variable, values),
        nc_def_var(id, "plain", NC_DOUBLE, 2, (int[]){column, row}, &variable),
        nc_def_var_endian(id, variable, NC_ENDIAN_BIG),
        nc_put_var_double(id, variable, values),
        nc_def_var(id, "partly", NC_FLOAT, 2, (int[]){time, column}, &variable),
        nc_put_att_float(id, variable, "_FillValue", NC_FLOAT, 1, &fill),
        nc_put_vara_double(id, variable, start, grown, values),
        nc_def_var(id, "never_written", NC_INT, 1, &row, &variable),
        nc_def_var(id, "row", NC_UBYTE, 1, &row, &variable),
        nc_def_var(id, "texts", NC_STRING, 1, &row, &variable),
        nc_put_var_string(id, variable, texts),
        nc_def_var(id, "letters", NC_CHAR, 2, (int[]){row, column}, &variable),
        nc_def_var_fill(id, variable, NC_NOFILL, NULL),
        nc_put_vara_text(id, variable, start, grown, letters),
        nc_def_var(id, "alone", NC_UINT64, 0, NULL, &variable),
        nc_put_var_ulonglong(id, variable, &(unsigned long long){UINT64_MAX}),
        nc_def_grp(id, "group", &inner),
        nc_def_grp(inner, "deeper", &deep),
        nc_put_att_text(inner, NC_GLOBAL, "of", 5, "group"),
        nc_def_dim(deep, "own", 3, &column),
        nc_def_var(deep, "half", NC_SHORT, 1, &column, &variable),
        nc_put_var_short(deep, variable, half),
        nc_close(id),
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (said[i] != NC_NOERR)
            fail_msg("call %zu: %s", i, nc_strerror(said[i]));
}

static void add_set(hid_t file, const char *name, hid_t type, hsize_t length, hsize_t most) {
    hid_t space = H5Screate_simple(1, &length, &most), plan = H5Pcreate(H5P_DATASET_CREATE);
    if (most != length)
        H5Pset_chunk(plan, 1, &length);
    hid_t made = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    assert_true(made >= 0);
    H5Dclose(made);
    H5Pclose(plan);
    H5Sclose(space);
}

/* As h5py writes texts: never filled. */
static void add_names(const char *at) {
    ND_NC_ALONE;
    hid_t file = H5Fopen(at, H5F_ACC_RDWR, H5P_DEFAULT), type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    add_set(file, "names", type, 2, 2);
    hid_t made = H5Dopen2(file, "names", H5P_DEFAULT);
    const char *texts[2] = {"a", "longer"};
    assert_true(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0);
    H5Dclose(made);
    H5Tclose(type);
    assert_true(H5Fclose(file) >= 0);
}

static void add_ours(nd_nc *file) {
    nd_error error = {0};
    double ours[ROWS] = {1.5, 2.5}, read[ROWS * COLUMNS];
    bool fine = nd_nc_define(file, "ours", ND_NC_DOUBLE, "row", "1", "of ours", &error) &&
                nd_nc_put(file, "ours", ours, ROWS, &error) &&
                nd_nc_put_text(file, NULL, "measured", "yes", &error) &&
                nd_nc_get(file, "packed", read, ROWS * COLUMNS, &error);
    assert_fine(fine, &error);
    assert_true(read[8] == value(8));
}

/* --- what two files have in common --- */

static void same_attributes(int a, int b, int in_a, int in_b, int count) {
    for (int i = 0; i < count; i++) {
        char name[NC_MAX_NAME + 1];
        nc_type type, other;
        size_t length, also, size;
        char one[512], two[512];
        assert_int_equal(nc_inq_attname(a, in_a, i, name), NC_NOERR);
        assert_int_equal(nc_inq_att(a, in_a, name, &type, &length), NC_NOERR);
        assert_int_equal(nc_inq_att(b, in_b, name, &other, &also), NC_NOERR);
        assert_true(type == other && length == also);
        assert_int_equal(nc_inq_type(a, type, NULL, &size), NC_NOERR);
        assert_true(length * size <= sizeof one);
        assert_int_equal(nc_get_att(a, in_a, name, one), NC_NOERR);
        assert_int_equal(nc_get_att(b, in_b, name, two), NC_NOERR);
        for (size_t k = 0; type == NC_STRING && k < length; k++)
            assert_string_equal(((char **)one)[k], ((char **)two)[k]);
        if (type == NC_STRING) {
            (void)nc_free_string(length, (char **)one);
            (void)nc_free_string(length, (char **)two);
        } else {
            assert_memory_equal(one, two, length * size);
        }
    }
}

static void same_storage(int a, int b, int in_a, int in_b, int rank, bool texts) {
    int one[7] = {0}, two[7] = {0};
    size_t pieces[8] = {0}, others[8] = {0};
    const int ids[2] = {a, b}, variables[2] = {in_a, in_b};
    for (int k = 0; k < 2; k++) {
        int *all = k ? two : one;
        assert_int_equal(nc_inq_var_chunking(ids[k], variables[k], &all[0], k ? others : pieces),
                         NC_NOERR);
        assert_int_equal(nc_inq_var_deflate(ids[k], variables[k], &all[1], &all[2], &all[3]),
                         NC_NOERR);
        assert_int_equal(nc_inq_var_fletcher32(ids[k], variables[k], &all[4]), NC_NOERR);
        assert_int_equal(nc_inq_var_endian(ids[k], variables[k], &all[5]), NC_NOERR);
        assert_int_equal(nc_inq_var_fill(ids[k], variables[k], &all[6], NULL), NC_NOERR);
    }
    if (texts) /* netCDF fills them always */
        one[6] = two[6] = 0;
    assert_memory_equal(one, two, sizeof one);
    if (one[0] == NC_CHUNKED)
        assert_memory_equal(pieces, others, (size_t)rank * sizeof *pieces);
}

static void same_variable(int a, int b, int in_a) {
    char name[NC_MAX_NAME + 1];
    nc_type type, other;
    int rank, also, in_b, count, dimensions[8], theirs[8];
    size_t values = 1, size;
    assert_int_equal(nc_inq_var(a, in_a, name, &type, &rank, dimensions, &count), NC_NOERR);
    assert_int_equal(nc_inq_varid(b, name, &in_b), NC_NOERR);
    assert_int_equal(nc_inq_var(b, in_b, NULL, &other, &also, theirs, NULL), NC_NOERR);
    assert_true(type == other && rank == also);
    for (int d = 0; d < rank; d++) {
        char of_a[NC_MAX_NAME + 1], of_b[NC_MAX_NAME + 1];
        size_t length, long_b;
        assert_int_equal(nc_inq_dim(a, dimensions[d], of_a, &length), NC_NOERR);
        assert_int_equal(nc_inq_dim(b, theirs[d], of_b, &long_b), NC_NOERR);
        assert_string_equal(of_a, of_b);
        assert_int_equal(length, long_b);
        values *= length;
    }
    same_storage(a, b, in_a, in_b, rank, type == NC_STRING);
    same_attributes(a, b, in_a, in_b, count);
    assert_int_equal(nc_inq_type(a, type, NULL, &size), NC_NOERR);
    char *one = calloc(values, size), *two = calloc(values, size);
    assert_int_equal(nc_get_var(a, in_a, one), NC_NOERR);
    assert_int_equal(nc_get_var(b, in_b, two), NC_NOERR);
    for (size_t k = 0; type == NC_STRING && k < values; k++)
        assert_string_equal(((char **)one)[k], ((char **)two)[k]);
    if (type == NC_STRING) {
        (void)nc_free_string(values, (char **)one);
        (void)nc_free_string(values, (char **)two);
    } else {
        assert_memory_equal(one, two, values * size);
    }
    free(one);
    free(two);
}

/* All of `a` is in `b`, in this group and those beneath. */
static void same_group(int a, int b) {
    int count, attributes, groups[8], grow, grows, id;
    assert_int_equal(nc_inq_natts(a, &attributes), NC_NOERR);
    same_attributes(a, b, NC_GLOBAL, NC_GLOBAL, attributes);
    assert_int_equal(nc_inq_dimids(a, &count, groups, 0), NC_NOERR);
    for (int d = 0; d < count; d++) {
        char name[NC_MAX_NAME + 1];
        assert_int_equal(nc_inq_dimname(a, groups[d], name), NC_NOERR);
        assert_int_equal(nc_inq_dimid(b, name, &id), NC_NOERR);
    }
    assert_int_equal(nc_inq_unlimdims(a, &grow, NULL), NC_NOERR);
    assert_int_equal(nc_inq_unlimdims(b, &grows, NULL), NC_NOERR);
    assert_int_equal(grow, grows);
    assert_int_equal(nc_inq_nvars(a, &count), NC_NOERR);
    for (int v = 0; v < count; v++)
        same_variable(a, b, v);
    assert_int_equal(nc_inq_grps(a, &count, groups), NC_NOERR);
    for (int g = 0; g < count; g++) {
        char name[NC_MAX_NAME + 1];
        assert_int_equal(nc_inq_grpname(groups[g], name), NC_NOERR);
        assert_int_equal(nc_inq_grp_ncid(b, name, &id), NC_NOERR);
        same_group(groups[g], id);
    }
}

static void test_what_is_not_added_to_stays(void **state) {
    (void)state;
    nd_error error = {0};
    char at[256];
    int before, after;
    write_foreign(in_folder("kept.nc"));
    add_names(path);
    snprintf(at, sizeof at, "%s", path);
    write_foreign(in_folder("amended.nc"));
    add_names(path);
    nd_nc *file = nd_nc_amend(path, NULL, &error);
    assert_fine(file != NULL, &error);
    add_ours(file);
    assert_fine(nd_nc_publish(file, &error), &error);
    assert_int_equal(nc_open(at, NC_NOWRITE, &before), NC_NOERR);
    assert_int_equal(nc_open(path, NC_NOWRITE, &after), NC_NOERR);
    same_group(before, after);
    assert_int_equal(nc_close(before), NC_NOERR);
    assert_int_equal(nc_close(after), NC_NOERR);
}

static void test_it_is_never_open_here(void **state) {
    (void)state;
    nd_error error = {0};
    write_foreign(in_folder("theirs.nc"));
    opened = 0;
    last_opened[0] = '\0';
    counting = true;
    nd_nc *file = nd_nc_amend(path, NULL, &error);
    assert_fine(file != NULL, &error);
    assert_string_equal(last_opened, "");
    add_ours(file);
    assert_fine(nd_nc_publish(file, &error), &error);
    /* What HDF5 opens as the file is closed is what this process wrote. */
    assert_string_not_equal(last_opened, "");
    assert_string_not_equal(last_opened, path);
    file = nd_nc_scratch(path, &error);
    assert_fine(file != NULL, &error);
    add_ours(file);
    nd_nc_close(file);
    assert_int_equal(opened, 0);
    /* Whatever opens it is noticed. */
    int id;
    assert_int_equal(nc_open(path, NC_NOWRITE, &id), NC_NOERR);
    assert_int_equal(nc_close(id), NC_NOERR);
    counting = false;
    assert_int_equal(opened, 1);
    assert_string_equal(last_opened, path);
}

/* A small file whose pieces are of all rows, unwritten: 256 MB. */
static void test_large_pieces_take_little_memory(void **state) {
    (void)state;
    enum { LONG = 4096, WIDE = 16384, MOST_KILOBYTES = 200 << 10 };
    nd_error error = {0};
    struct rusage before, after;
    const size_t pieces[2] = {LONG, 16};
    int id, dimensions[2], variable;
    {
        ND_NC_ALONE;
        assert_int_equal(nc_create(in_folder("pieces.nc"), NC_NETCDF4 | NC_CLOBBER, &id), NC_NOERR);
        assert_int_equal(nc_def_dim(id, "long", LONG, &dimensions[0]), NC_NOERR);
        assert_int_equal(nc_def_dim(id, "wide", WIDE, &dimensions[1]), NC_NOERR);
        assert_int_equal(nc_def_var(id, "large", NC_FLOAT, 2, dimensions, &variable), NC_NOERR);
        assert_int_equal(nc_def_var_chunking(id, variable, NC_CHUNKED, pieces), NC_NOERR);
        assert_int_equal(nc_def_var_deflate(id, variable, 0, 1, 1), NC_NOERR);
        assert_int_equal(nc_close(id), NC_NOERR);
    }
    getrusage(RUSAGE_SELF, &before);
    nd_nc *file = nd_nc_amend(path, NULL, &error);
    assert_fine(file != NULL, &error);
    assert_fine(nd_nc_publish(file, &error), &error);
    getrusage(RUSAGE_SELF, &after);
#if !defined(__SANITIZE_ADDRESS__) /* which keeps what was freed */
    if (after.ru_maxrss - before.ru_maxrss > MOST_KILOBYTES)
        fail_msg("%ld MB were taken", (after.ru_maxrss - before.ru_maxrss) >> 10);
#endif
}

/* --- what cannot be copied is refused, and the file stays --- */

typedef void adding(hid_t file);

static void refused(const char *name, adding *add, const char *what) {
    nd_error error = {0};
    nd_buffer before = {0}, after = {0};
    write_foreign(in_folder(name));
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(file >= 0);
    add(file);
    assert_true(H5Fclose(file) >= 0);
    assert_fine(nd_read_file(path, 1 << 24, &before, &error), &error);
    assert_null(nd_nc_amend(path, NULL, &error));
    if (!strstr(error.what, what) ||
        (!strstr(error.what, "cannot be copied") && !strstr(error.what, "cannot read")))
        fail_msg("\"%s\" does not name %s", error.what, what);
    assert_string_equal(error.where, path);
    assert_fine(nd_read_file(path, 1 << 24, &after, &error), &error);
    assert_int_equal(before.length, after.length);
    assert_memory_equal(before.bytes, after.bytes, before.length);
    nd_buffer_free(&before);
    nd_buffer_free(&after);
}

static void add_reference(hid_t file) {
    hsize_t one = 1;
    hid_t space = H5Screate_simple(1, &one, NULL);
    hid_t made = H5Acreate2(file, "points_at", H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(made >= 0);
    H5Aclose(made);
    H5Sclose(space);
}

static void add_bits(hid_t file) {
    hsize_t some = 4;
    hid_t space = H5Screate_simple(1, &some, NULL);
    hid_t made =
        H5Dcreate2(file, "bits", H5T_STD_B8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(made >= 0);
    H5Dclose(made);
    H5Sclose(space);
}

static void add_enumeration(hid_t file) {
    hid_t type = H5Tenum_create(H5T_NATIVE_INT8), space = H5Screate(H5S_SCALAR);
    signed char no = 0, yes = 1;
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    hid_t made = H5Acreate2(file, "flag", type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(made >= 0);
    H5Aclose(made);
    H5Tclose(type);
    H5Sclose(space);
}

static void add_link(hid_t file) {
    assert_true(H5Lcreate_soft("/packed", file, "also_packed", H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

static void add_other_packing(hid_t file) {
    hsize_t some = 100;
    hid_t space = H5Screate_simple(1, &some, NULL), plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plan, 1, &some);
    H5Pset_scaleoffset(plan, H5Z_SO_INT, 0);
    hid_t made = H5Dcreate2(file, "scaled", H5T_NATIVE_INT, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    assert_true(made >= 0);
    H5Dclose(made);
    H5Pclose(plan);
    H5Sclose(space);
}

/* netCDF runs them together. */
static void add_fixed_texts(hid_t file) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, 3);
    add_set(file, "fixed", type, 4, 4);
    H5Tclose(type);
}

/* netCDF gives floats of four bytes. */
static void add_half(hid_t file) {
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    add_set(file, "half", type, 4, 4);
    H5Tclose(type);
}

static void add_limited(hid_t file) {
    add_set(file, "limited", H5T_NATIVE_DOUBLE, 4, 9);
}

/* As h5py writes a matrix: netCDF then shows no attribute of the variable at all. */
static void add_matrix(hid_t file) {
    const hsize_t lengths[2] = {2, 3};
    hid_t space = H5Screate_simple(2, lengths, NULL), there = H5Dopen2(file, "plain", H5P_DEFAULT);
    hid_t made = H5Acreate2(there, "matrix", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(made >= 0);
    H5Aclose(made);
    H5Dclose(there);
    H5Sclose(space);
}

static void test_what_cannot_be_copied_is_refused_by_name(void **state) {
    (void)state;
    ND_NC_ALONE;
    refused("reference.nc", add_reference, "points_at");
    refused("bits.nc", add_bits, "bits");
    refused("enumeration.nc", add_enumeration, "flag");
    refused("link.nc", add_link, "also_packed");
    refused("scaled.nc", add_other_packing, "scaled");
    refused("fixed.nc", add_fixed_texts, "fixed");
    refused("half.nc", add_half, "half");
    refused("limited.nc", add_limited, "limited");
    refused("matrix.nc", add_matrix, "attribute matrix of plain has 2 dimensions");
}

int main(void) {
    folder = support_folder();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_added_to_stays),
        cmocka_unit_test(test_it_is_never_open_here),
        cmocka_unit_test(test_large_pieces_take_little_memory),
        cmocka_unit_test(test_what_cannot_be_copied_is_refused_by_name),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    support_remove(folder);
    return failed;
}
