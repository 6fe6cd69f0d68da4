/* The parameters of the network of docs/model.md, section 1.1. */
#ifndef ND_NETWORK_PARAMETERS_H
#define ND_NETWORK_PARAMETERS_H

#include "base/memory.h"
#include "nulldrift/dataset.h"

void nd_parameters_copy(nd_parameters *to, const nd_parameters *from);
/* A view of `block`, H (d_in + 1 + d_out) doubles, as parameters: W_in (H x d_in), b (H), W_out
 * (d_out x H), one after the other; nothing is to be freed. */
nd_parameters nd_parameters_view(size_t hidden, size_t inputs, size_t outputs, double *block);
/* What belongs to hidden unit `unit`: its input weights and bias into `side` (d_in + 1), its output
 * weights into `outer` (d_out). Either may be NULL. */
void nd_parameters_of_unit(const nd_parameters *parameters, size_t unit, double *side,
                           double *outer);
/* And back. */
void nd_parameters_set_unit(nd_parameters *parameters, size_t unit, const double *side,
                            const double *outer);
/* H (d_in + 1 + d_out). */
size_t nd_parameter_count(const nd_parameters *parameters);
/* Is every value finite? */
bool nd_parameters_finite(const nd_parameters *parameters);

#endif
