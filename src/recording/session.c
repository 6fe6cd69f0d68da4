#include "recording/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/session_columns.h"

void nd_settings_default(nd_settings *settings) {
    memset(settings, 0, sizeof *settings);
    settings->range_x[0] = settings->range_x[1] = NAN;
    settings->range_y[0] = settings->range_y[1] = NAN;
    settings->bins_x = 20;
    settings->directions = ND_DIRECTIONS_POOLED;
    settings->minimum_active_frames = 10;
    settings->shuffles = 1000;
    settings->shuffle = ND_SHUFFLE_CYCLIC;
    settings->threshold = 0.05;
    settings->scaled_shuffle_reduction = true;
    settings->bounded_asymptotic_extrapolation = true;
    settings->subsampling_repetitions = 100;
    settings->subsampling_fractions = 10;
    settings->pooling = ND_POOL_NONE;
    settings->equalise = true;
    settings->seed = 1;
}

static bool check_events(const nd_session *session, nd_error *error) {
    const nd_events *events = &session->events;
    if (!events->start || !events->frame || !events->amount || events->start[0] != 0)
        return nd_fail(error, session->file, "", "the session holds no activity");
    for (size_t c = 0; c < session->cells; c++) {
        if (events->start[c + 1] < events->start[c])
            return nd_fail(error, session->file, "", "the events of cell %zu have no end", c);
        for (size_t e = events->start[c]; e < events->start[c + 1]; e++) {
            bool ordered = e == events->start[c] || events->frame[e] > events->frame[e - 1];
            if (!ordered || events->frame[e] >= session->frames)
                return nd_fail(error, session->file, "", "the events of cell %zu are out of order",
                               c);
            if (!isfinite(events->amount[e]) || events->amount[e] == 0.0)
                return nd_fail(error, session->file, "",
                               "cell %zu has an event of amount %g; expected a finite number", c,
                               events->amount[e]);
        }
    }
    return true;
}

static bool check_maps(const nd_session *session, nd_error *error) {
    if (!session->rate_maps)
        return nd_fail(error, session->file, "", "the session holds no rate maps");
    for (size_t i = 0; i < session->cells * session->bins; i++)
        if (isinf(session->rate_maps[i]) || session->rate_maps[i] < 0.0)
            return nd_fail(error, session->file, "", "cell %zu has a rate of %g in bin %zu",
                           i / session->bins, session->rate_maps[i], i % session->bins);
    return true;
}

nd_binned nd_binned_session(const nd_session *session) {
    return (nd_binned){.frames = session->frames,
                       .cells = session->cells,
                       .bins = session->bins,
                       .frame_seconds = session->frame_seconds,
                       .events = session->events,
                       .bin = session->bin};
}

bool nd_session_check(const nd_session *session, nd_error *error) {
    if (session->kind == ND_SESSION_METRICS)
        return true;
    if (session->cells == 0 || session->bins == 0 ||
        session->bins != session->bins_x * session->bins_y * session->bins_direction)
        return nd_fail(error, session->file, "", "the session has %zu cells and %zu bins",
                       session->cells, session->bins);
    if (!session->occupancy)
        return nd_fail(error, session->file, "", "the session has no occupancy");
    for (size_t b = 0; b < session->bins; b++)
        if (!isfinite(session->occupancy[b]) || session->occupancy[b] < 0.0)
            return nd_fail(error, session->file, "", "bin %zu has an occupancy of %g", b,
                           session->occupancy[b]);
    if (session->kind == ND_SESSION_RATE_MAPS)
        return check_maps(session, error);
    if (session->frames == 0 || !(session->frame_seconds > 0.0) || !session->bin)
        return nd_fail(error, session->file, "", "the session has no frames that count");
    for (size_t f = 0; f < session->frames; f++)
        if (session->bin[f] < 0 || (size_t)session->bin[f] >= session->bins)
            return nd_fail(error, session->file, "", "frame %zu is in bin %lld of %zu", f,
                           (long long)session->bin[f], session->bins);
    return check_events(session, error);
}

void nd_session_clear(nd_session *session) {
    free(session->label);
    free(session->animal);
    free(session->environment);
    free(session->direction);
    free(session->file);
    free(session->notes);
    free(session->cells_are);
    free(session->led_to);
    free(session->events.start);
    free(session->events.frame);
    free(session->events.amount);
    free(session->occupancy);
    free(session->rate_maps);
    free(session->cell_id);
    for (size_t k = 0; k < ND_FRAME_COLUMNS; k++)
        free(*nd_frame_column_of(session, k));
    memset(session, 0, sizeof *session);
}

void nd_recording_free(nd_recording *recording) {
    if (!recording)
        return;
    for (size_t s = 0; s < recording->sessions_count; s++)
        nd_session_clear(&recording->sessions[s]);
    free(recording->sessions);
    nd_about *about = &recording->about;
    char *texts[] = {recording->name,          recording->manifest, about->title,
                     about->citation,          about->species,      about->region,
                     about->technique,         about->arena,        about->familiarity,
                     about->session_length,    about->note,         recording->position_unit,
                     recording->activity_unit, recording->day_name};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    free(recording);
}
