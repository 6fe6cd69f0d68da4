/* A feed-forward run into a file, from its beginning or from where an earlier run ended. */
#ifndef ND_RUN_FEED_FORWARD_H
#define ND_RUN_FEED_FORWARD_H

#include "run/recorder.h"

/* A run that goes on from an earlier one. */
typedef struct nd_beginning {
    /* Takes over what the earlier run recorded and brings the engine, which is at its own
     * beginning, to where that run ended. */
    bool (*begin)(void *context, nd_engine *engine, nd_course *course, nd_journal *journal,
                  nd_error *error);
    void *context;
    /* In law only: the experiment and data set of the engine (other noise, from the earlier run's
     * last parameters), and what the run file is to say of it. NULL: it goes on bit by bit. */
    const nd_experiment *in_law;
    const nd_dataset *law_dataset;
    const char *words;
    uint64_t before; /* steps made before the engine's own beginning; 0 but in law */
    bool anew;       /* as nd_simulate_anew */
} nd_beginning;

/* Runs `experiment` on its data set into `place`; `beginning` may be NULL. */
nd_outcome nd_feed_forward_run(const nd_experiment *experiment, const nd_dataset *dataset,
                               nd_place *place, const nd_beginning *beginning,
                               const nd_run_options *options, const nd_watch *watch,
                               nd_error *error);

#endif
