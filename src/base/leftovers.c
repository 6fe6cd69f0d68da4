#include "base/leftovers.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"

enum { MOST = 256, ROOM = 1024 };

/* Fixed places, for a signal handler can neither allocate nor wait for a lock. */
static struct {
    atomic_bool noted;
    char path[ROOM];
} places[MOST];
static atomic_uint next_place; /* counts on; its place is this modulo MOST */
static atomic_long process;    /* whose they are */
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

static bool is_noted(const char *path) {
    for (size_t i = 0; i < MOST; i++)
        if (atomic_load(&places[i].noted) && strcmp(places[i].path, path) == 0)
            return true;
    return false;
}

void nd_leftover(const char *path) {
    size_t length = strlen(path);
    if (length >= ROOM)
        return;
    pthread_mutex_lock(&writing);
    if (!is_noted(path)) {
        size_t here = atomic_load(&next_place) % MOST;
        atomic_store(&places[here].noted, false);
        memcpy(places[here].path, path, length + 1);
        atomic_store(&process, (long)getpid());
        atomic_store(&places[here].noted, true);
        atomic_fetch_add(&next_place, 1);
    }
    pthread_mutex_unlock(&writing);
}

void nd_leftover_no_more(const char *path) {
    pthread_mutex_lock(&writing);
    for (size_t i = 0; i < MOST; i++)
        if (atomic_load(&places[i].noted) && strcmp(places[i].path, path) == 0)
            atomic_store(&places[i].noted, false);
    pthread_mutex_unlock(&writing);
}

static void remove_with(const char *path, const char *suffix) {
    char whole[ROOM + 16];
    (void)stpcpy(stpcpy(whole, path), suffix);
    (void)unlink(whole);
}

void nd_remove_leftovers(void) {
    static const char *const besides[] = {ND_PROBE_SUFFIX, "-journal", "-wal", "-shm"};
    if (atomic_load(&process) != (long)getpid())
        return;
    unsigned from = atomic_load(&next_place);
    for (unsigned back = 1; back <= MOST; back++) {
        size_t here = (from - back) % MOST;
        if (!atomic_load(&places[here].noted))
            continue;
        if (unlink(places[here].path) != 0 && (errno == EISDIR || errno == EPERM))
            (void)rmdir(places[here].path);
        for (size_t i = 0; i < sizeof besides / sizeof *besides; i++)
            remove_with(places[here].path, besides[i]);
    }
}
