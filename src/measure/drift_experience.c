/* Does likeness fall with time apart, or with experience apart? */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "measure/drift_measures.h"
#include "measure/matrix_regression.h"

/* The numbers of one similarity and one experience, in the order of drift_measures.def. */
enum { ON_TIME, ON_TIME_P, ON_EXPERIENCE, ON_EXPERIENCE_P, NUMBERS };
_Static_assert(ND_NUMBER_TUNING_DISTANCE_P + 1 - ND_NUMBER_RATES_TIME_VISITS ==
                   2 * ND_EXPERIENCES * NUMBERS,
               "the lines of drift_measures.def and this file");

static const char *unknown(const nd_followed *of, nd_experience experience) {
    if (of->noiseless)
        return "a network's steps are its time and its experience";
    for (size_t s = 0; s < of->sessions; s++)
        if (isnan(of->experience[experience][s]))
            return experience == ND_EXPERIENCE_DISTANCE
                       ? "the distance run in a session is not known"
                       : "how long a session lasted is not known";
    return NULL;
}

static bool solve(const nd_followed *of, const nd_drift_request *how, nd_drift_pair similarity,
                  nd_experience experience, size_t first, nd_drift_measures *m, nd_error *error) {
    const char *why = unknown(of, experience);
    nd_matrix_regression result = {.coefficient = {NAN, NAN}, .p = {NAN, NAN}, .why = why};
    nd_matrix_terms terms = {.count = of->sessions,
                             .response = m->pair[similarity],
                             .first = of->time,
                             .second = of->experience[experience],
                             .seed = how->seed,
                             .stream = 1000 + (uint32_t)first};
    if (!why && !nd_matrix_regress(&terms, &result, error))
        return false;
    for (size_t which = 0; which < 2; which++) {
        m->number[first + 2 * which] = result.coefficient[which];
        m->number[first + 2 * which + 1] = result.p[which];
        m->why[first + 2 * which] = isnan(result.coefficient[which]) ? result.why : NULL;
        m->why[first + 2 * which + 1] = result.why;
    }
    return true;
}

static double shared(const double *x, const double *y, size_t count) {
    double n = 0, sx = 0, sy = 0, xx = 0, yy = 0, xy = 0;
    for (size_t a = 0; a < count; a++)
        for (size_t b = a + 1; b < count; b++) {
            double u = fabs(x[a] - x[b]), v = fabs(y[a] - y[b]);
            n += 1;
            sx += u;
            sy += v;
            xx += u * u;
            yy += v * v;
            xy += u * v;
        }
    double both = xy - sx * sy / n;
    return both * both / ((xx - sx * sx / n) * (yy - sy * sy / n));
}

bool nd_drift_experience(const nd_followed *of, const nd_drift_request *how, nd_drift_measures *m,
                         nd_error *error) {
    static const nd_drift_pair likeness[] = {ND_PAIR_RATES, ND_PAIR_TUNING};
    bool fine = true;
    for (size_t e = 0; e < ND_EXPERIENCES; e++) {
        const char *why = unknown(of, (nd_experience)e);
        double both = why ? NAN : shared(of->time, of->experience[e], of->sessions);
        m->number[ND_NUMBER_SHARED_VISITS + e] = isfinite(both) ? both : NAN;
        if (!isfinite(both))
            m->why[ND_NUMBER_SHARED_VISITS + e] =
                why ? why : "all pairs of sessions are equally far apart";
        for (size_t k = 0; fine && k < 2; k++)
            fine =
                solve(of, how, likeness[k], (nd_experience)e,
                      ND_NUMBER_RATES_TIME_VISITS + (k * ND_EXPERIENCES + e) * NUMBERS, m, error);
    }
    return fine;
}
