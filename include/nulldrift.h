/* nulldrift: a laboratory bench for representational drift.
 *
 * The library never prints and never exits. A function that can fail returns false (or NULL) and
 * fills the nd_error it was given: what went wrong, where, and how to mend it.
 *
 * Arrays are row-major doubles; a comment "n x d" gives rows by columns.
 */
#ifndef NULLDRIFT_H
#define NULLDRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A failure, in three parts that read as one line: "WHERE: WHAT; MEND". Empty strings when fine. */
typedef struct nd_error {
    char where[512]; /* the file, line, key or step */
    char what[512];  /* what was found and what was expected */
    char mend[512];  /* how to put it right; may be empty */
} nd_error;

/* How far long work has come. */
typedef struct nd_progress {
    const char *activity; /* e.g. "run", "sweep", "spectrum" */
    double done, total;   /* in the unit below */
    const char *unit;     /* e.g. "steps", "snapshots" */
    char note[160];       /* the figures worth watching, ready to print; may be empty */
} nd_progress;

/* Watches long work: `report`, if set, is called a few times a second from the calling thread; the
 * work stops at its next safe point once *stop is non-zero. A NULL watch means neither. */
typedef struct nd_watch {
    void (*report)(const nd_progress *progress, void *context);
    void *context;
    const volatile int *stop;
} nd_watch;

/* The library's version, e.g. "0.2.0". */
const char *nd_version(void);

/* The error as one line "WHERE: WHAT; MEND", in `line` of `size` bytes; returns `line`. */
const char *nd_error_line(const nd_error *error, char *line, size_t size);

/* ---- What to run: an experiment file (docs/experiment-file.md) ---- */

typedef struct nd_experiment nd_experiment;

/* Reads and checks an experiment file. `sets` are "key.path=value" overrides, applied in order
 * after the file ("key.path=default" takes a key back). Fails naming file, line and key, also for a
 * key that the model, the task, the rule or the engine of the experiment does not use. A relative
 * world.path is taken from the folder of the experiment file. Free with nd_experiment_free. */
nd_experiment *nd_experiment_load(const char *path, const char *const *sets, size_t set_count,
                                  nd_error *error);

/* The same from YAML text; `origin` names it in errors. Relative paths are taken from `folder`
 * (NULL: the working folder). */
nd_experiment *nd_experiment_parse(const char *text, const char *origin, const char *folder,
                                   const char *const *sets, size_t set_count, nd_error *error);

/* The whole experiment, every key it uses spelled out, as YAML; free() it. Two experiments
 * are the same exactly when these texts are. */
char *nd_experiment_text(const nd_experiment *experiment, nd_error *error);

void nd_experiment_free(nd_experiment *experiment);

/* ---- From an experiment to a run file ---- */

typedef struct nd_run_options {
    unsigned threads;          /* inside the run; 0: one */
    double checkpoint_seconds; /* 0: every 60 s */
    const char *command_line;  /* for the history attribute; may be NULL */
    /* Gets what the user should know whatever else is shown: what a data file holds that is not
     * used, one or more lines. NULL: nobody listens. */
    void (*tell)(const char *lines, void *context);
    void *context;
    /* A run begun on another instruction set, whose rounding differs, is refused; unless this is
     * set: then it goes on here, and its file says so. */
    bool resume_here;
    bool no_wait; /* where a file is gone on with in place: fails while another command amends it */
} nd_run_options;

typedef enum nd_outcome {
    ND_RUN_COMPLETE,
    ND_RUN_INTERRUPTED, /* stopped by the watch, at a checkpoint; run again to resume */
    ND_RUN_DIVERGED,    /* the run file holds what came before; error says at which step */
    ND_RUN_FAILED
} nd_outcome;

/* Runs `experiment` into the run file `path` (docs/run-file.md); resumes what was interrupted. A
 * finished run of the same experiment is left as it is, anything else at `path` is refused.
 * `options` and `watch` may be NULL: all as usual, and nobody looks on. */
nd_outcome nd_simulate(const nd_experiment *experiment, const char *path,
                       const nd_run_options *options, const nd_watch *watch, nd_error *error);

/* ---- Step by step ---- */

typedef struct nd_dataset nd_dataset; /* what the world hands to the network */
typedef struct nd_engine nd_engine;   /* a network under training */

/* Makes the experiment's data set and checks it: finite values, matching shapes. Fails for a
 * Hebbian experiment, which has none; so does nd_engine_open. nd_simulate runs both models. */
nd_dataset *nd_dataset_make(const nd_experiment *experiment, nd_error *error);
void nd_dataset_free(nd_dataset *dataset);
/* n, d_in (action included) and d_out; any of them may be NULL. */
void nd_dataset_shape(const nd_dataset *dataset, size_t *samples, size_t *inputs, size_t *outputs);
const double *nd_dataset_inputs(const nd_dataset *dataset);   /* n x d_in */
const double *nd_dataset_targets(const nd_dataset *dataset);  /* n x d_out */
const double *nd_dataset_position(const nd_dataset *dataset); /* n, in the world's unit; or NULL */
/* What was in its file but is not used, as one line; NULL where there is nothing to tell. */
const char *nd_dataset_notes(const nd_dataset *dataset);

/* The parameters of the network of docs/model.md, section 1.1. */
typedef struct nd_parameters {
    size_t hidden, inputs, outputs; /* H, d_in, d_out */
    double *input_weights;          /* hidden x inputs */
    double *bias;                   /* hidden */
    double *output_weights;         /* outputs x hidden */
} nd_parameters;

/* All zero. The three arrays are one block of H (d_in + 1 + d_out) doubles from input_weights. */
nd_parameters *nd_parameters_new(size_t hidden, size_t inputs, size_t outputs, nd_error *error);
void nd_parameters_free(nd_parameters *parameters);

/* What is recorded: loss over Var(y), and sparsity, of the current parameters without noise. */
typedef struct nd_record {
    double loss, active_fraction, fraction_active_units;
} nd_record;

/* Starts the experiment at step 0. Experiment and data set must outlive the engine. Results do not
 * depend on `threads`. */
nd_engine *nd_engine_open(const nd_experiment *experiment, const nd_dataset *dataset,
                          unsigned threads, nd_error *error);
/* Makes updates until `step` have been made in all. Fails, naming the step, on divergence. */
bool nd_engine_advance(nd_engine *engine, uint64_t step, nd_error *error);
void nd_engine_record(nd_engine *engine, nd_record *record);
void nd_engine_parameters(nd_engine *engine, nd_parameters *out);
void nd_engine_close(nd_engine *engine);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

/* ---- Threads ----
 *
 * Any number of threads may call any functions at once, each with handles of its own. A handle that
 * several share is used by one at a time, except that an experiment or a data set that nobody frees
 * may be read by all. Two runs at once need two paths. netCDF and HDF5 serve one thread at a time;
 * the library calls them behind a lock, and a program that calls them itself beside it must see to
 * it that none of its threads is within them meanwhile. */

#endif
