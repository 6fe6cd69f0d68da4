#include "sessions/tuning_drift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "measure/events.h"
#include "sessions/session_maps.h"

/* A cell in one session. */
typedef struct found {
    int64_t id;
    size_t session, cell; /* of the group, of the session */
    bool active;
} found;

static int by_id(const void *a, const void *b) {
    const found *x = a, *y = b;
    if (x->id != y->id)
        return x->id > y->id ? 1 : -1;
    return (x->session > y->session) - (x->session < y->session);
}

/* Sums of one pair of sessions over bins visited in both halves of both: of the products of one
 * session's maps with the other's, and of each session's two halves. */
typedef struct shared {
    double across, first, second;
} shared;

typedef struct comparison {
    const nd_session *session; /* of the group */
    const nd_session_result *shape;
    double smoothing;
    size_t sessions, bins, pairs, cells;
    bool *visited;  /* sessions x bins: in both halves */
    double *visits; /* sessions x 2 x bins: frames of the halves, smoothed */
    double *maps;   /* sessions x 2 x bins: a cell's rates in the halves */
    shared *of;     /* cells x pairs */
} comparison;

/* The halves are every second stretch of half a minute, as for the reliability. */
static size_t half_of(const nd_session *session, size_t frame) {
    size_t stretch = (size_t)fmax(1.0, 30.0 / session->frame_seconds);
    if (2 * stretch > session->frames)
        stretch = session->frames / 2 + 1;
    return (frame / stretch) % 2;
}

static bool count_visits(comparison *all, size_t s, nd_error *error) {
    const nd_session *session = &all->session[s];
    size_t bins = all->bins;
    double *visits = all->visits + s * 2 * bins;
    for (size_t f = 0; f < session->frames; f++)
        visits[half_of(session, f) * bins + (size_t)session->bin[f]] += 1.0;
    for (size_t b = 0; b < bins; b++)
        all->visited[s * bins + b] = visits[b] > 0.0 && visits[bins + b] > 0.0;
    return nd_smooth_session_maps(visits, 2, all->shape, all->smoothing, error);
}

/* Smoothed amounts over smoothed frames, so that bins nobody visited add nothing. */
static bool fill_maps(comparison *all, const found *at, nd_error *error) {
    const nd_session *session = &all->session[at->session];
    const nd_events *events = &session->events;
    size_t bins = all->bins;
    double *maps = all->maps + at->session * 2 * bins;
    const double *visits = all->visits + at->session * 2 * bins;
    memset(maps, 0, 2 * bins * sizeof *maps);
    for (size_t e = events->start[at->cell]; e < events->start[at->cell + 1]; e++) {
        size_t frame = events->frame[e];
        maps[half_of(session, frame) * bins + (size_t)session->bin[frame]] += events->amount[e];
    }
    if (!nd_smooth_session_maps(maps, 2, all->shape, all->smoothing, error))
        return false;
    for (size_t b = 0; b < 2 * bins; b++)
        maps[b] = visits[b] > 0.0 ? maps[b] / visits[b] : 0.0;
    return true;
}

/* Covariance of two maps over the bins where both hold. */
static double covariance(const double *x, const double *y, const bool *a, const bool *b,
                         size_t bins) {
    double n = 0.0, mean_x = 0.0, mean_y = 0.0, sum = 0.0;
    for (size_t k = 0; k < bins; k++)
        if (a[k] && b[k]) {
            n += 1.0;
            mean_x += x[k];
            mean_y += y[k];
            sum += x[k] * y[k];
        }
    return n > 0.0 ? sum / n - mean_x / n * (mean_y / n) : 0.0;
}

/* Of one cell in two sessions, in units of `rate`. */
static shared compare(const comparison *all, size_t s, size_t t, double rate) {
    size_t bins = all->bins;
    const double *a = all->maps + s * 2 * bins, *b = all->maps + t * 2 * bins;
    const bool *in_a = all->visited + s * bins, *in_b = all->visited + t * bins;
    shared sums = {0};
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++)
            sums.across += covariance(a + i * bins, b + j * bins, in_a, in_b, bins) / 4.0 / rate;
    sums.first = covariance(a, a + bins, in_a, in_b, bins) / rate;
    sums.second = covariance(b, b + bins, in_a, in_b, bins) / rate;
    return sums;
}

/* All pairs of sessions in which the cell listed `count` times is active; its cells weigh as one
 * over their mean rate, between equal weight and that of their events. */
