#include "made_recording.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "measure/events.h"
#include "support.h"

nd_recording *made_recording(size_t sessions) {
    nd_recording *recording = calloc(1, sizeof *recording);
    nd_settings_default(&recording->settings);
    recording->settings.shuffles = 0;
    recording->settings.scaled_shuffle_reduction = false;
    recording->settings.bounded_asymptotic_extrapolation = false;
    recording->name = strdup("made");
    recording->manifest = strdup("made.yaml");
    recording->position_unit = strdup("bin");
    recording->activity_unit = strdup("spikes");
    recording->day_name = strdup("day");
    recording->sessions_count = sessions;
    recording->sessions = calloc(sessions, sizeof *recording->sessions);
    return recording;
}

static nd_session *name_session(nd_recording *recording, size_t index, const char *animal,
                                const char *environment, double day, size_t visit) {
    nd_session *session = &recording->sessions[index];
    char label[32];
    snprintf(label, sizeof label, "day %g", day);
    session->label = strdup(label);
    session->animal = strdup(animal);
    session->environment = strdup(environment);
    session->direction = strdup("");
    session->file = strdup("made");
    session->notes = strdup("");
    session->cells_are = strdup("");
    session->led_to = strdup("");
    session->day = day;
    session->visit = visit;
    session->exposure = NAN;
    return session;
}

void made_metrics(nd_recording *recording, size_t index, const char *animal,
                  const char *environment, double day, size_t visit, nd_given_metrics given) {
    nd_session *session = name_session(recording, index, animal, environment, day, visit);
    session->kind = ND_SESSION_METRICS;
    session->given = given;
}

void made_place_cells(nd_recording *recording, size_t index, const char *animal,
                      const char *environment, double day, size_t cells, const bool *active,
                      const double *centre, double width, uint64_t seed) {
    enum { FRAMES = 2000, BINS = 20 };
    double *activity = calloc(FRAMES * cells, sizeof *activity);
    int64_t bin[FRAMES];
    nd_stream stream = nd_stream_at(seed, ND_FOR_TEST, (uint32_t)index, 0);
    for (size_t f = 0; f < FRAMES; f++) {
        size_t along = f % 80;
        bin[f] = (int64_t)((along < 40 ? along : 79 - along) / 2);
        for (size_t c = 0; c < cells; c++) {
            double away = ((double)bin[f] - centre[c]) / width;
            double rate = active[c] ? 0.3 * exp(-0.5 * away * away) + 0.002 : 0.0;
            activity[f * cells + c] = nd_stream_uniform(&stream) < rate;
        }
    }
    nd_sparse_activity sparse;
    nd_error error = {0};
    assert_fine(nd_sparse_activity_from(activity, FRAMES, cells, bin, BINS, 0.1, &sparse, &error),
                &error);
    free(activity);
    nd_session *session = name_session(recording, index, animal, environment, day, index + 1);
    session->kind = ND_SESSION_ACTIVITY;
    session->frames = session->frames_read = FRAMES;
    session->cells = cells;
    session->bins = session->bins_x = BINS;
    session->bins_y = session->bins_direction = 1;
    session->frame_seconds = 0.1;
    session->events = sparse.events;
    session->counts = true;
    session->bin = sparse.bin;
    session->occupancy = calloc(BINS, sizeof *session->occupancy);
    for (size_t f = 0; f < FRAMES; f++)
        session->occupancy[bin[f]] += 0.1;
    session->cell_id = calloc(cells, sizeof *session->cell_id);
    for (size_t c = 0; c < cells; c++)
        session->cell_id[c] = (int64_t)(100 + c);
    assert_fine(nd_session_check(session, &error), &error);
}
