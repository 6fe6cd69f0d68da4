#include "recording/kept_cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/files.h"

static void drop(nd_activity *activity, nd_sink *sink, size_t cell) {
    activity->dropped[cell] = true;
    nd_sink_drop_cell(sink, cell);
}

/* Drops the nested cells whose entry in `cells` is of another area. */
static bool drop_nested(const nd_request *request, nd_files *files, nd_activity *activity,
                        nd_sink *sink, nd_error *error) {
    const nd_selector *cells = &request->role[ND_ROLE_CELLS];
    const char *path = nd_request_file(request, ND_ROLE_CELLS);
    nd_open_file *open_file = path ? nd_files_open(files, path, cells, error) : NULL;
    if (!open_file)
        return path ? false : nd_fail(error, request->label, "", "cells has no file");
    if (!open_file->format->text || !cells->name)
        return nd_request_refuse(request, ND_ROLE_CELLS, "",
                                 "give cells: {file: ..., name: cellinfo{day}{epoch}, area}", error,
                                 "cells: there is no name to find the area by");
    size_t kept = 0;
    for (size_t c = 0; c < activity->cells; c++) {
        char expression[512], area[128];
        snprintf(expression, sizeof expression, "%.400s%s.area", cells->name, activity->place[c]);
        if (open_file->format->text(open_file->file, expression, area, sizeof area) &&
            strcasecmp(area, cells->area) == 0)
            kept++;
        else
            drop(activity, sink, c);
    }
    return kept > 0 ||
           nd_fail(error, path, "check the area's name", "none of the %zu cells is of area '%s'",
                   activity->cells, cells->area);
}

/* A column's values as texts, of whichever format. */
static char **read_texts(nd_open_file *own, const nd_selector *part, size_t *count,
                         nd_error *error) {
    nd_series series = {0};
    bool found = false;
    if (own->format->texts)
        return own->format->texts(own->file, part, count, error);
    bool read = own->format->series(own->file, ND_ROLE_KEEP, part, &series, &found, error);
    if (!read || !found || (series.columns > 1 && series.rows > 1)) {
        if (read && !found)
            nd_fail(error, own->path, "give keep: {file, column}", "holds nothing to keep by");
        else if (read)
            nd_fail(error, own->path, "give keep the column",
                    "%s is %zu x %zu; expected one value for each cell", series.name, series.rows,
                    series.columns);
        nd_series_clear(&series);
        return NULL;
    }
    *count = series.rows * series.columns;
    char **texts = nd_array(*count, sizeof *texts, error);
    for (size_t i = 0; texts && i < *count; i++) {
        char text[40];
        snprintf(text, sizeof text, "%.17g", series.values[i]);
        texts[i] = nd_text(text, error);
    }
    nd_series_clear(&series);
    return texts;
}

static void free_texts(char **texts, size_t count) {
    for (size_t i = 0; texts && i < count; i++)
        free(texts[i]);
    free(texts);
}

/* The column of a table that says whose row it is, where it has one: cluster_id, cell_id ... */
static char **row_names(nd_open_file *own, size_t *count) {
    static const char *const names[] = {"cluster_id", "cell_id", "unit_id", "id", "cell", "unit"};
    for (size_t k = 0; own->format->tabular && k < sizeof names / sizeof *names; k++) {
        nd_selector part = {.columns = (char **)&names[k], .columns_count = 1};
        char **texts = own->format->texts(own->file, &part, count, NULL);
        if (texts)
            return texts;
    }
    return NULL;
}

/* Whether rows without names are told by the identity of their cell: clusters of spikes are
 * numbered from 0, those without spikes too, as in the IBL's clusters.*.npy. */
static bool rows_by_id(const nd_activity *activity, size_t rows) {
    bool within = activity->spike && activity->cell_id && rows > activity->cells;
    for (size_t c = 0; within && c < activity->cells; c++)
        within = activity->cell_id[c] >= 0 && (uint64_t)activity->cell_id[c] < rows;
    return within;
}

/* Whether a table without names has a row for each cell: of the activity, of its file, or of the
 * identities there can be. */
static bool rows_fit(const nd_activity *activity, size_t rows) {
    return rows == activity->cells ||
           (activity->row && rows == activity->cells + activity->cells_left_out) ||
           rows_by_id(activity, rows);
}

/* The row of the table that is about a cell: by its identity, or by its place. */
static size_t row_of(const nd_activity *activity, size_t cell, char **names, size_t rows) {
    if (!names && rows_by_id(activity, rows))
        return (size_t)activity->cell_id[cell];
    if (!names && activity->row && rows != activity->cells)
        return activity->row[cell];
    if (!names || !activity->cell_id)
        return cell;
    for (size_t r = 0; r < rows; r++)
        if (strtoll(names[r], NULL, 10) == activity->cell_id[cell])
            return r;
    return SIZE_MAX;
}

