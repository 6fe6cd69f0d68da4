#include "population.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { BINS = 20, PLACES = 201 };
static const double FRAME_SECONDS = 0.1;

#define STILL .narrowing = 1, .running = {1, 1}, .seen = {1, 1}
const population_scenario population_scenarios[] = {
    {.name = "stable", STILL},
    {.name = "drift", .truth = POPULATION_NULL_DRIFT, STILL, .wander = 0.04},
    {.name = "drift-slow", .truth = POPULATION_SMALL_DRIFT, STILL, .wander = 0.015},
    {.name = "sparsify",
     .truth = POPULATION_DIRECTED,
     .silent = 0.35,
     .narrowing = 0.95,
     .running = {1, 1},
     .seen = {1, 1}},
    {.name = "sparsify-small",
     .truth = POPULATION_SMALL_DIRECTED,
     .silent = 0.18,
     .narrowing = 0.975,
     .running = {1, 1},
     .seen = {1, 1}},
    {.name = "less-running", .narrowing = 1, .running = {1, 0.5}, .seen = {1, 1}},
    {.name = "least-running", .narrowing = 1, .running = {1, 1.0 / 3}, .seen = {1, 1}},
    {.name = "less-running-drift",
     .truth = POPULATION_NULL_DRIFT,
     .wander = 0.04,
     .narrowing = 1,
     .running = {1, 0.5},
     .seen = {1, 1}},
    {.name = "more-running-sparsify",
     .truth = POPULATION_DIRECTED,
     .silent = 0.35,
     .narrowing = 0.95,
     .running = {0.5, 1},
     .seen = {1, 1}},
    {.name = "lost-registration", STILL, .lost = {0.05, 0.35}},
    {.name = "fading", .narrowing = 1, .running = {1, 1}, .seen = {1, 0.6}},
    {.name = "tilting", STILL, .tilt = {-2, 2}},
    {.name = "moving-stretch", STILL, .from = {0, 0.3}, .stretch = 0.7},
    {.name = "day-effects", STILL, .day_effect = 0.2, .day_correlation = 0.5, .environments = 2},
    {.name = "animals-leave", STILL, .animals = 3, .early = 2},
    {.name = "bursts", STILL, .burst = 8},
    {.name = NULL}};

const population_scenario *population_find(const char *name) {
    for (const population_scenario *at = population_scenarios; at->name; at++)
        if (strcmp(at->name, name) == 0)
            return at;
    return NULL;
}

population_size population_usual(void) {
    return (population_size){8, 150, 6000, false};
}

static double between(const double ends[2], size_t session, size_t sessions) {
    double share = sessions > 1 ? (double)session / (double)(sessions - 1) : 0.0;
    return ends[0] + share * (ends[1] - ends[0]);
}

/* The cells of an animal in an environment, as they are in the session at hand. */
typedef struct cells {
    size_t count;
    double *rate, *base, *centre, *width;
    size_t *order;            /* those first in it fall silent first */
    double (*tuning)[PLACES]; /* rate over its mean along the track */
} cells;

static cells cells_make(population_size size, nd_stream *stream) {
    size_t n = size.cells;
    cells made = {.count = n,
                  .rate = calloc(n, sizeof(double)),
                  .base = calloc(n, sizeof(double)),
                  .centre = calloc(n, sizeof(double)),
                  .width = calloc(n, sizeof(double)),
                  .order = calloc(n, sizeof(size_t)),
                  .tuning = calloc(n, sizeof *made.tuning)};
    for (size_t c = 0; c < n; c++) {
        made.rate[c] = exp(log(size.mixed ? 0.03 : 0.05) + 0.8 * nd_stream_gaussian(stream));
        made.centre[c] = nd_stream_uniform(stream);
        made.width[c] = exp(log(0.08) + 0.3 * nd_stream_gaussian(stream));
        double draw = nd_stream_uniform(stream);
        made.base[c] = size.mixed ? draw : draw < 0.75 ? 0.1 : 1.0;
        made.order[c] = c;
    }
    for (size_t i = n; i-- > 1;) {
        size_t j = nd_stream_below(stream, i + 1), kept = made.order[i];
        made.order[i] = made.order[j];
        made.order[j] = kept;
    }
    return made;
}

static void cells_free(cells *made) {
    free(made->rate);
    free(made->base);
    free(made->centre);
    free(made->width);
    free(made->order);
    free(made->tuning);
}

static void tune(cells *of) {
    for (size_t c = 0; c < of->count; c++) {
        double sum = 0.0, *field = of->tuning[c];
        for (size_t k = 0; k < PLACES; k++) {
            double away = ((double)k / (PLACES - 1) - of->centre[c]) / of->width[c];
            field[k] = exp(-0.5 * away * away);
            sum += field[k];
        }
        for (size_t k = 0; k < PLACES; k++)
            field[k] = of->base[c] + (1.0 - of->base[c]) * field[k] * PLACES / sum;
    }
}

