/* Large packed variables of a file that is added to go into its next version piece by piece, as
 * they are packed; until then they are read where they stand, and what is written to them comes
 * after. */
#include <hdf5.h>
#include <netcdf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/netcdf_file.h"
#include "base/netcdf_lock.h"
#include "base/netcdf_packed.h"
#include "support.h"

enum { ROWS = 200, COLUMNS = 100, BARE = 5, BROKEN = 6 };
static char *folder;
static char path[256];

static double value(size_t row, size_t column) {
    return (double)row + 0.01 * (double)column;
}

static hid_t dataset(hid_t file, const char *name) {
    hid_t found = H5Dopen2(file, name, H5P_DEFAULT);
    assert_true(found >= 0);
    return found;
}

/* A variable packed a row a piece. */
static void put_packed(int id, const char *name, nc_type type, const int *dimensions,
                       const double *values, size_t rows) {
    const size_t piece[2] = {1, COLUMNS}, start[2] = {0, 0}, extent[2] = {rows, COLUMNS};
    int variable;
    assert_int_equal(nc_def_var(id, name, type, 2, dimensions, &variable), NC_NOERR);
    assert_int_equal(nc_def_var_chunking(id, variable, NC_CHUNKED, piece), NC_NOERR);
    assert_int_equal(nc_def_var_deflate(id, variable, 1, 1, 1), NC_NOERR);
    assert_int_equal(nc_put_vara_double(id, variable, start, extent, values), NC_NOERR);
}

/* `packed`, of whose pieces one is left unpacked and one is no packing of anything; `half`, of
 * which half was never written and would read as 0; `again`, for what is written to meanwhile. */
static void write_theirs(const char *name) {
    ND_NC_ALONE;
    static double values[ROWS * COLUMNS];
    static const char broken[] = "no packing of anything";
    const hsize_t bare_at[2] = {BARE, 0}, broken_at[2] = {BROKEN, 0};
    int id, dimensions[2];
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        values[i] = value(i / COLUMNS, i % COLUMNS);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
    assert_int_equal(nc_create(path, NC_NETCDF4 | NC_CLOBBER, &id), NC_NOERR);
    assert_int_equal(nc_def_dim(id, "row", ROWS, &dimensions[0]), NC_NOERR);
    assert_int_equal(nc_def_dim(id, "column", COLUMNS, &dimensions[1]), NC_NOERR);
    put_packed(id, "packed", NC_DOUBLE, dimensions, values, ROWS);
    put_packed(id, "half", NC_FLOAT, dimensions, values, ROWS / 2);
    put_packed(id, "again", NC_DOUBLE, dimensions, values, ROWS);
    put_packed(id, "anew", NC_DOUBLE, dimensions, values, ROWS);
    assert_int_equal(nc_close(id), NC_NOERR);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), packed = dataset(file, "packed");
    assert_true(H5Dwrite_chunk(packed, H5P_DEFAULT, 3, bare_at, COLUMNS * sizeof *values,
                               values + BARE * COLUMNS) >= 0);
    assert_true(H5Dwrite_chunk(packed, H5P_DEFAULT, 0, broken_at, sizeof broken, broken) >= 0);
    H5Dclose(packed);
    assert_true(H5Fclose(file) >= 0);
}

typedef struct piece {
    unsigned char bytes[2 * COLUMNS * sizeof(double)];
    hsize_t size;
    uint32_t left_out;
} piece;

static void take_piece(const char *name, size_t row, piece *one) {
    ND_NC_ALONE;
    const hsize_t offset[2] = {row, 0};
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), from = dataset(file, name);
    memset(one, 0, sizeof *one);
    if (H5Dget_chunk_storage_size(from, offset, &one->size) < 0)
        one->size = 0;
    assert_true(one->size <= sizeof one->bytes);
    if (one->size > 0)
        assert_true(nd_nc_packed_read(from, offset, (size_t)one->size, &one->left_out, one->bytes));
    H5Dclose(from);
    H5Fclose(file);
}

static void add_ours(nd_nc *file) {
    nd_error error = {0};
    assert_fine(nd_nc_put_text(file, NULL, "measured", "yes", &error), &error);
}

