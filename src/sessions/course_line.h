/* One slope of a metric against time, and what it is tested against: the animals, or the days of
 * the one animal there is (docs/model.md, section 8.7). */
#ifndef ND_SESSIONS_COURSE_LINE_H
#define ND_SESSIONS_COURSE_LINE_H

#include "sessions/sessions.h"

/* A session, or several pooled: its value over the first of its series, NaN where there is none. */
typedef struct nd_course_point {
    double time, value;
    size_t series, animal; /* from 0; a series is of one animal */
} nd_course_point;

/* Fits the points' line into `course` (line, change and its interval, smallest, animals, serial),
 * over a span of time. */
bool nd_course_line(const nd_course_point *points, size_t count, double span,
                    nd_metric_course *course, nd_error *error);

#endif
