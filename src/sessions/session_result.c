#include "sessions/session_result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "measure/bursts.h"
#include "measure/shuffle.h"
#include "sessions/session_corrections.h"
#include "sessions/session_maps.h"

/* One step of FNV-1a over a text and its end. */
static uint64_t hash_text(uint64_t hash, const char *text) {
    do
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    while (*text++);
    return hash;
}

uint64_t nd_session_seed(const nd_session *session, uint64_t seed) {
    uint64_t hash = 0xcbf29ce484222325u ^ seed * 0x9e3779b97f4a7c15u;
    hash = hash_text(hash, session->animal);
    hash = hash_text(hash, session->environment);
    hash = hash_text(hash, session->direction);
    return hash_text(hash, session->label);
}

static bool copy_identity(const nd_session *session, nd_session_result *result, nd_error *error) {
    memset(result, 0, sizeof *result);
    for (size_t m = 0; m < ND_METRIC_COUNT; m++)
        result->metric[m] = result->error[m] = NAN;
    for (size_t k = 0; k < ND_INFORMATIONS; k++)
        for (size_t f = 0; f < ND_MOST_SAMPLE_FRACTIONS; f++)
            result->mean_naive[k][f] = result->mean_shuffled[k][f] = NAN;
    result->kind = session->kind;
    result->day = session->day;
    result->visit = session->visit;
    result->frames = session->frames;
    result->frames_read = session->frames_read;
    result->bins = session->bins;
    result->bins_x = session->bins_x;
    result->bins_y = session->bins_y;
    result->bins_direction = session->bins_direction;
    result->frame_seconds = session->frame_seconds;
    result->label = nd_text(session->label, error);
    result->animal = nd_text(session->animal, error);
    result->environment = nd_text(session->environment, error);
    result->direction = nd_text(session->direction, error);
    return result->label && result->animal && result->environment && result->direction;
}

/* Metrics someone else has computed. */
static void take_given(const nd_session *session, nd_session_result *result) {
    const nd_given_metrics *given = &session->given;
    double *metric = result->metric;
    metric[ND_METRIC_CELLS] = given->cells;
    metric[ND_METRIC_FRACTION_ACTIVE] = given->fraction_active;
    metric[ND_METRIC_ACTIVE_CELLS] = given->fraction_active * given->cells;
    metric[ND_METRIC_FRACTION_PLACE_CELLS] = given->fraction_place_cells;
    metric[ND_METRIC_PLACE_CELLS] = given->fraction_place_cells * given->cells;
    metric[ND_METRIC_INFORMATION] = given->information_bit_spike;
    metric[ND_METRIC_CORRECTED + ND_CORRECTION_SCALED_SHUFFLE_REDUCTION * ND_INFORMATIONS] =
        given->information_corrected;
    metric[ND_METRIC_MAP_CORRELATION] = given->rate_map_correlation;
}

/* The mean of `count` values `stride` apart, NaN left out, where use holds (NULL: all), and its
 * standard error. */
static double mean_of(const double *values, size_t count, size_t stride, const bool *use,
                      double *standard_error) {
    double n = 0.0, mean = 0.0, squares = 0.0;
    for (size_t i = 0; i < count; i++) {
        double value = values[i * stride];
        if ((use && !use[i]) || isnan(value))
            continue;
        n += 1.0;
        double step = value - mean;
        mean += step / n;
        squares += step * (value - mean);
    }
    *standard_error = n > 1.0 ? sqrt(squares / (n - 1.0) / n) : NAN;
    return n > 0.0 ? mean : NAN;
}

static double binomial_error(double share, double count) {
    return count > 0.0 ? sqrt(share * (1.0 - share) / count) : NAN;
}

/* Corrections by blocks need cells that fire in some of them. */
static bool enough_bursts(const nd_session_result *result, size_t cell) {
    return !(result->metric[ND_METRIC_CORRECTION_BLOCK] > 1.0) ||
           result->cell[cell].active_frames >=
               ND_BURSTS_PER_CELL * result->metric[ND_METRIC_BURST_LENGTH];
}

