#include "recording/format.h"

#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/csv_table.h"

/* Anything without control characters may be a table. */
static bool recognises(const char *path, const unsigned char *head, size_t length) {
    (void)path;
    for (size_t i = 0; i < length; i++)
        if (head[i] < 9 || (head[i] > 13 && head[i] < 32))
            return false;
    return true;
}

static void *open_csv(const char *path, const nd_selector *selector, const nd_link_rules *links,
                      nd_error *error) {
    (void)links;
    return nd_csv_open(path, selector ? selector->skip_rows : 0, error);
}

static void close_csv(void *file) {
    nd_csv_close(file);
}

/* --- which columns --- */

/* The column of times where none is named: the very word first. */
static size_t default_times(const nd_csv *csv) {
    for (int likeness = 3; csv->names && likeness >= 2; likeness--)
        for (size_t c = 0; c < csv->columns; c++)
            if (nd_role_likeness(ND_ROLE_TIMES, csv->names[c]) == likeness)
                return c;
    return SIZE_MAX;
}

static bool has_times(nd_role role) {
    return role != ND_ROLE_ACTIVITY && role != ND_ROLE_TRIALS && role != ND_ROLE_IDS &&
           role != ND_ROLE_REGISTRATION && role != ND_ROLE_KEEP && role != ND_ROLE_RATE_MAPS &&
           role != ND_ROLE_OCCUPANCY && role != ND_ROLE_TIMES;
}

/* The column that the key times names, where it is this table's; else the default. */
static size_t time_column(const nd_csv *csv, const nd_selector *selector) {
    if (selector->times_file || selector->times_at.file)
        return SIZE_MAX;
    if (selector->times)
        return nd_csv_column(csv, selector->times);
    if (selector->times_at.column)
        return nd_csv_column(csv, selector->times_at.column);
    return selector->rate > 0.0 && selector->time_unit != ND_TIME_SAMPLES ? SIZE_MAX
                                                                          : default_times(csv);
}

static bool no_column(const nd_csv *csv, const char *name, nd_error *error) {
    char all[300] = "";
    bool several = false; /* columns end in that name */
    for (size_t c = 0; csv->names && c < csv->columns; c++) {
        several = several || strstr(csv->names[c], name);
        size_t used = strlen(all);
        if (used + 60 < sizeof all)
            snprintf(all + used, sizeof all - used, "%s'%.40s'", c ? ", " : "", csv->names[c]);
    }
    return nd_fail(error, csv->path, "correct the column in the manifest",
                   "has no%s column '%.100s'; it has %zu%s%s", several ? " one" : "", name,
                   csv->columns, all[0] ? ": " : "", all);
}

/* The two columns of a list of spikes, time and cell, by their names; else the first two. */
static size_t list_columns(const nd_csv *csv, size_t columns[2]) {
    static const char *const cells[] = {"cell",    "unit",    "neuron",     "cluster", "clu",
                                        "cell_id", "unit_id", "cluster_id", "id",      "neuron_id"};
    size_t time = default_times(csv), cell = SIZE_MAX;
    for (size_t c = 0; csv->names && c < csv->columns; c++)
        for (size_t k = 0; cell == SIZE_MAX && k < sizeof cells / sizeof *cells; k++)
            if (c != time && strcasecmp(csv->names[c], cells[k]) == 0)
                cell = c;
    if (csv->columns == 2 && cell != SIZE_MAX)
        time = 1 - cell;
    bool known = time != SIZE_MAX && cell != SIZE_MAX;
    columns[0] = known ? time : 0;
    columns[1] = known ? cell : 1;
    return csv->columns < 2 ? csv->columns : 2;
}

/* Row numbers that pandas or R have written before a table's first column would be taken for the
 * first session, and every session for the one after it. */
