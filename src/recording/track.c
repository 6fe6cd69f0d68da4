#include "recording/track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sort.h"
#include "recording/coordinate.h"
#include "recording/linearise.h"
#include "recording/position_notes.h"
#include "recording/series_read.h"

/* Positions this far apart in time are not joined by a line; a computed speed spans this much. */
static const double LONGEST_GAP_SECONDS = 1.0, SPEED_WINDOW_SECONDS = 0.25;

/* Clocks that share less than this of either are not one clock; nor are those whose steps differ by
 * more than this factor. A frame longer than this is worth a word: its times may not be seconds. */
static const double LEAST_SHARED = 0.005, MOST_STEPS_APART = 300.0, LONG_FRAME_SECONDS = 5.0;

/* Times this share of a frame apart are one. */
static const double SAME_TIME = 1e-6;

/* So are frames as short as this: days, or hours. */
static const double SHORT_FRAME_SECONDS = 1e-4;

void nd_track_clear(nd_track *track) {
    free(track->clock);
    free(track->x);
    free(track->y);
    free(track->speed);
    free(track->direction);
    free(track->trial);
    free(track->keep);
    memset(track, 0, sizeof *track);
}

/* The median step of a clock, from at most some thousands of its steps; 0 if there is none. */
static double median_step(const double *times, size_t count) {
    enum { MOST = 4096 };
    double steps[MOST];
    size_t stride = count / MOST + 1, taken = 0;
    for (size_t i = 1; i < count && taken < MOST; i += stride)
        steps[taken++] = times[i] - times[i - 1];
    nd_sort_ascending(steps, taken);
    return taken ? steps[taken / 2] : 0.0;
}

static bool even_clock(nd_track *track, double first, double step, size_t frames, nd_error *error) {
    track->frames = frames;
    track->clock = nd_doubles(frames, error);
    for (size_t i = 0; track->clock && i < frames; i++)
        track->clock[i] = first + step * (double)i;
    return track->clock != NULL;
}

static bool copy_clock(nd_track *track, const double *times, size_t frames, nd_error *error) {
    track->frames = frames;
    track->clock = nd_doubles(frames, error);
    if (track->clock)
        memcpy(track->clock, times, frames * sizeof *times);
    return track->clock != NULL;
}

static bool no_times(const nd_request *request, nd_error *error) {
    return nd_fail(error, nd_request_file(request, ND_ROLE_POSITION),
                   "give frame_seconds in the manifest, or where the times are",
                   "has no times for the frames");
}

/* Spikes are counted in the frames of the position, or in even frames of the length asked for. */
static bool clock_for_spikes(const nd_request *request, const nd_series *position, nd_track *track,
                             nd_error *error) {
    double asked = request->frame_seconds;
    if (!position->times) {
        double step = asked > 0.0 ? asked : position->rate > 0.0 ? 1.0 / position->rate : 0.0;
        track->frame_seconds = step;
        return step > 0.0 ? even_clock(track, 0.0, step, position->rows, error)
                          : no_times(request, error);
    }
    double own = median_step(position->times, position->rows);
    double first = position->times[0], last = position->times[position->rows - 1];
    track->frame_seconds = asked > 0.0 ? asked : own;
    if (!(asked > 0.0) || fabs(asked - own) < 0.01 * own)
        return copy_clock(track, position->times, position->rows, error);
    double frames = floor((last - first) / asked) + 1.0;
    if (!(frames < 4e9))
        return nd_fail(error, position->name, "give longer frames",
                       "frames of %g s would be %g in number", asked, frames);
    return even_clock(track, first, asked, (size_t)frames, error);
}

static bool clock_for_frames(const nd_request *request, const nd_activity *activity,
                             const nd_series *position, nd_track *track, nd_error *error) {
    double step = request->frame_seconds;
    if (!(step > 0.0) && activity->rate > 0.0)
        step = 1.0 / activity->rate;
    const double *times = activity->times;
    if (!times && position->rows == activity->frames)
        times = position->times;
    if (!(step > 0.0) && times)
        step = median_step(times, activity->frames);
    if (!(step > 0.0))
        return no_times(request, error);
    track->frame_seconds = step;
    return times ? copy_clock(track, times, activity->frames, error)
                 : even_clock(track, 0.0, step, activity->frames, error);
}

