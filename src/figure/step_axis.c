#include <math.h>
#include <stdio.h>

#include "figure/parts.h"

nd_step_axis nd_step_axis_for(double last) {
    nd_step_axis axis = {.unit = 1, .label = "training step"};
    int power = last >= 1000 ? 3 * (int)(log10(last) / 3 + 1e-9) : 0;
    if (power > 0) {
        axis.unit = pow(10, power);
        (void)snprintf(axis.label, sizeof axis.label, "training step (10^{%d})", power);
    }
    return axis;
}

const char *nd_step_text(double step, char *out, size_t size) {
    int power = step >= 1 ? (int)floor(log10(step) + 1e-12) : 0;
    double digits = step / pow(10, power);
    if (power < 4)
        (void)snprintf(out, size, "%.6g", step);
    else if (fabs(digits - 1) < 5e-4)
        (void)snprintf(out, size, "10^{%d}", power);
    else
        (void)snprintf(out, size, "%.3g·10^{%d}", digits, power);
    return out;
}

double nd_nice_step(double range, int most) {
    if (!(range > 0))
        return 1;
    double least = range / most, power = pow(10, floor(log10(least))), digit = least / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

const char *nd_steps_text(double shortest, double longest, char *out, size_t size) {
    char least[48], most[48];
    nd_step_text(shortest, least, sizeof least);
    nd_step_text(longest, most, sizeof most);
    if (shortest == longest)
        snprintf(out, size, "%s steps", most);
    else
        snprintf(out, size, "%s to %s steps", least, most);
    return out;
}
