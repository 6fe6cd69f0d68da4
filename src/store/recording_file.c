#include "store/recording_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/locale.h"
#include "base/memory.h"
#include "sessions/followed_sessions.h"
#include "store/coordinates.h"
#include "store/drift_file.h"
#include "store/recording_transfer.h"

#define FORMAT "nulldrift recording 1"

#define AT(array, member) &(array)->member, sizeof *(array)

static void move_names(nd_transfer *t, nd_recording_result *result) {
    nd_transfer_attribute(t, "name", &result->name);
    nd_transfer_attribute(t, "day_name", &result->day_name);
    nd_transfer_attribute(t, "time_name", &result->time_name);
    nd_transfer_attribute(t, "activity_unit", &result->activity_unit);
    nd_transfer_attribute(t, "position_unit", &result->position_unit);
    for (size_t i = 0; i < ND_ABOUT_TEXTS; i++) {
        char name[64];
        snprintf(name, sizeof name, "about_%s", nd_about_name(i));
        nd_transfer_attribute(t, name, nd_about_text(&result->about, i));
    }
}

static void move_metrics(nd_transfer *t, nd_recording_result *result) {
    const nd_metric_about *table = nd_metric_table();
    nd_session_result *session = result->session;
    size_t n = result->sessions;
    for (size_t m = 0; m < ND_METRIC_COUNT; m++) {
        char error_name[96], unit[96];
        const char *own = nd_recorded_unit(result, table[m].unit, unit, sizeof unit);
        snprintf(error_name, sizeof error_name, "%s_error", table[m].name);
        nd_transfer_column(t, (nd_variable){table[m].name, "session", own, table[m].definition},
                           AT(session, metric[m]), n);
        nd_transfer_column(
            t, (nd_variable){error_name, "session", own, "its standard error over cells"},
            AT(session, error[m]), n);
    }
}

static const char MADE_AGAIN[] = "make it again with `nulldrift record`";

/* Are a session's bins those of its axes? Sessions of given metrics have none. */
static bool has_shape(const nd_session_result *session) {
    size_t bins;
    bool none = session->bins == 0 && session->active == 0;
    return (none || (session->bins > 0 &&
                     !__builtin_mul_overflow(session->bins_x, session->bins_y, &bins) &&
                     !__builtin_mul_overflow(bins, session->bins_direction, &bins) &&
                     bins == session->bins)) &&
           isfinite(session->day);
}

static void move_sessions(nd_transfer *t, nd_recording_result *result) {
    nd_session_result *session = result->session;
    size_t n = result->sessions;
    size_t kinds[3] = {ND_SESSION_ACTIVITY, ND_SESSION_RATE_MAPS, ND_SESSION_METRICS};
    size_t *kind = nd_array(n, sizeof *kind, t->error);
    t->fine = t->fine && kind;
    if (!kind)
        return;
    for (size_t s = 0; s < n; s++)
        kind[s] = (size_t)session[s].kind;
    nd_transfer_sizes(t,
                      (nd_variable){"session_kind", "session", "",
                                    "0: from activity; 1: from given rate maps; 2: given metrics"},
                      kind, sizeof *kind, n);
    for (size_t s = 0; t->fine && s < n; s++)
        session[s].kind = kind[s] < 3 ? (nd_session_kind)kinds[kind[s]] : ND_SESSION_METRICS;
    free(kind);
    nd_transfer_texts(t, (nd_variable){"session_label", "session", "", "the manifest's label"},
                      AT(session, label), n);
    nd_transfer_texts(t, (nd_variable){"animal", "session", "", "the animal"}, AT(session, animal),
                      n);
    nd_transfer_texts(t, (nd_variable){"environment", "session", "", "the environment"},
                      AT(session, environment), n);
    nd_transfer_texts(t,
                      (nd_variable){"direction", "session", "", "the running direction, if apart"},
                      AT(session, direction), n);
    nd_transfer_column(t, (nd_variable){"day", "session", "", "day, in the unit of day_name"},
                       AT(session, day), n);
    nd_transfer_sizes(t,
                      (nd_variable){"visit", "session", "",
                                    "how often the animal has been in the environment, from 1"},
                      AT(session, visit), n);
    nd_transfer_sizes(t, (nd_variable){"frames", "session", "", "frames that count"},
                      AT(session, frames), n);
    nd_transfer_sizes(t, (nd_variable){"frames_read", "session", "", "frames in the file"},
                      AT(session, frames_read), n);
    nd_transfer_sizes(t, (nd_variable){"bins", "session", "", "bins of a map"}, AT(session, bins),
                      n);
    nd_transfer_sizes(t, (nd_variable){"bins_x", "session", "", "along x, fastest"},
                      AT(session, bins_x), n);
    nd_transfer_sizes(t, (nd_variable){"bins_y", "session", "", "along y"}, AT(session, bins_y), n);
    nd_transfer_sizes(t, (nd_variable){"bins_direction", "session", "", "directions, slowest"},
                      AT(session, bins_direction), n);
    nd_transfer_column(t, (nd_variable){"frame_seconds", "session", "s", "duration of a frame"},
                       AT(session, frame_seconds), n);
    nd_transfer_sizes(t, (nd_variable){"cell_rows", "session", "", "rows of this session in cell"},
                      AT(session, active), n);
    move_metrics(t, result);
    for (size_t s = 0; t->fine && !t->writing && s < n; s++)
        t->fine =
            has_shape(&session[s]) ||
            nd_fail(t->error, nd_nc_path(t->file), MADE_AGAIN,
                    "the bins of session %zu do not add up to bins_x x bins_y x bins_direction", s);
}

