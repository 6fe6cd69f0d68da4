/* Measures of drift read back from a result or run file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "store/drift_file.h"

typedef struct reading {
    nd_nc *file;
    bool run; /* a run's snapshots, by session_step */
    size_t sessions, series;
    double *time, *first, *count; /* sessions; series: where each begins, and how many it has */
    double *matrix, *numbers;     /* sessions x sessions; series */
} reading;

/* More sessions than anyone records: such a file is damaged. */
enum { MOST_SESSIONS = 20000 };

static bool find_series(reading *r, nd_error *error) {
    if (r->sessions > MOST_SESSIONS || r->series > r->sessions)
        return nd_fail(error, nd_nc_path(r->file), "measure it again",
                       "its sessions and groups do not add up");
    r->time = nd_doubles(r->sessions, error);
    r->first = nd_doubles(r->series, error);
    r->count = nd_doubles(r->series, error);
    r->matrix = nd_doubles(r->sessions * r->sessions, error);
    r->numbers = nd_doubles(r->series, error);
    if (!r->time || !r->first || !r->count || !r->matrix || !r->numbers ||
        !nd_nc_get(r->file, r->run ? "session_step" : "day", r->time, r->sessions, error))
        return false;
    if (!r->run)
        return nd_nc_get(r->file, "group_first_session", r->first, r->series, error) &&
               nd_nc_get(r->file, "group_sessions", r->count, r->series, error);
    for (size_t g = 0; g < r->series; g++) {
        r->count[g] = floor((double)r->sessions / (double)r->series);
        r->first[g] = r->count[g] * (double)g;
    }
    return true;
}

static nd_drift_measures *empty(size_t sessions, const char *time_unit, const char *position_unit,
                                const char *decoder, nd_error *error) {
    nd_drift_measures *m = nd_array(1, sizeof *m, error);
    if (!m)
        return NULL;
    m->sessions = sessions;
    m->time_unit = nd_text(time_unit, error);
    m->position_unit = nd_text(position_unit, error);
    m->decoder = nd_text(decoder, error);
    m->time = nd_doubles(sessions, error);
    bool fine = m->time_unit && m->position_unit && m->decoder && m->time;
    for (size_t p = 0; p < ND_DRIFT_PAIRS; p++)
        fine = (m->pair[p] = nd_doubles(sessions * sessions, error)) && fine;
    if (fine)
        return m;
    nd_drift_measures_free(m);
    return NULL;
}

/* The blocks of one matrix, into all series. */
static bool take_pair(reading *r, nd_drift_read *read, size_t p, nd_error *error) {
    const char *name = nd_drift_pair_table[p].name;
    char decay[128];
    if (!nd_nc_has(r->file, name)) { /* of an earlier version */
        for (size_t i = 0; i < r->sessions * r->sessions; i++)
            r->matrix[i] = NAN;
        for (size_t g = 0; g < r->series; g++)
            r->numbers[g] = NAN;
    } else if (!nd_nc_get(r->file, name, r->matrix, r->sessions * r->sessions, error)) {
        return false;
    }
    for (size_t g = 0; g < r->series; g++) {
        size_t n = read->measures[g]->sessions, first = (size_t)r->first[g];
        for (size_t a = 0; a < n; a++)
            memcpy(read->measures[g]->pair[p] + a * n,
                   r->matrix + (first + a) * r->sessions + first, n * sizeof(double));
    }
    for (int which = 0; which < 2; which++) {
        snprintf(decay, sizeof decay, "%s_decay%s", name, which ? "_p" : "");
        if (nd_nc_has(r->file, decay) && !nd_nc_get(r->file, decay, r->numbers, r->series, error))
            return false;
        for (size_t g = 0; g < r->series; g++)
            *(which ? &read->measures[g]->decay_p[p] : &read->measures[g]->decay[p]) =
                r->numbers[g];
    }
    return true;
}

