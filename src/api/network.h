/* Networks that the caller gives by their arrays. */
#ifndef ND_API_NETWORK_H
#define ND_API_NETWORK_H

#include "network/activation.h"
#include "world/dataset.h"

/* Parameters that are there and finite: three arrays, wherever each lies. */
bool nd_parameters_given(const nd_parameters *parameters, const char *function, nd_error *error);

/* The same, of the data set's shape, as a copy in one block, with the activation of that name. */
bool nd_network_given(const nd_parameters *parameters, const nd_dataset *dataset,
                      const char *activation, const char *function, nd_parameters **copy,
                      const nd_activation **phi, nd_error *error);

/* Copies `from` into the three arrays of `to`, wherever each lies. */
void nd_parameters_spread(nd_parameters *to, const nd_parameters *from);

#endif
