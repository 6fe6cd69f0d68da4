/* Writing a run file from the journal of a finished run. */
#ifndef ND_STORE_RUN_FILE_WRITE_H
#define ND_STORE_RUN_FILE_WRITE_H

#include "base/netcdf_file.h"
#include "experiment/experiment.h"
#include "store/journal.h"
#include "world/dataset.h"

/* A journal's record is {step, loss, active fraction, fraction active units}; its snapshot is
 * {step, all parameters in nd_parameters' order, what an addition keeps of it}. */
enum { ND_RECORD_WIDTH = 4 };

typedef struct nd_run_summary {
    size_t records, snapshots; /* rows in the journal */
    const char *engine;        /* nd_engine_backend.describe */
    const char *status;        /* "complete", or why it ended early */
    const char *history;
    double wall_time;             /* s */
    const nd_buffer *final_state; /* of the engine, for going on; NULL: none is kept */
    const char *resumed;          /* where it went to another instruction set; NULL: nowhere */
    const char *continued; /* of a run that went on in law: from where, and how; NULL otherwise */
} nd_run_summary;

/* What was measured of the snapshots while the run went on, `width` doubles of each in the journal;
 * 0: nothing. `row` is given them, snapshot by snapshot from 0; `write` then puts them into the
 * file of `snapshots` snapshots. */
typedef struct nd_run_addition {
    size_t width;
    bool (*row)(void *context, size_t index, const double *values, nd_error *error);
    bool (*write)(void *context, nd_nc *file, size_t snapshots, nd_error *error);
    void *context;
} nd_run_addition;

/* Where the rows come from: each call puts the next into `row`, in room for the widest; false at
 * the end (*end set) or on failure. */
typedef struct nd_run_rows {
    bool (*next)(void *context, nd_row_kind *kind, double *row, bool *end, nd_error *error);
    void *context;
} nd_run_rows;

/* All rows of a journal, from its first. */
nd_run_rows nd_rows_of_journal(nd_journal *journal);

/* Puts all of a run into a new file. */
bool nd_run_file_put(nd_nc *file, const nd_experiment *experiment, const nd_dataset *dataset,
                     const nd_run_rows *rows, const nd_run_summary *summary,
                     const nd_run_addition *addition, nd_error *error);

/* Writes it to its place, whole or not at all. */
bool nd_run_file_write(const nd_place *place, const nd_experiment *experiment,
                       const nd_dataset *dataset, nd_journal *journal,
                       const nd_run_summary *summary, const nd_run_addition *addition,
                       nd_error *error);

/* 64 bits that tell data sets apart: what a run depends on beside its experiment. */
uint64_t nd_dataset_digest(const nd_dataset *dataset);

/* Was the run in `file` made from that data set? By its digest, or the 32-bit checksum of 0.1.0. */
bool nd_run_is_of_dataset(const nd_nc *file, const nd_dataset *dataset);

#endif
