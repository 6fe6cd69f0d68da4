#include "recording/honoured.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/yaml.h"

enum {
    SERIES = ND_PART_FILE | ND_PART_NAME | ND_PART_TIMES | ND_PART_COLUMNS | ND_PART_SCALE |
             ND_PART_RATE | ND_PART_TIME_UNIT | ND_PART_BAD_TIMES | ND_PART_MISSING |
             ND_PART_SKIP_ROWS | ND_PART_FRAMES,
    TRACKED = ND_PART_BODY | ND_PART_LIKELIHOOD | ND_PART_GAP | ND_PART_CALIBRATION,
    PLACE = ND_PART_FILE | ND_PART_NAME | ND_PART_COLUMNS | ND_PART_SKIP_ROWS,
    ARRAY = PLACE | ND_PART_SCALE | ND_PART_MISSING
};

/* What each part is made of, whatever the format; and what to give instead of a key it has not. */
static const struct {
    uint32_t keys;
    const char *mend;
} parts[ND_ROLES] = {
    [ND_ROLE_ACTIVITY] = {SERIES | ND_PART_THRESHOLD | ND_PART_KIND | ND_PART_ORIENTATION |
                              ND_PART_AREA,
                          ""},
    [ND_ROLE_POSITION] = {SERIES | TRACKED, ""},
    [ND_ROLE_POSITION_Y] = {SERIES | TRACKED, ""},
    [ND_ROLE_SPEED] = {SERIES, ""},
    [ND_ROLE_DIRECTION] = {SERIES, ""},
    [ND_ROLE_TRIALS] = {PLACE | ND_PART_EQUALS | ND_PART_TIME_UNIT | ND_PART_RATE | ND_PART_SCALE,
                        ""},
    [ND_ROLE_IDS] = {PLACE | ND_PART_KIND, "registration: {file, name, column, base} reads tables"},
    [ND_ROLE_REGISTRATION] = {PLACE | ND_PART_BASE | ND_PART_ORIENTATION | ND_PART_OF, ""},
    [ND_ROLE_KEEP] = {PLACE | ND_PART_EQUALS | ND_PART_THRESHOLD | ND_PART_KIND, ""},
    [ND_ROLE_CELLS] = {PLACE | ND_PART_AREA | ND_PART_CHANNELS | ND_PART_BASE,
                       "keep: {file, column, equals} leaves cells out by a column"},
    [ND_ROLE_TASK] = {ND_PART_FILE | ND_PART_NAME, ""},
    [ND_ROLE_RATE_MAPS] = {ARRAY | ND_PART_ORIENTATION, ""},
    [ND_ROLE_OCCUPANCY] = {ARRAY, ""},
};

/* Where a key stands in the manifest: column and columns are one. */
static const char *key_text(const nd_request *request, nd_role role, size_t bit) {
    char place[256];
    const char *name = nd_part_key_name(bit);
    if ((1u << bit) != ND_PART_COLUMNS || !request->manifest_text)
        return name;
    snprintf(place, sizeof place, "sessions.%zu.%s.column", request->index, nd_role_name(role));
    if (nd_yaml_line(request->manifest_text, place) > 0)
        return "column";
    snprintf(place, sizeof place, "defaults.%s.column", nd_role_name(role));
    return nd_yaml_line(request->manifest_text, place) > 0 ? "column" : "columns";
}

static size_t bit_of(nd_part_key key) {
    size_t bit = 0;
    while ((1u << bit) < (unsigned)key)
        bit++;
    return bit;
}

bool nd_part_key_unused(const nd_request *request, nd_role role, nd_part_key key, const char *why,
                        const char *mend, uint32_t unused[ND_ROLES], nd_error *error) {
    const nd_selector *part = &request->role[role];
    if (!(part->given & (uint32_t)key))
        return true;
    if (!(part->own & (uint32_t)key)) {
        unused[role] |= (uint32_t)key;
        return true;
    }
    const char *name = key_text(request, role, bit_of(key));
    return nd_request_refuse(request, role, name, mend[0] ? mend : "leave it out", error,
                             "%s is not used: %s", name, why);
}

static bool whole_part(const nd_request *request, nd_role role, const char *why, const char *mend,
                       uint32_t unused[ND_ROLES], nd_error *error) {
    if (!request->given[role])
        return true;
    if (request->role[role].own)
        return nd_request_refuse(request, role, "", mend, error, "%s is not used: %s",
                                 nd_role_name(role), why);
    unused[role] |= request->role[role].given;
    return true;
}

