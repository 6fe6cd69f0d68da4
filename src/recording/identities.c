#include "recording/identities.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/series_read.h"

/* --- registration --- */

/* A cell's place in the session by a table's entry; SIZE_MAX: not found there. */
static size_t place_of(double entry, int base) {
    if (isnan(entry) || entry == -1.0 || (base == 1 && entry == 0.0))
        return SIZE_MAX;
    return entry >= base && entry == floor(entry) && entry < 1e9 ? (size_t)entry - (size_t)base
                                                                 : SIZE_MAX - 1;
}

static bool bad_entry(const nd_request *request, const nd_series *table, size_t row, double entry,
                      int base, size_t cells, nd_error *error) {
    return nd_request_refuse(request, ND_ROLE_REGISTRATION, "base",
                             "check the column (which session it is), and base: 0 or 1", error,
                             "row %zu of %.100s says cell %g, counted from %d; the session has %zu",
                             row + 1, table->name, entry, base, cells);
}

/* Cells of the session that are in no row have an identity that no other session's cell has. */
static int64_t own_identity(size_t session, size_t cell) {
    return -1 - ((int64_t)session << 32) - (int64_t)cell;
}

/* A base that nobody gave must fit the table: counted from 1, 0 is not found, and NaN or -1 would
 * be said twice; counted from 0, a column has 0 once. */
static bool check_base(const nd_request *request, const nd_series *table, int base,
                       nd_error *error) {
    size_t none = 0, zeros = 0, most = 0;
    for (size_t c = 0; c < table->columns; c++) {
        size_t here = 0;
        for (size_t r = 0; r < table->rows; r++) {
            double entry = table->values[r * table->columns + c];
            none += isnan(entry) || entry == -1.0;
            here += entry == 0.0;
        }
        zeros += here;
        most = here > most ? here : most;
    }
    bool fits = base == 1 ? zeros == 0 || none == 0 : most <= 1;
    return fits ||
           nd_request_refuse(request, ND_ROLE_REGISTRATION, "base", "give base: 0 or 1", error,
                             "%.100s does not look as if it counts from %d: it has %zu zeros"
                             "%s",
                             table->name, base, zeros,
                             base == 1 ? " beside NaN or -1" : ", several in a column");
}

/* A table of sessions x cells on its feet. */
static bool turn(nd_series *table, nd_error *error) {
    double *turned = nd_doubles(table->rows * table->columns, error);
    for (size_t r = 0; turned && r < table->rows; r++)
        for (size_t c = 0; c < table->columns; c++)
            turned[c * table->rows + r] = table->values[r * table->columns + c];
    if (!turned)
        return false;
    free(table->values);
    table->values = turned;
    size_t rows = table->rows;
    table->rows = table->columns;
    table->columns = rows;
    return true;
}

/* Whether a table wider than high looks like sessions x cells: its indices reach farther than its
 * rows and no farther than its columns, as where every cell has one; or it is far wider than high.
 * Few matched cells of many sessions lie so, too, but with indices beyond. */
static bool on_its_side(const nd_series *table, int base) {
    enum { FAR = 3, FEWEST = 10 };
    double most = 0;
    for (size_t i = 0; i < table->rows * table->columns; i++)
        most = fmax(most, table->values[i] - base + 1); /* NaN: not found */
    bool reaches = most > (double)table->rows && most <= (double)table->columns;
    return table->columns > table->rows &&
           (reaches || (table->columns >= FEWEST && table->columns >= FAR * table->rows));
}

/* Columns of a table of text are sessions; where their names do not say so and there are more of
 * them than rows, it may lie on its side. */
static bool check_upright(const nd_request *request, nd_open_file *own, nd_selector *part,
                          size_t rows, int base, nd_error *error) {
    static const char mend[] = "write it with a row for each cell and a column for each session; "
                               "orientation: cells-first says that it is";
    nd_selector whole = *part;
    nd_series all = {0};
    bool found = false, fine = true;
    whole.columns_count = 0;
    whole.columns = NULL;
    whole.file = own->path;
    if (part->orientation == ND_ORIENTATION_FRAMES_FIRST)
        return nd_request_refuse(request, ND_ROLE_REGISTRATION, "orientation", mend, error,
                                 "the columns of a table of text are sessions");
    if (part->orientation == ND_ORIENTATION_AUTO && nd_is_count(part->columns[0]) &&
        own->format->series(own->file, ND_ROLE_REGISTRATION, &whole, &all, &found, NULL) && found &&
        on_its_side(&all, base))
        fine = nd_request_refuse(
            request, ND_ROLE_REGISTRATION, "column", mend, error,
            "the table has %zu rows and %zu columns: more sessions than cells, or a table of "
            "sessions x cells",
            rows, all.columns);
    nd_series_clear(&all);
    return fine;
}

