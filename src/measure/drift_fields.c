/* Where fields are, how far they move, and how fast: against cell-shuffled pairs and against the
 * halves of a session. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "measure/drift_measures.h"
#include "measure/place_field.h"

/* A curve is a cell's map one way; the fields of all curves in every session, whole and in halves.
 */
typedef struct fields {
    const nd_followed *of;
    size_t curves;
    nd_place_field *whole; /* sessions x curves; no field: not significant there */
    nd_place_field *half;  /* sessions x 2 x curves; NULL: no halves */
    size_t *both;          /* curves: those with a field in both sessions of a pair */
    double *shift;         /* curves: how far each went */
} fields;

static void fields_free(fields *all) {
    free(all->whole);
    free(all->half);
    free(all->both);
    free(all->shift);
}

/* A significant cell has a field in each way in which its peak is half of its highest at least. */
static void find_cell(fields *all, size_t session, size_t cell, nd_field_scratch *scratch) {
    const nd_followed *of = all->of;
    const double *map = nd_map_of(of, session, cell);
    size_t bins = of->bins_x * of->bins_y;
    double highest = 0, peak[2] = {0};
    if (!of->tuned[session * of->cells + cell] || nd_state_of(of, session, cell) != ND_CELL_ACTIVE)
        return;
    for (size_t way = 0; way < of->ways; way++)
        for (size_t b = 0; b < bins; b++) {
            double rate = map[way * bins + b];
            peak[way] = rate > peak[way] ? rate : peak[way];
            highest = fmax(highest, peak[way]);
        }
    for (size_t way = 0; way < of->ways; way++) {
        size_t curve = cell * of->ways + way;
        if (!(highest > 0) || peak[way] < 0.5 * highest)
            continue;
        all->whole[session * all->curves + curve] = nd_find_field(map + way * bins, of, scratch);
        for (size_t h = 0; all->half && h < 2; h++)
            all->half[(session * 2 + h) * all->curves + curve] =
                nd_find_field(nd_half_map_of(of, session, h, cell) + way * bins, of, scratch);
    }
}

static bool find_all(const nd_followed *of, fields *all, nd_error *error) {
    *all = (fields){.of = of, .curves = of->cells * of->ways};
    nd_field_scratch *scratch = nd_field_scratch_new(of->bins, error);
    all->whole = nd_array(of->sessions * all->curves, sizeof *all->whole, error);
    all->both = nd_array(all->curves, sizeof *all->both, error);
    all->shift = nd_doubles(all->curves, error);
    if (of->half_map)
        all->half = nd_array(of->sessions * 2 * all->curves, sizeof *all->half, error);
    bool fine = scratch && all->whole && all->both && all->shift && (!of->half_map || all->half);
    for (size_t s = 0; fine && s < of->sessions; s++)
        for (size_t c = 0; c < of->cells; c++)
            find_cell(all, s, c, scratch);
    nd_field_scratch_free(scratch);
    return fine;
}

static bool within(const fields *all, const nd_place_field *a, const nd_place_field *b) {
    return nd_field_distance(all->of, a, b) <= 0.5 * (a->width + b->width);
}

/* Of fields at two times, of the curves listed: shares within a width, cell by cell and for every
 * two different cells of a way; mean squared distance likewise. */
typedef struct likeness {
    double own, own_count, others, others_count, own_square, others_square;
} likeness;

static void compare(const fields *all, const nd_place_field *a, const nd_place_field *b,
                    size_t count, likeness *sum) {
    size_t ways = all->of->ways;
    for (size_t i = 0; i < count; i++) {
        const nd_place_field *one = &a[all->both[i]];
        for (size_t j = 0; one->fields > 0 && j < count; j++) {
            const nd_place_field *other = &b[all->both[j]];
            if (other->fields == 0 || all->both[i] % ways != all->both[j] % ways)
                continue;
            double far = nd_field_distance(all->of, one, other);
            bool near = within(all, one, other);
            if (i == j) {
                sum->own += near;
                sum->own_square += far * far;
                sum->own_count += 1;
            } else if (all->both[i] / ways != all->both[j] / ways) {
                sum->others += near;
                sum->others_square += far * far;
                sum->others_count += 1;
            }
        }
    }
}

static size_t list_both(fields *all, size_t a, size_t b) {
    size_t count = 0;
    for (size_t c = 0; c < all->curves; c++)
        if (all->whole[a * all->curves + c].fields > 0 &&
            all->whole[b * all->curves + c].fields > 0)
            all->both[count++] = c;
    return count;
}