static bool check_numbered(const nd_csv *csv, const nd_selector *selector, nd_error *error) {
    static const char *const rows[] = {"",    "index",  "row", "x",      "cell",
                                       "roi", "neuron", "id",  "cell_id"};
    const char *first = csv->names ? csv->names[0] : NULL, *asked = selector->columns[0];
    bool counted = false;
    for (size_t k = 0; first && k < sizeof rows / sizeof *rows; k++)
        counted = counted || strcasecmp(first, rows[k]) == 0;
    counted = counted || (first && strncmp(first, "Unnamed: ", 9) == 0);
    for (size_t c = 0; counted && c < csv->columns; c++)
        if (strcmp(csv->names[c], asked) == 0)
            counted = false; /* a name, if one of digits */
    if (!counted || !nd_is_count(asked))
        return true;
    return nd_fail(error, csv->path, "give registration its column by name",
                   "its first column, '%.60s', numbers the rows: column %.20s could be the one of "
                   "that number with it or without",
                   first, asked);
}

/* R calls row names X when it reads a table that it wrote: a first column X that counts the rows is
 * no place. */
static bool row_names_of_r(const nd_csv *csv, bool *numbered, nd_error *error) {
    *numbered = false;
    if (!csv->names || csv->columns < 2 || strcmp(csv->names[0], "X") != 0)
        return true;
    bool *candidate = nd_array(csv->columns, sizeof *candidate, error);
    bool *counts = nd_array(csv->columns, sizeof *counts, error);
    bool fine = candidate && counts;
    if (fine)
        candidate[0] = true;
    fine = fine && nd_csv_counts_rows(csv, candidate, counts, error);
    *numbered = fine && counts[0];
    free(candidate);
    free(counts);
    return fine;
}

/* Columns a selector asks for, or the role's own; count 0 when there is none. */
static bool choose_columns(const nd_csv *csv, nd_role role, const nd_selector *selector,
                           size_t **columns, size_t *count, nd_error *error) {
    size_t best = SIZE_MAX;
    int best_likeness = 0;
    *count = selector->columns_count;
    *columns = nd_array(csv->columns + *count + 2, sizeof **columns, error);
    if (!*columns)
        return false;
    if (role == ND_ROLE_ACTIVITY && *count == 0) {
        *count = list_columns(csv, *columns);
        return true;
    }
    for (size_t k = 0; k < *count; k++) {
        (*columns)[k] = nd_csv_column(csv, selector->columns[k]);
        if ((*columns)[k] == SIZE_MAX)
            return no_column(csv, selector->columns[k], error);
    }
    if (*count)
        return role != ND_ROLE_REGISTRATION || check_numbered(csv, selector, error);
    bool numbered;
    if (!row_names_of_r(csv, &numbered, error))
        return false;
    for (size_t c = numbered; csv->names && c < csv->columns; c++) {
        int likeness = nd_role_likeness(role, csv->names[c]);
        if (likeness > best_likeness) {
            best = c;
            best_likeness = likeness;
        }
    }
    if (best != SIZE_MAX && role != ND_ROLE_REGISTRATION) {
        (*columns)[(*count)++] = best;
        return true;
    }
    /* A file given for this role alone: all it holds but the times. */
    size_t times = has_times(role) ? time_column(csv, selector) : SIZE_MAX;
    for (size_t c = 0; selector->file && c < csv->columns; c++)
        if (c != times)
            (*columns)[(*count)++] = c;
    return true;
}

/* --- series --- */

typedef struct growing {
    double *values;
    size_t rows, columns, room;
} growing;

static bool append_row(size_t index, const double *values, void *context, nd_error *error) {
    growing *all = context;
    (void)index;
    double *larger =
        nd_grown(all->values, &all->room, all->rows + 1, all->columns * sizeof *values, error);
    if (!larger)
        return false;
    all->values = larger;
    memcpy(all->values + all->rows++ * all->columns, values, all->columns * sizeof *values);
    return true;
}