/* Have all sessions of a group that have maps the same bins? */
static bool alike(const nd_session_result *session, size_t count) {
    const nd_session_result *first = NULL;
    for (size_t s = 0; s < count; s++) {
        const nd_session_result *one = &session[s];
        if (one->active == 0)
            continue;
        first = first ? first : one;
        if (one->bins != first->bins || one->bins_x != first->bins_x ||
            one->bins_y != first->bins_y || one->bins_direction != first->bins_direction)
            return false;
    }
    return true;
}

/* The mean curves over place cells, whole for all sessions, `fractions` long. */
static void move_curves(nd_transfer *t, nd_recording_result *result, size_t fractions) {
    nd_session_result *session = result->session;
    size_t n = result->sessions;
    static const char *const names[ND_INFORMATIONS] = {"si_bit_spike", "si_bit_second", "mi"};
    static const char *const units[ND_INFORMATIONS] = {"bit/event", "bit/s", "bit/frame"};
    double fraction[ND_MOST_SAMPLE_FRACTIONS];
    size_t size = fractions * sizeof *fraction;
    for (size_t f = 0; f < fractions; f++)
        fraction[f] = (double)(f + 1) / (double)fractions;
    nd_transfer_column(t, (nd_variable){"fraction", "fraction", "", "share of the frames sampled"},
                       fraction, sizeof *fraction, fractions);
    for (size_t k = 0; k < ND_INFORMATIONS; k++)
        for (int shuffled = 0; shuffled < 2; shuffled++) {
            char name[64], unit[96];
            snprintf(name, sizeof name, "%s_%s_curve", shuffled ? "shuffled" : "naive", names[k]);
            double *all = nd_doubles(n * fractions, t->error);
            t->fine = t->fine && all;
            if (!all)
                return;
            for (size_t s = 0; s < n; s++)
                memcpy(all + s * fractions,
                       shuffled ? session[s].mean_shuffled[k] : session[s].mean_naive[k], size);
            nd_transfer_column(t,
                               (nd_variable){name, "session fraction",
                                             nd_recorded_unit(result, units[k], unit, sizeof unit),
                                             "information against sample fraction, mean over "
                                             "place cells"},
                               all, sizeof *all, n * fractions);
            for (size_t s = 0; t->fine && s < n; s++)
                memcpy(shuffled ? session[s].mean_shuffled[k] : session[s].mean_naive[k],
                       all + s * fractions, size);
            free(all);
        }
    for (size_t s = 0; t->fine && !t->writing && s < n; s++)
        session[s].fractions = isnan(session[s].mean_naive[0][fractions - 1]) ? 0 : fractions;
}

