#include "measure/matrix_regression.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"
#include "measure/drift_measures.h"

enum { ENUMERATED = 7, DRAWN = 4999 };

/* One coefficient under test, over the known pairs. */
typedef struct test {
    size_t count, pairs;
    const size_t *a, *b;   /* pairs: the sessions of each */
    const double *given;   /* pairs: the other predictor, mean 0 and squares 1; NULL: none */
    const double *left;    /* pairs: the response less mean and other predictor, squares 1 */
    const double *residue; /* count x count: the predictor's, permuted */
    size_t *order;
    double limit; /* the |partial correlation| that is there */
    size_t tried, as_large;
} test;

/* The partial correlation of response and permuted residue: |t| rises with its size. */
static double partial(const test *of) {
    double sum = 0, squares = 0, along = 0, with = 0;
    for (size_t k = 0; k < of->pairs; k++) {
        double e = of->residue[of->order[of->a[k]] * of->count + of->order[of->b[k]]];
        sum += e;
        squares += e * e;
        with += e * of->left[k];
        along += of->given ? e * of->given[k] : 0;
    }
    double rest = squares - sum * sum / (double)of->pairs - along * along;
    return rest > 1e-12 * squares ? with / sqrt(rest) : 0;
}

static void count_order(test *of) {
    of->as_large += fabs(partial(of)) >= of->limit - 1e-12;
    of->tried++;
}

static void swap(size_t *order, size_t i, size_t j) {
    size_t kept = order[i];
    order[i] = order[j];
    order[j] = kept;
}

static void enumerate(test *of, size_t left) {
    if (left <= 1) {
        count_order(of);
        return;
    }
    for (size_t i = 0; i < left; i++) {
        swap(of->order, i, left - 1);
        enumerate(of, left - 1);
        swap(of->order, i, left - 1);
    }
}

static void draw_orders(test *of, nd_stream *draw) {
    of->tried = of->as_large = 1; /* the order that is there is one of them */
    for (size_t k = 0; k < DRAWN; k++) {
        for (size_t i = of->count - 1; i > 0; i--)
            swap(of->order, i, nd_stream_below(draw, i + 1));
        count_order(of);
    }
}

/* Takes the mean away and scales to squares 1; false where nothing is left. */
static bool standardise(double *values, size_t count) {
    double mean = 0, squares = 0, scale = 0;
    for (size_t i = 0; i < count; i++) {
        mean += values[i] / (double)count;
        scale = fmax(scale, fabs(values[i]));
    }
    for (size_t i = 0; i < count; i++) {
        values[i] -= mean;
        squares += values[i] * values[i];
    }
    if (!(squares > 1e-20 * scale * scale * (double)count))
        return false;
    for (size_t i = 0; i < count; i++)
        values[i] /= sqrt(squares);
    return true;
}

static double dot(const double *x, const double *y, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += x[i] * y[i];
    return sum;
}

/* Over the known pairs: their sessions, the response and the two predictors, standardised. */
typedef struct pairs {
    size_t count;
    size_t *a, *b;
    double *response, *predictor[2], *left, *residue;
    size_t *order;
    bool *seen; /* sessions in some pair */
} pairs;

static void pairs_free(pairs *all) {
    free(all->a);
    free(all->b);
    free(all->response);
    free(all->predictor[0]);
    free(all->predictor[1]);
    free(all->left);
    free(all->residue);
    free(all->order);
    free(all->seen);
}

static bool pairs_make(const nd_matrix_terms *terms, pairs *all, nd_error *error) {
    size_t n = terms->count, most = n * n / 2 + 1;
    all->a = nd_array(most, sizeof *all->a, error);
    all->b = nd_array(most, sizeof *all->b, error);
    all->response = nd_doubles(most, error);
    all->predictor[0] = nd_doubles(most, error);
    all->predictor[1] = nd_doubles(most, error);
    all->left = nd_doubles(most, error);
    all->residue = nd_doubles(n * n, error);
    all->order = nd_array(n, sizeof *all->order, error);
    all->seen = nd_array(n, sizeof *all->seen, error);
    if (!all->a || !all->b || !all->response || !all->predictor[0] || !all->predictor[1] ||
        !all->left || !all->residue || !all->order || !all->seen)
        return false;
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++) {
            double first = fabs(terms->first[a] - terms->first[b]);
            double second = terms->second ? fabs(terms->second[a] - terms->second[b]) : 0;
            double value = terms->response[a * n + b];
            if (isnan(value) || isnan(first) || isnan(second))
                continue;
            all->a[all->count] = a;
            all->b[all->count] = b;
            all->response[all->count] = value;
            all->predictor[0][all->count] = first;
            all->predictor[1][all->count++] = second;
            all->seen[a] = all->seen[b] = true;
        }
    return true;
}

