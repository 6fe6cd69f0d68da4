/* Traces from a table of the user's own. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/yaml.h"
#include "experiment/keys.h"
#include "store/traces.h"

enum { MOST_COLUMNS = 64 };
static const size_t LARGEST_FILE = (size_t)1 << 30;

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
    char separator;
    int where[COLUMNS]; /* the column's place in a line; -1: not there */
    double *value[COLUMNS];
    size_t rows, room;
} reader;

static bool refuse(const reader *from, const char *mend, const char *what, const char *which) {
    char where[600];
    snprintf(where, sizeof where, "%s, line %zu", from->path, from->line);
    return nd_fail(from->error, where, mend, what, which);
}

/* Cuts a line at its separators, in place; returns how many fields. Quotes around a field go. */
static int cut(char *line, char separator, char *fields[MOST_COLUMNS]) {
    int count = 0;
    char *at = line;
    while (at && count < MOST_COLUMNS) {
        char *end = strchr(at, separator);
        if (end)
            *end = '\0';
        while (*at == ' ' || *at == '"')
            at++;
        size_t length = strlen(at);
        while (length > 0 && strchr(" \"\r", at[length - 1]))
            at[--length] = '\0';
        fields[count++] = at;
        at = end ? end + 1 : NULL;
    }
    return count;
}

/* What parts the fields: the first of tab, semicolon and comma that the line of names holds. */
static char separator_of(const char *line) {
    static const char separators[] = "\t;,";
    for (const char *c = separators; *c; c++)
        if (strchr(line, *c))
            return *c;
    return ',';
}

static bool read_names(reader *from, char *line) {
    char *fields[MOST_COLUMNS];
    from->separator = separator_of(line);
    int count = cut(line, from->separator, fields);
    for (int c = 0; c < COLUMNS; c++) {
        from->where[c] = -1;
        for (int i = 0; i < count; i++)
            if (strcmp(fields[i], NAMES[c]) == 0)
                from->where[c] = i;
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

static bool read_row(reader *from, char *line) {
    char *fields[MOST_COLUMNS];
    int count = cut(line, from->separator, fields);
    if (count == 1 && fields[0][0] == '\0')
        return true;
    if (!grow(from))
        return false;
    for (int c = 0; c < COLUMNS; c++) {
        double *value = &from->value[c][from->rows];
        *value = NAN;
        if (from->where[c] < 0)
            continue;
        const char *text = from->where[c] < count ? fields[from->where[c]] : "";
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

static bool read_lines(reader *from, char *text) {
    for (char *line = text; line;) {
        char *next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        from->line++;
        if (from->line == 1 ? !read_names(from, line) : !read_row(from, line))
            return false;
        line = next;
    }
    return true;
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
    nd_buffer text = {0};
    reader from = {.path = path, .error = error};
    *table = (nd_trace_table){0};
    bool fine = nd_read_file(path, LARGEST_FILE, &text, error) &&
                read_lines(&from, (char *)text.bytes) && grow(&from) && hand_over(&from, table);
    for (int c = 0; c < COLUMNS; c++)
        free(from.value[c]);
    nd_buffer_free(&text);
    if (!fine)
        nd_trace_table_free(table);
    return fine;
}
