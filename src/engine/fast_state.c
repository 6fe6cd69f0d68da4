/* Saving and restoring, exactly: values go as doubles, which hold single precision too, so that a
 * state can be taken up under another instruction set. */
#include "engine/fast_state.h"

#include <string.h>

#include "base/error.h"
#include "engine/fast_engine.h"
#include "engine/fast_pack.h"

/* Changes whenever a state would go on to other numbers than it would have when it was saved. */
static const uint64_t VERSION = 3;

typedef bool (*transfer)(nd_buffer *buffer, void *bytes, size_t length, nd_error *error);

/* Saving, as a transfer. */
static bool put(nd_buffer *buffer, void *bytes, size_t length, nd_error *error) {
    return nd_buffer_put(buffer, bytes, length, error);
}

/* The state is of another engine. */
static bool refuse(nd_error *error) {
    return nd_fail(error, NULL, "begin anew under another name",
                   "the engine's state is not of this experiment");
}

/* One slot's values in an array of parameters, or (`samples`) of drives, either way. */
static bool pass_slot(const nd_fast_engine *engine, nd_share *share, void *array, bool samples,
                      size_t slot, transfer pass, nd_buffer *buffer, nd_error *error) {
    const nd_kernels *kernels = engine->kernels;
    const nd_layer *layer = &engine->layer;
    double *values = samples ? share->scratch.drive : share->scratch.state;
    if (pass == put)
        (samples ? kernels->get_samples : kernels->get)(layer, array, slot, values);
    if (!pass(buffer, values, (samples ? layer->samples : layer->rows) * sizeof *values, error))
        return false;
    if (pass != put && samples)
        kernels->put_samples(layer, array, slot, values);
    else if (pass != put)
        kernels->put(layer, layer->stored, array, slot, values);
    return true;
}

/* Does the pack hold each unit of its share that is awake, once, and no other? */
static bool holds_the_awake(const nd_fast_engine *engine, const nd_share *share) {
    size_t awake = 0;
    for (size_t unit = share->first; unit < share->first + share->units; unit++) {
        if (engine->sleeper[unit].state > ND_AT_REST)
            return false;
        awake += engine->sleeper[unit].state == ND_AWAKE;
    }
    memset(share->silent, 0, share->units * sizeof *share->silent); /* here: seen */
    for (size_t slot = 0; slot < share->pack.slots; slot++) {
        size_t unit = share->pack.unit[slot];
        if (unit < share->first || unit >= share->first + share->units ||
            engine->sleeper[unit].state != ND_AWAKE || share->silent[unit - share->first])
            return false;
        share->silent[unit - share->first] = true;
    }
    return share->pack.slots == awake;
}

/* A share: its counts, its pack slot by slot, its sleepers' states. */
static bool pass_share(const nd_fast_engine *engine, nd_share *share, transfer pass,
                       nd_buffer *buffer, nd_error *error) {
    nd_pack *pack = &share->pack;
    size_t rows = engine->layer.rows;
    uint64_t slots = pack->slots, by_lists = pack->dense.by_lists;
    if (!pass(buffer, &slots, sizeof slots, error) ||
        !pass(buffer, &by_lists, sizeof by_lists, error) ||
        !pass(buffer, &share->next_wake, sizeof share->next_wake, error) ||
        !pass(buffer, &share->wake_clock, sizeof share->wake_clock, error) ||
        !pass(buffer, &share->sleeps, sizeof share->sleeps, error) ||
        !pass(buffer, &share->bound, sizeof share->bound, error))
        return false;
    if (slots > share->units || by_lists > 1 || by_lists > engine->layer.may_list ||
        by_lists < engine->layer.gram)
        return refuse(error);
    nd_pack_resize(engine, pack, slots);
    pack->dense.by_lists = by_lists != 0;
    if (!pass(buffer, pack->unit, slots * sizeof *pack->unit, error))
        return false;
    if (pass != put && !holds_the_awake(engine, share)) {
        nd_pack_resize(engine, pack, 0);
        return refuse(error);
    }
    void *arrays[] = {pack->parameters, pack->moment[0], pack->moment[1],
                      engine->layer.keeps_drive ? pack->dense.drive : NULL};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        for (size_t slot = 0; arrays[i] && slot < slots; slot++)
            if (!pass_slot(engine, share, arrays[i], i == 3, slot, pass, buffer, error))
                return false;
    for (size_t unit = share->first; unit < share->first + share->units; unit++)
        if (engine->sleeper[unit].state != ND_AWAKE &&
            !pass(buffer, engine->home + unit * rows, rows * sizeof(double), error))
            return false;
    return true;
}

/* The whole state, after what tells whose it is. */
static bool pass_all(nd_fast_engine *engine, transfer pass, nd_buffer *buffer, nd_error *error) {
    const nd_layer *layer = &engine->layer;
    uint64_t shape[] = {VERSION,        engine->initial->hidden,
                        layer->samples, layer->outputs,
                        layer->rank,    layer->rule,
                        layer->gram,    engine->silence,
                        engine->shares, engine->kernels->single};
    uint64_t found[sizeof shape / sizeof shape[0]];
    memcpy(found, shape, sizeof found);
    if (!pass(buffer, found, sizeof found, error))
        return false;
    if (found[0] != VERSION)
        return nd_fail(error, NULL,
                       "finish with the nulldrift that began it, or begin anew under another name",
                       "was saved by a nulldrift whose engine makes other numbers (its state %llu; "
                       "this one's is %llu)",
                       (unsigned long long)found[0], (unsigned long long)VERSION);
    if (memcmp(found, shape, sizeof found) != 0)
        return refuse(error);
    if (!pass(buffer, &engine->base.step, sizeof engine->base.step, error) ||
        !pass(buffer, &engine->clock, sizeof engine->clock, error) ||
        !pass(buffer, engine->largest, sizeof engine->largest, error) ||
        !pass(buffer, engine->sleeper, engine->initial->hidden * sizeof *engine->sleeper, error))
        return false;
    for (size_t i = 0; i < engine->shares; i++)
        if (!pass_share(engine, &engine->share[i], pass, buffer, error))
            return false;
    return true;
}

bool nd_fast_save(const nd_engine *engine, nd_buffer *state, nd_error *error) {
    return pass_all((nd_fast_engine *)engine, put, state, error);
}

bool nd_fast_restore(nd_engine *engine, nd_buffer *state, nd_error *error) {
    nd_fast_engine *self = (nd_fast_engine *)engine;
    for (size_t i = 0; i < self->shares; i++)
        nd_share_clear(self, &self->share[i]);
    if (!pass_all(self, nd_buffer_take, state, error))
        return false;
    for (size_t i = 0; self->layer.keeps_drive && i < self->shares; i++)
        self->kernels->activate(&self->layer, &self->share[i].pack);
    return true;
}
