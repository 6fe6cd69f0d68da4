/* A verdict in words, with the statistics behind it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/shown.h"
#include "measure/regression.h"
#include "sessions/sessions.h"

const char *nd_drift_name(nd_drift drift) {
    static const char *const names[ND_DRIFTS] = {"directed drift", "directed drift, still going on",
                                                 "null drift", "stable", "cannot tell"};
    return names[drift];
}

const char *nd_direction_name(nd_direction direction) {
    static const char *const names[] = {"falls", "steady", "rises", "unclear"};
    return names[direction];
}

const char *nd_explanation_name(size_t index) {
    static const char *const names[ND_EXPLANATIONS] = {"changed running", "fading detection",
                                                       "lost registration", "animals come or go"};
    return names[index];
}

static void say(nd_verdict *verdict, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(nd_verdict *verdict, const char *format, ...) {
    size_t used = strlen(verdict->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->text + used, sizeof verdict->text - used, format, arguments);
    va_end(arguments);
}

static const char *activity_words(nd_metric metric) {
    switch (metric) {
    case ND_METRIC_EQUAL_FRACTION_ACTIVE:
        return "fraction of active cells, on equal frames,";
    case ND_METRIC_FRACTION_PLACE_CELLS:
        return "fraction of place cells";
    case ND_METRIC_ACTIVE_CELLS:
        return "number of active cells";
    default:
        return "fraction of active cells";
    }
}

static const char *information_words(nd_metric metric) {
    switch (metric) {
    case ND_METRIC_EQUAL_INFORMATION:
        return "information of active cells, on equal frames,";
    case ND_METRIC_INFORMATION:
        return "mean spatial information";
    default:
        return metric >= ND_METRIC_ACTIVE_CORRECTED
                   ? "spatial information of active cells, bias-corrected,"
                   : "spatial information of place cells, bias-corrected,";
    }
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
        "n = %zu",
        what, verbs[direction], 100.0 * course->change, 100.0 * course->change_low,
        100.0 * course->change_high, course->line.p, course->line.count);
    if (course->animals > 1)
        say(verdict, ", by the slopes of %zu animals", course->animals);
    if (course->smallest < 5e-5)
        say(verdict, "); beside that it does not vary.");
    else
        say(verdict,
            "); a change below %.*f%% would have been missed more often than once in five.",
            course->smallest < 0.005 ? 2 : 0, 100.0 * course->smallest);
}

/* One animal: what it costs that neighbouring days may be alike. */
static void say_unit(nd_verdict *verdict, const nd_metric_course *course) {
    if (isnan(course->serial))
        return;
    say(verdict,
        " One animal: days are taken to resemble their neighbours (correlation %.1f), which makes "
        "intervals %.1f times as wide as those of independent days.",
        course->serial, course->limit_90 / nd_student_quantile(0.95, course->line.degrees));
}

/* Mean over the groups of the maps' plain correlation between neighbours, and first and last. */
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

/* The least p that the order of so few sessions can have, where it is 0.05 or more and one group
 * was tested (of several the tests are combined); else 0. */
static double least_of_few(const nd_recording_result *result, const nd_curve *curve) {
    double least = 0.0;
    size_t tested = 0;
    for (size_t g = 0; g < curve->groups; g++) {
        const nd_group *group = &result->group[curve->first_group + g];
        tested += !isnan(group->decay_p);
        least = isnan(group->decay_p) ? least : group->decay_least_p;
    }
    return tested == 1 && least >= 0.05 ? least : 0.0;
}

