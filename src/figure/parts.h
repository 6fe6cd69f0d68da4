/* Parts that several figures share. */
#ifndef ND_FIGURE_PARTS_H
#define ND_FIGURE_PARTS_H

#include "analyse/measured_run.h"
#include "figure/plot.h"

/* By what to divide training steps up to `last` on an axis, and that axis's label. */
typedef struct nd_step_axis {
    double unit;    /* 1, 10^3, 10^6 ... */
    char label[48]; /* "training step (10^6)" */
} nd_step_axis;
nd_step_axis nd_step_axis_for(double last);

/* A step as text for a picture: "1200", "4·10^{5}", "10^{6}"; returns `out`. */
const char *nd_step_text(double step, char *out, size_t size);

/* How long runs were, as text for a picture: "10^{6} steps", "10^{5} to 10^{6} steps"; `out`. */
const char *nd_steps_text(double shortest, double longest, char *out, size_t size);

/* A network and how long it was trained, as text for a picture's foot: "100 hidden units, 10^{6}
 * steps"; `out`. */
const char *nd_network_text(const char *units_name, size_t units, double steps, char *out,
                            size_t size);

/* The least of 1, 2, 5 times a power of ten that parts `range` into at most `most` steps: the
 * distance of tics that have little room. */
double nd_nice_step(double range, int most);

/* Tics of a logarithmic axis ('x' or 'y'), in words of their own: at 1, 2 and 5 of every decade,
 * beyond two decades at the decades alone. Versions of gnuplot choose them differently. */
void nd_log_tics(nd_plot *plot, char axis, double low, double high);

/* The same with the powers of ten alone, "10^{3}", and short tics between them; where there are not
 * two of them from `low` to `high`, as nd_log_tics. Not `labelled`: tics without numbers, from one
 * power of ten on. An increment (`set xtics 10`) will not do: it counts from where the range
 * begins, or adds up. */
void nd_decade_tics(nd_plot *plot, char axis, double low, double high, bool labelled);

/* A part of the picture, in fractions of it, as nd_plot_panel takes it. */
typedef struct nd_area {
    double left, bottom, width, height;
} nd_area;

/* One column of a grid of rate maps, and one way to sort its rows. */
typedef struct nd_rate_maps {
    double *maps;       /* units x bins, smoothed */
    const bool *tuned;  /* units */
    char title[64];     /* above its column */
    char sorted_by[64]; /* beside its row */
} nd_rate_maps;

/* A grid of heat maps: columns are the sets; row i shows the units tuned in set i, sorted by where
 * set i's maps peak. Each unit's map is normalised by its own peak; silent units are blank. The
 * position's unit may be NULL. */
bool nd_draw_rate_map_grid(nd_plot *plot, const char *letter, nd_area area,
                           const nd_rate_maps *sets, size_t count, size_t units, size_t bins,
                           const double *bin_position, const char *position_unit, nd_error *error);

/* The world of a run: the corridor with its walls, a view and the path; or, where no walls are
 * known, positions and inputs. */
void nd_draw_world(nd_plot *plot, const char *letter, nd_area area, const nd_run *run);

#endif