/* To the next session: fields wander, reflected at the ends, and narrow. */
static void change(cells *of, const population_scenario *scenario, nd_stream *stream) {
    for (size_t c = 0; c < of->count; c++) {
        double centre = fabs(of->centre[c] + scenario->wander * nd_stream_gaussian(stream));
        of->centre[c] = centre > 1.0 ? 2.0 - centre : centre;
        of->width[c] *= scenario->narrowing;
    }
}

/* Running to and fro within [from, to]. */
static void run(double *position, size_t frames, double from, double to, double tilt,
                nd_stream *stream) {
    double x = from, way = 1.0, lap = 0.02 * exp(0.2 * nd_stream_gaussian(stream));
    for (size_t f = 0; f < frames; f++) {
        position[f] = x;
        x += way * lap * exp(tilt * (x - 0.5)) * (1.0 + 0.2 * nd_stream_gaussian(stream));
        if (x > to || x < from) {
            x = x > to ? 2.0 * to - x : 2.0 * from - x;
            way = -way;
            lap = 0.02 * exp(0.2 * nd_stream_gaussian(stream));
        }
        x = fmin(fmax(x, from), to);
    }
}

/* Events of one cell: candidate frames at the highest rate it reaches, each kept by its place.
 * Returns how many, at most frames, into `frame`. */
static size_t fire(const double *tuning, double rate, const uint8_t *place, size_t frames,
                   size_t burst, uint32_t *frame, nd_stream *stream) {
    double most = 0.0;
    size_t count = 0, length = burst ? burst : 1;
    for (size_t k = 0; k < PLACES; k++)
        most = fmax(most, tuning[k]);
    double chance = fmin(rate * most * FRAME_SECONDS / (double)length, 0.999);
    double log_not = log1p(-chance);
    for (double f = floor(log(nd_stream_uniform(stream)) / log_not); f < (double)frames;
         f += 1.0 + floor(log(nd_stream_uniform(stream)) / log_not)) {
        if (nd_stream_uniform(stream) * most >= tuning[place[(size_t)f]])
            continue;
        for (size_t k = 0; k < length && f + (double)k < (double)frames; k++) {
            uint32_t at = (uint32_t)f + (uint32_t)k;
            if (count == 0 || frame[count - 1] < at)
                frame[count++] = at;
        }
    }
    return count;
}

static char *text_of(const char *format, size_t number) {
    char text[32];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, format, number);
#pragma GCC diagnostic pop
    return strdup(text);
}

static void identify(nd_session *session, size_t animal, size_t environment, size_t day) {
    session->kind = ND_SESSION_ACTIVITY;
    session->label = text_of("day %zu", day);
    session->animal = text_of("m%zu", animal + 1);
    session->environment = text_of("E%zu", environment + 1);
    session->direction = strdup("");
    session->file = strdup("made");
    session->day = (double)day;
    session->visit = (day + 1) / 2;
    session->exposure = NAN;
    session->bins = session->bins_x = BINS;
    session->bins_y = session->bins_direction = 1;
    session->frame_seconds = FRAME_SECONDS;
    session->counts = true;
}

/* What the animal did: position, bins and occupancy; `place` is the position among PLACES. */
static void move_about(nd_session *session, const population_scenario *scenario, size_t frames,
                       size_t day, size_t days, uint8_t *place, nd_stream *stream) {
    double from = between(scenario->from, day, days);
    double to = scenario->stretch > 0.0 ? from + scenario->stretch : 1.0;
    session->frames = session->frames_read = frames;
    session->position = calloc(frames, sizeof(double));
    session->time = calloc(frames, sizeof(double));
    session->bin = calloc(frames, sizeof *session->bin);
    session->occupancy = calloc(BINS, sizeof(double));
    run(session->position, frames, from, to, between(scenario->tilt, day, days), stream);
    for (size_t f = 0; f < frames; f++) {
        double x = session->position[f];
        session->time[f] = FRAME_SECONDS * (double)f;
        session->bin[f] = (int64_t)fmin(BINS - 1, floor(x * BINS));
        session->occupancy[session->bin[f]] += FRAME_SECONDS;
        place[f] = (uint8_t)lrint(x * (PLACES - 1));
    }
}

static void record(nd_session *session, const population_scenario *scenario, cells *of,
                   size_t frames, size_t day, size_t days, double day_effect, nd_stream *stream) {
    uint8_t *place = calloc(frames, 1);
    move_about(session, scenario, frames, day, days, place, stream);
    double lost = between(scenario->lost, day, days), seen = between(scenario->seen, day, days);
    double share = days > 1 ? (double)day / (double)(days - 1) : 0.0;
    size_t silent = (size_t)lrint((double)of->count * scenario->silent * share), room = 0, n = 0;
    bool *quiet = calloc(of->count, sizeof *quiet);
    for (size_t i = 0; i < silent; i++)
        quiet[of->order[i]] = true;
    session->cell_id = calloc(of->count, sizeof *session->cell_id);
    session->events.start = calloc(of->count + 1, sizeof *session->events.start);
    uint32_t *frame = calloc(frames, sizeof *frame);
    tune(of);
    for (size_t c = 0; c < of->count; c++) {
        if (nd_stream_uniform(stream) < lost)
            continue;
        double rate = of->rate[c] * seen * exp(day_effect) * (quiet[c] ? 0.02 : 1.0);
        size_t count = fire(of->tuning[c], rate, place, frames, scenario->burst, frame, stream);
        size_t start = session->events.start[n];
        if (start + count > room) {
            room = 2 * (start + count);
            session->events.frame = realloc(session->events.frame, room * sizeof *frame);
        }
        if (count > 0)
            memcpy(session->events.frame + start, frame, count * sizeof *frame);
        session->cell_id[n++] = (int64_t)c;
        session->events.start[n] = start + count;
    }
    session->cells = n;
    size_t events = session->events.start[n];
    session->events.amount = calloc(events + 1, sizeof(double));
    for (size_t e = 0; e < events; e++)
        session->events.amount[e] = 1.0;
    free(frame);
    free(quiet);
    free(place);
}

