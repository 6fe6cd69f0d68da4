/* What of likeness goes with time apart and what with experience apart: coefficients for rates and
 * tuning, filled where p < 0.05. */
#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "figure/drift_parts.h"
#include "figure/figures.h"

static const double WIDTH = 16.5, ROW = 7.0; /* cm */
enum { NUMBERS = 4, MOST_FILES = 2 };

/* A file's row of panels: rates and tuning of the series in which the two are told apart. */
typedef struct file_row {
    nd_drift_read *read;
    const char *name; /* the file's */
    size_t shown[ND_DRIFT_SERIES], count;
    nd_area area;
} file_row;

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

static bool open_row(file_row *row, const char *input, nd_error *error) {
    if (!(row->read = nd_drift_file_get(input, error)))
        return false;
    row->name = nd_base_name(input);
    size_t count = nd_drift_shown(row->read, row->shown);
    for (size_t i = 0; i < count; i++)
        if (told_apart(row->read->measures[row->shown[i]]))
            row->shown[row->count++] = row->shown[i];
    return true;
}

static void draw(nd_plot *plot, const file_row *row, size_t number, size_t likeness) {
    static const char *const titles[] = {"rates", "tuning"};
    char table[48];
    for (size_t i = 0; i < row->count; i++) {
        snprintf(table, sizeof table, "%s-%zu-%zu", titles[likeness], number + 1, i + 1);
        put_bars(plot, table, row->read->measures[row->shown[i]], likeness, i, row->count);
    }
    nd_plot_panel(plot, (char[]){(char)('A' + 2 * number + likeness), '\0'}, 0.5 * (double)likeness,
                  row->area.bottom, 0.5, row->area.height);
    nd_plot_script(plot,
                   "set title '%s'\nset ylabel 'change of correlation per s.d. apart'\n"
                   "set xrange [-0.6:5.6]\nset xtics ('time' 0, 'visits' 1, 'time' 2, 'minutes' 3, "
                   "'time' 4, 'distance' 5) rotate by 30 right\nset xzeroaxis\n"
                   "set for [k=1:2] arrow k from 2*k-0.5,graph 0 to 2*k-0.5,graph 1 nohead "
                   "linecolor rgb 'grey80'\nset key at graph 1,1.12 right top font ',7'\n",
                   titles[likeness]);
    for (size_t i = 0; i < row->count; i++)
        nd_plot_script(
            plot,
            "%s'%s-%zu-%zu' using 1:2 with impulses linetype %zu notitle, "
            "'' using 1:2 with points linetype %zu pointtype 6 pointsize 1 title '%s', "
            "'' using 1:($3 > 0 ? $2 : NaN) with points linetype %zu pointtype 7 pointsize 1 "
            "notitle",
            i == 0 ? "plot " : ", ", titles[likeness], number + 1, i + 1, i + 1, i + 1,
            nd_plot_text_of(row->read->name[row->shown[i]], 24).markup, i + 1);
    if (row->count == 0) /* as of a network, whose steps are both */
        nd_plot_script(plot,
                       "unset arrow\nunset tics\nunset xzeroaxis\nset yrange [0:1]\n"
                       "set label 1 '%s: cannot be told apart' at graph 0.5,0.5 center\n"
                       "plot NaN notitle",
                       nd_plot_text_of(row->name, 24).markup);
    nd_plot_script(plot, "\n");
}

bool nd_figure_time_experience(const nd_figure_request *request, nd_error *error) {
    file_row row[MOST_FILES] = {{.read = NULL}};
    const size_t rows = request->input_count;
    size_t told = 0;
    bool fine = true;
    for (size_t f = 0; fine && f < rows; f++) {
        fine = open_row(&row[f], request->inputs[f], error);
        row[f].area =
            (nd_area){.bottom = 1 - (double)(f + 1) / (double)rows, .height = 1 / (double)rows};
        told += row[f].count;
    }
    if (fine && told == 0)
        fine = nd_fail(error, request->inputs[rows - 1],
                       "it takes sessions at uneven intervals; drift_reasons in the file says more",
                       "time and experience cannot be told apart in any of its series");
    nd_plot *plot = fine ? nd_plot_new(request->output, WIDTH, ROW * (double)rows, error) : NULL;
    for (size_t panel = 0; plot && panel < 2 * rows; panel++)
        draw(plot, &row[panel / 2], panel / 2, panel % 2);
    if (plot)
        nd_plot_note(plot, "filled: p < 0.05 by double semi-partialling");
    for (size_t f = 0; f < rows; f++)
        nd_drift_read_free(row[f].read);
    return plot && nd_plot_draw(plot, &request->plot, error);
}
