#include "measure/sample_curves.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/threads.h"
#include "base/watch.h"
#include "measure/shuffle.h"

/* Repetitions are evaluated in chunks, each summed on its own and then in order, so that sums do
 * not depend on threads. */
enum { CHUNK = 16, SHUFFLED = ND_INFORMATIONS, SUMS = 2 * ND_INFORMATIONS, COUNTS = 2 };

typedef struct chunk {
    size_t fraction;     /* index */
    size_t first, count; /* repetitions */
} chunk;

typedef struct sampling {
    const nd_binned *activity;
    const size_t *cells;
    size_t count, fractions, block;
    const nd_responses *responses;
    uint64_t seed;
    nd_information_tables tables;
    size_t chunks;
    chunk *chunk;
    double *sums;     /* chunks x cells x SUMS */
    uint32_t *counts; /* chunks x cells x COUNTS: repetitions in which SI was a number */
    atomic_bool out_of_memory;
    const nd_watch *watch;
} sampling;

/* Room for one chunk. */
typedef struct place {
    nd_information_scratch scratch;
    nd_occupation occupation;
    uint32_t *order; /* frames; a permutation of blocks whose first ones are the subsample */
    uint32_t *other; /* frames; the drawn block whose bins each drawn one takes over, shuffled */
    uint32_t *bin, *shuffled_bin; /* frames; `bins` where the frame is not in the subsample */
    uint32_t *event_bin, *event_shuffled_bin, *event_level; /* frames + 1 */
    double *event_amount;
} place;

static bool place_make(const sampling *shared, place *room) {
    size_t frames = shared->tables.frames;
    room->order = nd_array(frames, sizeof *room->order, NULL);
    room->other = nd_array(frames, sizeof *room->other, NULL);
    room->bin = nd_array(frames, sizeof *room->bin, NULL);
    room->shuffled_bin = nd_array(frames, sizeof *room->shuffled_bin, NULL);
    room->event_bin = nd_array(frames + 1, sizeof *room->event_bin, NULL);
    room->event_shuffled_bin = nd_array(frames + 1, sizeof *room->event_shuffled_bin, NULL);
    room->event_level = nd_array(frames + 1, sizeof *room->event_level, NULL);
    room->event_amount = nd_doubles(frames + 1, NULL);
    return nd_information_scratch_make(&shared->tables, &room->scratch, NULL) &&
           nd_occupation_make(shared->tables.bins, &room->occupation, NULL) && room->order &&
           room->other && room->bin && room->shuffled_bin && room->event_bin &&
           room->event_shuffled_bin && room->event_level && room->event_amount;
}

static void place_clear(place *room) {
    nd_information_scratch_clear(&room->scratch);
    nd_occupation_clear(&room->occupation);
    free(room->order);
    free(room->other);
    free(room->bin);
    free(room->shuffled_bin);
    free(room->event_bin);
    free(room->event_shuffled_bin);
    free(room->event_level);
    free(room->event_amount);
}

/* Moves `chosen` entries, drawn at random without replacement, to the front. */
static void draw_to_front(uint32_t *entry, size_t count, size_t chosen, nd_stream *stream) {
    for (size_t i = 0; i < chosen; i++) {
        size_t j = i + nd_scale_bits(nd_stream_bits(stream), count - i);
        uint32_t taken = entry[j];
        entry[j] = entry[i];
        entry[i] = taken;
    }
}

/* The frames of a block, from `first` on. */
static size_t block_frames(const sampling *shared, uint32_t block, size_t *first) {
    size_t left = shared->activity->frames - block * shared->block;
    *first = block * shared->block;
    return left < shared->block ? left : shared->block;
}

/* The last block may be shorter than the others: it keeps its own bins. Another's would not fit,
 * and a shuffle must leave each bin as many frames as it had. */
static void keep_short_block(const sampling *shared, size_t chosen, place *room) {
    size_t frames = shared->activity->frames, here = chosen, there = chosen;
    uint32_t last = (uint32_t)((frames - 1) / shared->block);
    if (frames % shared->block == 0)
        return;
    for (size_t i = 0; i < chosen; i++) {
        here = room->order[i] == last ? i : here;
        there = room->other[i] == last ? i : there;
    }
    if (here < chosen && there < chosen) {
        room->other[there] = room->other[here];
        room->other[here] = last;
    }
}