/* --- onto the clock --- */

static double between(const nd_series *series, size_t column, size_t i, double t,
                      const nd_coordinate *along, const double range[2]) {
    const double *v = series->values + column, *times = series->times;
    size_t width = series->columns;
    double a = v[i * width], b = v[(i + 1) * width], span = times[i + 1] - times[i];
    double part = (t - times[i]) / span;
    if (part == 0.0 || part == 1.0)
        return part == 0.0 ? a : b;
    if (span > along->longest)
        return NAN;
    if (along->nearest)
        return part < 0.5 ? a : b;
    if (nd_coordinate_jumps(along, a, b))
        return NAN;
    if (!along->loop)
        return a + part * (b - a);
    double place = a + part * nd_coordinate_step(along, a, b);
    if (along->span > 0.0 && place < range[0])
        place += along->span;
    if (along->span > 0.0 && place > range[1])
        place -= along->span;
    return place;
}

/* Whether the series' times are the clock itself, but for rounding. */
static bool same_clock(const nd_series *series, const nd_track *track) {
    if (series->rows != track->frames)
        return false;
    for (size_t i = 0; i < track->frames; i++)
        if (!(fabs(series->times[i] - track->clock[i]) <= SAME_TIME * track->frame_seconds))
            return false;
    return true;
}

bool nd_clocks_meet(const nd_request *request, const char *one, const double one_span[2],
                    const char *other, const double other_span[2], nd_error *error) {
    double first = fmax(one_span[0], other_span[0]), last = fmin(one_span[1], other_span[1]);
    double shared = last - first;
    double least = LEAST_SHARED * fmax(one_span[1] - one_span[0], other_span[1] - other_span[0]);
    if (shared >= 0.0 && shared >= least)
        return true;
    return nd_request_refuse(
        request, ND_ROLES, "",
        "give the part whose times are not seconds a time_unit: ms, us or "
        "samples (with rate); or times of the same clock",
        error, "the clocks of %s (%.12g to %.12g s) and of %s (%.12g to %.12g s) have %s in common",
        one, one_span[0], one_span[1], other, other_span[0], other_span[1],
        shared < 0.0 ? "nothing" : "next to nothing");
}

/* Clocks whose steps differ by a factor of hundreds are in different units. */
static bool steps_alike(const nd_request *request, nd_role role, const nd_series *series,
                        const nd_track *track, nd_error *error) {
    double own = median_step(series->times, series->rows), frame = track->frame_seconds;
    if (series->rows < 3 || track->frames < 3 || !(own > 0.0) || !(frame > 0.0))
        return true;
    double apart = own > frame ? own / frame : frame / own;
    return apart <= MOST_STEPS_APART ||
           nd_request_refuse(request, role, "",
                             "give the part whose times are not seconds a "
                             "time_unit: ms, us or samples (with rate)",
                             error,
                             "a step of its times is %.6g s, a frame %.6g s: they cannot both be "
                             "seconds",
                             own, frame);
}

static bool check_clocks(const nd_request *request, nd_role role, const nd_series *series,
                         const nd_track *track, nd_files *files, nd_error *error) {
    if (series->rows < 2 || track->frames < 2)
        return true;
    const double own[2] = {series->times[0], series->times[series->rows - 1]};
    const double frames[2] = {track->clock[0], track->clock[track->frames - 1]};
    if (!nd_clocks_meet(request, nd_role_name(role), own, "the frames", frames, error) ||
        !steps_alike(request, role, series, track, error))
        return false;
    double shared = fmin(own[1], frames[1]) - fmax(own[0], frames[0]);
    double longer = fmax(own[1] - own[0], frames[1] - frames[0]);
    if (shared < 0.5 * longer)
        nd_files_note(files,
                      "%s: its clock (%.9g to %.9g s) and that of the frames (%.9g to %.9g s) "
                      "share %.0f %% only",
                      nd_role_name(role), own[0], own[1], frames[0], frames[1],
                      100.0 * shared / longer);
    return true;
}

