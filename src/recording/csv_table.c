#include "recording/csv_table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { MOST_COLUMNS = 1 << 20 };

/* The next field of a line, ended in place; *line moves past it, NULL after the last. */
static char *next_field(char **line, char delimiter) {
    char *field = *line;
    if (delimiter == '\0') {
        field += strspn(field, " \t");
        char *end = field + strcspn(field, " \t");
        bool last = end[strspn(end, " \t")] == '\0';
        *line = last ? NULL : end + 1;
        *end = '\0';
        return field;
    }
    char *end = strchr(field, delimiter);
    *line = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    field += strspn(field, " \"");
    size_t length = strlen(field);
    while (length > 0 && strchr(" \"\r", field[length - 1]))
        field[--length] = '\0';
    return field;
}

static bool is_missing(const char *field) {
    return field[0] == '\0' || strcasecmp(field, "nan") == 0 || strcasecmp(field, "na") == 0 ||
           strcasecmp(field, "null") == 0;
}

static bool to_number(const char *field, double *value) {
    char *end;
    *value = NAN;
    if (is_missing(field))
        return true;
    *value = strtod(field, &end);
    return end != field && *end == '\0';
}

static char guess_delimiter(const char *line) {
    if (strchr(line, '\t'))
        return '\t';
    if (strchr(line, ';'))
        return ';';
    return strchr(line, ',') ? ',' : '\0';
}

static void trim_line(char *line) {
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        line[--length] = '\0';
}

/* The next line that says something; comments (#) and blank lines do not. */
static bool next_line(FILE *file, char **line, size_t *capacity, size_t *number) {
    while (getline(line, capacity, file) >= 0) {
        ++*number;
        trim_line(*line);
        if ((*line)[strspn(*line, " \t")] != '\0' && (*line)[0] != '#')
            return true;
    }
    return false;
}

static bool read_header(nd_csv *csv, char *line, nd_error *error) {
    csv->delimiter = guess_delimiter(line);
    csv->header = nd_text(line, error);
    if (!csv->header)
        return false;
    bool numbers = true;
    double value;
    char *at = line;
    while (at && csv->columns < MOST_COLUMNS) {
        numbers = to_number(next_field(&at, csv->delimiter), &value) && numbers;
        csv->columns++;
    }
    if (numbers) { /* the first row already */
        free(csv->header);
        csv->header = NULL;
        return true;
    }
    csv->names = nd_array(csv->columns, sizeof *csv->names, error);
    at = csv->header;
    for (size_t c = 0; csv->names && at && c < csv->columns; c++)
        csv->names[c] = next_field(&at, csv->delimiter);
    return csv->names != NULL;
}

nd_csv *nd_csv_open(const char *path, nd_error *error) {
    nd_csv *csv = nd_array(1, sizeof *csv, error);
    if (!csv)
        return NULL;
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t capacity = 0, number = 0;
    csv->path = nd_text(path, error);
    bool fine = csv->path != NULL;
    if (fine && !file)
        fine = nd_fail_errno(error, path, "correct the path in the manifest", "cannot be read");
    if (fine && !next_line(file, &line, &capacity, &number))
        fine = nd_fail(error, path, "", "holds no rows");
    fine = fine && read_header(csv, line, error);
    free(line);
    if (file)
        fclose(file);
    if (fine)
        return csv;
    nd_csv_close(csv);
    return NULL;
}

void nd_csv_close(nd_csv *csv) {
    if (!csv)
        return;
    free(csv->path);
    free(csv->header);
    free(csv->names);
    free(csv);
}

size_t nd_csv_column(const nd_csv *csv, const char *name) {
    for (size_t c = 0; csv->names && c < csv->columns; c++)
        if (csv->names[c] && strcmp(csv->names[c], name) == 0)
            return c;
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    return *end == '\0' && number >= 1 && number <= csv->columns ? number - 1 : SIZE_MAX;
}

/* place[column]: 1 + where its value goes, 0 where nobody asks. */
static bool parse_row(const nd_csv *csv, char *line, size_t number, const size_t *place,
                      double *values, nd_error *error) {
    size_t column = 0;
    char *at = line;
    for (; at && column < csv->columns; column++) {
        char *field = next_field(&at, csv->delimiter);
        if (place[column] && !to_number(field, &values[place[column] - 1]))
            return nd_fail(error, csv->path, "correct the field, or leave it empty",
                           "line %zu, column %zu: '%.40s' is no number", number, column + 1, field);
    }
    if (at || column < csv->columns)
        return nd_fail(error, csv->path, "correct the line",
                       "line %zu has %s columns than the first, which has %zu", number,
                       at ? "more" : "fewer", csv->columns);
    return true;
}

bool nd_csv_rows(const nd_csv *csv, const size_t *wanted, size_t count,
                 bool (*row)(size_t index, const double *values, void *context, nd_error *error),
                 void *context, nd_error *error) {
    FILE *file = fopen(csv->path, "re");
    if (!file)
        return nd_fail_errno(error, csv->path, "", "cannot be read");
    size_t *place = nd_array(csv->columns, sizeof *place, error);
    double *values = place ? nd_doubles(count, error) : NULL;
    char *line = NULL;
    size_t capacity = 0, number = 0, index = 0;
    bool fine = values != NULL;
    for (size_t k = 0; fine && k < count; k++)
        place[wanted[k]] = k + 1;
    if (fine && csv->header)
        next_line(file, &line, &capacity, &number);
    while (fine && next_line(file, &line, &capacity, &number))
        fine = parse_row(csv, line, number, place, values, error) &&
               row(index++, values, context, error);
    free(line);
    free(values);
    free(place);
    fclose(file);
    return fine;
}

static bool count_row(size_t index, const double *values, void *context, nd_error *error) {
    (void)values;
    (void)error;
    *(size_t *)context = index + 1;
    return true;
}

bool nd_csv_count(const nd_csv *csv, size_t *rows, nd_error *error) {
    *rows = 0;
    return nd_csv_rows(csv, NULL, 0, count_row, rows, error);
}
