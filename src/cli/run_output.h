/* What the commands that run an experiment share. */
#ifndef ND_CLI_RUN_OUTPUT_H
#define ND_CLI_RUN_OUTPUT_H

#include "base/json.h"
#include "cli/command.h"
#include "nulldrift/run.h"

/* A model as its command runs it: into a file, which is then summarised in words or as JSON. */
typedef struct nd_model_command {
    nd_outcome (*simulate)(const nd_experiment *experiment, const char *path,
                           const nd_run_options *options, const nd_watch *watch, nd_error *error);
    bool (*summarise)(const char *path, bool as_json, nd_error *error);
} nd_model_command;

/* The experiment of the first argument with its --set; NULL with `error` filled. */
nd_experiment *nd_experiment_argument(const nd_arguments *arguments, nd_error *error);

/* Runs the experiment as --output (by default the experiment's name with .nc, here), --threads,
 * --checkpoint-every and --quiet say, and tells how it went. The exit code. */
int nd_run_into_file(const nd_arguments *arguments, const nd_experiment *experiment,
                     const nd_model_command *model);

/* Goes on with the finished run of --continue, as nd_run_into_file does with a new one; into the
 * same file unless --output names another. */
int nd_go_on_with_file(const nd_arguments *arguments, const nd_model_command *model);

/* Begins the line of JSON that summarises a run: its file, how it ended (the attribute `status`, or
 * NULL), and its records, of
 * `records` each, named as in a sweep's table; the caller adds what is its own, and ends it. */
nd_json nd_run_json(const char *path, const char *status, size_t records, const double *step,
                    const double *loss, const double *active_fraction,
                    const double *fraction_active_units);

/* The mean of up to ten values from `first` on; NaN when there are none. */
double nd_mean_of_ten(const double *values, size_t first, size_t count);

#endif