static void test_pieces_stay_as_they_are(void **state) {
    (void)state;
    nd_error error = {0};
    static piece before[ROWS], after;
    write_theirs("pieces.nc");
    for (size_t r = 0; r < ROWS; r++)
        take_piece("packed", r, &before[r]);
    assert_int_equal(before[BARE].left_out, 3);
    nd_nc *file = nd_nc_amend(path, NULL, &error);
    assert_fine(file != NULL, &error);
    add_ours(file);
    assert_fine(nd_nc_publish(file, &error), &error);
    for (size_t r = 0; r < ROWS; r++) {
        take_piece("packed", r, &after);
        assert_memory_equal(&after, &before[r], sizeof after);
    }
}

static void same_rows(const nd_nc *file, const char *name, size_t rows, double added) {
    nd_error error = {0};
    double read[COLUMNS];
    for (size_t r = 0; r < rows; r++) {
        assert_fine(nd_nc_get_row(file, name, r, read, COLUMNS, &error), &error);
        for (size_t c = 0; c < COLUMNS; c++)
            if (read[c] != value(r, c) + added)
                fail_msg("%s (%zu, %zu) is %g", name, r, c, read[c]);
    }
}

static void write_meanwhile(nd_nc *file) {
    static double all[ROWS * COLUMNS];
    nd_error error = {0};
    double row[COLUMNS], read[COLUMNS];
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        all[i] = value(i / COLUMNS, i % COLUMNS) + 1.0;
    for (size_t c = 0; c < COLUMNS; c++)
        row[c] = -1.0;
    same_rows(file, "again", ROWS, 0.0);
    assert_fine(nd_nc_put_row(file, "again", 3, row, COLUMNS, &error), &error);
    assert_fine(nd_nc_get_row(file, "again", 3, read, COLUMNS, &error), &error);
    assert_memory_equal(read, row, sizeof row);
    same_rows(file, "again", 3, 0.0);
    assert_fine(nd_nc_put(file, "anew", all, ROWS * COLUMNS, &error), &error);
    same_rows(file, "anew", ROWS, 1.0);
    add_ours(file);
}

static void test_what_is_written_meanwhile_comes_after(void **state) {
    (void)state;
    nd_error error = {0};
    double row[COLUMNS];
    write_theirs("meanwhile.nc");
    nd_nc *file = nd_nc_amend(path, NULL, &error);
    assert_fine(file != NULL, &error);
    same_rows(file, "packed", BROKEN, 0.0);
    assert_false(nd_nc_get_row(file, "packed", BROKEN, row, COLUMNS, NULL));
    write_meanwhile(file);
    assert_fine(nd_nc_publish(file, &error), &error);
    file = nd_nc_open(path, &error);
    assert_fine(file != NULL, &error);
    same_rows(file, "packed", BROKEN, 0.0);
    same_rows(file, "again", 3, 0.0);
    assert_fine(nd_nc_get_row(file, "again", 3, row, COLUMNS, &error), &error);
    assert_true(row[0] == -1.0 && row[COLUMNS - 1] == -1.0);
    same_rows(file, "anew", ROWS, 1.0);
    nd_nc_close(file);
}

/* What was never written reads as what stands in for it, in a copy, too. */
static void test_pieces_that_were_never_written(void **state) {
    (void)state;
    nd_error error = {0};
    static double before[ROWS * COLUMNS], after[ROWS * COLUMNS];
    write_theirs("half.nc");
    nd_nc *file = nd_nc_amend(path, NULL, &error);
    assert_fine(file && nd_nc_get(file, "half", before, ROWS * COLUMNS, &error), &error);
    add_ours(file);
    assert_fine(nd_nc_publish(file, &error), &error);
    file = nd_nc_open(path, &error);
    assert_fine(file && nd_nc_get(file, "half", after, ROWS * COLUMNS, &error), &error);
    assert_memory_equal(after, before, sizeof after);
    assert_true(after[ROWS * COLUMNS - 1] != after[0]);
    nd_nc_close(file);
}

/* One that is closed without being published takes nothing over, and leaves nothing behind. */
static void test_a_scratch_copy(void **state) {
    (void)state;
    nd_error error = {0};
    piece after;
    write_theirs("scratch.nc");
    nd_nc *file = nd_nc_scratch(path, &error);
    assert_fine(file != NULL, &error);
    write_meanwhile(file);
    nd_nc_close(file);
    take_piece("packed", BROKEN, &after);
    assert_int_equal(after.size, sizeof "no packing of anything");
}

int main(void) {
    folder = support_folder();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_stay_as_they_are),
        cmocka_unit_test(test_what_is_written_meanwhile_comes_after),
        cmocka_unit_test(test_pieces_that_were_never_written),
        cmocka_unit_test(test_a_scratch_copy),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    support_remove(folder);
    return failed;
}
