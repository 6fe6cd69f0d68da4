#include "base/csv_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/sort.h"

/* A quote that is never closed would make one field of a whole file. */
enum { MOST_ROW_BYTES = 64 << 20, MOST_QUOTED_LINES = 1000, PEEK = 1 << 16 };

struct nd_csv_rows {
    FILE *file;
    char *path;
    nd_csv_dialect dialect;
    int line_end;  /* \n, or \r where there is no other */
    char *text;    /* the row's lines, cut into fields where they lie */
    size_t length; /* of it */
    size_t room;
    char *line; /* the line read last */
    size_t line_room;
    char **field;
    size_t fields_room;
    char *comment;
    bool comment_fresh;
    size_t number; /* of the line read last */
};

static bool begins(const char *text, const char *word) {
    return strncasecmp(text, word, strlen(word)) == 0;
}

static const char *const ERROR_VALUES[] = {"#N/A",  "#DIV/0!", "#VALUE!", "#REF!",
                                           "#NAME", "#NUM!",   "#NULL!"};

static bool is_error_value(const char *text) {
    for (size_t i = 0; i < sizeof ERROR_VALUES / sizeof *ERROR_VALUES; i++)
        if (begins(text, ERROR_VALUES[i]))
            return true;
    return false;
}

bool nd_csv_missing(const char *field) {
    static const char *const words[] = {"nan", "na", "n/a", "null", "none", "-", "-nan", "<na>"};
    if (field[0] == '\0' || is_error_value(field))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(field, words[i]) == 0)
            return true;
    return false;
}

/* The sign that ends lines: a carriage return only where no line feed is to be seen. */
static int line_end_of(FILE *file) {
    char head[PEEK];
    size_t got = fread(head, 1, sizeof head, file);
    bool feeds = memchr(head, '\n', got) != NULL, returns = memchr(head, '\r', got) != NULL;
    size_t mark = got >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    fseek(file, (long)mark, SEEK_SET);
    return returns && !feeds ? '\r' : '\n';
}

/* The next line, without its end; false at the end of the file. */
static bool next_line(nd_csv_rows *rows, size_t *length) {
    ssize_t got = getdelim(&rows->line, &rows->line_room, rows->line_end, rows->file);
    if (got < 0)
        return false;
    while (got > 0 && (rows->line[got - 1] == '\n' || rows->line[got - 1] == '\r'))
        rows->line[--got] = '\0';
    rows->number++;
    *length = (size_t)got;
    return true;
}

nd_csv_rows *nd_csv_rows_open(const char *path, const nd_csv_dialect *dialect, nd_error *error) {
    nd_csv_rows *rows = nd_array(1, sizeof *rows, error);
    if (!rows)
        return NULL;
    rows->dialect = *dialect;
    rows->path = nd_text(path, error);
    rows->file = rows->path ? nd_fopen_regular(path, error) : NULL;
    if (!rows->file) {
        nd_csv_rows_close(rows);
        return NULL;
    }
    rows->line_end = line_end_of(rows->file);
    size_t length;
    for (size_t i = 0; i < dialect->skip && next_line(rows, &length); i++)
        ;
    return rows;
}

void nd_csv_rows_close(nd_csv_rows *rows) {
    if (!rows)
        return;
    if (rows->file)
        (void)fclose(rows->file);
    free(rows->path);
    free(rows->text);
    free(rows->line);
    free(rows->field);
    free(rows->comment);
    free(rows);
}

const char *nd_csv_rows_comment(const nd_csv_rows *rows) {
    return rows->comment_fresh ? rows->comment : NULL;
}

static bool append_line(nd_csv_rows *rows, size_t length, nd_error *error) {
    char *text = nd_grown(rows->text, &rows->room, rows->length + length + 2, 1, error);
    if (!text)
        return false;
    rows->text = text;
    memcpy(text + rows->length, rows->line, length + 1);
    rows->length += length;
    return true;
}

/* Whether `at` is within a quoted field at the end of the text. Quotes open a field only at its
 * beginning, after blanks. */
static bool quote_open(const char *at, char separator) {
    bool quoted = false, begun = false;
    for (; *at; at++) {
        if (quoted) {
            if (*at == '"' && at[1] == '"')
                at++;
            else if (*at == '"')
                quoted = false;
        } else if (separator ? *at == separator : *at == ' ' || *at == '\t') {
            begun = false;
        } else if (*at == '"' && !begun) {
            quoted = begun = true;
        } else if (*at != ' ') {
            begun = true;
        }
    }
    return quoted;
}

