/* Directed drift, null drift, stable, or cannot tell (docs/model.md, section 8.8). The rules of the
 * words are sharper than the tests whose p is printed, and calibrated: docs/verdict.md has their
 * rates of error, tests/population finds them. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "measure/regression.h"
#include "sessions/sessions.h"

static const double SIGNIFICANCE = 0.05;
/* Directed drift takes both of two changes: each may be this uncertain if the product of the p's
 * is below that of two significant ones. */
static const double LEAST_CERTAIN = 0.15;
/* Where the fall has another explanation, the rise alone is left to tell. */
static const double CERTAIN = 0.01;
/* Where the visited part of the track moves, maps of sessions further apart share fewer and fewer
 * bins, and the error over cells is too small: by so much more than its usual multiple (1.96) must
 * the loss of tuning be clear of what counts as a change (the limit that chance passes once in
 * 200).
 */
static const double MOVED_PART = 2.576 / 1.96;
/* Explanations: changes of what the animal did, of the cells found, and of the rate of the rest. */
static const double RUNNING_CHANGE = 0.2, PLACE_CHANGE = 0.1, FOUND_CHANGE = 0.1,
                    RATE_CHANGE = 0.15;

/* --- activity and information --- */

/* Half the 90 % interval as if days were independent: what a margin is asked of, once no trend is
 * seen. */
static double reach_of(const nd_metric_course *course) {
    double span = course->change / course->line.slope;
    if (course->line.slope == 0.0)
        return course->line.slope_error == 0.0 ? 0.0 : course->change_high - course->change;
    return nd_student_quantile(0.95, course->line.degrees) * course->line.slope_error * fabs(span);
}

/* A trend is told before a margin is asked. */
static nd_direction direction_of(const nd_metric_course *course) {
    if (isnan(course->line.p))
        return ND_UNCLEAR;
    if (course->line.p < SIGNIFICANCE)
        return course->change < 0.0 ? ND_FALLS : ND_RISES;
    return fabs(course->change) + reach_of(course) < ND_STEADY_MARGIN ? ND_STEADY : ND_UNCLEAR;
}

/* The first of `candidates` that has a test, else a line, else the last. */
static nd_metric choose(const nd_curve *curve, const size_t *candidates, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!isnan(curve->course[candidates[i]].line.p))
            return (nd_metric)candidates[i];
    return (nd_metric)candidates[count - 1];
}

static bool both_change(const nd_metric_course *activity, const nd_metric_course *information,
                        unsigned explanations) {
    double a = activity->line.p, b = information->line.p;
    bool explained = explanations & (ND_FADING_DETECTION | ND_LOST_REGISTRATION);
    return activity->change < 0.0 && information->change > 0.0 && a < LEAST_CERTAIN &&
           b < (explained ? CERTAIN : LEAST_CERTAIN) && a * b < SIGNIFICANCE * SIGNIFICANCE;
}

/* --- tuning --- */

/* Fisher's combination of the groups' tests that maps grow less alike with time; NaN if none. */
static double combined_decay(const nd_recording_result *result, const nd_curve *curve) {
    double statistic = 0.0, tests = 0.0;
    for (size_t g = 0; g < curve->groups; g++) {
        const nd_group *group = &result->group[curve->first_group + g];
        if (isnan(group->decay_p))
            continue;
        statistic -= 2.0 * log(group->decay_p);
        tests += 1.0;
    }
    return tests > 0.0 ? gsl_cdf_chisq_Q(statistic, 2.0 * tests) : NAN;
}

