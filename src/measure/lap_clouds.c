#include "measure/lap_clouds.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { MOST_LAPS = ND_MOST_LAPS };

bool nd_clouds_new(nd_clouds *c, const nd_followed *of, nd_error *error) {
    size_t n = of->sessions, most = 0;
    *c = (nd_clouds){.of = of};
    for (size_t s = 0; s < n; s++)
        most = of->frames[s].laps > most ? of->frames[s].laps : most;
    c->session = nd_array(n, sizeof *c->session, error);
    c->seconds = nd_doubles(most, error);
    c->use = nd_array(of->cells, sizeof *c->use, error);
    c->axes = nd_doubles(MOST_LAPS * of->cells, error);
    bool fine = c->session && c->seconds && c->use && c->axes;
    for (size_t s = 0; fine && s < n; s++)
        fine = (c->session[s].rate = nd_doubles(of->frames[s].laps * of->cells, error)) != NULL;
    return fine;
}

void nd_clouds_free(nd_clouds *c) {
    for (size_t s = 0; c->session && s < c->of->sessions; s++)
        free(c->session[s].rate);
    for (size_t n = 0; n <= MOST_LAPS; n++)
        gsl_eigen_symmv_free(c->work[n]);
    free(c->session);
    free(c->seconds);
    free(c->use);
    free(c->axes);
}

size_t nd_clouds_use(nd_clouds *c, size_t a, size_t b) {
    c->used = 0;
    for (size_t u = 0; u < c->of->cells; u++)
        if (nd_active_in_either(c->of, a, b, u))
            c->use[c->used++] = u;
    return c->used;
}

void nd_clouds_gather(nd_clouds *c, size_t session, size_t bin) {
    const nd_followed_frames *frames = &c->of->frames[session];
    const nd_binned *activity = &frames->activity;
    size_t cells = c->of->cells, passed = 0;
    nd_cloud *at = &c->session[session];
    memset(at->rate, 0, frames->laps * cells * sizeof *at->rate);
    for (size_t l = 0; l < frames->laps; l++)
        c->seconds[l] = 0;
    for (size_t f = 0; f < activity->frames; f++)
        if ((size_t)activity->bin[f] == bin && frames->lap[f] >= 0)
            c->seconds[frames->lap[f]] += activity->frame_seconds;
    for (size_t u = 0; u < activity->cells; u++)
        for (size_t e = activity->events.start[u]; e < activity->events.start[u + 1]; e++) {
            size_t f = activity->events.frame[e];
            if ((size_t)activity->bin[f] == bin && frames->lap[f] >= 0)
                at->rate[(size_t)frames->lap[f] * cells + frames->cell[u]] +=
                    activity->events.amount[e];
        }
    for (size_t l = 0; l < frames->laps; l++) {
        if (!(c->seconds[l] > 0))
            continue;
        for (size_t u = 0; u < cells; u++)
            at->rate[passed * cells + u] = at->rate[l * cells + u] / c->seconds[l];
        passed++;
    }
    at->laps = passed < MOST_LAPS ? passed : MOST_LAPS;
    for (size_t k = 0; passed > MOST_LAPS && k < MOST_LAPS; k++)
        memmove(at->rate + k * cells, at->rate + k * passed / MOST_LAPS * cells,
                cells * sizeof *at->rate);
}

size_t nd_cloud_mean(const nd_clouds *c, const nd_cloud *at, size_t first, size_t step,
                     double *mean) {
    size_t laps = 0;
    memset(mean, 0, c->used * sizeof *mean);
    for (size_t l = first; l < at->laps; l += step, laps++)
        for (size_t i = 0; i < c->used; i++)
            mean[i] += at->rate[l * c->of->cells + c->use[i]];
    for (size_t i = 0; i < c->used; i++)
        mean[i] /= (double)laps;
    return laps;
}

double nd_cloud_variance(const nd_clouds *c, const nd_cloud *at, size_t first, size_t step,
                         const double *mean, size_t i) {
    double squares = 0, laps = 0;
    for (size_t l = first; l < at->laps; l += step) {
        double off = at->rate[l * c->of->cells + c->use[i]] - mean[i];
        squares += off * off;
        laps += 1;
    }
    return squares / (laps - 1);
}

double nd_cloud_variance_along(const nd_clouds *c, const nd_cloud *at, size_t first, size_t step,
                               const double *mean, const double *axis) {
    double squares = 0, laps = 0;
    for (size_t l = first; l < at->laps; l += step) {
        double off = 0;
        for (size_t i = 0; i < c->used; i++)
            off += (at->rate[l * c->of->cells + c->use[i]] - mean[i]) * axis[i];
        squares += off * off;
        laps += 1;
    }
    return squares / (laps - 1);
}

size_t nd_cloud_axes(nd_clouds *c, const nd_cloud *at, size_t first, size_t step,
                     const double *mean, nd_error *error) {
    size_t laps = 0, cells = c->of->cells, kept = 0;
    double gram[MOST_LAPS * MOST_LAPS], vector[MOST_LAPS * MOST_LAPS], value[MOST_LAPS];
    for (size_t l = first; l < at->laps; l += step)
        laps++;
    for (size_t j = 0; j < laps; j++)
        for (size_t k = j; k < laps; k++) {
            const double *x = at->rate + (first + j * step) * cells;
            const double *y = at->rate + (first + k * step) * cells;
            double sum = 0;
            for (size_t i = 0; i < c->used; i++)
                sum += (x[c->use[i]] - mean[i]) * (y[c->use[i]] - mean[i]);
            gram[j * laps + k] = gram[k * laps + j] = sum / ((double)laps - 1);
        }
    if (!c->work[laps] && !(c->work[laps] = gsl_eigen_symmv_alloc(laps))) {
        nd_fail(error, "variation over laps", NULL, "memory is exhausted");
        return 0;
    }
    gsl_matrix_view in = gsl_matrix_view_array(gram, laps, laps);
    gsl_matrix_view out = gsl_matrix_view_array(vector, laps, laps);
    gsl_vector_view values = gsl_vector_view_array(value, laps);
    gsl_eigen_symmv(&in.matrix, &values.vector, &out.matrix, c->work[laps]);
    gsl_eigen_symmv_sort(&values.vector, &out.matrix, GSL_EIGEN_SORT_VAL_DESC);
    for (; kept + 1 < laps && value[kept] > 1e-9 * value[0] && value[0] > 0; kept++) {
        double *axis = c->axes + kept * cells;
        double scale = 1 / sqrt(value[kept] * ((double)laps - 1));
        memset(axis, 0, c->used * sizeof *axis);
        for (size_t j = 0; j < laps; j++)
            for (size_t i = 0; i < c->used; i++)
                axis[i] += scale * vector[j * laps + kept] *
                           (at->rate[(first + j * step) * cells + c->use[i]] - mean[i]);
        c->value[kept] = value[kept];
    }
    return kept;
}

size_t nd_leading_axes(const double *value, size_t axes, double *ratio) {
    double sum = 0, squares = 0;
    for (size_t k = 0; k < axes; k++) {
        sum += value[k];
        squares += value[k] * value[k];
    }
    *ratio = sum * sum / squares;
    size_t count = (size_t)ceil(*ratio - 1e-9);
    return count < axes ? count : axes;
}