static double *on_clock(const nd_request *request, nd_role role, const nd_series *series,
                        size_t column, const nd_track *track, nd_files *files, nd_error *error) {
    const nd_settings *settings = request->settings;
    bool place = role == ND_ROLE_POSITION || role == ND_ROLE_POSITION_Y;
    bool y = role == ND_ROLE_POSITION_Y || column > 0;
    double range[2] = {0.0, 0.0};
    if (!series->times && series->rows != track->frames) {
        nd_fail(error, nd_request_file(request, role), "correct the file, or give its times",
                "lengths disagree: %s has %zu values, the activity %zu frames", series->name,
                series->rows, track->frames);
        return NULL;
    }
    if (series->times && !check_clocks(request, role, series, track, files, error))
        return NULL;
    double *values = nd_doubles(track->frames, error);
    if (!values)
        return NULL;
    if (!series->times || same_clock(series, track)) {
        for (size_t i = 0; i < track->frames; i++)
            values[i] = series->values[i * series->columns + column];
        return values;
    }
    if (place)
        nd_coordinate_range(settings, y, series, column, range);
    nd_coordinate along = {
        .span = place && range[1] > range[0] ? range[1] - range[0] : 0.0,
        .loop = place && !y && settings->circular,
        .nearest = settings->position_is_bin && role == ND_ROLE_POSITION,
        .longest = fmax(LONGEST_GAP_SECONDS, 5.0 * median_step(series->times, series->rows))};
    for (size_t f = 0, i = 0; f < track->frames; f++) {
        double t = track->clock[f];
        while (i + 2 < series->rows && series->times[i + 1] <= t)
            i++;
        bool inside = series->rows > 1 && t >= series->times[i] && t <= series->times[i + 1];
        values[f] = inside ? between(series, column, i, t, &along, range) : NAN;
    }
    return values;
}

/* One more series, where it is given or found. */
static bool read_onto(const nd_request *request, nd_role role, nd_files *files,
                      const nd_track *track, double **values, nd_error *error) {
    nd_series series = {0};
    bool found = false;
    bool fine = nd_request_series(request, role, files, &series, &found, error);
    if (fine && found && series.columns != 1)
        fine = nd_fail(error, nd_request_file(request, role), "give its columns in the manifest",
                       "%s has %zu columns; expected one for %s", series.name, series.columns,
                       nd_role_name(role));
    if (fine && found)
        fine = (*values = on_clock(request, role, &series, 0, track, files, error)) != NULL;
    nd_series_clear(&series);
    return fine;
}

/* --- position, speed, direction --- */

/* Says what the file does hold, where it is the activity's too. */
static bool no_position(const nd_request *request, const char *path, nd_files *files,
                        nd_error *error) {
    const char *mend = "give position: {file: ..., name: ...} in the manifest";
    nd_open_file *open_file = nd_files_open(files, path, NULL, NULL);
    nd_activity activity = {0};
    size_t cells = 0;
    const char *lacks = open_file ? open_file->format->no_position : "";
    if (open_file && open_file->format->activity(open_file->file, &request->role[ND_ROLE_ACTIVITY],
                                                 NULL, &activity, NULL))
        cells = activity.spike_times   ? activity.cells
                : activity.known_cells ? activity.known_cells
                : activity.pick        ? activity.pick_count
                                       : activity.columns;
    bool spikes = activity.spike_times;
    nd_activity_clear(&activity);
    if (cells == 0)
        return nd_fail(error, path, mend, "holds no position%s", lacks);
    return nd_fail(error, path, mend, "holds no position%s, only the %s of %zu cells", lacks,
                   spikes ? "spike times" : "activity", cells);
}

