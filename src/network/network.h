/* The reference network: the definition, short and scalar (docs/model.md, sections 1 and 2). */
#ifndef ND_NETWORK_NETWORK_H
#define ND_NETWORK_NETWORK_H

#include "network/activation.h"
#include "network/parameters.h"
#include "network/settings.h"

/* Draws the initial parameters of keys->hidden units from `seed`, by keys->initialisation: rich or
 * lazy (docs/model.md, section 1.4). */
nd_parameters *nd_draw_initial_parameters(const nd_network_keys *keys, uint64_t seed, size_t inputs,
                                          size_t outputs, nd_error *error);

/* Activity h = phi(W_in x + b): `hidden_activity` is n x H. `input` (n x d_in) and the number of
 * samples are given apart from the data set because noise may have moved them. */
void nd_hidden_activity(const nd_parameters *parameters, const nd_activation *activation,
                        const double *input, size_t samples, double *hidden_activity);

/* L(theta) = 1/(n d_out) sum_s |W_out h_s - target_s|^2 . */
double nd_loss(const nd_parameters *parameters, const nd_activation *activation,
               const double *input, const double *target, size_t samples);

/* Gradient of nd_loss, into `gradient` (same shapes); returns the loss. `mask`, if not NULL, is
 * n x H and multiplies the activity (dropout). `scratch` has room for n (H + d_out) values. */
double nd_gradient(const nd_parameters *parameters, const nd_activation *activation,
                   const double *input, const double *target, const double *mask, size_t samples,
                   nd_parameters *gradient, double *scratch);

/* Sparsity of an activity matrix (n x H): the mean over entries and the share of units that are
 * active at least once; active means above `threshold` (docs/model.md, section 4.1). */
void nd_sparsity(const double *activity, size_t samples, size_t hidden, double threshold,
                 double *active_fraction, double *fraction_active_units);

#endif
