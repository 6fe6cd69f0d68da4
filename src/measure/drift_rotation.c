/* What of a network's drift turns its code as a whole, and what changes its shape (orthogonal
 * Procrustes). */
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "measure/drift_measures.h"

/* Directions with less than this of the largest variance are none. */
static const double LEAST_VARIANCE = 1e-12;

typedef struct codes {
    size_t bins, cells, rank; /* bins: visited in both */
    double *both;             /* 2 bins x cells: a's population vectors, then b's */
    double *gram;             /* 2 bins x 2 bins; then its eigenvectors, by rows */
    double *value;            /* 2 bins */
    double *place;            /* 2 bins x rank: the same vectors in the directions they span */
    double *across, *left, *right, *singular; /* rank x rank each; rank */
} codes;

static void codes_free(codes *c) {
    free(c->both);
    free(c->gram);
    free(c->value);
    free(c->place);
    free(c->across);
    free(c->left);
    free(c->right);
    free(c->singular);
}

static bool codes_new(codes *c, const nd_followed *of, nd_error *error) {
    size_t most = 2 * of->bins;
    *c = (codes){.cells = of->cells};
    return (c->both = nd_doubles(most * of->cells, error)) &&
           (c->gram = nd_doubles(most * most, error)) && (c->value = nd_doubles(most, error)) &&
           (c->place = nd_doubles(most * most, error)) &&
           (c->across = nd_doubles(most * most, error)) &&
           (c->left = nd_doubles(most * most, error)) &&
           (c->right = nd_doubles(most * most, error)) && (c->singular = nd_doubles(most, error));
}

static double dot(const double *x, const double *y, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += x[i] * y[i];
    return sum;
}

/* Population vectors of the bins visited in both. */
static void take(codes *c, const nd_followed *of, size_t a, size_t b) {
    c->bins = 0;
    for (size_t bin = 0; bin < of->bins; bin++) {
        bool known = true;
        for (size_t u = 0; u < of->cells; u++)
            known = known && !isnan(nd_map_of(of, a, u)[bin]) && !isnan(nd_map_of(of, b, u)[bin]);
        for (size_t u = 0; known && u < of->cells; u++)
            c->both[c->bins * of->cells + u] = nd_map_of(of, a, u)[bin];
        c->bins += known;
    }
    size_t row = c->bins;
    for (size_t bin = 0; bin < of->bins && row < 2 * c->bins; bin++) {
        bool known = true;
        for (size_t u = 0; u < of->cells; u++)
            known = known && !isnan(nd_map_of(of, a, u)[bin]) && !isnan(nd_map_of(of, b, u)[bin]);
        for (size_t u = 0; known && u < of->cells; u++)
            c->both[row * of->cells + u] = nd_map_of(of, b, u)[bin];
        row += known;
    }
}

/* Their coordinates in the directions that they span: S S' = U L U', rows of U sqrt(L). */
static bool reduce(codes *c, nd_error *error) {
    size_t n = 2 * c->bins;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            c->gram[i * n + j] = c->gram[j * n + i] =
                dot(c->both + i * c->cells, c->both + j * c->cells, c->cells);
    if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'U', (lapack_int)n, c->gram, (lapack_int)n,
                       c->value) != 0)
        return nd_fail(error, "rotation of the code", NULL, "its directions do not converge");
    c->rank = 0;
    for (size_t k = n; k > 0 && c->value[k - 1] > LEAST_VARIANCE * c->value[n - 1]; k--)
        c->rank++;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < c->rank; k++)
            c->place[i * c->rank + k] = c->gram[i * n + n - 1 - k] * sqrt(c->value[n - 1 - k]);
    return true;
}

/* R = P Q' of the singular vectors of A' B turns A nearest to B; the sum of singular values is how
 * alike they then are. */