/* What share of cells stayed, if the others went anywhere: what halves of different sessions share,
 * between what cells share by chance and what halves of one session do. */
static double stable_fraction(const fields *all, size_t a, size_t b, size_t count) {
    likeness across = {0}, inside = {0};
    const nd_place_field *half[2][2];
    for (size_t h = 0; h < 2; h++) {
        half[0][h] = all->half + (a * 2 + h) * all->curves;
        half[1][h] = all->half + (b * 2 + h) * all->curves;
    }
    for (size_t h = 0; h < 2; h++)
        for (size_t k = 0; k < 2; k++)
            compare(all, half[0][h], half[1][k], count, &across);
    compare(all, half[0][0], half[0][1], count, &inside);
    compare(all, half[1][0], half[1][1], count, &inside);
    double chance = across.others / across.others_count;
    double most = inside.own / inside.own_count;
    return most > chance ? (across.own / across.own_count - chance) / (most - chance) : NAN;
}

static void measure_pair(fields *all, size_t a, size_t b, nd_drift_measures *m) {
    size_t count = list_both(all, a, b);
    likeness sum = {0};
    const nd_place_field *in_a = all->whole + a * all->curves, *in_b = all->whole + b * all->curves;
    if (count == 0)
        return;
    compare(all, in_a, in_b, count, &sum);
    for (size_t i = 0; i < count; i++)
        all->shift[i] = nd_field_distance(all->of, &in_a[all->both[i]], &in_b[all->both[i]]);
    nd_sort_ascending(all->shift, count);
    nd_drift_set_both(m, ND_PAIR_FIELD_SHIFT, a, b,
                      0.5 * (all->shift[(count - 1) / 2] + all->shift[count / 2]));
    nd_drift_set_both(m, ND_PAIR_FIELD_WITHIN, a, b, sum.own / sum.own_count);
    nd_drift_set_both(m, ND_PAIR_FIELD_SQUARE, a, b, sum.own_square / sum.own_count);
    if (sum.others_count > 0) {
        nd_drift_set_both(m, ND_PAIR_FIELD_WITHIN_CHANCE, a, b, sum.others / sum.others_count);
        nd_drift_set_both(m, ND_PAIR_FIELD_SQUARE_CHANCE, a, b,
                          sum.others_square / sum.others_count);
        if (all->half)
            nd_drift_set_both(m, ND_PAIR_FIELD_STABLE, a, b, stable_fraction(all, a, b, count));
    }
}

/* Sums over squared displacements and the times between, for a line with an intercept. */
typedef struct line {
    double n, t, tt, y, ty;
} line;

static double slope_of(line s) {
    return (s.ty - s.t * s.y / s.n) / (s.tt - s.t * s.t / s.n);
}

/* Of the pairs as far apart in time: have fields gone half as far, in the mean square, as cells are
 * apart? */
static bool spread_out(const nd_followed *of, const nd_drift_measures *m, double apart) {
    size_t n = of->sessions;
    double square = 0, chance = 0;
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++) {
            double own = m->pair[ND_PAIR_FIELD_SQUARE][a * n + b];
            double others = m->pair[ND_PAIR_FIELD_SQUARE_CHANCE][a * n + b];
            if (fabs(fabs(of->time[a] - of->time[b]) - apart) > 1e-9 * apart || isnan(own) ||
                isnan(others))
                continue;
            square += own;
            chance += others;
        }
    return square > 0.5 * chance;
}

/* Up to which time apart they have not: beyond, the track's length bounds them. */
static double longest_lag(const nd_followed *of, const nd_drift_measures *m) {
    size_t n = of->sessions;
    double longest = 0, limit = INFINITY;
    for (int pass = 0; pass < 2; pass++)
        for (size_t a = 0; a < n; a++)
            for (size_t b = a + 1; b < n; b++) {
                double apart = fabs(of->time[a] - of->time[b]);
                if (pass == 0 && apart < limit && spread_out(of, m, apart))
                    limit = apart;
                else if (pass == 1 && apart < limit * (1 - 1e-9))
                    longest = fmax(longest, apart);
            }
    return longest;
}

/* Mean squared displacement = noise + 2 D t (4 D t in two dimensions); error by leaving out cells.
 */