/* The metrics that follow from the cells. */
static bool reduce_cells(size_t cells, bool tested, nd_session_result *result, nd_error *error) {
    size_t active = result->active, place = 0, stride = sizeof(nd_cell_result) / sizeof(double);
    bool *is_place = nd_array(active, sizeof *is_place, error);
    if (!is_place)
        return false;
    _Static_assert(sizeof(nd_cell_result) % sizeof(double) == 0, "cells are strided by doubles");
    double *metric = result->metric, *spread = result->error;
    for (size_t i = 0; i < active; i++) {
        is_place[i] = result->cell[i].place_cell;
        place += is_place[i];
    }
    metric[ND_METRIC_CELLS] = (double)cells;
    metric[ND_METRIC_ACTIVE_CELLS] = (double)active;
    metric[ND_METRIC_FRACTION_ACTIVE] = (double)active / (double)cells;
    spread[ND_METRIC_FRACTION_ACTIVE] =
        binomial_error(metric[ND_METRIC_FRACTION_ACTIVE], (double)cells);
    if (tested) {
        metric[ND_METRIC_PLACE_CELLS] = (double)place;
        metric[ND_METRIC_PLACE_SHARE] = active > 0 ? (double)place / (double)active : NAN;
        metric[ND_METRIC_FRACTION_PLACE_CELLS] = (double)place / (double)cells;
        spread[ND_METRIC_PLACE_SHARE] =
            binomial_error(metric[ND_METRIC_PLACE_SHARE], (double)active);
        spread[ND_METRIC_FRACTION_PLACE_CELLS] =
            binomial_error(metric[ND_METRIC_FRACTION_PLACE_CELLS], (double)cells);
    }
    const nd_cell_result *first = result->cell;
    metric[ND_METRIC_MEAN_RATE] =
        mean_of(&first->rate, active, stride, NULL, &spread[ND_METRIC_MEAN_RATE]);
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        metric[ND_METRIC_INFORMATION + k] = mean_of(&first->information[k], active, stride, NULL,
                                                    &spread[ND_METRIC_INFORMATION + k]);
        if (tested)
            metric[ND_METRIC_PLACE_INFORMATION + k] =
                mean_of(&first->information[k], active, stride, is_place,
                        &spread[ND_METRIC_PLACE_INFORMATION + k]);
    }
    result->fractions = result->curves.fractions;
    if (result->curves.cells > 0)
        for (size_t k = 0; k < ND_INFORMATIONS; k++) {
            for (size_t i = 0; i < active; i++)
                is_place[i] = (!tested || result->cell[i].place_cell) && enough_bursts(result, i);
            nd_sample_curves_mean(&result->curves, (nd_information)k, is_place,
                                  result->mean_naive[k], result->mean_shuffled[k]);
        }
    free(is_place);
    return true;
}

static void describe_cells(const nd_session *session, const nd_binned *activity,
                           const size_t *cells, const nd_settings *settings, const double *naive,
                           const double *p_value, nd_session_result *result) {
    double seconds = (double)activity->frames * activity->frame_seconds;
    for (size_t i = 0; i < result->active; i++) {
        nd_cell_result *cell = &result->cell[i];
        cell->index = cells[i];
        cell->id = session->cell_id ? session->cell_id[cells[i]] : (int64_t)cells[i];
        cell->active_frames = (double)nd_active_frames(activity, cells[i]);
        cell->rate = nd_total_amount(activity, cells[i]) / seconds;
        cell->p_value = settings->shuffles > 0 ? p_value[i] : NAN;
        cell->place_cell = settings->shuffles > 0 && p_value[i] < settings->threshold;
        memcpy(cell->information, naive + i * ND_INFORMATIONS, sizeof cell->information);
        for (size_t m = 0; m < ND_CORRECTIONS; m++)
            for (size_t k = 0; k < ND_INFORMATIONS; k++)
                cell->corrected[m][k] = NAN;
    }
}

static bool allocate_cells(size_t active, size_t bins, nd_session_result *result, nd_error *error) {
    result->active = active;
    result->cell = nd_array(active, sizeof *result->cell, error);
    result->occupancy = nd_doubles(bins, error);
    result->rate_maps = nd_doubles(active * bins, error);
    return result->cell && result->occupancy && result->rate_maps;
}

/* Room for the estimates of the active cells, and what they need. */
typedef struct estimates {
    size_t *cells; /* active */
    nd_responses responses;
    double *naive, *p_value;
} estimates;

static void estimates_clear(estimates *room) {
    free(room->cells);
    free(room->naive);
    free(room->p_value);
    nd_responses_clear(&room->responses);
}

static bool estimate(const nd_session *session, const nd_binned *activity,
                     const nd_settings *settings, unsigned threads, const nd_watch *watch,
                     estimates *room, nd_session_result *result, nd_error *error) {
    uint64_t seed = nd_session_seed(session, settings->seed);
    size_t active = result->active;
    bool corrections = false;
    for (size_t m = 0; m < ND_CORRECTIONS; m++)
        corrections = corrections || nd_correction_asked(settings, (nd_correction)m);
    if (!nd_responses_choose(activity, room->cells, active, &room->responses, error) ||
        !nd_naive_information(activity, room->cells, active, &room->responses, room->naive, error))
        return false;
    if (settings->shuffles > 0 &&
        !nd_shuffle_test(activity, room->cells, active, settings->shuffles, settings->shuffle, seed,
                         threads, room->p_value, NULL, error))
        return false;
    describe_cells(session, activity, room->cells, settings, room->naive, room->p_value, result);
    nd_binned_curves(activity, room->cells, active, result->occupancy, result->rate_maps);
    for (size_t i = 0; i < active * activity->bins; i++)
        result->rate_maps[i] /= activity->frame_seconds;
    corrections = corrections && active > 0 && settings->subsampling_repetitions > 0 &&
                  activity->frames >= settings->subsampling_fractions;
    if (!corrections)
        return true;
    double length;
    if (!nd_burst_length(activity, room->cells, active, &length, error))
        return false;
    size_t block = nd_burst_block(length, activity->frames, settings->subsampling_fractions);
    result->metric[ND_METRIC_BURST_LENGTH] = length;
    result->metric[ND_METRIC_CORRECTION_BLOCK] = (double)block;
    return nd_sample_curves_make(activity, room->cells, active, &room->responses,
                                 settings->subsampling_fractions, settings->subsampling_repetitions,
                                 block, seed, threads, watch, &result->curves, error);
}

