#include "recording/session_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/session_columns.h"
#include "recording/track.h"

/* --- identities, areas, tasks --- */

static bool set_ids(const nd_request *request, nd_files *files, const nd_activity *activity,
                    nd_session *session, nd_error *error) {
    nd_series ids = {0};
    bool found = false, fine = true;
    if (request->given[ND_ROLE_IDS]) {
        fine = nd_request_series(request, ND_ROLE_IDS, files, &ids, &found, error);
        if (fine && ids.rows * ids.columns != session->cells)
            fine = nd_fail(error, nd_request_file(request, ND_ROLE_IDS), "correct the manifest",
                           "lengths disagree: %s has %zu identities, the activity %zu cells",
                           ids.name, ids.rows * ids.columns, session->cells);
    } else if (!request->registered || !activity->cell_id) {
        return true;
    }
    session->cell_id = fine ? nd_array(session->cells, sizeof *session->cell_id, error) : NULL;
    fine = session->cell_id != NULL;
    for (size_t c = 0; fine && c < session->cells; c++) {
        double id = found ? ids.values[c] : 0.0;
        if (found && !(fabs(id) < 9e15))
            fine = nd_fail(error, nd_request_file(request, ND_ROLE_IDS), "",
                           "%s: the identity of cell %zu is %g", ids.name, c + 1, id);
        else
            session->cell_id[c] = found ? (int64_t)id : activity->cell_id[c];
    }
    nd_series_clear(&ids);
    return fine;
}

/* Drops the nested cells whose entry in `cells` is of another area. */
static bool drop_other_areas(const nd_request *request, nd_files *files,
                             const nd_activity *activity, nd_sink *sink, nd_error *error) {
    const nd_selector *cells = &request->role[ND_ROLE_CELLS];
    if (!cells->area || !activity->place)
        return true;
    const char *path = nd_request_file(request, ND_ROLE_CELLS);
    nd_open_file *open_file = path ? nd_files_open(files, path, error) : NULL;
    if (!open_file)
        return path ? false : nd_fail(error, request->label, "", "cells has no file");
    if (!open_file->format->text || !cells->name)
        return nd_fail(error, path, "give cells: {file: ..., name: cellinfo{day}{epoch}}",
                       "cells: there is no name to find the area by");
    size_t kept = 0;
    for (size_t c = 0; c < activity->cells; c++) {
        char expression[512], area[128];
        snprintf(expression, sizeof expression, "%.400s%s.area", cells->name, activity->place[c]);
        if (open_file->format->text(open_file->file, expression, area, sizeof area) &&
            strcasecmp(area, cells->area) == 0)
            kept++;
        else
            nd_sink_drop_cell(sink, c);
    }
    return kept > 0 ||
           nd_fail(error, path, "check the area's name", "none of the %zu cells is of area '%s'",
                   activity->cells, cells->area);
}

static bool read_task(const nd_request *request, nd_files *files, nd_session *session,
                      nd_error *error) {
    const nd_selector *task = &request->role[ND_ROLE_TASK];
    const char *path = nd_request_file(request, ND_ROLE_TASK);
    if (!request->given[ND_ROLE_TASK])
        return true;
    nd_open_file *open_file = path ? nd_files_open(files, path, error) : NULL;
    if (!open_file || !task->name || !open_file->format->text)
        return path && !open_file ? false
                                  : nd_fail(error, request->label,
                                            "give task: {file: ..., name: task{day}{epoch}}",
                                            "task: there is no name to find it by");
    char expression[512], text[128];
    snprintf(expression, sizeof expression, "%.400s.environment", task->name);
    if (session->environment[0] == '\0' &&
        open_file->format->text(open_file->file, expression, text, sizeof text)) {
        free(session->environment);
        session->environment = nd_text(text, error);
        if (!session->environment)
            return false;
    }
    snprintf(expression, sizeof expression, "%.400s.exposure", task->name);
    if (open_file->format->text(open_file->file, expression, text, sizeof text))
        session->exposure = strtod(text, NULL);
    return true;
}

/* --- frames --- */

static void *kept_of(const void *from, size_t size, const nd_track *track, size_t kept, bool *fine,
                     nd_error *error) {
    if (!from || !*fine)
        return NULL;
    void *to = nd_kept_elements(from, size, track->keep, track->frames, kept, error);
    *fine = to != NULL;
    return to;
}

