/* Metrics against time: one curve for each group, animal and data set (Figure 3). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sort.h"
#include "sessions/course_line.h"
#include "sessions/sessions.h"

/* Sessions taken together as one point of a member: all their cells. */
typedef struct point {
    double time;
    size_t member, animal;
    size_t sessions;
    const nd_session_result **session;
    double value[ND_METRIC_COUNT], error[ND_METRIC_COUNT];
} point;

typedef struct points {
    size_t count, members;
    point *point;
} points;

static void points_clear(points *made) {
    for (size_t i = 0; made->point && i < made->count; i++)
        free(made->point[i].session);
    free(made->point);
}

/* What a metric of cells pooled over sessions is weighed by. */
static double weight_of(const nd_session_result *session, size_t metric) {
    if (metric >= ND_METRIC_PLACE_INFORMATION && metric < ND_METRIC_RELIABILITY) {
        double place = session->metric[ND_METRIC_PLACE_CELLS];
        return isnan(place) ? session->metric[ND_METRIC_ACTIVE_CELLS] : place;
    }
    if (metric >= ND_METRIC_EQUAL_FRAMES && metric != ND_METRIC_EQUAL_INFORMATION)
        return session->metric[ND_METRIC_CELLS];
    if (metric == ND_METRIC_PLACE_SHARE)
        return session->metric[ND_METRIC_ACTIVE_CELLS];
    if (metric == ND_METRIC_FRACTION_ACTIVE || metric == ND_METRIC_FRACTION_PLACE_CELLS)
        return session->metric[ND_METRIC_ACTIVE_CELLS] / session->metric[ND_METRIC_FRACTION_ACTIVE];
    return session->metric[ND_METRIC_ACTIVE_CELLS];
}

static bool is_count(size_t metric) {
    return metric == ND_METRIC_FRAMES || metric == ND_METRIC_EQUAL_FRAMES ||
           metric == ND_METRIC_DISTANCE || metric == ND_METRIC_TRAVERSALS ||
           metric == ND_METRIC_CELLS || metric == ND_METRIC_ACTIVE_CELLS ||
           metric == ND_METRIC_PLACE_CELLS;
}

/* The metric of all the point's cells together: counts add, the rest are means over cells. (The
 * mean of corrected mean curves, weighed so, is exact for SR and close for the others.) */
static void pool(point *together) {
    for (size_t m = 0; m < ND_METRIC_COUNT; m++) {
        double sum = 0.0, weights = 0.0, errors = 0.0;
        for (size_t s = 0; s < together->sessions; s++) {
            const nd_session_result *session = together->session[s];
            double value = session->metric[m], weight = weight_of(session, m);
            if (isnan(value))
                continue;
            weight = is_count(m) || isnan(weight) ? 1.0 : weight;
            sum += weight * value;
            errors += weight * weight * session->error[m] * session->error[m];
            weights += weight;
        }
        bool one = together->sessions == 1;
        together->value[m] = one             ? together->session[0]->metric[m]
                             : weights > 0.0 ? (is_count(m) ? sum : sum / weights)
                                             : NAN;
        together->error[m] = one ? together->session[0]->error[m] : sqrt(errors) / weights;
    }
}

/* Adds `session` to the member's point at `time`, made if it is not there. */
static bool add_to(points *made, size_t member, size_t animal, double time,
                   const nd_session_result *session, size_t most, nd_error *error) {
    size_t i = 0;
    while (i < made->count && (made->point[i].member != member || made->point[i].time != time))
        i++;
    point *at = &made->point[i];
    if (i == made->count) {
        at->session = nd_array(most, sizeof(void *), error);
        if (!at->session)
            return false;
        at->member = member;
        at->animal = animal;
        at->time = time;
        made->count++;
    }
    at->session[at->sessions++] = session;
    return true;
}

static bool same_animal(const nd_session_result *a, const nd_session_result *b) {
    return strcmp(a->animal, b->animal) == 0;
}

/* The points of a curve over groups first .. first + groups - 1: which member (series) and which
 * time each session belongs to. */
