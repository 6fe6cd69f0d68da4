#include "figure/phase_bands.h"

#include <math.h>

/* Names as near as this (of the panel's width) would lie on each other. */
static const double NEAREST = 0.06;

static double share_of(double x, double first, double last, bool logarithmic) {
    return logarithmic ? log(x / first) / log(last / first) : (x - first) / (last - first);
}

void nd_draw_phase_bands(nd_plot *plot, const nd_phases *phases, double first, double last,
                         double unit, bool logarithmic) {
    static const char *const tint[] = {"#FBE0D8", "#FFF3C4", "#DCEBF5"};
    static const char *const name[] = {"i", "ii", "iii"};
    double from = first, taken = -1;
    for (int k = 0; k < 3; k++) {
        double to = fmin(fmax(phases->end_step[k] / unit, from), last);
        if (!phases->seen[k] || !(to > from))
            continue;
        double left = share_of(from, first, last, logarithmic);
        double right = share_of(to, first, last, logarithmic);
        double middle = fmax(0.5 * (left + right), taken + NEAREST);
        nd_plot_script(plot,
                       "set object rectangle from first %.9g, graph 0 to first %.9g, graph 1 "
                       "fillcolor rgb '%s' fillstyle solid 1 noborder behind\n"
                       "set label '%s' at graph %.6g, graph 1.06 center\n",
                       from, to, tint[k],
                       k == 2 && !nd_phase_claimed(phases, 2) ? "(iii)" : name[k], middle);
        taken = middle;
        from = to;
    }
}
