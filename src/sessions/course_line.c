#include "sessions/course_line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "measure/correlated_slope.h"

/* A change is seen by the test in four of five tries where it is this many errors past the limit.
 */
static const double FOUR_OF_FIVE = 0.85;

/* The days of one animal: series taken about their own means, and averaged where they share a
 * day. Series that share days share one intercept: their days are one part. */
typedef struct days {
    size_t count, parts, used; /* used: points */
    double *time, *value, *n;
    size_t *part;
} days;

static bool days_make(size_t most, days *made, nd_error *error) {
    made->time = nd_doubles(most, error);
    made->value = nd_doubles(most, error);
    made->n = nd_doubles(most, error);
    made->part = nd_array(most, sizeof *made->part, error);
    return made->time && made->value && made->n && made->part;
}

static void days_clear(days *made) {
    free(made->time);
    free(made->value);
    free(made->n);
    free(made->part);
}

static int by_time(const void *a, const void *b) {
    const nd_course_point *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

static double mean_of_series(const nd_course_point *points, size_t count, size_t series) {
    double sum = 0.0, n = 0.0;
    for (size_t i = 0; i < count; i++)
        if (points[i].series == series) {
            sum += points[i].value;
            n += 1.0;
        }
    return sum / n;
}

/* All days that `series` has become one part, that of the first of them. */
static void join(const nd_course_point *points, size_t count, size_t series, days *made) {
    size_t part = SIZE_MAX, day = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            if (points[i].series != series)
                continue;
            for (day = 0; made->time[day] != points[i].time;)
                day++;
            if (part == SIZE_MAX)
                part = made->part[day];
            size_t old = made->part[day];
            for (size_t d = 0; d < made->count; d++)
                if (made->part[d] == old)
                    made->part[d] = part;
        }
}

/* Parts renumbered from 0. */
static void count_parts(days *made) {
    for (size_t d = 0; d < made->count; d++) {
        size_t old = made->part[d];
        if (old < made->count) /* not renumbered yet: new numbers come behind all old ones */
            for (size_t e = made->count; e-- > d;)
                if (made->part[e] == old)
                    made->part[e] = made->count + made->parts;
        if (old < made->count)
            made->parts++;
    }
    for (size_t d = 0; d < made->count; d++)
        made->part[d] -= made->count;
}

/* `points` are the animal's, by time, without NaN. */
static void gather(const nd_course_point *points, size_t count, days *made) {
    made->count = made->parts = 0;
    made->used = count;
    for (size_t i = 0; i < count; i++) {
        size_t d = made->count;
        if (d == 0 || made->time[d - 1] != points[i].time) {
            made->time[made->count] = points[i].time;
            made->value[made->count] = made->n[made->count] = 0.0;
            made->part[made->count] = made->count;
            made->count++;
        }
        made->value[made->count - 1] +=
            points[i].value - mean_of_series(points, count, points[i].series);
        made->n[made->count - 1] += 1.0;
    }
    for (size_t d = 0; d < made->count; d++)
        made->value[d] /= made->n[d];
    for (size_t i = 0; i < count; i++)
        join(points, count, points[i].series, made);
    count_parts(made);
}

/* One animal: its days are tested as they resemble their neighbours. */
static bool line_of_days(const days *of, nd_metric_course *course, nd_error *error) {
    nd_correlated_slope found;
    if (!nd_correlated_slope_test(of->time, of->value, of->part, of->count, of->parts, &found,
                                  error))
        return false;
    course->line = found.line;
    course->serial = found.serial;
    course->limit_90 = found.limit_90;
    course->limit_95 = found.limit_95;
    return true;
}

/* Several: each has a slope of its own, and these are tested. */
static void line_of_slopes(const double *slope, size_t animals, nd_metric_course *course) {
    double n = (double)animals, mean = 0.0, squares = 0.0;
    for (size_t a = 0; a < animals; a++)
        mean += slope[a] / n;
    for (size_t a = 0; a < animals; a++)
        squares += (slope[a] - mean) * (slope[a] - mean);
    nd_regression *line = &course->line;
    *line = (nd_regression){.degrees = n - 1.0,
                            .slope = mean,
                            .intercept = NAN,
                            .slope_error = sqrt(squares / (n - 1.0) / n),
                            .intercept_error = NAN,
                            .correlation = NAN};
    if (line->slope_error > 0.0) {
        line->t = mean / line->slope_error;
        line->p = nd_student_two_sided(line->t, line->degrees);
    } else {
        line->t = mean != 0.0 ? copysign(INFINITY, mean) : 0.0;
        line->p = mean != 0.0 ? 0.0 : 1.0;
    }
    course->limit_90 = nd_student_quantile(0.95, line->degrees);
    course->limit_95 = nd_student_quantile(0.975, line->degrees);
}

/* The animal's points without NaN, by time, into `own`; returns how many. */
static size_t pick(const nd_course_point *points, size_t count, size_t animal,
                   nd_course_point *own) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (points[i].animal == animal && !isnan(points[i].value))
            own[n++] = points[i];
    qsort(own, n, sizeof *own, by_time);
    return n;
}

static void finish(double span, size_t used, nd_metric_course *course) {
    nd_regression *line = &course->line;
    line->count = used;
    double unit = line->slope_error * span;
    course->change = line->slope * span;
    course->change_low = course->change - course->limit_90 * unit;
    course->change_high = course->change + course->limit_90 * unit;
    course->smallest = (course->limit_95 + FOUR_OF_FIVE) * unit;
}

bool nd_course_line(const nd_course_point *points, size_t count, double span,
                    nd_metric_course *course, nd_error *error) {
    size_t animals = 0, with_slope = 0, used = 0;
    for (size_t i = 0; i < count; i++)
        animals = points[i].animal + 1 > animals ? points[i].animal + 1 : animals;
    nd_course_point *own = nd_array(count, sizeof *own, error);
    double *slope = nd_doubles(animals, error);
    days of = {0};
    bool fine = own && slope && days_make(count, &of, error);
    course->serial = course->limit_90 = course->limit_95 = NAN;
    course->line = (nd_regression){0, 0.0, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    size_t last = 0;
    for (size_t a = 0; fine && a < animals; a++) {
        size_t n = pick(points, count, a, own);
        gather(own, n, &of);
        used += n;
        if (of.count < of.parts + 1)
            continue;
        last = a;
        fine = nd_slope_of_parts(of.time, of.value, of.part, of.count, of.parts,
                                 &slope[with_slope++], error);
    }
    course->animals = with_slope;
    if (fine && with_slope == 1) {
        gather(own, pick(points, count, last, own), &of);
        fine = line_of_days(&of, course, error);
    } else if (fine && with_slope > 1) {
        line_of_slopes(slope, with_slope, course);
    }
    finish(span, used, course);
    free(own);
    free(slope);
    days_clear(&of);
    return fine;
}