static bool split_times(growing *all, bool timed, nd_series *series, nd_error *error) {
    size_t columns = all->columns - timed;
    series->rows = all->rows;
    series->columns = columns;
    series->depth = 1;
    series->values = nd_doubles(all->rows * columns, error);
    series->times = timed ? nd_doubles(all->rows, error) : NULL;
    if (!series->values || (timed && !series->times))
        return false;
    for (size_t i = 0; i < all->rows; i++) {
        for (size_t c = 0; c < columns; c++)
            series->values[i * columns + c] = all->values[i * all->columns + c];
        if (timed)
            series->times[i] = all->values[i * all->columns + columns];
    }
    return true;
}

static void name_series(const nd_csv *csv, const size_t *columns, size_t times, nd_series *series) {
    snprintf(series->name, sizeof series->name, "column %zu", columns[0] + 1);
    if (csv->names)
        snprintf(series->name, sizeof series->name, "%.250s", csv->names[columns[0]]);
    if (csv->names && times != SIZE_MAX)
        snprintf(series->time_name, sizeof series->time_name, "%.60s", csv->names[times]);
    snprintf(series->note, sizeof series->note, "%s", csv->note);
}

static bool csv_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                       bool *found, nd_error *error) {
    const nd_csv *csv = file;
    size_t *columns = NULL, count = 0;
    size_t times = has_times(role) ? time_column(csv, selector) : SIZE_MAX;
    bool fine = choose_columns(csv, role, selector, &columns, &count, error);
    *found = count > 0;
    const char *named = selector->times ? selector->times : selector->times_at.column;
    if (fine && has_times(role) && named && times == SIZE_MAX && !selector->times_file &&
        !selector->times_at.file)
        fine = no_column(csv, named, error);
    bool timed = fine && times != SIZE_MAX;
    for (size_t k = 0; timed && k < count; k++)
        timed = columns[k] != times;
    growing all = {.columns = count + timed};
    if (fine && count > 0) {
        columns[count] = times;
        name_series(csv, columns, timed ? times : SIZE_MAX, series);
        fine = nd_csv_rows_read(csv, columns, all.columns, append_row, &all, error) &&
               (all.rows > 0 || nd_fail(error, csv->path, "", "holds no rows")) &&
               split_times(&all, timed, series, error);
    }
    free(all.values);
    free(columns);
    return fine;
}

/* --- body parts --- */

/* What body parts there are, for an error. */
static bool no_body(const nd_csv *csv, const char *part, nd_error *error) {
    char all[300] = "";
    size_t count = 0;
    for (size_t c = 0; csv->names && c < csv->columns; c++) {
        size_t length = strlen(csv->names[c]), used = strlen(all);
        if (length > 2 && strcmp(csv->names[c] + length - 2, ".x") == 0 && used + 60 < sizeof all)
            snprintf(all + used, sizeof all - used, "%s'%.*s'", count++ ? ", " : "",
                     length < 42 ? (int)length - 2 : 40, csv->names[c]);
    }
    return nd_fail(error, csv->path, count ? "correct body" : "give column: NAME",
                   "has no body part '%.40s' (%.40s.x and %.40s.y); it has %zu%s%s", part, part,
                   part, count, count ? ": " : "", all);
}

/* SLEAP leaves out rows in which nothing was found: each is put where its frame, the last column,
 * says, and that column is left out. */
static bool spread_rows(growing *all, const nd_csv *csv, nd_error *error) {
    enum { MOST = 1 << 26 };
    size_t wide = all->columns, narrow = wide - 1, last = 0;
    for (size_t i = 0; i < all->rows; i++) {
        double frame = all->values[i * wide + narrow];
        if (!(frame >= 0.0) || frame != floor(frame) || frame > MOST ||
            (i > 0 && frame <= (double)last))
            return nd_fail(error, csv->path, "write one animal (track) to a table of its own",
                           "row %zu is of frame %g: frames do not increase", i + 1, frame);
        last = (size_t)frame;
    }
    double *spread = nd_doubles((last + 1) * narrow, error);
    if (!spread)
        return false;
    for (size_t i = 0; i < (last + 1) * narrow; i++)
        spread[i] = NAN;
    for (size_t i = 0; i < all->rows; i++) {
        const double *row = all->values + i * wide;
        memcpy(spread + (size_t)row[narrow] * narrow, row, narrow * sizeof *row);
    }
    free(all->values);
    all->values = spread;
    all->rows = last + 1;
    all->columns = narrow;
    return true;
}

