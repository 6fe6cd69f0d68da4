#include "sweep/standing.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"
#include "sweep/owner.h"
#include "sweep/sweep.h"

enum { LOG10_LOSS = 0 }; /* nd_run_metric_name(0) */

typedef struct look {
    const char *folder;
    nd_sweep_standing *to;
    double loss, losses;
} look;

static bool see_owner(const char *owner, void *context, nd_error *error) {
    look *at = context;
    (void)error;
    at->to->processes += nd_owner_lives(at->folder, owner);
    return true;
}

static bool see_run(int64_t id, const char *experiment, const nd_sweep_result *result,
                    void *context, nd_error *error) {
    look *at = context;
    (void)id;
    (void)experiment;
    (void)error;
    if (result->state == ND_DONE && isfinite(result->metrics[LOG10_LOSS])) {
        at->loss += result->metrics[LOG10_LOSS];
        at->losses++;
    }
    return true;
}

static bool add_store(look *at, const char *path, nd_error *error) {
    nd_sweep_status one, *all = &at->to->status;
    nd_sweep_store *store = nd_sweep_store_open(path, error);
    bool fine = store && nd_sweep_store_status(store, &one, error) &&
                nd_sweep_store_owners(store, see_owner, at, error) &&
                nd_sweep_store_each(store, see_run, at, error);
    nd_sweep_store_close(store);
    if (!fine)
        return false;
    memcpy(all->name, one.name, sizeof all->name);
    for (size_t i = 0; i < ND_RUN_STATES; i++)
        all->runs[i] += one.runs[i];
    all->silent += one.silent;
    all->steps += one.steps;
    all->steps_done += one.steps_done;
    all->seconds += one.seconds;
    return true;
}

/* All shards of a folder that has no whole store. */
static bool add_shards(look *at, nd_error *error) {
    char *pattern = nd_path_with(at->folder, "/shard-*-of-*.sqlite", error);
    glob_t found = {0};
    bool fine = pattern != NULL;
    if (fine && glob(pattern, 0, NULL, &found) != 0)
        fine = nd_fail(error, at->folder, "give a folder that `nulldrift sweep run` has made",
                       "is no sweep's: it holds neither sweep.sqlite nor shards");
    for (size_t i = 0; fine && i < found.gl_pathc; i++)
        fine = add_store(at, found.gl_pathv[i], error);
    globfree(&found);
    free(pattern);
    return fine;
}

bool nd_sweep_look(const char *path, nd_sweep_standing *standing, nd_error *error) {
    struct stat about;
    *standing = (nd_sweep_standing){.log10_loss = NAN, .rate = NAN, .seconds_left = NAN};
    bool folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    char *in = nd_text(path, error), *slash = in ? strrchr(in, '/') : NULL;
    if (!folder && slash)
        *slash = '\0';
    look at = {.folder = folder || slash ? in : ".", .to = standing};
    char *store = in && folder ? nd_sweep_store_path(path, 0, 1, error) : nd_text(path, error);
    bool fine = in && store;
    if (fine)
        fine = stat(store, &about) == 0 || !folder ? add_store(&at, store, error)
                                                   : add_shards(&at, error);
    free(store);
    free(in);
    if (!fine)
        return false;
    const nd_sweep_status *status = &standing->status;
    if (at.losses > 0)
        standing->log10_loss = at.loss / at.losses;
    if (status->seconds > 0 && status->steps_done > 0)
        standing->rate = status->steps_done / status->seconds;
    if (isfinite(standing->rate) && standing->processes > 0 && status->runs[ND_RUNNING] > 0)
        standing->seconds_left = (status->steps - status->steps_done) / standing->rate /
                                 (double)status->runs[ND_RUNNING];
    return true;
}
