/* NumPy's .npz: a ZIP archive of arrays, as np.savez and np.savez_compressed write it, unpacked by
 * minizip front to back. */
#include "recording/format.h"

#include <string.h>

#include "base/error.h"

/* PK, and an array's name first: the local head of a ZIP member has its length at 26, itself at 30.
 */
static bool recognises(const char *path, const unsigned char *head, size_t length) {
    (void)path;
    if (length < 34 || memcmp(head, "PK\3\4", 4) != 0)
        return false;
    size_t name = head[26] | (size_t)head[27] << 8;
    return name > 4 && 30 + name <= length && memcmp(head + 30 + name - 4, ".npy", 4) == 0;
}

#ifdef ND_HAVE_ZIP

#include <stdio.h>
#include <stdlib.h>
#include <unzip.h>

#include "base/files.h"
#include "recording/npy_file.h"

enum { MOST_MEMBERS = 10000, SCRATCH = 1 << 16 };

typedef struct member {
    char name[200]; /* without .npy */
    unz64_file_pos place;
    size_t length;
} member;

typedef struct npz {
    char *path;
    unzFile zip;
    member *list;
    size_t count, room;
    const member *open; /* being unpacked, `at` of its bytes behind; NULL: none */
    size_t at;
} npz;

/* What a source reads: a member of an archive. */
typedef struct within {
    npz *archive;
    const member *which;
    nd_npy *array;
} within;

static void close_npz(void *file) {
    npz *z = file;
    if (!z)
        return;
    if (z->zip)
        unzClose(z->zip);
    free(z->list);
    free(z->path);
    free(z);
}

static bool list_members(npz *z, nd_error *error) {
    static const char damaged[] = "copy it again; it may be cut short";
    bool fine = true;
    for (int more = unzGoToFirstFile(z->zip); fine && more == UNZ_OK;
         more = unzGoToNextFile(z->zip)) {
        unz_file_info64 about;
        member one = {{0}, {0, 0}, 0};
        char name[sizeof one.name + 8] = "";
        if (unzGetCurrentFileInfo64(z->zip, &about, name, sizeof name, NULL, 0, NULL, 0) !=
                UNZ_OK ||
            unzGetFilePos64(z->zip, &one.place) != UNZ_OK)
            return nd_fail(error, z->path, damaged, "is a damaged ZIP archive");
        name[sizeof name - 1] = '\0';
        size_t length = strlen(name);
        if (length <= 4 || length - 4 >= sizeof one.name || strcmp(name + length - 4, ".npy") != 0)
            continue;
        snprintf(one.name, sizeof one.name, "%.*s", (int)(length - 4), name);
        one.length = (size_t)about.uncompressed_size;
        if (about.flag & 1)
            return nd_fail(error, z->path, "save it without a password", "'%.80s' is encrypted",
                           one.name);
        member *list = nd_grown(z->list, &z->room, z->count + 1, sizeof *list, error);
        fine = list && z->count < MOST_MEMBERS;
        if (fine) {
            z->list = list;
            z->list[z->count++] = one;
        }
    }
    return fine && (z->count > 0 || nd_fail(error, z->path, damaged, "holds no array"));
}

static void *open_npz(const char *path, const nd_selector *selector, const nd_link_rules *links,
                      nd_error *error) {
    (void)selector;
    (void)links;
    npz *z = nd_array(1, sizeof *z, error);
    if (!z)
        return NULL;
    z->path = nd_text(path, error);
    z->zip = z->path ? unzOpen64(path) : NULL;
    bool fine = z->zip && list_members(z, error);
    if (z->path && !z->zip)
        nd_fail(error, path, "copy it again; it may be cut short",
                "is a ZIP archive without its table of contents, which stands at its end");
    if (fine)
        return z;
    close_npz(z);
    return NULL;
}

/* --- one array --- */

