/* Silent units of the fast engine: falling asleep, waking, what they are meanwhile (docs/model.md,
 * section 6.1).
 */
#include <math.h>
#include <string.h>

#include "engine/fast_engine.h"
#include "engine/walk.h"

/* Shorter sleeps cost more than they spare. */
enum { LEAST_SLEEP = 32 };

/* SED: perturbations of 0.1 / sqrt(rows of the parameter's matrix), docs/model.md, section 2.2. */
static const double PERTURBATION = 0.1;

/* Four samples side by side: their sums do not wait for each other. */
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

void nd_fast_drive_of(const nd_fast_engine *engine, size_t unit, const double *state, double *drive,
                      double *scratch) {
    const nd_subspace *subspace = engine->subspace;
    size_t n = subspace->samples, columns = subspace->columns;
    if (!engine->layer.gram) {
        drive_by_coordinates(subspace, state, drive);
        return;
    }
    const double *weights = engine->initial->input_weights + unit * (columns - 1);
    memcpy(scratch, weights, (columns - 1) * sizeof *scratch);
    scratch[columns - 1] = engine->initial->bias[unit];
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < columns; i++)
            scratch[i] += state[s] * subspace->augmented[s * columns + i];
    for (size_t s = 0; s < n; s++) {
        drive[s] = 0;
        for (size_t i = 0; i < columns; i++)
            drive[s] += subspace->augmented[s * columns + i] * scratch[i];
    }
}

/* How far the unit's input side is from the nearest sample's threshold: min over s of -drive /
 * |x~_s|, negative if a sample drives it. */
static double distance_of(const nd_fast_engine *engine, nd_share *share, size_t unit,
                          const double *state) {
    size_t n = engine->layer.samples;
    double *drive = share->values, highest = -INFINITY;
    nd_fast_drive_of(engine, unit, state, drive, share->values + n);
    for (size_t s = 0; s < n; s++) {
        double shift = drive[s] / engine->subspace->length[s];
        highest = shift > highest ? shift : highest;
    }
    return -highest;
}

/* The same of an awake unit. */
static double awake_distance(const nd_fast_engine *engine, nd_share *share, size_t slot,
                             const double *state) {
    if (engine->kernels->distance)
        return engine->kernels->distance(&engine->layer, &share->pack, slot);
    return distance_of(engine, share, share->pack.unit[slot], state);
}

static void start_walk(const nd_fast_engine *engine, size_t unit, nd_walk *walk) {
    *walk = (nd_walk){.gaussians = engine->kernels->walk_gaussians,
                      .seed = engine->experiment->seed,
                      .purpose = ND_FOR_SLEEP,
                      .unit = (uint32_t)unit,
                      .key = engine->sleeper[unit].since,
                      .whole = engine->silence == ND_SILENT_WALKS};
}

void nd_fast_asleep_state(const nd_fast_engine *engine, size_t unit, double *state,
                          double *scratch) {
    const nd_layer *layer = &engine->layer;
    const nd_sleeper *sleeper = &engine->sleeper[unit];
    size_t rows = layer->rows;
    memcpy(state, engine->home + unit * rows, rows * sizeof *state);
    if (sleeper->state != ND_ASLEEP)
        return;
    nd_walk walk;
    start_walk(engine, unit, &walk);
    double side = engine->rate * engine->experiment->learning.update_noise, outer = side;
    if (engine->silence == ND_SILENT_WALKS) {
        nd_walk_within(&walk, (double)(sleeper->until - sleeper->since),
                       (double)(engine->base.step - sleeper->since), rows, scratch, scratch + rows);
    } else {
        side = engine->rate * PERTURBATION / sqrt((double)engine->initial->hidden);
        outer = engine->rate * PERTURBATION / sqrt((double)layer->outputs);
        nd_walk_within(&walk, sleeper->budget, engine->clock - sleeper->clock, rows, scratch,
                       scratch + rows);
    }
    for (size_t i = 0; i < rows; i++)
        state[i] += (i < layer->side ? side : outer) * scratch[i];
}

