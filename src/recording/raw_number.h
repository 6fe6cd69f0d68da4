/* A number as it lies in a file. */
#ifndef ND_RECORDING_RAW_NUMBER_H
#define ND_RECORDING_RAW_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Whether there are numbers of this kind: f (real, 4 or 8 bytes), i and u (whole, with a sign and
 * without; 1, 2, 4 or 8), b (a truth; 1). */
bool nd_raw_number_known(char kind, size_t size);

/* The number of such a kind at `at`, its bytes in this machine's order or `swapped`. */
double nd_raw_number(char kind, size_t size, bool swapped, const unsigned char *at);

#endif
