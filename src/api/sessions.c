/* Sessions from the caller's arrays (nulldrift/recording.h): arrays -> nd_reading, as a file's
 * reader makes them -> bins, order, measures of recording/ and sessions/. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/analysis.h"
#include "api/matrix.h"
#include "base/error.h"
#include "base/locale.h"
#include "recording/binning.h"
#include "recording/manifest.h"
#include "recording/order.h"
#include "recording/session_bytes.h"

enum { MOST_BINS = 100000 };

struct nd_sessions {
    nd_settings settings;
    char *name, *position_unit, *activity_unit;
    nd_reading *reading; /* count, without bins yet */
    size_t count, room;
};

nd_session_settings nd_session_settings_usual(void) {
    nd_settings usual;
    nd_settings_default(&usual);
    return (nd_session_settings){
        .bins = usual.bins_x,
        .bins_y = usual.bins_y,
        .range = {NAN, NAN},
        .range_y = {NAN, NAN},
        .minimum_speed = usual.minimum_speed,
        .circular = usual.circular,
        .minimum_active_frames = usual.minimum_active_frames,
        .minimum_rate = usual.minimum_rate,
        .shuffles = usual.shuffles,
        .threshold = usual.threshold,
        .corrections = {usual.shuffle_reduction, usual.scaled_shuffle_reduction,
                        usual.asymptotic_extrapolation, usual.bounded_asymptotic_extrapolation},
        .repetitions = usual.subsampling_repetitions,
        .smoothing = usual.rate_map_smoothing,
        .equalise = usual.equalise,
        .seed = usual.seed};
}

static bool wrong(nd_error *error, const char *setting, double value, const char *expected) {
    return nd_fail_as(ND_CODE_ARGUMENT, error, "nd_sessions_new", NULL, "%s is %g, expected %s",
                      setting, value, expected);
}

static bool between(double value, double low, double high) {
    return value >= low && value <= high;
}

/* A range is given by two finite numbers that rise, or by two NaN. */
static bool sound_range(const double range[2]) {
    return (isnan(range[0]) && isnan(range[1])) ||
           (isfinite(range[0]) && isfinite(range[1]) && range[0] < range[1]);
}

static bool check_settings(const nd_session_settings *s, nd_error *error) {
    if (s->bins < 2 || s->bins > MOST_BINS)
        return wrong(error, "bins", (double)s->bins, "2 to 1e5");
    if (s->bins_y > MOST_BINS)
        return wrong(error, "bins_y", (double)s->bins_y, "0 to 1e5");
    if (s->circular && s->bins_y > 0)
        return wrong(error, "bins_y", (double)s->bins_y, "0, for a loop has one dimension");
    if (!sound_range(s->range))
        return wrong(error, "range", s->range[0], "two numbers that rise, or two NaN");
    if (!sound_range(s->range_y))
        return wrong(error, "range_y", s->range_y[0], "two numbers that rise, or two NaN");
    if (!between(s->minimum_speed, 0, 1e9))
        return wrong(error, "minimum_speed", s->minimum_speed, "0 to 1e9");
    if (!between(s->minimum_rate, 0, 1e9))
        return wrong(error, "minimum_rate", s->minimum_rate, "0 to 1e9");
    if (!between(s->threshold, 0, 1))
        return wrong(error, "threshold", s->threshold, "0 to 1");
    if (!between(s->smoothing, 0, 1000))
        return wrong(error, "smoothing", s->smoothing, "0 to 1000");
    if (s->minimum_active_frames > UINT32_MAX)
        return wrong(error, "minimum_active_frames", (double)s->minimum_active_frames, "fewer");
    if (s->shuffles > 1000000000)
        return wrong(error, "shuffles", (double)s->shuffles, "0 to 1e9");
    return s->repetitions <= 1000000 ||
           wrong(error, "repetitions", (double)s->repetitions, "0 to 1e6");
}

static nd_settings settings_of(const nd_session_settings *s) {
    nd_settings made;
    nd_settings_default(&made);
    made.bins_x = s->bins;
    made.bins_y = s->bins_y;
    memcpy(made.range_x, s->range, sizeof made.range_x);
    memcpy(made.range_y, s->range_y, sizeof made.range_y);
    made.minimum_speed = s->minimum_speed;
    made.circular = s->circular;
    made.minimum_active_frames = s->minimum_active_frames;
    made.minimum_rate = s->minimum_rate;
    made.shuffles = s->shuffles;
    made.threshold = s->threshold;
    made.shuffle_reduction = s->corrections[ND_BIAS_SR];
    made.scaled_shuffle_reduction = s->corrections[ND_BIAS_SSR];
    made.asymptotic_extrapolation = s->corrections[ND_BIAS_AE];
    made.bounded_asymptotic_extrapolation = s->corrections[ND_BIAS_BAE];
    made.subsampling_repetitions = s->repetitions;
    made.rate_map_smoothing = s->smoothing;
    made.equalise = s->equalise;
    made.seed = s->seed;
    return made;
}

