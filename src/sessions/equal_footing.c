#include "sessions/equal_footing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "measure/information.h"
#include "measure/plug_in.h"
#include "measure/shuffle.h"

/* Draws of frames, of which the means are taken. */
enum { REPETITIONS = 10 };
/* Bins are matched where this share of the shortest session's frames is left by it. */
static const double LEAST_MATCHED = 0.25;
/* Frames of activity below which a cell is never called active. */
static const double LEAST_ACTIVE = 3.0;
/* Without matched bins, frames are drawn in blocks of so many seconds. */
static const double BLOCK_SECONDS = 5.0;

/* What all sessions have in common. */
typedef struct footing {
    const nd_recording *recording;
    size_t sessions, bins;
    bool by_bin;    /* the same frames in every bin, not only over all */
    size_t *frames; /* strata (bins, or one): how many of them count in every session */
    size_t total;
    double active;    /* frames of activity that make a cell active on them */
    size_t informed;  /* active frames that information is taken from, at least */
    size_t cells;     /* registered ones, 0 where they are not */
    int64_t *id;      /* cells, ascending */
    double *expected; /* sessions x cells: active frames on the frames that count; NaN: not found */
    nd_information_tables tables;
} footing;

static int by_id(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static size_t stratum_of(const footing *on, const nd_session *session, size_t frame) {
    return on->by_bin ? (size_t)session->bin[frame] : 0;
}

/* A stretch of frames in one bin, or a block of time. */
typedef struct stretch {
    size_t first, count, stratum;
} stretch;

static size_t cut(const footing *on, const nd_session *session, stretch *made) {
    size_t n = 0, block = (size_t)fmax(1.0, BLOCK_SECONDS / session->frame_seconds);
    for (size_t f = 0; f < session->frames; f++) {
        size_t stratum = stratum_of(on, session, f);
        bool same =
            n > 0 && made[n - 1].stratum == stratum && (on->by_bin || made[n - 1].count < block);
        if (same)
            made[n - 1].count++;
        else
            made[n++] = (stretch){f, 1, stratum};
    }
    return n;
}

/* Marks the frames that count in one draw: whole stretches in random order, the last one of a
 * stratum cut to what is left. */
static void draw(const footing *on, stretch *of, size_t count, nd_stream *stream, size_t *left,
                 bool *counts, size_t frames) {
    memcpy(left, on->frames, (on->by_bin ? on->bins : 1) * sizeof *left);
    memset(counts, 0, frames * sizeof *counts);
    for (size_t i = 0; i < count; i++) {
        size_t j = i + nd_scale_bits(nd_stream_bits(stream), count - i);
        stretch taken = of[j];
        of[j] = of[i];
        of[i] = taken;
        size_t use = taken.count < left[taken.stratum] ? taken.count : left[taken.stratum];
        left[taken.stratum] -= use;
        for (size_t f = taken.first; f < taken.first + use; f++)
            counts[f] = true;
    }
}

/* Room for one session. */
typedef struct place {
    stretch *stretches;
    size_t *left, *event;
    bool *counts;
    uint32_t *bin;
    double *amount;
    double *chance; /* frames + 1: by how many active frames; 0: not yet known */
    nd_information_scratch scratch;
    nd_occupation occupation; /* by bin, of the frames that count */
} place;

/* Information in bit/spike of `use` of the cell's active frames that count, drawn at random. */
static double informed_by(const footing *on, const nd_session *session, size_t count, size_t use,
                          nd_stream *stream, place *room) {
    for (size_t i = 0; i < use; i++) {
        size_t j = i + nd_scale_bits(nd_stream_bits(stream), count - i), taken = room->event[j];
        room->event[j] = room->event[i];
        room->event[i] = taken;
        room->bin[i] = (uint32_t)session->bin[session->events.frame[taken]];
        room->amount[i] = 1.0;
    }
    return nd_event_information(&on->tables, &room->occupation, room->bin, room->amount, use,
                                &room->scratch);
}

static bool place_make(const footing *on, const nd_session *session, place *room, nd_error *error) {
    room->stretches = nd_array(session->frames, sizeof *room->stretches, error);
    room->left = nd_array(on->bins, sizeof *room->left, error);
    room->event = nd_array(session->frames, sizeof *room->event, error);
    room->counts = nd_array(session->frames, sizeof *room->counts, error);
    room->bin = nd_array(session->frames, sizeof *room->bin, error);
    room->amount = nd_doubles(session->frames, error);
    room->chance = nd_doubles(session->frames + 1, error);
    return room->chance && room->stretches && room->left && room->event && room->counts &&
           room->bin && room->amount && nd_occupation_make(on->bins, &room->occupation, error) &&
           nd_information_scratch_make(&on->tables, &room->scratch, error);
}

static void place_clear(place *room) {
    free(room->stretches);
    free(room->left);
    free(room->event);
    free(room->counts);
    free(room->bin);
    free(room->amount);
    free(room->chance);
    nd_occupation_clear(&room->occupation);
    nd_information_scratch_clear(&room->scratch);
}

/* What `count` active frames that know nothing of the place would seem to tell of it, in bit: the
 * mean of their naive information, with binomial numbers of them in a bin. */
static double chance_of(const nd_occupation *occupation, size_t bins, size_t count) {
    double sum = 0.0;
    for (size_t b = 0; b < bins; b++) {
        double p = (double)occupation->count[b] / (double)occupation->total;
        if (p > 0.0)
            sum += p * (nd_mean_log_count(count - 1, p) - log2((double)count * p));
    }
    return sum;
}

static void occupy(const footing *on, const nd_session *session, place *room) {
    memset(room->occupation.count, 0, on->bins * sizeof *room->occupation.count);
    for (size_t f = 0; f < session->frames; f++)
        room->occupation.count[session->bin[f]] += room->counts[f];
    nd_occupation_finish(&on->tables, &room->occupation);
}

/* How many active frames a cell's information is taken from: the fewest that it is expected to have
 * in a session, of those with enough; here it may happen to have less. */
static size_t frames_of_cell(const footing *on, const nd_session *session, size_t cell,
                             size_t count) {
    size_t fewest = SIZE_MAX;
    const int64_t *at =
        on->cells > 0 ? bsearch(&session->cell_id[cell], on->id, on->cells, sizeof *on->id, by_id)
                      : NULL;
    for (size_t s = 0; at && s < on->sessions; s++) {
        double expected = on->expected[s * on->cells + (size_t)(at - on->id)];
        if (expected >= (double)on->informed && (size_t)expected < fewest)
            fewest = (size_t)expected;
    }
    if (fewest == SIZE_MAX)
        fewest = on->informed;
    return fewest < count ? fewest : count;
}

/* Of one session: how many cells are active, and what they tell of the place, mean over draws. */
static bool measure(const footing *on, const nd_session *session, double cells,
                    nd_session_result *result, nd_error *error) {
    place room = {0};
    const nd_events *events = &session->events;
    uint64_t seed = nd_session_seed(session, on->recording->settings.seed);
    double active = 0.0, informed = 0.0, sum = 0.0;
    bool fine = place_make(on, session, &room, error);
    for (size_t r = 0; fine && r < REPETITIONS; r++) {
        nd_stream stream = nd_stream_at(seed, ND_FOR_FOOTING, 0, r);
        size_t stretches = cut(on, session, room.stretches);
        draw(on, room.stretches, stretches, &stream, room.left, room.counts, session->frames);
        occupy(on, session, &room);
        memset(room.chance, 0, (session->frames + 1) * sizeof *room.chance);
        for (size_t c = 0; c < session->cells; c++) {
            size_t count = 0;
            for (size_t e = events->start[c]; e < events->start[c + 1]; e++)
                if (events->amount[e] > 0.0 && room.counts[events->frame[e]])
                    room.event[count++] = e;
            active += (double)count >= on->active;
            if (count < on->informed)
                continue;
            nd_stream thinned = nd_stream_at(seed, ND_FOR_FOOTING, 1 + (uint32_t)c, r);
            size_t use = frames_of_cell(on, session, c, count);
            if (!(room.chance[use] > 0.0))
                room.chance[use] = chance_of(&room.occupation, on->bins, use);
            sum += informed_by(on, session, count, use, &thinned, &room) - room.chance[use];
            informed += 1.0;
        }
    }
    if (fine) {
        double *metric = result->metric;
        metric[ND_METRIC_EQUAL_FRAMES] = (double)on->total;
        metric[ND_METRIC_EQUAL_FRACTION_ACTIVE] = active / REPETITIONS / cells;
        metric[ND_METRIC_EQUAL_FRACTION_OF_FOUND] = active / REPETITIONS / (double)session->cells;
        metric[ND_METRIC_EQUAL_INFORMATION] = sum / informed;
    }
    place_clear(&room);
    return fine;
}

/* The frames that every session has: in every bin, or, where too few are left, over all. */
static bool find_common(const nd_session *sessions, footing *on, nd_error *error) {
    size_t shortest = SIZE_MAX, longest = 0;
    size_t *in_bin = nd_array(on->bins, sizeof *in_bin, error);
    on->frames = nd_array(on->bins, sizeof *on->frames, error);
    if (!in_bin || !on->frames) {
        free(in_bin);
        return false;
    }
    for (size_t s = 0; s < on->sessions; s++) {
        const nd_session *session = &sessions[s];
        shortest = session->frames < shortest ? session->frames : shortest;
        longest = session->frames > longest ? session->frames : longest;
        memset(in_bin, 0, on->bins * sizeof *in_bin);
        for (size_t f = 0; f < session->frames; f++)
            in_bin[session->bin[f]]++;
        for (size_t b = 0; b < on->bins; b++)
            if (s == 0 || in_bin[b] < on->frames[b])
                on->frames[b] = in_bin[b];
    }
    free(in_bin);
    for (size_t b = 0; b < on->bins; b++)
        on->total += on->frames[b];
    on->by_bin = (double)on->total >= LEAST_MATCHED * (double)shortest;
    if (!on->by_bin)
        on->total = on->frames[0] = shortest;
    double least = (double)on->recording->settings.minimum_active_frames;
    on->informed = least > LEAST_ACTIVE ? (size_t)least : (size_t)LEAST_ACTIVE;
    on->active = fmax(LEAST_ACTIVE, least * (double)on->total / (double)longest);
    return true;
}

/* --- what cells do that stay active --- */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Active frames of every cell of a session among the frames that count, in expectation. */
static bool expect(const footing *on, const nd_session *session, double *expected,
                   nd_error *error) {
    size_t strata = on->by_bin ? on->bins : 1;
    double *weight = nd_doubles(strata, error);
    if (!weight)
        return false;
    for (size_t f = 0; f < session->frames; f++)
        weight[stratum_of(on, session, f)] += 1.0;
    for (size_t k = 0; k < strata; k++)
        weight[k] = weight[k] > 0.0 ? (double)on->frames[k] / weight[k] : 0.0;
    const nd_events *events = &session->events;
    for (size_t c = 0; c < session->cells; c++) {
        expected[c] = 0.0;
        for (size_t e = events->start[c]; e < events->start[c + 1]; e++)
            if (events->amount[e] > 0.0)
                expected[c] += weight[stratum_of(on, session, events->frame[e])];
    }
    free(weight);
    return true;
}

/* The ids of all cells of the sessions, ascending; their number in *count. */
static int64_t *gather_ids(const nd_session *sessions, size_t of, size_t *count, nd_error *error) {
    size_t total = 0, n = 0;
    for (size_t s = 0; s < of; s++)
        total += sessions[s].cells;
    int64_t *ids = nd_array(total, sizeof *ids, error);
    *count = 0;
    if (!ids)
        return NULL;
    for (size_t s = 0; s < of; s++)
        for (size_t c = 0; c < sessions[s].cells; c++)
            ids[n++] = sessions[s].cell_id[c];
    qsort(ids, n, sizeof *ids, by_id);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || ids[i] != ids[*count - 1])
            ids[(*count)++] = ids[i];
    return ids;
}