/* The kept frames of a track become the reading's. */
static bool take_track(const nd_track *track, nd_reading *reading, nd_error *error) {
    nd_session *session = &reading->session;
    size_t kept = 0;
    bool fine = true;
    for (size_t f = 0; f < track->frames; f++)
        kept += track->keep[f];
    session->frames = kept;
    session->frames_read = track->frames;
    session->frame_seconds = track->frame_seconds;
    session->left_out = track->left_out;
    session->time = kept_of(track->clock, sizeof(double), track, kept, &fine, error);
    session->position = kept_of(track->x, sizeof(double), track, kept, &fine, error);
    session->position_y = kept_of(track->y, sizeof(double), track, kept, &fine, error);
    session->speed = kept_of(track->speed, sizeof(double), track, kept, &fine, error);
    session->trial = kept_of(track->trial, sizeof(int32_t), track, kept, &fine, error);
    if (fine && track->direction) {
        session->way = nd_array(kept, sizeof *session->way, error);
        fine = session->way != NULL;
        for (size_t f = 0, at = 0; fine && f < track->frames; f++)
            if (track->keep[f])
                session->way[at++] = track->direction[f] < 0.0;
    }
    return fine;
}

static bool read_activity(const nd_request *request, nd_files *files, nd_reading *reading,
                          nd_error *error) {
    nd_selector selector = request->role[ND_ROLE_ACTIVITY];
    const char *path = nd_request_file(request, ND_ROLE_ACTIVITY);
    nd_activity activity = {0};
    nd_track track = {0};
    nd_sink *sink = NULL;
    nd_open_file *open_file = path ? nd_files_open(files, path, error) : NULL;
    if (!open_file)
        return path ? false
                    : nd_fail(error, request->label, "give file, or activity: {file: ...}",
                              "the session has no file to find activity in");
    /* Where cells are not looked up one by one, the reader itself tells areas apart. */
    if (!request->role[ND_ROLE_CELLS].name)
        selector.area = request->role[ND_ROLE_CELLS].area;
    const nd_format *format = open_file->format;
    bool fine = format->activity(open_file->file, &selector, &activity, error);
    if (!activity.times && selector.rate > 0.0)
        activity.rate = selector.rate;
    nd_series times = {.rows = activity.frames, .times = activity.times};
    snprintf(times.name, sizeof times.name, "%s", activity.name);
    if (fine && activity.cells == 0)
        fine = nd_fail(error, path, "check what the manifest names as activity",
                       "%s holds no cells", activity.name);
    fine = fine && nd_series_check_times(&times, path, error) &&
           nd_track_read(request, &activity, request->settings->bins_y > 0, files, &track, error) &&
           take_track(&track, reading, error);
    reading->session.cells = activity.cells;
    reading->session.cells_left_out = activity.cells_left_out;
    sink = fine ? nd_sink_new(activity.cells, track.frames, track.keep, selector.threshold,
                              nd_base_name(path), error)
                : NULL;
    nd_clock clock = {.times = track.clock, .frame_seconds = track.frame_seconds};
    fine = sink && set_ids(request, files, &activity, &reading->session, error) &&
           drop_other_areas(request, files, &activity, sink, error) &&
           (open_file = nd_files_open(files, path, error)) &&
           format->pour(open_file->file, &selector, &activity, sink, &clock, error) &&
           nd_sink_finish(sink, reading, error);
    nd_sink_free(sink);
    nd_track_clear(&track);
    nd_activity_clear(&activity);
    return fine;
}

/* --- maps --- */

/* Cells first, the columns of a map fastest: from any of the orders maps are kept in. */
static bool arrange_maps(const nd_request *request, const nd_series *raw, bool cells_last,
                         nd_session *session, nd_error *error) {
    const nd_selector *selector = &request->role[ND_ROLE_RATE_MAPS];
    double scale = selector->scale != 0.0 ? selector->scale : 1.0;
    bool solid = raw->depth > 1 && !raw->maps;
    if (selector->orientation != ND_ORIENTATION_AUTO)
        cells_last = selector->orientation == ND_ORIENTATION_FRAMES_FIRST;
    else if (!solid)
        cells_last = false;
    size_t a = raw->rows, b = raw->columns, c = raw->depth;
    session->cells = raw->maps || !cells_last ? a : solid ? c : b;
    session->bins_y = raw->maps ? c : solid ? (cells_last ? a : b) : 1;
    session->bins_x = raw->maps ? b / c : solid ? (cells_last ? b : c) : cells_last ? a : b;
    session->bins_direction = 1;
    session->bins = session->bins_x * session->bins_y;
    session->rate_maps = nd_doubles(session->cells * session->bins, error);
    for (size_t cell = 0; session->rate_maps && cell < session->cells; cell++)
        for (size_t bin = 0; bin < session->bins; bin++) {
            size_t from =
                cells_last && !raw->maps ? bin * session->cells + cell : cell * session->bins + bin;
            session->rate_maps[cell * session->bins + bin] = scale * raw->values[from];
        }
    return session->rate_maps != NULL;
}

