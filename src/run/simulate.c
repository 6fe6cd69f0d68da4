#include "run/simulate.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/locale.h"
#include "experiment/start.h"
#include "network/parameters.h"
#include "run/feed_forward.h"
#include "run/hebbian_run.h"
#include "run/spectra_inside.h"
#include "store/run_file.h"
#include "world/world.h"

/* What a feed-forward run keeps to itself. */
typedef struct feed_forward {
    const nd_experiment *experiment;
    const nd_dataset *dataset;
    nd_spectra_inside *spectra;
    const nd_watch *watch;
} feed_forward;

/* A spectrum may take minutes, in which nothing else is told. */
static void tell_spectrum(const feed_forward *self, const nd_engine *engine) {
    const nd_watch *watch = self->watch;
    if (nd_spectra_inside_addition(self->spectra)->width == 0 || !watch || !watch->report)
        return;
    double steps = (double)self->experiment->run.steps;
    nd_progress progress = {"run", (double)engine->step, steps > 0 ? steps : 1, "steps",
                            "the Hessian's spectrum"};
    watch->report(&progress, watch->context);
}

static bool take_snapshot(void *context, nd_engine *engine, double *values, nd_error *error) {
    const feed_forward *self = context;
    nd_parameters view = nd_parameters_view(self->experiment->network.hidden, self->dataset->inputs,
                                            self->dataset->outputs, values);
    engine->backend->parameters(engine, &view);
    tell_spectrum(self, engine);
    return nd_spectra_inside_take(self->spectra, &view, engine->step,
                                  values + nd_parameter_count(&view), error);
}

static bool write_file(void *context, nd_engine *engine, const nd_place *place, nd_journal *journal,
                       const nd_run_summary *summary, nd_error *error) {
    const feed_forward *self = context;
    (void)engine;
    return nd_run_file_write(place, self->experiment, self->dataset, journal, summary,
                             nd_spectra_inside_addition(self->spectra), error);
}

/* The experiment's text, the data set's digest and, of a run that goes on in law, `words`. */
static char *make_identity(const nd_experiment *experiment, const nd_dataset *dataset,
                           const char *words, nd_error *error) {
    char *text = nd_experiment_text(experiment, error), line[400];
    if (!text)
        return NULL;
    snprintf(line, sizeof line, "# data set %016llx\n%.300s",
             (unsigned long long)nd_dataset_digest(dataset), words ? words : "");
    char *identity = nd_path_with(text, line, error);
    free(text);
    return identity;
}

static nd_standing look_at(const nd_place *place, const nd_experiment *experiment,
                           const nd_dataset *dataset, nd_error *error) {
    if (!place->there)
        return ND_NOTHING_THERE;
    nd_run *run = nd_run_open(place->path, error);
    nd_standing standing =
        nd_recorder_compare(place->path, run ? run->experiment : NULL, experiment,
                            run && nd_run_is_of_dataset(run->file, dataset), error);
    nd_run_close(run);
    return standing;
}

static nd_outcome run_once(const nd_experiment *experiment, const nd_dataset *dataset,
                           nd_place *place, const nd_beginning *from, const nd_run_options *options,
                           const nd_watch *watch, bool *unusable, nd_error *error) {
    feed_forward self = {.experiment = experiment, .dataset = dataset, .watch = watch};
    nd_outcome outcome = ND_RUN_FAILED;
    char *identity = make_identity(experiment, dataset, from->words, error);
    nd_engine *engine = NULL;
    if (identity && (self.spectra = nd_spectra_inside_new(experiment, dataset, error)))
        engine =
            nd_engine_open(from->in_law ? from->in_law : experiment,
                           from->in_law ? from->law_dataset : dataset, options->threads, error);
    if (engine) {
        nd_recorder_model model = {.context = &self,
                                   .identity = identity,
                                   .snapshot_width =
                                       experiment->network.hidden *
                                           (dataset->inputs + 1 + dataset->outputs) +
                                       nd_spectra_inside_addition(self.spectra)->width,
                                   .snapshot = take_snapshot,
                                   .write = write_file,
                                   .begin = from->begin,
                                   .begin_context = from->context,
                                   .unusable = unusable,
                                   .before = from->before,
                                   .continued = from->words};
        outcome = nd_recorder_run(&model, experiment, engine, place, options, watch, error);
        nd_engine_close(engine);
    }
    nd_spectra_inside_free(self.spectra);
    free(identity);
    return outcome;
}