static size_t read_member(void *context, size_t offset, void *bytes, size_t size) {
    within *of = context;
    npz *z = of->archive;
    char scratch[SCRATCH];
    if (!of->which)
        return 0;
    if (z->open != of->which || z->at > offset) {
        if (z->open)
            unzCloseCurrentFile(z->zip);
        z->open = NULL;
        unz64_file_pos place = of->which->place;
        if (unzGoToFilePos64(z->zip, &place) != UNZ_OK || unzOpenCurrentFile(z->zip) != UNZ_OK)
            return 0;
        z->open = of->which;
        z->at = 0;
    }
    size_t got = 0;
    while (got < size) {
        bool before = z->at < offset;
        size_t want = before ? offset - z->at : size - got;
        want = want > SCRATCH ? SCRATCH : want;
        int some =
            unzReadCurrentFile(z->zip, before ? scratch : (char *)bytes + got, (unsigned)want);
        if (some <= 0)
            break;
        z->at += (size_t)some;
        got += before ? 0 : (size_t)some;
    }
    return got;
}

static void close_member(within *of) {
    nd_npy_close(of->array);
    of->array = NULL;
}

static bool open_member(npz *z, const member *which, within *of, nd_error *error) {
    char name[4500];
    *of = (within){.archive = z, .which = which};
    snprintf(name, sizeof name, "%s: %s", z->path, which->name);
    of->array = nd_npy_open_source(
        name, (nd_npy_source){.context = of, .length = which->length, .read = read_member}, error);
    return of->array != NULL;
}

/* What there is, for an error. */
static void list_names(const npz *z, char *text, size_t size) {
    text[0] = '\0';
    for (size_t k = 0; k < z->count && strlen(text) + 50 < size; k++)
        snprintf(text + strlen(text), size - strlen(text), "%s%.40s", k ? ", " : "",
                 z->list[k].name);
}

/* The array that a name means; or, without one, the only array, or the only one that is called so.
 * NULL with *found false where none is. */
static const member *find_member(const npz *z, nd_role role, const nd_selector *selector,
                                 bool *found, nd_error *error) {
    const member *best = NULL;
    int best_likeness = 0;
    bool several = false;
    char all[400];
    list_names(z, all, sizeof all);
    *found = true;
    for (size_t k = 0; k < z->count; k++) {
        if (selector->name) {
            if (strcmp(z->list[k].name, selector->name) == 0)
                return &z->list[k];
            continue;
        }
        int likeness = nd_role_likeness(role, z->list[k].name);
        if (likeness > best_likeness) {
            best = &z->list[k];
            best_likeness = likeness;
            several = false;
        } else if (likeness > 0 && likeness == best_likeness) {
            several = true;
        }
    }
    if (selector->name) {
        nd_fail(error, z->path, "correct the name", "has no array '%.80s'; it has %s",
                selector->name, all);
        return NULL;
    }
    if (!best && selector->file && z->count == 1)
        best = z->list;
    if (several) {
        nd_fail(error, z->path, "give its name", "several arrays could be the %s: %s",
                nd_role_name(role), all);
        return NULL;
    }
    *found = best != NULL;
    return best;
}

/* --- what a format does --- */

static bool npz_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                       bool *found, nd_error *error) {
    within of;
    const member *which = find_member(file, role, selector, found, error);
    if (!which)
        return !*found;
    if (!open_member(file, which, &of, error))
        return false;
    series->rows = nd_npy_extent(of.array, 0);
    series->columns = nd_npy_extent(of.array, 1);
    series->depth = nd_npy_extent(of.array, 2);
    series->values = nd_npy_all(of.array, error);
    snprintf(series->name, sizeof series->name, "%s", which->name);
    bool fine = series->values && (role == ND_ROLE_RATE_MAPS || role == ND_ROLE_OCCUPANCY ||
                                   nd_series_select(series, selector, of.array->path, error));
    close_member(&of);
    return fine;
}

static bool npz_activity(void *file, const nd_selector *selector, const nd_selector *const *others,
                         nd_activity *activity, nd_error *error) {
    const npz *z = file;
    bool found;
    within of;
    (void)others;
    const member *which = find_member(z, ND_ROLE_ACTIVITY, selector, &found, error);
    if (!which)
        return found ? false
                     : nd_fail(error, z->path, "give activity a name",
                               "none of its arrays is called activity, spikes or events");
    if (!open_member(file, which, &of, error))
        return false;
    bool fine = of.array->rank <= 2 ||
                nd_fail(error, of.array->path, "", "has %d dimensions; expected frames by cells",
                        of.array->rank);
    activity->rows = nd_npy_extent(of.array, 0);
    activity->columns = nd_npy_extent(of.array, 1);
    activity->honoured = ND_PART_COLUMNS | ND_PART_ORIENTATION;
    snprintf(activity->name, sizeof activity->name, "%s", which->name);
    close_member(&of);
    return fine;
}

