/** @file
 * How flat the loss is around a network, any network given by its arrays: gradient, products with
 * the Hessian, spectra, regularizers, relaxing, the direction of drift; and the landscape of two
 * dimensions (docs/model.md, section 5).
 */
#ifndef NULLDRIFT_FLATNESS_H
#define NULLDRIFT_FLATNESS_H

#include "nulldrift/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** A network at one point of its parameters, on a data set: first and second order are ready. Used
 * by one thread at a time. */
typedef struct nd_point nd_point;

/** The network of `parameters` and `activation` (as in network.activation) on `dataset`, which must
 * outlive the point; the parameters are copied. Fails on shapes that do not fit and on parameters
 * that are not finite. */
nd_point *nd_point_open(const nd_parameters *parameters, const nd_dataset *dataset,
                        const char *activation, nd_error *error);

/** Closes it; NULL is fine. */
void nd_point_close(nd_point *point);

/** Parameters in all, P = H (d_in + 1 + d_out): the length of vectors here, each in the order W_in
 * (H x d_in), b (H), W_out (d_out x H). 0 where `point` is NULL. */
size_t nd_point_count(const nd_point *point);

/** The loss L = 1/(n d_out) sum |o - y|^2, over Var(y) where `relative`. NaN where `point` is NULL.
 */
double nd_point_loss(const nd_point *point, bool relative);

/** The gradient of L, into `gradient` (P). */
bool nd_point_gradient(const nd_point *point, double *gradient, nd_error *error);

/** Which second derivative. */
typedef enum nd_curvature {
    ND_CURVATURE_HESSIAN,     /**< of L, exactly */
    ND_CURVATURE_GAUSS_NEWTON /**< its part 2/(n d_out) J'J, all of it at zero loss */
} nd_curvature;

/** The product of the Hessian, or its Gauss-Newton part, with `vector` (P), into `result` (P). */
bool nd_point_times(const nd_point *point, nd_curvature curvature, const double *vector,
                    double *result, nd_error *error);

/** The trace of the Hessian, exactly; NaN where `point` is NULL. */
double nd_point_trace(const nd_point *point);

/** The eigenvalues, largest first, into a new array of *count, to be freed by nd_free. Of P
 * eigenvalues those not listed are exactly zero. Fails, telling how large it would be, where more
 * than `most_bytes` would be needed (0: what the machine has free). */
bool nd_point_spectrum(const nd_point *point, nd_curvature curvature, double most_bytes,
                       double **eigenvalues, size_t *count, nd_error *error);

/** The ends of the Hessian's spectrum, by Lanczos. */
typedef struct nd_spectrum_ends {
    double largest;        /**< eigenvalue */
    double smallest;       /**< eigenvalue; 0 counts where there is a null space */
    double largest_error;  /**< bound by the residual */
    double smallest_error; /**< bound by the residual */
    size_t steps;          /**< made */
} nd_spectrum_ends;

/** Finds them from one random start (`seed`), in at most `most_steps` steps (0: 300). */
bool nd_point_ends(const nd_point *point, uint64_t seed, size_t most_steps, nd_spectrum_ends *ends,
                   nd_error *error);

/** Decades of magnitude on each side of zero that a density tells apart, and its bins. */
enum nd_density_room {
    ND_DENSITY_OF_DECADES = 4,                        /**< decades */
    ND_DENSITY_LENGTH = 2 * ND_DENSITY_OF_DECADES + 1 /**< bins */
};

/** The density of the Hessian's eigenvalues, by stochastic Lanczos quadrature. */
typedef struct nd_eigenvalue_density {
    double trace;                          /**< Hutchinson's estimate */
    double trace_error;                    /**< its standard error */
    double low[ND_DENSITY_LENGTH];         /**< lower edge of each bin, an eigenvalue */
    double high[ND_DENSITY_LENGTH];        /**< upper edge */
    double count[ND_DENSITY_LENGTH];       /**< expected number of eigenvalues in it */
    double count_error[ND_DENSITY_LENGTH]; /**< its standard error over the probes */
} nd_eigenvalue_density;

/** The density from `probes` (0: 16; at least 2) random sign vectors drawn from `seed`, `steps` (0:
 * 100) Lanczos steps each. */
bool nd_point_density(const nd_point *point, uint64_t seed, size_t probes, size_t steps,
                      nd_eigenvalue_density *density, nd_error *error);

