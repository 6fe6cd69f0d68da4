/* Heat maps of rate maps at several times (or in several environments), sorted by each of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure/parts.h"
#include "figure/peaks.h"

/* The tuned units of a set in the order of their peaks; their number. */
static size_t sort_units(const nd_rate_maps *set, size_t units, size_t bins, nd_peak *order) {
    size_t count = 0;
    for (size_t unit = 0; unit < units; unit++)
        if (set->tuned[unit])
            order[count++] = nd_peak_of(unit, set->maps + unit * bins, bins, 1);
    nd_sort_peaks(order, count);
    return count;
}

/* One heat map's table: rows in `order`, each over its own greatest value. */
static void write_maps(nd_plot *plot, const char *name, const nd_rate_maps *set, size_t bins,
                       const nd_peak *order, size_t count) {
    nd_plot_table(plot, name);
    for (size_t i = 0; i < nd_plot_image_rows(count); i++) {
        const double *map = set->maps + order[i % count].row * bins;
        double most = 0;
        for (size_t bin = 0; bin < bins; bin++)
            most = fmax(most, map[bin]);
        for (size_t bin = 0; bin < bins; bin++)
            if (most > 0 && !isnan(map[bin])) /* a picture needs no more digits than its colours */
                nd_plot_values(plot, "%.4g ", map[bin] / most);
            else
                nd_plot_values(plot, "NaN ");
        nd_plot_blank(plot);
    }
}

/* The room around the heat maps and between them, cm. */
static const double LEFT = 1.5, RIGHT = 1.3, BOTTOM = 1.0, TOP = 1.0, GAP = 0.16;

/* What one heat map shows. */
typedef struct cell {
    nd_area area;
    char table[64];
    size_t rows, bins;
    double first, last; /* the range of positions */
} cell;

static void draw_cell(nd_plot *plot, const cell *c, bool ticked) {
    nd_plot_script(plot,
                   "set border 15 linewidth 0.4\nunset ytics\nset cbrange [0:1]\n"
                   "set xrange [%.6g:%.6g]\nset yrange [%zu-0.5:-0.5]\n",
                   c->first, c->last, c->rows > 0 ? c->rows : 1);
    double reach = fmin(c->last, -c->first), tic = nd_nice_step(reach, 2);
    tic = tic > 0.75 * reach ? tic / 2 : tic; /* labels of neighbouring maps must not meet */
    if (ticked && reach > 0)
        nd_plot_script(plot, "set xtics (-%.6g, 0, %.6g) scale 0.4\n", tic, tic);
    else if (ticked)
        nd_plot_script(plot, "set xtics (%.3g, %.3g) scale 0.4\n", c->first, c->last);
    else
        nd_plot_script(plot, "unset xtics\n");
    if (c->rows > 0)
        nd_plot_script(plot,
                       "plot '%s' matrix using (%.9g+($1+0.5)*%.9g):2:3 with image "
                       "notitle\n",
                       c->table, c->first, (c->last - c->first) / (double)c->bins);
    else
        nd_plot_script(plot,
                       "set label 2 'none tuned' at graph 0.5,0.5 center\nplot NaN notitle\n");
}

/* The colour scale, right of the last heat map, with the next plot. */
static void colour_scale(nd_plot *plot, double left, double bottom, double width, double height) {
    nd_plot_script(plot,
                   "set colorbox vertical user origin screen %.6g,%.6g size screen %.6g,%.6g\n"
                   "set cbtics 0,1,1\nset cblabel 'activity / peak' offset -0.4,-0.9\n",
                   left, nd_plot_screen_y(plot, bottom), width,
                   nd_plot_screen_y(plot, bottom + height) - nd_plot_screen_y(plot, bottom));
}

bool nd_draw_rate_map_grid(nd_plot *plot, const char *letter, nd_area area,
                           const nd_rate_maps *sets, size_t count, size_t units, size_t bins,
                           const double *bin_position, const char *position_unit, nd_error *error) {
    char unit[ND_PLOT_TEXT + 4] = "";
    if (position_unit)
        snprintf(unit, sizeof unit, " (%s)", nd_plot_text_of(position_unit, 40).markup);
    nd_peak *order = nd_array(units, sizeof *order, error);
    if (!order)
        return false;
    double wide, high; /* cm */
    nd_plot_size(plot, &wide, &high);
    const double gap_x = GAP / wide, gap_y = GAP / high, gaps = (double)(count - 1);
    const double left = area.left + LEFT / wide, bottom = area.bottom + BOTTOM / high;
    const double grid_width = area.width - (LEFT + RIGHT) / wide;
    const double grid_height = area.height - (BOTTOM + TOP) / high;
    const double width = (grid_width - gaps * gap_x) / (double)count;
    const double height = (grid_height - gaps * gap_y) / (double)count;
    const double half = bins > 1 ? (bin_position[1] - bin_position[0]) / 2 : 0.5;
    cell c = {.bins = bins, .first = bin_position[0] - half, .last = bin_position[bins - 1] + half};
    for (size_t row = 0; row < count; row++) {
        c.rows = sort_units(&sets[row], units, bins, order);
        for (size_t column = 0; column < count; column++) {
            (void)snprintf(c.table, sizeof c.table, "maps-%zu-sorted-by-%zu", column + 1, row + 1);
            write_maps(plot, c.table, &sets[column], bins, order, c.rows);
            c.area =
                (nd_area){left + (double)column * (width + gap_x),
                          bottom + (double)(count - 1 - row) * (height + gap_y), width, height};
            nd_plot_panel_margins(plot, NULL, c.area.left, c.area.bottom, width, height,
                                  (nd_plot_margins){0, 0, 0, 0});
            nd_plot_script(plot, "unset colorbox\n");
            if (row == 0)
                nd_plot_script(plot, "set title '%s'\n", sets[column].title);
            if (column == 0)
                nd_plot_script(plot, "set ylabel '%s'.\"\\nn = %zu\" offset 0.3,0\n",
                               sets[row].sorted_by, c.rows);
            if (row == 0 && column == 0)
                nd_plot_letter(plot, letter, area.left, area.bottom + area.height);
            if (row == 0 && column + 1 == count)
                colour_scale(plot, left + grid_width + 1.5 * gap_x, bottom + grid_height - height,
                             0.25 / wide, height);
            if (row == 0 && column == 0)
                nd_plot_script(plot,
                               "set label 98 'directed position%s' at screen "
                               "%.6g,%.6g center\n",
                               unit, left + grid_width / 2,
                               nd_plot_screen_y(plot, area.bottom + 0.25 / high));
            draw_cell(plot, &c, row + 1 == count);
        }
    }
    free(order);
    return true;
}
