#include "recording/hdf5_layouts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "recording/pandas_table.h"

/* --- CaImAn: /estimates/S, C, F_dff, idx_components; /params/data/fr --- */

static bool shape_of(const nd_nwb *nwb, const char *path, int rank,
                     hsize_t dims[ND_HDF5_MOST_DIMENSIONS]) {
    int found;
    return nd_hdf5_has(&nwb->file, path) && nd_hdf5_shape(&nwb->file, path, &found, dims) &&
           found == rank;
}

bool nd_caiman_array(const nd_nwb *nwb, const char *name, char path[ND_NWB_PATH_SIZE]) {
    static const char *const usual[] = {"S", "C"};
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    if (!shape_of(nwb, "/estimates/C", 2, dims))
        return false;
    for (size_t k = 0; k < (name ? 1 : 2); k++)
        if (nd_nwb_join(path, "/estimates", name ? name : usual[k]) && shape_of(nwb, path, 2, dims))
            return true;
    return false;
}

bool nd_caiman_describe(const nd_nwb *nwb, nd_activity *activity, nd_error *error) {
    static const char accepted[] = "/estimates/idx_components";
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    size_t count = 0;
    activity->rows_are_cells = true;
    activity->known_cells = activity->rows;
    activity->honoured = ND_PART_COLUMNS;
    if (shape_of(nwb, "/params/data/fr", 0, dims)) {
        double *rate = nd_hdf5_numbers(&nwb->file, "/params/data/fr", nwb->path, &count, error);
        if (!rate)
            return false;
        activity->rate = rate[0] > 0.0 && isfinite(rate[0]) ? rate[0] : 0.0;
        free(rate);
    }
    if (!shape_of(nwb, accepted, 1, dims)) /* the text NoneType where nothing was judged */
        return true;
    double *index = nd_hdf5_numbers(&nwb->file, accepted, nwb->path, &count, error);
    activity->is_cell = index ? nd_array(activity->rows, sizeof(bool), error) : NULL;
    bool fine = activity->is_cell != NULL;
    for (size_t i = 0; fine && i < count; i++) {
        if (index[i] >= 0.0 && index[i] < (double)activity->rows)
            activity->is_cell[(size_t)index[i]] = true;
        else
            fine = nd_fail(error, nwb->path, "save it again with CaImAn",
                           "%s names component %g of %zu", accepted, index[i], activity->rows);
    }
    snprintf(activity->is_cell_by, sizeof activity->is_cell_by, "%s, as CaImAn accepted them",
             accepted + 1);
    free(index);
    return fine;
}

static bool scan_caiman(const nd_nwb *nwb, const char *path, nd_findings *findings,
                        nd_error *error) {
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    nd_activity activity = {0};
    if (!shape_of(nwb, path, 2, dims))
        return true;
    activity.rows = dims[0];
    bool fine = nd_caiman_describe(nwb, &activity, error);
    size_t kept = 0;
    for (size_t c = 0; fine && c < dims[0]; c++)
        kept += !activity.is_cell || activity.is_cell[c];
    char rate[64] = "no frame rate";
    if (activity.rate > 0.0)
        snprintf(rate, sizeof rate, "%.6g frames a second", activity.rate);
    fine = fine && nd_findings_add(findings, ND_ROLE_ACTIVITY, 3, strrchr(path, '/') + 1, error,
                                   "CaImAn's, %zu components, %zu accepted, %zu frames; %s",
                                   (size_t)dims[0], kept, (size_t)dims[1], rate);
    if (fine) {
        nd_finding *one = &findings->list[findings->count - 1];
        one->rows = dims[1];
        one->columns = dims[0];
        one->kept = kept;
        one->rated = activity.rate > 0.0;
    }
    nd_activity_clear(&activity);
    return fine;
}

/* --- SLEAP: tracks (animals x 2 x nodes x frames), node_names, point_scores --- */

static bool is_sleap(const nd_nwb *nwb, hsize_t dims[ND_HDF5_MOST_DIMENSIONS]) {
    return shape_of(nwb, "/tracks", 4, dims) && dims[1] == 2 &&
           nd_hdf5_has(&nwb->file, "/node_names");
}

static bool scan_sleap(const nd_nwb *nwb, const hsize_t *dims, nd_findings *findings,
                       nd_error *error) {
    for (size_t k = 0; k < dims[2]; k++) {
        char name[128];
        if (!nd_hdf5_text_at(&nwb->file, "/node_names", k, name, sizeof name))
            continue;
        if (!nd_findings_add(findings, ND_ROLE_POSITION, 2, name, error,
                             "a body part's x and y over %zu frames", (size_t)dims[3]))
            return false;
        findings->list[findings->count - 1].body = true;
        findings->list[findings->count - 1].rows = dims[3];
    }
    return true;
}

/* --- DeepLabCut: a table of pandas with columns x, y, likelihood of each body part --- */

/* Whether column `c` is the x of a body part, whose name `part` gets. */
static bool body_at(const nd_pandas_table *table, size_t c, char *part, size_t size) {
    const char *name = table->name[c];
    size_t length = strlen(name);
    char y[1024];
    if (length < 3 || length > 250 || strcmp(name + length - 2, ".x") != 0)
        return false;
    snprintf(part, size, "%.*s", (int)(length - 2), name);
    snprintf(y, sizeof y, "%s.y", part);
    return nd_pandas_column(table, y) != SIZE_MAX;
}

