/* The activity of an NWB file: a matrix read in blocks, or units' spike times. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/hdf5_layouts.h"
#include "recording/hdf5_values.h"
#include "recording/nwb_matrix.h"
#include "recording/nwb_observed.h"
#include "recording/nwb_planes.h"

/* The column of a table that names areas; false if it has none. */
static bool area_column(const nd_nwb *nwb, const char *table, char path[ND_NWB_PATH_SIZE]) {
    static const char *const columns[] = {"location", "brain_area", "brain_region", "area",
                                          "region",   "structure",  "acronym"};
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
        if (nd_nwb_join(path, table, columns[k]) && nd_hdf5_has(&nwb->file, path))
            return true;
    return false;
}

/* Where units' areas are: a column of theirs, or of the table of electrodes that their ragged
 * column `electrodes` points into. */
typedef struct areas {
    char column[ND_NWB_PATH_SIZE];
    double *electrode; /* rows of the table, all units' one after the other; NULL: own column */
    double *end;       /* units */
    size_t electrodes, units;
} areas;

static void areas_clear(areas *a) {
    free(a->electrode);
    free(a->end);
    *a = (areas){0};
}

/* As the Allen Institute writes it: peak_channel_id is the id of a row of the electrodes. *found
 * tells whether it is so. */
static bool areas_by_peak_channel(const nd_nwb *nwb, const char *units, areas *a, bool *found,
                                  nd_error *error) {
    static const char electrodes[] = "/general/extracellular_ephys/electrodes";
    char peak[ND_NWB_PATH_SIZE], ids[ND_NWB_PATH_SIZE];
    size_t rows = 0;
    *found = nd_nwb_join(peak, units, "peak_channel_id") && nd_hdf5_has(&nwb->file, peak) &&
             nd_nwb_join(ids, electrodes, "id") && nd_hdf5_has(&nwb->file, ids) &&
             area_column(nwb, electrodes, a->column);
    if (!*found)
        return true;
    a->electrode = nd_hdf5_numbers(&nwb->file, peak, nwb->path, &a->electrodes, error);
    double *id = a->electrode ? nd_hdf5_numbers(&nwb->file, ids, nwb->path, &rows, error) : NULL;
    for (size_t u = 0; id && u < a->electrodes; u++) {
        double row = -1.0;
        for (size_t r = 0; row < 0.0 && r < rows; r++)
            row = id[r] == a->electrode[u] ? (double)r : row;
        a->electrode[u] = row;
    }
    free(id);
    return id != NULL;
}

static bool find_areas(const nd_nwb *nwb, const char *units, areas *a, nd_error *error) {
    char path[ND_NWB_PATH_SIZE], table[ND_NWB_PATH_SIZE];
    bool by_peak;
    if (area_column(nwb, units, a->column))
        return true;
    if (!areas_by_peak_channel(nwb, units, a, &by_peak, error) || by_peak)
        return by_peak && a->electrode;
    bool pointed = nd_nwb_join(path, units, "electrodes") && nd_hdf5_has(&nwb->file, path) &&
                   nd_hdf5_reference(&nwb->file, path, "table", table, sizeof table) &&
                   area_column(nwb, table, a->column);
    if (!pointed)
        return nd_fail(error, nwb->path, "leave out area, or add a column location",
                       "nothing says of which area the units are: %s has no column location, and "
                       "no electrodes whose table has one",
                       units);
    a->electrode = nd_hdf5_numbers(&nwb->file, path, nwb->path, &a->electrodes, error);
    bool indexed = nd_nwb_join(path, units, "electrodes_index") && nd_hdf5_has(&nwb->file, path);
    if (a->electrode && indexed)
        a->end = nd_hdf5_numbers(&nwb->file, path, nwb->path, &a->units, error);
    return a->electrode && (!indexed || a->end);
}

/* The area of a unit, by its own column or by its first electrode. */
static bool area_of(const nd_nwb *nwb, const areas *a, size_t unit, char *text, size_t size) {
    if (!a->electrode)
        return nd_hdf5_text_at(&nwb->file, a->column, unit, text, size);
    double first = a->end ? unit > 0 && unit <= a->units ? a->end[unit - 1] : 0.0 : (double)unit;
    double end = a->end ? unit < a->units ? a->end[unit] : 0.0 : first + 1.0;
    if (!(first >= 0.0 && first < end && end <= (double)a->electrodes))
        return false;
    double row = a->electrode[(size_t)first];
    return row >= 0.0 && nd_hdf5_text_at(&nwb->file, a->column, (size_t)row, text, size);
}