/* Fills id, cells and expected. */
static bool know_cells(const nd_session *sessions, footing *on, nd_error *error) {
    size_t n = on->sessions;
    on->id = gather_ids(sessions, n, &on->cells, error);
    on->expected = on->id ? nd_doubles(n * on->cells, error) : NULL;
    bool fine = on->expected;
    for (size_t i = 0; fine && i < n * on->cells; i++)
        on->expected[i] = NAN;
    for (size_t s = 0; fine && s < n; s++) {
        double *expected = nd_doubles(sessions[s].cells, error);
        fine = expected && expect(on, &sessions[s], expected, error);
        for (size_t c = 0; fine && c < sessions[s].cells; c++) {
            const int64_t *at =
                bsearch(&sessions[s].cell_id[c], on->id, on->cells, sizeof *on->id, by_id);
            if (at)
                on->expected[s * on->cells + (size_t)(at - on->id)] = expected[c];
        }
        free(expected);
    }
    return fine;
}

/* The rate of the cells that are active, over what each has in the sessions in which it is: the
 * median over cells. A cell that falls silent has no part in it; all fade in fading detection. */
static bool follow_rates(const footing *on, nd_session_result *results, nd_error *error) {
    double *ratio = nd_doubles(on->cells, error);
    bool fine = ratio;
    for (size_t s = 0; ratio && s < on->sessions; s++) {
        size_t known = 0;
        for (size_t c = 0; c < on->cells; c++) {
            double sum = 0.0, times = 0.0, here = on->expected[s * on->cells + c];
            for (size_t k = 0; k < on->sessions; k++)
                if (on->expected[k * on->cells + c] >= 0.5 * on->active) {
                    sum += on->expected[k * on->cells + c];
                    times += 1.0;
                }
            if (here >= 0.5 * on->active && sum >= 2.0 * on->active * times)
                ratio[known++] = here / (sum / times);
        }
        qsort(ratio, known, sizeof *ratio, ascending);
        if (known >= 10)
            results[s].metric[ND_METRIC_EQUAL_RATE] =
                0.5 * (ratio[(known - 1) / 2] + ratio[known / 2]);
    }
    free(ratio);
    return fine;
}

