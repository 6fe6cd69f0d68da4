#include "engine/fast_pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "network/parameters.h"

/* ---- Memory ---- */

/* One block, which begins with the state. */
static bool open_scratch(const nd_fast_engine *engine, nd_unit_scratch *scratch, nd_error *error) {
    size_t rows = engine->layer.rows, n = engine->layer.samples;
    size_t columns = engine->subspace->columns, most = rows > columns ? rows : columns;
    if (!(scratch->state = nd_doubles(3 * rows + n + 2 * columns + 3 * most, error)))
        return false;
    scratch->moment[0] = scratch->state + rows;
    scratch->moment[1] = scratch->moment[0] + rows;
    scratch->drive = scratch->moment[1] + rows;
    scratch->side = scratch->drive + n;
    scratch->inside = scratch->side + columns;
    scratch->walked = scratch->inside + columns;
    scratch->bridge = scratch->walked + most;
    return true;
}

bool nd_share_open(const nd_fast_engine *engine, nd_share *share, nd_error *error) {
    const nd_layer *layer = &engine->layer;
    const nd_kernels *kernels = engine->kernels;
    nd_pack *pack = &share->pack;
    nd_pack_array arrays[ND_MOST_PACK_ARRAYS];
    pack->capacity = (share->units + kernels->lanes - 1) / kernels->lanes * kernels->lanes;
    pack->dense.by_lists = layer->gram;
    share->next_wake = UINT64_MAX;
    share->wake_clock = INFINITY;
    if (!(pack->unit = nd_array(pack->capacity, sizeof *pack->unit, error)) ||
        !(pack->output = nd_array((layer->samples + ND_ROW_ROOM) * layer->output_stride,
                                  kernels->real_size, error)) ||
        !(share->silent = nd_array(pack->capacity, sizeof *share->silent, error)) ||
        !open_scratch(engine, &share->scratch, error))
        return false;
    size_t count = kernels->arrays(layer, pack, arrays);
    for (size_t i = 0; i < count; i++)
        if (!(*arrays[i].at = nd_array(arrays[i].bytes, 1, error)))
            return false;
    return true;
}

void nd_share_clear(const nd_fast_engine *engine, nd_share *share) {
    nd_pack *pack = &share->pack;
    nd_pack_array arrays[ND_MOST_PACK_ARRAYS];
    size_t count = engine->kernels->arrays(&engine->layer, pack, arrays);
    for (size_t i = 0; i < count; i++)
        memset(*arrays[i].at, 0, arrays[i].bytes);
    for (size_t slot = 0; slot < pack->capacity; slot++)
        engine->kernels->forget(&engine->layer, pack, slot);
    share->noise_drawn = false;
}

void nd_share_close(const nd_fast_engine *engine, nd_share *share) {
    nd_pack_array arrays[ND_MOST_PACK_ARRAYS];
    size_t count = engine->kernels->arrays(&engine->layer, &share->pack, arrays);
    for (size_t i = 0; i < count; i++)
        free(*arrays[i].at);
    free(share->pack.unit);
    free(share->pack.output);
    free(share->silent);
    free(share->scratch.state);
}

/* ---- Units come and go ---- */

void nd_pack_resize(const nd_fast_engine *engine, nd_pack *pack, size_t slots) {
    pack->slots = slots;
    pack->groups = (slots + engine->kernels->lanes - 1) / engine->kernels->lanes;
}

/* A slot's drive, where it is kept, of the unit's given state. */
static void put_drive(const nd_fast_engine *engine, nd_share *share, size_t slot,
                      const double *state) {
    nd_unit_scratch *scratch = &share->scratch;
    nd_unit_drive(engine, share->pack.unit[slot], state, scratch);
    engine->kernels->put_samples(&engine->layer, share->pack.dense.drive, slot, scratch->drive);
}

void nd_pack_admit(const nd_fast_engine *engine, nd_share *share, size_t unit,
                   const double *state) {
    const nd_kernels *kernels = engine->kernels;
    const nd_layer *layer = &engine->layer;
    nd_pack *pack = &share->pack;
    size_t slot = pack->slots;
    pack->unit[slot] = (uint32_t)unit;
    nd_pack_resize(engine, pack, slot + 1);
    kernels->put(layer, layer->stored, pack->parameters, slot, state);
    kernels->forget(layer, pack, slot);
    if (pack->dense.drive)
        put_drive(engine, share, slot, state);
}

