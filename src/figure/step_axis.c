#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* "2·10^{-3}", or "20" where that is as short. */
static const char *number_text(int digit, int power, char *out, size_t size) {
    if (power >= 0 && power < 4)
        snprintf(out, size, "%.0f", digit * pow(10, power));
    else if (digit == 1)
        snprintf(out, size, "10^{%d}", power);
    else
        snprintf(out, size, "%d·10^{%d}", digit, power);
    return out;
}

/* One that a logarithmic axis can show. */
static bool a_range(double low, double high) {
    return low > 0 && high >= low && isfinite(high);
}

void nd_log_tics(nd_plot *plot, char axis, double low, double high) {
    static const int digits[] = {1, 2, 5};
    char text[24];
    if (!a_range(low, high))
        return;
    nd_plot_script(plot, "set %ctics ()\n", axis);
    for (int power = (int)floor(log10(low)); power <= (int)floor(log10(high)); power++)
        for (int d = 0; d < (high > 100 * low ? 1 : 3); d++) {
            double at = digits[d] * pow(10, power);
            if (at >= low && at <= high)
                nd_plot_script(plot, "set %ctics add ('%s' %.9g)\n", axis,
                               number_text(digits[d], power, text, sizeof text), at);
        }
}

void nd_decade_tics(nd_plot *plot, char axis, double low, double high, bool labelled) {
    const double room = 1e-9; /* what a logarithm may be off */
    if (!a_range(low, high))
        return;
    int first = (int)floor(log10(low) + room), last = (int)floor(log10(high) + room);
    double powers = last + 1 - ceil(log10(low) - room);
    if (powers < (labelled ? 2 : 1)) {
        nd_log_tics(plot, axis, low, high);
        return;
    }
    nd_plot_script(plot, "set %ctics ()\n", axis);
    for (int power = first; power <= last; power++)
        for (int d = 1; d < 10; d++) {
            double at = d * pow(10, power);
            if (at < low * (1 - room) || at > high * (1 + room))
                continue;
            if (d == 1 && labelled)
                nd_plot_script(plot, "set %ctics add ('10^{%d}' 1e%d)\n", axis, power, power);
            else
                nd_plot_script(plot, "set %ctics add ('' %de%d %d)\n", axis, d, power, d > 1);
        }
}

const char *nd_network_text(const char *units_name, size_t units, double steps, char *out,
                            size_t size) {
    char text[32];
    int letters = (int)strlen(units_name) - (units == 1); /* without the plural's s */
    (void)snprintf(out, size, "%zu %.*s, %s steps", units, letters, units_name,
                   nd_step_text(steps, text, sizeof text));
    return out;
}
