#include "flatness/relax_step.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "flatness/dense.h"
#include "flatness/spectrum.h"

enum { MOST_ROUNDS = 3 };
/* Shares: of the greatest preactivation, below which one is on its crease; of the mean diagonal,
 * the ridge that keeps equations of dependent pairs solvable; of a slope, rounding. */
static const double ON_CREASE = 1e-9, PAIR_RIDGE = 1e-10, SLOPE_ROUNDING = 1e-9;

static bool kinked(const nd_relax_step *self) {
    return self->high - self->low > 1e-6;
}

static bool on_crease(const nd_relax_step *self, double preactivation) {
    return fabs(preactivation) <= ON_CREASE * self->greatest;
}

static bool *held_flag(const nd_relax_step *self, size_t unit, size_t sample) {
    return &self->held[self->at->unit[unit] * self->at->samples + sample];
}

static void evaluate_preactivations(nd_relax_step *self, const nd_parameters *parameters) {
    const nd_linearization *at = self->at;
    size_t n = at->samples, d = at->inputs - 1;
    self->greatest = 0;
    for (size_t j = 0; j < at->units; j++)
        for (size_t s = 0; s < n; s++) {
            const double *weights = parameters->input_weights + at->unit[j] * d;
            double a = parameters->bias[at->unit[j]];
            a += cblas_ddot((int)d, weights, 1, at->input + s * at->inputs, 1);
            self->preactivation[j * n + s] = a;
            self->greatest = fmax(self->greatest, fabs(a));
        }
}

void nd_relax_step_move(nd_relax_step *self, nd_linearization *at,
                        const nd_parameters *parameters) {
    if (self->at != at)
        nd_linearization_free(self->at);
    self->at = at;
    self->gram_known = false;
    if (!kinked(self))
        return;
    evaluate_preactivations(self, parameters);
    for (size_t j = 0; j < at->units; j++)
        for (size_t s = 0; s < at->samples; s++)
            if (*held_flag(self, j, s))
                at->slope[j * at->samples + s] = 0;
}

bool nd_relax_step_begin(nd_relax_step *self, nd_linearization *at, const nd_parameters *parameters,
                         const nd_activation *activation, nd_error *error) {
    size_t n = at->samples, size = nd_residual_count(at), hidden = at->hidden;
    static const double beside = 1e-30;
    *self = (nd_relax_step){.low = activation->slope(-beside),
                            .high = activation->slope(beside),
                            .at = at,
                            .kernel = nd_doubles(n * n, error),
                            .preactivation = nd_doubles(hidden * n, error),
                            .change = nd_doubles(hidden * n, error),
                            .held = nd_array(hidden * n, sizeof(bool), error),
                            .pair = nd_array(hidden * n, sizeof(nd_held_pair), error),
                            .gram = nd_doubles(size * size, error),
                            .step = nd_doubles(hidden * nd_unit_width(at), error)};
    if (!self->kernel || !self->preactivation || !self->change || !self->held || !self->pair ||
        !self->gram || !self->step)
        return false;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)n, (int)at->inputs, 1,
                at->input, (int)at->inputs, at->input, (int)at->inputs, 0, self->kernel, (int)n);
    nd_relax_step_move(self, at, parameters);
    return true;
}

void nd_relax_step_end(nd_relax_step *self) {
    nd_linearization_free(self->at);
    free(self->kernel);
    free(self->preactivation);
    free(self->change);
    free(self->held);
    free(self->pair);
    free(self->gram);
    free(self->system);
    free(self->right);
    free(self->step);
}

bool nd_relax_step_scale(nd_relax_step *self, nd_error *error) {
    if (self->gram_known)
        return true;
    size_t size = nd_residual_count(self->at);
    double sum = 0;
    if (!nd_gram(self->at, self->gram, error))
        return false;
    for (size_t i = 0; i < size; i++)
        sum += self->gram[i * size + i];
    self->scale = sum / (double)size;
    self->gram_known = true;
    return true;
}

static void list_pairs(nd_relax_step *self) {
    const nd_linearization *at = self->at;
    self->holds = 0;
    for (size_t j = 0; kinked(self) && j < at->units; j++)
        for (size_t s = 0; s < at->samples; s++)
            if (*held_flag(self, j, s))
                self->pair[self->holds++] = (nd_held_pair){j, s};
}

static bool make_room(nd_relax_step *self, size_t size, nd_error *error) {
    if (size <= self->room)
        return true;
    free(self->system);
    free(self->right);
    self->room = size + (self->room ? 64 : 0);
    self->system = nd_doubles(self->room * self->room, error);
    self->right = nd_doubles(self->room, error);
    return self->system && self->right;
}

/* The factor that brings pair i's equation to the scale of the others. */
static double pair_scale(const nd_relax_step *self, size_t i) {
    size_t s = self->pair[i].sample;
    return sqrt(self->scale / self->kernel[s * self->at->samples + s]);
}

