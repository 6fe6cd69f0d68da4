/* The parameters of the network of science.md 1. */
#ifndef ND_NETWORK_PARAMETERS_H
#define ND_NETWORK_PARAMETERS_H

#include "base/memory.h"

typedef struct nd_parameters {
    size_t hidden, inputs, outputs; /* H, d_in, d_out */
    double *input_weights;          /* hidden x inputs */
    double *bias;                   /* hidden */
    double *output_weights;         /* outputs x hidden */
} nd_parameters;

/* All zero. The three arrays are one block: nd_parameter_count(p) doubles from input_weights. */
nd_parameters *nd_parameters_new(size_t hidden, size_t inputs, size_t outputs, nd_error *error);
void nd_parameters_copy(nd_parameters *to, const nd_parameters *from);
void nd_parameters_free(nd_parameters *parameters);
/* H (d_in + 1 + d_out). */
size_t nd_parameter_count(const nd_parameters *parameters);
/* Is every value finite? */
bool nd_parameters_finite(const nd_parameters *parameters);

#endif
