#include "store/run_file_write.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/netcdf_file.h"
#include "network/parameters.h"
#include "store/coordinates.h"
#include "store/run_file.h"

static bool define_records(nd_nc *file, nd_error *error) {
    return nd_nc_define(file, "step", ND_NC_INT64, "record", "1",
                        "updates made when the record was taken", error) &&
           nd_nc_define(file, "loss", ND_NC_DOUBLE, "record", "1",
                        "mean squared error without noise over the variance of the targets",
                        error) &&
           nd_nc_define(file, "active_fraction", ND_NC_DOUBLE, "record", "1",
                        "share of (unit, sample) pairs with activity above the threshold", error) &&
           nd_nc_define(file, "fraction_active_units", ND_NC_DOUBLE, "record", "1",
                        "share of units active for at least one sample", error);
}

static bool define_snapshots(nd_nc *file, nd_error *error) {
    return nd_nc_define(file, "unit", ND_NC_INT64, "unit", "1", "number of the unit, from 0",
                        error) &&
           nd_nc_define(file, "snapshot_step", ND_NC_INT64, "snapshot", "1",
                        "updates made when the snapshot was taken", error) &&
           nd_nc_define(file, "input_weights", ND_NC_DOUBLE, "snapshot unit input", "1",
                        "input weights W_in", error) &&
           nd_nc_define(file, "bias", ND_NC_DOUBLE, "snapshot unit", "1", "biases b of the units",
                        error) &&
           nd_nc_define(file, "output_weights", ND_NC_DOUBLE, "snapshot output unit", "1",
                        "output weights W_out", error);
}

static bool define_dataset(nd_nc *file, const nd_dataset *dataset, nd_error *error) {
    bool fine = nd_nc_define(file, "inputs", ND_NC_DOUBLE, "sample input", "1",
                             "inputs of the network", error) &&
                nd_nc_define(file, "targets", ND_NC_DOUBLE, "sample output", "1",
                             "targets of the network", error);
    if (fine && dataset->position)
        fine = nd_nc_define(file, "position", ND_NC_DOUBLE, "sample",
                            dataset->position_unit ? dataset->position_unit : "1",
                            "position of the agent along the track", error);
    if (fine && dataset->heading)
        fine = nd_nc_define(file, "heading", ND_NC_DOUBLE, "sample", "rad",
                            "heading of the agent, 0 along the track", error);
    if (fine && dataset->output_offset)
        fine = nd_nc_define(file, "output_offset", ND_NC_DOUBLE, "output", "1",
                            "output bias of the network that is continued, held constant: it was "
                            "subtracted from the targets, and belongs to the outputs",
                            error);
    /* The dimension before the variable of the same name: netCDF cannot add them the other way. */
    if (fine && (dataset->environments > 1 || dataset->wall_texture))
        fine = nd_nc_define_dimension(file, "environment", dataset->environments, error);
    if (fine && dataset->environment)
        fine = nd_nc_define(file, "environment", ND_NC_INT64, "sample", "1",
                            "which environment the sample was seen in, from 0", error);
    if (fine && dataset->wall_texture)
        fine = nd_nc_define_dimension(file, "texture", dataset->texture, error) &&
               nd_nc_define(file, "wall_texture", ND_NC_DOUBLE, "environment texture", "1",
                            "texture of the walls at equal steps around the perimeter", error);
    return fine;
}

static bool define(nd_nc *file, const nd_experiment *experiment, const nd_dataset *dataset,
                   const nd_run_summary *summary, nd_error *error) {
    return nd_nc_define_dimension(file, "record", summary->records, error) &&
           nd_nc_define_dimension(file, "snapshot", summary->snapshots, error) &&
           nd_nc_define_dimension(file, "sample", dataset->samples, error) &&
           nd_nc_define_dimension(file, "input", dataset->inputs, error) &&
           nd_nc_define_dimension(file, "output", dataset->outputs, error) &&
           nd_nc_define_dimension(file, "unit", experiment->network.hidden, error) &&
           define_records(file, error) && define_snapshots(file, error) &&
           define_dataset(file, dataset, error);
}

static bool put_dataset(nd_nc *file, const nd_dataset *dataset, nd_error *error) {
    size_t n = dataset->samples;
    return nd_nc_put(file, "inputs", dataset->input, n * dataset->inputs, error) &&
           nd_nc_put(file, "targets", dataset->target, n * dataset->outputs, error) &&
           (!dataset->position || nd_nc_put(file, "position", dataset->position, n, error)) &&
           (!dataset->heading || nd_nc_put(file, "heading", dataset->heading, n, error)) &&
           (!dataset->output_offset ||
            nd_nc_put(file, "output_offset", dataset->output_offset, dataset->outputs, error)) &&
           (!dataset->environment ||
            nd_nc_put_int64(file, "environment", dataset->environment, n, error)) &&
           (!dataset->wall_texture || nd_nc_put(file, "wall_texture", dataset->wall_texture,
                                                dataset->environments * dataset->texture, error));
}