static bool gather(const nd_recording_result *result, const nd_curve *curve, nd_pooling pooling,
                   points *made, nd_error *error) {
    bool dataset = curve->level == ND_CURVE_DATASET;
    size_t sessions = 0, member = 0, animal = 0;
    for (size_t g = 0; g < curve->groups; g++)
        sessions += result->group[curve->first_group + g].sessions;
    made->point = nd_array(sessions, sizeof *made->point, error);
    if (!made->point)
        return false;
    for (size_t g = 0; g < curve->groups; g++) {
        const nd_group *group = &result->group[curve->first_group + g];
        const nd_session_result *first = &result->session[group->first];
        bool next = g > 0; /* a new series starts with this group */
        animal += next && !same_animal(first, first - 1);
        if (pooling == ND_POOL_CELLS && dataset)
            next = false;
        else if (pooling == ND_POOL_VISITS)
            next = next && !same_animal(first, first - 1);
        member += next;
        for (size_t s = 0; s < group->sessions; s++) {
            double time = pooling == ND_POOL_VISITS ? (double)first[s].visit : first[s].day;
            if (!add_to(made, member, animal, time, first + s, sessions, error))
                return false;
        }
    }
    made->members = member + 1;
    for (size_t i = 0; i < made->count; i++)
        pool(&made->point[i]);
    return true;
}

/* The value a member starts with; NaN if that is zero, to which nothing can be compared. */
static double first_of(const points *made, size_t member, size_t metric) {
    double earliest = INFINITY, value = NAN;
    for (size_t i = 0; i < made->count; i++) {
        const point *at = &made->point[i];
        if (at->member != member || isnan(at->value[metric]) || !(at->time < earliest))
            continue;
        earliest = at->time;
        value = at->value[metric];
    }
    return value != 0.0 ? value : NAN;
}

/* What the metric's slope is fitted to: every point over the first of its member. */
static void relate(const points *made, size_t metric, nd_course_point *related) {
    for (size_t i = 0; i < made->count; i++) {
        const point *at = &made->point[i];
        related[i] =
            (nd_course_point){at->time, at->value[metric] / first_of(made, at->member, metric),
                              at->member, at->animal};
    }
}

/* Means and errors over members at one time. */
static void summarise(const points *made, double time, size_t metric, double *value, double *error,
                      double *normalised, double *normalised_error) {
    double n = 0.0, sum[2] = {0.0, 0.0}, squares[2] = {0.0, 0.0}, own[2] = {NAN, NAN};
    for (size_t i = 0; i < made->count; i++) {
        const point *at = &made->point[i];
        double first = first_of(made, at->member, metric);
        if (at->time != time || isnan(at->value[metric]))
            continue;
        const double values[2] = {at->value[metric], at->value[metric] / first};
        n += 1.0;
        for (int k = 0; k < 2; k++) {
            sum[k] += values[k];
            squares[k] += values[k] * values[k];
        }
        own[0] = at->error[metric];
        own[1] = at->error[metric] / first;
    }
    double spread[2];
    for (int k = 0; k < 2; k++)
        spread[k] =
            n > 1.0 ? sqrt(fmax(0.0, squares[k] - sum[k] * sum[k] / n) / (n - 1.0) / n) : own[k];
    *value = sum[0] / n;
    *normalised = sum[1] / n;
    *error = spread[0];
    *normalised_error = spread[1];
}

static bool fill_times(const points *made, nd_curve *curve, nd_error *error) {
    curve->time = nd_doubles(made->count, error);
    curve->count = nd_doubles(made->count, error);
    if (!curve->time || !curve->count)
        return false;
    for (size_t i = 0; i < made->count; i++)
        curve->time[i] = made->point[i].time;
    nd_sort_ascending(curve->time, made->count);
    for (size_t i = 0; i < made->count; i++)
        if (i == 0 || curve->time[i] != curve->time[curve->points - 1])
            curve->time[curve->points++] = curve->time[i];
    for (size_t i = 0; i < made->count; i++)
        for (size_t p = 0; p < curve->points; p++)
            curve->count[p] += made->point[i].time == curve->time[p];
    return true;
}

