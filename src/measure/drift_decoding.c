/* Where is the animal, by the maps of one session and the activity of another? */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sort.h"
#include "base/threads.h"
#include "measure/drift_measures.h"
#include "measure/windows.h"

enum { LEAST_WINDOWS = 20, SHIFTS = 20 };

typedef struct decoding {
    const nd_followed *of;
    nd_drift_measures *measures;
    nd_windows *windows; /* sessions */
    nd_error *errors;    /* sessions: what went wrong in each row */
    bool *fine;          /* sessions */
} decoding;

/* Maps to decode by: those of one session, whole or a half, and the cells of a pair. */
typedef struct decoder {
    const decoding *all;
    size_t session, bins, cells; /* cells: used */
    bool *use;                   /* followed cells */
    bool *open;                  /* bins: visited */
    double *table;               /* followed cells x bins: rates, or their logarithms */
    double *base, *scale;        /* bins */
    double *score;               /* bins */
} decoder;

static void decoder_free(decoder *d) {
    free(d->use);
    free(d->open);
    free(d->table);
    free(d->base);
    free(d->scale);
    free(d->score);
}

static bool decoder_new(decoder *d, const decoding *all, size_t session, nd_error *error) {
    size_t bins = all->of->bins, cells = all->of->cells;
    *d = (decoder){.all = all, .session = session, .bins = bins};
    d->use = nd_array(cells, sizeof *d->use, error);
    d->open = nd_array(bins, sizeof *d->open, error);
    d->table = nd_doubles(cells * bins, error);
    d->base = nd_doubles(bins, error);
    d->scale = nd_doubles(bins, error);
    d->score = nd_doubles(bins, error);
    if (d->use && d->open && d->table && d->base && d->scale && d->score)
        return true;
    decoder_free(d);
    return false;
}

/* The map of a cell in half `half` of the session (of the whole where there are none). */
static const double *map_of(const decoder *d, size_t half, size_t cell) {
    const nd_followed *of = d->all->of;
    return of->half_map ? nd_half_map_of(of, d->session, half, cell)
                        : nd_map_of(of, d->session, cell);
}

/* Rates at least one event in the whole session: a cell silent in a bin does not rule it out. */
static double floor_of(const decoder *d) {
    const nd_binned *activity = &d->all->of->frames[d->session].activity;
    return 1.0 / ((double)activity->frames * activity->frame_seconds);
}

/* Fills the table from the maps of half `half` of the session. */
static void learn(decoder *d, size_t half) {
    const nd_followed *of = d->all->of;
    double least = floor_of(d);
    for (size_t b = 0; b < d->bins; b++)
        d->open[b] = false;
    for (size_t c = 0; c < of->cells; c++) {
        const double *map = map_of(d, half, c);
        for (size_t b = 0; b < d->bins; b++) {
            bool known = !isnan(map[b]);
            d->open[b] =
                d->open[b] || (known && nd_state_of(of, d->session, c) != ND_CELL_NOT_FOUND);
            d->table[c * d->bins + b] = !known ? 0 : of->counts ? log(fmax(map[b], least)) : map[b];
        }
    }
}

/* Chooses the cells: found in both, active in the session of the maps; and what of a score does not
 * depend on the activity. Returns how many. */
static size_t choose(decoder *d, size_t half, size_t tested) {
    const nd_followed *of = d->all->of;
    const double *occupancy = of->occupancy + d->session * d->bins;
    double least = floor_of(d), seconds = d->all->windows[tested].seconds;
    d->cells = 0;
    memset(d->base, 0, d->bins * sizeof *d->base);
    memset(d->scale, 0, d->bins * sizeof *d->scale);
    for (size_t c = 0; c < of->cells; c++) {
        d->use[c] = nd_state_of(of, d->session, c) == ND_CELL_ACTIVE &&
                    nd_state_of(of, tested, c) != ND_CELL_NOT_FOUND;
        d->cells += d->use[c];
        const double *map = map_of(d, half, c);
        for (size_t b = 0; d->use[c] && b < d->bins; b++) {
            double rate = isnan(map[b]) ? 0 : map[b];
            d->base[b] += of->counts ? -seconds * fmax(rate, least) : rate;
            d->scale[b] += rate * rate;
        }
    }
    for (size_t b = 0; b < d->bins; b++)
        if (of->counts)
            d->base[b] += log(fmax(occupancy[b], 1e-300));
        else
            d->scale[b] = 1 / sqrt(d->scale[b] - d->base[b] * d->base[b] / (double)d->cells);
    return d->cells;
}

