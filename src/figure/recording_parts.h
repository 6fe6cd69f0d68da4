/* Parts that the figures of recordings share. */
#ifndef ND_FIGURE_RECORDING_PARTS_H
#define ND_FIGURE_RECORDING_PARTS_H

#include "figure/parts.h"
#include "sessions/sessions.h"

/* The same units at several times, side by side as heat maps, rows sorted by where the maps of one
 * time peak; each map over its own greatest value, with a colour bar at the right. */
typedef struct nd_map_strip {
    size_t times, units, bins;
    double **maps;               /* times; units x bins */
    char (*title)[ND_PLOT_TEXT]; /* times; above each, as enhanced text */
    size_t sorted_by;            /* a time */
    size_t divisions; /* the bins fall into this many equal parts (directions): lines between */
    const char *x_label, *y_label; /* enhanced text */
    const char *name;              /* what its tables are called */
    const char *heading;           /* above all, as enhanced text, or NULL */
} nd_map_strip;

/* "day 3" as enhanced text, of the first 8 characters of what days are called. */
void nd_map_title(const char *day_name, double day, char title[ND_PLOT_TEXT]);

bool nd_draw_map_strip(nd_plot *plot, const char *letter, nd_area area, const nd_map_strip *strip,
                       nd_error *error);

/* A correlation matrix (count x count, NaN blank) as an image; `labels` on both axes, as many as
 * fit; `axis` names what they are; all as enhanced text. */
void nd_draw_correlation_matrix(nd_plot *plot, const char *letter, nd_area area, const char *name,
                                const double *matrix, size_t count, const char *const *labels,
                                const char *axis, const char *title);

/* A metric of a curve against time with error bars, `normalised` to the first or as it is, and
 * the fitted line; `groups` thin curves behind it, if any. */
typedef struct nd_course_panel {
    const nd_recording_result *result;
    const nd_curve *curve;
    size_t metric;
    bool normalised, with_members;
    double top;          /* the y axis goes from 0 to it; 0: by the data */
    const char *y_label; /* enhanced text */
    const char *title;   /* any text, or NULL */
    int line_type;
    char name[64]; /* of its tables */
} nd_course_panel;
void nd_draw_course(nd_plot *plot, const char *letter, nd_area area, const nd_course_panel *panel);

/* The metrics a data set is shown by: fraction active where it has one, else place cells or the
 * number of active cells; and spatial information, naive over active cells. */
size_t nd_shown_activity(const nd_curve *curve);

/* What sessions are compared by: the same on an equal footing, where there is one. */
size_t nd_compared_activity(const nd_curve *curve);
size_t nd_compared_information(const nd_curve *curve);

/* "SI (bit/spike)": `what` with its unit in the recording's own words, fit for a gnuplot string in
 * single quotes. Returns `text`. */
const char *nd_recorded_label(const nd_recording_result *result, const char *what, const char *unit,
                              char *text, size_t size);

/* The curve of the whole data set: the last. */
const nd_curve *nd_whole_curve(const nd_recording_result *result);

#endif
