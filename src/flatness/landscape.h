/* The two-dimensional picture (docs/model.md, section 5.6; Figure 5A): noisy gradient descent on
 *     f(x, y) = x^2 y^2 ,
 * whose solutions are both axes. On the x-axis the curvature across is 2 x^2: flatter towards the
 * origin, and the walk along the axis is biased that way. Beside it, for comparison, the valley
 *     g(x, y) = y^2 ,
 * as steep everywhere: its walk along the axis has no direction. */
#ifndef ND_FLATNESS_LANDSCAPE_H
#define ND_FLATNESS_LANDSCAPE_H

#include "base/memory.h"

typedef enum nd_valley { ND_VALLEY_NARROWING, ND_VALLEY_UNIFORM } nd_valley;

typedef struct nd_landscape_options {
    uint64_t seed;
    size_t walkers, records; /* records: evenly spaced, both ends in; at least 2 */
    uint64_t steps;
    double learning_rate, noise; /* eta, sigma */
    double start_x, start_y;
    unsigned threads;
} nd_landscape_options;

double nd_valley_height(nd_valley valley, double x, double y);

/* Walks from the start: x and y are walkers x records, `step` is records. A walker's noise is its
 * own address, so that neither threads nor the number of walkers change it. Fails, naming walker
 * and step, when one leaves for infinity. */
bool nd_landscape_walk(nd_valley valley, const nd_landscape_options *options, double *step,
                       double *x, double *y, nd_error *error);

/* The mean drift along the x-axis of x^2 y^2, from walkers set down on the axis at start_x with y
 * drawn from its stationary spread. Second-order theory: -eta^2 sigma^2 / (2 x (1 - eta x^2)) per
 * step, averaged over where the walkers were. Two measurements: of the displacement, and of that
 * part of it that the gradient made, the noise's own walk (whose mean is zero) taken away, which is
 * far sharper. */
typedef struct nd_landscape_drift {
    double theory;                           /* per step */
    double displacement, displacement_error; /* per step, over walkers */
    double gradient, gradient_error;         /* per step, over walkers */
    double gradient_z; /* (gradient - theory, walker by walker) over its standard error */
} nd_landscape_drift;

bool nd_landscape_measure_drift(const nd_landscape_options *options, nd_landscape_drift *drift,
                                nd_error *error);

#endif
