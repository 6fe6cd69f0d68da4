#include "network/activation.h"

#include <math.h>
#include <string.h>

/* Off-field values of a smooth activation are small, not zero. Each one's threshold is phi(0), so
 * that "active" always means a positive drive. */

static double relu(double a) {
    return a > 0 ? a : 0;
}
static double relu_slope(double a) {
    return a > 0 ? 1 : 0;
}
static double no_curvature(double a) {
    (void)a;
    return 0;
}

static const double LEAK = 0.01;
static double leaky_relu(double a) {
    return a > 0 ? a : LEAK * a;
}
static double leaky_relu_slope(double a) {
    return a > 0 ? 1 : LEAK;
}

static double elu(double a) {
    return a > 0 ? a : expm1(a);
}
static double elu_slope(double a) {
    return a > 0 ? 1 : exp(a);
}
static double elu_curvature(double a) {
    return a > 0 ? 0 : exp(a);
}

/* The standard Gaussian's density and distribution. */
static double density(double a) {
    return exp(-0.5 * a * a) / sqrt(2 * M_PI);
}
static double distribution(double a) {
    return 0.5 * erfc(-a / M_SQRT2);
}
static double gelu(double a) {
    return a * distribution(a);
}
static double gelu_slope(double a) {
    return distribution(a) + a * density(a);
}
static double gelu_curvature(double a) {
    return (2 - a * a) * density(a);
}

static double sigmoid(double a) {
    return 1 / (1 + exp(-a));
}
static double sigmoid_slope(double a) {
    return sigmoid(a) * sigmoid(-a);
}
static double sigmoid_curvature(double a) {
    return sigmoid_slope(a) * (sigmoid(-a) - sigmoid(a));
}

static double silu(double a) {
    return a * sigmoid(a);
}
static double silu_slope(double a) {
    return sigmoid(a) + a * sigmoid_slope(a);
}
static double silu_curvature(double a) {
    return 2 * sigmoid_slope(a) + a * sigmoid_curvature(a);
}

static double softplus(double a) {
    return fmax(a, 0) + log1p(exp(-fabs(a)));
}

static double tanh_slope(double a) {
    double t = tanh(a);
    return 1 - t * t;
}
static double tanh_curvature(double a) {
    return -2 * tanh(a) * tanh_slope(a);
}

static const nd_activation ACTIVATIONS[] = {
    {"relu", relu, relu_slope, no_curvature, 0, true},
    {"leaky-relu", leaky_relu, leaky_relu_slope, no_curvature, 0, false},
    {"elu", elu, elu_slope, elu_curvature, 0, false},
    {"gelu", gelu, gelu_slope, gelu_curvature, 0, false},
    {"silu", silu, silu_slope, silu_curvature, 0, false},
    {"softplus", softplus, sigmoid, sigmoid_slope, M_LN2, false},
    {"tanh", tanh, tanh_slope, tanh_curvature, 0, false},
    {"sigmoid", sigmoid, sigmoid_slope, sigmoid_curvature, 0.5, false},
    {NULL, NULL, NULL, NULL, 0, false},
};

const nd_activation *nd_activations(void) {
    return ACTIVATIONS;
}

const nd_activation *nd_activation_find(const char *name) {
    for (const nd_activation *activation = ACTIVATIONS; activation->name; activation++)
        if (strcmp(activation->name, name) == 0)
            return activation;
    return NULL;
}