static bool take_occupancy(const nd_request *request, nd_files *files, nd_reading *reading,
                           nd_error *error) {
    nd_series given = {0};
    bool found = false;
    if (!request->given[ND_ROLE_OCCUPANCY])
        return true;
    bool fine = nd_request_series(request, ND_ROLE_OCCUPANCY, files, &given, &found, error);
    if (fine && given.rows * given.columns * given.depth != reading->session.bins)
        fine = nd_fail(error, nd_request_file(request, ND_ROLE_OCCUPANCY), "correct the manifest",
                       "lengths disagree: %s has %zu bins, the maps %zu", given.name,
                       given.rows * given.columns * given.depth, reading->session.bins);
    double scale = request->role[ND_ROLE_OCCUPANCY].scale;
    reading->map_occupancy = fine ? nd_doubles(reading->session.bins, error) : NULL;
    fine = reading->map_occupancy != NULL;
    for (size_t b = 0; fine && b < reading->session.bins; b++) {
        double seconds = (scale != 0.0 ? scale : 1.0) * given.values[b];
        reading->map_occupancy[b] = isnan(seconds) ? 0.0 : seconds;
    }
    nd_series_clear(&given);
    return fine;
}

static bool read_maps(const nd_request *request, nd_files *files, nd_reading *reading,
                      nd_error *error) {
    nd_session *session = &reading->session;
    nd_series raw = {0};
    nd_track track = {0};
    bool found = false;
    const char *path = nd_request_file(request, ND_ROLE_RATE_MAPS);
    session->kind = ND_SESSION_RATE_MAPS;
    bool fine = nd_request_series(request, ND_ROLE_RATE_MAPS, files, &raw, &found, error);
    if (fine && !found)
        fine = nd_fail(error, path ? path : request->label,
                       "give rate_maps: {file: ..., name: ...}", "holds no rate maps");
    nd_open_file *open_file = fine ? nd_files_open(files, path, error) : NULL;
    fine = open_file &&
           arrange_maps(request, &raw, open_file->format->cells_last, session, error) &&
           take_occupancy(request, files, reading, error);
    if (fine && !reading->map_occupancy)
        fine = nd_track_read(request, NULL, session->bins_y > 1, files, &track, error) &&
               take_track(&track, reading, error);
    free(session->way); /* maps are of both directions together */
    session->way = NULL;
    nd_activity none = {0};
    fine = fine && set_ids(request, files, &none, session, error);
    nd_track_clear(&track);
    nd_series_clear(&raw);
    return fine;
}

bool nd_session_read(const nd_request *request, nd_files *files, nd_reading *reading,
                     nd_error *error) {
    nd_session *session = &reading->session;
    bool maps = request->given[ND_ROLE_RATE_MAPS];
    const char *path = nd_request_file(request, maps ? ND_ROLE_RATE_MAPS : ND_ROLE_ACTIVITY);
    *reading = (nd_reading){.index = request->index};
    session->day = request->day;
    session->visit = request->visit;
    session->exposure = NAN;
    session->label = nd_text(request->label, error);
    session->animal = nd_text(request->animal, error);
    session->environment = nd_text(request->environment, error);
    session->direction = nd_text(request->direction, error);
    session->file = nd_text(path ? path : "", error);
    bool fine = session->label && session->animal && session->environment && session->direction &&
                session->file;
    fine = fine &&
           (maps ? read_maps(request, files, reading, error)
                 : read_activity(request, files, reading, error)) &&
           read_task(request, files, session, error);
    if (!fine)
        nd_reading_clear(reading);
    return fine;
}
