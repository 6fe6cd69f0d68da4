/* Recording results as CSV, and as what a terminal shows. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "store/recording_file.h"

/* Text that grows; after a failure nothing more is added. */
typedef struct writer {
    nd_buffer *text;
    bool fine;
    nd_error *error;
} writer;

static void put(writer *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(writer *to, const char *format, ...) {
    char piece[2048];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    size_t used = (size_t)length < sizeof piece ? (size_t)length : sizeof piece - 1;
    to->fine = to->fine && nd_buffer_put(to->text, piece, used, to->error);
}

/* A text as a CSV field: quoted where it must be. */
static void put_text(writer *to, const char *text) {
    if (strpbrk(text, ",\"\r\n") == NULL) {
        put(to, "%s,", text);
        return;
    }
    put(to, "\"");
    for (; *text; text++)
        put(to, *text == '"' ? "\"\"" : "%c", *text);
    put(to, "\",");
}

/* A number, empty where there is none, then `end`. */
static void put_number(writer *to, double value, char end) {
    if (isnan(value))
        put(to, "%c", end);
    else
        put(to, "%.10g%c", value, end);
}

static void put_identity(writer *to, const nd_session_result *session) {
    put_text(to, session->label);
    put_text(to, session->animal);
    put_text(to, session->environment);
    put_text(to, session->direction);
    put_number(to, session->day, ',');
}

static bool finish(writer *to, const char *path) {
    bool fine = to->fine && nd_write_file(path, to->text->bytes, to->text->length, to->error);
    nd_buffer_free(to->text);
    return fine;
}

bool nd_recording_sessions_csv(const nd_recording_result *result, const char *path,
                               nd_error *error) {
    const nd_metric_about *table = nd_metric_table();
    nd_buffer text = {0};
    writer to = {&text, true, error};
    put(&to, "session,animal,environment,direction,day,visit,frames_read,frames");
    for (size_t m = 0; m < ND_METRICS; m++)
        put(&to, ",%s,%s_error", table[m].name, table[m].name);
    put(&to, "\n");
    for (size_t s = 0; s < result->sessions; s++) {
        const nd_session_result *session = &result->session[s];
        put_identity(&to, session);
        put(&to, "%zu,%zu,%zu", session->visit, session->frames_read, session->frames);
        for (size_t m = 0; m < ND_METRICS; m++) {
            put(&to, ",");
            put_number(&to, session->metric[m], ',');
            if (!isnan(session->error[m]))
                put(&to, "%.10g", session->error[m]);
        }
        put(&to, "\n");
    }
    return finish(&to, path);
}

static void put_cell(writer *to, const nd_session_result *session, const nd_cell_result *cell) {
    put_identity(to, session);
    put(to, "%zu,%lld,", cell->index, (long long)cell->id);
    put_number(to, cell->active_frames, ',');
    put_number(to, cell->rate, ',');
    put_number(to, cell->p_value, ',');
    put(to, "%d", cell->place_cell);
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        put(to, ",");
        put_number(to, cell->information[k], ',');
        for (size_t m = 0; m < ND_CORRECTIONS; m++)
            if (m + 1 < ND_CORRECTIONS)
                put_number(to, cell->corrected[m][k], ',');
            else if (!isnan(cell->corrected[m][k]))
                put(to, "%.10g", cell->corrected[m][k]);
    }
    put(to, "\n");
}

bool nd_recording_cells_csv(const nd_recording_result *result, const char *path, nd_error *error) {
    static const char *const names[ND_INFORMATIONS] = {"si_bit_spike", "si_bit_second", "mi"};
    nd_buffer text = {0};
    writer to = {&text, true, error};
    put(&to, "session,animal,environment,direction,day,cell,id,active_frames,rate,p_value,"
             "place_cell");
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        put(&to, ",%s", names[k]);
        for (size_t m = 0; m < ND_CORRECTIONS; m++)
            put(&to, ",%s_%s", names[k], nd_correction_name((nd_correction)m));
    }
    put(&to, "\n");
    for (size_t s = 0; s < result->sessions; s++)
        for (size_t i = 0; i < result->session[s].active; i++)
            put_cell(&to, &result->session[s], &result->session[s].cell[i]);
    return finish(&to, path);
}