static bool wrong_length(const nd_request *request, nd_role role, const char *path, size_t rows,
                         const nd_activity *activity, nd_error *error) {
    return nd_request_refuse(request, role, "", "correct the manifest", error,
                             "lengths disagree: %.200s has %zu rows, the activity %zu cells",
                             nd_base_name(path), rows, activity->cells);
}

/* Each cell's channel, counted from 0, by a file with one for each cell or cluster. */
static size_t *read_channels(const nd_request *request, nd_files *files,
                             const nd_activity *activity, nd_error *error) {
    const nd_selector *cells = &request->role[ND_ROLE_CELLS];
    const char *path = cells->channels;
    nd_series series = {0};
    nd_selector whole = {.file = (char *)path};
    bool found = false;
    nd_open_file *own = nd_files_open(files, path, NULL, error);
    bool fine = own && own->format->series(own->file, ND_ROLE_KEEP, &whole, &series, &found, error);
    size_t rows = series.rows * series.columns * series.depth;
    if (fine && (!found || (series.columns > 1 && series.rows > 1) || series.depth > 1))
        fine =
            nd_request_refuse(request, ND_ROLE_CELLS, "channels", "give the channel of each cell",
                              error, "%.200s is no list of channels", nd_base_name(path));
    if (fine && !rows_fit(activity, rows))
        fine = wrong_length(request, ND_ROLE_CELLS, path, rows, activity, error);
    size_t *channels = fine ? nd_array(activity->cells, sizeof *channels, error) : NULL;
    int base = cells->base > 0 ? 1 : 0;
    for (size_t c = 0; channels && c < activity->cells; c++) {
        double channel = series.values[row_of(activity, c, NULL, rows)] - base;
        channels[c] = channel >= 0.0 && channel == floor(channel) && channel < 1e9 ? (size_t)channel
                                                                                   : SIZE_MAX;
    }
    nd_series_clear(&series);
    return channels;
}

/* Drops the cells whose row in a table, or their channel's, is of another area. */
static bool drop_by_areas(const nd_request *request, nd_files *files, nd_activity *activity,
                          nd_sink *sink, nd_error *error) {
    nd_selector part = request->role[ND_ROLE_CELLS];
    const char *path = part.file;
    nd_open_file *own = nd_files_open(files, path, &part, error);
    size_t rows = 0, named = 0, kept = 0;
    char **texts = own ? read_texts(own, &part, &rows, error) : NULL;
    char **names = texts && !part.channels ? row_names(own, &named) : NULL;
    size_t *channels = NULL;
    bool fine = texts != NULL;
    if (fine && part.channels)
        fine = (channels = read_channels(request, files, activity, error)) != NULL;
    else if (fine && (!names || !activity->cell_id) && !rows_fit(activity, rows))
        fine = wrong_length(request, ND_ROLE_CELLS, path, rows, activity, error);
    for (size_t c = 0; fine && c < activity->cells; c++) {
        size_t row = channels ? channels[c] : row_of(activity, c, names, names ? named : rows);
        if (channels && row >= rows)
            fine = nd_request_refuse(request, ND_ROLE_CELLS, "channels", "give base: 0 or 1", error,
                                     "cell %zu lies on a channel that %.200s, of %zu, has not",
                                     c + 1, nd_base_name(path), rows);
        else if (row < rows && texts[row] && nd_text_equals(texts[row], part.area))
            kept++;
        else
            drop(activity, sink, c);
    }
    if (fine && kept == 0)
        fine = nd_request_refuse(request, ND_ROLE_CELLS, "area", "check the area's name", error,
                                 "none of the %zu cells is of area '%.60s'", activity->cells,
                                 part.area);
    if (fine)
        nd_files_note(files, "cells: %zu of %zu are of area '%.60s'", kept, activity->cells,
                      part.area);
    free(channels);
    free_texts(texts, rows);
    free_texts(names, named);
    return fine;
}

static bool drop_other_areas(const nd_request *request, nd_files *files, nd_activity *activity,
                             nd_sink *sink, nd_error *error) {
    const nd_selector *cells = &request->role[ND_ROLE_CELLS];
    if (!cells->area)
        return true;
    if (activity->place)
        return drop_nested(request, files, activity, sink, error);
    return !nd_request_own_areas(request) || drop_by_areas(request, files, activity, sink, error);
}

