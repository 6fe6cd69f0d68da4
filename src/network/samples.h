/* What a network learns from: n samples of inputs with their targets. */
#ifndef ND_NETWORK_SAMPLES_H
#define ND_NETWORK_SAMPLES_H

#include <stddef.h>

typedef struct nd_samples {
    size_t count, inputs, outputs; /* n, d_in, d_out */
    const double *input;           /* n x d_in, owned elsewhere */
    const double *target;          /* n x d_out, owned elsewhere */
} nd_samples;

#endif
