#include "engine/fast_silence.h"

#include <math.h>
#include <string.h>

#include "engine/fast_pack.h"
#include "engine/walk.h"
#include "rule/constants.h"

/* A sleep's chance of missing a crossing (docs/model.md, section 6.1). */
static const double MISS_CHANCE = 1e-15;

/* Shorter sleeps cost more than they spare. */
enum { LEAST_SLEEP = 32 };

/* ---- What spares them ---- */

void nd_silence_choose(nd_fast_engine *engine, bool margins_move) {
    const nd_layer *layer = &engine->layer;
    bool update_noise = engine->experiment->learning.update_noise > 0;
    engine->silence = ND_SILENT_WORKS;
    if (!layer->relu || margins_move)
        return;
    if (layer->rule == ND_FAST_SGD)
        engine->silence = update_noise ? ND_SILENT_WALKS : ND_SILENT_RESTS;
    else if (layer->rule == ND_FAST_SED && layer->keeps_drive)
        engine->silence = ND_SILENT_FOLLOWS;
    else if (layer->rule == ND_FAST_RMSPROP && !update_noise)
        engine->silence = ND_SILENT_RESTS;
    else if (layer->rule == ND_FAST_ADAM && !update_noise)
        engine->silence = ND_SILENT_COASTS;
    engine->silence_threshold = nd_silence_threshold(layer->samples, MISS_CHANCE);
    engine->silence_tail = nd_gaussian_tail(engine->silence_threshold);
}

const char *nd_silence_word(nd_silence silence) {
    static const char *const WORDS[] = {"work", "rest", "coast", "walk", "follow"};
    return WORDS[silence];
}

/* ---- Asleep ---- */

/* The walk of a unit asleep, from where it fell asleep. */
static void start_walk(const nd_fast_engine *engine, size_t unit, nd_walk *walk) {
    *walk = (nd_walk){.gaussians = engine->kernels->walk_gaussians,
                      .seed = engine->experiment->seed,
                      .purpose = ND_FOR_SLEEP,
                      .unit = (uint32_t)unit,
                      .key = engine->sleeper[unit].since,
                      .whole = engine->silence == ND_SILENT_WALKS};
}