static bool compare_cell(comparison *all, const found *of, size_t count, shared *pairs,
                         nd_error *error) {
    double amount = 0.0, frames = 0.0;
    size_t n = all->sessions;
    for (size_t i = 0; i < count; i++) {
        nd_binned view = nd_binned_session(&all->session[of[i].session]);
        amount += nd_total_amount(&view, of[i].cell);
        frames += (double)view.frames;
        if (of[i].active && !fill_maps(all, &of[i], error))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (of[i].active && of[j].active)
                pairs[of[i].session * n + of[j].session] =
                    compare(all, of[i].session, of[j].session, amount / frames);
    return true;
}

static found *list_cells(const comparison *all, const nd_session_result *results, size_t *count,
                         nd_error *error) {
    size_t total = 0, n = 0;
    for (size_t s = 0; s < all->sessions; s++)
        total += all->session[s].cells;
    found *list = nd_array(total, sizeof *list, error);
    for (size_t s = 0; list && s < all->sessions; s++) {
        size_t first = n;
        for (size_t c = 0; c < all->session[s].cells; c++)
            list[n++] = (found){all->session[s].cell_id[c], s, c, false};
        for (size_t i = 0; i < results[s].active; i++)
            list[first + results[s].cell[i].index].active = true;
    }
    if (list)
        qsort(list, n, sizeof *list, by_id);
    *count = n;
    return list;
}

/* The similarity of a pair without noise, of all cells' sums less one cell's (NULL: none). */
static double similarity(const shared *sum, const shared *less) {
    shared s = *sum;
    if (less) {
        s.across -= less->across;
        s.first -= less->first;
        s.second -= less->second;
    }
    return s.first > 0.0 && s.second > 0.0 ? s.across / sqrt(s.first * s.second) : NAN;
}

/* The loss over the whole span by the line through "none at once" over all pairs, and the mean
 * similarity of neighbours and of the two ends. */
static double loss_of(const comparison *all, const nd_session_result *results, const shared *sum,
                      const shared *less, double *near, double *far) {
    size_t n = all->sessions;
    double products = 0.0, squares = 0.0, sum_near = 0.0, count_near = 0.0;
    for (size_t s = 0; s < n; s++)
        for (size_t t = s + 1; t < n; t++) {
            size_t at = s * n + t;
            double apart = fabs(results[t].day - results[s].day);
            double alike = similarity(&sum[at], less ? &less[at] : NULL);
            if (isnan(alike))
                continue;
            products += apart * (1.0 - alike);
            squares += apart * apart;
            if (t == s + 1) {
                sum_near += alike;
                count_near += 1.0;
            }
        }
    if (near)
        *near = sum_near / count_near;
    if (far)
        *far = similarity(&sum[n - 1], NULL);
    return products / squares * fabs(results[n - 1].day - results[0].day);
}

/* The loss, and its standard error by leaving out one cell after the other. */
static bool summarise(const comparison *all, const nd_session_result *results,
                      nd_tuning_drift *drift, nd_error *error) {
    size_t pairs = all->pairs, used = 0;
    shared *sum = nd_array(pairs, sizeof *sum, error);
    double *left_out = nd_doubles(all->cells, error);
    bool fine = sum && left_out;
    for (size_t c = 0; fine && c < all->cells; c++)
        for (size_t p = 0; p < pairs; p++) {
            sum[p].across += all->of[c * pairs + p].across;
            sum[p].first += all->of[c * pairs + p].first;
            sum[p].second += all->of[c * pairs + p].second;
        }
    if (fine) {
        drift->loss = loss_of(all, results, sum, NULL, &drift->near, &drift->far);
        double mean = 0.0, squares = 0.0;
        for (size_t c = 0; c < all->cells; c++) {
            double value = loss_of(all, results, sum, &all->of[c * pairs], NULL, NULL);
            if (isnan(value) || value == drift->loss)
                continue;
            left_out[used++] = value;
            mean += value;
        }
        mean /= (double)used;
        for (size_t i = 0; i < used; i++)
            squares += (left_out[i] - mean) * (left_out[i] - mean);
        drift->cells = used;
        if (used >= 10)
            drift->error = sqrt(squares * ((double)used - 1.0) / (double)used);
    }
    free(sum);
    free(left_out);
    return fine;
}

static bool can_be_compared(const nd_session *sessions, size_t count) {
    for (size_t s = 0; s < count; s++)
        if (sessions[s].kind != ND_SESSION_ACTIVITY || !sessions[s].cell_id ||
            sessions[s].bins_x != sessions[0].bins_x || sessions[s].bins_y != sessions[0].bins_y ||
            sessions[s].bins_direction != sessions[0].bins_direction)
            return false;
    return count >= 3;
}

static bool compare_all(comparison *all, const nd_session_result *results, nd_tuning_drift *drift,
                        nd_error *error) {
    size_t listed, next;
    found *list = list_cells(all, results, &listed, error);
    bool fine = list;
    for (size_t i = 0; i < listed; i++)
        all->cells += i == 0 || list[i].id != list[i - 1].id;
    size_t n = all->sessions, bins = all->bins, cell = 0;
    all->of = fine ? nd_array(all->cells * all->pairs, sizeof *all->of, error) : NULL;
    all->visited = nd_array(n * bins, sizeof *all->visited, error);
    all->visits = nd_doubles(n * 2 * bins, error);
    all->maps = nd_doubles(n * 2 * bins, error);
    fine = fine && all->of && all->visited && all->visits && all->maps;
    for (size_t s = 0; fine && s < n; s++)
        fine = count_visits(all, s, error);
    for (size_t i = 0; fine && i < listed; i = next, cell++) {
        for (next = i + 1; next < listed && list[next].id == list[i].id;)
            next++;
        fine = compare_cell(all, list + i, next - i, all->of + cell * all->pairs, error);
    }
    fine = fine && summarise(all, results, drift, error);
    free(list);
    free(all->of);
    free(all->visited);
    free(all->visits);
    free(all->maps);
    return fine;
}

bool nd_tuning_drift_measure(const nd_recording *recording, nd_group *group,
                             const nd_session_result *results, nd_error *error) {
    const nd_session *sessions = &recording->sessions[group->first];
    size_t n = group->sessions;
    group->tuning = (nd_tuning_drift){NAN, NAN, NAN, NAN, 0};
    if (!can_be_compared(sessions, n))
        return true;
    comparison all = {.session = sessions,
                      .shape = &results[group->first],
                      .smoothing = recording->settings.rate_map_smoothing,
                      .sessions = n,
                      .bins = sessions[0].bins,
                      .pairs = n * n};
    return compare_all(&all, &results[group->first], &group->tuning, error);
}