static void move_cell_values(nd_transfer *t, const nd_recording_result *result,
                             nd_cell_result *cell, size_t n) {
    static const char *const names[ND_INFORMATIONS] = {"si_bit_spike", "si_bit_second", "mi"};
    static const char *const units[ND_INFORMATIONS] = {"bit/event", "bit/s", "bit/frame"};
    char rate[96];
    nd_transfer_sizes(t, (nd_variable){"cell_index", "cell", "", "place in its session, from 0"},
                      AT(cell, index), n);
    nd_transfer_ids(t, (nd_variable){"cell_id", "cell", "", "registered identity"}, AT(cell, id),
                    n);
    nd_transfer_column(t, (nd_variable){"cell_active_frames", "cell", "", "frames it is active in"},
                       AT(cell, active_frames), n);
    nd_transfer_column(t,
                       (nd_variable){"cell_rate", "cell",
                                     nd_recorded_unit(result, "event/s", rate, sizeof rate),
                                     "mean rate"},
                       AT(cell, rate), n);
    nd_transfer_column(
        t, (nd_variable){"cell_p_value", "cell", "", "share of shuffles with as much information"},
        AT(cell, p_value), n);
    nd_transfer_flags(t, (nd_variable){"place_cell", "cell", "", "1: a place cell"},
                      AT(cell, place_cell), n);
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        char name[64], text[96];
        const char *unit = nd_recorded_unit(result, units[k], text, sizeof text);
        snprintf(name, sizeof name, "cell_%s", names[k]);
        nd_transfer_column(t, (nd_variable){name, "cell", unit, "naive information"},
                           AT(cell, information[k]), n);
        for (size_t m = 0; m < ND_CORRECTIONS; m++) {
            snprintf(name, sizeof name, "cell_%s_%s", names[k],
                     nd_correction_name((nd_correction)m));
            nd_transfer_column(t, (nd_variable){name, "cell", unit, "corrected information"},
                               AT(cell, corrected[m][k]), n);
        }
    }
}

/* All sessions' cells one after the other, with their maps, and all occupancies. */
typedef struct flat {
    size_t cells, bins;
    nd_cell_result *cell;     /* cells */
    double *maps, *occupancy; /* cells x bins; sessions x bins */
} flat;

static void flatten(const nd_recording_result *result, flat *all) {
    size_t row = 0, bins = all->bins;
    for (size_t s = 0; s < result->sessions; s++) {
        const nd_session_result *session = &result->session[s];
        for (size_t b = 0; b < bins; b++)
            all->occupancy[s * bins + b] =
                session->occupancy && b < session->bins ? session->occupancy[b] : NAN;
        for (size_t i = 0; i < session->active; i++, row++) {
            all->cell[row] = session->cell[i];
            for (size_t b = 0; b < bins; b++)
                all->maps[row * bins + b] =
                    b < session->bins ? session->rate_maps[i * session->bins + b] : NAN;
        }
    }
}

static void unflatten(nd_transfer *t, const flat *all, nd_recording_result *result) {
    size_t row = 0, bins = all->bins;
    for (size_t s = 0; t->fine && s < result->sessions; s++) {
        nd_session_result *session = &result->session[s];
        if (session->bins > bins || session->active > all->cells - row) {
            t->fine = nd_fail(t->error, nd_nc_path(t->file), "", "its cells do not add up");
            return;
        }
        nd_transfer_array(t, &session->cell, session->active, sizeof *session->cell);
        nd_transfer_array(t, &session->rate_maps, session->active * session->bins, sizeof(double));
        nd_transfer_array(t, &session->occupancy, session->bins, sizeof(double));
        for (size_t b = 0; t->fine && b < session->bins; b++)
            session->occupancy[b] = all->occupancy[s * bins + b];
        for (size_t i = 0; t->fine && i < session->active; i++, row++) {
            session->cell[i] = all->cell[row];
            memcpy(session->rate_maps + i * session->bins, all->maps + row * bins,
                   session->bins * sizeof(double));
        }
    }
}

static void move_cells(nd_transfer *t, nd_recording_result *result, size_t cells, size_t bins) {
    char rate[96];
    flat all = {cells, bins, nd_array(cells, sizeof *all.cell, t->error),
                nd_doubles(cells * bins, t->error), nd_doubles(result->sessions * bins, t->error)};
    t->fine = t->fine && all.cell && all.maps && all.occupancy;
    if (t->fine && t->writing)
        flatten(result, &all);
    if (t->fine) {
        move_cell_values(t, result, all.cell, cells);
        nd_transfer_column(t,
                           (nd_variable){"rate_maps", "cell bin",
                                         nd_recorded_unit(result, "event/s", rate, sizeof rate),
                                         "mean rate in the bin"},
                           all.maps, sizeof(double), cells * bins);
        nd_transfer_column(
            t, (nd_variable){"occupancy", "session bin", "", "share of time in the bin"},
            all.occupancy, sizeof(double), result->sessions * bins);
    }
    if (t->fine && !t->writing)
        unflatten(t, &all, result);
    free(all.cell);
    free(all.maps);
    free(all.occupancy);
}

