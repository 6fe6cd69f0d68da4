/* Table 1 of the paper, of one run. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/words.h"
#include "measure/phases.h"

static const char *const NAMES[] = {"i familiarity", "ii regularisation", "iii null drift"};

static void append(char *out, size_t size, size_t *at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void append(char *out, size_t size, size_t *at, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (*at < size) {
        int written = vsnprintf(out + *at, size - *at, format, arguments);
        *at += written > 0 ? (size_t)written : 0;
    }
    va_end(arguments);
}

const char *nd_change_words(nd_change change) {
    static const char *const words[] = {[ND_CHANGE_UNKNOWN] = "unknown",
                                        [ND_CHANGE_NONE] = "still",
                                        [ND_CHANGE_TREND] = "changes",
                                        [ND_CHANGE_TOO_FEW] = "too few"};
    return words[change];
}

bool nd_phase_claimed(const nd_phases *phases, size_t phase) {
    return phase < 2 ? phases->seen[phase] : phases->after.state == ND_AFTER_NULL_DRIFT;
}

static void put_slower(const nd_phases *phases, char *out, size_t size, size_t *at) {
    const nd_after_fall *after = &phases->after;
    if (isnan(after->slowest))
        append(out, size, at, "; a slow one cannot be excluded");
    else
        append(out, size, at, "; slower than %.2g a step cannot be excluded", after->slowest);
}

static void put_bound(const nd_phases *phases, char *out, size_t size, size_t *at) {
    const nd_after_fall *after = &phases->after;
    append(out, size, at, "%s falls by at most %.2g more, %.1f %% of its fall, ",
           nd_phase_metric_name(phases->sparsity), after->further_fall, 100 * after->further_share);
    if (after->to_zero)
        append(out, size, at, "which is all that is left");
    else
        append(out, size, at, "in %.3g steps, if it does not speed up in log time", after->horizon);
}

static void put_after(const nd_phases *phases, char *out, size_t size, size_t *at) {
    const nd_after_fall *after = &phases->after;
    nd_change tuning = phases->metric[2][ND_PHASE_TUNING].change;
    switch (after->state) {
    case ND_AFTER_UNKNOWN:
        append(out, size, at, "sparsity is not known");
        break;
    case ND_AFTER_FALLING:
        append(out, size, at, "%s was still falling when the run ended",
               nd_phase_metric_name(phases->sparsity));
        break;
    case ND_AFTER_NO_FALL_SEEN:
        append(out, size, at, "no %sfall seen in %.4g steps", phases->seen[1] ? "further " : "",
               after->rest);
        put_slower(phases, out, size, at);
        break;
    case ND_AFTER_BOUNDED:
        put_bound(phases, out, size, at);
        append(out, size, at, "; %s",
               tuning == ND_CHANGE_UNKNOWN   ? "whether tuning changes is not known"
               : tuning == ND_CHANGE_TOO_FEW ? "too few snapshots tell whether tuning changes"
                                             : "tuning does not change beyond its noise");
        break;
    case ND_AFTER_NULL_DRIFT:
        append(out, size, at, "null drift: tuning changes; ");
        put_bound(phases, out, size, at);
        break;
    case ND_AFTER_AT_REST:
        append(out, size, at, "at rest: without noise, sparsity and tuning stand still");
        break;
    }
}

void nd_phase_words(const nd_phases *phases, size_t phase, char *out, size_t size) {
    size_t at = 0;
    if (phase == 2)
        put_after(phases, out, size, &at);
    else if (!phases->seen[phase])
        append(out, size, &at, "not seen");
    else if (phase == 0)
        append(out, size, &at, "%s",
               phases->settled ? "seen" : "the loss was still falling when the run ended");
    else
        append(out, size, &at, "%s falls from step %.4g to step %.4g",
               nd_phase_metric_name(phases->sparsity), phases->fall_from, phases->fall_to);
}

static void append_cell(char *out, size_t size, size_t *at, const nd_metric_change *change) {
    char values[40] = "", p[24] = "";
    if (isfinite(change->from))
        snprintf(values, sizeof values, "%.3g -> %.3g", change->from, change->to);
    if (isfinite(change->p))
        snprintf(p, sizeof p, "p %.2g", change->p);
    const char *words = change->change == ND_CHANGE_UNKNOWN ? "-" : nd_change_words(change->change);
    append(out, size, at, "  %-7s %-22s %-9s", words, values, p);
}

void nd_phases_table(const nd_phases *phases, char *out, size_t size) {
    size_t at = 0;
    double begin = 0;
    append(out, size, &at, "%-22s", "");
    for (size_t phase = 0; phase < 3; phase++)
        append(out, size, &at, "  %-40s", NAMES[phase]);
    append(out, size, &at, "\n%-22s", "steps");
    for (size_t phase = 0; phase < 3; phase++) {
        char span[48] = "not seen";
        if (phases->seen[phase])
            snprintf(span, sizeof span, "%.4g .. %.4g%s", begin, phases->end_step[phase],
                     nd_phase_claimed(phases, phase) ? "" : " (not claimed)");
        append(out, size, &at, "  %-40s", span);
        begin = phases->end_step[phase];
    }
    append(out, size, &at, "\n");
    for (int metric = 0; metric < ND_PHASE_METRICS; metric++) {
        append(out, size, &at, "%-22s", nd_phase_metric_name((nd_phase_metric)metric));
        for (size_t phase = 0; phase < 3; phase++)
            append_cell(out, size, &at, &phases->metric[phase][metric]);
        append(out, size, &at, "\n");
    }
    append(out, size, &at, "after phase ii: ");
    put_after(phases, out, size, &at);
    append(out, size, &at, "\n");
    if (phases->seen[0] && !phases->settled)
        append(out, size, &at,
               "the loss was still falling when the run ended: phase i may go on\n");
    if (size > 0)
        nd_trim_line_ends(out);
}

void nd_phases_csv(const nd_phases *phases, char *out, size_t size) {
    static const char *const numerals[] = {"i", "ii", "iii"};
    size_t at = 0;
    double begin = 0;
    append(out, size, &at,
           "phase,from_step,to_step,claimed,metric,change,from,to,slope,p,further_fall,"
           "further_share,horizon_steps,slowest_fall_per_step,words\n");
    for (size_t phase = 0; phase < 3; phase++) {
        char words[512];
        nd_phase_words(phases, phase, words, sizeof words);
        for (int metric = 0; metric < ND_PHASE_METRICS; metric++) {
            const nd_metric_change *change = &phases->metric[phase][metric];
            double values[8] = {change->from, change->to, change->slope, change->p,
                                NAN,          NAN,        NAN,           NAN};
            if (phase == 2) {
                values[4] = phases->after.further_fall;
                values[5] = phases->after.further_share;
                values[6] = phases->after.horizon;
                values[7] = phases->after.slowest;
            }
            append(out, size, &at, "%s,", numerals[phase]);
            if (phases->seen[phase])
                append(out, size, &at, "%.17g,%.17g,", begin, phases->end_step[phase]);
            else
                append(out, size, &at, ",,");
            append(out, size, &at, "%s,%s,%s", nd_phase_claimed(phases, phase) ? "true" : "false",
                   nd_phase_metric_name((nd_phase_metric)metric), nd_change_words(change->change));
            for (size_t k = 0; k < 8; k++) {
                append(out, size, &at, ",");
                if (isfinite(values[k]))
                    append(out, size, &at, "%.17g", values[k]);
            }
            append(out, size, &at, ",\"%s\"\n", words);
        }
        begin = phases->end_step[phase];
    }
}
