/* The engines, one per file. */
#ifndef ND_ENGINE_BACKENDS_H
#define ND_ENGINE_BACKENDS_H

#include "engine/engine.h"

extern const nd_engine_backend nd_fast_backend, nd_reference_backend;

#endif