static bool read_table(const nd_request *request, nd_files *files, nd_series *table, int *base,
                       nd_error *error) {
    nd_selector part = request->role[ND_ROLE_REGISTRATION];
    const char *path = nd_request_file(request, ND_ROLE_REGISTRATION);
    bool found = false;
    if (part.columns_count != 1)
        return nd_request_refuse(request, ND_ROLE_REGISTRATION, "column",
                                 "give registration the session's column", error,
                                 "nothing says which column of the table this session is");
    if (!path)
        return nd_request_refuse(request, ND_ROLE_REGISTRATION, "",
                                 "give registration: {file, name, column}", error,
                                 "registration has no file");
    nd_open_file *own = nd_files_open(files, path, &part, error);
    part.file = (char *)path;
    if (!own)
        return false;
    *base = part.base >= 0 ? part.base : own->format->base;
    /* The whole table first: only its shape tells it from a vector of identities. */
    nd_selector whole = part;
    nd_series all = {0};
    whole.columns_count = own->format->tabular ? whole.columns_count : 0;
    bool fine = own->format->series(own->file, ND_ROLE_REGISTRATION, &whole, &all, &found, error) &&
                (found || nd_fail(error, path, "name it in the manifest", "holds no registration"));
    if (fine && (all.depth != 1 || (!own->format->tabular && (all.columns < 2 || all.rows < 2))))
        fine = nd_request_refuse(request, ND_ROLE_REGISTRATION, "name",
                                 "ids: {...} reads a vector of identities", error,
                                 "%.100s is %zu x %zu; expected a table of cells x sessions",
                                 all.name, all.rows, all.columns);
    if (fine && part.orientation == ND_ORIENTATION_AUTO && !own->format->tabular &&
        on_its_side(&all, *base))
        fine = nd_request_refuse(
            request, ND_ROLE_REGISTRATION, "name",
            "give registration an orientation: cells-first (a row for each cell) or cells-last (a "
            "row for each session)",
            error, "%.100s is %zu x %zu: more sessions than cells, or a table of sessions x cells",
            all.name, all.rows, all.columns);
    if (fine && own->format->tabular)
        fine = check_upright(request, own, &whole, all.rows, *base, error);
    else if (fine && part.orientation == ND_ORIENTATION_FRAMES_FIRST)
        fine = turn(&all, error);
    if (fine && part.base < 0)
        fine = check_base(request, &all, *base, error);
    if (fine && !own->format->tabular)
        fine = nd_series_select(&all, &part, path, error);
    *table = all;
    return fine;
}

/* Where only some of the file's cells count, a table may count either: those alone, or all. Its
 * numbers tell where they go beyond those, or are as many as one kind has, each once. */
static bool find_counted(const nd_request *request, nd_files *files, const nd_activity *activity,
                         const nd_series *table, int base, size_t cells, bool *of_kept,
                         nd_error *error) {
    const nd_registration_of of = request->role[ND_ROLE_REGISTRATION].registration_of;
    size_t kept = 0, most = 0, found = 0;
    *of_kept = of == ND_REGISTRATION_OF_KEPT;
    for (size_t c = 0; c < cells; c++)
        kept += !(activity->dropped && activity->dropped[c]);
    if (of != ND_REGISTRATION_OF_AUTO || kept == cells)
        return true;
    for (size_t row = 0; row < table->rows; row++) {
        size_t cell = place_of(table->values[row], base);
        if (cell >= SIZE_MAX - 1)
            continue;
        found++;
        most = cell + 1 > most ? cell + 1 : most;
    }
    if (most > kept)
        return true;
    *of_kept = found == kept && most == kept;
    if (*of_kept)
        nd_files_note(
            files,
            "registration: its column has %zu cells, as many as count of %zu: it is taken "
            "to count those (of: all if it does not)",
            found, cells);
    return *of_kept ||
           nd_request_refuse(
               request, ND_ROLE_REGISTRATION, "of", "give registration of: kept, or of: all", error,
               "%zu of %zu cells count, and %.100s has numbers up to %zu: of those that "
               "count, or of all?",
               kept, cells, table->name, most);
}

