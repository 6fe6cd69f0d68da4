/* Amounts into responses for the mutual information (docs/model.md, section 8.2). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sort.h"
#include "measure/information.h"

/* The range of the amounts above zero of the cells listed. */
typedef struct amounts {
    double least, most;
    bool whole; /* all of them */
    size_t count;
} amounts;

static amounts survey(const nd_binned *activity, const size_t *cells, size_t count) {
    const nd_events *events = &activity->events;
    amounts found = {INFINITY, 0.0, true, 0};
    for (size_t i = 0; i < count; i++)
        for (size_t e = events->start[cells[i]]; e < events->start[cells[i] + 1]; e++) {
            double amount = events->amount[e];
            found.whole = found.whole && amount == floor(amount);
            if (!(amount > 0.0))
                continue;
            found.least = fmin(found.least, amount);
            found.most = fmax(found.most, amount);
            found.count++;
        }
    return found;
}

/* Ten centres: the arithmetic means of neighbours among eleven logarithmically spaced edges. */
static void logarithmic_centres(const amounts *range, double centre[ND_RESPONSE_CENTRES]) {
    double first = log10(range->least), last = log10(range->most), edge[ND_RESPONSE_CENTRES + 1];
    for (int k = 0; k <= ND_RESPONSE_CENTRES; k++)
        edge[k] = pow(10.0, first + (last - first) * k / ND_RESPONSE_CENTRES);
    for (int k = 0; k < ND_RESPONSE_CENTRES; k++)
        centre[k] = 0.5 * (edge[k] + edge[k + 1]);
}

static uint32_t nearest_centre(const double centre[ND_RESPONSE_CENTRES], double amount) {
    uint32_t nearest = 0;
    for (uint32_t k = 1; k < ND_RESPONSE_CENTRES; k++)
        if (fabs(amount - centre[k]) < fabs(amount - centre[nearest]))
            nearest = k;
    return nearest;
}

/* Counts may be anything: levels are their ranks among those that occur, `distinct` of them. */
static double *distinct_counts(const nd_binned *activity, const size_t *cells, size_t count,
                               size_t total, size_t *distinct, nd_error *error) {
    const nd_events *events = &activity->events;
    double *values = nd_doubles(total, error);
    size_t n = 0;
    for (size_t i = 0; values && i < count; i++)
        for (size_t e = events->start[cells[i]]; e < events->start[cells[i] + 1]; e++)
            if (events->amount[e] > 0.0)
                values[n++] = events->amount[e];
    if (!values)
        return NULL;
    nd_sort_ascending(values, n);
    *distinct = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || values[i] != values[i - 1])
            values[(*distinct)++] = values[i];
    return values;
}

static uint32_t level_of(const nd_responses *responses, const double *values, size_t distinct,
                         double amount) {
    if (!(amount > 0.0))
        return 0;
    if (responses->kind == ND_RESPONSE_ROUNDED)
        return (uint32_t)round(amount);
    if (responses->kind == ND_RESPONSE_LOGARITHMIC)
        return 1 + nearest_centre(responses->centre, amount);
    const double *found = values ? nd_sorted_find(values, distinct, amount) : NULL;
    return found ? (uint32_t)(found - values) + 1 : 0;
}

bool nd_responses_choose(const nd_binned *activity, const size_t *cells, size_t count,
                         nd_responses *responses, nd_error *error) {
    const nd_events *events = &activity->events;
    amounts range = survey(activity, cells, count);
    size_t distinct = 0;
    double *values = NULL;
    memset(responses, 0, sizeof *responses);
    responses->level = nd_array(events->start[activity->cells], sizeof *responses->level, error);
    bool fine = responses->level;
    if (range.whole) {
        responses->kind = ND_RESPONSE_COUNTS;
        values = distinct_counts(activity, cells, count, range.count, &distinct, error);
        fine = fine && values;
        responses->levels = distinct + 1;
    } else if (range.most > 5.0 && range.most < 20.0) {
        responses->kind = ND_RESPONSE_ROUNDED;
        responses->levels = (size_t)round(range.most) + 1;
    } else {
        responses->kind = ND_RESPONSE_LOGARITHMIC;
        responses->levels = ND_RESPONSE_CENTRES + 1;
        if (range.count > 0)
            logarithmic_centres(&range, responses->centre);
    }
    for (size_t i = 0; fine && i < count; i++)
        for (size_t e = events->start[cells[i]]; e < events->start[cells[i] + 1]; e++)
            responses->level[e] = level_of(responses, values, distinct, events->amount[e]);
    free(values);
    if (!fine)
        nd_responses_clear(responses);
    return fine;
}

void nd_responses_clear(nd_responses *responses) {
    free(responses->level);
    memset(responses, 0, sizeof *responses);
}