/* Keys of a part that neither it nor its format has. */
static bool check_part(const nd_request *request, nd_role role, const nd_format *format,
                       uint32_t unused[ND_ROLES], nd_error *error) {
    char why[160];
    if (format && !format->honours[ND_ROLE_ACTIVITY]) /* it does not tell */
        format = NULL;
    if (format && !format->honours[role])
        return whole_part(request, role, "no such part is read from a file of this kind",
                          parts[role].mend[0] ? parts[role].mend : "leave it out", unused, error);
    for (size_t bit = 0; bit < ND_PART_KEYS; bit++) {
        nd_part_key key = (nd_part_key)(1u << bit);
        const char *mend = parts[role].mend;
        if (!(parts[role].keys & (uint32_t)key))
            snprintf(why, sizeof why, "%s has no such key", nd_role_name(role));
        else if (format && !(format->honours[role] & (uint32_t)key)) {
            snprintf(why, sizeof why, "%s in a %s file has no such key", nd_role_name(role),
                     format->name);
            mend = format->single && key == ND_PART_NAME    ? "an array has no names: leave it out"
                   : format->tabular && key == ND_PART_NAME ? "give column: NAME"
                                                            : mend;
        } else
            continue;
        if (!nd_part_key_unused(request, role, key, why, mend, unused, error))
            return false;
    }
    return true;
}

/* Parts that what else is asked for leaves without use. */
static bool check_parts(const nd_request *request, uint32_t unused[ND_ROLES], nd_error *error) {
    const nd_settings *settings = request->settings;
    bool maps = request->given[ND_ROLE_RATE_MAPS];
    bool fine = true;
    for (int role = 0; fine && request->metrics && role < ND_ROLES; role++)
        fine = whole_part(request, (nd_role)role, "the session is given as metrics",
                          "leave it out, or the metrics", unused, error);
    if (fine && settings->bins_y == 0 && !maps && request->linearise.points_count == 0)
        fine = whole_part(request, ND_ROLE_POSITION_Y, "one dimension is asked for", "give bins_y",
                          unused, error);
    if (fine && settings->directions == ND_DIRECTIONS_POOLED)
        fine = whole_part(request, ND_ROLE_DIRECTION, "directions are pooled",
                          "directions: joint or separate", unused, error);
    if (fine && !maps)
        fine = whole_part(request, ND_ROLE_OCCUPANCY, "it is of given rate_maps", "leave it out",
                          unused, error);
    if (fine && maps)
        fine = whole_part(request, ND_ROLE_ACTIVITY, "rate_maps take its place", "leave one out",
                          unused, error) &&
               whole_part(request, ND_ROLE_KEEP, "rate_maps are read whole", "leave it out", unused,
                          error) &&
               whole_part(request, ND_ROLE_CELLS, "rate_maps are read whole", "leave it out",
                          unused, error);
    if (fine && request->given[ND_ROLE_REGISTRATION])
        fine = whole_part(request, ND_ROLE_IDS, "registration says which cell is which",
                          "leave one of them out", unused, error);
    return fine;
}

static bool check_combinations(const nd_request *request, nd_role role, uint32_t unused[ND_ROLES],
                               nd_error *error) {
    const nd_selector *part = &request->role[role];
    if (part->time_unit == ND_TIME_SAMPLES && !(part->rate > 0.0))
        return nd_request_refuse(request, role, "time_unit", "give rate: samples per second", error,
                                 "samples need their rate");
    if (part->likelihood && part->body_count == 0 &&
        !nd_part_key_unused(request, role, ND_PART_LIKELIHOOD, "it is of a body part",
                            "give body: [NAME]", unused, error))
        return false;
    if (role == ND_ROLE_IDS && part->kind != ND_KIND_AUTO && part->kind != ND_KIND_ORDER)
        return nd_request_refuse(request, role, "kind", "", error, "of ids there is one: order");
    if (role == ND_ROLE_ACTIVITY && part->kind >= ND_KIND_ORDER)
        return nd_request_refuse(request, role, "kind", "", error,
                                 "order is of ids, ids of keep; activity is frames, spike-times or "
                                 "spike-list");
    if (role == ND_ROLE_KEEP && part->kind != ND_KIND_AUTO && part->kind != ND_KIND_IDS)
        return nd_request_refuse(request, role, "kind", "", error, "of keep there is one: ids");
    if (role == ND_ROLE_KEEP && part->kind == ND_KIND_IDS && (part->equals || part->threshold))
        return nd_part_key_unused(request, role, part->equals ? ND_PART_EQUALS : ND_PART_THRESHOLD,
                                  "the list names the cells that count", "", unused, error);
    if (role == ND_ROLE_CELLS && (part->given & ND_PART_BASE) && !part->channels)
        return nd_part_key_unused(request, role, ND_PART_BASE, "it is of channels", "", unused,
                                  error);
    if (role == ND_ROLE_IDS && part->kind == ND_KIND_ORDER && (part->file || part->name))
        return nd_part_key_unused(request, role, part->file ? ND_PART_FILE : ND_PART_NAME,
                                  "the order of cells is their identity", "", unused, error);
    if (role == ND_ROLE_KEEP && part->threshold && part->equals)
        return nd_part_key_unused(
            request, role, part->own & ND_PART_EQUALS ? ND_PART_EQUALS : ND_PART_THRESHOLD,
            "equals and threshold are both given", "leave one of them out", unused, error);
    if (role == ND_ROLE_CELLS && !part->area)
        return nd_request_refuse(
            request, role, "", "cells: {area: CA1}; keep: {file, column, equals} for other columns",
            error, "cells has no area");
    return true;
}

