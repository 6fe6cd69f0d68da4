/* A sweep as its file states it (docs/sweeps.md): a base experiment, and what is varied. */
#ifndef ND_SWEEP_SWEEP_FILE_H
#define ND_SWEEP_SWEEP_FILE_H

#include "nulldrift/base.h"

/* One key, or a variable of the sweep alone whose name begins with '$', through stated values. */
typedef struct nd_grid_axis {
    char *key;
    char **values;
    unsigned values_count;
} nd_grid_axis;

/* One key drawn at random; exactly one of the four laws is given. */
typedef struct nd_draw {
    char *key;
    char **uniform, **log_uniform, **integer; /* least and most */
    char **choice;
    unsigned uniform_count, log_uniform_count, integer_count, choice_count;
    char *when; /* "KEY=VALUE|VALUE": drawn only where an earlier key has one of them; or NULL */
} nd_draw;

typedef struct nd_replacement {
    char *value, *by;
} nd_replacement;

/* A column of a table and the key it gives. */
typedef struct nd_table_column {
    char *column, *key;
    char *add; /* a number added to every value; or NULL */
    nd_replacement *replace;
    unsigned replace_count;
} nd_table_column;

typedef struct nd_sweep_table {
    char *path;
    nd_table_column *columns;
    unsigned columns_count;
    char **ignore; /* columns that give nothing */
    unsigned ignore_count;
    char *label; /* the column that names runs; or NULL */
} nd_sweep_table;

typedef struct nd_sweep_file {
    char *name;
    char *seed;       /* of the draws, and of the first run; or NULL: 1 */
    char *experiment; /* the path of the base experiment; or NULL */
    char *base;       /* the text of the base experiment; or NULL */
    char **set;       /* "KEY=VALUE" for every run, after the base */
    unsigned set_count;
    nd_sweep_table *table;
    nd_grid_axis *grid;
    unsigned grid_count;
    nd_draw *draw;
    unsigned draw_count;
    char *samples;  /* draws of every row and grid point; or NULL: 1 */
    char *repeats;  /* runs with seeds of their own of each of these; or NULL: 1 */
    char *order;    /* dearest-first or stated; or NULL: dearest-first */
    char *spectrum; /* true: metrics of the Hessian's spectrum too; or NULL */
    char **metrics; /* names of further ones */
    unsigned metrics_count;
} nd_sweep_file;

/* Reads a sweep file. `text` gets the file's text, for errors; free() it. */
nd_sweep_file *nd_sweep_file_read(const char *path, char **text, nd_error *error);
void nd_sweep_file_free(nd_sweep_file *file);

#endif
