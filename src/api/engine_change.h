/* An engine that goes on by another experiment: keys changed on the way, a state taken up. */
#ifndef ND_API_ENGINE_CHANGE_H
#define ND_API_ENGINE_CHANGE_H

#include "engine/engine.h"

/* The engine goes on by `experiment`, which becomes its own, and, if not NULL, with `parameters`.
 * On failure it is as it was, and `experiment` is freed. */
bool nd_engine_go_on_by(nd_engine *engine, nd_experiment *experiment,
                        const nd_parameters *parameters, nd_error *error);

/* The experiment that a state's text says: the engine's own but for the section learning, its rule
 * excepted. Fails for any other. */
nd_experiment *nd_experiment_of_state(const nd_engine *engine, const char *text, nd_error *error);

#endif