void nd_pack_dismiss(const nd_fast_engine *engine, nd_share *share, size_t slot) {
    nd_pack *pack = &share->pack;
    size_t last = pack->slots - 1;
    engine->kernels->move(&engine->layer, pack, last, slot);
    pack->unit[slot] = pack->unit[last];
    share->silent[slot] = share->silent[last];
    nd_pack_resize(engine, pack, last);
}

/* ---- Drive and activity ---- */

void nd_pack_refresh_drive(const nd_fast_engine *engine, nd_share *share) {
    double *state = share->scratch.state;
    for (size_t slot = 0; slot < share->pack.slots; slot++) {
        engine->kernels->get(&engine->layer, share->pack.parameters, slot, state);
        put_drive(engine, share, slot, state);
    }
}

void nd_pack_activate(const nd_fast_engine *engine, nd_pack *pack) {
    const nd_kernels *kernels = engine->kernels;
    (engine->layer.keeps_drive ? kernels->activate : kernels->drive)(&engine->layer, pack);
}

/* ---- The state of single units ---- */

void nd_unit_initial_state(const nd_fast_engine *engine, size_t unit, nd_unit_scratch *scratch,
                           double *state) {
    const nd_layer *layer = &engine->layer;
    nd_parameters_of_unit(engine->initial, unit, scratch->side, state + layer->side);
    if (layer->gram)
        memset(state, 0, layer->side * sizeof *state);
    else
        nd_subspace_project(engine->subspace, scratch->side, state);
}

/* vector (columns) += X' state: what a unit in the Gram form has gained. */
static void add_gram(const nd_subspace *subspace, const double *state, double *vector) {
    size_t columns = subspace->columns;
    for (size_t s = 0; s < subspace->samples; s++)
        for (size_t i = 0; i < columns; i++)
            vector[i] += state[s] * subspace->augmented[s * columns + i];
}

void nd_unit_side(const nd_fast_engine *engine, size_t unit, const double *state,
                  nd_unit_scratch *scratch) {
    const nd_subspace *subspace = engine->subspace;
    double *side = scratch->side, *moved = scratch->inside;
    nd_parameters_of_unit(engine->initial, unit, side, NULL);
    if (engine->layer.gram) {
        add_gram(subspace, state, side);
    } else if (!subspace->basis) {
        memcpy(side, state, subspace->columns * sizeof *side);
    } else { /* what was projected away at the start is still there */
        nd_subspace_project(subspace, side, moved);
        for (size_t k = 0; k < subspace->rank; k++)
            moved[k] = state[k] - moved[k];
        nd_subspace_add(subspace, moved, 1, side);
    }
}

/* drive (n) = coordinates state. Four samples side by side: their sums do not wait for each other.
 */
static void drive_by_coordinates(const nd_subspace *subspace, const double *state, double *drive) {
    size_t n = subspace->samples, rank = subspace->rank;
    for (size_t s = 0; s < n; s += 4) {
        size_t last = s + 3 < n ? s + 3 : n - 1;
        const double *row[4];
        double sum[4] = {0};
        for (size_t i = 0; i < 4; i++)
            row[i] = subspace->coordinates + (s + i < n ? s + i : last) * rank;
        for (size_t k = 0; k < subspace->reach[last]; k++)
            for (size_t i = 0; i < 4; i++)
                sum[i] += row[i][k] * state[k];
        memcpy(drive + s, sum, (last - s + 1) * sizeof *sum);
    }
}

void nd_unit_drive(const nd_fast_engine *engine, size_t unit, const double *state,
                   nd_unit_scratch *scratch) {
    const nd_subspace *subspace = engine->subspace;
    size_t columns = subspace->columns;
    if (!engine->layer.gram) {
        drive_by_coordinates(subspace, state, scratch->drive);
        return;
    }
    nd_unit_side(engine, unit, state, scratch);
    for (size_t s = 0; s < subspace->samples; s++) {
        scratch->drive[s] = 0;
        for (size_t i = 0; i < columns; i++)
            scratch->drive[s] += subspace->augmented[s * columns + i] * scratch->side[i];
    }
}

double nd_unit_distance(const nd_fast_engine *engine, size_t unit, const double *state,
                        nd_unit_scratch *scratch) {
    double highest = -INFINITY;
    nd_unit_drive(engine, unit, state, scratch);
    for (size_t s = 0; s < engine->layer.samples; s++) {
        double shift = scratch->drive[s] / engine->subspace->length[s];
        highest = shift > highest ? shift : highest;
    }
    return -highest;
}
