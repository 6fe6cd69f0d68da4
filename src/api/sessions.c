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

_Static_assert((int)ND_WAYS_JOINT == (int)ND_DIRECTIONS_JOINT &&
                   (int)ND_WAYS_SEPARATE == (int)ND_DIRECTIONS_SEPARATE,
               "ways are in the order of nd_directions");

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
        .seed = usual.seed,
        .ways = (nd_ways)usual.directions};
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
    if ((int)s->ways < ND_WAYS_POOLED || s->ways > ND_WAYS_SEPARATE)
        return wrong(error, "ways", (double)s->ways, "one of nd_ways");
    if (s->ways != ND_WAYS_POOLED && s->bins_y > 0)
        return wrong(error, "bins_y", (double)s->bins_y, "0 where ways are told apart");
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
    made.directions = (nd_directions)s->ways;
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
    if (settings->directions != ND_DIRECTIONS_POOLED &&
        !nd_is_given(given->direction, function, "direction", error))
        return false;
    if (settings->directions == ND_DIRECTIONS_POOLED && given->direction)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, "set ways in the settings",
                          "direction is given, but not used: ways are pooled");
    for (size_t f = 0; given->trial && f < given->activity.rows; f++)
        if (given->trial[f] < -1)
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "trial[%zu] is %ld", f,
                              (long)given->trial[f]);
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
    if (given->trial && given->trial[f] < 0) {
        left_out->outside_trials++;
        return false;
    }
    if (!isfinite(given->position[f]) || (given->position_y && !isfinite(given->position_y[f]))) {
        left_out->position_missing++;
        return false;
    }
    if (settings->minimum_speed > 0 && !(fabs(given->speed[f]) > settings->minimum_speed)) {
        left_out->slow++;
        return false;
    }
    if (given->direction && !(fabs(given->direction[f]) > 0)) {
        left_out->without_direction++;
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
    if ((given->trial && !(session->trial = nd_array(kept, sizeof *session->trial, error))) ||
        (given->direction && !(session->way = nd_array(kept, sizeof *session->way, error))))
        return false;
    for (size_t f = 0, next = 0; f < frames; f++) {
        if (!keep[f])
            continue;
        if (given->trial)
            session->trial[next] = given->trial[f];
        if (given->direction)
            session->way[next] = given->direction[f] < 0;
        next++;
    }
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

static bool add_matrix(nd_sessions *sessions, const nd_session_arrays *given, size_t outside,
                       nd_error *error) {
    size_t events;
    if (!check_session(sessions, given, error))
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
    session->spikes_outside = outside;
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

/* ---- Spikes ---- */

static bool check_spikes(const nd_session_arrays *given, nd_error *error) {
    static const char function[] = "nd_sessions_add";
    size_t values;
    if (given->activity.data)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "activity and spike_time are both given");
    if (!nd_is_given(given->spike_end, function, "spike_end", error))
        return false;
    if (given->cells == 0 || given->frames == 0 || given->frames > UINT32_MAX ||
        __builtin_mul_overflow(given->cells, given->frames, &values) ||
        values > SIZE_MAX / sizeof(float))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "there are %zu cells, %zu frames", given->cells, given->frames);
    if (!isfinite(given->frame_seconds) || !(given->frame_seconds > 0))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "frame_seconds is %g",
                          given->frame_seconds);
    for (size_t c = 1; c < given->cells; c++)
        if (given->spike_end[c] < given->spike_end[c - 1])
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                              "spike_end[%zu] is less than the one before", c);
    for (size_t f = 0; given->time && f < given->frames; f++)
        if (!isfinite(given->time[f]) || (f > 0 && !(given->time[f] > given->time[f - 1])))
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                              "time[%zu] is %g, and spikes need times that rise", f,
                              given->time[f]);
    return true;
}

static double begin_of(const nd_session_arrays *given, size_t frame) {
    return given->time ? given->time[frame] : (double)frame * given->frame_seconds;
}

/* The frame that had begun last by then; `frames` where that is long ago, or none had. */
static size_t frame_of(const nd_session_arrays *given, double spike) {
    size_t low = 0, high = given->frames; /* the first that begins later is in low .. high */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (begin_of(given, middle) <= spike)
            low = middle + 1;
        else
            high = middle;
    }
    bool known = low > 0 && spike < begin_of(given, low - 1) + 1.5 * given->frame_seconds;
    return known ? low - 1 : given->frames;
}

/* Spikes counted in frames x cells. */
static bool add_spikes(nd_sessions *sessions, const nd_session_arrays *given, nd_error *error) {
    if (!check_spikes(given, error))
        return false;
    size_t cells = given->cells, outside = 0;
    float *counts = nd_array(given->frames * cells, sizeof *counts, error);
    if (!counts)
        return false;
    for (size_t c = 0, s = 0; c < cells; c++)
        for (; s < given->spike_end[c]; s++) {
            if (!isfinite(given->spike_time[s]))
                continue;
            size_t frame = frame_of(given, given->spike_time[s]);
            if (frame < given->frames)
                counts[frame * cells + c] += 1;
            else
                outside++;
        }
    nd_session_arrays counted = *given;
    counted.activity = (nd_matrix){
        ND_FLOAT32,    given->frames, cells, counts, (ptrdiff_t)(cells * sizeof *counts),
        sizeof *counts};
    bool fine = add_matrix(sessions, &counted, outside, error);
    free(counts);
    return fine;
}

bool nd_sessions_add(nd_sessions *sessions, const nd_session_arrays *given, nd_error *error) {
    static const char function[] = "nd_sessions_add";
    if (!nd_is_given(sessions, function, "sessions", error) ||
        !nd_is_given(given, function, "session", error))
        return false;
    if (given->spike_time)
        return add_spikes(sessions, given, error);
    if (given->spike_end || given->cells > 0 || given->frames > 0)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "spike_end, cells or frames is given without spike_time");
    return add_matrix(sessions, given, 0, error);
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
                nd_reading_bin(&copy, &sessions->settings, range_x, range_y, error);
    nd_buffer_free(&bytes);
    fine = fine && nd_recording_take(&copy, recording, error);
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
        (recording->sessions = nd_array(2 * sessions->count, sizeof *recording->sessions, error));
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

nd_analysis *nd_manifest_analyse_following(const char *path, bool follow_links, unsigned threads,
                                           const nd_watch *watch, nd_error *error) {
    ND_IN_C_LOCALE;
    if (!nd_is_given(path, "nd_manifest_analyse_following", "path", error))
        return NULL;
    nd_load_options options = {.follow_links = follow_links};
    nd_recording *recording = nd_recording_load_with(path, &options, watch, error);
    return recording ? nd_analysis_of(recording, threads, watch, error) : NULL;
}

nd_analysis *nd_manifest_analyse(const char *path, unsigned threads, const nd_watch *watch,
                                 nd_error *error) {
    if (!nd_is_given(path, "nd_manifest_analyse", "path", error))
        return NULL;
    return nd_manifest_analyse_following(path, false, threads, watch, error);
}