/* One of a group's matrices, all groups as blocks of one matrix over sessions, NaN between. */
static void move_matrix(nd_transfer *t, nd_recording_result *result, nd_variable variable,
                        size_t offset) {
    size_t n = result->sessions;
    double *all = t->fine ? nd_doubles(n * n, t->error) : NULL;
    t->fine = all;
    if (!all)
        return;
    for (size_t i = 0; i < n * n; i++)
        all[i] = NAN;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t g = 0; t->fine && g < result->groups; g++) {
            nd_group *group = &result->group[g];
            double **block = (double **)((char *)group + offset);
            if (pass == 1 && isnan(all[group->first * n + group->first]))
                continue;
            if (pass == 1)
                nd_transfer_array(t, block, group->sessions * group->sessions, sizeof *all);
            for (size_t a = 0; t->fine && *block && a < group->sessions; a++)
                for (size_t b = 0; b < group->sessions; b++) {
                    double *whole = &all[(group->first + a) * n + group->first + b];
                    double *own = &(*block)[a * group->sessions + b];
                    if (pass == 0)
                        *whole = *own;
                    else
                        *own = *whole;
                }
        }
        if (pass == 0)
            nd_transfer_column(t, variable, all, sizeof *all, n * n);
        if (t->writing)
            break;
    }
    free(all);
}

static void move_groups(nd_transfer *t, nd_recording_result *result) {
    nd_group *group = result->group;
    size_t n = result->groups;
    nd_transfer_texts(t, (nd_variable){"group_name", "group", "", "animal, environment, direction"},
                      AT(group, name), n);
    nd_transfer_sizes(t, (nd_variable){"group_first_session", "group", "", "from 0"},
                      AT(group, first), n);
    nd_transfer_sizes(t, (nd_variable){"group_sessions", "group", "", "its sessions, consecutive"},
                      AT(group, sessions), n);
    nd_transfer_sizes(t,
                      (nd_variable){"group_registered_cells", "group", "",
                                    "different cells over all sessions of the animal; 0: not "
                                    "registered"},
                      AT(group, registered), n);
    nd_transfer_column(t,
                       (nd_variable){"decay_correlation", "group", "",
                                     "r of rate-map correlation and time apart, over pairs of "
                                     "sessions"},
                       AT(group, decay_correlation), n);
    nd_transfer_column(
        t,
        (nd_variable){"decay_p", "group", "", "one-sided p of it, by permuting sessions (Mantel)"},
        AT(group, decay_p), n);
    nd_transfer_column(t,
                       (nd_variable){"tuning_loss", "group", "",
                                     "of the similarity that halves of a session show, over the "
                                     "group's sessions"},
                       AT(group, tuning.loss), n);
    nd_transfer_column(
        t, (nd_variable){"tuning_loss_error", "group", "", "its standard error, over cells"},
        AT(group, tuning.error), n);
    nd_transfer_column(t,
                       (nd_variable){"tuning_similarity_near", "group", "",
                                     "mean similarity of neighbouring sessions, without noise"},
                       AT(group, tuning.near), n);
    nd_transfer_column(t,
                       (nd_variable){"tuning_similarity_far", "group", "",
                                     "similarity of the first and the last session, without noise"},
                       AT(group, tuning.far), n);
    nd_transfer_sizes(
        t, (nd_variable){"tuning_cells", "group", "", "cells active in two sessions or more"},
        AT(group, tuning.cells), n);
    for (size_t g = 0; t->fine && !t->writing && g < n; g++)
        if (group[g].first >= result->sessions || group[g].sessions == 0 ||
            group[g].sessions > result->sessions - group[g].first ||
            !alike(result->session + group[g].first, group[g].sessions))
            t->fine = nd_fail(t->error, nd_nc_path(t->file), MADE_AGAIN,
                              "its groups and their sessions do not add up");
    move_matrix(t, result,
                (nd_variable){"map_correlation", "session other_session", "",
                              "mean r of rate maps over cells active in both sessions"},
                offsetof(nd_group, map_correlation));
    move_matrix(t, result,
                (nd_variable){"vector_correlation", "session other_session", "",
                              "mean r of population vectors over bins"},
                offsetof(nd_group, vector_correlation));
    move_matrix(
        t, result,
        (nd_variable){"shared_cells", "session other_session", "", "cells active in both sessions"},
        offsetof(nd_group, shared));
    move_matrix(t, result,
                (nd_variable){"shared_bins", "session other_session", "",
                              "bins visited in both sessions, over which maps are compared"},
                offsetof(nd_group, shared_bins));
}

