#include "recording/pandas_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/pickle.h"

enum { MOST_GROUPS = 1000, MOST_COLUMNS = 100000, MOST_LEVELS = 8, MOST_ATTRIBUTE = 1 << 17 };

/* The field of a "table" that holds its numbers. */
static const char BLOCK[] = "values_block_0";

void nd_pandas_clear(nd_pandas_table *table) {
    for (size_t c = 0; table->name && c < table->columns; c++)
        free(table->name[c]);
    free(table->name);
    *table = (nd_pandas_table){0};
}

size_t nd_pandas_column(const nd_pandas_table *table, const char *name) {
    for (size_t c = 0; c < table->columns; c++)
        if (strcmp(table->name[c], name) == 0)
            return c;
    return SIZE_MAX;
}

/* Adds a level to a column's name; the first of several, who tracked, is left out. */
static void add_level(char *name, size_t size, size_t level, size_t levels, const char *word) {
    size_t used = strlen(name);
    if (level > 0 || levels == 1)
        snprintf(name + used, size - used, "%s%.200s", used ? "." : "", word);
}

static bool damaged(const nd_nwb *nwb, const char *path, const char *what, nd_error *error) {
    return nd_fail(error, nwb->path, "write it again with pandas, or as .csv",
                   "%.200s is no table of pandas that can be read: %s", path, what);
}

/* --- format "table" --- */

/* How many numbers a row of the block has, and how many rows there are; false where it has none. */
static bool block_shape(const nd_nwb *nwb, const char *path, size_t *rows, size_t *columns) {
    hid_t dataset = H5Dopen2(nwb->file.id, path, H5P_DEFAULT);
    if (dataset < 0)
        return false;
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset), field = -1;
    hsize_t extent[1] = {0}, wide[1] = {0};
    int at = H5Tget_class(type) == H5T_COMPOUND ? H5Tget_member_index(type, BLOCK) : -1;
    bool fine = at >= 0 && H5Sget_simple_extent_ndims(space) == 1 &&
                H5Sget_simple_extent_dims(space, extent, NULL) == 1;
    if (fine)
        field = H5Tget_member_type(type, (unsigned)at);
    fine = field >= 0 && H5Tget_class(field) == H5T_ARRAY && H5Tget_array_ndims(field) == 1 &&
           H5Tget_array_dims2(field, wide) == 1 && wide[0] <= MOST_COLUMNS;
    *rows = (size_t)extent[0];
    *columns = (size_t)wide[0];
    if (field >= 0)
        H5Tclose(field);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
    return fine;
}

/* The columns' names: a pickled list of tuples. */
static bool pickled_names(const nd_nwb *nwb, nd_pandas_table *table, nd_error *error) {
    char *text = nd_array(MOST_ATTRIBUTE, 1, error);
    if (!text)
        return false;
    bool there = nd_hdf5_text_attribute(&nwb->file, table->path, "values_block_0_kind", text,
                                        MOST_ATTRIBUTE);
    nd_pickle *pickle =
        there ? nd_pickle_read((const unsigned char *)text, strlen(text), nwb->path, error) : NULL;
    nd_pickled list = pickle ? nd_pickle_root(pickle) : 0;
    bool fine = pickle && nd_pickle_parts(pickle, list) == table->columns;
    for (size_t c = 0; fine && c < table->columns; c++) {
        nd_pickled column = nd_pickle_part(pickle, list, c);
        size_t levels = nd_pickle_parts(pickle, column);
        char name[1024] = "", word[256];
        if (levels == 0 && nd_pickle_text(pickle, column, word, sizeof word))
            add_level(name, sizeof name, 0, 1, word);
        for (size_t k = 0; k < levels && k < MOST_LEVELS; k++)
            if (nd_pickle_text(pickle, nd_pickle_part(pickle, column, k), word, sizeof word))
                add_level(name, sizeof name, k, levels, word);
        fine = (table->name[c] = nd_text(name, error)) != NULL;
    }
    if (!fine && !(there && !pickle))
        damaged(nwb, table->path, there ? "its names are not those of its columns" : "no names",
                error);
    nd_pickle_free(pickle);
    free(text);
    return fine;
}

static double *block_numbers(const nd_nwb *nwb, const nd_pandas_table *table, nd_error *error) {
    hid_t dataset = nd_hdf5_open_dataset(&nwb->file, table->path, nwb->path, error);
    if (dataset < 0)
        return NULL;
    hsize_t wide[1] = {table->columns};
    hid_t numbers = H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, wide);
    hid_t row = H5Tcreate(H5T_COMPOUND, table->columns * sizeof(double));
    double *values = nd_doubles(table->rows * table->columns, error);
    bool fine = values && H5Tinsert(row, BLOCK, 0, numbers) >= 0 &&
                H5Dread(dataset, row, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    if (values && !fine) {
        damaged(nwb, table->path, "its rows cannot be read", error);
        free(values);
        values = NULL;
    }
    H5Tclose(row);
    H5Tclose(numbers);
    H5Dclose(dataset);
    return values;
}

