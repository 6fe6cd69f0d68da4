/* Table 1 of the paper, of one run. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "measure/phases.h"

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

static void append_cell(char *out, size_t size, size_t *at, const nd_metric_change *change) {
    static const char *const words[] = {[ND_CHANGE_UNKNOWN] = "-",
                                        [ND_CHANGE_NONE] = "still",
                                        [ND_CHANGE_TREND] = "changes",
                                        [ND_CHANGE_UNTESTED] = "changes*"};
    char values[40] = "", p[24] = "";
    if (isfinite(change->from))
        snprintf(values, sizeof values, "%.3g -> %.3g", change->from, change->to);
    if (isfinite(change->p))
        snprintf(p, sizeof p, "p %.2g", change->p);
    append(out, size, at, "  %-8s %-18s %-10s", words[change->change], values, p);
}

void nd_phases_table(const nd_phases *phases, char *out, size_t size) {
    static const char *const names[] = {"i familiarity", "ii regularisation", "iii null drift"};
    size_t at = 0;
    double begin = 0;
    append(out, size, &at, "%-22s", "");
    for (size_t phase = 0; phase < 3; phase++)
        append(out, size, &at, "  %-38s", names[phase]);
    append(out, size, &at, "\n%-22s", "steps");
    for (size_t phase = 0; phase < 3; phase++) {
        char span[40] = "not seen";
        if (phases->seen[phase])
            snprintf(span, sizeof span, "%.4g .. %.4g", begin, phases->end_step[phase]);
        append(out, size, &at, "  %-38s", span);
        begin = phases->end_step[phase];
    }
    append(out, size, &at, "\n");
    for (int metric = 0; metric < ND_PHASE_METRICS; metric++) {
        append(out, size, &at, "%-22s", nd_phase_metric_name((nd_phase_metric)metric));
        for (size_t phase = 0; phase < 3; phase++)
            append_cell(out, size, &at, &phases->metric[phase][metric]);
        append(out, size, &at, "\n");
    }
    append(out, size, &at, "* too few values to test\n");
}
