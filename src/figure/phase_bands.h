/* The phases of learning as bands behind a panel's traces. */
#ifndef ND_FIGURE_PHASE_BANDS_H
#define ND_FIGURE_PHASE_BANDS_H

#include "figure/plot.h"
#include "measure/phases.h"

/* Bands from `first` to `last` on the x axis (in units of `unit` steps), their names above the
 * panel: i, ii, iii; (iii) is what is left of a run whose phase iii is not claimed. To be called
 * after the panel is begun and before it is plotted. */
void nd_draw_phase_bands(nd_plot *plot, const nd_phases *phases, double first, double last,
                         double unit, bool logarithmic);

#endif