bool nd_recording_file_move(nd_transfer *t, nd_recording_result *result) {
    size_t cells = 0, bins = 0, fractions = 0;
    for (size_t s = 0; s < result->sessions; s++) {
        cells += result->session[s].active;
        bins = result->session[s].bins > bins ? result->session[s].bins : bins;
        if (result->session[s].fractions > fractions)
            fractions = result->session[s].fractions;
    }
    move_names(t, result);
    nd_transfer_dimension(t, "session", &result->sessions);
    size_t other = result->sessions;
    nd_transfer_dimension(t, "other_session", &other);
    nd_transfer_dimension(t, "group", &result->groups);
    nd_transfer_dimension(t, "cell", &cells);
    nd_transfer_dimension(t, "bin", &bins);
    nd_transfer_dimension(t, "fraction", &fractions);
    nd_transfer_array(t, &result->session, result->sessions, sizeof *result->session);
    nd_transfer_array(t, &result->group, result->groups, sizeof *result->group);
    if (t->fine && (other != result->sessions || fractions > ND_MOST_SAMPLE_FRACTIONS))
        t->fine = nd_fail(t->error, nd_nc_path(t->file), "", "its dimensions do not agree");
    if (t->fine)
        move_sessions(t, result);
    if (t->fine && fractions > 0)
        move_curves(t, result, fractions);
    if (t->fine)
        move_cells(t, result, cells, bins);
    if (t->fine && fractions > 0)
        nd_recording_file_move_cell_curves(t, result, cells, fractions);
    if (t->fine)
        move_groups(t, result);
    if (t->fine)
        nd_recording_file_move_curves(t, result);
    return t->fine;
}

/* The groups as series of sessions; free() them. NULL where drift was not measured. */
static nd_drift_series *series_of(const nd_recording_result *result, nd_error *error) {
    nd_drift_series *series = nd_array(result->groups, sizeof *series, error);
    for (size_t g = 0; series && g < result->groups; g++) {
        const nd_group *group = &result->group[g];
        series[g] = (nd_drift_series){group->name, group->first, group->sessions,
                                      result->drift[g].measures, result->drift[g].why};
    }
    return series;
}

static bool put_drift(nd_nc *file, const nd_recording_result *result, nd_error *error) {
    if (!result->drift)
        return true;
    nd_drift_series *series = series_of(result, error);
    bool fine = series && nd_drift_file_put(file, series, result->groups, result->sessions, error);
    free(series);
    return fine;
}

bool nd_recording_drift_csv(const nd_recording_result *result, const nd_place *place,
                            nd_error *error) {
    ND_IN_C_LOCALE;
    nd_drift_series *series = series_of(result, error);
    bool fine = series && nd_drift_csv(series, result->groups, place, error);
    free(series);
    return fine;
}

bool nd_recording_file_put(nd_nc *file, const nd_recording_result *result, const char *command,
                           nd_error *error) {
    nd_recording_result shallow = *result; /* moving out changes nothing of it */
    nd_transfer transfer = {file, true, true, error};
    return nd_nc_put_text(file, NULL, "format", FORMAT, error) &&
           nd_nc_put_text(file, NULL, "version", nd_version(), error) &&
           (!command || nd_nc_put_text(file, NULL, "history", command, error)) &&
           nd_recording_file_move(&transfer, &shallow) && put_drift(file, result, error) &&
           nd_put_coordinates(file, error);
}

bool nd_recording_file_write(const nd_recording_result *result, const nd_place *place,
                             const char *command, nd_error *error) {
    ND_IN_C_LOCALE;
    nd_nc *file = nd_nc_create_at(place, error);
    if (!file)
        return false;
    if (nd_recording_file_put(file, result, command, error))
        return nd_nc_publish(file, error);
    nd_nc_close(file);
    return false;
}

nd_recording_result *nd_recording_file_read(const char *path, nd_error *error) {
    nd_nc *file = nd_nc_open(path, error);
    if (!file)
        return NULL;
    char *format = nd_nc_text(file, NULL, "format", NULL);
    bool ours = format && strcmp(format, FORMAT) == 0;
    free(format);
    if (!ours) {
        nd_fail(error, path, "give a file made by `nulldrift record`",
                "is not a file of recording results");
        nd_nc_close(file);
        return NULL;
    }
    nd_recording_result *result = nd_array(1, sizeof *result, error);
    nd_transfer transfer = {file, false, result != NULL, error};
    if (result && !nd_recording_file_move(&transfer, result)) {
        nd_recording_result_free(result);
        result = NULL;
    }
    nd_nc_close(file);
    if (result && (result->sessions == 0 || result->curves == 0)) {
        nd_fail(error, path, MADE_AGAIN, "holds no sessions or no curves");
        nd_recording_result_free(result);
        return NULL;
    }
    return result;
}