/* The likeliest bin of a window, or the one whose population vector resembles it most; `bins` where
 * nothing can be said. */
static size_t decode(decoder *d, const nd_windows *windows, size_t window) {
    bool counts = d->all->of->counts;
    double sum = 0;
    size_t best = d->bins;
    memset(d->score, 0, d->bins * sizeof *d->score);
    for (size_t e = windows->start[window]; e < windows->start[window + 1]; e++) {
        size_t cell = windows->cell[e];
        double amount = windows->amount[e];
        const double *row = d->table + cell * d->bins;
        if (!d->use[cell])
            continue;
        sum += amount;
        for (size_t b = 0; b < d->bins; b++)
            d->score[b] += amount * row[b];
    }
    if (!counts && !(sum > 0))
        return d->bins;
    for (size_t b = 0; b < d->bins; b++) {
        if (!d->open[b])
            continue;
        if (counts)
            d->score[b] += d->base[b];
        else
            d->score[b] = (d->score[b] - sum * d->base[b] / (double)d->cells) * d->scale[b];
        if (isfinite(d->score[b]) && (best == d->bins || d->score[b] > d->score[best]))
            best = b;
    }
    return best;
}

/* Between the centres of two bins, whichever way the animal runs. */
static double bins_apart(const nd_followed *of, size_t a, size_t b) {
    double nx = (double)of->bins_x;
    double x = fabs((double)(a % of->bins_x) - (double)(b % of->bins_x));
    double y = (double)(a / of->bins_x % of->bins_y) - (double)(b / of->bins_x % of->bins_y);
    if (of->circular)
        x = fmin(x, nx - x);
    return hypot(x * of->bin_width_x, y * of->bin_width_y);
}

/* Median distance of decoded bins from the true ones `shift` windows later. */
static double median_error(const nd_followed *of, const size_t *decoded, const size_t *real,
                           size_t count, size_t shift, double *scratch) {
    for (size_t i = 0; i < count; i++)
        scratch[i] = bins_apart(of, decoded[i], real[(i + shift) % count]);
    nd_sort_ascending(scratch, count);
    return 0.5 * (scratch[(count - 1) / 2] + scratch[count / 2]);
}

/* Maps of session d->session, one half each, and the windows of the other half of `tested`. */
static bool decode_pair(decoder *d, decoder *other, size_t tested, nd_error *error) {
    const nd_followed *of = d->all->of;
    const nd_windows *windows = &d->all->windows[tested];
    size_t *decoded = nd_array(windows->count, sizeof *decoded, error), count = 0;
    size_t *real = nd_array(windows->count, sizeof *real, error);
    double *scratch = nd_doubles(windows->count, error);
    bool fine = decoded && real && scratch;
    bool cells =
        fine && choose(d, 0, tested) > 1 && (!of->half_map || choose(other, 1, tested) > 1);
    for (size_t w = 0; cells && w < windows->count; w++) {
        decoder *by = of->half_map && windows->half[w] == 0 ? other : d;
        if (!by->open[windows->bin[w]])
            continue;
        size_t best = decode(by, windows, w);
        if (best == d->bins)
            continue;
        decoded[count] = best;
        real[count++] = windows->bin[w];
    }
    if (count >= LEAST_WINDOWS) {
        double chance = 0, value = median_error(of, decoded, real, count, 0, scratch);
        for (size_t k = 0; k < SHIFTS; k++) {
            double share = 0.1 + 0.8 * (double)k / (SHIFTS - 1);
            size_t shift = (size_t)lround(share * (double)count);
            chance += median_error(of, decoded, real, count, shift, scratch) / SHIFTS;
        }
        nd_drift_set(d->all->measures, ND_PAIR_DECODING, d->session, tested, value);
        nd_drift_set(d->all->measures, ND_PAIR_DECODING_CHANCE, d->session, tested, chance);
        nd_drift_set(d->all->measures, ND_PAIR_DECODING_SHARE, d->session, tested,
                     chance > 0 ? value / chance : NAN);
    }
    free(decoded);
    free(real);
    free(scratch);
    return fine;
}

