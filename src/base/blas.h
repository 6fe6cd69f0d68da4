/* OpenBLAS adds up in another order on another number of threads, and GSL calls it, too: whoever
 * computes what must be the same bit for bit on every machine keeps it to one thread first. It
 * wants a buffer of its own, and waits for ever where there is none to be had. */
#ifndef ND_BASE_BLAS_H
#define ND_BASE_BLAS_H

#include "nulldrift/base.h"

/* Keeps OpenBLAS to the calling thread, for the whole process, and looks whether there is room for
 * its buffer. False, with `error`, where there is none. */
bool nd_blas_begin(nd_error *error);

#endif