static bool diffuse(const fields *all, nd_drift_measures *m, nd_error *error) {
    const nd_followed *of = all->of;
    double longest = longest_lag(of, m), per = of->bins_y > 1 ? 4 : 2;
    line *cell = nd_array(of->cells, sizeof *cell, error), sum = {0};
    size_t cells = 0;
    if (!cell)
        return false;
    for (size_t a = 0; a < of->sessions; a++)
        for (size_t b = a + 1; b < of->sessions; b++) {
            double apart = fabs(of->time[a] - of->time[b]);
            for (size_t c = 0; apart <= longest && c < all->curves; c++) {
                const nd_place_field *x = &all->whole[a * all->curves + c];
                const nd_place_field *y = &all->whole[b * all->curves + c];
                if (x->fields == 0 || y->fields == 0)
                    continue;
                double square = nd_field_distance(of, x, y) * nd_field_distance(of, x, y);
                line *own = &cell[c / of->ways];
                *own = (line){own->n + 1, own->t + apart, own->tt + apart * apart, own->y + square,
                              own->ty + apart * square};
            }
        }
    for (size_t c = 0; c < of->cells; c++) {
        sum = (line){sum.n + cell[c].n, sum.t + cell[c].t, sum.tt + cell[c].tt, sum.y + cell[c].y,
                     sum.ty + cell[c].ty};
        cells += cell[c].n > 0;
    }
    if (sum.n > 0 && sum.tt - sum.t * sum.t / sum.n > 1e-9 * sum.tt) {
        double mean = 0, squares = 0;
        for (int pass = 0; pass < 2; pass++)
            for (size_t c = 0; c < of->cells; c++) {
                if (!(cell[c].n > 0))
                    continue;
                double left =
                    slope_of((line){sum.n - cell[c].n, sum.t - cell[c].t, sum.tt - cell[c].tt,
                                    sum.y - cell[c].y, sum.ty - cell[c].ty});
                if (pass == 0)
                    mean += left / (double)cells;
                else
                    squares += (left - mean) * (left - mean);
            }
        m->number[ND_NUMBER_DIFFUSION] = slope_of(sum) / per;
        if (cells >= 10)
            m->error[ND_NUMBER_DIFFUSION] =
                sqrt(squares * ((double)cells - 1) / (double)cells) / per;
    } else {
        m->why[ND_NUMBER_DIFFUSION] =
            sum.n > 0 ? "there is a single time apart before the track bounds displacements"
                      : "already in the shortest time apart the track bounds displacements";
    }
    free(cell);
    return true;
}

/* Fields of all sessions: how many a curve has, and how wide. */
static void describe(const fields *all, nd_drift_measures *m) {
    double curves = 0, count = 0, width = 0;
    for (size_t i = 0; i < all->of->sessions * all->curves; i++)
        if (all->whole[i].fields > 0) {
            curves += 1;
            count += (double)all->whole[i].fields;
            width += all->whole[i].width;
        }
    m->number[ND_NUMBER_FIELDS] = curves > 0 ? count / curves : NAN;
    m->number[ND_NUMBER_FIELD_WIDTH] = curves > 0 ? width / curves : NAN;
    if (!(curves > 0))
        m->why[ND_NUMBER_FIELDS] = m->why[ND_NUMBER_FIELD_WIDTH] = "no cell has a field";
}

bool nd_drift_fields(const nd_followed *of, const nd_drift_request *how, nd_drift_measures *m,
                     nd_error *error) {
    (void)how;
    fields all;
    bool fine = find_all(of, &all, error);
    for (size_t a = 0; fine && a < of->sessions; a++)
        for (size_t b = a + 1; b < of->sessions; b++)
            measure_pair(&all, a, b, m);
    if (fine)
        describe(&all, m);
    if (fine && nd_drift_has_pair(m, ND_PAIR_FIELD_SHIFT)) {
        fine = diffuse(&all, m, error);
    } else if (fine) {
        m->why[ND_NUMBER_DIFFUSION] = m->pair_why[ND_PAIR_FIELD_SHIFT] =
            m->pair_why[ND_PAIR_FIELD_WITHIN] = m->pair_why[ND_PAIR_FIELD_SQUARE] =
                "no cell has a field in two sessions";
    }
    if (fine && !nd_drift_has_pair(m, ND_PAIR_FIELD_WITHIN_CHANCE))
        m->pair_why[ND_PAIR_FIELD_WITHIN_CHANCE] = m->pair_why[ND_PAIR_FIELD_SQUARE_CHANCE] =
            "no two cells have fields in two sessions";
    if (fine && !nd_drift_has_pair(m, ND_PAIR_FIELD_STABLE))
        m->pair_why[ND_PAIR_FIELD_STABLE] =
            of->half_map ? "halves of a session agree no better than cells by chance"
                         : "there are no halves of a session";
    fields_free(&all);
    return fine;
}