static bool scan_pandas(const nd_pandas_table *table, nd_findings *findings, nd_error *error) {
    char part[256];
    bool any = false, fine = true;
    for (size_t c = 0; fine && c < table->columns; c++) {
        bool body = body_at(table, c, part, sizeof part);
        any = any || body;
        fine = !body || nd_findings_add(findings, ND_ROLE_POSITION, 2, part, error,
                                        "a body part's x and y over %zu rows", table->rows);
        if (fine && body) {
            findings->list[findings->count - 1].body = true;
            findings->list[findings->count - 1].rows = table->rows;
        }
    }
    return fine && (any || nd_findings_add(findings, ND_ROLES, 0, table->path, error,
                                           "a table of pandas, %zu x %zu, without body parts",
                                           table->rows, table->columns));
}

static bool pandas_body(const nd_nwb *nwb, const nd_pandas_table *table,
                        const nd_selector *selector, const char *part, nd_series *series,
                        nd_error *error) {
    static const char *const ends[] = {"x", "y", "likelihood"};
    char name[300], all[300] = "";
    size_t at[3];
    for (size_t k = 0; k < 3; k++) {
        snprintf(name, sizeof name, "%.250s.%s", part, ends[k]);
        at[k] = nd_pandas_column(table, name);
    }
    for (size_t c = 0; c < table->columns && strlen(all) + 60 < sizeof all; c++)
        if (body_at(table, c, name, sizeof name))
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s'%.40s'", all[0] ? ", " : "",
                     name);
    if (at[0] == SIZE_MAX || at[1] == SIZE_MAX)
        return nd_fail(error, nwb->path, "correct body", "has no body part '%.40s'; it has %s",
                       part, all[0] ? all : "none");
    if (selector->likelihood && at[2] == SIZE_MAX)
        return nd_fail(error, nwb->path, "leave out likelihood",
                       "has no likelihood of the body part '%.40s'", part);
    double *numbers = nd_pandas_numbers(nwb, table, error);
    series->values = numbers ? nd_doubles(3 * table->rows, error) : NULL;
    for (size_t i = 0; series->values && i < table->rows; i++)
        for (size_t k = 0; k < 3; k++)
            series->values[3 * i + k] =
                at[k] == SIZE_MAX ? NAN : numbers[i * table->columns + at[k]];
    free(numbers);
    series->rows = table->rows;
    series->columns = 3;
    series->depth = 1;
    snprintf(series->name, sizeof series->name, "%.200s", part);
    return series->values != NULL;
}

bool nd_hdf5_layouts_scan(const nd_nwb *nwb, nd_findings *findings, bool *found, nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    nd_pandas_table table;
    *found = nd_caiman_array(nwb, NULL, path);
    if (*found)
        return scan_caiman(nwb, path, findings, error);
    *found = is_sleap(nwb, dims);
    if (*found)
        return scan_sleap(nwb, dims, findings, error);
    bool fine = nd_pandas_find(nwb, &table, found, error);
    fine = fine && (!*found || scan_pandas(&table, findings, error));
    nd_pandas_clear(&table);
    return fine;
}

/* --- SLEAP's body parts --- */

/* The place of a body part among the nodes; the number of nodes where it is none of them. */
static size_t node_of(const nd_nwb *nwb, const char *part, size_t nodes) {
    char name[128];
    for (size_t k = 0; k < nodes; k++)
        if (nd_hdf5_text_at(&nwb->file, "/node_names", k, name, sizeof name) &&
            strcmp(name, part) == 0)
            return k;
    return nodes;
}

static bool sleap_body(const nd_nwb *nwb, const nd_selector *selector, const char *part,
                       nd_series *series, nd_error *error) {
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS], scores[ND_HDF5_MOST_DIMENSIONS];
    size_t count;
    if (!is_sleap(nwb, dims))
        return nd_fail(error, nwb->path, "give position a name",
                       "is no table of DeepLabCut and no analysis file of SLEAP");
    if (dims[0] != 1)
        return nd_fail(error, nwb->path, "export one animal to a file of its own",
                       "has %zu animals (tracks)", (size_t)dims[0]);
    size_t nodes = dims[2], frames = dims[3], node = node_of(nwb, part, nodes);
    if (node == nodes)
        return nd_fail(error, nwb->path, "correct body", "has no body part '%.40s' of its %zu",
                       part, nodes);
    bool scored = shape_of(nwb, "/point_scores", 3, scores) && scores[0] == 1 &&
                  scores[1] == nodes && scores[2] == frames;
    if (selector->likelihood && !scored)
        return nd_fail(error, nwb->path, "leave out likelihood", "has no point_scores");
    double *tracks = nd_hdf5_numbers(&nwb->file, "/tracks", nwb->path, &count, error);
    double *likely = tracks && scored
                         ? nd_hdf5_numbers(&nwb->file, "/point_scores", nwb->path, &count, error)
                         : NULL;
    bool fine = tracks && (!scored || likely) && (series->values = nd_doubles(3 * frames, error));
    for (size_t f = 0; fine && f < frames; f++) {
        series->values[3 * f] = tracks[node * frames + f];
        series->values[3 * f + 1] = tracks[(nodes + node) * frames + f];
        series->values[3 * f + 2] = likely ? likely[node * frames + f] : NAN;
    }
    series->rows = frames;
    series->columns = 3;
    series->depth = 1;
    snprintf(series->name, sizeof series->name, "%.200s", part);
    free(tracks);
    free(likely);
    return fine;
}

bool nd_hdf5_body(void *file, const nd_selector *selector, const char *part, nd_series *series,
                  nd_error *error) {
    const nd_nwb *nwb = file;
    nd_pandas_table table;
    bool found;
    bool fine = nd_pandas_find(nwb, &table, &found, error);
    fine = fine && (found ? pandas_body(nwb, &table, selector, part, series, error)
                          : sleap_body(nwb, selector, part, series, error));
    nd_pandas_clear(&table);
    return fine;
}