static bool turn(codes *c, double *angle, double *stretch, nd_error *error) {
    size_t n = c->bins, r = c->rank;
    const double *a = c->place, *b = c->place + n * r;
    lapack_int rank = (lapack_int)r;
    double size_a = dot(a, a, n * r), size_b = dot(b, b, n * r), alike = 0, along = 0;
    *angle = *stretch = NAN;
    if (!(size_a > 0) || !(size_b > 0))
        return true;
    memset(c->across, 0, r * r * sizeof *c->across);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < r; k++)
            for (size_t l = 0; l < r; l++)
                c->across[k * r + l] += a[i * r + k] * b[i * r + l];
    if (LAPACKE_dgesdd(LAPACK_ROW_MAJOR, 'A', rank, rank, c->across, rank, c->singular, c->left,
                       rank, c->right, rank) != 0)
        return nd_fail(error, "rotation of the code", NULL, "its singular values do not converge");
    for (size_t k = 0; k < r; k++)
        alike += c->singular[k];
    /* The trace of A R A' is the sum over k of (A p_k).(A q_k). */
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < r; k++) {
            double p = 0, q = 0;
            for (size_t l = 0; l < r; l++) {
                p += a[i * r + l] * c->left[l * r + k];
                q += a[i * r + l] * c->right[k * r + l];
            }
            along += p * q;
        }
    *angle = acos(fmax(-1, fmin(1, along / size_a)));
    *stretch = fmax(0, 1 - alike / sqrt(size_a * size_b));
    return true;
}

/* Slope of a pair measure (squared where asked) on time apart, with an intercept. */
static double slope_of(const nd_drift_measures *m, nd_drift_pair pair, bool squared) {
    double n = 0, t = 0, tt = 0, y = 0, ty = 0;
    for (size_t a = 0; a < m->sessions; a++)
        for (size_t b = a + 1; b < m->sessions; b++) {
            double value = m->pair[pair][a * m->sessions + b];
            double apart = fabs(m->time[a] - m->time[b]);
            if (isnan(value))
                continue;
            value = squared ? value * value : value;
            n += 1;
            t += apart;
            tt += apart * apart;
            y += value;
            ty += apart * value;
        }
    double spread = tt - t * t / n;
    return n > 2 && spread > 1e-9 * tt ? (ty - t * y / n) / spread : NAN;
}

static void say_why(nd_drift_measures *m, const char *why) {
    m->pair_why[ND_PAIR_ROTATION] = m->pair_why[ND_PAIR_STRETCH] = m->why[ND_NUMBER_ROTATION] =
        m->why[ND_NUMBER_STRETCH] = why;
}

bool nd_drift_rotation(const nd_followed *of, const nd_drift_request *how, nd_drift_measures *m,
                       nd_error *error) {
    (void)how;
    if (!of->noiseless) {
        say_why(m, "the noise of recorded maps turns them, too: networks alone");
        return true;
    }
    codes c;
    bool fine = codes_new(&c, of, error), any = false;
    for (size_t a = 0; fine && a < of->sessions; a++)
        for (size_t b = a + 1; fine && b < of->sessions; b++) {
            double angle = NAN, stretch = NAN;
            take(&c, of, a, b);
            fine = c.bins == 0 || (reduce(&c, error) && turn(&c, &angle, &stretch, error));
            any = any || !isnan(angle);
            nd_drift_set_both(m, ND_PAIR_ROTATION, a, b, angle);
            nd_drift_set_both(m, ND_PAIR_STRETCH, a, b, stretch);
        }
    codes_free(&c);
    if (fine && !any) {
        say_why(m, "the network is silent");
    } else if (fine) {
        m->number[ND_NUMBER_ROTATION] = slope_of(m, ND_PAIR_ROTATION, true) / 2;
        m->number[ND_NUMBER_STRETCH] = slope_of(m, ND_PAIR_STRETCH, false);
        if (isnan(m->number[ND_NUMBER_ROTATION]))
            m->why[ND_NUMBER_ROTATION] = m->why[ND_NUMBER_STRETCH] =
                "all pairs of sessions are equally far apart";
    }
    return fine;
}