static bool can_be_compared(const nd_session *sessions, size_t count) {
    for (size_t s = 0; s < count; s++)
        if (sessions[s].kind != ND_SESSION_ACTIVITY || sessions[s].bins != sessions[0].bins ||
            sessions[s].frames == 0 || sessions[s].cells == 0)
            return false;
    return count > 0;
}

bool nd_equal_footing(const nd_recording *recording, nd_group *group, nd_session_result *results,
                      nd_error *error) {
    const nd_session *sessions = &recording->sessions[group->first];
    footing on = {.recording = recording, .sessions = group->sessions, .bins = sessions[0].bins};
    if (!recording->settings.equalise || !can_be_compared(sessions, group->sessions))
        return true;
    bool registered = group->registered > 0;
    bool fine =
        find_common(sessions, &on, error) && (!registered || know_cells(sessions, &on, error));
    for (size_t s = 0; fine && s < on.sessions; s++) {
        nd_binned view = nd_binned_session(&sessions[s]);
        double cells = registered ? (double)group->registered : (double)sessions[s].cells;
        fine = nd_information_tables_make(&view, 1, &on.tables, error) &&
               measure(&on, &sessions[s], cells, &results[group->first + s], error);
        nd_information_tables_clear(&on.tables);
    }
    if (fine && registered)
        fine = follow_rates(&on, &results[group->first], error);
    free(on.frames);
    free(on.id);
    free(on.expected);
    return fine;
}