static bool csv_body(void *file, const nd_selector *selector, const char *part, nd_series *series,
                     nd_error *error) {
    static const char *const ends[] = {".x", ".y", ".likelihood", ".score"};
    const nd_csv *csv = file;
    size_t at[4];
    for (size_t k = 0; k < 4; k++) {
        char name[256];
        snprintf(name, sizeof name, "%.200s%s", part, ends[k]);
        at[k] = csv->names ? nd_csv_column(csv, name) : SIZE_MAX;
    }
    size_t likely = at[2] != SIZE_MAX ? at[2] : at[3];
    if (at[0] == SIZE_MAX || at[1] == SIZE_MAX)
        return no_body(csv, part, error);
    if (selector->likelihood && likely == SIZE_MAX)
        return nd_fail(error, csv->path, "leave out likelihood",
                       "has no likelihood of the body part '%.40s'", part);
    size_t times = time_column(csv, selector), frame = nd_csv_column(csv, "frame_idx");
    if (selector->times && times == SIZE_MAX && !selector->times_file)
        return no_column(csv, selector->times, error);
    bool spread = frame != SIZE_MAX && at[3] != SIZE_MAX, timed = times != SIZE_MAX && !spread;
    const size_t wanted[] = {at[0], at[1], likely != SIZE_MAX ? likely : at[0],
                             spread ? frame : times};
    growing all = {.columns = 3 + (spread || timed)};
    bool fine = nd_csv_rows_read(csv, wanted, all.columns, append_row, &all, error) &&
                (all.rows > 0 || nd_fail(error, csv->path, "", "holds no rows")) &&
                (!spread || spread_rows(&all, csv, error)) &&
                split_times(&all, timed, series, error);
    for (size_t i = 0; fine && likely == SIZE_MAX && i < series->rows; i++)
        series->values[3 * i + 2] = NAN;
    snprintf(series->name, sizeof series->name, "%.200s", part);
    if (timed)
        snprintf(series->time_name, sizeof series->time_name, "%.60s", csv->names[times]);
    snprintf(series->note, sizeof series->note, "%s", csv->note);
    free(all.values);
    return fine;
}

/* --- activity --- */

/* cell_1, neuron A, unit12, ROI 3, C007, 41: names that cells have. */
static bool is_cell_name(const char *name) {
    static const char *const words[] = {"cell", "neuron", "unit", "roi", "cluster", "clu"};
    if (nd_role_likeness(ND_ROLE_TIMES, name) > 0 || strcasestr(name, "centroid"))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(name, words[i]))
            return true;
    return nd_is_count(name) || ((name[0] == 'C' || name[0] == 'c') && nd_is_count(name + 1));
}

/* Whether a name is another thing's, so that no cell can have it. */
static bool is_another(const char *name) {
    static const nd_role others[] = {ND_ROLE_POSITION,  ND_ROLE_POSITION_Y, ND_ROLE_SPEED,
                                     ND_ROLE_DIRECTION, ND_ROLE_TRIALS,     ND_ROLE_TIMES};
    static const char *const words[] = {"frame",        "frames", "frame_number",
                                        "frame number", "index",  "row"};
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        if (nd_role_likeness(others[k], name) > 0)
            return true;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strcasecmp(name, words[k]) == 0)
            return true;
    return strncmp(name, "Unnamed: ", 9) == 0;
}

static bool chosen(const nd_csv *csv, const nd_selector *selector, size_t column) {
    const char *name = csv->names ? csv->names[column] : "";
    for (size_t k = 0; k < selector->columns_count; k++)
        if (nd_csv_column(csv, selector->columns[k]) == column ||
            (name[0] && fnmatch(selector->columns[k], name, 0) == 0))
            return true;
    return false;
}