bool nd_check_keys(const nd_request *request, uint32_t unused[ND_ROLES], nd_error *error) {
    if (!check_parts(request, unused, error))
        return false;
    for (int role = 0; role < ND_ROLES; role++) {
        if (!request->given[role] || request->metrics)
            continue;
        const char *path = nd_request_file(request, (nd_role)role);
        bool order = role == ND_ROLE_IDS && request->role[role].kind == ND_KIND_ORDER;
        const nd_format *format = path && !order ? nd_format_of(path, NULL) : NULL;
        if (!check_part(request, (nd_role)role, format, unused, error) ||
            !check_combinations(request, (nd_role)role, unused, error))
            return false;
    }
    return true;
}

bool nd_check_activity_keys(const nd_request *request, const nd_activity *activity,
                            uint32_t unused[ND_ROLES], nd_error *error) {
    static const nd_part_key layout[] = {ND_PART_COLUMNS, ND_PART_ORIENTATION, ND_PART_AREA};
    bool spikes = activity->spike_times;
    const char *what =
        spikes ? "the activity is spike times" : "the activity is a matrix of frames";
    bool fine = true;
    for (size_t k = 0; fine && k < sizeof layout / sizeof *layout; k++)
        if (!(activity->honoured & (uint32_t)layout[k]) && layout[k] != ND_PART_AREA)
            fine =
                nd_part_key_unused(request, ND_ROLE_ACTIVITY, layout[k], what, "", unused, error);
    if (fine && spikes)
        fine =
            nd_part_key_unused(request, ND_ROLE_ACTIVITY, ND_PART_THRESHOLD, what, "", unused,
                               error) &&
            ((activity->honoured & ND_PART_TIMES) ||
             nd_part_key_unused(request, ND_ROLE_ACTIVITY, ND_PART_TIMES, what,
                                "the times are the spikes' own", unused, error)) &&
            nd_part_key_unused(request, ND_ROLE_ACTIVITY, ND_PART_BAD_TIMES, what,
                               "spikes may be in any order", unused, error) &&
            nd_part_key_unused(request, ND_ROLE_ACTIVITY, ND_PART_FRAMES, what, "", unused, error);
    const nd_selector *part = &request->role[ND_ROLE_ACTIVITY];
    const nd_selector *cells = &request->role[ND_ROLE_CELLS];
    bool told = (activity->honoured & ND_PART_AREA) || (activity->place && cells->name) ||
                (!activity->place && nd_request_own_areas(request));
    if (fine && cells->area && !told)
        fine =
            nd_request_refuse(request, ND_ROLE_CELLS, "area",
                              "keep: {file, column, equals} leaves cells out by a column", error,
                              "nothing says of which area the cells of %.100s are", activity->name);
    if (fine && part->time_unit != ND_TIME_SAMPLES && (spikes || activity->times))
        fine = nd_part_key_unused(request, ND_ROLE_ACTIVITY, ND_PART_RATE,
                                  spikes ? what : "the frames have times",
                                  "leave it out, or time_unit: samples", unused, error);
    if (fine && !spikes && !activity->times && !(activity->rate > 0.0))
        fine = nd_part_key_unused(request, ND_ROLE_ACTIVITY, ND_PART_TIME_UNIT,
                                  "the frames have no times", "", unused, error) &&
               nd_part_key_unused(request, ND_ROLE_ACTIVITY, ND_PART_BAD_TIMES,
                                  "the frames have no times", "", unused, error);
    return fine;
}
