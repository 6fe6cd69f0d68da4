#include "store/drift_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/writer.h"

static const nd_drift_measures *any_of(const nd_drift_series *series, size_t count) {
    for (size_t g = 0; g < count; g++)
        if (series[g].measures)
            return series[g].measures;
    return NULL;
}

static bool put(nd_nc *file, const char *name, const char *dimensions, const char *units,
                const char *definition, const double *values, size_t count, nd_error *error) {
    return nd_nc_define(file, name, ND_NC_DOUBLE, dimensions, units, definition, error) &&
           nd_nc_put(file, name, values, count, error);
}

/* All series as blocks of one matrix. */
static bool put_pair(nd_nc *file, const nd_drift_series *series, size_t count, size_t sessions,
                     size_t pair, double *all, nd_error *error) {
    const nd_drift_about *about = &nd_drift_pair_table[pair];
    char units[96];
    for (size_t i = 0; i < sessions * sessions; i++)
        all[i] = NAN;
    for (size_t g = 0; g < count; g++)
        for (size_t a = 0; series[g].measures && a < series[g].sessions; a++)
            for (size_t b = 0; b < series[g].sessions; b++)
                all[(series[g].first + a) * sessions + series[g].first + b] =
                    series[g].measures->pair[pair][a * series[g].sessions + b];
    nd_drift_units(any_of(series, count), about->units, units, sizeof units);
    return put(file, about->name, "session other_session", units, about->definition, all,
               sessions * sessions, error);
}

/* NAME(group) from a member of the measures. */
typedef double value_of(const nd_drift_measures *measures, size_t index);
static double number_of(const nd_drift_measures *m, size_t index) {
    return m->number[index];
}
static double error_of(const nd_drift_measures *m, size_t index) {
    return m->error[index];
}
static double decay_of(const nd_drift_measures *m, size_t index) {
    return m->decay[index];
}
static double decay_p_of(const nd_drift_measures *m, size_t index) {
    return m->decay_p[index];
}

static bool put_group(nd_nc *file, const nd_drift_series *series, size_t count, const char *name,
                      const char *suffix, const char *units, const char *definition,
                      value_of *value, size_t index, double *all, nd_error *error) {
    char full[128], own[96];
    for (size_t g = 0; g < count; g++)
        all[g] = series[g].measures ? value(series[g].measures, index) : NAN;
    snprintf(full, sizeof full, "%s%s", name, suffix);
    nd_drift_units(any_of(series, count), units, own, sizeof own);
    return put(file, full, "group", own, definition, all, count, error);
}

/* Why something is missing, a line each: "SERIES: NAME: why". */
static void put_reasons_of(nd_writer *to, const nd_drift_series *one) {
    const nd_drift_measures *m = one->measures;
    if (!m)
        nd_write(to, "%s: all: %s\n", one->name, one->why);
    for (size_t p = 0; m && p < ND_DRIFT_PAIRS; p++) {
        if (m->pair_why[p])
            nd_write(to, "%s: %s: %s\n", one->name, nd_drift_pair_table[p].name, m->pair_why[p]);
        else if (m->decay_why[p])
            nd_write(to, "%s: %s_decay_p: %s\n", one->name, nd_drift_pair_table[p].name,
                     m->decay_why[p]);
    }
    for (size_t k = 0; m && k < ND_DRIFT_NUMBERS; k++)
        if (m->why[k])
            nd_write(to, "%s: %s: %s\n", one->name, nd_drift_number_table[k].name, m->why[k]);
}

static bool put_reasons(nd_nc *file, const nd_drift_series *series, size_t count, nd_error *error) {
    nd_buffer text = {0};
    nd_writer to = {&text, true, error};
    for (size_t g = 0; g < count; g++)
        put_reasons_of(&to, &series[g]);
    bool fine = nd_write_end(&to) &&
                nd_nc_put_text(file, NULL, "drift_reasons", (const char *)text.bytes, error);
    nd_buffer_free(&text);
    return fine;
}

bool nd_drift_file_put(nd_nc *file, const nd_drift_series *series, size_t count, size_t sessions,
                       nd_error *error) {
    if (!any_of(series, count))
        return true;
    double *all = nd_doubles(sessions * sessions + count, error);
    bool fine = all;
    for (size_t p = 0; fine && p < ND_DRIFT_PAIRS; p++) {
        const char *name = nd_drift_pair_table[p].name;
        fine = put_pair(file, series, count, sessions, p, all, error) &&
               put_group(file, series, count, name, "_decay", "1",
                         "Pearson r of it and time apart over pairs of sessions", decay_of, p, all,
                         error) &&
               put_group(file, series, count, name, "_decay_p", "1",
                         "its two-sided p by permuting sessions", decay_p_of, p, all, error);
    }
    for (size_t k = 0; fine && k < ND_DRIFT_NUMBERS; k++) {
        const nd_drift_about *about = &nd_drift_number_table[k];
        fine = put_group(file, series, count, about->name, "", about->units, about->definition,
                         number_of, k, all, error) &&
               put_group(file, series, count, about->name, "_error", about->units,
                         "its standard error", error_of, k, all, error);
    }
    free(all);
    const char *decoder = any_of(series, count)->decoder;
    fine =
        fine && (!decoder[0] || nd_nc_put_text(file, "decoding_error", "method", decoder, error));
    return fine && put_reasons(file, series, count, error);
}

static void put_number(nd_writer *to, double value) {
    nd_write(to, ",");
    nd_write_number(to, value);
}

static void put_row(nd_writer *to, const nd_drift_series *one, const nd_drift_about *about,
                    const char *why) {
    char units[96] = "";
    if (one->measures)
        nd_drift_units(one->measures, about->units, units, sizeof units);
    nd_write_cell(to, one->name);
    nd_write(to, ",%s,", about->name);
    nd_write_cell(to, units);
    nd_write(to, ",");
    nd_write_cell(to, why ? why : "");
}

bool nd_drift_csv(const nd_drift_series *series, size_t count, const nd_place *place,
                  nd_error *error) {
    nd_buffer text = {0};
    nd_writer to = {&text, true, error};
    nd_write(&to, "group,measure,units,missing_because,value,value_error,neighbours,first_to_last,"
                  "r_with_time_apart,p_of_r\n");
    for (size_t g = 0; g < count; g++) {
        const nd_drift_measures *m = series[g].measures;
        for (size_t k = 0; k < ND_DRIFT_NUMBERS; k++) {
            put_row(&to, &series[g], &nd_drift_number_table[k], m ? m->why[k] : series[g].why);
            put_number(&to, m ? m->number[k] : NAN);
            put_number(&to, m ? m->error[k] : NAN);
            nd_write(&to, ",,,,\n");
        }
        for (size_t p = 0; p < ND_DRIFT_PAIRS; p++) {
            const char *why = !m               ? series[g].why
                              : m->pair_why[p] ? m->pair_why[p]
                                               : m->decay_why[p];
            put_row(&to, &series[g], &nd_drift_pair_table[p], why);
            nd_write(&to, ",,");
            put_number(&to, m ? nd_drift_near(m, (nd_drift_pair)p) : NAN);
            put_number(&to, m ? nd_drift_far(m, (nd_drift_pair)p) : NAN);
            put_number(&to, m ? m->decay[p] : NAN);
            put_number(&to, m ? m->decay_p[p] : NAN);
            nd_write(&to, "\n");
        }
    }
    bool fine = to.fine && nd_place_write(place, text.bytes, text.length, error);
    nd_buffer_free(&text);
    return fine;
}