/* Columns that other roles of the session take of this table. */
static bool mark_taken(const nd_csv *csv, const nd_selector *const *others, bool *taken,
                       nd_error *error) {
    for (int role = ND_ROLE_POSITION; others && role < ND_ROLES; role++) {
        size_t *columns = NULL, count = 0;
        if (!others[role])
            continue;
        bool fine = choose_columns(csv, (nd_role)role, others[role], &columns, &count, error);
        bool all = others[role]->columns_count == 0 && count > 1; /* none of its own was found */
        for (size_t k = 0; fine && !all && k < count; k++)
            taken[columns[k]] = true;
        size_t times = time_column(csv, others[role]);
        if (times != SIZE_MAX && has_times((nd_role)role))
            taken[times] = true;
        free(columns);
        if (!fine)
            return false;
    }
    return true;
}

static void say_left_out(const nd_csv *csv, const bool *left, nd_activity *activity) {
    size_t used = strlen(activity->note), count = 0;
    for (size_t c = 0; c < csv->columns; c++) {
        const char *name = csv->names && csv->names[c][0] ? csv->names[c] : "(no name)";
        if (!left[c] || used + 60 > sizeof activity->note)
            continue;
        used += (size_t)snprintf(activity->note + used, sizeof activity->note - used, "%s'%.40s'",
                                 count++                  ? ", "
                                 : activity->note[0] != 0 ? "; not taken for cells: "
                                                          : "not taken for cells: ",
                                 name);
    }
}

/* Which columns are cells: those chosen; else those with names of cells, or, where no name is one,
 * all that are not another role's, row numbers, nameless or words. */
static bool cell_columns(const nd_csv *csv, const nd_selector *selector,
                         const nd_selector *const *others, nd_activity *activity, nd_error *error) {
    bool *taken = nd_array(csv->columns, sizeof *taken, error);
    bool *cell = nd_array(csv->columns, sizeof *cell, error);
    bool *counts = nd_array(csv->columns, sizeof *counts, error);
    bool *left = nd_array(csv->columns, sizeof *left, error);
    bool fine = taken && cell && counts && left && mark_taken(csv, others, taken, error);
    size_t times = time_column(csv, selector), named = 0;
    for (size_t c = 0; fine && c < csv->columns; c++) {
        double value;
        if (selector->columns_count) {
            cell[c] = chosen(csv, selector, c);
            continue;
        }
        bool nameless = csv->names && csv->names[c][0] == '\0';
        bool words = !nd_csv_number(csv, csv->first[c], &value);
        cell[c] = !taken[c] && c != times && !nameless && !words &&
                  !(csv->names && is_another(csv->names[c]) && !is_cell_name(csv->names[c]));
        left[c] = !cell[c] && !taken[c] && c != times;
        named += cell[c] && csv->names && is_cell_name(csv->names[c]);
    }
    if (fine && !selector->columns_count)
        fine = nd_csv_counts_rows(csv, cell, counts, error);
    activity->pick = fine ? nd_array(csv->columns + 1, sizeof *activity->pick, error) : NULL;
    for (size_t c = 0; activity->pick && c < csv->columns; c++) {
        bool other_name = named > 0 && !is_cell_name(csv->names[c]);
        if (!selector->columns_count && cell[c] && (counts[c] || other_name)) {
            cell[c] = false;
            left[c] = true;
        }
        if (cell[c])
            activity->pick[activity->pick_count++] = c;
    }
    fine = activity->pick != NULL;
    if (fine)
        say_left_out(csv, left, activity);
    free(taken);
    free(cell);
    free(counts);
    free(left);
    return fine && (activity->pick_count > 0 ||
                    nd_fail(error, csv->path, "name the columns in the manifest",
                            "has no column that could be a cell%s%s", activity->note[0] ? "; " : "",
                            activity->note));
}

