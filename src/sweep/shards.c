#include "sweep/shards.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/hold.h"
#include "sweep/sweep.h"

enum { MOST_SHARDS = 100000 }; /* as `sweep run` takes */

/* What a shard's own store says of it. */
static bool look_into(nd_shard *shard, size_t *runs, nd_error *error) {
    nd_sweep_store *store = nd_sweep_store_open(shard->path, error);
    char *identity = store ? nd_sweep_fact(store, "identity", error) : NULL;
    char *total = identity ? nd_sweep_fact(store, "runs", error) : NULL;
    bool fine = total && nd_sweep_store_status(store, &shard->status, error);
    if (fine) {
        snprintf(shard->identity, sizeof shard->identity, "%s", identity);
        *runs = strtoull(total, NULL, 10);
        bool open = shard->status.runs[ND_WAITING] + shard->status.runs[ND_RUNNING] > 0;
        shard->state = open ? ND_SHARD_UNFINISHED : ND_SHARD_FINISHED;
    }
    free(identity);
    free(total);
    nd_sweep_store_close(store);
    return fine;
}

static nd_shard *add(nd_shards *shards, const char *path, nd_error *error) {
    nd_shard *grown =
        nd_grown(shards->shard, &shards->room, shards->count + 1, sizeof *grown, error);
    if (!grown)
        return NULL;
    shards->shard = grown;
    nd_shard *made = &grown[shards->count];
    *made = (nd_shard){.path = nd_text(path, error)};
    if (!made->path)
        return NULL;
    shards->count++;
    return made;
}

static bool take_file(nd_shards *shards, const char *path, nd_error *error) {
    const char *name = strrchr(path, '/');
    size_t index, count, runs;
    char end;
    if (sscanf(name ? name + 1 : path, "shard-%zu-of-%zu.sqlit%c", &index, &count, &end) != 3 ||
        index < 1 || index > count || count > MOST_SHARDS)
        return nd_fail(error, path, "move it out of the folder",
                       "is called as a shard is, but not as any of N");
    nd_shard *shard = add(shards, path, error);
    if (!shard || !look_into(shard, &runs, error))
        return false;
    shard->index = index;
    shard->count = count;
    shard->runs = runs;
    return true;
}

static bool same_cut(const nd_shard *a, const nd_shard *b) {
    return a->count == b->count && strcmp(a->identity, b->identity) == 0;
}

/* The shard whose sweep and number of shards most of the others share. */
static const nd_shard *most_common(const nd_shards *shards) {
    const nd_shard *best = &shards->shard[0];
    size_t most = 0;
    for (size_t i = 0; i < shards->count; i++) {
        size_t alike = 0;
        for (size_t j = 0; j < shards->count; j++)
            alike += same_cut(&shards->shard[i], &shards->shard[j]);
        if (alike > most) {
            most = alike;
            best = &shards->shard[i];
        }
    }
    return best;
}

/* Judges those that are there, and adds those that are not. */
static bool complete(nd_shards *shards, const char *folder, nd_error *error) {
    nd_shard wanted = *most_common(shards);
    size_t there = shards->count;
    shards->of = wanted.count;
    shards->runs = wanted.runs;
    for (size_t i = 0; i < there; i++)
        if (!same_cut(&shards->shard[i], &wanted))
            shards->shard[i].state = strcmp(shards->shard[i].identity, wanted.identity) == 0
                                         ? ND_SHARD_DOUBLED
                                         : ND_SHARD_FOREIGN;
    for (size_t index = 1; index <= wanted.count; index++) {
        bool found = false;
        for (size_t i = 0; i < there && !found; i++)
            found = shards->shard[i].index == index && same_cut(&shards->shard[i], &wanted);
        if (found)
            continue;
        char *path = nd_sweep_store_path(folder, index - 1, wanted.count, error);
        nd_shard *made = path ? add(shards, path, error) : NULL;
        free(path);
        if (!made)
            return false;
        made->index = index;
        made->count = wanted.count;
        made->state = ND_SHARD_MISSING;
    }
    for (size_t i = 0; i < shards->count; i++)
        shards->in_state[shards->shard[i].state]++;
    return true;
}

/* The files called as shards are; globfree() them. */
static bool list(const char *folder, glob_t *found) {
    char *pattern = nd_path_with(folder, "/shard-*-of-*.sqlite", NULL);
    *found = (glob_t){0};
    bool any = pattern && glob(pattern, 0, NULL, found) == 0;
    free(pattern);
    return any;
}

bool nd_shards_any(const char *folder) {
    glob_t found;
    bool any = list(folder, &found);
    globfree(&found);
    return any;
}

static bool find(nd_shards *shards, const char *folder, nd_error *error) {
    glob_t found;
    bool fine = true;
    if (!list(folder, &found))
        fine = nd_fail(error, folder, "run `nulldrift sweep run` into it first, with `shard` I/N",
                       "holds no shards");
    for (size_t i = 0; fine && i < found.gl_pathc; i++)
        fine = take_file(shards, found.gl_pathv[i], error);
    globfree(&found);
    return fine && complete(shards, folder, error);
}