/* Draws one subsample: which frames, in which bins, and in which bins once shuffled. */
static void draw_subsample(const sampling *shared, size_t fraction, size_t repetition,
                           place *room) {
    const nd_binned *activity = shared->activity;
    size_t frames = activity->frames, bins = activity->bins, first, from;
    size_t blocks = (frames + shared->block - 1) / shared->block;
    size_t chosen = (fraction + 1) * blocks / shared->fractions;
    nd_stream stream = nd_stream_at(shared->seed, ND_FOR_SUBSAMPLE, (uint32_t)fraction, repetition);
    for (size_t f = 0; f < frames; f++)
        room->bin[f] = (uint32_t)bins;
    for (size_t b = 0; b < blocks; b++)
        room->order[b] = (uint32_t)b;
    draw_to_front(room->order, blocks, chosen, &stream);
    memset(room->occupation.count, 0, bins * sizeof *room->occupation.count);
    for (size_t i = 0; i < chosen; i++) {
        size_t length = block_frames(shared, room->order[i], &first);
        for (size_t f = first; f < first + length; f++) {
            room->bin[f] = (uint32_t)activity->bin[f];
            room->occupation.count[room->bin[f]]++;
        }
        room->other[i] = room->order[i];
    }
    nd_occupation_finish(&shared->tables, &room->occupation);
    /* Block order[i] takes over the bins of the block that a second shuffle puts at i. */
    draw_to_front(room->other, chosen, chosen, &stream);
    keep_short_block(shared, chosen, room);
    for (size_t i = 0; i < chosen; i++) {
        size_t length = block_frames(shared, room->order[i], &first);
        (void)block_frames(shared, room->other[i], &from);
        for (size_t f = 0; f < length; f++)
            room->shuffled_bin[first + f] = (uint32_t)activity->bin[from + f];
    }
}

/* The events of a cell that fall in the subsample; returns how many. */
static size_t gather(const sampling *shared, size_t cell, place *room) {
    const nd_events *events = &shared->activity->events;
    uint32_t nowhere = (uint32_t)shared->tables.bins;
    size_t count = 0;
    for (size_t e = events->start[cell]; e < events->start[cell + 1]; e++) {
        uint32_t frame = events->frame[e];
        room->event_bin[count] = room->bin[frame];
        room->event_shuffled_bin[count] = room->shuffled_bin[frame];
        room->event_level[count] = shared->responses->level[e];
        room->event_amount[count] = events->amount[e];
        count += room->bin[frame] != nowhere;
    }
    return count;
}

static void add_evaluation(const sampling *shared, const uint32_t *bin, size_t count, place *room,
                           double *sums, uint32_t *numbers) {
    double seconds = (double)room->occupation.total * shared->tables.frame_seconds, amount = 0.0;
    double bit_spike = nd_event_information(&shared->tables, &room->occupation, bin,
                                            room->event_amount, count, &room->scratch);
    for (size_t i = 0; i < count; i++)
        amount += room->event_amount[i];
    if (!isnan(bit_spike)) {
        sums[ND_INFORMATION_BIT_SPIKE] += bit_spike;
        sums[ND_INFORMATION_BIT_SECOND] += bit_spike * amount / seconds;
        (*numbers)++;
    }
    sums[ND_INFORMATION_MUTUAL] += nd_event_mutual_information(
        &shared->tables, &room->occupation, bin, room->event_level, count, &room->scratch);
}

static bool stopped(const sampling *shared) {
    return nd_stop_asked(shared->watch);
}

static void sample_chunk(size_t index, void *context) {
    sampling *shared = context;
    const chunk *part = &shared->chunk[index];
    place room = {0};
    if (stopped(shared))
        return;
    if (!place_make(shared, &room)) {
        atomic_store(&shared->out_of_memory, true);
        place_clear(&room);
        return;
    }
    for (size_t r = part->first; r < part->first + part->count; r++) {
        draw_subsample(shared, part->fraction, r, &room);
        for (size_t i = 0; i < shared->count; i++) {
            double *sums = shared->sums + (index * shared->count + i) * SUMS;
            uint32_t *counts = shared->counts + (index * shared->count + i) * COUNTS;
            size_t count = gather(shared, shared->cells[i], &room);
            add_evaluation(shared, room.event_bin, count, &room, sums, &counts[0]);
            add_evaluation(shared, room.event_shuffled_bin, count, &room, sums + SHUFFLED,
                           &counts[1]);
        }
    }
    place_clear(&room);
}

static size_t repetitions_of(const sampling *shared, size_t fraction, size_t repetitions) {
    return (repetitions * shared->fractions + fraction) / (fraction + 1);
}

/* Cuts the work into chunks, the costliest (all frames) first. */
static bool plan(sampling *shared, size_t repetitions, nd_error *error) {
    for (size_t f = 0; f < shared->fractions; f++)
        shared->chunks += (repetitions_of(shared, f, repetitions) + CHUNK - 1) / CHUNK;
    shared->chunk = nd_array(shared->chunks, sizeof *shared->chunk, error);
    shared->sums = nd_doubles(shared->chunks * shared->count * SUMS, error);
    shared->counts =
        nd_array(shared->chunks * shared->count * COUNTS, sizeof *shared->counts, error);
    if (!shared->chunk || !shared->sums || !shared->counts)
        return false;
    size_t n = 0;
    for (size_t f = shared->fractions; f-- > 0;) {
        size_t all = repetitions_of(shared, f, repetitions);
        for (size_t first = 0; first < all; first += CHUNK)
            shared->chunk[n++] = (chunk){f, first, all - first < CHUNK ? all - first : CHUNK};
    }
    return true;
}

