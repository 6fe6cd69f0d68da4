#include "recording/csv_table.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/memory.h"

enum { MOST_COLUMNS = 1 << 20, MOST_HEADER_ROWS = 8, COUNTED_ROWS = 1000 };

/* --- numbers --- */

/* Days from 1 January 1970 to a date; years are taken to begin in March, so that leap days come
 * last. */
static double day_of(int year, int month, int day) {
    year -= month <= 2;
    int era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    int leap_days = of_era / 4 - of_era / 100;
    return 146097.0 * era + 365.0 * of_era + leap_days + of_year - 719468.0;
}

/* A time as Bonsai writes it, 2024-03-05T10:00:00.1234567+01:00 (ISO 8601), in seconds since 1970;
 * without a zone, of no zone. */
static bool iso_time(const char *field, double *value) {
    int year, month, day, hour, minute, zone_hour, zone_minute, length = 0;
    double second, zone = 0.0;
    if (strlen(field) < 19 || field[4] != '-' || field[7] != '-' ||
        sscanf(field, "%4d-%2d-%2d%*1[T ]%2d:%2d:%n", &year, &month, &day, &hour, &minute,
               &length) != 5 ||
        length != 17 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    char *end;
    second = strtod(field + length, &end);
    if (end == field + length || !(second >= 0.0 && second < 61.0))
        return false;
    int used = 0;
    if ((*end == '+' || *end == '-') &&
        sscanf(end + 1, "%2d:%2d%n", &zone_hour, &zone_minute, &used) == 2 && used == 5 &&
        end[6] == '\0')
        zone = (*end == '-' ? -60.0 : 60.0) * (60.0 * zone_hour + zone_minute);
    else if (!(*end == '\0' || (*end == 'Z' && end[1] == '\0')))
        return false;
    *value = 86400.0 * day_of(year, month, day) + 3600.0 * hour + 60.0 * minute + second - zone;
    return true;
}

bool nd_csv_number(const nd_csv *csv, const char *field, double *value) {
    char *end;
    *value = NAN;
    if (nd_csv_missing(field))
        return true;
    *value = strtod(field, &end);
    if (end != field && *end == '\0')
        return true;
    if (iso_time(field, value))
        return true;
    *value = NAN;
    if (csv->dialect.separator == ',' || strchr(field, '.') || strlen(field) > 60)
        return false;
    char pointed[64]; /* 0,05 */
    snprintf(pointed, sizeof pointed, "%s", field);
    char *comma = strchr(pointed, ',');
    if (!comma)
        return false;
    *comma = '.';
    *value = strtod(pointed, &end);
    return end != pointed && *end == '\0';
}

/* How many of a row's fields are numbers, and how many are words. */
static void count_kinds(const nd_csv *csv, const nd_csv_row *row, size_t *numbers, size_t *words) {
    double value;
    *numbers = *words = 0;
    for (size_t c = 0; c < row->count; c++) {
        bool number = nd_csv_number(csv, row->field[c], &value);
        *words += !number;
        *numbers += number && !isnan(value);
    }
}

/* --- the header --- */

/* The first rows, copied: what is a header is only seen from what comes after it. */
typedef struct head {
    char **field[MOST_HEADER_ROWS + 1];
    size_t count[MOST_HEADER_ROWS + 1], numbers[MOST_HEADER_ROWS + 1];
    size_t words[MOST_HEADER_ROWS + 1];
    size_t rows;
    char *comment; /* right before the first row; or NULL */
} head;

static void head_clear(head *all) {
    for (size_t r = 0; r < all->rows; r++) {
        for (size_t c = 0; all->field[r] && c < all->count[r]; c++)
            free(all->field[r][c]);
        free(all->field[r]);
    }
    free(all->comment);
}

static char **copy_fields(char *const *from, size_t count, nd_error *error) {
    char **fields = nd_array(count, sizeof *fields, error);
    for (size_t c = 0; fields && c < count; c++)
        if (!(fields[c] = nd_text(from[c], error)))
            count = c;
    return fields;
}

static bool read_head(const nd_csv *csv, head *all, nd_error *error) {
    nd_csv_rows *rows = nd_csv_rows_open(csv->path, &csv->dialect, error);
    nd_csv_row row;
    bool fine = rows != NULL, found = true;
    while (fine && found && all->rows <= MOST_HEADER_ROWS) {
        fine = nd_csv_rows_next(rows, &row, &found, error);
        if (!fine || !found)
            break;
        if (row.count > MOST_COLUMNS)
            fine = nd_fail(error, csv->path, "", "has more than %d columns", MOST_COLUMNS);
        const char *comment = nd_csv_rows_comment(rows);
        if (fine && all->rows == 0 && comment)
            fine = (all->comment = nd_text(comment, error)) != NULL;
        char **fields = fine ? copy_fields(row.field, row.count, error) : NULL;
        if (!fields)
            fine = false;
        else {
            all->field[all->rows] = fields;
            all->count[all->rows] = row.count;
            count_kinds(csv, &row, &all->numbers[all->rows], &all->words[all->rows]);
            all->rows++;
        }
    }
    nd_csv_rows_close(rows);
    return fine && (all->rows > 0 || nd_fail(error, csv->path, "", "holds no rows"));
}

/* 0, 1, 2 ... or 1, 2, 3 ..., after an empty first field or none: how pandas heads columns that
 * have no names. */
static bool counts_columns(const nd_csv *csv, const head *all) {
    enum { FEWEST = 3 };
    if (all->rows < 2)
        return false;
    size_t from = all->field[0][0][0] == '\0', count = all->count[0];
    double first = NAN, value;
    if (count < from + FEWEST)
        return false;
    for (size_t c = from; c < count; c++) {
        if (!nd_csv_number(csv, all->field[0][c], &value) || strchr(all->field[0][c], '.'))
            return false;
        first = c == from ? value : first;
        if ((first != 0.0 && first != 1.0) || value != first + (double)(c - from))
            return false;
    }
    return true;
}

/* Whether the second row has words and numbers where the first has: then both are data, some
 * columns of which are words. */
static bool same_kinds(const nd_csv *csv, const head *all) {
    double value;
    if (all->rows < 2 || all->numbers[0] == 0 || all->count[0] != all->count[1])
        return false;
    for (size_t c = 0; c < all->count[0]; c++)
        if (nd_csv_number(csv, all->field[0][c], &value) !=
            nd_csv_number(csv, all->field[1][c], &value))
            return false;
    return true;
}

/* Rows of words alone at the beginning. The first counts where any field of it is a word. */
static size_t header_rows_of(nd_csv *csv, const head *all) {
    if (all->words[0] == 0) {
        if (!counts_columns(csv, all))
            return 0;
        snprintf(
            csv->note, sizeof csv->note,
            "the first row counts the columns, as pandas heads them: it is taken for a header");
        return 1;
    }
    if (same_kinds(csv, all))
        return 0;
    size_t rows = 1;
    while (rows < all->rows && rows < MOST_HEADER_ROWS && all->numbers[rows] == 0 &&
           all->words[rows] > 0 && all->count[rows] == all->count[0])
        rows++;
    return rows < all->rows || all->rows == 1 ? rows : 1;
}

/* Whether the second of two header rows holds nothing but units. */
static bool has_units(const head *all, size_t rows) {
    static const char *const units[] = {
        "s",     "sec",    "seconds", "ms",    "us",     "min",    "m",    "cm",   "mm",   "px",
        "pixel", "pixels", "deg",     "rad",   "Hz",     "cm/s",   "m/s",  "mm/s", "a.u.", "au",
        "count", "counts", "spikes",  "event", "events", "frames", "dF/F", "dff"};
    size_t known = 0;
    for (size_t c = 0; rows == 2 && c < all->count[1]; c++) {
        const char *field = all->field[1][c];
        bool unit = field[0] == '\0' || strcmp(field, "-") == 0;
        for (size_t k = 0; !unit && k < sizeof units / sizeof *units; k++)
            if (strcasecmp(field, units[k]) == 0) {
                unit = true;
                known++;
            }
        if (!unit)
            return false;
    }
    return known > 0;
}

/* A word in every header row of a column, joined by dots: LED.x of bodyparts and coords. Who
 * tracked it (the first of three rows) is the same for all. */
static char *joined_name(const head *all, size_t rows, size_t column, nd_error *error) {
    char name[1024] = "";
    if (has_units(all, rows)) { /* x over cm: x (cm), as a header of one row has it */
        const char *unit = column < all->count[1] ? all->field[1][column] : "";
        snprintf(name, sizeof name, "%.200s%s%.200s%s", all->field[0][column], unit[0] ? " (" : "",
                 unit, unit[0] ? ")" : "");
        return nd_text(name, error);
    }
    for (size_t r = rows > 2; r < rows; r++) {
        size_t used = strlen(name);
        snprintf(name + used, sizeof name - used, "%s%.200s", used ? "." : "",
                 all->field[r][column]);
    }
    return nd_text(name, error);
}

static bool name_columns(nd_csv *csv, const head *all, nd_error *error) {
    csv->names = nd_array(csv->columns, sizeof *csv->names, error);
    for (size_t c = 0; csv->names && c < csv->columns; c++)
        if (!(csv->names[c] = c < all->count[0] ? joined_name(all, csv->header_rows, c, error)
                                                : nd_text("", error)))
            return false;
    return csv->names != NULL;
}

/* "# time,x", as numpy.savetxt writes a header. */
static bool names_of_comment(nd_csv *csv, const head *all, nd_error *error) {
    char sign[2] = {csv->dialect.separator ? csv->dialect.separator : ' ', '\0'};
    size_t count = 0;
    char *rest = all->comment;
    bool words = false;
    double value;
    char **names = nd_array(csv->columns, sizeof *names, error);
    if (!names)
        return false;
    for (char *at; (at = strsep(&rest, sign)) && count <= csv->columns;) {
        at += strspn(at, " \t");
        for (size_t end = strlen(at); end > 0 && strchr(" \t\r", at[end - 1]); end--)
            at[end - 1] = '\0';
        if (csv->dialect.separator == '\0' && at[0] == '\0')
            continue;
        words = words || !nd_csv_number(csv, at, &value);
        if (count < csv->columns && !(names[count] = nd_text(at, error)))
            break;
        count++;
    }
    if (count == csv->columns && words) {
        csv->names = names;
        snprintf(csv->note, sizeof csv->note, "the comment before the numbers is its header");
        return true;
    }
    for (size_t c = 0; c < csv->columns; c++)
        free(names[c]);
    free(names);
    return true;
}

static bool first_fields(nd_csv *csv, const head *all, nd_error *error) {
    size_t row = csv->header_rows;
    csv->first = nd_array(csv->columns, sizeof *csv->first, error);
    for (size_t c = 0; csv->first && c < csv->columns; c++)
        if (!(csv->first[c] =
                  nd_text(row < all->rows && c < all->count[row] ? all->field[row][c] : "", error)))
            return false;
    return csv->first != NULL;
}

/* An index column without a header of its own (R's write.table): one name fewer than fields. */
static bool shift_names(nd_csv *csv, head *all, nd_error *error) {
    size_t data = csv->header_rows;
    if (data == 0 || data >= all->rows || all->count[data] != all->count[0] + 1 ||
        all->field[data][all->count[data] - 1][0] == '\0')
        return true;
    for (size_t r = 0; r < data; r++) {
        char **wider = nd_array(all->count[r] + 1, sizeof *wider, error);
        if (!wider || !(wider[0] = nd_text("", error))) {
            free(wider);
            return false;
        }
        memcpy(wider + 1, all->field[r], all->count[r] * sizeof *wider);
        free(all->field[r]);
        all->field[r] = wider;
        all->count[r]++;
    }
    snprintf(csv->note, sizeof csv->note,
             "the header has one name fewer than the rows have fields: the first column has none");
    return true;
}

static bool read_header(nd_csv *csv, nd_error *error) {
    head all = {0};
    bool fine = read_head(csv, &all, error);
    if (fine) {
        csv->header_rows = header_rows_of(csv, &all);
        fine = shift_names(csv, &all, error);
    }
    if (fine) {
        csv->columns = all.count[0];
        /* A comma at the end of every row makes a field that is none. */
        bool numbers = csv->header_rows < all.rows;
        size_t data = numbers ? csv->header_rows : 0;
        if (csv->columns > 1 && all.field[0][csv->columns - 1][0] == '\0' && all.count[data] > 0 &&
            (all.count[data] < csv->columns || all.field[data][csv->columns - 1][0] == '\0'))
            csv->columns--;
        fine = csv->header_rows > 0 ? name_columns(csv, &all, error)
               : all.comment        ? names_of_comment(csv, &all, error)
                                    : true;
    }
    fine = fine && first_fields(csv, &all, error);
    head_clear(&all);
    return fine;
}

nd_csv *nd_csv_open(const char *path, size_t skip, nd_error *error) {
    nd_csv *csv = nd_array(1, sizeof *csv, error);
    if (!csv)
        return NULL;
    csv->dialect = (nd_csv_dialect){.comments = true, .skip = skip};
    csv->path = nd_text(path, error);
    bool fine = csv->path &&
                nd_csv_guess_separator(path, true, skip, &csv->dialect.separator, error) &&
                read_header(csv, error);
    if (fine)
        return csv;
    nd_csv_close(csv);
    return NULL;
}

void nd_csv_close(nd_csv *csv) {
    if (!csv)
        return;
    for (size_t c = 0; csv->names && c < csv->columns; c++)
        free(csv->names[c]);
    for (size_t c = 0; csv->first && c < csv->columns; c++)
        free(csv->first[c]);
    free(csv->names);
    free(csv->first);
    free(csv->path);
    free(csv);
}

size_t nd_csv_column(const nd_csv *csv, const char *name) {
    size_t match = SIZE_MAX, matches = 0, length = strlen(name);
    for (size_t c = 0; csv->names && c < csv->columns; c++)
        if (strcmp(csv->names[c], name) == 0) {
            match = c;
            matches++;
        }
    if (matches > 0)
        return matches == 1 ? match : SIZE_MAX;
    for (size_t c = 0; csv->names && length && c < csv->columns; c++) {
        size_t whole = strlen(csv->names[c]);
        const char *own = csv->names[c];
        bool ends = whole > length + 1 && own[whole - length - 1] == '.' &&
                    strcmp(own + whole - length, name) == 0;
        bool begins = csv->header_rows > 1 && whole > length + 1 &&
                      (own[length] == '.' || strncmp(own + length, " (", 2) == 0) &&
                      strncmp(own, name, length) == 0;
        if (ends || begins) {
            match = c;
            matches++;
        }
    }
    if (matches > 0)
        return matches == 1 ? match : SIZE_MAX;
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    return length && *end == '\0' && number >= 1 && number <= csv->columns ? number - 1 : SIZE_MAX;
}

/* --- rows --- */

/* How a field that is no number is mended: a date or a time of day needs another clock. */
static const char *mend_of(const char *field) {
    size_t digits = strspn(field, "0123456789");
    bool date = digits > 0 && digits <= 4 && field[digits] && strchr("-/:", field[digits]) &&
                isdigit((unsigned char)field[digits + 1]);
    return date ? "it is a date or a time of day: give the times as numbers, seconds from the "
                  "start of the session"
                : "correct the field, or leave it empty";
}

/* place[column]: 1 + where its value goes, 0 where nobody asks. */
static bool parse_row(const nd_csv *csv, const nd_csv_row *row, const size_t *place, double *values,
                      nd_error *error) {
    bool extra = row->count == csv->columns + 1 && row->field[csv->columns][0] == '\0';
    if (row->count != csv->columns && !extra)
        return nd_fail(error, csv->path, "correct the line",
                       "line %zu has %s columns than the first, which has %zu", row->line,
                       row->count > csv->columns ? "more" : "fewer", csv->columns);
    for (size_t c = 0; c < csv->columns; c++)
        if (place[c] && !nd_csv_number(csv, row->field[c], &values[place[c] - 1]))
            return nd_fail(error, csv->path, mend_of(row->field[c]),
                           "line %zu, column %zu: '%.40s' is no number", row->line, c + 1,
                           row->field[c]);
    return true;
}

/* The rows after the header, one by one, as they are cut. */
static bool each_row(const nd_csv *csv,
                     bool (*take)(const nd_csv_row *row, void *context, nd_error *error),
                     void *context, nd_error *error) {
    nd_csv_rows *rows = nd_csv_rows_open(csv->path, &csv->dialect, error);
    nd_csv_row row;
    bool fine = rows != NULL, found = true;
    for (size_t i = 0; fine && found; i++) {
        fine = nd_csv_rows_next(rows, &row, &found, error);
        if (fine && found && i >= csv->header_rows)
            fine = take(&row, context, error);
    }
    nd_csv_rows_close(rows);
    return fine;
}

typedef struct reading {
    const nd_csv *csv;
    size_t *place, index;
    double *values;
    bool (*row)(size_t index, const double *values, void *context, nd_error *error);
    void *context;
} reading;

static bool read_row(const nd_csv_row *row, void *context, nd_error *error) {
    reading *to = context;
    return parse_row(to->csv, row, to->place, to->values, error) &&
           to->row(to->index++, to->values, to->context, error);
}

bool nd_csv_rows_read(const nd_csv *csv, const size_t *wanted, size_t count,
                      bool (*row)(size_t index, const double *values, void *context,
                                  nd_error *error),
                      void *context, nd_error *error) {
    reading to = {.csv = csv, .row = row, .context = context};
    to.place = nd_array(csv->columns, sizeof *to.place, error);
    to.values = to.place ? nd_doubles(count, error) : NULL;
    bool fine = to.values != NULL;
    for (size_t k = 0; fine && k < count; k++)
        to.place[wanted[k]] = k + 1;
    fine = fine && each_row(csv, read_row, &to, error);
    free(to.values);
    free(to.place);
    return fine;
}

static bool count_row(const nd_csv_row *row, void *context, nd_error *error) {
    reading *to = context;
    to->index++;
    return parse_row(to->csv, row, to->place, NULL, error);
}

bool nd_csv_count(const nd_csv *csv, size_t *rows, nd_error *error) {
    reading to = {.csv = csv, .place = nd_array(csv->columns, sizeof *to.place, error)};
    bool fine = to.place && each_row(csv, count_row, &to, error);
    *rows = to.index;
    free(to.place);
    return fine;
}

/* --- row numbers --- */

typedef struct counting {
    const nd_csv *csv;
    bool *counts;
    double *first;
    size_t rows;
} counting;

static bool count_on(const nd_csv_row *row, void *context, nd_error *error) {
    counting *all = context;
    (void)error;
    size_t index = all->rows++;
    for (size_t c = 0; c < all->csv->columns && c < row->count; c++) {
        double value;
        if (!all->counts[c])
            continue;
        bool number = nd_csv_number(all->csv, row->field[c], &value) && !isnan(value);
        if (index == 0)
            all->first[c] = value;
        all->counts[c] = number && value == all->first[c] + (double)index;
    }
    return all->rows < COUNTED_ROWS; /* enough was seen */
}

bool nd_csv_counts_rows(const nd_csv *csv, const bool *candidate, bool *counts, nd_error *error) {
    enum { FEWEST = 5 };
    counting all = {.csv = csv, .counts = counts, .first = nd_doubles(csv->columns, error)};
    memcpy(counts, candidate, csv->columns * sizeof *counts);
    bool fine = all.first && (each_row(csv, count_on, &all, error) || all.rows >= COUNTED_ROWS);
    for (size_t c = 0; c < csv->columns; c++)
        counts[c] = counts[c] && all.rows >= FEWEST;
    free(all.first);
    return fine;
}

/* --- texts --- */

typedef struct gathering {
    char **text;
    size_t count, room, column;
} gathering;

static bool gather_text(const nd_csv_row *row, void *context, nd_error *error) {
    gathering *all = context;
    char **grown = nd_grown(all->text, &all->room, all->count + 1, sizeof *grown, error);
    if (!grown)
        return false;
    all->text = grown;
    grown[all->count] = nd_text(all->column < row->count ? row->field[all->column] : "", error);
    return grown[all->count++] != NULL;
}

char **nd_csv_texts(const nd_csv *csv, size_t column, size_t *count, nd_error *error) {
    gathering all = {.column = column};
    bool fine = each_row(csv, gather_text, &all, error);
    *count = all.count;
    if (fine && all.count > 0)
        return all.text;
    if (fine)
        nd_fail(error, csv->path, "", "holds no rows");
    for (size_t i = 0; i < all.count; i++)
        free(all.text[i]);
    free(all.text);
    return NULL;
}
