#include "sweep/run_in_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyse/measured_run.h"
#include "analyse/run_measures.h"
#include "base/error.h"
#include "base/files.h"
#include "run/simulate.h"
#include "store/traces.h"
#include "sweep/metrics.h"

/* The metrics of the Hessian's spectrum, at the first snapshot and the last. */
static bool take_spectrum(const char *path, nd_sweep_result *result, nd_error *error) {
    nd_run *run = nd_run_open(path, error);
    nd_parameters *first = run ? nd_run_parameters_new(run, error) : NULL;
    nd_parameters *last = first ? nd_run_parameters_new(run, error) : NULL;
    bool fine = last && nd_run_snapshot(run, 0, first, error) &&
                nd_run_snapshot(run, run->snapshots - 1, last, error) &&
                nd_sweep_keep_spectrum(result, first, last, run->dataset,
                                       run->experiment->network.activation, error);
    nd_parameters_free(first);
    nd_parameters_free(last);
    nd_run_close(run);
    return fine;
}

/* Those of nd_run_measures that are asked for. The file of a run in a world without positions has
 * none; a Hebbian run's is measured as it is written. */
static bool take_measures(const char *path, const nd_sweep_plan *plan, nd_sweep_result *result,
                          nd_error *error) {
    double values[ND_RUN_MEASURES];
    nd_nc *file = nd_nc_open(path, error);
    if (!file)
        return false;
    bool to_measure = nd_nc_has(file, "position") && nd_nc_has(file, "input_weights") &&
                      !nd_nc_has(file, "population_vector_correlation");
    nd_nc_close(file);
    if (to_measure && !nd_measure_run_file(path, NULL, NULL, error))
        return false;
    file = nd_nc_open(path, error);
    bool fine = file && nd_run_measures_take(file, values, error);
    for (size_t i = 0; fine && i < ND_RUN_MEASURES; i++)
        if (plan->measured[i])
            result->metrics[ND_BASIC_METRICS + i] = values[i];
    nd_nc_close(file);
    return fine;
}

/* Reads the finished file back. One that a killed sweep left whole says itself how the run ended.
 */
static nd_outcome read_back(const char *path, const nd_experiment *experiment,
                            const nd_sweep_plan *plan, nd_sweep_result *result, nd_error *error) {
    nd_trace_table table = {0};
    nd_nc *file = nd_nc_open(path, error);
    bool fine = file && nd_traces_from_run(file, &table, error);
    bool complete = fine && (!table.status || strcmp(table.status, "complete") == 0);
    double diffusion = NAN;
    if (fine)
        (void)nd_nc_number(file, NULL, "diffusion_constant", &diffusion, NULL);
    nd_nc_close(file);
    result->state = complete ? ND_DONE : ND_DIVERGED;
    const nd_phase_traces *traces = &table.traces;
    fine =
        fine && nd_sweep_keep_traces(result, traces->records, traces->step, traces->loss,
                                     traces->active_fraction, traces->fraction_active_units, error);
    if (fine && complete) {
        bool hebbian = experiment->network.model == ND_HEBBIAN;
        if (hebbian)
            nd_sweep_keep_diffusion(result, diffusion);
        fine = (!plan->spectrum || hebbian || take_spectrum(path, result, error)) &&
               (!nd_sweep_plan_measures(plan) || take_measures(path, plan, result, error));
    }
    if (fine && !complete && !error->what[0]) /* found as it was left */
        nd_fail(error, NULL, NULL, "%s", table.status);
    if (fine && !complete)
        error->where[0] = '\0'; /* the run's store says which run it is */
    nd_trace_table_free(&table);
    return !fine ? ND_RUN_FAILED : complete ? ND_RUN_COMPLETE : ND_RUN_DIVERGED;
}

nd_outcome nd_sweep_run_in_file(const nd_experiment *experiment, const nd_sweep_way *way,
                                const nd_watch *watch, nd_sweep_result *result, nd_error *error) {
    char *path = nd_path_with(way->prefix, way->keep ? ".nc" : ".measured.nc", error);
    if (!path)
        return ND_RUN_FAILED;
    nd_run_options options = {.threads = 1,
                              .checkpoint_seconds = way->saving.seconds,
                              .command_line = way->command_line,
                              .tell = way->saving.tell,
                              .context = way->saving.context};
    nd_outcome outcome = nd_simulate_anew(experiment, path, &options, watch, error);
    if (outcome == ND_RUN_COMPLETE || outcome == ND_RUN_DIVERGED)
        outcome = read_back(path, experiment, way->plan, result, error);
    if (!way->keep && outcome != ND_RUN_INTERRUPTED)
        (void)unlink(path);
    if (outcome != ND_RUN_INTERRUPTED) /* nobody looks for what lay beside a run that is done */
        nd_sync_folder_of(path);
    free(path);
    return outcome;
}
