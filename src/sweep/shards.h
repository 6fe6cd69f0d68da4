/* A sweep in shards (docs/sweeps.md, "Many machines"): which are there, what is wrong with them,
 * and putting them together. */
#ifndef ND_SWEEP_SHARDS_H
#define ND_SWEEP_SHARDS_H

#include "base/hold.h"
#include "store/sweep_store.h"

typedef enum nd_shard_state {
    ND_SHARD_FINISHED,
    ND_SHARD_UNFINISHED, /* runs of it are waiting or running */
    ND_SHARD_MISSING,    /* there is no file */
    ND_SHARD_FOREIGN,    /* of another sweep than most */
    ND_SHARD_DOUBLED, /* of the same sweep cut into another number of shards: its runs are in those
                       */
    ND_SHARD_STATES
} nd_shard_state;

typedef struct nd_shard {
    char *path;
    size_t index, count; /* "I-of-N", I from 1 */
    size_t runs;         /* of the whole sweep */
    char identity[33];
    nd_shard_state state;
    nd_sweep_status status; /* zero where missing */
} nd_shard;

/* The shards that a sweep has, or should have, in one folder. */
typedef struct nd_shards {
    nd_shard *shard;
    size_t count, room;
    size_t of;   /* how many the sweep was cut into */
    size_t runs; /* of the whole sweep */
    size_t in_state[ND_SHARD_STATES];
} nd_shards;

/* Is there a shard in `folder`? */
bool nd_shards_any(const char *folder);

/* Looks at the shards in `folder`; fails where there are none, or one cannot be read. */
nd_shards *nd_shards_find(const char *folder, nd_error *error);
void nd_shards_free(nd_shards *shards);

/* Are all there, finished and of one sweep? If not, `words` of `size` bytes name what is wrong. */
bool nd_shards_whole(const nd_shards *shards, char *words, size_t size);

/* What has been done in all of them. */
nd_sweep_status nd_shards_status(const nd_shards *shards);

/* Puts the shards of `folder` together into its sweep.sqlite. Shards that are missing, unfinished,
 * foreign or doubled are an error, and nothing is done; if `partial`, what is finished of this
 * sweep is taken, and `remark` says what is wrong. *count tells how many were merged. */
bool nd_sweep_merge(const char *folder, bool partial, const nd_patience *patience, size_t *count,
                    nd_error *remark, nd_error *error);

#endif
