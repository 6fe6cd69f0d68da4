/* What followed cells did at one place lap by lap: a cloud of population vectors in every session,
 * its mean and its axes of variation. The laps of a network are samples. */
#ifndef ND_MEASURE_LAP_CLOUDS_H
#define ND_MEASURE_LAP_CLOUDS_H

#include <gsl/gsl_eigen.h>

#include "measure/followed.h"

/* Of more laps as many are chosen evenly. */
enum { ND_MOST_LAPS = 40 };

typedef struct nd_cloud {
    size_t laps;
    double *rate; /* laps x cells; per second */
} nd_cloud;

typedef struct nd_clouds {
    const nd_followed *of;      /* borrowed */
    nd_cloud *session;          /* sessions */
    double *seconds;            /* laps: scratch */
    size_t *use, used;          /* the cells that are looked at */
    double *axes;               /* ND_MOST_LAPS x cells, of which `used` each: unit vectors */
    double value[ND_MOST_LAPS]; /* the variances along them, greatest first */
    gsl_eigen_symmv_workspace *work[ND_MOST_LAPS + 1]; /* by number of laps */
} nd_clouds;

/* Room for all sessions. Free with nd_clouds_free, whatever is returned. */
bool nd_clouds_new(nd_clouds *clouds, const nd_followed *of, nd_error *error);
void nd_clouds_free(nd_clouds *clouds);

/* What the session's cells did at the place on each lap that passed it. */
void nd_clouds_gather(nd_clouds *clouds, size_t session, size_t bin);

/* Looks at the cells found in both sessions and active in either; returns how many. */
size_t nd_clouds_use(nd_clouds *clouds, size_t a, size_t b);

/* Over every `step`th lap from `first` on. The mean of the cells used, into `mean` (used); returns
 * how many laps. The variance about that mean of one cell, and along an axis. */
size_t nd_cloud_mean(const nd_clouds *clouds, const nd_cloud *at, size_t first, size_t step,
                     double *mean);
double nd_cloud_variance(const nd_clouds *clouds, const nd_cloud *at, size_t first, size_t step,
                         const double *mean, size_t i);
double nd_cloud_variance_along(const nd_clouds *clouds, const nd_cloud *at, size_t first,
                               size_t step, const double *mean, const double *axis);

/* The principal axes of those laps into clouds->axes, their variances into clouds->value; returns
 * how many there are, 0 without variance or, with `error` filled, without memory. */
size_t nd_cloud_axes(nd_clouds *clouds, const nd_cloud *at, size_t first, size_t step,
                     const double *mean, nd_error *error);

/* As many leading axes as the participation ratio (sum v)^2 / sum v^2 of the variances. */
size_t nd_leading_axes(const double *value, size_t axes, double *ratio);

#endif