/* --- format "fixed" --- */

/* GROUP/block0_items_levelK, _labelK: the words of a level, and which each column has. */
static bool levelled_names(const nd_nwb *nwb, const char *group, nd_pandas_table *table,
                           nd_error *error) {
    char names[1 << 10];
    size_t levels = 0;
    char path[ND_NWB_PATH_SIZE];
    double *label[MOST_LEVELS] = {NULL};
    bool fine = true;
    for (; levels < MOST_LEVELS; levels++) {
        size_t count = 0;
        snprintf(path, sizeof path, "%.500s/block0_items_label%zu", group, levels);
        if (!nd_hdf5_has(&nwb->file, path))
            break;
        label[levels] = nd_hdf5_numbers(&nwb->file, path, nwb->path, &count, error);
        if (!label[levels] || count != table->columns) {
            fine = false;
            levels++;
            break;
        }
    }
    for (size_t c = 0; fine && c < table->columns; c++) {
        char word[256];
        names[0] = '\0';
        for (size_t k = 0; fine && k < levels; k++) {
            snprintf(path, sizeof path, "%.500s/block0_items_level%zu", group, k);
            fine = label[k][c] >= 0.0 &&
                   nd_hdf5_text_at(&nwb->file, path, (size_t)label[k][c], word, sizeof word);
            add_level(names, sizeof names, k, levels, fine ? word : "");
        }
        if (levels == 0) {
            snprintf(path, sizeof path, "%.500s/block0_items", group);
            fine = nd_hdf5_text_at(&nwb->file, path, c, names, sizeof names);
        }
        fine = fine && (table->name[c] = nd_text(names, error));
    }
    for (size_t k = 0; k < levels; k++)
        free(label[k]);
    return fine || damaged(nwb, group, "its names are not those of its columns", error);
}

/* --- either --- */

static bool try_group(const nd_nwb *nwb, const char *group, nd_pandas_table *table, bool *found,
                      nd_error *error) {
    char kind[64];
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    int rank;
    if (!nd_hdf5_text_attribute(&nwb->file, group, "pandas_type", kind, sizeof kind))
        return true;
    table->rows_of_blocks = strcmp(kind, "frame_table") == 0;
    if (!table->rows_of_blocks && strcmp(kind, "frame") != 0)
        return true;
    snprintf(table->path, sizeof table->path, "%.500s/%s", group,
             table->rows_of_blocks ? "table" : "block0_values");
    bool fine = true;
    if (table->rows_of_blocks) {
        fine = nd_hdf5_has(&nwb->file, table->path) &&
               block_shape(nwb, table->path, &table->rows, &table->columns);
    } else {
        fine = nd_hdf5_shape(&nwb->file, table->path, &rank, dims) && rank == 2 &&
               dims[1] <= MOST_COLUMNS;
        table->rows = fine ? (size_t)dims[0] : 0;
        table->columns = fine ? (size_t)dims[1] : 0;
    }
    if (!fine || table->rows == 0 || table->columns == 0)
        return damaged(nwb, group, "it has no block of numbers", error);
    table->name = nd_array(table->columns, sizeof *table->name, error);
    *found = true;
    return table->name && (table->rows_of_blocks ? pickled_names(nwb, table, error)
                                                 : levelled_names(nwb, group, table, error));
}

bool nd_pandas_find(const nd_nwb *nwb, nd_pandas_table *table, bool *found, nd_error *error) {
    char name[256], group[300];
    bool fine = true;
    *table = (nd_pandas_table){0};
    *found = false;
    for (hsize_t k = 0; nwb->plain && fine && !*found && k < MOST_GROUPS; k++) {
        ssize_t length = H5Lget_name_by_idx(nwb->file.id, "/", H5_INDEX_NAME, H5_ITER_NATIVE, k,
                                            name, sizeof name, H5P_DEFAULT);
        if (length <= 0)
            break;
        snprintf(group, sizeof group, "/%.250s", name);
        if (nd_hdf5_has(&nwb->file, group))
            fine = try_group(nwb, group, table, found, error);
    }
    if (!fine)
        nd_pandas_clear(table);
    return fine;
}

double *nd_pandas_numbers(const nd_nwb *nwb, const nd_pandas_table *table, nd_error *error) {
    size_t count = 0;
    if (table->rows_of_blocks)
        return block_numbers(nwb, table, error);
    double *values = nd_hdf5_numbers(&nwb->file, table->path, nwb->path, &count, error);
    if (values && count != table->rows * table->columns) {
        free(values);
        values = NULL;
    }
    return values;
}