/* Decides whether a unit this far from every threshold may sleep, and until when; fills its
 * sleeper. In k steps its input side moves by a Gaussian of deviation rate sigma sqrt k in the
 * direction of a sample, so that each sample counts with its own margin and length (docs/model.md,
 * section 6.1). */
static bool may_sleep(nd_fast_engine *engine, size_t unit, double distance) {
    nd_sleeper *sleeper = &engine->sleeper[unit];
    if (!(distance >= 0))
        return false;
    if (engine->silence == ND_SILENT_RESTS) {
        sleeper->state = ND_AT_REST;
        return true;
    }
    double c = engine->silence_threshold;
    if (engine->silence == ND_SILENT_WALKS) {
        double stride = c * engine->rate * engine->experiment->learning.update_noise;
        double steps = fmin((distance / stride) * (distance / stride), 1e15);
        uint64_t until = (engine->base.step + (uint64_t)steps) / ND_FAST_BLOCK * ND_FAST_BLOCK;
        if (until < engine->base.step + LEAST_SLEEP)
            return false;
        *sleeper = (nd_sleeper){.since = engine->base.step, .until = until, .state = ND_ASLEEP};
        return true;
    }
    double perturbation = PERTURBATION / sqrt((double)engine->initial->hidden);
    double walk = distance - c * perturbation, stride = c * engine->rate * perturbation;
    double budget = walk > 0 ? (walk / stride) * (walk / stride) : 0;
    /* No single change of the error may use up much of it. */
    if (!(budget > 200 * fmax(engine->largest[0], engine->largest[1])) ||
        engine->base.step < 2 * ND_FAST_BLOCK)
        return false;
    *sleeper = (nd_sleeper){
        .since = engine->base.step, .clock = engine->clock, .budget = budget, .state = ND_ASLEEP};
    return true;
}

static bool due(const nd_fast_engine *engine, const nd_sleeper *sleeper) {
    if (sleeper->state != ND_ASLEEP)
        return false;
    if (engine->silence == ND_SILENT_WALKS)
        return sleeper->until <= engine->base.step;
    return engine->clock - sleeper->clock >= sleeper->budget;
}

/* What a sleep may have missed, now that it is over. */
static double missed(const nd_fast_engine *engine, const nd_sleeper *sleeper) {
    double c = engine->silence_threshold, n = (double)engine->layer.samples;
    if (engine->silence == ND_SILENT_WALKS)
        return 2 * n * engine->silence_tail;
    double spent = engine->clock - sleeper->clock;
    double steps = (double)(engine->base.step - sleeper->since);
    double walk = spent > 0 ? 2 * n * nd_gaussian_tail(c * sqrt(sleeper->budget / spent)) : 0;
    return walk + steps * n * engine->silence_tail;
}

static void note_wake(nd_fast_engine *engine, nd_share *share, size_t unit) {
    const nd_sleeper *sleeper = &engine->sleeper[unit];
    if (engine->silence == ND_SILENT_WALKS && sleeper->until < share->next_wake)
        share->next_wake = sleeper->until;
    double clock = sleeper->clock + sleeper->budget;
    if (engine->silence == ND_SILENT_FOLLOWS && clock < share->wake_clock)
        share->wake_clock = clock;
}

bool nd_fast_wake_due(const nd_fast_engine *engine, const nd_share *share) {
    if (engine->silence == ND_SILENT_WALKS)
        return engine->base.step >= share->next_wake;
    return engine->silence == ND_SILENT_FOLLOWS && engine->clock >= share->wake_clock;
}

