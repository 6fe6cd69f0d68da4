/* What the agent of a run lives in and sees. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "figure/parts.h"
#include "world/worlds.h"

enum { WALL_PIECES = 240, END_PIECES = 24 };

/* The corridor as drawn: along its length to the right, its left wall above. */
typedef struct corridor {
    const nd_world_keys *keys;
    const nd_dataset *dataset;
    double half_x, half_y;
    double thick; /* of the drawn walls, in the unit of positions */
} corridor;

static double texture_at(const corridor *track, double y, double angle) {
    const nd_dataset *dataset = track->dataset;
    double phase = nd_track_phase(track->keys, y, angle);
    phase = phase > 1 ? 0 : phase; /* as the published code reads it */
    return dataset->wall_texture[(size_t)(phase * (double)dataset->texture) % dataset->texture];
}

/* Where a ray from the centre line at y under `angle` ends; x to the agent's right. */
static void ray_end(const corridor *track, double y, double angle, double *end_x, double *end_y) {
    double right = sin(angle), up = cos(angle);
    double to_side = fabs(right) > 1e-12 ? track->half_x / fabs(right) : INFINITY;
    double to_end = up > 0   ? (track->half_y - y) / up
                    : up < 0 ? (-track->half_y - y) / up
                             : INFINITY;
    double distance = fmin(to_side, to_end);
    *end_x = right * distance;
    *end_y = y + up * distance;
}

/* A box of wall, from y0 to y1 along the corridor and x0 to x1 to the agent's left. */
static void box(nd_plot *plot, double y0, double y1, double x0, double x1, double texture) {
    nd_plot_row(plot, 5, (double[]){y0, y1, x0, x1, texture});
}

/* Rows "y0, y1, x0, x1, texture" of boxes along the walls. Each reaches into the next, which is
 * drawn over it, so that no seams show. */
static void write_walls(nd_plot *plot, const corridor *track) {
    const double half_x = track->half_x, half_y = track->half_y, thick = track->thick;
    nd_plot_table(plot, "walls");
    double step = 2 * half_y / WALL_PIECES;
    for (int i = 0; i < WALL_PIECES; i++) {
        double low = -half_y + step * i, y = low + step / 2, high = fmin(low + 1.5 * step, half_y);
        box(plot, low, high, -half_x - thick, -half_x, texture_at(track, y, M_PI / 2));
        box(plot, low, high, half_x, half_x + thick, texture_at(track, y, -M_PI / 2));
    }
    double end = half_y + thick * half_y / half_x / 12;
    step = 2 * half_x / END_PIECES;
    for (int i = 0; i < END_PIECES; i++) {
        double low = -half_x + step * i, x = low + step / 2, high = fmin(low + 1.5 * step, half_x);
        box(plot, half_y, end, low, high, texture_at(track, 0, atan2(-x, half_y)));
        box(plot, -end, -half_y, low, high, texture_at(track, 0, atan2(-x, -half_y)));
    }
}

/* The sample whose view is drawn: running up, a quarter of the corridor in. */
static size_t viewer(const corridor *track) {
    const nd_dataset *dataset = track->dataset;
    size_t best = 0;
    double least = INFINITY;
    for (size_t s = 0; s < dataset->samples; s++) {
        bool here = !dataset->environment || dataset->environment[s] == 0;
        double heading = dataset->heading ? fabs(remainder(dataset->heading[s], 2 * M_PI)) : 0;
        double off = fabs(dataset->position[s] + 0.25 * track->half_y);
        if (here && heading < 1 && off < least) {
            least = off;
            best = s;
        }
    }
    return best;
}

static void write_view(nd_plot *plot, const corridor *track, double *agent) {
    size_t s = viewer(track);
    double y = track->dataset->position[s];
    double heading = track->dataset->heading ? track->dataset->heading[s] : 0;
    size_t rays = track->keys->input_dim;
    nd_plot_table(plot, "view");
    for (size_t i = 0; i < rays; i++) {
        double share = rays > 1 ? 2 * (double)i / (double)(rays - 1) - 1 : 0;
        double angle = heading + M_PI / track->keys->fov_fraction * share, x, end;
        ray_end(track, y, angle, &x, &end);
        nd_plot_row(plot, 5, (double[]){y, 0, end - y, -x, texture_at(track, y, angle)});
    }
    *agent = y;
}

/* Rows "position, sample" of the first environment, a blank line where samples are skipped, and
 * its last sample. */
static void write_path(nd_plot *plot, const nd_dataset *dataset, double *last) {
    nd_plot_table(plot, "path");
    for (size_t s = 0; s < dataset->samples; s++)
        if (!dataset->environment || dataset->environment[s] == 0) {
            nd_plot_row(plot, 2, (double[]){dataset->position[s], (double)s});
            *last = (double)s;
        } else
            nd_plot_blank(plot);
}

static void draw_path(nd_plot *plot, nd_area area, double least, double most, double last,
                      nd_plot_margins margins) {
    nd_plot_panel_margins(plot, NULL, area.left, area.bottom, area.width, area.height, margins);
    nd_plot_script(plot,
                   "set xrange [%.6g:%.6g]\nset yrange [%.6g:0]\nset xlabel 'position'\n"
                   "set ylabel 'sample'\n"
                   "plot 'path' with linespoints linetype 1 linewidth 0.8 pointsize 0.2 notitle\n",
                   least, most, last);
}

