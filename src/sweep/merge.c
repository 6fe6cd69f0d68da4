#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "sweep/sweep.h"

/* A copy of the first shard, put in place as the merged store. */
static bool start_from(const char *shard, const char *path, nd_error *error) {
    nd_sweep_store *store = nd_sweep_store_open(shard, error); /* is it whole, is it ours? */
    char *aside = store ? nd_path_aside(path, error) : NULL;
    bool fine = aside && nd_sweep_store_copy(store, aside, error) && nd_publish(aside, path, error);
    nd_sweep_store_close(store);
    free(aside);
    return fine;
}

bool nd_sweep_merge(const char *folder, size_t *count, nd_error *error) {
    *count = 0;
    char *path = nd_sweep_store_path(folder, 0, 1, error);
    char *pattern = path ? nd_path_with(folder, "/shard-*-of-*.sqlite", error) : NULL;
    glob_t found = {0};
    bool fine = pattern != NULL;
    if (fine && glob(pattern, 0, NULL, &found) != 0)
        fine = nd_fail(error, folder, "run `nulldrift sweep run ... --shard I/N` into it first",
                       "holds no shards");
    if (fine && access(path, F_OK) != 0)
        fine = start_from(found.gl_pathv[0], path, error);
    nd_sweep_store *store = fine ? nd_sweep_store_open(path, error) : NULL;
    fine = store != NULL;
    for (size_t i = 0; fine && i < found.gl_pathc; i++, ++*count)
        fine = nd_sweep_store_merge(store, found.gl_pathv[i], error);
    nd_sweep_store_close(store);
    globfree(&found);
    free(pattern);
    free(path);
    return fine;
}