/* Before it is linearised, a position_y of its own becomes the position's second column. */
static bool add_y(const nd_request *request, nd_files *files, nd_series *position,
                  nd_error *error) {
    nd_series y = {0};
    bool found = false;
    if (position->columns != 1 || !request->given[ND_ROLE_POSITION_Y])
        return true;
    bool fine = nd_request_series(request, ND_ROLE_POSITION_Y, files, &y, &found, error);
    if (fine && (y.columns != 1 || y.rows != position->rows))
        fine = nd_request_refuse(request, ND_ROLE_POSITION_Y, "", "give it a value for each x",
                                 error, "lengths disagree: %.100s has %zu x, %.100s %zu x %zu y",
                                 position->name, position->rows, y.name, y.rows, y.columns);
    double *both = fine ? nd_doubles(2 * position->rows, error) : NULL;
    for (size_t i = 0; both && i < position->rows; i++) {
        both[2 * i] = position->values[i];
        both[2 * i + 1] = y.values[i];
    }
    nd_series_clear(&y);
    if (!both)
        return false;
    free(position->values);
    position->values = both;
    position->columns = 2;
    return true;
}

static bool read_position(const nd_request *request, bool two, nd_files *files, nd_series *position,
                          nd_error *error) {
    bool found = false;
    const char *file = nd_request_file(request, ND_ROLE_POSITION);
    if (!file)
        return nd_fail(error, request->label, "give position: {file: ...} in the manifest",
                       "the session has no file to find a position in");
    if (!nd_request_series(request, ND_ROLE_POSITION, files, position, &found, error))
        return false;
    if (!found)
        return no_position(request, file, files, error);
    if (position->rows == 0 || position->depth != 1)
        return nd_fail(error, file, "", "%s is no list of positions", position->name);
    if (request->linearise.points_count > 0 &&
        !(add_y(request, files, position, error) && nd_linearise(request, files, position, error)))
        return false;
    if (!two && position->columns != 1)
        return nd_fail(error, file, "say which in columns, or give bins_y for two dimensions",
                       "%s has %zu columns; expected one", position->name, position->columns);
    if (two && position->columns > 2)
        return nd_fail(error, file, "say which two in columns",
                       "%s has %zu columns; expected two, x and y", position->name,
                       position->columns);
    return true;
}

static bool place_on_clock(const nd_request *request, bool two, nd_files *files,
                           const nd_series *position, nd_track *track, nd_error *error) {
    track->x = on_clock(request, ND_ROLE_POSITION, position, 0, track, files, error);
    if (!track->x)
        return false;
    if (!two)
        return true;
    if (position->columns == 2)
        track->y = on_clock(request, ND_ROLE_POSITION, position, 1, track, files, error);
    else if (!read_onto(request, ND_ROLE_POSITION_Y, files, track, &track->y, error))
        return false;
    return track->y || nd_fail(error, nd_request_file(request, ND_ROLE_POSITION),
                               "give position_y in the manifest, or two columns of position",
                               "two dimensions are asked for and there is no y");
}

/* The way of x between two frames, around a loop the shorter way; NaN across a jump. */
static double way_between(const double *x, size_t a, size_t b, const nd_coordinate *along) {
    double last = x[a]; /* that is known */
    for (size_t f = a + 1; along && !along->loop && f <= b; f++) {
        if (nd_coordinate_jumps(along, last, x[f]))
            return NAN;
        last = isnan(x[f]) ? last : x[f];
    }
    return along ? nd_coordinate_step(along, x[a], x[b]) : x[b] - x[a];
}

/* Change per second over a short window around each frame. */
static double *rate_of_change(const double *x, const double *y, const nd_coordinate *along,
                              const nd_track *track, nd_error *error) {
    double *rate = nd_doubles(track->frames, error);
    size_t before = 0, after = 0;
    for (size_t f = 0; rate && f < track->frames; f++) {
        while (track->clock[f] - track->clock[before] > SPEED_WINDOW_SECONDS && before < f)
            before++;
        after = after < f ? f : after;
        while (after + 1 < track->frames &&
               track->clock[after + 1] - track->clock[f] <= SPEED_WINDOW_SECONDS)
            after++;
        size_t a = before, b = after;
        if (a == b) { /* frames longer than the window */
            a = f ? f - 1 : f;
            b = f + 1 < track->frames ? f + 1 : f;
        }
        double dt = track->clock[b] - track->clock[a];
        double dx = way_between(x, a, b, along), dy = y ? y[b] - y[a] : 0.0;
        rate[f] = dt > 0.0 ? (y ? hypot(dx, dy) : dx) / dt : NAN;
    }
    return rate;
}