static bool measure_activity(const nd_session *session, const nd_settings *settings,
                             unsigned threads, const nd_watch *watch, nd_session_result *result,
                             nd_error *error) {
    nd_binned activity = nd_binned_session(session);
    estimates room = {.cells = nd_array(session->cells, sizeof *room.cells, error)};
    bool fine = room.cells;
    if (fine) {
        size_t active = nd_sufficiently_active(&activity, settings->minimum_active_frames,
                                               settings->minimum_rate, room.cells);
        room.naive = nd_doubles(active * ND_INFORMATIONS, error);
        room.p_value = nd_doubles(active, error);
        fine =
            room.naive && room.p_value && allocate_cells(active, activity.bins, result, error) &&
            estimate(session, &activity, settings, threads, watch, &room, result, error) &&
            reduce_cells(session->cells, settings->shuffles > 0, result, error) &&
            nd_map_reliability(&activity, room.cells, settings->rate_map_smoothing, result, error);
    }
    if (fine && result->curves.cells > 0) {
        bool *use = nd_array(result->active, sizeof *use, error);
        fine = use != NULL;
        for (size_t i = 0; fine && i < result->active; i++)
            use[i] = enough_bursts(result, i);
        fine = fine && nd_session_correct(&activity, room.cells, settings, use,
                                          nd_session_seed(session, settings->seed), threads, watch,
                                          result, error);
        free(use);
    }
    estimates_clear(&room);
    return fine;
}

static bool measure_maps(const nd_session *session, const nd_settings *settings,
                         nd_session_result *result, nd_error *error) {
    size_t bins = session->bins, active = 0;
    double *scratch = nd_doubles(2 * bins, error), seconds = 0.0;
    if (!scratch || !allocate_cells(session->cells, bins, result, error)) {
        free(scratch);
        return false;
    }
    for (size_t b = 0; b < bins; b++)
        seconds += session->occupancy[b];
    for (size_t b = 0; b < bins; b++)
        result->occupancy[b] = session->occupancy[b] / seconds;
    for (size_t c = 0; c < session->cells; c++) {
        const double *map = session->rate_maps + c * bins;
        double rate = nd_map_rate(map, session->occupancy, bins);
        if (!(rate > settings->minimum_rate))
            continue;
        nd_cell_result *cell = &result->cell[active];
        *cell = (nd_cell_result){.index = c,
                                 .id = session->cell_id ? session->cell_id[c] : (int64_t)c,
                                 .active_frames = NAN,
                                 .rate = rate,
                                 .p_value = NAN};
        double information = nd_map_information(map, session->occupancy, bins, scratch);
        cell->information[ND_INFORMATION_BIT_SPIKE] = information;
        cell->information[ND_INFORMATION_BIT_SECOND] = information * rate;
        cell->information[ND_INFORMATION_MUTUAL] = NAN;
        for (size_t m = 0; m < ND_CORRECTIONS; m++)
            for (size_t k = 0; k < ND_INFORMATIONS; k++)
                cell->corrected[m][k] = NAN;
        for (size_t b = 0; b < bins; b++)
            result->rate_maps[active * bins + b] = map[b];
        active++;
    }
    result->active = active;
    free(scratch);
    return reduce_cells(session->cells, false, result, error);
}

bool nd_session_measure(const nd_session *session, const nd_settings *settings, unsigned threads,
                        const nd_watch *watch, nd_session_result *result, nd_error *error) {
    bool fine = copy_identity(session, result, error);
    result->circular = settings->circular;
    if (fine && session->kind == ND_SESSION_METRICS)
        take_given(session, result);
    else if (fine && session->kind == ND_SESSION_RATE_MAPS)
        fine = measure_maps(session, settings, result, error);
    else if (fine)
        fine = measure_activity(session, settings, threads, watch, result, error);
    if (!fine) {
        nd_error_at(error, session->file);
        nd_session_result_clear(result);
    }
    return fine;
}

void nd_session_result_clear(nd_session_result *result) {
    free(result->label);
    free(result->animal);
    free(result->environment);
    free(result->direction);
    free(result->cell);
    free(result->occupancy);
    free(result->rate_maps);
    nd_sample_curves_clear(&result->curves);
    memset(result, 0, sizeof *result);
}
