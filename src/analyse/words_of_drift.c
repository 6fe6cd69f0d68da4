#include "analyse/words_of_drift.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/shown.h"
#include "base/writer.h"

static void put_value(nd_writer *to, int width, double value) {
    char number[32];
    snprintf(number, sizeof number, "%.3g", value);
    nd_write(to, "%*s", width, isnan(value) ? "-" : number);
}

static void put_name(nd_writer *to, const nd_drift_measures *m, const nd_drift_about *about) {
    char units[96], name[160], shown[200];
    nd_drift_units(m, about->units, units, sizeof units);
    if (strcmp(units, "1") == 0)
        snprintf(name, sizeof name, "%s", about->name);
    else
        snprintf(name, sizeof name, "%s (%s)", about->name, units);
    nd_write(to, "  %-44s", nd_shown_in(name, shown, sizeof shown));
}

static void put_pairs(nd_writer *to, const nd_drift_measures *m, bool all) {
    nd_write(to, "  %-44s%12s%12s%8s%8s\n", "between sessions", "neighbours", "first-last", "r",
             "p");
    for (size_t p = 0; p < ND_DRIFT_PAIRS; p++) {
        if (!all && !nd_drift_pair_table[p].shown)
            continue;
        put_name(to, m, &nd_drift_pair_table[p]);
        if (m->pair_why[p]) {
            nd_write(to, "  %s\n", m->pair_why[p]);
            continue;
        }
        put_value(to, 12, nd_drift_near(m, (nd_drift_pair)p));
        put_value(to, 12, nd_drift_far(m, (nd_drift_pair)p));
        put_value(to, 8, m->decay[p]);
        put_value(to, 8, m->decay_p[p]);
        nd_write(to, "%s%s\n", m->decay_why[p] ? "  " : "", m->decay_why[p] ? m->decay_why[p] : "");
    }
}

static void put_numbers(nd_writer *to, const nd_drift_measures *m, bool all) {
    for (size_t k = 0; k < ND_DRIFT_NUMBERS; k++) {
        if (!all && !nd_drift_number_table[k].shown)
            continue;
        put_name(to, m, &nd_drift_number_table[k]);
        if (m->why[k]) {
            nd_write(to, "  %s\n", m->why[k]);
            continue;
        }
        put_value(to, 12, m->number[k]);
        if (!isnan(m->error[k])) {
            nd_write(to, "  +-");
            put_value(to, 9, m->error[k]);
        }
        nd_write(to, "\n");
    }
}

bool nd_drift_words(const char *name, const nd_drift_measures *measures, bool all, nd_buffer *text,
                    nd_error *error) {
    nd_writer to = {text, true, error};
    nd_write(&to, "\nDrift of %s (r and p: with time apart)\n", nd_shown(name).text);
    put_pairs(&to, measures, all);
    put_numbers(&to, measures, all);
    if (measures->decoder[0])
        nd_write(&to, "  (decoding: %s)\n", measures->decoder);
    return nd_write_end(&to);
}

bool nd_recording_drift_words(const nd_recording_result *result, bool all, nd_buffer *text,
                              nd_error *error) {
    bool fine = true;
    for (size_t g = 0; fine && result->drift && g < result->groups; g++)
        if (result->drift[g].measures) {
            fine =
                nd_drift_words(result->group[g].name, result->drift[g].measures, all, text, error);
            text->length -= fine; /* the zero: more may follow */
        } else if (all && result->drift[g].why) {
            nd_writer to = {text, fine, error};
            nd_write(&to, "\nDrift of %s: missing, %s\n", nd_shown(result->group[g].name).text,
                     result->drift[g].why);
            fine = nd_write_end(&to);
            text->length -= fine;
        }
    nd_writer to = {text, fine, error};
    return nd_write_end(&to);
}

void nd_drift_json(const char *name, const nd_drift_measures *m, FILE *out) {
    char units[96];
    nd_json json = nd_json_begin(out);
    nd_json_text(&json, "drift", name);
    nd_json_text(&json, "decoder", m->decoder);
    nd_json_open(&json, "pairs", '{');
    for (size_t p = 0; p < ND_DRIFT_PAIRS; p++) {
        nd_json_open(&json, nd_drift_pair_table[p].name, '{');
        nd_json_text(&json, "units",
                     nd_drift_units(m, nd_drift_pair_table[p].units, units, sizeof units));
        nd_json_number(&json, "neighbours", nd_drift_near(m, (nd_drift_pair)p));
        nd_json_number(&json, "first_to_last", nd_drift_far(m, (nd_drift_pair)p));
        nd_json_number(&json, "decay", m->decay[p]);
        nd_json_number(&json, "decay_p", m->decay_p[p]);
        nd_json_text(&json, "missing_because", m->pair_why[p] ? m->pair_why[p] : m->decay_why[p]);
        nd_json_close(&json, '{');
    }
    nd_json_close(&json, '{');
    nd_json_open(&json, "numbers", '{');
    for (size_t k = 0; k < ND_DRIFT_NUMBERS; k++) {
        nd_json_open(&json, nd_drift_number_table[k].name, '{');
        nd_json_text(&json, "units",
                     nd_drift_units(m, nd_drift_number_table[k].units, units, sizeof units));
        nd_json_number(&json, "value", m->number[k]);
        nd_json_number(&json, "error", m->error[k]);
        nd_json_text(&json, "missing_because", m->why[k]);
        nd_json_close(&json, '{');
    }
    nd_json_close(&json, '{');
    nd_json_end(&json);
}

void nd_recording_drift_json(const nd_recording_result *result, FILE *out) {
    for (size_t g = 0; result->drift && g < result->groups; g++)
        if (result->drift[g].measures)
            nd_drift_json(result->group[g].name, result->drift[g].measures, out);
}