static void draw_corridor(nd_plot *plot, const char *letter, nd_area area, const nd_run *run) {
    double wide, high, agent, last = 1;
    nd_plot_size(plot, &wide, &high);
    const nd_world_keys *keys = &run->experiment->world;
    corridor track = {.keys = keys,
                      .dataset = run->dataset,
                      .half_x = keys->size_x / 2,
                      .half_y = keys->size_y / 2,
                      .thick = keys->size_x * 0.22};
    write_walls(plot, &track);
    write_view(plot, &track, &agent);
    nd_plot_table(plot, "agent");
    nd_plot_row(plot, 2, (double[]){agent, 0});
    write_path(plot, run->dataset, &last);
    double edge = track.half_y * 1.04, tall = 1.75 / high; /* the corridor's share of the panel */
    nd_plot_panel_margins(plot, letter, area.left, area.bottom + area.height - tall, area.width,
                          tall, (nd_plot_margins){1.45, 0.35, 0.05, 0.6});
    nd_plot_script(
        plot,
        "unset border\nunset tics\nunset colorbox\nset xrange [%.6g:%.6g]\nset yrange "
        "[%.6g:%.6g]\nset title 'corridor: wall texture, view, path' offset 0,-0.6\n"
        "plot 'walls' using (($1+$2)/2):(($3+$4)/2):1:2:3:4:5 with boxxyerror fillcolor palette "
        "notitle, 'view' using 1:2:3:4:5 with vectors nohead linecolor palette linewidth 0.9 "
        "notitle, 'agent' with points pointtype 7 pointsize 0.6 linecolor rgb '#D55E00' notitle\n",
        -edge, edge, -track.half_x - track.thick, track.half_x + track.thick);
    area.height -= tall;
    draw_path(plot, area, -edge, edge, last, (nd_plot_margins){1.45, 0.35, 1.0, 0.05});
}

/* The range of values; 1 where they are all the same. */
static double range_of(const double *values, size_t count) {
    double least = values[0], most = values[0];
    for (size_t i = 1; i < count; i++) {
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    return most > least ? most - least : 1;
}

static void draw_positions(nd_plot *plot, const char *letter, nd_area area,
                           const nd_dataset *dataset) {
    char unit[ND_PLOT_TEXT + 4] = "";
    if (dataset->position_unit)
        snprintf(unit, sizeof unit, " (%s)", nd_plot_text_of(dataset->position_unit, 40).markup);
    nd_plot_table(plot, "position");
    for (size_t s = 0; s < dataset->samples; s++)
        nd_plot_row(plot, 2, (double[]){(double)s, dataset->position[s]});
    nd_plot_panel_margins(plot, letter, area.left, area.bottom, area.width, area.height,
                          (nd_plot_margins){1.45, 1.4, 0.12, 0.6});
    nd_plot_script(plot,
                   "set xrange [-0.5:%zu-0.5]\nset format x ''\nset xtics %.6g\nset ytics %.6g\n"
                   "set autoscale yfix\nset ylabel 'position%s'\n"
                   "plot 'position' with lines linetype 1 linewidth 0.8 notitle\n",
                   dataset->samples, nd_nice_step((double)dataset->samples, 4),
                   nd_nice_step(range_of(dataset->position, dataset->samples), 4), unit);
}

/* Where no walls are known: positions over the samples, and the inputs. */
static void draw_inputs(nd_plot *plot, const char *letter, nd_area area, const nd_run *run) {
    const nd_dataset *dataset = run->dataset;
    double half = area.height * 0.55, top = 0.6;
    if (dataset->position) {
        nd_area upper = {area.left, area.bottom + half, area.width, area.height - half};
        draw_positions(plot, letter, upper, dataset);
        area.height = half;
        letter = NULL;
        top = 0.12;
    }
    nd_plot_matrix(plot, "inputs", dataset->samples, dataset->inputs, dataset->input);
    nd_plot_panel_margins(plot, letter, area.left, area.bottom, area.width, area.height,
                          (nd_plot_margins){1.45, 1.4, 1.0, top});
    nd_plot_script(plot,
                   "set xrange [-0.5:%zu-0.5]\nset yrange [-0.5:%zu-0.5]\nset xlabel 'sample'\n"
                   "set ylabel 'input'\nset cblabel 'value'\nset border 15\nset xtics %.6g\n"
                   "set ytics %.6g\nset cbtics %.6g\nset autoscale cbfix\n"
                   "plot 'inputs' matrix using 2:1:3 with image notitle\n",
                   dataset->samples, dataset->inputs, nd_nice_step((double)dataset->samples, 4),
                   nd_nice_step((double)dataset->inputs, 3),
                   nd_nice_step(range_of(dataset->input, dataset->samples * dataset->inputs), 3));
}

void nd_draw_world(nd_plot *plot, const char *letter, nd_area area, const nd_run *run) {
    if (run->dataset->wall_texture && run->dataset->position)
        draw_corridor(plot, letter, area, run);
    else
        draw_inputs(plot, letter, area, run);
}
