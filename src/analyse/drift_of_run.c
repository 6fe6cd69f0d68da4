#include "analyse/drift_of_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyse/spectra_of_run.h"
#include "base/error.h"
#include "store/coordinates.h"

/* Which snapshot of the run the option means. */
static bool choose(const nd_run *run, const char *list, size_t *snapshot, nd_error *error) {
    if (run->snapshots == 0)
        return nd_fail(error, nd_nc_path(run->file), "run it with run.snapshots of at least 1",
                       "holds no snapshots to start branches from");
    bool *chosen = nd_array(run->snapshots, sizeof *chosen, error);
    bool fine = chosen && nd_snapshot_list("`snapshot`", list ? list : "middle", run->snapshots,
                                           chosen, error);
    size_t found = 0;
    for (size_t i = 0; fine && i < run->snapshots; i++)
        if (chosen[i]) {
            *snapshot = i;
            found++;
        }
    if (fine && found != 1)
        fine = nd_fail(error, "`snapshot`", "give one", "'%s' means %zu snapshots", list, found);
    free(chosen);
    return fine;
}

static bool write_one(nd_nc *file, size_t snapshots, size_t snapshot, const char *name,
                      const char *units, const char *definition, double value, nd_error *error) {
    bool fresh = !nd_nc_has(file, name);
    if (!nd_nc_define(file, name, ND_NC_DOUBLE, "snapshot", units, definition, error))
        return false;
    const double nothing = NAN;
    for (size_t i = 0; fresh && i < snapshots; i++)
        if (!nd_nc_put_row(file, name, i, &nothing, 1, error))
            return false;
    return nd_nc_put_row(file, name, snapshot, &value, 1, error);
}

static bool write_match(nd_nc *file, size_t snapshots, size_t snapshot, nd_regularizer which,
                        const nd_branch_match *match, nd_error *error) {
    const struct {
        const char *suffix, *units, *definition;
        double value;
    } columns[] = {
        {"cosine", "1",
         "mean over noise branches of the cosine of their displacement with minus the "
         "regularizer's gradient along the manifold",
         match->cosine},
        {"cosine_error", "1", "its standard error", match->cosine_error},
        {"p", "1", "of a one-sided t-test that the mean cosine is above 0", match->p},
        {"own_cosine", "1",
         "the cosine with what of the prediction is orthogonal to the other regularizer's",
         match->own_cosine},
        {"own_cosine_error", "1", "its standard error", match->own_cosine_error},
        {"own_p", "1", "of a one-sided t-test that it is above 0", match->own_p},
        {"speed", "1/step", "mean displacement along that direction", match->along},
        {"speed_error", "1/step", "its standard error", match->along_error},
        {"speed_predicted", "1/step", "what second-order theory says for the run's noise",
         match->predicted},
    };
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        char name[80];
        snprintf(name, sizeof name, "drift_%s_%s", nd_regularizer_name(which), columns[i].suffix);
        if (!write_one(file, snapshots, snapshot, name, columns[i].units, columns[i].definition,
                       columns[i].value, error))
            return false;
    }
    return true;
}

static bool measure(nd_run *run, const nd_drift_direction_options *options, size_t snapshot,
                    const nd_watch *watch, nd_branch_drift *drift, nd_error *error) {
    if (options->update_noise >= 0)
        run->experiment->learning.update_noise = options->update_noise;
    if (options->label_noise >= 0)
        run->experiment->learning.label_noise = options->label_noise;
    nd_parameters *parameters = nd_run_parameters_new(run, error);
    double seconds;
    bool fine = parameters && nd_run_snapshot(run, snapshot, parameters, error);
    if (fine && options->forecast) {
        fine = nd_branch_forecast(run->experiment, run->dataset, parameters, &options->drift,
                                  &seconds, error);
        if (fine)
            options->forecast(snapshot, seconds);
    }
    fine = fine && nd_branch_drift_measure(run->experiment, run->dataset, parameters,
                                           &options->drift, watch, drift, error);
    nd_parameters_free(parameters);
    return fine;
}

bool nd_drift_direction_into_run(const char *path, const nd_drift_direction_options *options,
                                 const nd_watch *watch, nd_branch_drift *drift, size_t *snapshot,
                                 nd_error *error) {
    nd_hold *hold = nd_hold_take(path, options->patience, error);
    nd_run *run = hold ? nd_run_open(path, error) : NULL;
    if (!run) {
        nd_hold_release(hold);
        return false;
    }
    size_t snapshots = run->snapshots;
    bool fine = choose(run, options->snapshot, snapshot, error) &&
                (measure(run, options, *snapshot, watch, drift, error) || nd_error_at(error, path));
    if (!fine && error && error->code == ND_CODE_STOPPED)
        (void)nd_fail_as(ND_CODE_STOPPED, error, path, "",
                         "finding its direction of drift was stopped; the file is as it was");
    nd_run_close(run);
    nd_nc *file = fine ? nd_nc_amend_held(hold, error) : NULL;
    for (int which = 0; file && fine && which < ND_REGULARIZERS; which++)
        fine = write_match(file, snapshots, *snapshot, (nd_regularizer)which, &drift->match[which],
                           error);
    fine = file && fine &&
           write_one(file, snapshots, *snapshot, "drift_predictions_cosine", "1",
                     "cosine of the two regularizers' predictions", drift->between, error) &&
           nd_put_coordinates(file, error);
    if (fine)
        fine = nd_nc_publish(file, error);
    else
        nd_nc_close(file);
    nd_hold_release(hold);
    return fine;
}