nd_outcome nd_feed_forward_run(const nd_experiment *experiment, const nd_dataset *dataset,
                               nd_place *place, const nd_beginning *beginning,
                               const nd_run_options *options, const nd_watch *watch,
                               nd_error *error) {
    static const nd_beginning FROM_THE_START = {0};
    const nd_beginning *from = beginning ? beginning : &FROM_THE_START;
    bool unusable = false;
    nd_outcome outcome =
        run_once(experiment, dataset, place, from, options, watch, &unusable, error);
    if (outcome != ND_RUN_FAILED || !unusable || !from->anew || !error)
        return outcome;
    nd_recorder_begin_anew(place->path, options, error);
    return run_once(experiment, dataset, place, from, options, watch, &unusable, error);
}

/* On `dataset`, which is there already. */
static nd_outcome simulate_on(const nd_experiment *experiment, const nd_dataset *dataset,
                              const char *path, const nd_beginning *beginning,
                              const nd_run_options *options, const nd_watch *watch,
                              nd_error *error) {
    nd_place *place = nd_place_find(path, error);
    nd_outcome outcome = ND_RUN_FAILED;
    if (place) {
        if (options->tell && dataset->note)
            options->tell(dataset->note, options->context);
        nd_standing standing = look_at(place, experiment, dataset, error);
        if (standing == ND_SAME_RUN_THERE) {
            nd_recorder_remove_leftovers(path);
            outcome = nd_recorder_outcome_there(path, error);
        } else if (standing == ND_NOTHING_THERE) {
            outcome =
                nd_feed_forward_run(experiment, dataset, place, beginning, options, watch, error);
        }
    }
    nd_place_free(place);
    return outcome;
}

static nd_outcome simulate(const nd_experiment *experiment, const char *path,
                           const nd_beginning *beginning, const nd_run_options *options,
                           const nd_watch *watch, nd_error *error) {
    nd_dataset *dataset = nd_dataset_make_following(experiment, options->follow_links, error);
    nd_outcome outcome =
        dataset ? simulate_on(experiment, dataset, path, beginning, options, watch, error)
                : ND_RUN_FAILED;
    nd_dataset_free(dataset);
    return outcome;
}

static const nd_run_options AS_USUAL = {0};

nd_outcome nd_simulate(const nd_experiment *experiment, const char *path,
                       const nd_run_options *options, const nd_watch *watch, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_simulate";
    if (!nd_is_given(experiment, function, "experiment", error) ||
        !nd_is_given(path, function, "path", error))
        return ND_RUN_FAILED;
    if (!options)
        options = &AS_USUAL;
    return experiment->network.model == ND_HEBBIAN
               ? nd_hebbian_simulate(experiment, path, options, watch, error)
               : simulate(experiment, path, NULL, options, watch, error);
}

nd_outcome nd_simulate_on(const nd_experiment *experiment, const nd_dataset *dataset,
                          const char *path, const nd_run_options *options, const nd_watch *watch,
                          nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_simulate_on";
    if (!nd_is_given(experiment, function, "experiment", error) ||
        !nd_is_given(dataset, function, "dataset", error) ||
        !nd_is_given(path, function, "path", error) || !nd_needs_feed_forward(experiment, error) ||
        !nd_dataset_suits(experiment, dataset, error))
        return ND_RUN_FAILED;
    return simulate_on(experiment, dataset, path, NULL, options ? options : &AS_USUAL, watch,
                       error);
}

nd_outcome nd_simulate_anew(const nd_experiment *experiment, const char *path,
                            const nd_run_options *options, const nd_watch *watch, nd_error *error) {
    ND_IN_C_LOCALE;
    static const nd_beginning ANEW = {.anew = true};
    return experiment->network.model == ND_HEBBIAN
               ? nd_hebbian_simulate_anew(experiment, path, options, watch, error)
               : simulate(experiment, path, &ANEW, options, watch, error);
}
