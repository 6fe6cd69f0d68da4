/* The parameters of the network of docs/model.md, section 1.1. */
#ifndef ND_NETWORK_PARAMETERS_H
#define ND_NETWORK_PARAMETERS_H

#include "base/memory.h"

void nd_parameters_copy(nd_parameters *to, const nd_parameters *from);
/* H (d_in + 1 + d_out). */
size_t nd_parameter_count(const nd_parameters *parameters);
/* Is every value finite? */
bool nd_parameters_finite(const nd_parameters *parameters);

#endif
