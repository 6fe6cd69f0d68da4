#include "engine/sample_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "world/world.h"

enum { MOST_SAMPLES = 2048, PASSES = 30 };

/* (x_s, 1).(x_t, 1). */
static double product(const nd_dataset *dataset, size_t s, size_t t) {
    const double *x = dataset->input + s * dataset->inputs;
    const double *y = dataset->input + t * dataset->inputs;
    double sum = 1;
    for (size_t i = 0; i < dataset->inputs; i++)
        sum += x[i] * y[i];
    return sum;
}

/* n x n angles between (x_s, 1); `length` (n) is scratch. */
static void find_angles(const nd_dataset *dataset, double *length, float *angle) {
    size_t n = dataset->samples;
    for (size_t s = 0; s < n; s++)
        length[s] = sqrt(product(dataset, s, s));
    for (size_t s = 0; s < n; s++)
        for (size_t t = 0; t <= s; t++) {
            double cosine = s == t ? 1 : product(dataset, s, t) / (length[s] * length[t]);
            angle[s * n + t] = angle[t * n + s] = (float)acos(fmin(fmax(cosine, -1), 1));
        }
}

/* The sum of the angles (n x n) from sample to sample, in their order. */
static double path_length(size_t n, const float *angle, const size_t *order) {
    double sum = 0;
    for (size_t i = 1; i < n; i++)
        sum += (double)angle[order[i - 1] * n + order[i]];
    return sum;
}

/* From the first sample on, always to the nearest of those left. */
static void nearest_next(size_t n, const float *angle, size_t *order) {
    for (size_t i = 1; i < n; i++) {
        const float *from = angle + order[i - 1] * n;
        size_t best = i;
        for (size_t k = i + 1; k < n; k++)
            if (from[order[k]] < from[order[best]])
                best = k;
        size_t next = order[best];
        order[best] = order[i];
        order[i] = next;
    }
}

/* Turns a stretch of an order round, both ends in. */
static void reverse(size_t *from, size_t *to) {
    for (; from < to; from++, to--) {
        size_t kept = *from;
        *from = *to;
        *to = kept;
    }
}

/* Turns stretches round while that shortens the path (2-opt). */
static void shorten(size_t n, const float *angle, size_t *order) {
    bool shorter = true;
    for (int pass = 0; shorter && pass < PASSES; pass++) {
        shorter = false;
        for (size_t i = 0; i + 1 < n; i++)
            for (size_t k = i + 1; k < n; k++) {
                double now = 0, then = 0;
                if (i > 0) {
                    now += (double)angle[order[i - 1] * n + order[i]];
                    then += (double)angle[order[i - 1] * n + order[k]];
                }
                if (k + 1 < n) {
                    now += (double)angle[order[k] * n + order[k + 1]];
                    then += (double)angle[order[i] * n + order[k + 1]];
                }
                if (then < now - 1e-6) {
                    reverse(order + i, order + k);
                    shorter = true;
                }
            }
    }
}

bool nd_sample_order(const nd_dataset *dataset, size_t *order, nd_error *error) {
    size_t n = dataset->samples;
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    if (n > MOST_SAMPLES || n < 3)
        return true;
    float *angle = nd_array(n * n, sizeof *angle, error);
    double *length = nd_doubles(n, error);
    size_t *other = nd_array(n, sizeof *other, error);
    if (angle && length && other) {
        find_angles(dataset, length, angle);
        memcpy(other, order, n * sizeof *order);
        shorten(n, angle, order);
        nearest_next(n, angle, other);
        shorten(n, angle, other);
        if (path_length(n, angle, other) < path_length(n, angle, order))
            memcpy(order, other, n * sizeof *order);
    }
    bool fine = angle && length && other;
    free(angle);
    free(length);
    free(other);
    return fine;
}

nd_dataset *nd_dataset_in_order(const nd_dataset *dataset, const size_t *order, nd_error *error) {
    size_t inputs = dataset->inputs, outputs = dataset->outputs;
    nd_dataset *out = nd_dataset_new(dataset->samples, inputs, outputs, error);
    for (size_t i = 0; out && i < dataset->samples; i++) {
        memcpy(out->input + i * inputs, dataset->input + order[i] * inputs,
               inputs * sizeof *out->input);
        memcpy(out->target + i * outputs, dataset->target + order[i] * outputs,
               outputs * sizeof *out->target);
    }
    return out;
}