/** What is thought to fall under noise, on the manifold of solutions. */
typedef enum nd_flatness_kind {
    ND_FLATNESS_LOG_SUM, /**< sum of the logarithms of the non-zero eigenvalues: update noise */
    ND_FLATNESS_TRACE    /**< the eigenvalues' sum: label noise */
} nd_flatness_kind;

/** Value, gradient (P) and predicted drift (P: minus the gradient, along the manifold) of one of
 * them, by the Gauss-Newton matrix; each of the three may be NULL. Eigenvalues below `least` count
 * as zero, and always those below 1e-10 of the largest. */
bool nd_point_regularizer(const nd_point *point, nd_flatness_kind kind, double least, double *value,
                          double *gradient, double *direction, nd_error *error);

/** How relaxing ended. */
typedef enum nd_relaxed {
    ND_RELAXED_SOLUTION, /**< the loss is within 1e-8 Var(y) of the least that is possible */
    ND_RELAXED_MINIMUM,  /**< above it, and to first order no step lowers the loss any more */
    ND_RELAXED_FALLING   /**< still falling when the work was ended */
} nd_relaxed;

/** What relaxing did. */
typedef struct nd_relaxing {
    nd_relaxed end;    /**< how it ended */
    double loss;       /**< reached, over Var(y) */
    double least_loss; /**< the least that any network can have on the data, over Var(y) */
    double distance;   /**< Euclidean, from where it began */
    size_t steps;      /**< accepted */
} nd_relaxing;

/** Descends without noise from `parameters`, in place, to the nearest solution (docs/model.md,
 * section 5.3). Not reaching one is no failure. `watch` may be NULL; stopped, it fails, and the
 * parameters are as they were. */
bool nd_relax_network(nd_parameters *parameters, const nd_dataset *dataset, const char *activation,
                      const nd_watch *watch, nd_relaxing *relaxing, nd_error *error);

/** How drift is to be tried. */
typedef struct nd_drift_trial {
    size_t branches;  /**< at least 8; 64 are usual */
    uint64_t steps;   /**< updates of each; 1000 are usual */
    unsigned threads; /**< 0: one */
    bool relax;       /**< begin from the relaxed network, on the manifold of solutions */
} nd_drift_trial;

/** How the branches' displacements lie to what one regularizer predicts. */
typedef struct nd_drift_match {
    double cosine;           /**< mean over branches of the cosine to the prediction */
    double cosine_error;     /**< its standard error */
    double p;                /**< one-sided t-test that the mean is above 0 */
    double along;            /**< mean displacement along the prediction, per step */
    double along_error;      /**< its standard error */
    double predicted;        /**< what second-order theory says for it, per step */
    double value;            /**< the regularizer where the branches began */
    double own_cosine;       /**< of what of the prediction is orthogonal to the other's */
    double own_cosine_error; /**< its standard error */
    double own_p;            /**< as p */
} nd_drift_match;

/** What the branches did. */
typedef struct nd_drift_found {
    double loss;             /**< where they began, over Var(y) */
    double displacement;     /**< root mean square, Euclidean */
    double between;          /**< cosine of the two predictions */
    nd_drift_match match[2]; /**< by nd_flatness_kind */
} nd_drift_found;

/** Does drift go where theory says? `trial->branches` noise branches of the experiment's own rule
 * and noise from `parameters` (docs/model.md, section 5.5); `dataset` is the experiment's. Fails
 * where a branch diverges or nothing moves, and when stopped by `watch` (may be NULL). */
bool nd_find_drift_direction(const nd_experiment *experiment, const nd_dataset *dataset,
                             const nd_parameters *parameters, const nd_drift_trial *trial,
                             const nd_watch *watch, nd_drift_found *found, nd_error *error);

/** What one step after the other does in two dimensions: noisy gradient descent on the landscape.
 */
typedef struct nd_landscape_walks {
    bool uniform;         /**< y^2, as steep everywhere; else x^2 y^2, flatter towards the origin */
    uint64_t seed;        /**< of the noise; a walker's noise is its own */
    size_t walkers;       /**< at least 1 */
    size_t records;       /**< evenly spaced, both ends in; at least 2 */
    uint64_t steps;       /**< of each walker */
    double learning_rate; /**< eta */
    double noise;         /**< sigma */
    double start_x;       /**< where all begin */
    double start_y;       /**< where all begin */
    unsigned threads;     /**< 0: one */
} nd_landscape_walks;

/** The walks, into `x` and `y` (walkers x records) at `step` (records). Fails, naming walker and
 * step, where one leaves for infinity. */
bool nd_walk_landscape(const nd_landscape_walks *landscape, double *step, double *x, double *y,
                       nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
