/* What of likeness goes with time apart and what with experience apart: coefficients for rates and
 * tuning, filled where p < 0.05. */
#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "figure/drift_parts.h"
#include "figure/figures.h"

static const double WIDTH = 16.5, HEIGHT = 7.0; /* cm */
enum { NUMBERS = 4 };

/* Rows: place, coefficient, 1 where p < 0.05. */
static void put_bars(nd_plot *plot, const char *table, const nd_drift_measures *m, size_t likeness,
                     size_t series, size_t count) {
    nd_plot_table(plot, table);
    for (size_t e = 0; e < ND_EXPERIENCES; e++) {
        const double *number =
            m->number + ND_NUMBER_RATES_TIME_VISITS + (likeness * ND_EXPERIENCES + e) * NUMBERS;
        for (size_t which = 0; which < 2; which++) {
            double at =
                (double)(2 * e + which) + 0.7 * (((double)series + 0.5) / (double)count - 0.5);
            nd_plot_row(plot, 3,
                        (double[]){at, number[2 * which], number[2 * which + 1] < 0.05 ? 1 : 0});
        }
    }
}

static bool told_apart(const nd_drift_measures *m) {
    for (size_t k = 0; k < 2 * ND_EXPERIENCES * NUMBERS; k++)
        if (!isnan(m->number[ND_NUMBER_RATES_TIME_VISITS + k]))
            return true;
    return false;
}

static void draw(nd_plot *plot, const nd_drift_read *read, const size_t *shown, size_t count,
                 size_t likeness) {
    static const char *const titles[] = {"rates", "tuning"};
    char table[48];
    for (size_t i = 0; i < count; i++) {
        snprintf(table, sizeof table, "%s-%zu", titles[likeness], i + 1);
        put_bars(plot, table, read->measures[shown[i]], likeness, i, count);
    }
    nd_plot_panel(plot, likeness == 0 ? "A" : "B", 0.5 * (double)likeness, 0, 0.5, 1);
    nd_plot_script(plot,
                   "set title '%s'\nset ylabel 'change of correlation per s.d. apart'\n"
                   "set xrange [-0.6:5.6]\nset xtics ('time' 0, 'visits' 1, 'time' 2, 'minutes' 3, "
                   "'time' 4, 'distance' 5) rotate by 30 right\nset xzeroaxis\n"
                   "set for [k=1:2] arrow k from 2*k-0.5,graph 0 to 2*k-0.5,graph 1 nohead "
                   "linecolor rgb 'grey80'\nset key at graph 1,1.12 right top font ',7'\nplot ",
                   titles[likeness]);
    for (size_t i = 0; i < count; i++)
        nd_plot_script(
            plot,
            "'%s-%zu' using 1:2 with impulses linetype %zu notitle, "
            "'' using 1:2 with points linetype %zu pointtype 6 pointsize 1 title '%s', "
            "'' using 1:($3 > 0 ? $2 : NaN) with points linetype %zu pointtype 7 pointsize 1 "
            "notitle%s",
            titles[likeness], i + 1, i + 1, i + 1, nd_plot_text_of(read->name[shown[i]], 24).markup,
            i + 1, i + 1 < count ? ", " : "\n");
}

bool nd_figure_time_experience(const nd_figure_request *request, nd_error *error) {
    nd_drift_read *read = nd_drift_file_get(request->inputs[0], error);
    size_t shown[ND_DRIFT_SERIES], count = read ? nd_drift_shown(read, shown) : 0, drawn = 0;
    for (size_t i = 0; i < count; i++)
        if (told_apart(read->measures[shown[i]]))
            shown[drawn++] = shown[i];
    bool fine = read;
    if (fine && drawn == 0)
        fine = nd_fail(error, request->inputs[0],
                       "it takes sessions at uneven intervals; drift_reasons in the file says more",
                       "time and experience cannot be told apart in any of its series");
    nd_plot *plot = fine ? nd_plot_new(request->output, WIDTH, HEIGHT, error) : NULL;
    for (size_t likeness = 0; plot && likeness < 2; likeness++)
        draw(plot, read, shown, drawn, likeness);
    if (plot)
        nd_plot_note(plot, "filled: p < 0.05 by double semi-partialling");
    nd_drift_read_free(read);
    return plot && nd_plot_draw(plot, &request->plot, error);
}
