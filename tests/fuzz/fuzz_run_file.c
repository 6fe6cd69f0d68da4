/* Run files of both models, measured or not: all that opening reads, and the words told of them. */
#include <stdlib.h>

#include "analyse/measured_run.h"
#include "base/child.h"
#include "fuzz.h"
#include "store/hebbian_file.h"
#include "store/run_file.h"
#include "store/traces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    const char *path = fuzz_file(data, size);
    nd_become_child();
    nd_run *run = nd_run_open(path, &error);
    if (run && run->snapshots > 0) {
        nd_parameters *parameters = nd_run_parameters_new(run, &error);
        if (parameters)
            nd_run_snapshot(run, run->snapshots - 1, parameters, &error);
        nd_parameters_free(parameters);
    }
    nd_run_close(run);
    nd_hebbian_run_close(nd_hebbian_run_open(path, &error));
    nd_nc *file = nd_nc_open(path, &error);
    nd_trace_table table;
    if (file && nd_traces_from_run(file, &table, &error))
        nd_trace_table_free(&table);
    nd_nc_close(file);
    return 0;
}
