#include "recording/format.h"

#ifdef ND_HAVE_ZARR

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/zarr_array.h"

/* A Zarr store as a folder: one array, or a group of arrays, as minian's (C, S, YrA over unit_id
 * and frame, which are arrays, too). Groups within groups are not gone into. */

enum { MOST_ARRAYS = 256 };

typedef struct zarr {
    char *path;
    nd_zarr *array[MOST_ARRAYS];
    char name[MOST_ARRAYS][64]; /* "" where the store is one array */
    size_t count;
} zarr;

static bool has(const char *folder, const char *name) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, R_OK) == 0;
}

static bool recognises(const char *path, const unsigned char *head, size_t length) {
    (void)head;
    (void)length;
    return has(path, "zarr.json") || has(path, ".zgroup") || has(path, ".zarray");
}

static void close_zarr(void *file) {
    zarr *z = file;
    if (!z)
        return;
    for (size_t k = 0; k < z->count; k++)
        nd_zarr_close(z->array[k]);
    free(z->path);
    free(z);
}

/* Arrays that cannot be read (texts, times) are left out, unless there is no other. */
static bool open_member(zarr *z, const char *name, nd_error *why) {
    char path[4400];
    snprintf(path, sizeof path, "%s%s%s", z->path, name[0] ? "/" : "", name);
    if (strlen(name) >= sizeof z->name[0] || z->count == MOST_ARRAYS || !nd_zarr_is_array(path))
        return true;
    nd_zarr *array = nd_zarr_open(path, why);
    if (!array)
        return false;
    snprintf(z->name[z->count], sizeof z->name[0], "%.63s", name);
    z->array[z->count++] = array;
    return true;
}

static void *open_zarr(const char *path, const nd_selector *selector, const nd_link_rules *links,
                       nd_error *error) {
    (void)selector;
    (void)links;
    struct dirent **entry = NULL;
    nd_error why = {0};
    zarr *z = nd_array(1, sizeof *z, error);
    bool fine = z && (z->path = nd_text(path, error));
    bool single = fine && nd_zarr_is_array(path);
    if (single)
        fine = open_member(z, "", error);
    int count = fine && !single ? scandir(path, &entry, NULL, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        if (entry[i]->d_name[0] != '.')
            (void)open_member(z, entry[i]->d_name, &why);
        free(entry[i]);
    }
    free(entry);
    if (fine && z->count == 0)
        fine = why.what[0] ? nd_fail(error, why.where, why.mend, "%s", why.what)
                           : nd_fail(error, path, "give the folder of a Zarr store",
                                     "holds no array that is read");
    if (fine)
        return z;
    close_zarr(z);
    return NULL;
}

/* The array of that name, or the store's only one; NULL where there is none. */
static const nd_zarr *find(const zarr *z, const char *name) {
    for (size_t k = 0; k < z->count; k++)
        if ((name && strcmp(z->name[k], name) == 0) || (z->count == 1 && z->name[0][0] == '\0'))
            return z->array[k];
    return NULL;
}

static bool none_of_name(const zarr *z, const char *name, nd_error *error) {
    char all[300] = "";
    for (size_t k = 0; k < z->count; k++) {
        size_t used = strlen(all);
        if (used + 70 < sizeof all)
            snprintf(all + used, sizeof all - used, "%s%s", k ? ", " : "", z->name[k]);
    }
    return nd_fail(error, z->path, "correct name", "has no array '%.60s'; it has %s", name, all);
}

/* --- numbers --- */

static bool zarr_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                        bool *found, nd_error *error) {
    const zarr *z = file;
    const nd_zarr *array = find(z, selector->name);
    for (size_t k = 0; !array && !selector->name && k < z->count; k++)
        if (nd_role_likeness(role, z->name[k]) == 3)
            array = z->array[k];
    *found = array != NULL;
    if (!array)
        return !selector->name || none_of_name(z, selector->name, error);
    series->rows = nd_zarr_extent(array, 0);
    series->columns = nd_zarr_extent(array, 1);
    series->depth = nd_zarr_extent(array, 2);
    series->values = nd_zarr_all(array, error);
    snprintf(series->name, sizeof series->name, "%.200s", nd_base_name(array->path));
    return series->values && (role == ND_ROLE_RATE_MAPS || role == ND_ROLE_OCCUPANCY ||
                              nd_series_select(series, selector, z->path, error));
}

