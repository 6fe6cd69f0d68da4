#include "api/analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "sessions/followed_sessions.h"

enum { TABLES = ND_TABLE_DRIFT + 1, MOST_COLUMNS = 160, ROOM = 80 };

/* A column, its texts' own words, and room for what no constant says. */
typedef struct column {
    char name[ROOM], unit[ROOM];
    const char *definition;
    double *numbers;
    const char **texts; /* of the result */
} column;

typedef struct table {
    size_t rows, count;
    column *column; /* MOST_COLUMNS */
} table;

struct nd_analysis {
    nd_recording_result *result;
    table table[TABLES];
    struct units *units; /* of the rows of drift */
};

void nd_analysis_free(nd_analysis *analysis) {
    if (!analysis)
        return;
    for (size_t t = 0; t < TABLES; t++) {
        for (size_t c = 0; analysis->table[t].column && c < analysis->table[t].count; c++) {
            free(analysis->table[t].column[c].numbers);
            free(analysis->table[t].column[c].texts);
        }
        free(analysis->table[t].column);
    }
    free(analysis->units);
    nd_recording_result_free(analysis->result);
    free(analysis);
}

/* A new column of numbers (or texts); NULL where memory is out. */
static column *add(table *to, const char *name, const char *unit, const char *definition,
                   bool texts, nd_error *error) {
    if (to->count == MOST_COLUMNS) {
        nd_fail(error, name, NULL, "a table has no room for another column");
        return NULL;
    }
    column *made = &to->column[to->count];
    snprintf(made->name, sizeof made->name, "%s", name);
    snprintf(made->unit, sizeof made->unit, "%s", texts || unit[0] ? unit : "1");
    made->definition = definition;
    if (texts)
        made->texts = nd_array(to->rows, sizeof *made->texts, error);
    else
        made->numbers = nd_doubles(to->rows, error);
    to->count += made->texts || made->numbers;
    return made->texts || made->numbers ? made : NULL;
}

/* ---- Sessions ---- */

/* What a row of cells and of sessions begins with. */
static bool add_identity(table *to, nd_error *error) {
    return add(to, "session", "", "its label", true, error) &&
           add(to, "animal", "", "", true, error) && add(to, "environment", "", "", true, error) &&
           add(to, "direction", "", "", true, error) && add(to, "day", "", "", false, error);
}

static void put_identity(table *to, size_t row, const nd_session_result *session) {
    const char *const texts[] = {session->label, session->animal, session->environment,
                                 session->direction};
    for (size_t k = 0; k < 4; k++)
        to->column[k].texts[row] = texts[k];
    to->column[4].numbers[row] = session->day;
}

static bool add_metrics(const nd_recording_result *result, table *to, nd_error *error) {
    const nd_metric_about *about = nd_metric_table();
    bool fine = true;
    for (size_t m = 0; fine && m < ND_METRIC_COUNT; m++) {
        char unit[ROOM], name[ROOM];
        const char *recorded = nd_recorded_unit(result, about[m].unit, unit, sizeof unit);
        snprintf(name, sizeof name, "%.70s_error", about[m].name);
        column *value = add(to, about[m].name, recorded, about[m].definition, false, error);
        column *deviation =
            value ? add(to, name, recorded, "standard error over cells", false, error) : NULL;
        for (size_t s = 0; deviation && s < result->sessions; s++) {
            value->numbers[s] = result->session[s].metric[m];
            deviation->numbers[s] = result->session[s].error[m];
        }
        fine = deviation != NULL;
    }
    return fine;
}

static bool make_sessions(const nd_recording_result *result, table *to, nd_error *error) {
    to->rows = result->sessions;
    column *visit, *read, *frames;
    if (!add_identity(to, error) ||
        !(visit = add(to, "visit", "", "how often the animal has been there", false, error)) ||
        !(read = add(to, "frames_read", "frames", "", false, error)) ||
        !(frames = add(to, "frames", "frames", "those that count", false, error)))
        return false;
    for (size_t s = 0; s < result->sessions; s++) {
        put_identity(to, s, &result->session[s]);
        visit->numbers[s] = (double)result->session[s].visit;
        read->numbers[s] = (double)result->session[s].frames_read;
        frames->numbers[s] = (double)result->session[s].frames;
    }
    return add_metrics(result, to, error);
}

