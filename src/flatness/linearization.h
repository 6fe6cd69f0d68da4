/* The network at one point of its parameters, ready for first and second order: activity, slopes,
 * curvatures and residuals of the awake units over the whole data set (docs/model.md, section 5.1).
 *
 * Awake is a unit whose activity, slope or curvature is not zero for some sample: the others have
 * zero rows in the Jacobian and the Hessian and are left out. Vectors over the awake parameters
 * are units x (inputs + outputs), a row per unit: its augmented input weights (weights, bias), then
 * its output weights. Residual vectors are samples x outputs. */
#ifndef ND_FLATNESS_LINEARIZATION_H
#define ND_FLATNESS_LINEARIZATION_H

#include "network/activation.h"
#include "world/dataset.h"

typedef struct nd_linearization {
    size_t samples, inputs, outputs; /* n; d_in + 1: the augmented input x~ = (x, 1); d_out */
    size_t hidden, units;            /* H; awake ones */
    size_t *unit;                    /* units: their indices in the network, ascending */
    double *input;                   /* samples x inputs: x~ */
    double *output_weights;          /* units x outputs */
    double *activity, *slope;        /* units x samples: phi(a), phi'(a) */
    double *curvature;               /* units x samples: phi''(a); NULL if zero throughout */
    double *residual;                /* samples x outputs: e = o - y */
    double loss;                     /* L, not relative */
    double scale;                    /* 2 / (n d_out): the Hessian's factor */
    double *scratch;                 /* 2 units x samples + samples x outputs */
} nd_linearization;

/* Fails on parameters that are not finite, on shapes that do not fit, without memory. */
nd_linearization *nd_linearize(const nd_parameters *parameters, const nd_dataset *dataset,
                               const nd_activation *activation, nd_error *error);
void nd_linearization_free(nd_linearization *point);

/* Parameters of one unit (inputs + outputs), of all awake units, and rows of the Jacobian. */
size_t nd_unit_width(const nd_linearization *point);
size_t nd_awake_parameters(const nd_linearization *point);
size_t nd_residual_count(const nd_linearization *point); /* n d_out */

/* Products with the Jacobian J of the outputs: J v and J' e. These and the next use the point's
 * scratch: one thread per point. */
void nd_jacobian_times(const nd_linearization *point, const double *vector, double *result);
void nd_jacobian_transposed_times(const nd_linearization *point, const double *residual,
                                  double *result);

/* Adds R v, where the Hessian is 2/(n d_out) (J'J + R) and R couples within each unit only. */
void nd_residual_blocks_times(const nd_linearization *point, const double *vector, double *result);

/* H v, the exact Hessian of L. */
void nd_hessian_times(const nd_linearization *point, const double *vector, double *result);

/* The trace of the exact Hessian, in closed form. */
double nd_hessian_trace(const nd_linearization *point);

/* Between awake vectors and parameters: the awake part of `parameters`; and parameters += factor
 * times the vector. */
void nd_awake_gather(const nd_linearization *point, const nd_parameters *parameters,
                     double *vector);
void nd_awake_add(const nd_linearization *point, double factor, const double *vector,
                  nd_parameters *parameters);

#endif