static nd_stream stream_of(uint64_t seed, size_t animal, size_t environment, size_t what) {
    uint32_t unit = (uint32_t)(1000 + 100 * animal + 10 * environment + what);
    return nd_stream_at(seed, ND_FOR_TEST, unit, 0);
}

static double *effects_of_days(const population_scenario *scenario, size_t days, uint64_t seed,
                               size_t animal) {
    nd_stream stream = stream_of(seed, animal, 9, 9);
    double *effect = calloc(days, sizeof *effect), rho = scenario->day_correlation;
    for (size_t d = 0; d < days; d++) {
        double fresh = nd_stream_gaussian(&stream);
        effect[d] = d == 0 ? fresh : rho * effect[d - 1] + sqrt(1.0 - rho * rho) * fresh;
    }
    for (size_t d = 0; d < days; d++)
        effect[d] *= scenario->day_effect;
    return effect;
}

static size_t sessions_of(const population_scenario *scenario, population_size size,
                          size_t animal) {
    return animal < scenario->early ? size.sessions / 2 : size.sessions;
}

nd_recording *population_make(const population_scenario *scenario, population_size size,
                              uint64_t seed) {
    size_t animals = scenario->animals ? scenario->animals : 1, n = 0;
    size_t environments = scenario->environments ? scenario->environments : 1;
    nd_recording *recording = calloc(1, sizeof *recording);
    nd_settings_default(&recording->settings);
    recording->settings.rate_map_smoothing = 1.0;
    recording->settings.seed = seed;
    recording->name = strdup(scenario->name);
    recording->manifest = strdup("made");
    recording->position_unit = strdup("track");
    recording->activity_unit = strdup("events");
    recording->day_name = strdup("day");
    recording->sessions = calloc(animals * environments * size.sessions, sizeof(nd_session));
    for (size_t a = 0; a < animals; a++) {
        size_t days = sessions_of(scenario, size, a);
        double *effect = effects_of_days(scenario, size.sessions, seed, a);
        for (size_t e = 0; e < environments; e++) {
            nd_stream stream = stream_of(seed, a, e, 0), made = stream_of(seed, a, e, 1);
            cells of = cells_make(size, &made);
            for (size_t d = 0; d < days; d++, n++) {
                nd_session *session = &recording->sessions[n];
                double run = between(scenario->running, d, size.sessions);
                identify(session, a, e, 2 * d + 1);
                record(session, scenario, &of, (size_t)(run * (double)size.frames), d,
                       size.sessions, effect[d], &stream);
                change(&of, scenario, &made);
            }
            cells_free(&of);
        }
        free(effect);
    }
    recording->sessions_count = n;
    return recording;
}

void population_information(const population_scenario *scenario, population_size size,
                            uint64_t seed, const nd_recording *recording, size_t index,
                            double *information) {
    const nd_session *session = &recording->sessions[index];
    nd_stream made = stream_of(seed, 0, 0, 1);
    cells of = cells_make(size, &made);
    for (size_t d = 0; d < index; d++)
        change(&of, scenario, &made);
    tune(&of);
    for (size_t i = 0; i < session->cells; i++) {
        const double *tuning = of.tuning[session->cell_id[i]];
        double in_bin[BINS] = {0}, mean = 0.0;
        /* A burst goes on wherever the animal runs: the rate is that of the frames before, too. */
        size_t length = scenario->burst ? scenario->burst : 1;
        for (size_t f = 0; f < session->frames; f++)
            for (size_t k = 0; k < length && k <= f; k++)
                in_bin[session->bin[f]] +=
                    tuning[lrint(session->position[f - k] * (PLACES - 1))] / (double)length;
        for (size_t b = 0; b < BINS; b++)
            mean += in_bin[b] / (double)session->frames;
        information[i] = 0.0;
        for (size_t b = 0; b < BINS; b++) {
            double share = session->occupancy[b] / FRAME_SECONDS / (double)session->frames;
            if (share > 0.0) {
                double rate = in_bin[b] / (double)session->frames / share / mean;
                information[i] += share * rate * log2(rate);
            }
        }
    }
    cells_free(&of);
}
