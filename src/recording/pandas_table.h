/* Tables that pandas wrote into HDF5 (to_hdf), as DeepLabCut does: the names of their columns, and
 * their numbers. Both of its formats: "table" (a dataset of rows, the names pickled) and "fixed"
 * (an array of numbers, the names as levels and labels), as PyTables lays them out. */
#ifndef ND_RECORDING_PANDAS_TABLE_H
#define ND_RECORDING_PANDAS_TABLE_H

#include "recording/nwb_parts.h"

typedef struct nd_pandas_table {
    char path[ND_NWB_PATH_SIZE]; /* the dataset of its numbers */
    bool rows_of_blocks;         /* format "table" */
    size_t rows, columns;
    char **name; /* columns; levels joined by dots without the first, who tracked: "nose.x" */
} nd_pandas_table;

/* The first table among the root's groups; *found tells whether there is one. Free with
 * nd_pandas_clear. */
bool nd_pandas_find(const nd_nwb *nwb, nd_pandas_table *table, bool *found, nd_error *error);
void nd_pandas_clear(nd_pandas_table *table);

/* The place of a column; SIZE_MAX where there is none of that name. */
size_t nd_pandas_column(const nd_pandas_table *table, const char *name);

/* All its numbers, rows x columns; to be freed. */
double *nd_pandas_numbers(const nd_nwb *nwb, const nd_pandas_table *table, nd_error *error);

#endif