static char *text_of(const char *text, nd_error *error) {
    return nd_text(text ? text : "", error);
}

nd_sessions *nd_sessions_new(const nd_session_settings *settings, const char *name,
                             const char *position_unit, const char *activity_unit,
                             nd_error *error) {
    nd_session_settings with = settings ? *settings : nd_session_settings_usual();
    nd_sessions *sessions =
        check_settings(&with, error) ? nd_array(1, sizeof *sessions, error) : NULL;
    if (!sessions)
        return NULL;
    sessions->settings = settings_of(&with);
    if ((sessions->name = text_of(name, error)) &&
        (sessions->position_unit = text_of(position_unit, error)) &&
        (sessions->activity_unit = text_of(activity_unit, error)))
        return sessions;
    nd_sessions_free(sessions);
    return NULL;
}

void nd_sessions_free(nd_sessions *sessions) {
    if (!sessions)
        return;
    for (size_t i = 0; i < sessions->count; i++)
        nd_reading_clear(&sessions->reading[i]);
    free(sessions->reading);
    free(sessions->name);
    free(sessions->position_unit);
    free(sessions->activity_unit);
    free(sessions);
}

/* ---- From arrays to a reading ---- */

static bool check_session(const nd_sessions *sessions, const nd_session_arrays *given,
                          nd_error *error) {
    static const char function[] = "nd_sessions_add";
    const nd_settings *settings = &sessions->settings;
    if (!nd_matrix_check(&given->activity, function, error) ||
        !nd_is_given(given->position, function, "position", error) ||
        (settings->bins_y > 0 && !nd_is_given(given->position_y, function, "position_y", error)) ||
        (settings->minimum_speed > 0 && !nd_is_given(given->speed, function, "speed", error)))
        return false;
    if (settings->bins_y == 0 && given->position_y)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, "give bins_y in the settings",
                          "position_y is given, but not used: bins_y is 0");
    if (!isfinite(given->day))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "day is %g", given->day);
    if (!isfinite(given->frame_seconds) || !(given->frame_seconds > 0))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "frame_seconds is %g",
                          given->frame_seconds);
    if (given->activity.rows > UINT32_MAX)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "there are %zu frames",
                          given->activity.rows);
    return !given->time ||
           nd_all_finite(given->time, given->activity.rows, function, "time", error);
}