/* Notes an area that was found, for the message when none of them is the one asked for. */
static void list_area(char *all, size_t size, const char *area) {
    size_t used = strlen(all);
    if (!strstr(all, area) && used + strlen(area) + 4 < size)
        snprintf(all + used, size - used, "%s%s", used ? ", " : "", area);
}

/* Units as ragged arrays: unit i's spikes end before spike_times_index[i]. */
typedef struct units {
    double *times;
    size_t *end; /* count */
    bool *keep;  /* count */
    size_t count;
} units;

static void units_clear(units *u) {
    free(u->times);
    free(u->end);
    free(u->keep);
    *u = (units){0};
}

static bool keep_area(const nd_nwb *nwb, const char *table, const char *area, units *u,
                      nd_error *error) {
    areas a = {0};
    char here[128], all[256] = "";
    size_t kept = 0;
    bool fine = find_areas(nwb, table, &a, error);
    for (size_t i = 0; fine && i < u->count; i++) {
        bool known = area_of(nwb, &a, i, here, sizeof here);
        u->keep[i] = known && strcasecmp(here, area) == 0;
        kept += u->keep[i];
        if (known)
            list_area(all, sizeof all, here);
    }
    if (fine && kept == 0)
        fine = nd_fail(error, nwb->path, "check the area's name",
                       "none of the %zu units is of area '%s'; %s has %s", u->count, area, a.column,
                       all[0] ? all : "none");
    areas_clear(&a);
    return fine;
}

static bool read_units(const nd_nwb *nwb, const char *table, const char *area, units *u,
                       nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    size_t spikes = 0, count = 0;
    double *ends = NULL;
    bool fine = nd_nwb_join(path, table, "spike_times") &&
                (u->times = nd_hdf5_numbers(&nwb->file, path, nwb->path, &spikes, error)) &&
                nd_nwb_join(path, table, "spike_times_index") &&
                (ends = nd_hdf5_numbers(&nwb->file, path, nwb->path, &count, error)) &&
                (u->end = nd_array(count, sizeof *u->end, error)) &&
                (u->keep = nd_array(count, sizeof *u->keep, error));
    u->count = count;
    for (size_t i = 0; fine && i < count; i++) {
        if (!(ends[i] >= (i ? ends[i - 1] : 0.0) && ends[i] <= (double)spikes))
            fine = nd_fail(error, nwb->path, "correct the file",
                           "%s: spike_times_index ends unit %zu at %g of %zu spikes", table, i + 1,
                           ends[i], spikes);
        u->end[i] = fine ? (size_t)ends[i] : 0;
        u->keep[i] = true;
    }
    free(ends);
    return fine && (!area || keep_area(nwb, table, area, u, error));
}

static bool describe_units(const nd_nwb *nwb, const nd_nwb_object *object,
                           const nd_selector *selector, nd_activity *activity, nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    units u = {0};
    int64_t *ids = NULL;
    size_t id_count = 0;
    bool fine = read_units(nwb, object->path, selector->area, &u, error) &&
                nd_nwb_join(path, object->path, "id") &&
                nd_nwb_ids(nwb, path, &ids, &id_count, error);
    activity->spike_times = true;
    activity->honoured = ND_PART_AREA;
    if (fine && ids && id_count == u.count)
        activity->cell_id = nd_array(u.count, sizeof *ids, error);
    activity->row = fine ? nd_array(u.count, sizeof *activity->row, error) : NULL;
    fine = activity->row != NULL;
    for (size_t i = 0; fine && i < u.count; i++) {
        if (!u.keep[i]) {
            activity->cells_left_out++;
            continue;
        }
        activity->row[activity->cells] = i;
        if (activity->cell_id && ids)
            activity->cell_id[activity->cells] = ids[i];
        activity->cells++;
    }
    activity->ids_count = activity->cell_id ? activity->cells : 0;
    fine = fine && nd_nwb_observed(nwb, object->path, u.keep, u.count, &activity->observed,
                                   &activity->observed_count, error);
    free(ids);
    units_clear(&u);
    return fine;
}