/* Mean over the groups; its error is that of their cells, or, where it is more, of the animals. */
static nd_tuning_loss tuning_of(const nd_recording_result *result, const nd_curve *curve) {
    double n = 0.0, errors = 0.0, animals = 0.0, of_animals = 0.0, squares = 0.0;
    double own = 0.0, own_n = 0.0;
    const char *animal = NULL;
    for (size_t g = 0; g <= curve->groups; g++) {
        const nd_group *group = &result->group[curve->first_group + g];
        bool last = g == curve->groups;
        const char *name = last ? NULL : result->session[group->first].animal;
        if (animal && (last || strcmp(name, animal) != 0) && own_n > 0.0) {
            animals += 1.0;
            of_animals += own / own_n;
            squares += own / own_n * (own / own_n);
            own = own_n = 0.0;
        }
        animal = name;
        if (last || isnan(group->tuning.error))
            continue;
        n += 1.0;
        errors += group->tuning.error * group->tuning.error;
        own += group->tuning.loss;
        own_n += 1.0;
    }
    double mean = of_animals / animals, error = sqrt(errors) / n;
    double q95 = gsl_cdf_ugaussian_Pinv(0.95), q975 = gsl_cdf_ugaussian_Pinv(0.975);
    if (animals > 1.0) {
        double variance = fmax(0.0, squares / animals - mean * mean) / (animals - 1.0);
        double between = sqrt(variance);
        double reach = gsl_cdf_tdist_Pinv(0.95, animals - 1.0) * between;
        double further = gsl_cdf_tdist_Pinv(0.975, animals - 1.0) * between;
        q95 = fmax(q95, reach / error);
        q975 = fmax(q975, further / error);
    }
    return (nd_tuning_loss){mean, mean - q95 * error, mean + q95 * error, mean - q975 * error,
                            combined_decay(result, curve)};
}

/* --- does it still go on --- */

/* The slope at the end of a parabola through the course, over its standard error; 0 where there
 * are too few points. */
static double slope_at_end(const nd_curve *curve, const nd_metric_course *course) {
    size_t n = 0;
    double t = 0.0, last = curve->time[curve->points - 1], chi;
    for (size_t p = 0; p < curve->points; p++)
        n += !isnan(course->normalised[p]);
    if (n < 5)
        return 0.0;
    gsl_matrix *x = gsl_matrix_alloc(n, 3), *covariance = gsl_matrix_alloc(3, 3);
    gsl_vector *y = gsl_vector_alloc(n), *c = gsl_vector_alloc(3);
    gsl_multifit_linear_workspace *room = gsl_multifit_linear_alloc(n, 3);
    if (x && covariance && y && c && room) {
        for (size_t p = 0, i = 0; p < curve->points; p++) {
            if (isnan(course->normalised[p]))
                continue;
            double before = curve->time[p] - last;
            gsl_matrix_set(x, i, 0, 1.0);
            gsl_matrix_set(x, i, 1, before);
            gsl_matrix_set(x, i, 2, before * before);
            gsl_vector_set(y, i++, course->normalised[p]);
        }
        gsl_multifit_linear(x, y, c, covariance, &chi, room);
        double error = sqrt(gsl_matrix_get(covariance, 1, 1));
        double slope = gsl_vector_get(c, 1);
        t = error > 0.0 ? slope / error : slope != 0.0 ? copysign(INFINITY, slope) : 0.0;
    }
    gsl_matrix_free(x);
    gsl_matrix_free(covariance);
    gsl_vector_free(y);
    gsl_vector_free(c);
    gsl_multifit_linear_free(room);
    return t;
}

static bool goes_on(const nd_curve *curve, const nd_verdict *verdict) {
    double fall = slope_at_end(curve, &curve->course[verdict->activity_metric]);
    double rise = slope_at_end(curve, &curve->course[verdict->information_metric]);
    double least = curve->points > 3 ? nd_student_quantile(0.95, (double)curve->points - 3.0) : 0.0;
    return fall < -least || rise > least;
}

/* --- explanations --- */

static bool changes(const nd_metric_course *course, double by) {
    bool enough = by < 0.0 ? course->change <= by : fabs(course->change) >= by;
    return enough && course->line.p < SIGNIFICANCE;
}

/* Another part of the track is run in, or where it is run in has changed. */
static bool moves_part(const nd_curve *curve) {
    return changes(&curve->course[ND_METRIC_OCCUPANCY_OVERLAP], -PLACE_CHANGE) ||
           changes(&curve->course[ND_METRIC_SPEED_OVERLAP], -PLACE_CHANGE);
}

