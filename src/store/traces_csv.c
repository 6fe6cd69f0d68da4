/* Traces from a table of the user's own. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv_rows.h"
#include "base/error.h"
#include "base/locale.h"
#include "base/memory.h"
#include "base/yaml.h"
#include "experiment/keys.h"
#include "store/traces.h"

typedef enum column { STEP, LOSS, LOG_LOSS, ACTIVE, UNITS, INFORMATION, COLUMNS } column;

static const char *const NAMES[COLUMNS] = {"step",
                                           "loss",
                                           "log10_loss",
                                           "active_fraction",
                                           "fraction_active_units",
                                           "spatial_information"};

typedef struct reader {
    const char *path;
    nd_error *error;
    size_t line;
    int where[COLUMNS]; /* the column's place in a line; -1: not there */
    double *value[COLUMNS];
    size_t rows, room;
} reader;

static bool refuse(const reader *from, const char *mend, const char *what, const char *which) {
    char where[600];
    snprintf(where, sizeof where, "%s, line %zu", from->path, from->line);
    return nd_fail(from->error, where, mend, what, which);
}

static bool read_names(reader *from, const nd_csv_row *row) {
    for (int c = 0; c < COLUMNS; c++) {
        from->where[c] = -1;
        for (size_t i = 0; i < row->count; i++)
            if (strcmp(row->field[i], NAMES[c]) == 0)
                from->where[c] = (int)i;
    }
    const char *mend = "name the columns in the first line: step, loss or log10_loss, and "
                       "fraction_active_units where it is known";
    if (from->where[STEP] < 0)
        return refuse(from, mend, "there is no column %s", NAMES[STEP]);
    if (from->where[LOSS] < 0 && from->where[LOG_LOSS] < 0)
        return refuse(from, mend, "there is no column %s, nor log10_loss", NAMES[LOSS]);
    return true;
}

static bool grow(reader *from) {
    size_t room = from->room;
    for (int c = 0; c < COLUMNS; c++) {
        room = from->room;
        double *grown = nd_grown(from->value[c], &room, from->rows + 1, sizeof *grown, from->error);
        if (!grown)
            return false;
        from->value[c] = grown;
    }
    from->room = room;
    return true;
}

static bool read_row(reader *from, const nd_csv_row *row) {
    if (!grow(from))
        return false;
    for (int c = 0; c < COLUMNS; c++) {
        double *value = &from->value[c][from->rows];
        *value = NAN;
        if (from->where[c] < 0)
            continue;
        const char *text = (size_t)from->where[c] < row->count ? row->field[from->where[c]] : "";
        char *end = NULL;
        if (text[0] == '\0' && c == INFORMATION)
            continue;
        *value = strtod(text, &end);
        if (end == text || *end != '\0')
            return refuse(from, "write numbers, with a point", "%s is not a number there",
                          NAMES[c]);
    }
    from->rows++;
    return true;
}

static bool read_rows(reader *from) {
    nd_csv_dialect dialect = {0};
    bool found = nd_csv_guess_separator(from->path, false, 0, &dialect.separator, from->error);
    nd_csv_rows *rows = found ? nd_csv_rows_open(from->path, &dialect, from->error) : NULL;
    nd_csv_row row;
    bool fine = rows != NULL;
    for (size_t i = 0; fine && found; i++) {
        fine = nd_csv_rows_next(rows, &row, &found, from->error);
        from->line = found ? row.line : 1;
        if (fine && (found || i == 0)) /* an empty file has no names */
            fine = i == 0 ? read_names(from, &row) : read_row(from, &row);
    }
    nd_csv_rows_close(rows);
    return fine;
}

/* The default of learning.divergence. */
static double usual_divergence(void) {
    double divergence = 0;
    (void)nd_text_number(nd_key_find("learning.divergence")->fallback, &divergence);
    return divergence;
}

/* Hands the columns over. Spatial information has its own, shorter, time axis. */
static bool hand_over(reader *from, nd_trace_table *table) {
    size_t n = from->rows, measured = 0;
    if (from->where[LOSS] < 0)
        for (size_t i = 0; i < n; i++)
            from->value[LOSS][i] = pow(10, from->value[LOG_LOSS][i]);
    if (from->where[INFORMATION] >= 0) {
        table->snapshot_step = nd_doubles(n, from->error);
        table->spatial_information = nd_doubles(n, from->error);
        if (!table->snapshot_step || !table->spatial_information)
            return false;
        for (size_t i = 0; i < n; i++)
            if (isfinite(from->value[INFORMATION][i])) {
                table->snapshot_step[measured] = from->value[STEP][i];
                table->spatial_information[measured++] = from->value[INFORMATION][i];
            }
    }
    double **const places[] = {&table->step, &table->loss, &table->fraction_active_units,
                               &table->active_fraction};
    static const column columns[] = {STEP, LOSS, UNITS, ACTIVE};
    for (size_t i = 0; i < 4; i++) {
        if (columns[i] != LOSS && from->where[columns[i]] < 0)
            continue; /* not known: NULL */
        *places[i] = from->value[columns[i]];
        from->value[columns[i]] = NULL;
    }
    table->traces = (nd_phase_traces){.records = n,
                                      .step = table->step,
                                      .loss = table->loss,
                                      .active_fraction = table->active_fraction,
                                      .fraction_active_units = table->fraction_active_units,
                                      .snapshots = measured,
                                      .snapshot_step = table->snapshot_step,
                                      .spatial_information = table->spatial_information,
                                      .divergence = usual_divergence()};
    return true;
}

bool nd_traces_from_csv(const char *path, nd_trace_table *table, nd_error *error) {
    ND_IN_C_LOCALE;
    reader from = {.path = path, .error = error};
    *table = (nd_trace_table){0};
    bool fine = read_rows(&from) && grow(&from) && hand_over(&from, table);
    for (int c = 0; c < COLUMNS; c++)
        free(from.value[c]);
    if (!fine)
        nd_trace_table_free(table);
    return fine;
}
