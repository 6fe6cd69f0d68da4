#include "store/hebbian_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "store/coordinates.h"

static bool define_traces(nd_nc *file, nd_error *error) {
    return nd_nc_define(file, "step", ND_NC_INT64, "record", "1",
                        "updates made when the record was taken, settling ones not counted",
                        error) &&
           nd_nc_define(file, "loss", ND_NC_DOUBLE, "record", "1",
                        "similarity-matching error |X'X - Y'Y|^2 / n^2 over all inputs (Frobenius "
                        "norm)",
                        error) &&
           nd_nc_define(file, "active_fraction", ND_NC_DOUBLE, "record", "1",
                        "share of (unit, input) pairs with a response above 0", error) &&
           nd_nc_define(file, "fraction_active_units", ND_NC_DOUBLE, "record", "1",
                        "share of units whose largest response exceeds network.peak_threshold",
                        error);
}

static bool define_state(nd_nc *file, bool circular, nd_error *error) {
    return nd_nc_define(file, "inputs", ND_NC_DOUBLE, "sample input", "1",
                        "inputs x of the network", error) &&
           nd_nc_define(file, "position", ND_NC_DOUBLE, "sample",
                        circular ? "rad" : "length of the slice",
                        circular ? "angle on the ring" : "position along the slice", error) &&
           nd_nc_define(file, "snapshot_step", ND_NC_INT64, "snapshot", "1",
                        "updates made when the snapshot was taken, settling ones not counted",
                        error) &&
           nd_nc_define(file, "responses", ND_NC_DOUBLE, "snapshot sample unit", "1",
                        "fixed-point response y(x) of every unit to every input", error) &&
           nd_nc_define(file, "forward_weights", ND_NC_DOUBLE, "unit input", "1",
                        "feed-forward weights W at the end", error) &&
           nd_nc_define(file, "lateral_weights", ND_NC_DOUBLE, "unit sender", "1",
                        "lateral weights M at the end, from sender to unit", error) &&
           nd_nc_define(file, "threshold", ND_NC_DOUBLE, "unit", "1", "thresholds b at the end",
                        error);
}

static bool define(nd_nc *file, const nd_hebbian *network, const nd_run_summary *summary,
                   nd_error *error) {
    return nd_nc_define_dimension(file, "record", summary->records, error) &&
           nd_nc_define_dimension(file, "snapshot", summary->snapshots, error) &&
           nd_nc_define_dimension(file, "sample", network->inputs->count, error) &&
           nd_nc_define_dimension(file, "input", network->inputs->dimension, error) &&
           nd_nc_define_dimension(file, "unit", network->neurons, error) &&
           nd_nc_define_dimension(file, "sender", network->neurons, error) &&
           define_traces(file, error) && define_state(file, network->inputs->circular, error);
}

/* Writes a matrix kept by sender (senders x N) the way it is read in equations (N x senders). */
static bool put_transposed(nd_nc *file, const char *name, const double *weights, size_t senders,
                           size_t neurons, nd_error *error) {
    double *turned = nd_doubles(senders * neurons, error);
    if (!turned)
        return false;
    for (size_t k = 0; k < senders; k++)
        for (size_t i = 0; i < neurons; i++)
            turned[i * senders + k] = weights[k * neurons + i];
    bool fine = nd_nc_put(file, name, turned, senders * neurons, error);
    free(turned);
    return fine;
}

static bool put_state(nd_nc *file, const nd_hebbian *network, nd_error *error) {
    const nd_hebbian_inputs *inputs = network->inputs;
    size_t neurons = network->neurons;
    return nd_nc_put(file, "inputs", inputs->value, inputs->count * inputs->dimension, error) &&
           nd_nc_put(file, "position", inputs->position, inputs->count, error) &&
           nd_nc_put(file, "threshold", network->threshold, neurons, error) &&
           put_transposed(file, "forward_weights", network->forward, inputs->dimension, neurons,
                          error) &&
           put_transposed(file, "lateral_weights", network->lateral, neurons, neurons, error);
}

static void rows_free(nd_hebbian_rows *all) {
    free(all->column);
    free(all->centroid);
    free(all->snapshot_step);
    free(all->response);
}

