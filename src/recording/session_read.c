#include "recording/session_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/activity_read.h"
#include "recording/honoured.h"
#include "recording/identities.h"
#include "recording/kept_cells.h"
#include "recording/series_read.h"
#include "recording/session_columns.h"
#include "recording/times.h"
#include "recording/track.h"

static bool read_task(const nd_request *request, nd_files *files, nd_session *session,
                      nd_error *error) {
    const nd_selector *task = &request->role[ND_ROLE_TASK];
    const char *path = nd_request_file(request, ND_ROLE_TASK);
    if (!request->given[ND_ROLE_TASK])
        return true;
    nd_open_file *open_file = path ? nd_files_open(files, path, task, error) : NULL;
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

/* Which frames of the file count, from those of the clock, which lacks the frames with bad times.
 */
static bool *frames_to_keep(const nd_activity *activity, const nd_track *track, nd_error *error) {
    size_t frames = activity->good ? activity->file_frames : track->frames;
    bool *keep = nd_array(frames, sizeof *keep, error);
    for (size_t f = 0, at = 0; keep && f < frames; f++) {
        bool counts = !activity->good || activity->good[f];
        keep[f] = counts && track->keep[at];
        at += counts;
    }
    return keep;
}

/* Spikes and positions on one clock: they must have something in common. */
static bool check_spikes(const nd_request *request, const nd_activity *activity,
                         const nd_track *track, const nd_sink *sink, nd_error *error) {
    size_t spikes;
    double spikes_span[2];
    nd_sink_spike_span(sink, &spikes, spikes_span);
    if (!activity->spike_times || spikes == 0 || track->frames == 0)
        return true;
    const double frames_span[2] = {track->clock[0],
                                   track->clock[track->frames - 1] + track->frame_seconds};
    return nd_clocks_meet(request, "spikes", spikes_span, "positions", frames_span, error);
}

static void say_rounded(const nd_sink *sink, nd_files *files) {
    size_t rounded = nd_sink_rounded(sink);
    if (rounded > 0)
        nd_files_note(files,
                      "activity: %zu values below zero by round-off (at most 1e-9 of the "
                      "largest) count as zero",
                      rounded);
}

/* What the cells are, in words: their names, or how they are counted. */
static char *name_cells(const nd_activity *activity, nd_error *error) {
    enum { MOST_NAMED = 60 };
    char text[4096];
    size_t used = 0;
    if (!activity->cell_name) {
        snprintf(text, sizeof text, "1 to %zu of %s", activity->cells, activity->name);
        return nd_text(text, error);
    }
    for (size_t c = 0; c < activity->cells && used + 100 < sizeof text; c++) {
        if (c == MOST_NAMED) {
            (void)snprintf(text + used, sizeof text - used, " ... to %.60s",
                           activity->cell_name[activity->cells - 1]);
            break;
        }
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.60s", c ? ", " : "",
                                 activity->cell_name[c]);
    }
    return nd_text(text, error);
}

static nd_sink *make_sink(const nd_request *request, nd_files *files, const char *path,
                          const nd_activity *activity, const bool *keep, size_t frames,
                          nd_error *error) {
    const nd_selector *part = &request->role[ND_ROLE_ACTIVITY];
    nd_open_file *own = nd_files_open(files, path, part, error);
    if (!own)
        return NULL;
    double scale = part->scale != 0.0 ? part->scale : 1.0;
    bool of_frames = own->format->tabular && activity->cells_first;
    nd_sink_plan plan = {
        .cells = activity->cells,
        .frames = frames,
        .keep = keep,
        .cells_first = activity->cells_first,
        .pick = of_frames ? NULL : activity->pick,
        .scale = scale,
        .threshold = part->threshold,
        .missing = part->missing,
        .file = nd_base_name(path),
    };
    if (activity->spike_times)
        plan.time_scale =
            scale * nd_time_unit_seconds(request, ND_ROLE_ACTIVITY, files, activity->time_name);
    return nd_sink_new(&plan, error);
}

static bool read_activity(const nd_request *request, nd_files *files, nd_reading *reading,
                          nd_error *error) {
    const char *path = nd_request_file(request, ND_ROLE_ACTIVITY);
    nd_session *session = &reading->session;
    nd_activity activity = {0};
    nd_track track = {0};
    nd_sink *sink = NULL;
    bool *keep = NULL;
    bool fine =
        nd_activity_read(request, files, &activity, error) &&
        nd_check_activity_keys(request, &activity, files->unused, error) &&
        nd_track_read(request, &activity, request->settings->bins_y > 0, files, &track, error) &&
        take_track(&track, reading, error);
    session->cells = activity.cells;
    session->cells_left_out = activity.cells_left_out;
    if (fine && activity.good)
        session->left_out.bad_times = activity.bad_times;
    session->frames_read += session->left_out.bad_times;
    keep = fine ? frames_to_keep(&activity, &track, error) : NULL;
    size_t frames = activity.good ? activity.file_frames : track.frames;
    sink = keep ? make_sink(request, files, path, &activity, keep, frames, error) : NULL;
    session->cells_are = sink ? name_cells(&activity, error) : NULL;
    nd_clock clock = {.times = track.clock, .frame_seconds = track.frame_seconds};
    fine = session->cells_are && nd_cells_choose(request, files, &activity, sink, error) &&
           nd_identities_set(request, files, &activity, session, error) &&
           nd_activity_pour(request, files, &activity, sink, &clock, error) &&
           check_spikes(request, &activity, &track, sink, error) &&
           nd_sink_finish(sink, reading, error);
    if (fine)
        say_rounded(sink, files);
    free(keep);
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
            session->rate_maps[cell * session->bins + bin] = raw->values[from];
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
    reading->map_occupancy = fine ? nd_doubles(reading->session.bins, error) : NULL;
    fine = reading->map_occupancy != NULL;
    for (size_t b = 0; fine && b < reading->session.bins; b++) {
        double seconds = given.values[b];
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
    nd_open_file *open_file =
        fine ? nd_files_open(files, path, &request->role[ND_ROLE_RATE_MAPS], error) : NULL;
    fine = open_file &&
           arrange_maps(request, &raw, open_file->format->cells_last, session, error) &&
           take_occupancy(request, files, reading, error);
    if (fine && !reading->map_occupancy)
        fine = nd_track_read(request, NULL, session->bins_y > 1, files, &track, error) &&
               take_track(&track, reading, error);
    free(session->way); /* maps are of both directions together */
    session->way = NULL;
    nd_activity none = {0};
    session->cells_are = nd_text(raw.name, error);
    fine = fine && session->cells_are && nd_identities_set(request, files, &none, session, error);
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
    if (fine && !nd_buffer_put(&files->notes, "", 1, error))
        fine = false;
    session->notes = fine ? nd_text((const char *)files->notes.bytes, error) : NULL;
    fine = session->notes != NULL;
    nd_buffer_free(&files->notes);
    memcpy(reading->unused, files->unused, sizeof files->unused);
    memset(files->unused, 0, sizeof files->unused);
    if (!fine)
        nd_reading_clear(reading);
    return fine;
}
