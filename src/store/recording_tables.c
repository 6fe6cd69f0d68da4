/* Recording results as CSV. */
#include <stdio.h>

#include "base/error.h"
#include "base/locale.h"
#include "base/writer.h"
#include "store/recording_file.h"

/* A cell of a row, and the comma after it. */
static void put_text(nd_writer *to, const char *text) {
    nd_write_cell(to, text);
    nd_write(to, ",");
}

/* A number, empty where there is none, and what comes after it. */
static void put_number(nd_writer *to, double value, char end) {
    nd_write_number(to, value);
    nd_write(to, "%c", end);
}

static void put_identity(nd_writer *to, const nd_session_result *session) {
    put_text(to, session->label);
    put_text(to, session->animal);
    put_text(to, session->environment);
    put_text(to, session->direction);
    put_number(to, session->day, ',');
}

static bool finish(nd_writer *to, const nd_place *place) {
    bool fine = to->fine && nd_place_write(place, to->text->bytes, to->text->length, to->error);
    nd_buffer_free(to->text);
    return fine;
}

bool nd_recording_sessions_csv(const nd_recording_result *result, const nd_place *place,
                               nd_error *error) {
    ND_IN_C_LOCALE;
    const nd_metric_about *table = nd_metric_table();
    nd_buffer text = {0};
    nd_writer to = {&text, true, error};
    nd_write(&to, "session,animal,environment,direction,day,visit,frames_read,frames");
    for (size_t m = 0; m < ND_METRIC_COUNT; m++)
        nd_write(&to, ",%s,%s_error", table[m].name, table[m].name);
    nd_write(&to, "\n");
    for (size_t s = 0; s < result->sessions; s++) {
        const nd_session_result *session = &result->session[s];
        put_identity(&to, session);
        nd_write(&to, "%zu,%zu,%zu", session->visit, session->frames_read, session->frames);
        for (size_t m = 0; m < ND_METRIC_COUNT; m++) {
            nd_write(&to, ",");
            put_number(&to, session->metric[m], ',');
            nd_write_number(&to, session->error[m]);
        }
        nd_write(&to, "\n");
    }
    return finish(&to, place);
}

static void put_cell(nd_writer *to, const nd_session_result *session, const nd_cell_result *cell) {
    put_identity(to, session);
    nd_write(to, "%zu,%lld,", cell->index, (long long)cell->id);
    put_number(to, cell->active_frames, ',');
    put_number(to, cell->rate, ',');
    put_number(to, cell->p_value, ',');
    nd_write(to, "%d", cell->place_cell);
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        nd_write(to, ",");
        put_number(to, cell->information[k], ',');
        for (size_t m = 0; m < ND_CORRECTIONS; m++)
            if (m + 1 < ND_CORRECTIONS)
                put_number(to, cell->corrected[m][k], ',');
            else
                nd_write_number(to, cell->corrected[m][k]);
    }
    nd_write(to, "\n");
}

bool nd_recording_cells_csv(const nd_recording_result *result, const nd_place *place,
                            nd_error *error) {
    ND_IN_C_LOCALE;
    static const char *const names[ND_INFORMATIONS] = {"si_bit_spike", "si_bit_second", "mi"};
    nd_buffer text = {0};
    nd_writer to = {&text, true, error};
    nd_write(&to, "session,animal,environment,direction,day,cell,id,active_frames,rate,p_value,"
                  "place_cell");
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        nd_write(&to, ",%s", names[k]);
        for (size_t m = 0; m < ND_CORRECTIONS; m++)
            nd_write(&to, ",%s_%s", names[k], nd_correction_name((nd_correction)m));
    }
    nd_write(&to, "\n");
    for (size_t s = 0; s < result->sessions; s++)
        for (size_t i = 0; i < result->session[s].active; i++)
            put_cell(&to, &result->session[s], &result->session[s].cell[i]);
    return finish(&to, place);
}

bool nd_recording_statistics_csv(const nd_recording_result *result, const nd_place *place,
                                 nd_error *error) {
    ND_IN_C_LOCALE;
    const nd_metric_about *table = nd_metric_table();
    nd_buffer text = {0};
    nd_writer to = {&text, true, error};
    char slope[256];
    snprintf(slope, sizeof slope, "slope_per_%s", result->time_name);
    nd_write(&to, "curve,metric,members,n,");
    put_text(&to, slope);
    nd_write(&to, "slope_error,t,degrees,p,change,change_low,change_high\n");
    for (size_t c = 0; c < result->curves; c++)
        for (size_t m = 0; m < ND_METRIC_COUNT; m++) {
            const nd_metric_course *course = &result->curve[c].course[m];
            if (course->line.count < 2)
                continue;
            put_text(&to, result->curve[c].name);
            nd_write(&to, "%s,%zu,%zu,", table[m].name, result->curve[c].members,
                     course->line.count);
            const double values[] = {course->line.slope,   course->line.slope_error, course->line.t,
                                     course->line.degrees, course->line.p,           course->change,
                                     course->change_low,   course->change_high};
            for (size_t i = 0; i < 8; i++)
                put_number(&to, values[i], i < 7 ? ',' : '\n');
        }
    return finish(&to, place);
}