/* Keeps the cells whose identities are in a list, as hc-11's PyrIDs are. */
static bool keep_listed(const nd_request *request, nd_files *files, nd_activity *activity,
                        nd_sink *sink, char **texts, size_t rows, nd_error *error) {
    size_t kept = 0;
    if (!activity->cell_id)
        return nd_request_refuse(request, ND_ROLE_KEEP, "kind", "give equals, or a threshold",
                                 error, "the cells have no identities that a list could name");
    for (size_t c = 0; c < activity->cells; c++) {
        bool listed = false;
        for (size_t r = 0; !listed && r < rows; r++)
            listed = texts[r] && strtod(texts[r], NULL) == (double)activity->cell_id[c];
        kept += listed;
        if (!listed)
            drop(activity, sink, c);
    }
    nd_files_note(files, "keep: %zu of %zu cells are in the list of %zu", kept, activity->cells,
                  rows);
    return kept > 0 ||
           nd_request_refuse(request, ND_ROLE_KEEP, "kind", "check the list", error,
                             "none of the %zu cells is in the list of %zu", activity->cells, rows);
}

/* What a file itself does not call cells is dropped, where the manifest does not say otherwise. */
static bool drop_by_own_word(nd_files *files, nd_activity *activity, nd_sink *sink,
                             nd_error *error) {
    size_t kept = 0, cells = activity->cells;
    for (size_t c = 0; c < cells; c++) {
        if (activity->is_cell[activity->pick ? activity->pick[c] : c])
            kept++;
        else
            drop(activity, sink, c);
    }
    nd_files_note(files, "keep: %zu of %zu are cells by %s", kept, cells, activity->is_cell_by);
    return kept > 0 || nd_fail(error, activity->name, "give keep: {column, threshold}",
                               "none of %zu is a cell by %s", cells, activity->is_cell_by);
}

/* Whether a value in the column is that of cells that count. */
static bool counts(const nd_selector *part, const char *text) {
    if (!part->threshold)
        return nd_text_equals(text, part->equals ? part->equals : "1");
    char *end;
    double value = strtod(text, &end);
    return end != text && *end == '\0' && value > *part->threshold;
}

static bool drop_unequal(const nd_request *request, nd_files *files, nd_activity *activity,
                         nd_sink *sink, nd_error *error) {
    nd_selector part = request->role[ND_ROLE_KEEP];
    const char *path = nd_request_file(request, ND_ROLE_KEEP);
    if (!request->given[ND_ROLE_KEEP])
        return !activity->is_cell || drop_by_own_word(files, activity, sink, error);
    nd_open_file *own = path ? nd_files_open(files, path, &part, error) : NULL;
    if (!own)
        return path ? false
                    : nd_request_refuse(request, ND_ROLE_KEEP, "",
                                        "give keep: {file, column, equals}", error,
                                        "keep has no file");
    part.file = (char *)path;
    size_t rows = 0, named = 0, kept = 0;
    char **texts = read_texts(own, &part, &rows, error);
    char **names = texts ? row_names(own, &named) : NULL;
    char wanted[80];
    if (part.threshold)
        snprintf(wanted, sizeof wanted, "above %g", *part.threshold);
    else
        snprintf(wanted, sizeof wanted, "'%.40s'", part.equals ? part.equals : "1");
    bool fine = texts != NULL;
    if (fine && part.kind == ND_KIND_IDS) {
        fine = keep_listed(request, files, activity, sink, texts, rows, error);
        free_texts(texts, rows);
        free_texts(names, named);
        return fine;
    }
    if (fine && (!names || !activity->cell_id) && !rows_fit(activity, rows))
        fine = wrong_length(request, ND_ROLE_KEEP, path, rows, activity, error);
    for (size_t c = 0; fine && c < activity->cells; c++) {
        size_t row = row_of(activity, c, names, names ? named : rows);
        if (row < rows && texts[row] && counts(&part, texts[row]))
            kept++;
        else
            drop(activity, sink, c);
    }
    if (fine && kept == 0)
        fine = nd_request_refuse(request, ND_ROLE_KEEP, part.threshold ? "threshold" : "equals",
                                 "check the value", error, "none of the %zu cells has the value %s",
                                 activity->cells, wanted);
    if (fine)
        nd_files_note(files, "keep: %zu of %zu cells have the value %s", kept, activity->cells,
                      wanted);
    free_texts(texts, rows);
    free_texts(names, named);
    return fine;
}

bool nd_cells_choose(const nd_request *request, nd_files *files, nd_activity *activity,
                     nd_sink *sink, nd_error *error) {
    activity->dropped = nd_array(activity->cells, sizeof *activity->dropped, error);
    return activity->dropped && drop_other_areas(request, files, activity, sink, error) &&
           drop_unequal(request, files, activity, sink, error);
}