static bool fill_course(const points *made, const points *tested, nd_curve *curve, size_t metric,
                        nd_course_point *related, nd_error *error) {
    nd_metric_course *course = &curve->course[metric];
    double **arrays[] = {&course->value, &course->error, &course->normalised,
                         &course->normalised_error};
    for (size_t i = 0; i < 4; i++)
        if (!(*arrays[i] = nd_doubles(curve->points, error)))
            return false;
    for (size_t p = 0; p < curve->points; p++)
        summarise(made, curve->time[p], metric, &course->value[p], &course->error[p],
                  &course->normalised[p], &course->normalised_error[p]);
    relate(tested, metric, related);
    double span = curve->time[curve->points - 1] - curve->time[0];
    return nd_course_line(related, tested->count, span, course, error);
}

/* Do animals enter or leave: is one of them without a point at a time that another has? */
static bool composition_changes(const points *tested, const nd_curve *curve) {
    size_t animals = 0;
    for (size_t i = 0; i < tested->count; i++)
        animals = tested->point[i].animal + 1 > animals ? tested->point[i].animal + 1 : animals;
    for (size_t p = 0; p < curve->points; p++)
        for (size_t a = 0; a < animals; a++) {
            bool there = false;
            for (size_t i = 0; i < tested->count; i++)
                there = there ||
                        (tested->point[i].animal == a && tested->point[i].time == curve->time[p]);
            if (!there)
                return true;
        }
    return false;
}

static bool make_curve(const nd_recording_result *result, nd_pooling pooling, nd_curve *curve,
                       nd_error *error) {
    points made = {0}, tested = {0};
    /* Cells of all animals together make a curve; what it is tested by is the animals. */
    bool apart = pooling == ND_POOL_CELLS && curve->level == ND_CURVE_DATASET;
    bool fine = gather(result, curve, pooling, &made, error) && fill_times(&made, curve, error) &&
                gather(result, curve, apart ? ND_POOL_NONE : pooling, &tested, error);
    nd_course_point *related = fine ? nd_array(tested.count, sizeof *related, error) : NULL;
    fine = fine && related;
    curve->members = made.members;
    curve->animals_change = fine && apart && composition_changes(&tested, curve);
    for (size_t m = 0; fine && m < ND_METRIC_COUNT; m++)
        fine = fill_course(&made, &tested, curve, m, related, error);
    free(related);
    points_clear(&made);
    points_clear(&tested);
    return fine;
}

static bool start_curve(nd_recording_result *result, const char *name, nd_curve_level level,
                        size_t first, size_t groups, nd_error *error) {
    nd_curve *curve = &result->curve[result->curves++];
    curve->name = nd_text(name, error);
    curve->level = level;
    curve->first_group = first;
    curve->groups = groups;
    return curve->name;
}

bool nd_curves_make(const nd_settings *settings, nd_recording_result *result, nd_error *error) {
    result->curve = nd_array(2 * result->groups + 1, sizeof *result->curve, error);
    bool fine = result->curve;
    for (size_t g = 0; fine && g < result->groups; g++)
        fine = start_curve(result, result->group[g].name, ND_CURVE_GROUP, g, 1, error);
    for (size_t g = 0, next; fine && g < result->groups; g = next) {
        const nd_session_result *session = &result->session[result->group[g].first];
        for (next = g + 1; next < result->groups; next++)
            if (!same_animal(session, &result->session[result->group[next].first]))
                break;
        if (next > g + 1 && next - g < result->groups)
            fine = start_curve(result, session->animal, ND_CURVE_ANIMAL, g, next - g, error);
    }
    if (fine && result->groups > 1)
        fine = start_curve(result, result->name, ND_CURVE_DATASET, 0, result->groups, error);
    for (size_t c = 0; fine && c < result->curves; c++)
        fine = make_curve(result, settings->pooling, &result->curve[c], error);
    return fine;
}