/* The places, among all cells, of those that a table counts; *count gets how many. */
static size_t *counted_places(const nd_activity *activity, size_t cells, bool of_kept,
                              size_t *count, nd_error *error) {
    size_t *places = nd_array(cells, sizeof *places, error);
    *count = 0;
    for (size_t c = 0; places && c < cells; c++)
        if (!of_kept || !(activity->dropped && activity->dropped[c]))
            places[(*count)++] = c;
    return places;
}

static bool registered_ids(const nd_request *request, nd_files *files, const nd_activity *activity,
                           nd_session *session, nd_error *error) {
    nd_series table = {0};
    int base = 0;
    bool of_kept = false;
    bool fine =
        read_table(request, files, &table, &base, error) &&
        find_counted(request, files, activity, &table, base, session->cells, &of_kept, error);
    size_t found = 0, cells = 0;
    size_t *places = fine ? counted_places(activity, session->cells, of_kept, &cells, error) : NULL;
    fine = places != NULL;
    session->cell_id = fine ? nd_array(session->cells, sizeof *session->cell_id, error) : NULL;
    fine = session->cell_id != NULL;
    for (size_t c = 0; fine && c < session->cells; c++)
        session->cell_id[c] = own_identity(request->index, c);
    for (size_t row = 0; fine && row < table.rows; row++) {
        size_t place = place_of(table.values[row], base);
        if (place == SIZE_MAX)
            continue;
        int64_t *id = place < cells ? &session->cell_id[places[place]] : NULL;
        if (!id)
            fine = bad_entry(request, &table, row, table.values[row], base, cells, error);
        else if (*id >= 0)
            fine = nd_request_refuse(request, ND_ROLE_REGISTRATION, "column",
                                     "correct the table, or its column", error,
                                     "rows %lld and %zu of %.100s are both cell %g", (long long)*id,
                                     row + 1, table.name, table.values[row]);
        else {
            *id = (int64_t)row + 1;
            found++;
        }
    }
    free(places);
    if (fine && found < cells)
        nd_files_note(files,
                      "registration: %zu of %zu cells are in no row of the table: cells of "
                      "their own",
                      cells - found, cells);
    nd_series_clear(&table);
    return fine;
}

/* --- identities one by one --- */

/* Identities from a table of several columns may be a registration table's indices, which are the
 * inverse of identities: refused where they could be. */
static bool could_be_indices(const nd_request *request, nd_files *files, const nd_series *ids,
                             size_t cells) {
    const nd_selector *part = &request->role[ND_ROLE_IDS];
    const char *path = nd_request_file(request, ND_ROLE_IDS);
    nd_open_file *own = path ? nd_files_open(files, path, part, NULL) : NULL;
    if (!own || part->columns_count != 1)
        return false;
    size_t count = ids->rows * ids->columns;
    if (own->format->tabular &&
        (nd_role_likeness(ND_ROLE_IDS, ids->name) > 0 || strcasecmp(ids->name, "id") == 0))
        return false; /* it is called identities */
    for (size_t i = 0; i < count; i++)
        if (isfinite(ids->values[i]) && (ids->values[i] < -1.0 || ids->values[i] > (double)cells))
            return false;
    nd_selector whole = *part;
    nd_series all = {0};
    bool found = false;
    whole.columns_count = 0;
    whole.columns = NULL;
    whole.file = (char *)path;
    bool table = own->format->series(own->file, ND_ROLE_REGISTRATION, &whole, &all, &found, NULL) &&
                 found && all.columns > 1;
    nd_series_clear(&all);
    return table;
}