static void decode_row(size_t session, void *context) {
    decoding *all = context;
    decoder first, second = {0};
    nd_error *error = &all->errors[session];
    bool fine = decoder_new(&first, all, session, error);
    if (fine && all->of->half_map) {
        fine = decoder_new(&second, all, session, error);
        if (fine)
            learn(&second, 1);
        else
            decoder_free(&first);
    }
    if (fine) {
        learn(&first, 0);
        for (size_t b = 0; fine && b < all->of->sessions; b++)
            fine = decode_pair(&first, &second, b, error);
        decoder_free(&first);
        decoder_free(&second);
    }
    all->fine[session] = fine;
}

static void summarise(const nd_followed *of, nd_drift_measures *m) {
    double error = 0, share = 0, known = 0;
    for (size_t s = 0; s < of->sessions; s++) {
        double value = m->pair[ND_PAIR_DECODING][s * of->sessions + s];
        if (isnan(value))
            continue;
        known += 1;
        error += value;
        share += m->pair[ND_PAIR_DECODING_SHARE][s * of->sessions + s];
    }
    m->number[ND_NUMBER_DECODING] = known > 0 ? error / known : NAN;
    m->number[ND_NUMBER_DECODING_SHARE] = known > 0 ? share / known : NAN;
}

static void say_why(nd_drift_measures *m, const char *why) {
    m->pair_why[ND_PAIR_DECODING] = m->pair_why[ND_PAIR_DECODING_CHANCE] =
        m->pair_why[ND_PAIR_DECODING_SHARE] = m->why[ND_NUMBER_DECODING] =
            m->why[ND_NUMBER_DECODING_SHARE] = why;
}

bool nd_drift_decoding(const nd_followed *of, const nd_drift_request *how, nd_drift_measures *m,
                       nd_error *error) {
    for (size_t s = 0; s < of->sessions; s++)
        if (of->frames[s].activity.frames == 0) {
            say_why(m, "there is no activity in time, only maps");
            return true;
        }
    decoding all = {.of = of,
                    .measures = m,
                    .windows = nd_array(of->sessions, sizeof *all.windows, error),
                    .errors = nd_array(of->sessions, sizeof *all.errors, error),
                    .fine = nd_array(of->sessions, sizeof *all.fine, error)};
    bool fine = all.windows && all.errors && all.fine;
    for (size_t s = 0; fine && s < of->sessions; s++)
        fine = nd_windows_make(of, s, &all.windows[s], error);
    if (fine) {
        nd_parallel_for(of->sessions, how->threads, decode_row, &all);
        for (size_t s = 0; fine && s < of->sessions; s++)
            if (!all.fine[s]) {
                fine = false;
                *error = all.errors[s];
            }
    }
    if (fine) {
        free(m->decoder);
        m->decoder = nd_text(of->counts ? "Poisson maximum a posteriori"
                                        : "population-vector matching (amounts are no counts)",
                             error);
        fine = m->decoder != NULL;
        summarise(of, m);
        if (isnan(m->number[ND_NUMBER_DECODING]))
            say_why(m, "fewer than twenty windows, or two cells, to decode in any session");
    }
    for (size_t s = 0; all.windows && s < of->sessions; s++)
        nd_windows_clear(&all.windows[s]);
    free(all.windows);
    free(all.errors);
    free(all.fine);
    return fine;
}
