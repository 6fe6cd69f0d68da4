#include "analyse/words_of_spectra.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/netcdf_file.h"

enum { MOST_ROWS = 11 };

/* The columns, as they are called in the file; a column that no snapshot has is left out. */
static const struct {
    const char *name, *head;
} COLUMNS[] = {
    {"snapshot_step", "step"},
    {"hessian_loss", "loss"},
    {"hessian_trace", "trace"},
    {"hessian_largest", "largest"},
    {"gauss_newton_rank", "rank"},
    {"gauss_newton_log_sum", "sum of logs"},
    {"lanczos_largest", "largest (Lanczos)"},
    {"lanczos_trace", "trace (Lanczos)"},
    {"relaxed_hessian_trace", "relaxed: trace"},
    {"relaxed_hessian_largest", "relaxed: largest"},
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

typedef struct table {
    size_t snapshots, rows;
    double *value[COLUMN_COUNT]; /* snapshots; NULL where the file has none */
    size_t *row;                 /* the snapshots that have a spectrum */
} table;

static bool read_columns(const nd_nc *file, table *to, nd_error *error) {
    size_t n = to->snapshots;
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        if (nd_nc_has(file, COLUMNS[c].name) &&
            (!(to->value[c] = nd_doubles(n, error)) ||
             !nd_nc_get(file, COLUMNS[c].name, to->value[c], n, error)))
            return false;
    if (!(to->row = nd_array(n, sizeof *to->row, error)))
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 1; c < COLUMN_COUNT; c++)
            if (to->value[c] && isfinite(to->value[c][i])) {
                to->row[to->rows++] = i;
                break;
            }
    return true;
}

static bool known(const table *from, size_t column) {
    for (size_t r = 0; from->value[column] && r < from->rows; r++)
        if (isfinite(from->value[column][from->row[r]]))
            return true;
    return false;
}

/* A column is as wide as its head, and a number in four digits. */
static int width_of(size_t column) {
    int head = (int)strlen(COLUMNS[column].head);
    return head > 10 ? head : 10;
}

static void print_words(const table *from, FILE *out) {
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        if (known(from, c))
            fprintf(out, "  %*s", width_of(c), COLUMNS[c].head);
    fputc('\n', out);
    size_t shown = from->rows < MOST_ROWS ? from->rows : MOST_ROWS;
    for (size_t r = 0; r < shown; r++) {
        size_t i = from->row[shown > 1 ? r * (from->rows - 1) / (shown - 1) : 0];
        for (size_t c = 0; c < COLUMN_COUNT; c++)
            if (known(from, c))
                fprintf(out, "  %*.4g", width_of(c), from->value[c][i]);
        fputc('\n', out);
    }
    if (shown < from->rows)
        fprintf(out, "  (%zu of %zu snapshots; --json prints all, and the file holds them)\n",
                shown, from->rows);
}

static void print_json(const table *from, const char *path, FILE *out) {
    for (size_t r = 0; r < from->rows; r++) {
        nd_json json = nd_json_begin(out);
        nd_json_text(&json, "run", path);
        nd_json_number(&json, "snapshot", (double)from->row[r]);
        for (size_t c = 0; c < COLUMN_COUNT; c++)
            if (known(from, c))
                nd_json_number(&json, COLUMNS[c].name, from->value[c][from->row[r]]);
        nd_json_end(&json);
    }
}

bool nd_spectra_tell(const char *path, bool as_json, FILE *out, nd_error *error) {
    table all = {0};
    nd_nc *file = nd_nc_open(path, error);
    bool fine = file && nd_nc_dimension(file, "snapshot", &all.snapshots, error) &&
                read_columns(file, &all, error);
    if (fine && as_json)
        print_json(&all, path, out);
    else if (fine)
        print_words(&all, out);
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        free(all.value[c]);
    free(all.row);
    nd_nc_close(file);
    return fine;
}
