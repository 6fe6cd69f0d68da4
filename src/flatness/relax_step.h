/* One step of the descent in relax.c: damped least squares of least length, with units held on
 * their kinks.
 *
 * Where an activation has a kink at zero (ReLU), the loss has creases: surfaces on which unit j's
 * preactivation for sample s is zero. A descent slides into those that rise on both sides and, with
 * gradients alone, jumps across them for ever. Here such a pair (j, s) is held at zero, as an
 * equation beside those of the residuals, while the slope with which it would have to be counted to
 * stay there lies between the activation's two slopes; then it is let go to that side. */
#ifndef ND_FLATNESS_RELAX_STEP_H
#define ND_FLATNESS_RELAX_STEP_H

#include "flatness/linearization.h"

typedef struct nd_held_pair {
    size_t unit, sample; /* unit: its row in the linearization */
} nd_held_pair;

typedef struct nd_relax_step {
    double low, high;               /* slopes on both sides of zero; equal where there is no kink */
    nd_linearization *at;           /* the point; its slopes are zero for the pairs held. Owned */
    double *kernel;                 /* samples x samples: x~_s . x~_t */
    double *preactivation, *change; /* units x samples: at the point; along the step */
    double greatest;                /* magnitude among the preactivations */
    bool *held;                     /* hidden x samples */
    size_t holds;                   /* pairs in `pair` */
    nd_held_pair *pair;
    double *gram; /* J J' at the point */
    bool gram_known;
    double scale;           /* its mean diagonal entry */
    double *system, *right; /* room x room, room: the equations */
    size_t room;
    double *step;     /* awake vector: the result */
    double predicted; /* the loss after it, to first order */
} nd_relax_step;

/* Begins at `at`, which becomes its own, of `parameters`. */
bool nd_relax_step_begin(nd_relax_step *self, nd_linearization *at, const nd_parameters *parameters,
                         const nd_activation *activation, nd_error *error);
void nd_relax_step_end(nd_relax_step *self);

/* Goes on from `at`, which becomes its own. */
void nd_relax_step_move(nd_relax_step *self, nd_linearization *at, const nd_parameters *parameters);

/* Knows J J' and its mean diagonal entry, `scale`, at the point. */
bool nd_relax_step_scale(nd_relax_step *self, nd_error *error);

/* The step: the shortest d that minimises |e + J d|^2 + mu |d|^2 with the held pairs at zero; pairs
 * that would rather leave are let go first. *solved is false where rounding makes the equations
 * indefinite: take a larger mu. */
bool nd_relax_step_solve(nd_relax_step *self, double mu, bool *solved, nd_error *error);

/* Holds the pairs that the step carries across a crease; returns how many. *share: of the step, at
 * which the first of them is on its crease. */
size_t nd_relax_step_hold(nd_relax_step *self, double *share);

/* Lets go of the pairs that are not on their crease. */
void nd_relax_step_release(nd_relax_step *self);

#endif