/* --- activity --- */

/* The activity by its name, else minian's: S before C before YrA. */
static const nd_zarr *find_activity(const zarr *z, const nd_selector *selector, nd_error *error) {
    static const char *const usual[] = {"S", "C", "YrA", "activity", "spikes"};
    const nd_zarr *array = find(z, selector->name);
    for (size_t k = 0; !array && !selector->name && k < sizeof usual / sizeof *usual; k++)
        array = find(z, usual[k]);
    if (!array)
        none_of_name(z, selector->name ? selector->name : "S or C", error);
    else if (array->rank != 2) {
        nd_fail(error, array->path, "give name", "has %d dimensions; expected frames and cells",
                array->rank);
        array = NULL;
    }
    return array;
}

/* Identities: the coordinate that has as many numbers as there are cells. */
static bool take_ids(const zarr *z, size_t cells, nd_activity *activity, nd_error *error) {
    const nd_zarr *ids = find(z, "unit_id");
    if (!ids || z->count == 1 || ids->rank != 1 || ids->shape[0] != cells)
        return true;
    double *numbers = nd_zarr_all(ids, error);
    activity->cell_id = numbers ? nd_array(cells, sizeof *activity->cell_id, error) : NULL;
    activity->ids_count = activity->cell_id ? cells : 0;
    for (size_t c = 0; activity->cell_id && c < cells; c++)
        activity->cell_id[c] = numbers[c] > -9e15 && numbers[c] < 9e15 ? (int64_t)numbers[c] : -1;
    free(numbers);
    return activity->cell_id != NULL;
}

static bool zarr_activity(void *file, const nd_selector *selector, const nd_selector *const *others,
                          nd_activity *activity, nd_error *error) {
    const zarr *z = file;
    (void)others;
    const nd_zarr *array = find_activity(z, selector, error);
    if (!array)
        return false;
    const char *first = array->dimension[0], *second = array->dimension[1];
    activity->rows = nd_zarr_extent(array, 0);
    activity->columns = nd_zarr_extent(array, 1);
    activity->rows_are_cells = strcmp(first, "unit_id") == 0 || strcmp(second, "frame") == 0;
    activity->frames_first = strcmp(first, "frame") == 0 || strcmp(second, "unit_id") == 0;
    activity->honoured = ND_PART_COLUMNS;
    if (!activity->rows_are_cells && !activity->frames_first)
        activity->honoured |= ND_PART_ORIENTATION;
    snprintf(activity->name, sizeof activity->name, "%.200s", nd_base_name(array->path));
    size_t cells = activity->rows_are_cells ? activity->rows : activity->columns;
    bool known = activity->rows_are_cells || activity->frames_first;
    activity->known_cells = known ? cells : 0;
    return !known || take_ids(z, cells, activity, error);
}

/* Chunk by chunk, those of earlier frames first. */
static bool zarr_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                      nd_sink *sink, const nd_clock *clock, nd_error *error) {
    const zarr *z = file;
    (void)clock;
    const nd_zarr *array = find_activity(z, selector, error);
    double *values = array ? nd_doubles(nd_zarr_chunk_count(array), error) : NULL;
    int outer = activity->cells_first;
    size_t index[ND_ZARR_MOST_RANK] = {0};
    bool fine = values != NULL;
    for (size_t o = 0; fine && o * array->chunk[outer] < array->shape[outer]; o++)
        for (size_t i = 0; fine && i * array->chunk[!outer] < array->shape[!outer]; i++) {
            index[outer] = o;
            index[!outer] = i;
            size_t from[2], size[2];
            for (int d = 0; d < 2; d++) {
                from[d] = index[d] * array->chunk[d];
                size_t left = array->shape[d] - from[d];
                size[d] = left < array->chunk[d] ? left : array->chunk[d];
            }
            fine = nd_zarr_chunk(array, index, values, error) &&
                   nd_sink_tile(sink, from[0], size[0], from[1], size[1], values, array->chunk[1],
                                1, error);
        }
    free(values);
    return fine;
}