/* All rows, column by column. */
static bool read_rows(nd_hebbian_rows *all, const nd_hebbian *network, const nd_run_rows *rows,
                      const nd_run_summary *summary, nd_error *error) {
    size_t records = 0, snapshots = 0, neurons = network->neurons;
    size_t size = network->inputs->count * neurons;
    nd_row_kind kind;
    bool end = false;
    all->records = summary->records;
    all->snapshots = summary->snapshots;
    if (!(all->column = nd_doubles(ND_RECORD_WIDTH * summary->records, error)) ||
        !(all->centroid = nd_doubles(summary->records * neurons, error)) ||
        !(all->snapshot_step = nd_doubles(summary->snapshots, error)) ||
        !(all->response = nd_doubles(summary->snapshots * size, error)))
        return false;
    double *row = nd_doubles(size + neurons + ND_RECORD_WIDTH, error);
    if (!row)
        return false;
    while (rows->next(rows->context, &kind, row, &end, error)) {
        if (kind == ND_ROW_RECORD && records < summary->records) {
            for (size_t i = 0; i < ND_RECORD_WIDTH; i++)
                all->column[i * summary->records + records] = row[i];
            memcpy(all->centroid + records++ * neurons, row + ND_RECORD_WIDTH,
                   neurons * sizeof(double));
        } else if (kind == ND_ROW_SNAPSHOT && snapshots < summary->snapshots) {
            all->snapshot_step[snapshots] = row[0];
            memcpy(all->response + snapshots++ * size, row + 1, size * sizeof(double));
        }
    }
    free(row);
    if (!end)
        return false;
    return (records == summary->records && snapshots == summary->snapshots) ||
           nd_fail(error, NULL, NULL,
                   "there are %zu records and %zu snapshots, %zu and %zu were made", records,
                   snapshots, summary->records, summary->snapshots);
}

static bool put_rows(nd_nc *file, const nd_hebbian_rows *all, size_t size,
                     const nd_run_summary *summary, nd_error *error) {
    static const char *const names[ND_RECORD_WIDTH] = {"step", "loss", "active_fraction",
                                                       "fraction_active_units"};
    bool fine = true;
    for (size_t i = 0; fine && i < ND_RECORD_WIDTH; i++)
        fine =
            nd_nc_put(file, names[i], all->column + i * summary->records, summary->records, error);
    return fine &&
           nd_nc_put(file, "snapshot_step", all->snapshot_step, summary->snapshots, error) &&
           nd_nc_put(file, "responses", all->response, summary->snapshots * size, error);
}

static bool put_counts(nd_nc *file, const nd_fixed_point_counts *counts, nd_error *error) {
    return nd_nc_put_number(file, NULL, "fixed_points", (double)counts->problems, error) &&
           nd_nc_put_number(file, NULL, "fixed_point_pivots", (double)counts->pivots, error) &&
           nd_nc_put_number(file, NULL, "fixed_point_cold_starts", (double)counts->cold_starts,
                            error) &&
           nd_nc_put_number(file, NULL, "fixed_point_fall_backs", (double)counts->fall_backs,
                            error) &&
           nd_nc_put_number(file, NULL, "fixed_point_unpolished", (double)counts->unpolished,
                            error);
}

static bool put_attributes(nd_nc *file, const nd_hebbian *network, const nd_run_summary *summary,
                           nd_error *error) {
    char *text = nd_experiment_text(network->experiment, error);
    bool fine =
        text && nd_nc_put_text(file, NULL, "title", network->experiment->name, error) &&
        nd_nc_put_text(file, NULL, "experiment", text, error) &&
        nd_nc_put_count(file, NULL, "seed", network->experiment->seed, error) &&
        nd_nc_put_text(file, NULL, "source", "nulldrift " ND_VERSION, error) &&
        nd_nc_put_text(file, NULL, "engine", summary->engine, error) &&
        nd_nc_put_text(file, NULL, "status", summary->status, error) &&
        (!summary->resumed || nd_nc_put_text(file, NULL, "resumed", summary->resumed, error)) &&
        nd_nc_put_text(file, NULL, "history", summary->history, error) &&
        nd_nc_put_number(file, NULL, "wall_time_seconds", summary->wall_time, error) &&
        put_counts(file, &network->counts, error);
    free(text);
    return fine;
}

bool nd_hebbian_file_put(nd_nc *file, const nd_hebbian *network, const nd_run_rows *rows,
                         const nd_run_summary *summary, nd_hebbian_measured *measured,
                         nd_error *error) {
    size_t size = network->inputs->count * network->neurons;
    nd_hebbian_rows all = {0};
    bool fine = read_rows(&all, network, rows, summary, error) &&
                define(file, network, summary, error) && put_state(file, network, error) &&
                put_rows(file, &all, size, summary, error) &&
                put_attributes(file, network, summary, error) &&
                measured(file, network, &all, error) && nd_put_coordinates(file, error);
    rows_free(&all);
    return fine;
}

bool nd_hebbian_file_write(const nd_place *place, const nd_hebbian *network, nd_journal *journal,
                           const nd_run_summary *summary, nd_hebbian_measured *measured,
                           nd_error *error) {
    const nd_run_rows rows = nd_rows_of_journal(journal);
    nd_nc *file = nd_nc_create_at(place, error);
    if (file && nd_hebbian_file_put(file, network, &rows, summary, measured, error))
        return nd_nc_publish(file, error);
    nd_nc_close(file);
    return false;
}