/* ---- Cells ---- */

static bool add_cells(const nd_recording_result *result, table *to, nd_error *error) {
    static const char *const names[ND_INFORMATIONS] = {"si_bit_spike", "si_bit_second", "mi"};
    static const char *const units[ND_INFORMATIONS] = {"bit/event", "bit/s", "bit"};
    bool fine = add_identity(to, error) &&
                add(to, "cell", "", "its place in the session", false, error) &&
                add(to, "id", "", "who it is, where cells are registered", false, error) &&
                add(to, "active_frames", "frames", "", false, error) &&
                add(to, "rate", "1/s", "amount per second", false, error) &&
                add(to, "p_value", "", "of the shuffle test", false, error) &&
                add(to, "place_cell", "", "1 where p is below the threshold", false, error);
    for (size_t k = 0; fine && k < ND_INFORMATIONS; k++) {
        char text[ROOM], name[ROOM];
        const char *unit = nd_recorded_unit(result, units[k], text, sizeof text);
        fine = add(to, names[k], unit, "naive", false, error) != NULL;
        for (size_t m = 0; fine && m < ND_CORRECTIONS; m++) {
            snprintf(name, sizeof name, "%s_%s", names[k], nd_correction_name((nd_correction)m));
            fine = add(to, name, unit, "corrected for limited sampling", false, error) != NULL;
        }
    }
    return fine;
}

static void put_cell(table *to, size_t row, const nd_session_result *session,
                     const nd_cell_result *cell) {
    const double numbers[] = {(double)cell->index, (double)cell->id, cell->active_frames,
                              cell->rate,          cell->p_value,    cell->place_cell};
    size_t at = 5;
    put_identity(to, row, session);
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
        to->column[at++].numbers[row] = numbers[k];
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        to->column[at++].numbers[row] = cell->information[k];
        for (size_t m = 0; m < ND_CORRECTIONS; m++)
            to->column[at++].numbers[row] = cell->corrected[m][k];
    }
}

static bool make_cells(const nd_recording_result *result, table *to, nd_error *error) {
    for (size_t s = 0; s < result->sessions; s++)
        to->rows += result->session[s].active;
    if (!add_cells(result, to, error))
        return false;
    size_t row = 0;
    for (size_t s = 0; s < result->sessions; s++)
        for (size_t c = 0; c < result->session[s].active; c++)
            put_cell(to, row++, &result->session[s], &result->session[s].cell[c]);
    return true;
}

/* ---- Verdicts ---- */

static bool make_verdicts(const nd_recording_result *result, table *to, nd_error *error) {
    static const char *const numbers[] = {
        "points",        "activity_change",    "activity_low",    "activity_high",
        "activity_p",    "information_change", "information_low", "information_high",
        "information_p", "tuning_loss",        "tuning_low",      "tuning_high",
        "maps_p"};
    enum { NUMBERS = sizeof numbers / sizeof numbers[0] };
    to->rows = result->curves;
    bool fine = add(to, "curve", "", "", true, error) && add(to, "verdict", "", "", true, error) &&
                add(to, "text", "", "the verdict and the statistics behind it", true, error);
    for (size_t k = 0; fine && k < NUMBERS; k++)
        fine = add(to, numbers[k], "", "", false, error) != NULL;
    for (size_t c = 0; fine && c < result->curves; c++) {
        const nd_verdict *verdict = &result->verdict[c];
        const nd_curve *curve = &result->curve[c];
        const nd_metric_course *activity = &curve->course[verdict->activity_metric],
                               *information = &curve->course[verdict->information_metric];
        const double values[NUMBERS] = {
            (double)curve->points,   activity->change,         activity->change_low,
            activity->change_high,   activity->line.p,         information->change,
            information->change_low, information->change_high, information->line.p,
            verdict->tuning.loss,    verdict->tuning.low,      verdict->tuning.high,
            verdict->tuning.decay_p};
        to->column[0].texts[c] = curve->name;
        to->column[1].texts[c] = nd_drift_name(verdict->drift);
        to->column[2].texts[c] = verdict->text;
        for (size_t k = 0; k < NUMBERS; k++)
            to->column[3 + k].numbers[c] = values[k];
    }
    return fine;
}

