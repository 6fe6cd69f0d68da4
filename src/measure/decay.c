#include "measure/decay.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "measure/correlation.h"
#include "measure/shuffle.h"

enum { ENUMERATED = 7, PERMUTATIONS = 4999 };

typedef struct pairs {
    size_t count;
    const double *time, *similarity; /* count; count x count */
    size_t *order;                   /* whose time each one is given */
    double *apart, *alike;           /* of all pairs */
} pairs;

static double correlation(const pairs *of) {
    size_t known = 0;
    for (size_t a = 0; a < of->count; a++)
        for (size_t b = a + 1; b < of->count; b++) {
            double r = of->similarity[a * of->count + b];
            if (isnan(r))
                continue;
            of->apart[known] = fabs(of->time[of->order[a]] - of->time[of->order[b]]);
            of->alike[known++] = r;
        }
    return known >= 3 ? nd_pearson(of->apart, of->alike, known) : NAN;
}

static void swap(size_t *order, size_t i, size_t j) {
    size_t kept = order[i];
    order[i] = order[j];
    order[j] = kept;
}

typedef struct tried {
    size_t all, lower, same; /* orders; with a correlation as low; with the same times apart */
} tried;

static bool same_apart(const pairs *of) {
    for (size_t a = 0; a < of->count; a++)
        for (size_t b = a + 1; b < of->count; b++) {
            double apart = fabs(of->time[of->order[a]] - of->time[of->order[b]]);
            double real = fabs(of->time[a] - of->time[b]);
            if (fabs(apart - real) > 1e-9 * real)
                return false;
        }
    return true;
}

/* All orders of the first `left`. */
static void enumerate(const pairs *of, size_t left, double limit, tried *orders) {
    if (left <= 1) {
        orders->lower += correlation(of) <= limit;
        orders->same += same_apart(of);
        orders->all++;
        return;
    }
    for (size_t i = 0; i < left; i++) {
        swap(of->order, i, left - 1);
        enumerate(of, left - 1, limit, orders);
        swap(of->order, i, left - 1);
    }
}

static void draw_orders(const pairs *of, nd_stream *draw, double limit, tried *orders) {
    *orders = (tried){PERMUTATIONS + 1, 1, 1}; /* the order that is there is one of them */
    for (size_t k = 0; k < PERMUTATIONS; k++) {
        for (size_t i = of->count - 1; i > 0; i--)
            swap(of->order, i, nd_scale_bits(nd_stream_bits(draw), i + 1));
        orders->lower += correlation(of) <= limit;
    }
}

bool nd_decay_test(const double *time, const double *similarity, size_t count, nd_stream *draw,
                   nd_decay *decay, nd_error *error) {
    *decay = (nd_decay){NAN, NAN, NAN};
    if (count < 4)
        return true;
    tried orders = {0, 0, 0};
    size_t most = count * (count - 1) / 2;
    pairs of = {count,
                time,
                similarity,
                nd_array(count, sizeof *of.order, error),
                nd_doubles(most, error),
                nd_doubles(most, error)};
    bool fine = of.order && of.apart && of.alike;
    if (fine) {
        for (size_t i = 0; i < count; i++)
            of.order[i] = i;
        decay->correlation = correlation(&of);
        double limit = decay->correlation + 1e-12;
        if (count <= ENUMERATED)
            enumerate(&of, count, limit, &orders);
        else
            draw_orders(&of, draw, limit, &orders);
        if (!isnan(limit)) {
            decay->p = (double)orders.lower / (double)orders.all;
            decay->least_p = (double)orders.same / (double)orders.all;
        }
    }
    free(of.order);
    free(of.apart);
    free(of.alike);
    return fine;
}