/* --- scan --- */

static bool zarr_scan(void *file, nd_findings *findings, nd_error *error) {
    const zarr *z = file;
    nd_error none = {0};
    const nd_zarr *active = find_activity(z, &(nd_selector){0}, &none);
    bool fine = true;
    for (size_t k = 0; fine && k < z->count; k++) {
        const nd_zarr *array = z->array[k];
        bool frames = array->rank == 2 && strcmp(array->dimension[0], "unit_id") == 0;
        size_t rows = nd_zarr_extent(array, 0), columns = nd_zarr_extent(array, 1);
        /* Deconvolved before denoised before raw, where a folder has a store of each. */
        int sure = strcmp(z->name[k], "S") == 0 ? 3 : strcmp(z->name[k], "C") == 0 ? 2 : 1;
        nd_role role = array == active ? ND_ROLE_ACTIVITY : ND_ROLES;
        int likeness = role == ND_ROLE_ACTIVITY ? sure : 0;
        for (int other = 0; array != active && array->rank < 3 && other < ND_ROLE_TIMES; other++)
            if (other != ND_ROLE_ACTIVITY && nd_role_likeness((nd_role)other, z->name[k]) == 3) {
                role = (nd_role)other;
                likeness = 3;
            }
        fine =
            nd_findings_add(findings, role, likeness, z->name[k], error, "Zarr's, %zu x %zu%s%s",
                            rows, columns, array->dimension[0][0] ? ", " : "", array->dimension[0]);
        if (!fine)
            break;
        nd_finding *one = &findings->list[findings->count - 1];
        one->rows = frames ? columns : rows;
        one->columns = frames ? rows : columns;
    }
    return fine;
}

const nd_format nd_format_zarr = {
    .name = "Zarr",
    .folder = true,
    .no_position = "",
    .honours = {[ND_ROLE_ACTIVITY] = ~(uint32_t)(ND_PART_AREA | ND_PART_SKIP_ROWS),
                [ND_ROLE_POSITION] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_POSITION_Y] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_SPEED] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_DIRECTION] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_TRIALS] = ~(uint32_t)(ND_PART_SKIP_ROWS | ND_PART_EQUALS),
                [ND_ROLE_IDS] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_REGISTRATION] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_KEEP] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_RATE_MAPS] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_OCCUPANCY] = ~(uint32_t)ND_PART_SKIP_ROWS},
    .recognises = recognises,
    .open = open_zarr,
    .close = close_zarr,
    .series = zarr_series,
    .activity = zarr_activity,
    .pour = zarr_pour,
    .scan = zarr_scan,
};

#else /* what it is can still be told */

#include <stdio.h>
#include <unistd.h>

#include "base/error.h"

static bool recognises(const char *path, const unsigned char *head, size_t length) {
    static const char *const names[] = {"zarr.json", ".zgroup", ".zarray"};
    char file[4200];
    (void)head;
    (void)length;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        snprintf(file, sizeof file, "%s/%s", path, names[k]);
        if (access(file, R_OK) == 0)
            return true;
    }
    return false;
}

static void *open_none(const char *path, const nd_selector *selector, const nd_link_rules *links,
                       nd_error *error) {
    (void)selector;
    (void)links;
    nd_fail(error, path, "build it with json-c, zstd and blosc, or save the arrays as .npy",
            "is a Zarr store, which this nulldrift was built without");
    return NULL;
}

const nd_format nd_format_zarr = {
    .name = "Zarr", .folder = true, .no_position = "", .recognises = recognises, .open = open_none};

#endif
