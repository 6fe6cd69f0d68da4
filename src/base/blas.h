/* OpenBLAS adds up in another order on another number of threads, and GSL calls it, too: whoever
 * computes what must be the same bit for bit on every machine keeps it to one thread first. */
#ifndef ND_BASE_BLAS_H
#define ND_BASE_BLAS_H

/* Keeps OpenBLAS to the calling thread, for the whole process. */
void nd_blas_single_thread(void);

#endif
