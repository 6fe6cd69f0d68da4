/* Engines advance a network through learning; one narrow interface, several back ends. The
 * reference back end (src/rule) is the definition, the fast one gives the same trajectories:
 * bit for bit reproducible by itself, 1e-10 from the reference without noise, the same law with. */
#ifndef ND_ENGINE_ENGINE_H
#define ND_ENGINE_ENGINE_H

#include "experiment/engine_keys.h"
#include "network/parameters.h"
#include "nulldrift/engine.h"
#include "world/dataset.h"

typedef struct nd_engine_backend {
    const char *name; /* as experiments say it: reference, fast */
    const char *summary;
    /* Can this back end run the experiment? */
    bool (*serves)(const nd_experiment *experiment, const nd_dataset *dataset);
    /* Starts at step 0 with nd_initial_parameters. Experiment and data set outlive the engine. */
    nd_engine *(*open)(const nd_experiment *experiment, const nd_dataset *dataset, unsigned threads,
                       nd_error *error);
    void (*close)(nd_engine *engine);
    /* Makes updates until nd_engine_step() == step. Stops early only on divergence, with error. */
    bool (*advance)(nd_engine *engine, uint64_t step, nd_error *error);
    void (*record)(nd_engine *engine, nd_record *record);
    /* The full parameters; may bring sleeping units up to date without changing the trajectory. */
    void (*parameters)(nd_engine *engine, nd_parameters *out);
    /* The state, exactly as it is: saving draws nothing and changes nothing. */
    bool (*save)(const nd_engine *engine, nd_buffer *state, nd_error *error);
    bool (*restore)(nd_engine *engine, nd_buffer *state, nd_error *error);
    /* From the present step on: `experiment` (the same but for its section learning, and alive
     * until the next change or the end), the present parameters or, with moments at zero,
     * `parameters`, if not NULL. As it was on failure. NULL: this back end cannot. */
    bool (*change)(nd_engine *engine, const nd_experiment *experiment,
                   const nd_parameters *parameters, nd_error *error);
    /* What the run file should tell of the engine ("instruction_set=avx2 ..."), one line. */
    const char *(*describe)(const nd_engine *engine);
} nd_engine_backend;

/* The instruction set that the engine's rounding is of, as its description says; "any" where it
 * says none. */
enum { ND_INSTRUCTIONS_ROOM = 16 };
void nd_engine_instructions(const nd_engine *engine, char set[ND_INSTRUCTIONS_ROOM]);

/* Every back end's engine begins with this. */
struct nd_engine {
    const nd_engine_backend *backend;
    uint64_t step;    /* updates made */
    nd_error trouble; /* why a record has no numbers; empty: it has */
    /* What it learns, and from what, as nd_engine_open was given them or as they were changed
     * since; NULL in engines that were opened otherwise. */
    const nd_experiment *experiment;
    const nd_dataset *dataset;
    nd_experiment *changed; /* its own, where it was changed; or NULL */
    /* Where a change began the engine's own coordinates anew: the step, and the parameters then,
     * which are the back end's. 0 and NULL: at the start. */
    uint64_t origin;
    const nd_parameters *begun;
};

/* By a rule of the caller's own (nulldrift/engine.h), which is copied. */
nd_engine *nd_reference_open_with_rule(const nd_experiment *experiment, const nd_dataset *dataset,
                                       const nd_own_rule *rule, nd_error *error);

/* The back end for experiment->run.engine: auto takes the fastest that serves and honours every key
 * of the section learning that is not at its default. Fails naming the key and the engine. */
const nd_engine_backend *nd_engine_choose(const nd_experiment *experiment,
                                          const nd_dataset *dataset, nd_error *error);
/* The same by another table of keys than nd_keys. */
const nd_engine_backend *nd_engine_choose_by(const nd_key *keys, size_t count,
                                             const nd_experiment *experiment,
                                             const nd_dataset *dataset, nd_error *error);

#endif