static void say_maps(const nd_recording_result *result, const nd_curve *curve,
                     nd_verdict *verdict) {
    const nd_tuning_loss *tuning = &verdict->tuning;
    double near, far;
    near_and_far(result, curve, &near, &far);
    if (isnan(tuning->loss) && isnan(near)) {
        say(verdict, " Without the same cells in at least three sessions, nothing is known of the "
                     "maps themselves.");
        return;
    }
    if (!isnan(tuning->loss))
        say(verdict,
            " Tuning %s: of the similarity that halves of a session show, %.0f%% is lost over the "
            "recording (95%% limits %.0f%% from below, %.0f%% from above).",
            verdict->maps_change                   ? "changes"
            : tuning->high < ND_STABLE_TUNING_LOSS ? "is kept"
                                                   : "shows no clear change",
            100.0 * tuning->loss, 100.0 * tuning->low, 100.0 * tuning->high);
    say(verdict,
        " Rate maps of the same cells correlate %.2f between neighbouring sessions and %.2f "
        "between the first and the last",
        near, far);
    if (isnan(tuning->decay_p))
        say(verdict, ".");
    else {
        double least = least_of_few(result, curve);
        say(verdict, " (that they do so less with days apart: p = %.2g", tuning->decay_p);
        if (least > 0.0)
            say(verdict, "; so few sessions cannot give a p under %.3f, five are needed", least);
        say(verdict, ").");
    }
}

static void say_running(const nd_metric_course *course, nd_verdict *verdict) {
    static const struct {
        size_t metric;
        const char *name;
    } said[] = {{ND_METRIC_FRAMES, "frames"},
                {ND_METRIC_DISTANCE, "distance"},
                {ND_METRIC_TRAVERSALS, "traversals"},
                {ND_METRIC_OCCUPANCY_OVERLAP, "occupancy shared with the first session"},
                {ND_METRIC_SPEED_OVERLAP, "distance by bins shared with it"}};
    const char *before = " Changed running: ";
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        double change = course[said[i].metric].change;
        if (isnan(change))
            continue;
        say(verdict, "%s%s %+.0f%%", before, said[i].name, 100.0 * change);
        before = ", ";
    }
    say(verdict, ".");
}

static void say_explanations(const nd_curve *curve, nd_verdict *verdict) {
    const nd_metric_course *course = curve->course;
    if (verdict->explanations & ND_CHANGED_RUNNING)
        say_running(course, verdict);
    if (verdict->explanations & ND_FADING_DETECTION)
        say(verdict,
            " Fading detection would explain the fall: cells that stay active are less and less "
            "so, all alike (%+.0f%%).",
            100.0 * course[ND_METRIC_EQUAL_RATE].change);
    if (verdict->explanations & ND_LOST_REGISTRATION)
        say(verdict,
            " Lost registration would explain the fall: of the cells, fewer are found (%+.0f%%); "
            "of those found, the active share changes by %+.0f%%.",
            100.0 * course[ND_METRIC_FOUND_SHARE].change,
            100.0 * course[ND_METRIC_EQUAL_FRACTION_OF_FOUND].change);
    if (verdict->explanations & ND_ANIMALS_CHANGE)
        say(verdict, " The cells of all animals are pooled, and animals come or go: what the curve "
                     "shows may be who is in it. Take `pooling: animals`.");
}

void nd_verdict_say(const nd_recording_result *result, const nd_curve *curve, nd_verdict *verdict) {
    const nd_metric_course *activity = &curve->course[verdict->activity_metric];
    const nd_metric_course *information = &curve->course[verdict->information_metric];
    verdict->text[0] = '\0';
    say(verdict, "%s: %s.", nd_shown(curve->name).text, nd_drift_name(verdict->drift));
    say_course(verdict, activity_words(verdict->activity_metric), activity, verdict->activity);
    say_course(verdict, information_words(verdict->information_metric), information,
               verdict->information);
    say_unit(verdict, activity);
    if (verdict->information_metric != ND_METRIC_INFORMATION &&
        !isnan(curve->course[ND_METRIC_INFORMATION].line.p))
        say(verdict, " Naive, over active cells and all frames: %+.0f%%, p = %.2g.",
            100.0 * curve->course[ND_METRIC_INFORMATION].change,
            curve->course[ND_METRIC_INFORMATION].line.p);
    say_maps(result, curve, verdict);
    say_explanations(curve, verdict);
    if (verdict->drift == ND_CANNOT_TELL)
        say(verdict, " Directed drift would be fewer active cells and more information; null "
                     "drift, both steady and maps that change; stable, all three steady.");
}