nd_shards *nd_shards_find(const char *folder, nd_error *error) {
    nd_shards *shards = nd_array(1, sizeof *shards, error);
    if (shards && find(shards, folder, error))
        return shards;
    nd_shards_free(shards);
    return NULL;
}

void nd_shards_free(nd_shards *shards) {
    if (!shards)
        return;
    for (size_t i = 0; i < shards->count; i++)
        free(shards->shard[i].path);
    free(shards->shard);
    free(shards);
}

/* "3 missing (2, 5, 7 of 10)": appends one state's words. */
static void append_state(const nd_shards *shards, nd_shard_state state, char *words, size_t size) {
    static const char *const names[ND_SHARD_STATES] = {"finished", "unfinished", "missing",
                                                       "of another sweep", "doubled"};
    enum { NAMED = 12 };
    size_t named = 0, length = strlen(words);
    if (shards->in_state[state] == 0)
        return;
    snprintf(words + length, size - length, "%s%zu %s (", length ? ", " : "",
             shards->in_state[state], names[state]);
    for (size_t i = 0; i < shards->count && named < NAMED; i++) {
        const nd_shard *shard = &shards->shard[i];
        if (shard->state != state)
            continue;
        length = strlen(words);
        snprintf(words + length, size - length, "%s%zu of %zu", named++ ? ", " : "", shard->index,
                 shard->count);
    }
    length = strlen(words);
    snprintf(words + length, size - length, "%s)",
             shards->in_state[state] > NAMED ? " and more" : "");
}

bool nd_shards_whole(const nd_shards *shards, char *words, size_t size) {
    words[0] = '\0';
    for (int state = ND_SHARD_UNFINISHED; state < ND_SHARD_STATES; state++)
        append_state(shards, (nd_shard_state)state, words, size);
    return words[0] == '\0';
}

nd_sweep_status nd_shards_status(const nd_shards *shards) {
    nd_sweep_status all = {0};
    for (size_t i = 0; i < shards->count; i++) {
        const nd_shard *shard = &shards->shard[i];
        if (shard->state != ND_SHARD_FINISHED && shard->state != ND_SHARD_UNFINISHED)
            continue;
        if (!all.name[0])
            memcpy(all.name, shard->status.name, sizeof all.name);
        for (int state = 0; state < ND_RUN_STATES; state++)
            all.runs[state] += shard->status.runs[state];
        all.silent += shard->status.silent;
        all.steps += shard->status.steps;
        all.steps_done += shard->status.steps_done;
        all.seconds += shard->status.seconds;
    }
    return all;
}

/* A copy of the first shard, put in place as the merged store. */
static bool start_from(const char *shard, const char *path, nd_error *error) {
    nd_sweep_store *store = nd_sweep_store_open(shard, error); /* is it whole, is it ours? */
    nd_place *place = store ? nd_place_find(path, error) : NULL;
    char *aside = place ? nd_place_aside(place, error) : NULL;
    bool fine = aside && nd_sweep_store_copy(store, aside, error);
    if (fine)
        fine = nd_place_publish(place, aside, error);
    else if (aside)
        (void)unlink(aside);
    nd_sweep_store_close(store);
    nd_place_free(place);
    free(aside);
    return fine;
}

static bool merge(const nd_shards *shards, const char *path, size_t *count, nd_error *error) {
    nd_sweep_store *store = NULL;
    bool fine = true;
    for (size_t i = 0; fine && i < shards->count; i++) {
        const nd_shard *shard = &shards->shard[i];
        if (shard->state != ND_SHARD_FINISHED && shard->state != ND_SHARD_UNFINISHED)
            continue;
        if (!store)
            fine = (access(path, F_OK) == 0 || start_from(shard->path, path, error)) &&
                   (store = nd_sweep_store_open(path, error)) != NULL;
        fine = fine && nd_sweep_store_merge(store, shard->path, error);
        *count += fine;
    }
    nd_sweep_store_close(store);
    return fine;
}

bool nd_sweep_merge(const char *folder, bool partial, const nd_patience *patience, size_t *count,
                    nd_error *remark, nd_error *error) {
    char words[480];
    *count = 0;
    nd_shards *shards = nd_shards_find(folder, error);
    if (!shards)
        return false;
    bool fine = true;
    if (!nd_shards_whole(shards, words, sizeof words))
        fine = partial ? !nd_fail(remark, folder, NULL, "shards left out or not whole: %s", words)
                       : nd_fail(error, folder,
                                 "run them to their end, move away what does not belong here, or "
                                 "merge what there is with `partial`",
                                 "the shards are not whole: %s", words);
    char *path = fine ? nd_sweep_store_path(folder, 0, 1, error) : NULL;
    nd_hold *hold = path ? nd_hold_take(path, patience, error) : NULL;
    fine = hold && merge(shards, path, count, error);
    nd_hold_release(hold);
    free(path);
    nd_shards_free(shards);
    return fine;
}