static bool put_units(nd_nc *file, size_t units, nd_error *error) {
    int64_t *number = nd_array(units, sizeof *number, error);
    for (size_t j = 0; number && j < units; j++)
        number[j] = (int64_t)j;
    bool fine = number && nd_nc_put_int64(file, "unit", number, units, error);
    free(number);
    return fine;
}

static bool put_snapshot(nd_nc *file, size_t index, const double *row,
                         const nd_experiment *experiment, const nd_dataset *dataset,
                         nd_error *error) {
    size_t hidden = experiment->network.hidden;
    const nd_parameters parameters =
        nd_parameters_view(hidden, dataset->inputs, dataset->outputs, (double *)(row + 1));
    return nd_nc_put_row(file, "snapshot_step", index, row, 1, error) &&
           nd_nc_put_row(file, "input_weights", index, parameters.input_weights,
                         hidden * dataset->inputs, error) &&
           nd_nc_put_row(file, "bias", index, parameters.bias, hidden, error) &&
           nd_nc_put_row(file, "output_weights", index, parameters.output_weights,
                         dataset->outputs * hidden, error);
}

/* Copies the rows; `columns` holds the records transposed (ND_RECORD_WIDTH x records). */
static bool copy_rows(nd_nc *file, const nd_experiment *experiment, const nd_dataset *dataset,
                      const nd_run_rows *rows, const nd_run_summary *summary,
                      const nd_run_addition *addition, double *row, double *columns,
                      nd_error *error) {
    size_t records = 0, snapshots = 0;
    size_t parameters = experiment->network.hidden * (dataset->inputs + 1 + dataset->outputs);
    nd_row_kind kind;
    bool end;
    while (rows->next(rows->context, &kind, row, &end, error)) {
        if (kind == ND_ROW_RECORD && records < summary->records) {
            for (size_t i = 0; i < ND_RECORD_WIDTH; i++)
                columns[i * summary->records + records] = row[i];
            records++;
        } else if (kind == ND_ROW_SNAPSHOT && snapshots < summary->snapshots) {
            if (!put_snapshot(file, snapshots, row, experiment, dataset, error) ||
                (addition->width > 0 &&
                 !addition->row(addition->context, snapshots, row + 1 + parameters, error)))
                return false;
            snapshots++;
        }
    }
    if (!end)
        return false;
    if (records != summary->records || snapshots != summary->snapshots)
        return nd_fail(error, nd_nc_path(file), NULL,
                       "there are %zu records and %zu snapshots, %zu and %zu were made", records,
                       snapshots, summary->records, summary->snapshots);
    static const char *const names[ND_RECORD_WIDTH] = {"step", "loss", "active_fraction",
                                                       "fraction_active_units"};
    bool fine = true;
    for (size_t i = 0; fine && i < ND_RECORD_WIDTH; i++)
        fine = nd_nc_put(file, names[i], columns + i * records, records, error);
    return fine;
}

static bool put_attributes(nd_nc *file, const nd_experiment *experiment, const nd_dataset *dataset,
                           const nd_run_summary *summary, nd_error *error) {
    char *text = nd_experiment_text(experiment, error);
    bool fine =
        text && nd_nc_put_text(file, NULL, "title", experiment->name, error) &&
        nd_nc_put_text(file, NULL, "experiment", text, error) &&
        nd_nc_put_count(file, NULL, "seed", experiment->seed, error) &&
        nd_nc_put_count(file, NULL, "dataset_digest", nd_dataset_digest(dataset), error) &&
        nd_nc_put_text(file, NULL, "source", "nulldrift " ND_VERSION, error) &&
        nd_nc_put_text(file, NULL, "engine", summary->engine, error) &&
        nd_nc_put_text(file, NULL, "status", summary->status, error) &&
        (!summary->resumed || nd_nc_put_text(file, NULL, "resumed", summary->resumed, error)) &&
        (!summary->continued ||
         nd_nc_put_text(file, NULL, "continued", summary->continued, error)) &&
        nd_nc_put_text(file, NULL, "history", summary->history, error) &&
        nd_nc_put_number(file, NULL, "wall_time_seconds", summary->wall_time, error);
    free(text);
    return fine;
}