static bool cell_names(const nd_csv *csv, nd_activity *activity, nd_error *error) {
    if (!csv->names)
        return true;
    activity->cell_name = nd_array(activity->pick_count + 1, sizeof *activity->cell_name, error);
    for (size_t k = 0; activity->cell_name && k < activity->pick_count; k++)
        if (!(activity->cell_name[k] = nd_text(csv->names[activity->pick[k]], error)))
            return false;
    return activity->cell_name != NULL;
}

/* cell_12 is cell 12: ids where every name ends in a number. */
static bool ids_of_names(nd_activity *activity, nd_error *error) {
    if (!activity->cell_name)
        return true;
    activity->cell_id = nd_array(activity->pick_count, sizeof *activity->cell_id, error);
    activity->ids_count = activity->pick_count;
    for (size_t k = 0; activity->cell_id && k < activity->pick_count; k++) {
        const char *name = activity->cell_name[k], *end = name + strlen(name), *digits;
        const char *dot = strchr(name, '.'); /* a second header row says more of the cell */
        if (dot && end > name && !isdigit((unsigned char)end[-1]))
            end = dot;
        for (digits = end; digits > name && isdigit((unsigned char)digits[-1]);)
            digits--;
        if (digits == end || end - digits > 15) {
            free(activity->cell_id);
            activity->cell_id = NULL;
            activity->ids_count = 0;
            return true;
        }
        activity->cell_id[k] = strtoll(digits, NULL, 10);
    }
    return activity->cell_id != NULL;
}

static bool csv_activity(void *file, const nd_selector *selector, const nd_selector *const *others,
                         nd_activity *activity, nd_error *error) {
    const nd_csv *csv = file;
    size_t times = time_column(csv, selector);
    snprintf(activity->name, sizeof activity->name, "the table");
    snprintf(activity->note, sizeof activity->note, "%s", csv->note);
    if (times != SIZE_MAX && csv->names)
        snprintf(activity->time_name, sizeof activity->time_name, "%.60s", csv->names[times]);
    activity->columns = csv->columns;
    activity->frames_first = csv->names && selector->orientation == ND_ORIENTATION_AUTO;
    activity->honoured = ND_PART_COLUMNS | ND_PART_ORIENTATION;
    if (!cell_columns(csv, selector, others, activity, error) ||
        !cell_names(csv, activity, error) || !ids_of_names(activity, error))
        return false;
    bool fine;
    if (times != SIZE_MAX) {
        growing all = {.columns = 1};
        fine = nd_csv_rows_read(csv, &times, 1, append_row, &all, error);
        activity->rows = activity->times_count = all.rows;
        activity->times = all.values;
    } else {
        fine = nd_csv_count(csv, &activity->rows, error);
    }
    return fine && (activity->rows > 0 || nd_fail(error, csv->path, "", "holds no rows"));
}

typedef struct pouring {
    nd_sink *sink;
    const nd_activity *activity;
} pouring;

static bool pour_row(size_t index, const double *values, void *context, nd_error *error) {
    pouring *to = context;
    for (size_t k = 0; k < to->activity->pick_count; k++)
        if (!nd_sink_value(to->sink, index, to->activity->cells_first ? k : to->activity->pick[k],
                           values[k], error))
            return false;
    return true;
}

/* Rows as cells: row by row, each through all frames. */
static bool csv_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                     nd_sink *sink, const nd_clock *clock, nd_error *error) {
    (void)selector;
    (void)clock;
    pouring to = {sink, activity};
    return nd_csv_rows_read(file, activity->pick, activity->pick_count, pour_row, &to, error);
}

/* --- texts, scan --- */

static char **csv_texts(void *file, const nd_selector *selector, size_t *count, nd_error *error) {
    const nd_csv *csv = file;
    size_t column = selector->columns_count ? nd_csv_column(csv, selector->columns[0]) : 0;
    if (column == SIZE_MAX) {
        no_column(csv, selector->columns[0], error);
        return NULL;
    }
    return nd_csv_texts(csv, column, count, error);
}