void nd_silence_state(const nd_fast_engine *engine, size_t unit, nd_unit_scratch *scratch,
                      double *state) {
    const nd_layer *layer = &engine->layer;
    const nd_sleeper *sleeper = &engine->sleeper[unit];
    size_t rows = layer->rows;
    double *walked = scratch->walked;
    memcpy(state, engine->home + unit * rows, rows * sizeof *state);
    if (sleeper->state != ND_ASLEEP)
        return;
    nd_walk walk;
    start_walk(engine, unit, &walk);
    double side = engine->rate * engine->experiment->learning.update_noise, outer = side;
    if (engine->silence == ND_SILENT_WALKS) {
        nd_walk_within(&walk, (double)(sleeper->until - sleeper->since),
                       (double)(engine->base.step - sleeper->since), rows, walked, scratch->bridge);
    } else {
        side = engine->rate * ND_SED_PERTURBATION / sqrt((double)engine->initial->hidden);
        outer = engine->rate * ND_SED_PERTURBATION / sqrt((double)layer->outputs);
        nd_walk_within(&walk, sleeper->budget, engine->clock - sleeper->clock, rows, walked,
                       scratch->bridge);
    }
    for (size_t i = 0; i < rows; i++)
        state[i] += (i < layer->side ? side : outer) * walked[i];
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
    double perturbation = ND_SED_PERTURBATION / sqrt((double)engine->initial->hidden);
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

/* ---- Waking ---- */

/* Is a sleep over? */
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

/* The share must know when the first of its sleepers is due. */
static void note_wake(nd_fast_engine *engine, nd_share *share, size_t unit) {
    const nd_sleeper *sleeper = &engine->sleeper[unit];
    if (engine->silence == ND_SILENT_WALKS && sleeper->until < share->next_wake)
        share->next_wake = sleeper->until;
    double clock = sleeper->clock + sleeper->budget;
    if (engine->silence == ND_SILENT_FOLLOWS && clock < share->wake_clock)
        share->wake_clock = clock;
}

/* Is a sleeper of the share due? */
static bool any_due(const nd_fast_engine *engine, const nd_share *share) {
    if (engine->silence == ND_SILENT_WALKS)
        return engine->base.step >= share->next_wake;
    return engine->silence == ND_SILENT_FOLLOWS && engine->clock >= share->wake_clock;
}

/* A sleep is over; false: the unit sleeps on. */
static bool wake_unit(nd_fast_engine *engine, nd_share *share, size_t unit) {
    nd_unit_scratch *scratch = &share->scratch;
    nd_sleeper *sleeper = &engine->sleeper[unit];
    size_t rows = engine->layer.rows;
    double *state = scratch->state;
    nd_silence_state(engine, unit, scratch, state);
    share->bound += missed(engine, sleeper);
    sleeper->state = ND_AWAKE;
    if (may_sleep(engine, unit, nd_unit_distance(engine, unit, state, scratch))) {
        share->sleeps++;
        memcpy(engine->home + unit * rows, state, rows * sizeof *state);
        return false;
    }
    nd_pack_admit(engine, share, unit, state);
    share->noise_drawn = false;
    return true;
}

bool nd_silence_wake(nd_fast_engine *engine, nd_share *share) {
    bool woken = false;
    if (!engine->noise->units_move || !any_due(engine, share))
        return false;
    share->next_wake = UINT64_MAX;
    share->wake_clock = INFINITY;
    for (size_t unit = share->first; unit < share->first + share->units; unit++) {
        const nd_sleeper *sleeper = &engine->sleeper[unit];
        if (sleeper->state != ND_ASLEEP)
            continue;
        if (due(engine, sleeper) && wake_unit(engine, share, unit))
            woken = true;
        else
            note_wake(engine, share, unit);
    }
    return woken;
}

/* ---- Falling asleep ---- */

/* How far a silent slot's input side, its state given, is from the nearest sample's threshold. */
static double awake_distance(const nd_fast_engine *engine, nd_share *share, size_t slot,
                             const double *state) {
    if (engine->kernels->distance)
        return engine->kernels->distance(&engine->layer, &share->pack, slot);
    return nd_unit_distance(engine, share->pack.unit[slot], state, &share->scratch);
}

/* Adam: all that the moments can still add to a slot's state, were the gradient to stay zero, is
 * less than a rounding of it. Each step multiplies mean / root by at most 0.9 / sqrt(0.999). */
static bool has_coasted(const nd_fast_engine *engine, nd_share *share, size_t slot,
                        const double *state) {
    double *mean = share->scratch.moment[0], *square = share->scratch.moment[1];
    engine->kernels->get(&engine->layer, share->pack.moment[0], slot, mean);
    engine->kernels->get(&engine->layer, share->pack.moment[1], slot, square);
    double largest = 0, still = 0;
    for (size_t i = 0; i < engine->layer.rows; i++) {
        largest = fmax(largest, fabs(state[i]));
        still = fmax(still, engine->rate * fabs(mean[i]) / (sqrt(square[i]) + ND_ADAM_EPSILON));
    }
    return 10 * still <= 1e-17 * largest;
}

/* May the unit of a silent slot, of the given state, sleep? Fills its sleeper if so. */
static bool falls_asleep(nd_fast_engine *engine, nd_share *share, size_t slot,
                         const double *state) {
    size_t unit = share->pack.unit[slot];
    double distance = awake_distance(engine, share, slot, state);
    if (engine->silence != ND_SILENT_COASTS)
        return may_sleep(engine, unit, distance);
    if (distance < 0 || !has_coasted(engine, share, slot, state))
        return false;
    engine->sleeper[unit].state = ND_AT_REST;
    return true;
}

bool nd_silence_put_to_sleep(nd_fast_engine *engine, nd_share *share) {
    nd_pack *pack = &share->pack;
    size_t rows = engine->layer.rows;
    double *state = share->scratch.state;
    bool changed = false;
    if (!engine->noise->units_move || engine->base.step % ND_FAST_BLOCK != 0 ||
        engine->silence == ND_SILENT_WORKS || pack->slots == 0)
        return false;
    engine->kernels->silent(&engine->layer, pack, share->silent);
    for (size_t slot = pack->slots; slot-- > 0;) {
        size_t unit = pack->unit[slot];
        if (!share->silent[slot])
            continue;
        engine->kernels->get(&engine->layer, pack->parameters, slot, state);
        if (!falls_asleep(engine, share, slot, state))
            continue;
        memcpy(engine->home + unit * rows, state, rows * sizeof *state);
        nd_pack_dismiss(engine, share, slot);
        note_wake(engine, share, unit);
        share->sleeps++;
        changed = true;
    }
    if (changed)
        share->noise_drawn = false;
    return changed;
}