static int ascending_ids(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Ids are copied; none twice. */
static bool copy_ids(const nd_session_arrays *given, nd_session *session, nd_error *error) {
    size_t cells = given->activity.columns;
    if (!given->cell_id)
        return true;
    int64_t *sorted = nd_array(cells, sizeof *sorted, error);
    bool fine = sorted && (session->cell_id = nd_array(cells, sizeof *session->cell_id, error));
    if (fine) {
        memcpy(session->cell_id, given->cell_id, cells * sizeof *sorted);
        memcpy(sorted, given->cell_id, cells * sizeof *sorted);
        qsort(sorted, cells, sizeof *sorted, ascending_ids);
        for (size_t c = 1; fine && c < cells; c++)
            fine = sorted[c] != sorted[c - 1] ||
                   nd_fail_as(ND_CODE_ARGUMENT, error, "nd_sessions_add", NULL,
                              "cell_id %lld is there twice", (long long)sorted[c]);
    }
    free(sorted);
    return fine;
}

/* Does the frame count? Else it is counted where it is left out. */
static bool counts(const nd_session_arrays *given, const nd_settings *settings, size_t f,
                   nd_left_out *left_out) {
    if (!isfinite(given->position[f]) || (given->position_y && !isfinite(given->position_y[f]))) {
        left_out->position_missing++;
        return false;
    }
    if (settings->minimum_speed > 0 && !(fabs(given->speed[f]) > settings->minimum_speed)) {
        left_out->slow++;
        return false;
    }
    for (size_t c = 0; c < given->activity.columns; c++)
        if (!isfinite(nd_matrix_at(&given->activity, f, c))) {
            left_out->activity_missing++;
            return false;
        }
    return true;
}

/* Which frames count, and how many events they hold. */
static bool survey(const nd_session_arrays *given, const nd_settings *settings, bool *keep,
                   size_t *events, nd_session *session, nd_error *error) {
    *events = 0;
    session->counts = true;
    for (size_t f = 0; f < given->activity.rows; f++) {
        keep[f] = counts(given, settings, f, &session->left_out);
        session->frames += keep[f];
        for (size_t c = 0; keep[f] && c < given->activity.columns; c++) {
            double amount = nd_matrix_at(&given->activity, f, c);
            if (amount < 0)
                return nd_fail_as(ND_CODE_ARGUMENT, error, "nd_sessions_add", NULL,
                                  "activity is %g at frame %zu of cell %zu, expected none below 0",
                                  amount, f, c);
            *events += amount != 0;
            session->counts = session->counts && amount == floor(amount);
        }
    }
    return session->frames > 0 ||
           nd_fail_as(ND_CODE_ARGUMENT, error, "nd_sessions_add", NULL,
                      "no frame of %zu has a known position and activity and is fast enough",
                      given->activity.rows);
}

static bool make_events(const nd_session_arrays *given, const bool *keep, size_t events,
                        nd_session *session, nd_error *error) {
    nd_events *to = &session->events;
    size_t cells = given->activity.columns, event = 0;
    if (!(to->start = nd_array(cells + 1, sizeof *to->start, error)) ||
        !(to->frame = nd_array(events, sizeof *to->frame, error)) ||
        !(to->amount = nd_doubles(events, error)))
        return false;
    for (size_t c = 0; c < cells; c++) {
        uint32_t frame = 0;
        for (size_t f = 0; f < given->activity.rows; f++) {
            if (!keep[f])
                continue;
            double amount = nd_matrix_at(&given->activity, f, c);
            if (amount != 0) {
                to->frame[event] = frame;
                to->amount[event++] = amount;
            }
            frame++;
        }
        to->start[c + 1] = event;
    }
    return true;
}

/* A column of the frames that count; of NULL, NULL. */
static bool keep_column(const double *from, const bool *keep, size_t frames, size_t kept,
                        double **to, nd_error *error) {
    if (!from)
        return true;
    if (!(*to = nd_doubles(kept, error)))
        return false;
    for (size_t f = 0, next = 0; f < frames; f++)
        if (keep[f])
            (*to)[next++] = from[f];
    return true;
}

static bool make_columns(const nd_session_arrays *given, const bool *keep, nd_session *session,
                         nd_error *error) {
    size_t frames = given->activity.rows, kept = session->frames;
    if (!keep_column(given->position, keep, frames, kept, &session->position, error) ||
        !keep_column(given->position_y, keep, frames, kept, &session->position_y, error) ||
        !keep_column(given->speed, keep, frames, kept, &session->speed, error) ||
        !keep_column(given->time, keep, frames, kept, &session->time, error))
        return false;
    if (given->time)
        return true;
    if (!(session->time = nd_doubles(kept, error)))
        return false;
    for (size_t f = 0, next = 0; f < frames; f++)
        if (keep[f])
            session->time[next++] = (double)f * given->frame_seconds;
    return true;
}

static bool make_texts(const nd_session_arrays *given, nd_session *session, nd_error *error) {
    return (session->label = text_of(given->label, error)) &&
           (session->animal = text_of(given->animal, error)) &&
           (session->environment = text_of(given->environment, error)) &&
           (session->direction = text_of(NULL, error)) &&
           (session->file = text_of(given->label, error)) &&
           (session->notes = text_of(NULL, error)) && (session->cells_are = text_of(NULL, error)) &&
           (session->led_to = text_of(NULL, error));
}

bool nd_sessions_add(nd_sessions *sessions, const nd_session_arrays *given, nd_error *error) {
    static const char function[] = "nd_sessions_add";
    size_t events;
    if (!nd_is_given(sessions, function, "sessions", error) ||
        !nd_is_given(given, function, "session", error) || !check_session(sessions, given, error))
        return false;
    nd_reading *grown = nd_grown(sessions->reading, &sessions->room, sessions->count + 1,
                                 sizeof *sessions->reading, error);
    if (!grown)
        return false;
    sessions->reading = grown;
    nd_reading reading = {.index = sessions->count};
    nd_session *session = &reading.session;
    session->kind = ND_SESSION_ACTIVITY;
    session->cells = given->activity.columns;
    session->frames_read = given->activity.rows;
    session->frame_seconds = given->frame_seconds;
    session->day = given->day;
    session->exposure = NAN;
    bool *keep = nd_array(given->activity.rows, sizeof *keep, error);
    bool fine = keep && make_texts(given, session, error) && copy_ids(given, session, error) &&
                survey(given, &sessions->settings, keep, &events, session, error) &&
                make_events(given, keep, events, session, error) &&
                make_columns(given, keep, session, error);
    free(keep);
    if (fine)
        sessions->reading[sessions->count++] = reading;
    else
        nd_reading_clear(&reading);
    return fine;
}

/* ---- Analysis ---- */

/* The ranges that are not given are those of all sessions of an animal in an environment. */
static void find_range(const nd_sessions *sessions, size_t index, double range_x[2],
                       double range_y[2]) {
    const nd_settings *settings = &sessions->settings;
    double x[2] = {INFINITY, -INFINITY}, y[2] = {INFINITY, -INFINITY};
    for (size_t i = 0; i < sessions->count; i++)
        if (nd_same_place(&sessions->reading[index].session, &sessions->reading[i].session))
            nd_reading_widen(&sessions->reading[i], x, y);
    for (int end = 0; end < 2; end++) {
        range_x[end] = isnan(settings->range_x[0]) ? x[end] : settings->range_x[end];
        range_y[end] = isnan(settings->range_y[0]) ? y[end] : settings->range_y[end];
    }
}

/* A copy of a reading, with its bins, into the recording. */
static bool put_session(const nd_sessions *sessions, size_t index, nd_recording *recording,
                        nd_error *error) {
    nd_buffer bytes = {0};
    nd_reading copy = {0};
    double range_x[2], range_y[2];
    find_range(sessions, index, range_x, range_y);
    bool fine = nd_reading_put(&bytes, &sessions->reading[index], error) &&
                nd_reading_take(&bytes, &copy, error) &&
                nd_reading_bin(&copy, &sessions->settings, range_x, range_y, error) &&
                nd_session_check(&copy.session, error);
    nd_buffer_free(&bytes);
    if (fine) {
        recording->sessions[recording->sessions_count++] = copy.session;
        memset(&copy.session, 0, sizeof copy.session);
    }
    nd_reading_clear(&copy);
    return fine;
}

static nd_recording *make_recording(const nd_sessions *sessions, nd_error *error) {
    nd_recording *recording = nd_array(1, sizeof *recording, error);
    if (!recording)
        return NULL;
    recording->settings = sessions->settings;
    bool fine =
        (recording->name = text_of(sessions->name, error)) &&
        (recording->manifest = text_of("nd_sessions_analyse", error)) &&
        (recording->position_unit = text_of(sessions->position_unit, error)) &&
        (recording->activity_unit = text_of(sessions->activity_unit, error)) &&
        (recording->day_name = text_of("day", error)) &&
        (recording->sessions = nd_array(sessions->count, sizeof *recording->sessions, error));
    nd_about *about = &recording->about;
    for (size_t i = 0; fine && i < ND_ABOUT_TEXTS; i++)
        fine = (*nd_about_text(about, i) = text_of(NULL, error)) != NULL;
    for (size_t i = 0; fine && i < sessions->count; i++)
        fine = put_session(sessions, i, recording, error);
    if (fine && nd_recording_order(recording, error))
        return recording;
    nd_recording_free(recording);
    return NULL;
}

nd_analysis *nd_sessions_analyse(const nd_sessions *sessions, unsigned threads,
                                 const nd_watch *watch, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_sessions_analyse";
    if (!nd_is_given(sessions, function, "sessions", error))
        return NULL;
    if (sessions->count == 0) {
        nd_fail_as(ND_CODE_ARGUMENT, error, function, "add one with nd_sessions_add",
                   "there are no sessions");
        return NULL;
    }
    nd_recording *recording = make_recording(sessions, error);
    return recording ? nd_analysis_of(recording, threads, watch, error) : NULL;
}

nd_analysis *nd_manifest_analyse(const char *path, unsigned threads, const nd_watch *watch,
                                 nd_error *error) {
    ND_IN_C_LOCALE;
    if (!nd_is_given(path, "nd_manifest_analyse", "path", error))
        return NULL;
    nd_recording *recording = nd_recording_load(path, watch, error);
    return recording ? nd_analysis_of(recording, threads, watch, error) : NULL;
}