static unsigned explain(const nd_curve *curve, const nd_verdict *verdict) {
    static const size_t amounts[] = {ND_METRIC_FRAMES, ND_METRIC_DISTANCE, ND_METRIC_TRAVERSALS};
    const nd_metric_course *course = curve->course;
    const nd_metric_course *activity = &course[verdict->activity_metric];
    unsigned seen = curve->animals_change ? ND_ANIMALS_CHANGE : 0;
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        if (changes(&course[amounts[i]], RUNNING_CHANGE))
            seen |= ND_CHANGED_RUNNING;
    if (moves_part(curve))
        seen |= ND_CHANGED_RUNNING;
    if (verdict->activity != ND_FALLS)
        return seen;
    if (changes(&course[ND_METRIC_EQUAL_RATE], -RATE_CHANGE))
        seen |= ND_FADING_DETECTION;
    if (changes(&course[ND_METRIC_FOUND_SHARE], -FOUND_CHANGE) &&
        course[ND_METRIC_EQUAL_FRACTION_OF_FOUND].change > 0.5 * activity->change)
        seen |= ND_LOST_REGISTRATION;
    return seen;
}

/* --- the verdict --- */

/* Without the activity itself (maps published by others) there is the Mantel test. */
static bool maps_change(const nd_curve *curve, const nd_tuning_loss *tuning) {
    if (isnan(tuning->loss))
        return tuning->decay_p < SIGNIFICANCE;
    double reach = (tuning->loss - tuning->lower) * (moves_part(curve) ? MOVED_PART : 1.0);
    return tuning->loss - reach > ND_LEAST_TUNING_LOSS;
}

static nd_drift decide(const nd_curve *curve, const nd_verdict *verdict) {
    const nd_metric_course *activity = &curve->course[verdict->activity_metric];
    const nd_metric_course *information = &curve->course[verdict->information_metric];
    if (curve->animals_change)
        return ND_CANNOT_TELL;
    if (both_change(activity, information, verdict->explanations))
        return goes_on(curve, verdict) ? ND_DIRECTED_DRIFT_GOING_ON : ND_DIRECTED_DRIFT;
    if (verdict->activity != ND_STEADY || verdict->information != ND_STEADY)
        return ND_CANNOT_TELL;
    if (verdict->maps_change)
        return ND_NULL_DRIFT;
    return verdict->tuning.high < ND_STABLE_TUNING_LOSS ? ND_STABLE : ND_CANNOT_TELL;
}

void nd_verdict_make(const nd_recording_result *result, const nd_curve *curve,
                     nd_verdict *verdict) {
    static const size_t activities[] = {ND_METRIC_EQUAL_FRACTION_ACTIVE, ND_METRIC_FRACTION_ACTIVE,
                                        ND_METRIC_FRACTION_PLACE_CELLS, ND_METRIC_ACTIVE_CELLS};
    static const size_t informations[] = {
        ND_METRIC_EQUAL_INFORMATION,
        ND_METRIC_ACTIVE_CORRECTED + ND_CORRECTION_SCALED_SHUFFLE_REDUCTION * ND_INFORMATIONS,
        ND_METRIC_ACTIVE_CORRECTED +
            ND_CORRECTION_BOUNDED_ASYMPTOTIC_EXTRAPOLATION * ND_INFORMATIONS,
        ND_METRIC_CORRECTED + ND_CORRECTION_SCALED_SHUFFLE_REDUCTION * ND_INFORMATIONS,
        ND_METRIC_CORRECTED + ND_CORRECTION_BOUNDED_ASYMPTOTIC_EXTRAPOLATION * ND_INFORMATIONS,
        ND_METRIC_INFORMATION};
    memset(verdict, 0, sizeof *verdict);
    verdict->activity_metric = choose(curve, activities, sizeof activities / sizeof *activities);
    verdict->information_metric =
        choose(curve, informations, sizeof informations / sizeof *informations);
    verdict->activity = direction_of(&curve->course[verdict->activity_metric]);
    verdict->information = direction_of(&curve->course[verdict->information_metric]);
    verdict->tuning = tuning_of(result, curve);
    verdict->maps_change = maps_change(curve, &verdict->tuning);
    verdict->explanations = explain(curve, verdict);
    /* Where detection fades, which cells are left to tell of the position changes with it. */
    if ((verdict->explanations & ND_FADING_DETECTION) &&
        !(curve->course[verdict->information_metric].line.p < CERTAIN) &&
        (verdict->information == ND_RISES || verdict->information == ND_FALLS))
        verdict->information = ND_UNCLEAR;
    verdict->drift = decide(curve, verdict);
    nd_verdict_say(result, curve, verdict);
}
