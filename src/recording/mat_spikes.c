#include "recording/mat_spikes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { MOST_LEVELS = 6, MOST_CELLS = 1 << 20, ID_STEP = 1000 };

/* One walk over the leaves; what is done at each is `leaf`. */
typedef struct walk {
    nd_mat *mat;
    const char *name, *field; /* field: of the times; NULL: one of the usual */
    bool (*leaf)(struct walk *walk, matvar_t *times, const char *place, int64_t id);
    nd_activity *activity; /* while describing */
    nd_sink *sink;         /* while pouring */
    const nd_clock *clock;
    size_t cell, capacity;
    size_t length, filled; /* of the first cell with values; cells with values */
    bool alike, falling;   /* so far all of that length; in each some value less than its former */
    nd_error *error;
} walk;

static matvar_t *times_field(const walk *w, matvar_t *structure, size_t element) {
    static const char *const names[] = {"data",       "times",  "spike_times", "spiketimes",
                                        "spikeTimes", "spikes", "ts",          "timestamps"};
    if (w->field)
        return nd_mat_field(structure, w->field, element);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        matvar_t *field = nd_mat_field(structure, names[i], element);
        if (field)
            return field;
    }
    return NULL;
}

/* Every element of a structure array is a cell. */
static bool each_element(walk *w, matvar_t *structure, const char *place, int64_t id) {
    size_t count = nd_mat_elements(structure);
    for (size_t i = 0; i < count || i == 0; i++) {
        char part[ND_PLACE_SIZE];
        matvar_t *field = i < count ? times_field(w, structure, i) : NULL;
        if (!field)
            return nd_fail(w->error, w->mat->path, "name the field, as in units.times",
                           "%s%s is a structure without a field %s", w->name, place,
                           w->field ? w->field : "data, times or spike_times");
        if (count == 1)
            return w->leaf(w, field, place, id);
        if ((size_t)snprintf(part, sizeof part, "%s(%zu)", place, i + 1) >= sizeof part)
            return nd_fail(w->error, w->mat->path, "", "%s%s is nested too deep", w->name, place);
        if (!w->leaf(w, field, part, ID_STEP * id + (int64_t)i + 1))
            return false;
    }
    return true;
}

static bool descend(walk *w, matvar_t *value, const char *place, int64_t id, int level) {
    char part[ND_PLACE_SIZE];
    if (value->class_type == MAT_C_STRUCT)
        return each_element(w, value, place, id);
    if (value->class_type != MAT_C_CELL)
        return w->leaf(w, value, place, id);
    matvar_t **cells = value->data;
    size_t count = cells ? nd_mat_elements(value) : 0;
    if (level == MOST_LEVELS)
        return nd_fail(w->error, w->mat->path, "", "%s%s is nested too deep", w->name, place);
    bool vectors = level == 0; /* nothing but vectors of times, so that an empty one is silent */
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        any = any || !nd_mat_empty(cells[i]);
        vectors = vectors && (nd_mat_empty(cells[i]) || nd_mat_numeric(cells[i]));
    }
    for (size_t i = 0; any && i < count; i++) {
        if (!cells[i]) /* even an empty one is something, unless matio stumbled */
            return nd_fail(w->error, w->mat->path, "save it anew in MATLAB, as -v7",
                           "%s%s{%zu} cannot be read", w->name, place, i + 1);
        if (nd_mat_empty(cells[i]) && !vectors)
            continue;
        if ((size_t)snprintf(part, sizeof part, "%s{%zu}", place, i + 1) >= sizeof part)
            return nd_fail(w->error, w->mat->path, "", "%s%s is nested too deep", w->name, place);
        if (!descend(w, cells[i], part, ID_STEP * id + (int64_t)i + 1, level + 1))
            return false;
    }
    return true;
}