static bool has_negative(const double *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (values[i] < 0.0)
            return true;
    return false;
}

static bool copy_doubles(const double *from, size_t count, double **to, nd_error *error) {
    *to = nd_doubles(count, error);
    if (*to)
        memcpy(*to, from, count * sizeof *from);
    return *to != NULL;
}

/* The course of the position on the clock, for speed and direction. */
static nd_coordinate coordinate_of(const nd_settings *settings, const nd_track *track) {
    const nd_series on_clock = {.rows = track->frames, .columns = 1, .values = track->x};
    double range[2];
    nd_coordinate_range(settings, false, &on_clock, 0, range);
    return (nd_coordinate){.span = range[1] > range[0] ? range[1] - range[0] : 0.0,
                           .loop = settings->circular};
}

/* A speed is read where it is given or needed; one that is found but cannot be used, and that
 * nobody asked for, is computed from the position instead. */
static bool read_speed(const nd_request *request, nd_files *files, bool needed, nd_track *track,
                       nd_error *error) {
    nd_error why = {0};
    if (request->given[ND_ROLE_SPEED])
        return read_onto(request, ND_ROLE_SPEED, files, track, &track->speed, error);
    if (!needed || read_onto(request, ND_ROLE_SPEED, files, track, &track->speed, &why))
        return true;
    nd_files_note(files, "speed: computed from the position; the file's cannot be used: %s",
                  why.what);
    free(track->speed);
    track->speed = NULL;
    return true;
}

static bool find_motion(const nd_request *request, nd_files *files, nd_track *track,
                        nd_error *error) {
    const nd_settings *settings = request->settings;
    bool apart =
        settings->directions != ND_DIRECTIONS_POOLED && !track->y && request->direction[0] == '\0';
    nd_coordinate along = coordinate_of(settings, track);
    if (!read_speed(request, files, settings->minimum_speed > 0.0 || apart, track, error))
        return false;
    if (!track->speed && settings->minimum_speed > 0.0 &&
        !(track->speed =
              rate_of_change(track->x, track->y, track->y ? NULL : &along, track, error)))
        return false;
    if (!apart)
        return true;
    if (request->given[ND_ROLE_DIRECTION] &&
        !read_onto(request, ND_ROLE_DIRECTION, files, track, &track->direction, error))
        return false;
    if (track->direction)
        return true;
    if (track->speed && has_negative(track->speed, track->frames))
        return copy_doubles(track->speed, track->frames, &track->direction, error);
    track->direction = rate_of_change(track->x, NULL, &along, track, error);
    return track->direction != NULL;
}

/* --- trials --- */

static bool number_trials(const nd_request *request, const nd_series *trials, nd_track *track,
                          nd_error *error) {
    track->trial = nd_array(track->frames, sizeof *track->trial, error);
    if (!track->trial)
        return false;
    bool intervals = trials->columns == 2;
    if (!intervals && (trials->columns != 1 || trials->rows != track->frames))
        return nd_fail(error, nd_request_file(request, ND_ROLE_TRIALS), "correct the manifest",
                       "%s is %zu x %zu; expected start and stop times, or a trial for each of the "
                       "%zu frames",
                       trials->name, trials->rows, trials->columns, track->frames);
    for (size_t f = 0; f < track->frames; f++) {
        double t = track->clock[f];
        track->trial[f] = -1;
        if (!intervals && trials->values[f] >= 0.0 && trials->values[f] < 1e9)
            track->trial[f] = (int32_t)trials->values[f];
        for (size_t i = 0; intervals && i < trials->rows; i++)
            if (t >= trials->values[2 * i] && t < trials->values[2 * i + 1])
                track->trial[f] = (int32_t)i;
    }
    return true;
}

