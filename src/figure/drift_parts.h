/* Parts of the figures of measures of drift: series of a run or a recording, and pairs of sessions
 * against the time between them. */
#ifndef ND_FIGURE_DRIFT_PARTS_H
#define ND_FIGURE_DRIFT_PARTS_H

#include "figure/recording_parts.h"
#include "store/drift_file.h"

enum { ND_DRIFT_SERIES = 4 }; /* shown at most: as many as are told apart at a glance */

/* The series with any value, at most ND_DRIFT_SERIES, into `shown`; returns how many. */
size_t nd_drift_shown(const nd_drift_read *read, size_t *shown);

/* By what to divide time apart, and the axis's label, as enhanced text. */
void nd_drift_time_axis(const nd_drift_read *read, double *unit, char label[ND_PLOT_TEXT]);

/* A pair measure against time apart: points a pair, lines their means at each time apart, one
 * colour a series; `chance` (ND_DRIFT_PAIRS: none) dashed. `table` names its tables; above it the
 * series' names (`key`) and what is dashed (`chance_key`). */
typedef struct nd_drift_panel {
    nd_drift_pair pair, chance;
    const char *table, *y_label; /* y_label: enhanced text */
    bool key, from_zero, chance_key;
} nd_drift_panel;
void nd_draw_drift_panel(nd_plot *plot, const char *letter, nd_area area, const nd_drift_read *read,
                         const nd_drift_panel *panel);

#endif