/* Phy's tables of clusters: cluster_group.tsv is the laboratory's word,
 * cluster_info.tsv repeats it, cluster_KSLabel.tsv is Kilosort's own. */
static bool scan_clusters(const nd_csv *csv, nd_findings *findings, nd_error *error) {
    static const char *const columns[] = {"group", "KSLabel"};
    const char *file = nd_base_name(csv->path);
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
        size_t column = nd_csv_column(csv, columns[k]);
        if (column == SIZE_MAX)
            continue;
        int likeness = k > 0 ? 1 : strstr(file, "group") ? 3 : 2;
        return nd_findings_add(findings, ND_ROLE_KEEP, likeness, columns[k], error,
                               "what each cluster is called");
    }
    return nd_findings_add(findings, ND_ROLES, 0, "", error, "a table of clusters");
}

/* Body parts of DeepLabCut's and SLEAP's tables: three columns each. */
static bool scan_bodies(const nd_csv *csv, size_t rows, nd_findings *findings, bool *any,
                        nd_error *error) {
    for (size_t c = 0; csv->names && c + 2 < csv->columns; c++) {
        const char *name = csv->names[c], *dot = strrchr(name, '.');
        char third[256];
        if (!dot || strcmp(dot, ".x") != 0 || dot - name > 150)
            continue;
        int length = (int)(dot - name);
        snprintf(third, sizeof third, "%.*s.y", length, name);
        if (strcmp(csv->names[c + 1], third) != 0)
            continue;
        snprintf(third, sizeof third, "%.*s.likelihood", length, name);
        bool likely = strcmp(csv->names[c + 2], third) == 0;
        snprintf(third, sizeof third, "%.*s.score", length, name);
        if (!likely && strcmp(csv->names[c + 2], third) != 0)
            continue;
        snprintf(third, sizeof third, "%.*s", length, name);
        if (!nd_findings_add(findings, ND_ROLE_POSITION, 2, third, error,
                             "a body part's x and y over %zu rows", rows))
            return false;
        nd_finding *one = &findings->list[findings->count - 1];
        one->body = *any = true;
        one->rows = rows;
        one->clocked = default_times(csv) != SIZE_MAX;
    }
    return true;
}

/* A pair of columns Centroid.X and Centroid.Y, as Bonsai's trackers write them: the role of either.
 */
static nd_role role_in_pair(const nd_csv *csv, size_t column) {
    const char *name = csv->names[column];
    size_t length = strlen(name);
    char other[256];
    if (length < 3 || length > 200 || name[length - 2] != '.' || !strchr("XYxy", name[length - 1]))
        return ND_ROLES;
    snprintf(other, sizeof other, "%s", name);
    other[length - 1] = (char)(name[length - 1] ^ 1); /* x and y, X and Y, differ in one bit */
    bool first = strchr("Xx", name[length - 1]) != NULL;
    return nd_csv_column(csv, other) == SIZE_MAX ? ND_ROLES
           : first                               ? ND_ROLE_POSITION
                                                 : ND_ROLE_POSITION_Y;
}

