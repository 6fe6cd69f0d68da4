#include "measure/shuffle.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/threads.h"
#include "measure/entropy_terms.h"
#include "measure/information.h"

/* Shuffles evaluated side by side: the additions of one need not wait for those of another. */
enum { TOGETHER = 4 };

typedef struct test {
    const nd_binned *activity;
    const size_t *cells;
    size_t shuffles;
    nd_shuffle kind;
    uint64_t seed;
    nd_information_tables tables;
    nd_occupation occupation;
    double *log_share; /* TOGETHER x bins: the occupation's, repeated */
    uint32_t *bin; /* 2 x frames: every frame's bin, twice over, so that a turn needs no modulo */
    double *p_value, *mean_shuffled;
    atomic_bool out_of_memory;
} test;

/* Room for one cell. */
typedef struct place {
    nd_information_scratch scratch;
    double *amount, *term; /* TOGETHER x bins */
    uint32_t *bin;         /* TOGETHER x most events of a cell; those of the shuffled events */
    uint32_t *drawn;       /* frames; the shuffle that took the frame last, counted from 1 */
} place;

static bool place_make(const test *shared, size_t events, place *room) {
    size_t bins = shared->tables.bins;
    bool random = shared->kind == ND_SHUFFLE_RANDOM;
    room->bin = nd_array(TOGETHER * events, sizeof *room->bin, NULL);
    room->amount = nd_doubles(TOGETHER * bins, NULL);
    room->term = nd_doubles(TOGETHER * bins, NULL);
    room->drawn = random ? nd_array(shared->tables.frames, sizeof *room->drawn, NULL) : NULL;
    return nd_information_scratch_make(&shared->tables, &room->scratch, NULL) && room->bin &&
           room->amount && room->term && (room->drawn || !random);
}

static void place_clear(place *room) {
    nd_information_scratch_clear(&room->scratch);
    free(room->amount);
    free(room->term);
    free(room->bin);
    free(room->drawn);
}

static void turn(const test *shared, const uint32_t *frame, size_t count, nd_stream *stream,
                 uint32_t *bin) {
    const uint32_t *from =
        shared->bin + nd_scale_bits(nd_stream_bits(stream), shared->tables.frames);
    for (size_t i = 0; i < count; i++)
        bin[i] = from[frame[i]];
}

/* A permutation of the frames sends the events to distinct frames, all equally likely. */
static void scatter(const test *shared, size_t count, size_t shuffle, nd_stream *stream,
                    uint32_t *drawn, uint32_t *bin) {
    for (size_t i = 0; i < count; i++) {
        uint64_t frame;
        do
            frame = nd_scale_bits(nd_stream_bits(stream), shared->tables.frames);
        while (drawn[frame] == shuffle + 1);
        drawn[frame] = (uint32_t)shuffle + 1;
        bin[i] = shared->bin[frame];
    }
}

/* nd_event_entropy of TOGETHER shuffles, the bins of shuffle k at bin + k count. */
static void entropies(const test *shared, const double *amount, size_t count, place *room,
                      double entropy[TOGETHER]) {
    size_t bins = shared->tables.bins;
    const uint32_t *bin = room->bin;
    if (2 * count <= bins) {
        for (size_t k = 0; k < TOGETHER; k++)
            entropy[k] = nd_event_entropy(&shared->tables, &shared->occupation, bin + k * count,
                                          amount, count, &room->scratch);
        return;
    }
    double *restrict in_bin = room->amount;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < TOGETHER; k++)
            in_bin[k * bins + bin[k * count + i]] += amount[i];
    nd_entropy_terms(in_bin, shared->log_share, TOGETHER * bins, room->term);
    memset(in_bin, 0, TOGETHER * bins * sizeof *in_bin);
    for (size_t k = 0; k < TOGETHER; k++)
        entropy[k] = nd_ordered_sum(room->term + k * bins, bins);
}

