/* A parallel loop. Results must depend on the index alone, so that they are the same for any
 * number of threads. */
#ifndef ND_BASE_THREADS_H
#define ND_BASE_THREADS_H

#include "nulldrift/base.h"

/* Calls body(index, context) for every index in 0 .. count-1, on up to `threads` threads (the
 * calling one among them); returns when all are done. Indices are handed out in order. */
void nd_parallel_for(size_t count, unsigned threads, void (*body)(size_t index, void *context),
                     void *context);

#endif