/* p of predictor `which`, `given` the other (NULL: none). */
static void test_one(const nd_matrix_terms *terms, pairs *all, size_t which, bool other,
                     nd_matrix_regression *result) {
    size_t n = terms->count, m = all->count;
    const double *given = other ? all->predictor[1 - which] : NULL;
    const double *at = which == 0 ? terms->first : terms->second;
    const double *also = which == 0 ? terms->second : terms->first;
    /* The residue of the predictor as it is, in every pair: apart = k + slope x the other's apart.
     * Its constant does not matter. */
    double slope = 0;
    if (given) {
        double x = 0, y = 0, xx = 0, xy = 0, count = (double)m;
        for (size_t k = 0; k < m; k++) {
            double u = fabs(also[all->a[k]] - also[all->b[k]]);
            double v = fabs(at[all->a[k]] - at[all->b[k]]);
            x += u;
            y += v;
            xx += u * u;
            xy += u * v;
        }
        slope = (xy - x * y / count) / (xx - x * x / count);
    }
    double size = 0;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            double value = fabs(at[a] - at[b]) - (given ? slope * fabs(also[a] - also[b]) : 0);
            all->residue[a * n + b] = value;
            size = fmax(size, fabs(value));
        }
    for (size_t i = 0; i < n * n; i++)
        all->residue[i] /= size > 0 ? size : 1;
    double along = given ? dot(all->response, given, m) : 0;
    for (size_t k = 0; k < m; k++)
        all->left[k] = all->response[k] - (given ? along * given[k] : 0);
    result->p[which] = NAN;
    if (!standardise(all->left, m)) {
        result->why = "the similarity is the same in all pairs";
        return;
    }
    test of = {.count = n,
               .pairs = m,
               .a = all->a,
               .b = all->b,
               .given = given,
               .left = all->left,
               .residue = all->residue,
               .order = all->order};
    for (size_t i = 0; i < n; i++)
        all->order[i] = i;
    of.limit = fabs(partial(&of));
    nd_stream draw = nd_stream_at(terms->seed, ND_FOR_SHUFFLE, UINT32_MAX - 1,
                                  2 * (uint64_t)terms->stream + which);
    if (n <= ENUMERATED)
        enumerate(&of, n);
    else
        draw_orders(&of, &draw);
    result->orders = of.tried;
    result->p[which] = (double)of.as_large / (double)of.tried;
}

static void regress(const nd_matrix_terms *terms, pairs *all, nd_matrix_regression *result) {
    bool two = terms->second != NULL;
    size_t m = all->count, seen = 0;
    for (size_t s = 0; s < terms->count; s++)
        seen += all->seen[s];
    result->pairs = m;
    if (m == 0) {
        result->why = "no pair of sessions has a value";
        return;
    }
    if (m < (two ? 4 : 3)) {
        result->why = "too few pairs of sessions have a value";
        return;
    }
    double mean = 0, spread = 0;
    for (size_t k = 0; k < m; k++)
        mean += all->response[k] / (double)m;
    for (size_t k = 0; k < m; k++)
        spread += (all->response[k] - mean) * (all->response[k] - mean) / (double)m;
    bool varies = standardise(all->response, m), first = standardise(all->predictor[0], m);
    bool second = standardise(all->predictor[1], m);
    if (!varies)
        result->why = "the similarity is the same in all pairs";
    else if (!first || (two && !second))
        result->why = "all pairs are equally far apart";
    if (result->why)
        return;
    double with_first = dot(all->response, all->predictor[0], m);
    double with_second = two ? dot(all->response, all->predictor[1], m) : 0;
    double shared = two ? dot(all->predictor[0], all->predictor[1], m) : 0;
    result->correlation = with_first;
    result->alike = two ? shared * shared : NAN;
    if (two && shared * shared > ND_MATRIX_ALIKE) {
        result->why = "time and experience cannot be told apart: they share r^2 above 0.9";
        return;
    }
    /* Of z-scored predictors: sums of squares are 1 here, and pairs there. */
    double rest = 1 - shared * shared, scale = sqrt(spread);
    result->coefficient[0] = scale * (with_first - shared * with_second) / rest;
    if (two)
        result->coefficient[1] = scale * (with_second - shared * with_first) / rest;
    if (seen < ND_DRIFT_LEAST_SESSIONS || seen < terms->count) {
        result->why = seen < ND_DRIFT_LEAST_SESSIONS
                          ? "fewer than five sessions: no permutation test"
                          : "a session is in no pair with a value: no permutation test";
        return;
    }
    for (size_t which = 0; which < (two ? 2 : 1); which++)
        test_one(terms, all, which, two, result);
}

bool nd_matrix_regress(const nd_matrix_terms *terms, nd_matrix_regression *result,
                       nd_error *error) {
    *result = (nd_matrix_regression){
        .coefficient = {NAN, NAN}, .p = {NAN, NAN}, .alike = NAN, .correlation = NAN};
    pairs all = {0};
    bool fine = pairs_make(terms, &all, error);
    if (fine)
        regress(terms, &all, result);
    pairs_free(&all);
    return fine;
}
