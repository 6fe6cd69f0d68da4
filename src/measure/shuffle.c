#include "measure/shuffle.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/threads.h"
#include "measure/information.h"

typedef struct test {
    const nd_binned *activity;
    const size_t *cells;
    size_t shuffles;
    nd_shuffle kind;
    uint64_t seed;
    nd_information_tables tables;
    nd_occupation occupation;
    uint32_t *bin; /* 2 x frames: every frame's bin, twice over, so that a turn needs no modulo */
    double *p_value, *mean_shuffled;
    atomic_bool out_of_memory;
} test;

/* Room for one cell. */
typedef struct place {
    nd_information_scratch scratch;
    uint32_t *bin;   /* frames; those of the shuffled events */
    uint32_t *drawn; /* frames; the shuffle that took the frame last, counted from 1 */
} place;

static bool place_make(const test *shared, place *room) {
    room->bin = nd_array(shared->tables.frames, sizeof *room->bin, NULL);
    room->drawn = shared->kind == ND_SHUFFLE_RANDOM
                      ? nd_array(shared->tables.frames, sizeof *room->drawn, NULL)
                      : NULL;
    return nd_information_scratch_make(&shared->tables, &room->scratch, NULL) && room->bin &&
           (room->drawn || shared->kind == ND_SHUFFLE_CYCLIC);
}

static void place_clear(place *room) {
    nd_information_scratch_clear(&room->scratch);
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

static void test_cell(size_t index, void *context) {
    test *shared = context;
    const nd_events *events = shared->activity->events;
    size_t cell = shared->cells[index], first = events->start[cell];
    size_t count = events->start[cell + 1] - first, below = 0;
    const uint32_t *frame = events->frame + first;
    const double *amount = events->amount + first;
    place room = {0};
    if (!place_make(shared, &room)) {
        atomic_store(&shared->out_of_memory, true);
        place_clear(&room);
        return;
    }
    for (size_t i = 0; i < count; i++)
        room.bin[i] = shared->bin[frame[i]];
    double real = nd_event_information(&shared->tables, &shared->occupation, room.bin, amount,
                                       count, &room.scratch);
    /* A shuffle that gives the same map in another order of summation is a tie, not a win. */
    double bar = real - 1e-12 * fabs(real), sum = 0.0;
    for (size_t k = 0; k < shared->shuffles; k++) {
        nd_stream stream = nd_stream_at(shared->seed, ND_FOR_SHUFFLE, (uint32_t)cell, k);
        if (shared->kind == ND_SHUFFLE_CYCLIC)
            turn(shared, frame, count, &stream, room.bin);
        else
            scatter(shared, count, k, &stream, room.drawn, room.bin);
        double shuffled = nd_event_information(&shared->tables, &shared->occupation, room.bin,
                                               amount, count, &room.scratch);
        sum += shuffled;
        below += shuffled < bar;
    }
    shared->p_value[index] = isnan(real) ? NAN : 1.0 - (double)below / (double)shared->shuffles;
    if (shared->mean_shuffled)
        shared->mean_shuffled[index] = sum / (double)shared->shuffles;
    place_clear(&room);
}

static bool prepare(test *shared, nd_error *error) {
    const nd_binned *activity = shared->activity;
    shared->bin = nd_array(2 * activity->frames, sizeof *shared->bin, error);
    if (!shared->bin || !nd_information_tables_make(activity, 1, &shared->tables, error) ||
        !nd_occupation_make(activity->bins, &shared->occupation, error))
        return false;
    for (size_t f = 0; f < activity->frames; f++) {
        shared->bin[f] = shared->bin[f + activity->frames] = (uint32_t)activity->bin[f];
        shared->occupation.count[activity->bin[f]]++;
    }
    nd_occupation_finish(&shared->tables, &shared->occupation);
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
    nd_information_tables_clear(&shared.tables);
    nd_occupation_clear(&shared.occupation);
    return fine;
}
