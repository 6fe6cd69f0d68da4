#include "base/netcdf_lock.h"

#include <hdf5.h>
#include <pthread.h>
#include <stdbool.h>

static pthread_once_t made = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock;
static int depth; /* how often the holder has taken it */
/* HDF5's own printing as the holder's thread had it: each has its own where HDF5 knows threads. */
static H5E_auto2_t print;
static void *print_data;
static bool printing;

static void make(void) {
    pthread_mutexattr_t recursive;
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
}

int nd_nc_lock(void) {
    pthread_once(&made, make);
    pthread_mutex_lock(&lock);
    if (depth++ == 0) {
        unsigned version_two = 0;
        printing = H5Eauto_is_v2(H5E_DEFAULT, &version_two) >= 0 && version_two &&
                   H5Eget_auto2(H5E_DEFAULT, &print, &print_data) >= 0 && print;
        if (printing)
            H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    }
    return 1;
}

void nd_nc_unlock(const int *held) {
    (void)held;
    if (--depth == 0 && printing)
        H5Eset_auto2(H5E_DEFAULT, print, print_data);
    pthread_mutex_unlock(&lock);
}

void nd_nc_leave_at_exit(void) {
    (void)H5dont_atexit();
}
