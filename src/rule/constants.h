/* The learning rules' constants (docs/model.md, section 2.2), for the reference and for the fast
 * engine. */
#ifndef ND_RULE_CONSTANTS_H
#define ND_RULE_CONSTANTS_H

/* Adam (Kingma & Ba 2014): smoothing of the mean and of the square, and epsilon. */
static const double ND_ADAM_MEAN = 0.9, ND_ADAM_SQUARE = 0.999, ND_ADAM_EPSILON = 1e-8;

/* RMSprop (Hinton 2012): smoothing of the square, and epsilon. */
static const double ND_RMSPROP_SQUARE = 0.99, ND_RMSPROP_EPSILON = 1e-8;

/* Stochastic error descent: its perturbation is N(0, 0.1^2 / rows of the parameter's matrix). */
static const double ND_SED_PERTURBATION = 0.1;

#endif