/* ---- Statistics ---- */

static bool add_statistics(table *to, const nd_recording_result *result, nd_error *error) {
    char slope[ROOM];
    snprintf(slope, sizeof slope, "slope_per_%.60s", result->time_name);
    return add(to, "curve", "", "", true, error) && add(to, "metric", "", "", true, error) &&
           add(to, "members", "", "series of sessions averaged", false, error) &&
           add(to, "n", "", "values in the line", false, error) &&
           add(to, slope, "", "of values over their series' first", false, error) &&
           add(to, "slope_error", "", "its standard error", false, error) &&
           add(to, "t", "", "slope over its error", false, error) &&
           add(to, "degrees", "", "of freedom", false, error) &&
           add(to, "p", "", "two-sided, that the slope is 0", false, error) &&
           add(to, "change", "", "slope x the span of time", false, error) &&
           add(to, "change_low", "", "lower end of its 90% interval", false, error) &&
           add(to, "change_high", "", "upper end", false, error);
}

static bool make_statistics(const nd_recording_result *result, table *to, nd_error *error) {
    for (size_t c = 0; c < result->curves; c++)
        for (size_t m = 0; m < ND_METRIC_COUNT; m++)
            to->rows += result->curve[c].course[m].line.count >= 2;
    if (!add_statistics(to, result, error))
        return false;
    size_t row = 0;
    for (size_t c = 0; c < result->curves; c++)
        for (size_t m = 0; m < ND_METRIC_COUNT; m++) {
            const nd_metric_course *course = &result->curve[c].course[m];
            const nd_regression *line = &course->line;
            if (line->count < 2)
                continue;
            const double numbers[] = {(double)result->curve[c].members,
                                      (double)line->count,
                                      line->slope,
                                      line->slope_error,
                                      line->t,
                                      line->degrees,
                                      line->p,
                                      course->change,
                                      course->change_low,
                                      course->change_high};
            to->column[0].texts[row] = result->curve[c].name;
            to->column[1].texts[row] = nd_metric_table()[m].name;
            for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
                to->column[2 + k].numbers[row] = numbers[k];
            row++;
        }
    return true;
}

/* ---- Drift ---- */

/* Units in words of the recording, one text a measure, kept by the analysis. */
typedef struct units {
    char text[96];
} units;

static bool add_drift(table *to, nd_error *error) {
    return add(to, "group", "", "an animal's environment", true, error) &&
           add(to, "measure", "", "", true, error) && add(to, "units", "", "", true, error) &&
           add(to, "missing_because", "", "why there is no value; empty where there is", true,
               error) &&
           add(to, "value", "", "in the row's units; of measures that are one number", false,
               error) &&
           add(to, "value_error", "", "its standard error", false, error) &&
           add(to, "neighbours", "", "mean over neighbouring sessions", false, error) &&
           add(to, "first_to_last", "", "of the first session and the last", false, error) &&
           add(to, "r_with_time_apart", "", "Pearson, over pairs of sessions", false, error) &&
           add(to, "p_of_r", "", "two-sided, by permuting sessions", false, error);
}

/* One measure of a group; the units' text is `unit`'s. */
static void put_drift(table *to, size_t row, const char *group, const nd_drift_about *about,
                      const nd_drift_measures *measures, const char *why, units *unit) {
    if (measures)
        nd_drift_units(measures, about->units, unit->text, sizeof unit->text);
    const char *const texts[] = {group, about->name, unit->text, why ? why : ""};
    for (size_t k = 0; k < 4; k++)
        to->column[k].texts[row] = texts[k];
    for (size_t k = 4; k < to->count; k++)
        to->column[k].numbers[row] = NAN;
}