static bool grow(nd_activity *activity, size_t *capacity, nd_error *error) {
    if (activity->cells < *capacity)
        return true;
    if (activity->cells >= MOST_CELLS)
        return nd_fail(error, activity->name, "", "holds more than %d cells", MOST_CELLS);
    size_t room = *capacity, wanted = activity->cells + 1;
    int64_t *ids = nd_grown(activity->cell_id, &room, wanted, sizeof *ids, error);
    activity->cell_id = ids ? ids : activity->cell_id;
    void *places = nd_grown(activity->place, capacity, wanted, sizeof *activity->place, error);
    activity->place = places ? places : activity->place;
    return ids && places;
}

static bool note_cell(walk *w, matvar_t *times, const char *place, int64_t id) {
    if (!nd_mat_empty(times) && (!nd_mat_numeric(times) || times->rank != 2 || times->isComplex))
        return nd_fail(w->error, w->mat->path, "name the cells in the manifest",
                       "%s%s is %s; expected spike times", w->name, place, nd_mat_kind(times));
    nd_activity *activity = w->activity;
    if (!grow(activity, &w->capacity, w->error))
        return false;
    activity->cell_id[activity->cells] = id;
    snprintf(activity->place[activity->cells], ND_PLACE_SIZE, "%s", place);
    activity->cells++;
    return true;
}

bool nd_mat_spikes_describe(nd_mat *mat, matvar_t *value, const char *name, const char *field,
                            nd_activity *activity, nd_error *error) {
    walk w = {.mat = mat,
              .name = name,
              .field = field,
              .leaf = note_cell,
              .activity = activity,
              .error = error};
    activity->spike_times = true;
    if (!descend(&w, value, "", 0, 0))
        return false;
    activity->ids_count = activity->cells;
    return activity->cells > 0 ||
           nd_fail(error, mat->path, "correct the day and epoch in the manifest",
                   "%s holds no cell", name);
}

/* What a cell's values are like. */
static void survey(walk *w, const double *values, size_t count) {
    bool falls = false;
    for (size_t i = 1; !falls && i < count; i++)
        falls = values[i] < values[i - 1];
    w->length = w->filled == 0 ? count : w->length;
    w->alike = w->filled == 0 || (w->alike && count == w->length);
    w->falling = (w->filled == 0 || w->falling) && falls;
    w->filled++;
}

/* The first column holds the times; a row vector is all times. */
static bool pour_cell(walk *w, matvar_t *times, const char *place, int64_t id) {
    (void)id;
    size_t cell = w->cell++;
    if (nd_mat_empty(times))
        return true;
    char name[256];
    snprintf(name, sizeof name, "%.200s%s", w->name, place);
    double *numbers = nd_mat_numbers(w->mat, times, name, w->error);
    if (!numbers)
        return false;
    size_t count = times->dims[0] == 1 ? nd_mat_elements(times) : times->dims[0];
    /* One spike with all its columns is a row too; a row of ascending times is not told from it
     * but by the field: data has a column for time and others for place. */
    bool one_spike = times->dims[0] == 1 && times->dims[1] > 1 && times->name &&
                     strcmp(times->name, "data") == 0;
    survey(w, numbers, one_spike ? 1 : count);
    bool fine = nd_sink_spikes(w->sink, cell, numbers, one_spike ? 1 : count, w->clock->times,
                               w->clock->frame_seconds, w->error);
    free(numbers);
    return fine;
}

bool nd_mat_spikes_pour(nd_mat *mat, matvar_t *value, const char *name, const char *field,
                        nd_sink *sink, const nd_clock *clock, nd_error *error) {
    walk w = {.mat = mat,
              .name = name,
              .field = field,
              .leaf = pour_cell,
              .sink = sink,
              .clock = clock,
              .error = error};
    if (!descend(&w, value, "", 0, 0))
        return false;
    /* Times of spikes ascend, and no two cells have as many; amounts of frames do neither. */
    return w.filled < 2 || !w.alike || !w.falling ||
           nd_fail(
               error, mat->path, "make it one matrix of frames x cells: [name{:}], or cell2mat",
               "%s: its %zu cells each hold %zu numbers that rise and fall: they are of frames, "
               "where spike times were expected",
               name, w.filled, w.length);
}
