/* Which keys of an experiment an engine does not honour: what chooses an engine asks here, so that
 * no key is passed over because engine auto took the fastest. */
#ifndef ND_EXPERIMENT_ENGINE_KEYS_H
#define ND_EXPERIMENT_ENGINE_KEYS_H

#include "experiment/keys.h"

/* The first of `keys` (count) of the section learning whose value in `experiment` is not the
 * default and that the engine of that name does not honour; NULL: it honours all. */
const nd_key *nd_key_beyond_engine(const nd_key *keys, size_t count,
                                   const nd_experiment *experiment, const char *engine);

#endif