static bool add_field(nd_csv_rows *rows, nd_csv_row *row, char *field, nd_error *error) {
    char **grown = nd_grown(rows->field, &rows->fields_room, row->count + 1, sizeof *grown, error);
    if (!grown)
        return false;
    rows->field = row->field = grown;
    grown[row->count++] = field;
    return true;
}

/* One field, unquoted where it lies; *at moves past its separator, to NULL after the last. */
static char *take_field(char **at, char separator) {
    char *from = *at;
    from += strspn(from, separator == '\t' ? " " : " \t");
    char *field = from, *to = from;
    bool quoted = *from == '"';
    if (quoted) {
        for (from++; *from && !(*from == '"' && from[1] != '"');) {
            from += *from == '"';
            *to++ = *from++;
        }
        from += *from == '"';
    }
    char *kept = to; /* blanks within quotes stay */
    while (*from && (separator ? *from != separator : *from != ' ' && *from != '\t'))
        *to++ = *from++;
    if (separator == '\0')
        from += strspn(from, " \t");
    *at = *from == '\0' ? NULL : separator ? from + 1 : from;
    while (to > kept && (to[-1] == ' ' || to[-1] == '\r'))
        to--;
    *to = '\0';
    return field;
}

static bool cut(nd_csv_rows *rows, nd_csv_row *row, nd_error *error) {
    for (char *at = rows->text; at;)
        if (!add_field(rows, row, take_field(&at, rows->dialect.separator), error))
            return false;
    return true;
}

/* Lines are added while a quote is open. */
static bool close_quotes(nd_csv_rows *rows, size_t first, nd_error *error) {
    char where[512];
    size_t length;
    if (!strchr(rows->text, '"'))
        return true;
    while (quote_open(rows->text, rows->dialect.separator)) {
        bool more = rows->length < MOST_ROW_BYTES && rows->number - first < MOST_QUOTED_LINES &&
                    next_line(rows, &length);
        if (!more) {
            snprintf(where, sizeof where, "%.400s, line %zu", rows->path, first);
            return nd_fail(error, where, "close it, or take the quote out",
                           "a quoted cell is never closed");
        }
        rows->text[rows->length++] = '\n';
        if (!append_line(rows, length, error))
            return false;
    }
    return true;
}

static bool keep_comment(nd_csv_rows *rows, nd_error *error) {
    free(rows->comment);
    rows->comment = nd_text(rows->line + strspn(rows->line, "# \t"), error);
    rows->comment_fresh = rows->comment != NULL;
    return rows->comment_fresh;
}

bool nd_csv_rows_next(nd_csv_rows *rows, nd_csv_row *row, bool *found, nd_error *error) {
    size_t length;
    *row = (nd_csv_row){.field = rows->field};
    *found = false;
    rows->comment_fresh = false;
    while (next_line(rows, &length)) {
        if (rows->line[strspn(rows->line, " \t")] == '\0')
            continue;
        if (rows->dialect.comments && rows->line[0] == '#' && !is_error_value(rows->line)) {
            if (!keep_comment(rows, error))
                return false;
            continue;
        }
        rows->length = 0;
        row->line = rows->number;
        *found = true;
        return append_line(rows, length, error) && close_quotes(rows, row->line, error) &&
               cut(rows, row, error);
    }
    return true;
}

/* --- the separator --- */

/* Into how many fields the first rows are cut, in the middle of them: titles and headers may have
 * fewer, and a sign within a field makes one row's more. */
static bool usual_fields(const char *path, const nd_csv_dialect *dialect, size_t *fields,
                         nd_error *error) {
    enum { ROWS = 9 };
    nd_csv_rows *rows = nd_csv_rows_open(path, dialect, error);
    double count[ROWS];
    size_t read = 0;
    bool found = rows != NULL;
    nd_csv_row row;
    while (found && read < ROWS && nd_csv_rows_next(rows, &row, &found, NULL))
        if (found)
            count[read++] = (double)row.count;
    nd_csv_rows_close(rows);
    nd_sort_ascending(count, read);
    *fields = read ? (size_t)count[read / 2] : 0;
    return rows != NULL;
}

/* A comma comes after a semicolon and a tab: where those separate, it is a decimal sign. */
bool nd_csv_guess_separator(const char *path, bool comments, size_t skip, char *separator,
                            nd_error *error) {
    static const char candidates[] = {'\t', ';', ',', '\0'};
    *separator = ',';
    for (size_t k = 0; k < sizeof candidates; k++) {
        size_t fields;
        nd_csv_dialect dialect = {candidates[k], comments, skip};
        if (!usual_fields(path, &dialect, &fields, error))
            return false;
        if (fields > 1) {
            *separator = candidates[k];
            return true;
        }
    }
    return true;
}