static bool given_ids(const nd_request *request, nd_files *files, nd_session *session,
                      nd_error *error) {
    nd_series ids = {0};
    bool found = false;
    const char *path = nd_request_file(request, ND_ROLE_IDS);
    bool fine = nd_request_series(request, ND_ROLE_IDS, files, &ids, &found, error);
    size_t count = ids.rows * ids.columns;
    if (fine && !found)
        fine = nd_request_refuse(request, ND_ROLE_IDS, "", "give ids: {file, name}", error,
                                 "there are no identities");
    if (fine && could_be_indices(request, files, &ids, session->cells))
        fine = nd_request_refuse(
            request, ND_ROLE_IDS, "column",
            "registration: {file, name, column} reads a table of cells x sessions; identities are "
            "one number for each cell of the session",
            error,
            "%.100s is a column of a table whose numbers could be each cell's place in the "
            "session",
            ids.name);
    if (fine && ids.columns > 1 && ids.rows > 1)
        fine = nd_request_refuse(
            request, ND_ROLE_IDS, "",
            "registration: {file, name, column} reads a table of cells x sessions", error,
            "%.100s is %zu x %zu; expected one identity for each of the %zu cells", ids.name,
            ids.rows, ids.columns, session->cells);
    if (fine && count != session->cells)
        fine =
            nd_fail(error, path,
                    "correct the manifest; registration: {...} reads a table of cells x sessions",
                    "lengths disagree: %s has %zu identities, the activity %zu cells", ids.name,
                    count, session->cells);
    session->cell_id = fine ? nd_array(session->cells, sizeof *session->cell_id, error) : NULL;
    fine = session->cell_id != NULL;
    for (size_t c = 0; fine && c < session->cells; c++) {
        if (!(fabs(ids.values[c]) < 9e15) || ids.values[c] != floor(ids.values[c]))
            fine = nd_fail(error, path, "give whole numbers", "%s: the identity of cell %zu is %g",
                           ids.name, c + 1, ids.values[c]);
        else
            session->cell_id[c] = (int64_t)ids.values[c];
    }
    nd_series_clear(&ids);
    return fine;
}

/* The place of a cell in its file is its identity. */
static bool ids_in_order(const nd_activity *activity, nd_session *session, nd_error *error) {
    session->cell_id = nd_array(session->cells, sizeof *session->cell_id, error);
    for (size_t c = 0; session->cell_id && c < session->cells; c++)
        session->cell_id[c] =
            (int64_t)(activity->pick && !activity->cells_first ? activity->pick[c] : c) + 1;
    session->cells_in_order = session->cells;
    return session->cell_id != NULL;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool check_different(const nd_request *request, const nd_session *session, nd_error *error) {
    int64_t *ids = nd_array(session->cells, sizeof *ids, error);
    if (!ids)
        return false;
    memcpy(ids, session->cell_id, session->cells * sizeof *ids);
    qsort(ids, session->cells, sizeof *ids, ascending);
    bool fine = true;
    for (size_t c = 1; fine && c < session->cells; c++)
        if (ids[c] == ids[c - 1])
            fine = nd_request_refuse(
                request, ND_ROLES, "registered", "give ids: {...}, or registered: false", error,
                "two cells of the session have the identity %lld", (long long)ids[c]);
    free(ids);
    return fine;
}

bool nd_identities_set(const nd_request *request, nd_files *files, const nd_activity *activity,
                       nd_session *session, nd_error *error) {
    const nd_selector *ids = &request->role[ND_ROLE_IDS];
    bool fine = true;
    if (request->given[ND_ROLE_REGISTRATION])
        fine = registered_ids(request, files, activity, session, error);
    else if (request->given[ND_ROLE_IDS] && ids->kind == ND_KIND_ORDER)
        fine = ids_in_order(activity, session, error);
    else if (request->given[ND_ROLE_IDS] && !activity->spike)
        fine = given_ids(request, files, session, error);
    else if (!request->registered)
        return true;
    else if (!activity->cell_id)
        return nd_request_refuse(request, ND_ROLES, "registered",
                                 "ids: {kind: order} where row or column k is cell k in all "
                                 "sessions; else ids: {...} or "
                                 "registration: {...}",
                                 error,
                                 "the session is registered, but nothing says which cell is which");
    else {
        session->cell_id = nd_array(session->cells, sizeof *session->cell_id, error);
        fine = session->cell_id != NULL;
        if (fine)
            memcpy(session->cell_id, activity->cell_id, session->cells * sizeof *session->cell_id);
    }
    return fine && check_different(request, session, error);
}
