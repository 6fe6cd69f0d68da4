/* Writing a run file from the journal of a finished run. */
#ifndef ND_STORE_RUN_FILE_WRITE_H
#define ND_STORE_RUN_FILE_WRITE_H

#include "experiment/experiment.h"
#include "store/journal.h"
#include "world/dataset.h"

/* A journal's record is {step, loss, active fraction, fraction active units}; its snapshot is
 * {step, all parameters in nd_parameters' order}. */
enum { ND_RECORD_WIDTH = 4 };

typedef struct nd_run_summary {
    size_t records, snapshots; /* rows in the journal */
    const char *engine;        /* nd_engine_backend.describe */
    const char *status;        /* "complete", or why it ended early */
    const char *history;
    double wall_time; /* s */
} nd_run_summary;

/* Writes `path` whole or not at all. */
bool nd_run_file_write(const char *path, const nd_experiment *experiment, const nd_dataset *dataset,
                       nd_journal *journal, const nd_run_summary *summary, nd_error *error);

/* Checksum of a data set's numbers: with the experiment's text it identifies a run. */
uint32_t nd_dataset_checksum(const nd_dataset *dataset);

#endif