/* Means over the repetitions of every fraction. */
static void average(const sampling *shared, size_t repetitions, nd_sample_curves *curves) {
    for (size_t i = 0; i < shared->count; i++)
        for (size_t f = 0; f < shared->fractions; f++) {
            double sums[SUMS] = {0}, all = (double)repetitions_of(shared, f, repetitions);
            double numbers[COUNTS] = {0};
            for (size_t c = 0; c < shared->chunks; c++) {
                if (shared->chunk[c].fraction != f)
                    continue;
                for (size_t k = 0; k < SUMS; k++)
                    sums[k] += shared->sums[(c * shared->count + i) * SUMS + k];
                for (size_t k = 0; k < COUNTS; k++)
                    numbers[k] += shared->counts[(c * shared->count + i) * COUNTS + k];
            }
            for (size_t k = 0; k < ND_INFORMATIONS; k++) {
                bool per_spike = k == ND_INFORMATION_BIT_SPIKE;
                size_t at = i * shared->fractions + f;
                curves->naive[k][at] = sums[k] / (per_spike ? numbers[0] : all);
                curves->shuffled[k][at] = sums[SHUFFLED + k] / (per_spike ? numbers[1] : all);
            }
        }
}

static bool allocate(size_t cells, size_t fractions, nd_sample_curves *curves, nd_error *error) {
    curves->cells = cells;
    curves->fractions = fractions;
    for (size_t f = 0; f < fractions; f++)
        curves->fraction[f] = (double)(f + 1) / (double)fractions;
    bool fine = true;
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        curves->naive[k] = nd_doubles(cells * fractions, error);
        curves->shuffled[k] = nd_doubles(cells * fractions, error);
        fine = fine && curves->naive[k] && curves->shuffled[k];
    }
    return fine;
}

bool nd_sample_curves_make(const nd_binned *activity, const size_t *cells, size_t count,
                           const nd_responses *responses, size_t fractions, size_t repetitions,
                           size_t block, uint64_t seed, unsigned threads, const nd_watch *watch,
                           nd_sample_curves *curves, nd_error *error) {
    sampling shared = {.activity = activity,
                       .cells = cells,
                       .count = count,
                       .fractions = fractions,
                       .block = block,
                       .responses = responses,
                       .seed = seed,
                       .watch = watch};
    memset(curves, 0, sizeof *curves);
    if (fractions == 0 || fractions > ND_MOST_SAMPLE_FRACTIONS || repetitions == 0 || block == 0 ||
        activity->frames / block < fractions)
        return nd_fail(error, "subsampling", "",
                       "%zu frames cannot be sampled at %zu fractions, %zu repetitions",
                       activity->frames, fractions, repetitions);
    bool fine = allocate(count, fractions, curves, error) && plan(&shared, repetitions, error) &&
                nd_information_tables_make(activity, responses->levels, &shared.tables, error);
    if (fine)
        nd_parallel_for(shared.chunks, threads, sample_chunk, &shared);
    if (fine && atomic_load(&shared.out_of_memory))
        fine = nd_fail(error, "subsampling", "", "out of memory for the bias corrections");
    if (fine && stopped(&shared))
        fine = nd_fail_as(ND_CODE_STOPPED, error, "subsampling", "", "stopped");
    if (fine)
        average(&shared, repetitions, curves);
    else
        nd_sample_curves_clear(curves);
    free(shared.chunk);
    free(shared.sums);
    free(shared.counts);
    nd_information_tables_clear(&shared.tables);
    return fine;
}

void nd_sample_curves_clear(nd_sample_curves *curves) {
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        free(curves->naive[k]);
        free(curves->shuffled[k]);
    }
    memset(curves, 0, sizeof *curves);
}

static double mean_at(const nd_sample_curves *curves, const double *values, const bool *use,
                      size_t fraction) {
    double sum = 0.0, numbers = 0.0;
    for (size_t i = 0; i < curves->cells; i++) {
        double value = values[i * curves->fractions + fraction];
        if ((use && !use[i]) || isnan(value))
            continue;
        sum += value;
        numbers += 1.0;
    }
    return sum / numbers;
}

void nd_sample_curves_mean(const nd_sample_curves *curves, nd_information information,
                           const bool *use, double *naive, double *shuffled) {
    for (size_t f = 0; f < curves->fractions; f++) {
        naive[f] = mean_at(curves, curves->naive[information], use, f);
        shuffled[f] = mean_at(curves, curves->shuffled[information], use, f);
    }
}