/* Column-major lower triangle of [J J' + mu, J C'; C J', C C'], C the pairs' equations. */
static void fill_system(nd_relax_step *self, double mu) {
    const nd_linearization *at = self->at;
    size_t n = at->samples, outputs = at->outputs, residuals = nd_residual_count(at);
    size_t size = residuals + self->holds;
    for (size_t c = 0; c < residuals; c++) {
        size_t s = c / outputs, k = c % outputs;
        double *column = self->system + c * size;
        memcpy(column, self->gram + c * residuals, residuals * sizeof *column);
        column[c] += mu;
        for (size_t i = 0; i < self->holds; i++) {
            size_t j = self->pair[i].unit, t = self->pair[i].sample;
            column[residuals + i] = pair_scale(self, i) * at->output_weights[j * outputs + k] *
                                    at->slope[j * n + s] * self->kernel[s * n + t];
        }
        self->right[c] = at->residual[c];
    }
    for (size_t i = 0; i < self->holds; i++) {
        size_t j = self->pair[i].unit, t = self->pair[i].sample;
        double *column = self->system + (residuals + i) * size + residuals;
        for (size_t l = i; l < self->holds; l++)
            column[l] = self->pair[l].unit != j ? 0
                                                : pair_scale(self, i) * pair_scale(self, l) *
                                                      self->kernel[t * n + self->pair[l].sample];
        column[i] += PAIR_RIDGE * self->scale;
        self->right[residuals + i] = pair_scale(self, i) * self->preactivation[j * n + t];
    }
}

/* Lets go of the pairs whose slope would have to lie outside the activation's two; how many. The
 * step holds pair i by its multiplier, which is that slope times the push on it. */
static size_t let_go(nd_relax_step *self) {
    nd_linearization *at = self->at;
    size_t n = at->samples, outputs = at->outputs, residuals = nd_residual_count(at), gone = 0;
    for (size_t i = 0; i < self->holds; i++) {
        size_t j = self->pair[i].unit, s = self->pair[i].sample;
        double push = cblas_ddot((int)outputs, self->right + s * outputs, 1,
                                 at->output_weights + j * outputs, 1);
        double multiplier = pair_scale(self, i) * self->right[residuals + i];
        bool down = push <= 0 || multiplier < (self->low - SLOPE_ROUNDING) * push;
        bool up = push > 0 && multiplier > (self->high + SLOPE_ROUNDING) * push;
        if (!down && !up)
            continue;
        double a = self->preactivation[j * n + s];
        bool active = on_crease(self, a) ? up : a > 0;
        *held_flag(self, j, s) = false;
        at->slope[j * n + s] = active ? self->high : self->low;
        gone++;
    }
    if (gone > 0)
        self->gram_known = false;
    return gone;
}

/* From multipliers to the step, the change of every preactivation and the loss predicted. */
static void finish_step(nd_relax_step *self) {
    const nd_linearization *at = self->at;
    size_t residuals = nd_residual_count(at), width = nd_unit_width(at);
    nd_jacobian_transposed_times(at, self->right, self->step);
    cblas_dscal((int)nd_awake_parameters(at), -1, self->step, 1);
    for (size_t i = 0; i < self->holds; i++)
        cblas_daxpy((int)at->inputs, -pair_scale(self, i) * self->right[residuals + i],
                    at->input + self->pair[i].sample * at->inputs, 1,
                    self->step + self->pair[i].unit * width, 1);
    if (at->units > 0)
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)at->units, (int)at->samples,
                    (int)at->inputs, 1, self->step, (int)width, at->input, (int)at->inputs, 0,
                    self->change, (int)at->samples);
    nd_jacobian_times(at, self->step, self->right);
    double squares = 0;
    for (size_t i = 0; i < residuals; i++)
        squares += pow(at->residual[i] + self->right[i], 2);
    self->predicted = squares / (double)residuals;
}

bool nd_relax_step_solve(nd_relax_step *self, double mu, bool *solved, nd_error *error) {
    for (size_t round = 1; round <= MOST_ROUNDS; round++) {
        list_pairs(self);
        size_t size = nd_residual_count(self->at) + self->holds;
        if (!nd_relax_step_scale(self, error) || !make_room(self, size, error))
            return false;
        fill_system(self, mu);
        lapack_int n = (lapack_int)size;
        *solved = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', n, self->system, n) == 0 &&
                  LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'L', n, 1, self->system, n, self->right, n) == 0;
        if (!*solved)
            return true;
        if (round == MOST_ROUNDS || let_go(self) == 0)
            break;
    }
    finish_step(self);
    return true;
}

size_t nd_relax_step_hold(nd_relax_step *self, double *share) {
    nd_linearization *at = self->at;
    size_t n = at->samples, outputs = at->outputs, more = 0;
    double middle = (self->low + self->high) / 2;
    *share = 1;
    for (size_t j = 0; kinked(self) && j < at->units; j++)
        for (size_t s = 0; s < n; s++) {
            bool *held = held_flag(self, j, s);
            bool from = at->slope[j * n + s] > middle;
            bool to = self->preactivation[j * n + s] + self->change[j * n + s] > 0;
            /* The loss rises with the pair's activity: on the upper side it is pushed down. */
            if (*held || from == to ||
                cblas_ddot((int)outputs, at->residual + s * outputs, 1,
                           at->output_weights + j * outputs, 1) <= 0)
                continue;
            *held = true;
            at->slope[j * n + s] = 0;
            *share = fmin(*share, -self->preactivation[j * n + s] / self->change[j * n + s]);
            more++;
        }
    if (more > 0)
        self->gram_known = false;
    return more;
}

void nd_relax_step_release(nd_relax_step *self) {
    nd_linearization *at = self->at;
    for (size_t i = 0; i < self->holds; i++) {
        size_t j = self->pair[i].unit, s = self->pair[i].sample;
        double a = self->preactivation[j * at->samples + s];
        if (on_crease(self, a) || !*held_flag(self, j, s))
            continue;
        *held_flag(self, j, s) = false;
        at->slope[j * at->samples + s] = a > 0 ? self->high : self->low;
        self->gram_known = false;
    }
}