bool nd_run_file_put(nd_nc *file, const nd_experiment *experiment, const nd_dataset *dataset,
                     const nd_run_rows *rows, const nd_run_summary *summary,
                     const nd_run_addition *addition, nd_error *error) {
    size_t parameters = experiment->network.hidden * (dataset->inputs + 1 + dataset->outputs);
    size_t width = 1 + parameters + addition->width;
    size_t widest = width > ND_RECORD_WIDTH ? width : ND_RECORD_WIDTH;
    double *row = nd_doubles(widest, error);
    double *columns = nd_doubles(ND_RECORD_WIDTH * summary->records, error);
    bool fine =
        row && columns && define(file, experiment, dataset, summary, error) &&
        put_dataset(file, dataset, error) && put_units(file, experiment->network.hidden, error) &&
        copy_rows(file, experiment, dataset, rows, summary, addition, row, columns, error) &&
        (addition->width == 0 ||
         addition->write(addition->context, file, summary->snapshots, error)) &&
        (!summary->final_state ||
         nd_nc_put_bytes(file, ND_STATE_GROUP, "final_state",
                         "the engine's state at the last step, from which a run is gone on with",
                         summary->final_state->bytes, summary->final_state->length, error)) &&
        put_attributes(file, experiment, dataset, summary, error) &&
        nd_put_coordinates(file, error);
    free(row);
    free(columns);
    return fine;
}

static bool next_of_journal(void *context, nd_row_kind *kind, double *row, bool *end,
                            nd_error *error) {
    return nd_journal_next(context, kind, row, end, error);
}

nd_run_rows nd_rows_of_journal(nd_journal *journal) {
    nd_journal_rewind(journal);
    return (nd_run_rows){next_of_journal, journal};
}

bool nd_run_file_write(const nd_place *place, const nd_experiment *experiment,
                       const nd_dataset *dataset, nd_journal *journal,
                       const nd_run_summary *summary, const nd_run_addition *addition,
                       nd_error *error) {
    const nd_run_rows rows = nd_rows_of_journal(journal);
    nd_nc *file = nd_nc_create_at(place, error);
    if (file && nd_run_file_put(file, experiment, dataset, &rows, summary, addition, error))
        return nd_nc_publish(file, error);
    nd_nc_close(file);
    return false;
}

static uint64_t add_to_digest(uint64_t sum, const void *values, size_t count, size_t size) {
    return values ? nd_digest(sum, values, count * size) : sum;
}

uint64_t nd_dataset_digest(const nd_dataset *dataset) {
    size_t n = dataset->samples;
    uint64_t sum = ND_DIGEST_START;
    sum = add_to_digest(sum, dataset->input, n * dataset->inputs, sizeof(double));
    sum = add_to_digest(sum, dataset->target, n * dataset->outputs, sizeof(double));
    sum = add_to_digest(sum, dataset->position, n, sizeof(double));
    sum = add_to_digest(sum, dataset->heading, n, sizeof(double));
    sum = add_to_digest(sum, dataset->environment, n, sizeof(int64_t));
    sum = add_to_digest(sum, dataset->output_offset, dataset->outputs, sizeof(double));
    if (dataset->initial)
        sum = add_to_digest(sum, dataset->initial->input_weights,
                            nd_parameter_count(dataset->initial), sizeof(double));
    return sum;
}

static uLong add_to_checksum(uLong sum, const void *values, size_t count, size_t size) {
    return values ? crc32_z(sum, values, count * size) : sum;
}

/* The checksum of 0.1.0. */
static uint32_t earlier_checksum(const nd_dataset *dataset) {
    size_t n = dataset->samples;
    uLong sum = crc32_z(0, NULL, 0);
    sum = add_to_checksum(sum, dataset->input, n * dataset->inputs, sizeof(double));
    sum = add_to_checksum(sum, dataset->target, n * dataset->outputs, sizeof(double));
    sum = add_to_checksum(sum, dataset->position, n, sizeof(double));
    if (dataset->initial)
        sum = add_to_checksum(sum, dataset->initial->input_weights,
                              nd_parameter_count(dataset->initial), sizeof(double));
    return (uint32_t)sum;
}

bool nd_run_is_of_dataset(const nd_nc *file, const nd_dataset *dataset) {
    uint64_t digest;
    double checksum;
    if (nd_nc_count(file, NULL, "dataset_digest", &digest, NULL))
        return digest == nd_dataset_digest(dataset);
    return nd_nc_number(file, NULL, "dataset_checksum", &checksum, NULL) &&
           checksum == (double)earlier_checksum(dataset);
}
