#include "hebbian/inputs.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double first_spacing = 0.2, spacing_factor = 1.42;
static const double orientation_span = M_PI / 3, slice_angle = M_PI / 10;

double nd_grid_field(double x, double y, double spacing, double orientation, double phase_x,
                     double phase_y) {
    double wave_number = 4 * M_PI / (sqrt(3) * spacing), mean = 0;
    for (int k = 1; k <= 3; k++) {
        double angle = 2 * M_PI * k / 3 + orientation;
        double along = cos(angle) * (x - phase_x) + sin(angle) * (y - phase_y);
        mean += cos(wave_number * along) / 3;
    }
    return 2.0 / 3 * (0.5 + mean);
}

/* Room for `count` inputs of that dimension. */
static nd_hebbian_inputs *inputs_new(size_t count, size_t dimension, nd_error *error) {
    nd_hebbian_inputs *inputs = calloc(1, sizeof *inputs);
    if (!inputs) {
        nd_fail(error, "", "", "out of memory for the inputs of the network");
        return NULL;
    }
    inputs->count = count;
    inputs->dimension = dimension;
    inputs->value = nd_doubles(count * dimension, error);
    inputs->position = inputs->value ? nd_doubles(count, error) : NULL;
    if (!inputs->position) {
        nd_hebbian_inputs_free(inputs);
        return NULL;
    }
    return inputs;
}

/* Angles spread evenly over the unit circle. */
static nd_hebbian_inputs *make_ring(size_t count, nd_error *error) {
    nd_hebbian_inputs *inputs = inputs_new(count, 2, error);
    if (!inputs)
        return NULL;
    inputs->circular = true;
    for (size_t s = 0; s < count; s++) {
        double angle = 2 * M_PI * (double)s / (double)count;
        inputs->position[s] = angle;
        inputs->value[2 * s] = cos(angle);
        inputs->value[2 * s + 1] = sin(angle);
    }
    return inputs;
}

/* The grid fields met at (x, y), spacings outermost, phases in y innermost. */
static void grid_slice(double x, double y, double *value) {
    double spacing = first_spacing;
    for (int s = 0; s < ND_GRID_SPACINGS; s++, spacing *= spacing_factor)
        for (int o = 0; o < ND_GRID_ORIENTATIONS; o++)
            for (int px = 0; px < ND_GRID_PHASES; px++)
                for (int py = 0; py < ND_GRID_PHASES; py++)
                    *value++ =
                        nd_grid_field(x, y, spacing, orientation_span * o / ND_GRID_ORIENTATIONS,
                                      spacing * px / ND_GRID_PHASES, spacing * py / ND_GRID_PHASES);
}

/* Places t = 1/count .. 1 along the line r = t (1, tan(slice_angle)). */
static nd_hebbian_inputs *make_place(size_t count, nd_error *error) {
    size_t dimension = ND_GRID_SPACINGS * ND_GRID_ORIENTATIONS * ND_GRID_PHASES * ND_GRID_PHASES;
    nd_hebbian_inputs *inputs = inputs_new(count, dimension, error);
    if (!inputs)
        return NULL;
    for (size_t s = 0; s < count; s++) {
        double t = (double)(s + 1) / (double)count;
        inputs->position[s] = t;
        grid_slice(t, t * tan(slice_angle), inputs->value + s * dimension);
    }
    return inputs;
}

nd_hebbian_inputs *nd_hebbian_inputs_make(const char *kind, size_t count, nd_error *error) {
    if (count == 0) {
        nd_fail(error, "network.input_count", "give at least 1", "no inputs");
        return NULL;
    }
    if (kind && strcmp(kind, "ring") == 0)
        return make_ring(count, error);
    if (kind && strcmp(kind, "place") == 0)
        return make_place(count, error);
    nd_fail(error, "network.inputs", "use ring or place", "no inputs called '%s'",
            kind ? kind : "");
    return NULL;
}

double nd_input_gram(const nd_hebbian_inputs *inputs) {
    double sum = 0;
    for (size_t s = 0; s < inputs->count; s++)
        for (size_t t = 0; t <= s; t++) {
            double product = 0;
            for (size_t k = 0; k < inputs->dimension; k++)
                product += inputs->value[s * inputs->dimension + k] *
                           inputs->value[t * inputs->dimension + k];
            sum += (t < s ? 2 : 1) * product * product;
        }
    return sum;
}

void nd_hebbian_inputs_free(nd_hebbian_inputs *inputs) {
    if (!inputs)
        return;
    free(inputs->value);
    free(inputs->position);
    free(inputs);
}
