#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/blas.h"
#include "base/error.h"
#include "base/locale.h"
#include "base/memory.h"
#include "base/watch.h"
#include "sessions/followed_sessions.h"
#include "sessions/sessions.h"

char **nd_about_text(nd_about *about, size_t index) {
    char **texts[ND_ABOUT_TEXTS] = {&about->title,       &about->citation,       &about->species,
                                    &about->region,      &about->technique,      &about->arena,
                                    &about->familiarity, &about->session_length, &about->note};
    return texts[index];
}

const char *nd_about_name(size_t index) {
    static const char *const names[ND_ABOUT_TEXTS] = {"title",       "citation",       "species",
                                                      "region",      "technique",      "arena",
                                                      "familiarity", "session_length", "note"};
    return names[index];
}

static bool copy_about(const nd_recording *recording, nd_about *about, nd_error *error) {
    nd_about from = recording->about;
    bool fine = true;
    for (size_t i = 0; fine && i < ND_ABOUT_TEXTS; i++) {
        const char *text = *nd_about_text(&from, i);
        fine = (*nd_about_text(about, i) = nd_text(text ? text : "", error)) != NULL;
    }
    return fine;
}

static bool copy_names(const nd_recording *recording, nd_recording_result *result,
                       nd_error *error) {
    bool visits = recording->settings.pooling == ND_POOL_VISITS;
    result->name = nd_text(recording->name, error);
    result->day_name = nd_text(recording->day_name, error);
    result->time_name = nd_text(visits ? "visit" : recording->day_name, error);
    result->activity_unit = nd_text(recording->activity_unit, error);
    result->position_unit = nd_text(recording->position_unit, error);
    return copy_about(recording, &result->about, error) && result->name && result->day_name &&
           result->time_name && result->activity_unit && result->position_unit;
}

static bool stopped(const nd_watch *watch) {
    return nd_stop_asked(watch);
}

static void report(const nd_watch *watch, const nd_session *session, size_t done, size_t all) {
    if (!watch || !watch->report)
        return;
    nd_progress progress = {
        .activity = "measure", .done = (double)done, .total = (double)all, .unit = "sessions"};
    snprintf(progress.note, sizeof progress.note, "%.60s %.30s %.30s", session->label,
             session->animal, session->environment);
    watch->report(&progress, watch->context);
}

static bool measure_sessions(const nd_recording *recording, unsigned threads, const nd_watch *watch,
                             nd_recording_result *result, nd_error *error) {
    result->session = nd_array(recording->sessions_count, sizeof *result->session, error);
    if (!result->session)
        return false;
    for (size_t s = 0; s < recording->sessions_count; s++) {
        report(watch, &recording->sessions[s], s, recording->sessions_count);
        if (stopped(watch))
            return nd_fail_as(ND_CODE_STOPPED, error, recording->manifest, "",
                              "stopped after %zu of %zu sessions", s, recording->sessions_count);
        if (!nd_session_measure(&recording->sessions[s], &recording->settings, threads, watch,
                                &result->session[s], error))
            return false;
        result->sessions++;
    }
    return true;
}

nd_recording_result *nd_recording_measure(const nd_recording *recording, unsigned threads,
                                          const nd_watch *watch, nd_error *error) {
    ND_IN_C_LOCALE;
    nd_recording_result *result = nd_array(1, sizeof *result, error);
    if (!result)
        return NULL;
    bool fine = nd_blas_begin(error) && copy_names(recording, result, error) && /* lines, by GSL */
                measure_sessions(recording, threads, watch, result, error) &&
                nd_groups_make(recording, result, error) &&
                nd_curves_make(&recording->settings, result, error);
    if (fine)
        result->verdict = nd_array(result->curves, sizeof *result->verdict, error);
    if (!fine || !result->verdict) {
        nd_recording_result_free(result);
        return NULL;
    }
    for (size_t c = 0; c < result->curves; c++)
        nd_verdict_make(result, &result->curve[c], &result->verdict[c]);
    return result;
}

static void free_curve(nd_curve *curve) {
    free(curve->name);
    free(curve->time);
    free(curve->count);
    for (size_t m = 0; m < ND_METRIC_COUNT; m++) {
        free(curve->course[m].value);
        free(curve->course[m].error);
        free(curve->course[m].normalised);
        free(curve->course[m].normalised_error);
    }
}

void nd_recording_result_free(nd_recording_result *result) {
    if (!result)
        return;
    for (size_t s = 0; result->session && s < result->sessions; s++)
        nd_session_result_clear(&result->session[s]);
    for (size_t g = 0; result->group && g < result->groups; g++) {
        free(result->group[g].name);
        free(result->group[g].map_correlation);
        free(result->group[g].vector_correlation);
        free(result->group[g].shared);
        free(result->group[g].shared_bins);
    }
    nd_recording_drift_free(result->drift, result->groups);
    for (size_t c = 0; result->curve && c < result->curves; c++)
        free_curve(&result->curve[c]);
    for (size_t i = 0; i < ND_ABOUT_TEXTS; i++)
        free(*nd_about_text(&result->about, i));
    free(result->session);
    free(result->group);
    free(result->curve);
    free(result->verdict);
    free(result->name);
    free(result->day_name);
    free(result->time_name);
    free(result->activity_unit);
    free(result->position_unit);
    free(result);
}
