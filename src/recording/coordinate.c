#include "recording/coordinate.h"

#include <math.h>

double nd_coordinate_step(const nd_coordinate *along, double a, double b) {
    double step = b - a;
    return along->loop && along->span > 0.0 ? step - along->span * round(step / along->span) : step;
}

bool nd_coordinate_jumps(const nd_coordinate *along, double a, double b) {
    return !along->loop && along->span > 0.0 && fabs(b - a) > 0.5 * along->span;
}

void nd_coordinate_range(const nd_settings *settings, bool y, const nd_series *series,
                         size_t column, double range[2]) {
    const double *given = y ? settings->range_y : settings->range_x;
    range[0] = given[0];
    range[1] = given[1];
    if (!isnan(given[0]))
        return;
    range[0] = INFINITY;
    range[1] = -INFINITY;
    for (size_t i = 0; i < series->rows; i++) {
        double value = series->values[i * series->columns + column];
        if (isfinite(value)) {
            range[0] = fmin(range[0], value);
            range[1] = fmax(range[1], value);
        }
    }
}
