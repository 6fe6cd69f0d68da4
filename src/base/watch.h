#ifndef ND_BASE_WATCH_H
#define ND_BASE_WATCH_H

#include <stdbool.h>

#include "nulldrift/base.h"

/* Whether long work is asked to stop. A signal handler or another thread may ask at any time: flags
 * are set and read as one. */
static inline int nd_flag_of(const volatile int *flag) {
    return flag ? __atomic_load_n(flag, __ATOMIC_RELAXED) : 0;
}

static inline void nd_flag_set(volatile int *flag, int value) {
    __atomic_store_n(flag, value, __ATOMIC_RELAXED);
}

static inline bool nd_stop_asked(const nd_watch *watch) {
    return watch && nd_flag_of(watch->stop);
}

#endif