static bool npz_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                     nd_sink *sink, const nd_clock *clock, nd_error *error) {
    bool found;
    within of;
    (void)clock;
    nd_selector named = {.name = (char *)activity->name};
    (void)selector;
    const member *which = find_member(file, ND_ROLE_ACTIVITY, &named, &found, error);
    bool fine = which && open_member(file, which, &of, error);
    if (fine) {
        fine = nd_npy_pour(of.array, 0, nd_npy_extent(of.array, 1), sink, error);
        close_member(&of);
    }
    return fine;
}

/* The role an array's name means best; ND_ROLES with likeness 0 where none. */
static nd_role role_of(const char *name, int *likeness) {
    nd_role best = ND_ROLES;
    *likeness = 0;
    for (int role = 0; role < ND_ROLES; role++) {
        int here = nd_role_likeness((nd_role)role, name);
        if (here > *likeness) {
            *likeness = here;
            best = (nd_role)role;
        }
    }
    return best;
}

static bool npz_scan(void *file, nd_findings *findings, nd_error *error) {
    npz *z = file;
    bool fine = true;
    for (size_t k = 0; fine && k < z->count; k++) {
        within of;
        int likeness;
        const char *name = z->list[k].name;
        nd_role role = role_of(name, &likeness);
        if (!open_member(z, &z->list[k], &of, NULL)) { /* texts, dates: not read, but said */
            fine = nd_findings_add(findings, ND_ROLES, 0, name, error, "no array of numbers");
            continue;
        }
        size_t rows = nd_npy_extent(of.array, 0), columns = nd_npy_extent(of.array, 1);
        fine = nd_findings_add(findings, role, likeness, name, error, "array of %zu x %zu", rows,
                               columns);
        if (fine) {
            nd_finding *one = &findings->list[findings->count - 1];
            one->rows = rows;
            one->columns = columns;
            one->time_likeness = columns == 1 ? nd_role_likeness(ND_ROLE_TIMES, name) : 0;
        }
        close_member(&of);
    }
    return fine;
}

enum { NO_KEYS = ND_PART_SKIP_ROWS | ND_PART_BODY | ND_PART_LIKELIHOOD };

const nd_format nd_format_npz = {
    .name = "NumPy archive (.npz)",
    .no_position = "",
    .honours = {[ND_ROLE_ACTIVITY] = ~(uint32_t)(ND_PART_AREA | NO_KEYS),
                [ND_ROLE_POSITION] = ~(uint32_t)NO_KEYS,
                [ND_ROLE_POSITION_Y] = ~(uint32_t)NO_KEYS,
                [ND_ROLE_SPEED] = ~(uint32_t)NO_KEYS,
                [ND_ROLE_DIRECTION] = ~(uint32_t)NO_KEYS,
                [ND_ROLE_TRIALS] = ~(uint32_t)(NO_KEYS | ND_PART_EQUALS),
                [ND_ROLE_IDS] = ~(uint32_t)NO_KEYS,
                [ND_ROLE_REGISTRATION] = ~(uint32_t)NO_KEYS,
                [ND_ROLE_KEEP] = ~(uint32_t)NO_KEYS,
                [ND_ROLE_CELLS] = ~(uint32_t)NO_KEYS,
                [ND_ROLE_RATE_MAPS] = ~(uint32_t)NO_KEYS,
                [ND_ROLE_OCCUPANCY] = ~(uint32_t)NO_KEYS},
    .recognises = recognises,
    .open = open_npz,
    .close = close_npz,
    .series = npz_series,
    .activity = npz_activity,
    .pour = npz_pour,
    .scan = npz_scan,
};

#else

/* Without minizip an archive is recognised, and refused by name. */
static void *open_npz(const char *path, const nd_selector *selector, const nd_link_rules *links,
                      nd_error *error) {
    (void)selector;
    (void)links;
    nd_fail(error, path,
            "build nulldrift with minizip (libminizip-dev), or save each array as .npy",
            "is an archive of NumPy (.npz), which this nulldrift cannot unpack");
    return NULL;
}

static void close_npz(void *file) {
    (void)file;
}

const nd_format nd_format_npz = {.name = "NumPy archive (.npz)",
                                 .no_position = "",
                                 .recognises = recognises,
                                 .open = open_npz,
                                 .close = close_npz};

#endif