bool nd_recording_statistics_csv(const nd_recording_result *result, const char *path,
                                 nd_error *error) {
    const nd_metric_about *table = nd_metric_table();
    nd_buffer text = {0};
    writer to = {&text, true, error};
    put(&to,
        "curve,metric,members,n,slope_per_%s,slope_error,t,degrees,p,change,change_low,"
        "change_high\n",
        result->time_name);
    for (size_t c = 0; c < result->curves; c++)
        for (size_t m = 0; m < ND_METRICS; m++) {
            const nd_course *course = &result->curve[c].course[m];
            if (course->line.count < 2)
                continue;
            put_text(&to, result->curve[c].name);
            put(&to, "%s,%zu,%zu,", table[m].name, result->curve[c].members, course->line.count);
            const double values[] = {course->line.slope,   course->line.slope_error, course->line.t,
                                     course->line.degrees, course->line.p,           course->change,
                                     course->change_low,   course->change_high};
            for (size_t i = 0; i < 8; i++)
                put_number(&to, values[i], i < 7 ? ',' : '\n');
        }
    return finish(&to, path);
}

/* A number in a column of the terminal's table, or a dash. */
static void put_column(writer *to, int width, const char *format, double value) {
    char number[32];
    /* The formats are the literals below. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(number, sizeof number, format, value);
#pragma GCC diagnostic pop
    put(to, "%*s", width, isnan(value) ? "-" : number);
}

bool nd_recording_summary(const nd_recording_result *result, nd_buffer *text, nd_error *error) {
    static const struct {
        const char *head, *format;
        int width;
        size_t metric;
    } columns[] = {
        {"cells", "%.0f", 7, ND_METRIC_CELLS},
        {"active", "%.0f", 8, ND_METRIC_ACTIVE_CELLS},
        {"of all", "%.3f", 8, ND_METRIC_FRACTION_ACTIVE},
        {"place", "%.3f", 8, ND_METRIC_PLACE_SHARE},
        {"SI", "%.3f", 8, ND_METRIC_INFORMATION},
        {"SI place", "%.3f", 10, ND_METRIC_PLACE_INFORMATION},
        {"SSR", "%.3f", 8,
         ND_METRIC_CORRECTED + ND_CORRECTION_SCALED_SHUFFLE_REDUCTION * ND_INFORMATIONS},
        {"BAE", "%.3f", 8,
         ND_METRIC_CORRECTED + ND_CORRECTION_BOUNDED_ASYMPTOTIC_EXTRAPOLATION * ND_INFORMATIONS},
        {"MI place", "%.4f", 10, ND_METRIC_PLACE_INFORMATION + ND_INFORMATION_MUTUAL},
        {"halves r", "%.2f", 10, ND_METRIC_RELIABILITY},
        {"first r", "%.2f", 9, ND_METRIC_MAP_CORRELATION},
    };
    enum { COLUMNS = sizeof columns / sizeof *columns };
    writer to = {text, true, error};
    for (size_t g = 0; g < result->groups; g++) {
        const nd_group *group = &result->group[g];
        put(&to, "%s\n%-16s%8s", group->name, "  session", result->day_name);
        for (size_t i = 0; i < COLUMNS; i++)
            put(&to, "%*s", columns[i].width, columns[i].head);
        put(&to, "\n");
        for (size_t s = group->first; s < group->first + group->sessions; s++) {
            const nd_session_result *session = &result->session[s];
            put(&to, "  %-14.14s%8.4g", session->label, session->day);
            for (size_t i = 0; i < COLUMNS; i++)
                put_column(&to, columns[i].width, columns[i].format,
                           session->metric[columns[i].metric]);
            put(&to, "\n");
        }
    }
    put(&to, "(active: of all cells registered, or found; place: of the active; SI in bit/spike,"
             " MI in bit)\n\n");
    for (size_t c = 0; c < result->curves; c++)
        put(&to, "%s\n", result->verdict[c].text);
    to.fine = to.fine && nd_buffer_put(text, "", 1, error);
    return to.fine;
}