static bool read_trials(const nd_request *request, nd_files *files, nd_track *track,
                        nd_error *error) {
    nd_series trials = {0};
    bool found = false;
    if (!request->given[ND_ROLE_TRIALS])
        return true;
    bool fine = nd_request_series(request, ND_ROLE_TRIALS, files, &trials, &found, error);
    if (fine && !found)
        fine = nd_fail(error, nd_request_file(request, ND_ROLE_TRIALS), "name them in the manifest",
                       "holds no trials");
    fine = fine && number_trials(request, &trials, track, error);
    nd_series_clear(&trials);
    return fine;
}

/* --- which frames count --- */

/* Whether the cells were observed at a time. */
static bool observed_at(const nd_activity *activity, double t) {
    size_t low = 0, high = activity ? activity->observed_count : 0;
    if (!activity || !activity->observed)
        return true;
    while (low < high) { /* how many intervals begin no later */
        size_t middle = low + (high - low) / 2;
        if (activity->observed[2 * middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && t < activity->observed[2 * low - 1];
}

static bool choose_frames(const nd_settings *settings, const nd_activity *activity, nd_files *files,
                          nd_track *track, nd_error *error) {
    size_t unobserved = 0;
    track->keep = nd_array(track->frames, sizeof *track->keep, error);
    if (!track->keep)
        return false;
    nd_left_out *out = &track->left_out;
    for (size_t f = 0; f < track->frames; f++) {
        bool slow = settings->minimum_speed > 0.0 &&
                    !(track->speed && fabs(track->speed[f]) > settings->minimum_speed);
        if (track->trial && track->trial[f] < 0)
            out->outside_trials++;
        else if (!observed_at(activity, track->clock[f]))
            unobserved++;
        else if (!isfinite(track->x[f]) || (track->y && !isfinite(track->y[f])))
            out->position_missing++;
        else if (slow)
            out->slow++;
        else if (track->direction && !(fabs(track->direction[f]) > 0.0))
            out->without_direction++;
        else
            track->keep[f] = true;
    }
    out->activity_missing += unobserved;
    if (unobserved > 0)
        nd_files_note(files,
                      "activity: %zu of %zu frames lie outside obs_intervals, where not all units "
                      "were observed: they are left out",
                      unobserved, track->frames);
    return true;
}

static bool no_frames(const nd_request *request, const nd_track *track, nd_error *error) {
    const nd_left_out *out = &track->left_out;
    bool slow = out->slow > 0 && out->slow >= out->position_missing + out->outside_trials;
    return nd_fail(
        error, nd_request_file(request, ND_ROLE_POSITION),
        slow ? "lower minimum_speed, or check the unit of speed" : "check the position",
        "no %s frames: of %zu, %zu lie outside the trials, in %zu not all units were observed, %zu "
        "have no position, %zu are at or below the minimum speed %g, %zu have no direction",
        slow ? "running" : "usable", track->frames, out->outside_trials, out->activity_missing,
        out->position_missing, out->slow, request->settings->minimum_speed, out->without_direction);
}

static bool any_kept(const nd_track *track) {
    for (size_t f = 0; f < track->frames; f++)
        if (track->keep[f])
            return true;
    return false;
}

bool nd_track_read(const nd_request *request, const nd_activity *activity, bool two,
                   nd_files *files, nd_track *track, nd_error *error) {
    nd_series position = {0};
    bool fine = read_position(request, two, files, &position, error);
    if (fine)
        fine = activity && !activity->spike_times
                   ? clock_for_frames(request, activity, &position, track, error)
                   : clock_for_spikes(request, &position, track, error);
    fine = fine && place_on_clock(request, two, files, &position, track, error) &&
           nd_note_position(request, two, &position, files, error);
    bool odd =
        track->frame_seconds > LONG_FRAME_SECONDS || track->frame_seconds < SHORT_FRAME_SECONDS;
    if (fine && odd && !(request->frame_seconds > 0.0))
        nd_files_note(files,
                      "frames of %.6g s: time_unit: ms, us or samples if the times are not "
                      "seconds",
                      track->frame_seconds);
    nd_series_clear(&position);
    fine = fine && find_motion(request, files, track, error) &&
           read_trials(request, files, track, error) &&
           choose_frames(request->settings, activity, files, track, error);
    return fine && (any_kept(track) || no_frames(request, track, error));
}