/* The area of a whole imaging plane: of the table of segments that `rois` points into. */
static bool check_plane_area(const nd_nwb *nwb, const char *object, const char *area,
                             nd_error *error) {
    char path[ND_NWB_PATH_SIZE], table[ND_NWB_PATH_SIZE], here[128];
    bool known = nd_nwb_join(path, object, "rois") && nd_hdf5_has(&nwb->file, path) &&
                 nd_hdf5_reference(&nwb->file, path, "table", table, sizeof table) &&
                 nd_nwb_join(path, table, "imaging_plane/location") &&
                 nd_hdf5_text(&nwb->file, path, here, sizeof here);
    if (!known)
        return nd_fail(error, nwb->path, "leave out area",
                       "nothing says of which area the cells of %s are", object);
    return strcasecmp(here, area) == 0 ||
           nd_fail(error, nwb->path, "check the area's name",
                   "the cells of %s are of area '%s', not '%s'", object, here, area);
}

static bool describe_matrix(const nd_nwb *nwb, const char *object, const nd_selector *selector,
                            nd_activity *activity, nd_error *error) {
    nd_nwb_matrix m;
    if (!nd_nwb_matrix_find(nwb, object, &m, error))
        return false;
    activity->rows = m.rows;
    activity->columns = m.columns;
    activity->honoured = ND_PART_COLUMNS | ND_PART_ORIENTATION | ND_PART_AREA;
    return nd_nwb_times(nwb, object, &activity->times, &activity->times_count, &activity->start,
                        &activity->rate, error) &&
           nd_nwb_roi_ids(nwb, object, &activity->cell_id, &activity->known_cells, error) &&
           (activity->ids_count = activity->known_cells, true) &&
           (!selector->area || check_plane_area(nwb, object, selector->area, error));
}

bool nd_nwb_activity(void *file, const nd_selector *selector, const nd_selector *const *others,
                     nd_activity *activity, nd_error *error) {
    const nd_nwb *nwb = file;
    bool found;
    char other[160];
    char estimate[ND_NWB_PATH_SIZE];
    const char *path = NULL, *type = "";
    (void)others;
    if (!nwb->plain && nd_nwb_is_pattern(selector->name))
        return nd_nwb_planes_activity(file, selector->name, activity, error);
    bool caiman = nd_caiman_array(nwb, selector->name, estimate);
    path = caiman ? estimate : NULL;
    if (selector->name && selector->name[0] == '/' &&
        nd_hdf5_follow(&nwb->file, selector->name, nwb->path, NULL, 0, NULL))
        path = selector->name;
    const nd_nwb_object *object =
        path ? NULL : nd_nwb_find(nwb, ND_ROLE_ACTIVITY, selector->name, &found, error);
    for (size_t i = 0; path && i < nwb->count; i++)
        if (strcmp(nwb->objects[i].path, path) == 0)
            object = &nwb->objects[i];
    if (!object && !path)
        return found ? false
                     : nd_fail(error, nwb->path, "name a file or dataset that has",
                               "holds no activity: no RoiResponseSeries and no Units");
    if (object) {
        path = object->path;
        type = object->type;
    }
    snprintf(activity->name, sizeof activity->name, "%.255s", path);
    if (nd_hdf5_follow(&nwb->file, path, nwb->path, other, sizeof other, error) && other[0])
        snprintf(activity->note, sizeof activity->note, "it is a link, followed to %s", other);
    if (strcmp(type, "Units") == 0)
        return describe_units(nwb, object, selector, activity, error);
    return describe_matrix(nwb, path, selector, activity, error) &&
           (!caiman || nd_caiman_describe(nwb, activity, error));
}

static bool pour_units(const nd_nwb *nwb, const char *table, const nd_selector *selector,
                       nd_sink *sink, const nd_clock *clock, nd_error *error) {
    units u = {0};
    bool fine = read_units(nwb, table, selector->area, &u, error);
    size_t cell = 0;
    for (size_t i = 0; fine && i < u.count; i++) {
        size_t begin = i ? u.end[i - 1] : 0;
        if (u.keep[i])
            fine = nd_sink_spikes(sink, cell++, u.times + begin, u.end[i] - begin, clock->times,
                                  clock->frame_seconds, error);
    }
    units_clear(&u);
    return fine;
}

bool nd_nwb_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                 nd_sink *sink, const nd_clock *clock, nd_error *error) {
    const nd_nwb *nwb = file;
    if (!nwb->plain && nd_nwb_is_pattern(activity->name))
        return nd_nwb_planes_pour(nwb, activity->name, sink, error);
    if (activity->spike_times)
        return pour_units(nwb, activity->name, selector, sink, clock, error);
    nd_nwb_matrix m;
    return nd_nwb_matrix_find(nwb, activity->name, &m, error) &&
           nd_nwb_matrix_pour(nwb, &m, activity->cells_first, sink, error);
}