static bool csv_scan(void *file, nd_findings *findings, nd_error *error) {
    static const nd_role roles[] = {ND_ROLE_POSITION, ND_ROLE_POSITION_Y, ND_ROLE_SPEED,
                                    ND_ROLE_DIRECTION, ND_ROLE_TRIALS};
    const nd_csv *csv = file;
    nd_activity activity = {0};
    size_t rows = 0;
    if (csv->names && strcasecmp(csv->names[0], "cluster_id") == 0)
        return scan_clusters(csv, findings, error);
    bool bodies = false,
         fine = nd_csv_count(csv, &rows, error) && scan_bodies(csv, rows, findings, &bodies, error);
    if (!fine || bodies)
        return fine;
    for (size_t c = 0; fine && csv->names && c < csv->columns; c++) {
        int best = 0;
        nd_role what = ND_ROLES;
        for (size_t k = 0; k < sizeof roles / sizeof *roles; k++) {
            int likeness =
                is_cell_name(csv->names[c]) ? 0 : nd_role_likeness(roles[k], csv->names[c]);
            if (likeness > best) {
                best = likeness;
                what = roles[k];
            }
        }
        if (best == 0 && role_in_pair(csv, c) != ND_ROLES) {
            what = role_in_pair(csv, c);
            best = 2;
        }
        if (best == 0 && is_cell_name(csv->names[c]))
            continue;
        fine = nd_findings_add(findings, what, best, csv->names[c], error, "column %zu of %zu rows",
                               c + 1, rows);
        if (fine) {
            nd_finding *one = &findings->list[findings->count - 1];
            one->rows = rows;
            one->clocked = default_times(csv) != SIZE_MAX;
            one->time_likeness = nd_role_likeness(ND_ROLE_TIMES, csv->names[c]);
        }
    }
    if (fine && nd_role_likeness(ND_ROLE_REGISTRATION, nd_base_name(csv->path)) > 0) {
        fine = nd_findings_add(findings, ND_ROLE_REGISTRATION, 2, "", error,
                               "table of %zu x %zu, by its file's name", rows, csv->columns);
        if (fine) {
            findings->list[findings->count - 1].rows = rows;
            findings->list[findings->count - 1].columns = csv->columns;
        }
        return fine;
    }
    if (fine && csv->columns == 1)
        fine = nd_findings_add(findings, ND_ROLE_TIMES, 1, "", error, "one column, %zu rows", rows);
    else if (fine && cell_columns(csv, &(nd_selector){0}, NULL, &activity, NULL)) {
        size_t named = 0;
        for (size_t k = 0; csv->names && k < activity.pick_count; k++)
            named += is_cell_name(csv->names[activity.pick[k]]);
        fine = nd_findings_add(findings, ND_ROLE_ACTIVITY, named > 0 ? 3 : 1, "", error,
                               "%zu columns, %zu rows", activity.pick_count, rows);
        if (fine) {
            findings->list[findings->count - 1].rows = rows;
            findings->list[findings->count - 1].clocked = default_times(csv) != SIZE_MAX;
        }
    }
    nd_activity_clear(&activity);
    return fine;
}

const nd_format nd_format_csv = {
    .name = "CSV",
    .clocked = true,
    .tabular = true,
    .no_position = "",
    .honours = {[ND_ROLE_ACTIVITY] = ~(uint32_t)(ND_PART_NAME | ND_PART_AREA),
                [ND_ROLE_POSITION] = ~(uint32_t)ND_PART_NAME,
                [ND_ROLE_POSITION_Y] = ~(uint32_t)ND_PART_NAME,
                [ND_ROLE_SPEED] = ~(uint32_t)ND_PART_NAME,
                [ND_ROLE_DIRECTION] = ~(uint32_t)ND_PART_NAME,
                [ND_ROLE_TRIALS] = ~(uint32_t)(ND_PART_NAME | ND_PART_EQUALS),
                [ND_ROLE_IDS] = ~(uint32_t)ND_PART_NAME,
                [ND_ROLE_REGISTRATION] = ~(uint32_t)ND_PART_NAME,
                [ND_ROLE_KEEP] = ~(uint32_t)ND_PART_NAME,
                [ND_ROLE_CELLS] = ~(uint32_t)ND_PART_NAME,
                [ND_ROLE_RATE_MAPS] = ~(uint32_t)ND_PART_NAME,
                [ND_ROLE_OCCUPANCY] = ~(uint32_t)ND_PART_NAME},
    .recognises = recognises,
    .open = open_csv,
    .close = close_csv,
    .series = csv_series,
    .activity = csv_activity,
    .pour = csv_pour,
    .texts = csv_texts,
    .body = csv_body,
    .scan = csv_scan,
};
