/* Directed drift, null drift, or cannot tell: in words, with the statistics. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sessions/sessions.h"

static const double significance = 0.05;

const char *nd_drift_name(nd_drift drift) {
    static const char *const names[] = {"directed drift", "null drift", "cannot tell"};
    return names[drift];
}

const char *nd_direction_name(nd_direction direction) {
    static const char *const names[] = {"falls", "steady", "rises", "unclear"};
    return names[direction];
}

/* Steady: the 90% interval of the change lies within the margin (two one-sided tests at 5%).
 * Falls, rises: else, if the slope differs from zero at 5%. */
static nd_direction direction_of(const nd_metric_course *course) {
    if (isnan(course->change_low))
        return ND_UNCLEAR;
    if (course->change_low > -ND_STEADY_MARGIN && course->change_high < ND_STEADY_MARGIN)
        return ND_STEADY;
    if (!(course->line.p < significance))
        return ND_UNCLEAR;
    return course->change < 0.0 ? ND_FALLS : ND_RISES;
}

/* The first of `candidates` that has a line. */
static nd_metric choose(const nd_curve *curve, const size_t *candidates, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (curve->course[candidates[i]].line.count >= 3)
            return (nd_metric)candidates[i];
    return (nd_metric)candidates[count - 1];
}

/* Fisher's combination of the groups' tests that maps grow less alike with time; NaN if none. */
static double combined_decay(const nd_recording_result *result, const nd_curve *curve,
                             double *mean_correlation) {
    double statistic = 0.0, tests = 0.0;
    *mean_correlation = 0.0;
    for (size_t g = 0; g < curve->groups; g++) {
        const nd_group *group = &result->group[curve->first_group + g];
        if (isnan(group->decay_p))
            continue;
        statistic -= 2.0 * log(group->decay_p);
        *mean_correlation += group->decay_correlation;
        tests += 1.0;
    }
    *mean_correlation /= tests;
    return tests > 0.0 ? gsl_cdf_chisq_Q(statistic, 2.0 * tests) : NAN;
}

/* Mean over the groups of the maps' correlation between neighbouring sessions, and between the
 * first and the last. */
static void near_and_far(const nd_recording_result *result, const nd_curve *curve, double *near,
                         double *far) {
    double groups = 0.0;
    *near = *far = 0.0;
    for (size_t g = 0; g < curve->groups; g++) {
        const nd_group *group = &result->group[curve->first_group + g];
        size_t n = group->sessions;
        if (!group->map_correlation || n < 2)
            continue;
        for (size_t s = 0; s + 1 < n; s++)
            *near += group->map_correlation[s * n + s + 1] / (double)(n - 1);
        *far += group->map_correlation[n - 1];
        groups += 1.0;
    }
    *near /= groups;
    *far /= groups;
}

static void say(nd_verdict *verdict, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(nd_verdict *verdict, const char *format, ...) {
    size_t used = strlen(verdict->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->text + used, sizeof verdict->text - used, format, arguments);
    va_end(arguments);
}

static void say_course(nd_verdict *verdict, const char *what, const nd_metric_course *course,
                       nd_direction direction) {
    static const char *const verbs[] = {"falls", "stays within 20%", "rises",
                                        "shows no clear change"};
    if (isnan(course->line.p)) {
        say(verdict, " The %s has too few points for a test.", what);
        return;
    }
    say(verdict,
        " The %s %s: %+.0f%% over the recording (90%% interval %+.0f to %+.0f%%, p = %.2g, "
        "n = %zu).",
        what, verbs[direction], 100.0 * course->change, 100.0 * course->change_low,
        100.0 * course->change_high, course->line.p, course->line.count);
}

static void say_maps(const nd_recording_result *result, const nd_curve *curve, double p,
                     double decay, nd_verdict *verdict) {
    double near, far;
    if (isnan(p)) {
        say(verdict, " Without the same cells in at least four sessions, nothing is known of the "
                     "maps themselves.");
        return;
    }
    near_and_far(result, curve, &near, &far);
    say(verdict,
        " Rate maps of the same cells correlate %.2f between neighbouring sessions and %.2f "
        "between "
        "the first and the last (r with days apart %.2f, p = %.2g).",
        near, far, decay, p);
}

static const char *information_words(nd_metric metric) {
    return metric == ND_METRIC_INFORMATION ? "mean spatial information"
                                           : "spatial information of place cells, bias-corrected,";
}

void nd_verdict_make(const nd_recording_result *result, const nd_curve *curve,
                     nd_verdict *verdict) {
    static const size_t activities[] = {ND_METRIC_FRACTION_ACTIVE, ND_METRIC_FRACTION_PLACE_CELLS,
                                        ND_METRIC_ACTIVE_CELLS};
    static const size_t informations[] = {
        ND_METRIC_CORRECTED + ND_CORRECTION_SCALED_SHUFFLE_REDUCTION * ND_INFORMATIONS,
        ND_METRIC_CORRECTED + ND_CORRECTION_BOUNDED_ASYMPTOTIC_EXTRAPOLATION * ND_INFORMATIONS,
        ND_METRIC_INFORMATION};
    double decay, p = combined_decay(result, curve, &decay);
    memset(verdict, 0, sizeof *verdict);
    verdict->activity_metric = choose(curve, activities, 3);
    verdict->information_metric = choose(curve, informations, 3);
    const nd_metric_course *activity = &curve->course[verdict->activity_metric];
    const nd_metric_course *information = &curve->course[verdict->information_metric];
    verdict->activity = direction_of(activity);
    verdict->information = direction_of(information);
    verdict->maps_change = p < significance;
    bool steady = verdict->activity == ND_STEADY && verdict->information == ND_STEADY;
    verdict->drift = ND_CANNOT_TELL;
    if (verdict->activity == ND_FALLS && verdict->information == ND_RISES)
        verdict->drift = ND_DIRECTED_DRIFT;
    else if (steady && verdict->maps_change)
        verdict->drift = ND_NULL_DRIFT;
    say(verdict, "%s: %s.", curve->name, nd_drift_name(verdict->drift));
    say_course(verdict,
               verdict->activity_metric == ND_METRIC_FRACTION_PLACE_CELLS
                   ? "fraction of place cells"
                   : "fraction of active cells",
               activity, verdict->activity);
    say_course(verdict, information_words(verdict->information_metric), information,
               verdict->information);
    if (verdict->information_metric != ND_METRIC_INFORMATION)
        say(verdict, " Naive, over active cells: %+.0f%%, p = %.2g.",
            100.0 * curve->course[ND_METRIC_INFORMATION].change,
            curve->course[ND_METRIC_INFORMATION].line.p);
    say_maps(result, curve, p, decay, verdict);
    if (verdict->drift == ND_CANNOT_TELL)
        say(verdict,
            " Directed drift would be fewer active cells and more information; null drift, "
            "both steady and maps that change.");
}