static void test_cell(size_t index, void *context) {
    test *shared = context;
    const nd_events *events = &shared->activity->events;
    size_t cell = shared->cells[index], first = events->start[cell];
    size_t count = events->start[cell + 1] - first, below = 0;
    const uint32_t *frame = events->frame + first;
    const double *amount = events->amount + first;
    place room = {0};
    if (!place_make(shared, count, &room)) {
        atomic_store(&shared->out_of_memory, true);
        place_clear(&room);
        return;
    }
    for (size_t i = 0; i < count; i++)
        room.bin[i] = shared->bin[frame[i]];
    double real = nd_event_entropy(&shared->tables, &shared->occupation, room.bin, amount, count,
                                   &room.scratch);
    /* A shuffle that gives the same map in another order of summation is a tie, not a win. */
    double total = nd_total_amount(shared->activity, cell);
    double bar = real - 1e-12 * total * (1.0 + fabs(log2(total)));
    double entropy[TOGETHER] = {0.0}, sum = 0.0;
    for (size_t k = 0; k < shared->shuffles; k++) {
        size_t lane = k % TOGETHER;
        nd_stream stream = nd_stream_at(shared->seed, ND_FOR_SHUFFLE, (uint32_t)cell, k);
        if (shared->kind == ND_SHUFFLE_CYCLIC)
            turn(shared, frame, count, &stream, room.bin + lane * count);
        else
            scatter(shared, count, k, &stream, room.drawn, room.bin + lane * count);
        if (lane < TOGETHER - 1 && k + 1 < shared->shuffles)
            continue;
        entropies(shared, amount, count, &room, entropy);
        for (size_t j = 0; j <= lane; j++) {
            sum += entropy[j];
            below += entropy[j] < bar;
        }
    }
    double shuffles = (double)shared->shuffles;
    shared->p_value[index] = total > 0.0 ? 1.0 - (double)below / shuffles : NAN;
    if (shared->mean_shuffled)
        shared->mean_shuffled[index] = total > 0.0 ? sum / shuffles / total - log2(total) : NAN;
    place_clear(&room);
}

static bool prepare(test *shared, nd_error *error) {
    const nd_binned *activity = shared->activity;
    shared->bin = nd_array(2 * activity->frames, sizeof *shared->bin, error);
    shared->log_share = nd_doubles(TOGETHER * activity->bins, error);
    if (!shared->bin || !shared->log_share ||
        !nd_information_tables_make(activity, 1, &shared->tables, error) ||
        !nd_occupation_make(activity->bins, &shared->occupation, error))
        return false;
    for (size_t f = 0; f < activity->frames; f++) {
        shared->bin[f] = shared->bin[f + activity->frames] = (uint32_t)activity->bin[f];
        shared->occupation.count[activity->bin[f]]++;
    }
    nd_occupation_finish(&shared->tables, &shared->occupation);
    for (size_t k = 0; k < TOGETHER * activity->bins; k++)
        shared->log_share[k] = shared->occupation.log_share[k % activity->bins];
    return true;
}

bool nd_shuffle_test(const nd_binned *activity, const size_t *cells, size_t count, size_t shuffles,
                     nd_shuffle kind, uint64_t seed, unsigned threads, double *p_value,
                     double *mean_shuffled, nd_error *error) {
    test shared = {.activity = activity,
                   .cells = cells,
                   .shuffles = shuffles,
                   .kind = kind,
                   .seed = seed,
                   .p_value = p_value,
                   .mean_shuffled = mean_shuffled};
    if (shuffles == 0)
        return nd_fail(error, "shuffles", "ask for at least one", "no shuffles to test against");
    bool fine = prepare(&shared, error);
    if (fine)
        nd_parallel_for(count, threads, test_cell, &shared);
    if (fine && atomic_load(&shared.out_of_memory))
        fine = nd_fail(error, "shuffles", "", "out of memory for the shuffle test");
    free(shared.bin);
    free(shared.log_share);
    nd_information_tables_clear(&shared.tables);
    nd_occupation_clear(&shared.occupation);
    return fine;
}