/* A sleep is over; false: the unit sleeps on. */
static bool wake_unit(nd_fast_engine *engine, nd_share *share, size_t unit, double *state) {
    nd_sleeper *sleeper = &engine->sleeper[unit];
    size_t rows = engine->layer.rows;
    nd_fast_asleep_state(engine, unit, state, share->values);
    share->bound += missed(engine, sleeper);
    sleeper->state = ND_AWAKE;
    if (may_sleep(engine, unit, distance_of(engine, share, unit, state))) {
        share->sleeps++;
        memcpy(engine->home + unit * rows, state, rows * sizeof *state);
        return false;
    }
    nd_fast_admit(engine, share, unit, state);
    share->noise_drawn = false;
    return true;
}

void nd_fast_wake(nd_fast_engine *engine, nd_share *share) {
    size_t rows = engine->layer.rows;
    if (!nd_fast_wake_due(engine, share))
        return;
    share->next_wake = UINT64_MAX;
    share->wake_clock = INFINITY;
    double *state = share->values + 4 * (rows + engine->subspace->columns + engine->layer.samples);
    for (size_t unit = share->first; unit < share->first + share->units; unit++) {
        const nd_sleeper *sleeper = &engine->sleeper[unit];
        if (sleeper->state != ND_ASLEEP)
            continue;
        if (!due(engine, sleeper) || !wake_unit(engine, share, unit, state))
            note_wake(engine, share, unit);
    }
}

/* Adam: all that the moments can still add, were the gradient to stay zero, is less than a rounding
 * of the parameters. Each step multiplies mean / root by at most 0.9 / sqrt(0.999). */
static bool has_coasted(const nd_fast_engine *engine, const nd_share *share, size_t slot,
                        double *scratch) {
    size_t rows = engine->layer.rows;
    double *state = scratch, *mean = scratch + rows, *square = scratch + 2 * rows;
    engine->kernels->get(&engine->layer, share->pack.parameters, slot, state);
    engine->kernels->get(&engine->layer, share->pack.moment[0], slot, mean);
    engine->kernels->get(&engine->layer, share->pack.moment[1], slot, square);
    double largest = 0, still = 0;
    for (size_t i = 0; i < rows; i++) {
        largest = fmax(largest, fabs(state[i]));
        still = fmax(still, engine->rate * fabs(mean[i]) / (sqrt(square[i]) + 1e-8));
    }
    return 10 * still <= 1e-17 * largest;
}

/* Takes a slot out of the pack; the last slot moves into it. */
static void dismiss(nd_fast_engine *engine, nd_share *share, size_t slot) {
    nd_pack *pack = &share->pack;
    size_t last = pack->slots - 1;
    engine->kernels->move(&engine->layer, pack, last, slot);
    pack->unit[slot] = pack->unit[last];
    pack->slots = last;
    pack->groups = (last + engine->kernels->lanes - 1) / engine->kernels->lanes;
    share->silent[slot] = share->silent[last];
}

bool nd_fast_doze(nd_fast_engine *engine, nd_share *share) {
    nd_pack *pack = &share->pack;
    size_t rows = engine->layer.rows;
    double *scratch = share->values;
    double *state = scratch + 4 * (rows + engine->subspace->columns + engine->layer.samples);
    bool changed = false;
    if (engine->silence == ND_SILENT_WORKS || pack->slots == 0)
        return false;
    engine->kernels->silent(&engine->layer, pack, share->silent);
    for (size_t slot = pack->slots; slot-- > 0;) {
        size_t unit = pack->unit[slot];
        if (!share->silent[slot])
            continue;
        engine->kernels->get(&engine->layer, pack->parameters, slot, state);
        if (engine->silence == ND_SILENT_COASTS) {
            if (awake_distance(engine, share, slot, state) < 0 ||
                !has_coasted(engine, share, slot, scratch))
                continue;
            engine->sleeper[unit].state = ND_AT_REST;
        } else if (!may_sleep(engine, unit, awake_distance(engine, share, slot, state))) {
            continue;
        }
        memcpy(engine->home + unit * rows, state, rows * sizeof *state);
        dismiss(engine, share, slot);
        note_wake(engine, share, unit);
        share->sleeps++;
        changed = true;
    }
    if (changed)
        share->noise_drawn = false;
    return changed;
}
