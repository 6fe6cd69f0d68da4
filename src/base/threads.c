#include "base/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/locale.h"

typedef struct loop {
    atomic_size_t next;
    size_t count;
    void (*body)(size_t index, void *context);
    void *context;
} loop;

static void *work(void *argument) {
    ND_IN_C_LOCALE;
    loop *shared = argument;
    size_t index;
    while ((index = atomic_fetch_add(&shared->next, 1)) < shared->count)
        shared->body(index, shared->context);
    return NULL;
}

void nd_parallel_for(size_t count, unsigned threads, void (*body)(size_t index, void *context),
                     void *context) {
    loop shared = {.count = count, .body = body, .context = context};
    size_t extra = threads > 1 && count > 1 ? threads - 1 : 0;
    if (extra > count - 1)
        extra = count - 1;
    pthread_t *helpers = extra ? calloc(extra, sizeof *helpers) : NULL;
    size_t started = 0;
    /* A thread that cannot be started is no failure: those that run share its part. */
    while (helpers && started < extra &&
           pthread_create(&helpers[started], NULL, work, &shared) == 0)
        started++;
    work(&shared);
    for (size_t i = 0; i < started; i++)
        pthread_join(helpers[i], NULL);
    free(helpers);
}
