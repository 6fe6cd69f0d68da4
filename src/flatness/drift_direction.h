/* Does drift go where theory says? Many noise branches from one snapshot, and how their
 * displacements lie to minus the gradient of each regularizer along the manifold (docs/model.md,
 * section 5.5). */
#ifndef ND_FLATNESS_DRIFT_DIRECTION_H
#define ND_FLATNESS_DRIFT_DIRECTION_H

#include "engine/engine.h"
#include "flatness/regularizer.h"

typedef struct nd_branch_options {
    size_t branches; /* at least 8 */
    uint64_t steps;  /* updates of each */
    unsigned threads;
    bool relax; /* begin from the relaxed snapshot: on the manifold */
} nd_branch_options;

/* One regularizer's prediction against the branches. */
typedef struct nd_branch_match {
    double cosine, cosine_error; /* mean over branches of the cosine, and its standard error */
    double t, p;                 /* one-sided t-test that the mean is above 0 */
    double mean_cosine, mean_cosine_error; /* cosine of the mean displacement; jackknife */
    double along;                          /* mean displacement along the prediction, per step */
    double along_error;
    double predicted; /* what second-order theory says for it, per step */
    double value;     /* the regularizer where the branches began */
    /* The same test with what of the prediction is orthogonal to the other's: predictions are often
     * nearly parallel, and then the whole of either is confirmed by drift along the other. */
    double own_cosine, own_cosine_error, own_p;
    double own_branches; /* needed for p < 0.05 in four of five tries, if own_cosine is right; NaN
                            where it is not above 0 */
} nd_branch_match;

/* What the branches did. */
typedef struct nd_branch_drift {
    size_t branches, awake_units, awake_parameters;
    double loss;         /* where the branches began, over Var(y) */
    double displacement; /* root mean square of the branches', Euclidean */
    double between;      /* cosine of the two predictions */
    nd_branch_match match[ND_REGULARIZERS];
} nd_branch_drift;

/* Runs the experiment's own rule and noise from `parameters` (moments, where a rule has them, begin
 * at zero) in `branches` branches whose seeds differ, and compares their displacements (less
 * that of one more branch, without noise) over the
 * parameters of the units that are awake at the start. Predicted per step, for SGD: eta^2 sigma_u^2
 * / 4 times the length of the log-sum's direction, eta^2 v / (2 n d_out) times that of the
 * trace's, v the variance of the label noise; each only with its own noise.
 * Eigenvalues below 1 / (eta steps), whose directions do not relax within the branches, count as
 * zero.
 * Fails when a branch diverges, naming it. */
bool nd_branch_drift_measure(const nd_experiment *experiment, const nd_dataset *dataset,
                             const nd_parameters *parameters, const nd_branch_options *options,
                             const nd_watch *watch, nd_branch_drift *drift, nd_error *error);

/* About how long that will take here, in seconds, from the times of a dense product and of a few
 * updates: right within a factor of three or so, for relaxing may end early. */
bool nd_branch_forecast(const nd_experiment *experiment, const nd_dataset *dataset,
                        const nd_parameters *parameters, const nd_branch_options *options,
                        double *seconds, nd_error *error);

#endif