static bool take_number(reading *r, nd_drift_read *read, size_t k, nd_error *error) {
    char name[128];
    for (int which = 0; which < 2; which++) {
        snprintf(name, sizeof name, "%s%s", nd_drift_number_table[k].name, which ? "_error" : "");
        for (size_t g = 0; g < r->series; g++)
            r->numbers[g] = NAN;
        if (nd_nc_has(r->file, name) && !nd_nc_get(r->file, name, r->numbers, r->series, error))
            return false;
        for (size_t g = 0; g < r->series; g++)
            *(which ? &read->measures[g]->error[k] : &read->measures[g]->number[k]) = r->numbers[g];
    }
    return true;
}

static bool name_series(const reading *r, nd_drift_read *read, nd_error *error) {
    char own[64];
    if (!r->run)
        return (read->name = nd_nc_get_strings(r->file, "group_name", r->series, error)) != NULL;
    read->name = nd_array(r->series, sizeof *read->name, error);
    for (size_t g = 0; read->name && g < r->series; g++) {
        snprintf(own, sizeof own, "environment %zu", g);
        if (!(read->name[g] = nd_text(r->series > 1 ? own : "simulation", error)))
            return false;
    }
    return read->name != NULL;
}

static bool take_all(reading *r, const char *path, nd_drift_read *read, nd_error *error) {
    char *unit = nd_nc_units(r->file, "decoding_error");
    char *day = r->run ? NULL : nd_nc_text(r->file, NULL, "day_name", NULL);
    char *decoder = nd_nc_text(r->file, "decoding_error", "method", NULL);
    read->time_unit = nd_text(day ? day : "step", error);
    read->measures = nd_array(r->series, sizeof(nd_drift_measures *), error);
    bool fine =
        read->time_unit && read->measures && find_series(r, error) && name_series(r, read, error);
    read->series = fine ? r->series : 0;
    for (size_t g = 0; fine && g < r->series; g++) {
        fine = (r->first[g] >= 0 && r->count[g] >= 0 &&
                r->first[g] + r->count[g] <= (double)r->sessions) ||
               nd_fail(error, path, "measure it again", "its sessions do not add up");
        read->measures[g] = fine ? empty((size_t)r->count[g], read->time_unit, unit ? unit : "",
                                         decoder ? decoder : "", error)
                                 : NULL;
        fine = read->measures[g] != NULL;
        for (size_t s = 0; fine && s < read->measures[g]->sessions; s++)
            read->measures[g]->time[s] = r->time[(size_t)r->first[g] + s];
    }
    for (size_t p = 0; fine && p < ND_DRIFT_PAIRS; p++)
        fine = take_pair(r, read, p, error);
    for (size_t k = 0; fine && k < ND_DRIFT_NUMBERS; k++)
        fine = take_number(r, read, k, error);
    free(unit);
    free(day);
    free(decoder);
    return fine;
}

nd_drift_read *nd_drift_file_get(const char *path, nd_error *error) {
    reading r = {.file = nd_nc_open(path, error)};
    if (!r.file)
        return NULL;
    nd_drift_read *read = nd_array(1, sizeof *read, error);
    r.run = nd_nc_has(r.file, "session_step");
    bool fine = read != NULL;
    if (fine && !nd_nc_has(r.file, nd_drift_pair_table[0].name))
        fine = nd_fail(error, path,
                       "a run: `nulldrift measure` with `drift`; a recording: registered cells, "
                       "and `nulldrift record` again",
                       "holds no measures of drift");
    fine = fine && nd_nc_dimension(r.file, "session", &r.sessions, error) &&
           nd_nc_dimension(r.file, "group", &r.series, error) && take_all(&r, path, read, error);
    nd_nc_close(r.file);
    free(r.time);
    free(r.first);
    free(r.count);
    free(r.matrix);
    free(r.numbers);
    if (fine)
        return read;
    nd_drift_read_free(read);
    return NULL;
}

void nd_drift_read_free(nd_drift_read *read) {
    if (!read)
        return;
    for (size_t g = 0; g < read->series; g++) {
        if (read->name)
            free(read->name[g]);
        if (read->measures)
            nd_drift_measures_free(read->measures[g]);
    }
    free(read->name);
    free(read->measures);
    free(read->time_unit);
    free(read);
}