static bool make_drift(nd_analysis *analysis, table *to, nd_error *error) {
    const nd_recording_result *result = analysis->result;
    size_t row = 0;
    to->rows = result->groups * (ND_DRIFT_NUMBERS + ND_DRIFT_PAIRS);
    analysis->units = nd_array(to->rows, sizeof(units), error);
    if (!analysis->units || !add_drift(to, error))
        return false;
    for (size_t g = 0; g < result->groups; g++) {
        const nd_drift_measures *m = result->drift[g].measures;
        const char *name = result->group[g].name, *why = result->drift[g].why;
        for (size_t k = 0; k < ND_DRIFT_NUMBERS; k++, row++) {
            put_drift(to, row, name, &nd_drift_number_table[k], m, m ? m->why[k] : why,
                      &analysis->units[row]);
            to->column[4].numbers[row] = m ? m->number[k] : NAN;
            to->column[5].numbers[row] = m ? m->error[k] : NAN;
        }
        for (size_t p = 0; p < ND_DRIFT_PAIRS; p++, row++) {
            const char *missing = !m ? why : m->pair_why[p] ? m->pair_why[p] : m->decay_why[p];
            put_drift(to, row, name, &nd_drift_pair_table[p], m, missing, &analysis->units[row]);
            if (!m)
                continue;
            to->column[6].numbers[row] = nd_drift_near(m, (nd_drift_pair)p);
            to->column[7].numbers[row] = nd_drift_far(m, (nd_drift_pair)p);
            to->column[8].numbers[row] = m->decay[p];
            to->column[9].numbers[row] = m->decay_p[p];
        }
    }
    return true;
}

nd_analysis *nd_analysis_of(nd_recording *recording, unsigned threads, const nd_watch *watch,
                            nd_error *error) {
    nd_analysis *analysis = nd_array(1, sizeof *analysis, error);
    bool fine =
        analysis &&
        (analysis->result = nd_recording_measure(recording, threads ? threads : 1, watch, error)) &&
        nd_recording_drift_measure(recording, analysis->result, threads ? threads : 1, error);
    for (size_t t = 0; fine && t < TABLES; t++)
        fine = (analysis->table[t].column = nd_array(MOST_COLUMNS, sizeof(column), error)) != NULL;
    fine = fine && make_sessions(analysis->result, &analysis->table[ND_TABLE_SESSIONS], error) &&
           make_cells(analysis->result, &analysis->table[ND_TABLE_CELLS], error) &&
           make_verdicts(analysis->result, &analysis->table[ND_TABLE_VERDICTS], error) &&
           make_statistics(analysis->result, &analysis->table[ND_TABLE_STATISTICS], error) &&
           make_drift(analysis, &analysis->table[ND_TABLE_DRIFT], error);
    nd_recording_free(recording);
    if (fine)
        return analysis;
    nd_analysis_free(analysis);
    return NULL;
}

size_t nd_analysis_columns(const nd_analysis *analysis, nd_analysis_table which) {
    return analysis && (int)which >= 0 && (int)which < TABLES ? analysis->table[which].count : 0;
}

bool nd_analysis_column(const nd_analysis *analysis, nd_analysis_table which, size_t index,
                        nd_column *out) {
    if (!out || index >= nd_analysis_columns(analysis, which))
        return false;
    const table *from = &analysis->table[which];
    const column *found = &from->column[index];
    *out = (nd_column){.name = found->name,
                       .unit = found->unit,
                       .definition = found->definition,
                       .rows = from->rows,
                       .numbers = found->numbers,
                       .texts = found->texts};
    return true;
}

const nd_recording_result *nd_analysis_result(const nd_analysis *analysis) {
    return analysis->result;
}
