#include "run/spectra_inside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/platform.h"
#include "store/run_spectra.h"

/* The part of a journal's row: the scalars, then the eigenvalues of each kind, NaN-padded. */
enum { LOSS, TRACE, LARGEST, RANK, LOG_SUM, SCALARS };

struct nd_spectra_inside {
    nd_spectra_options options;
    nd_spectra_work work; /* jobs: what has been read back from the journal */
    nd_run_addition addition;
    size_t room; /* jobs there is room for */
};

static void forget(nd_spectra_inside *self) {
    for (size_t i = 0; i < self->work.count; i++)
        nd_point_flatness_free(&self->work.jobs[i].here);
    self->work.count = 0;
}

static void put_spectrum(const nd_spectrum *spectrum, size_t width, double *values) {
    for (size_t e = 0; e < width; e++)
        values[e] = e < spectrum->count ? spectrum->eigenvalue[e] : NAN;
}

static bool get_spectrum(const double *values, size_t width, nd_spectrum *spectrum,
                         nd_error *error) {
    size_t count = 0;
    while (count < width && !isnan(values[count]))
        count++;
    *spectrum = (nd_spectrum){.count = count, .eigenvalue = nd_doubles(count, error)};
    if (spectrum->eigenvalue)
        memcpy(spectrum->eigenvalue, values, count * sizeof *values);
    return spectrum->eigenvalue != NULL;
}

bool nd_spectra_inside_take(nd_spectra_inside *self, const nd_parameters *parameters, uint64_t step,
                            double *values, nd_error *error) {
    for (size_t i = 0; i < self->addition.width; i++)
        values[i] = NAN;
    if (self->addition.width == 0 || !nd_parameters_finite(parameters))
        return true;
    nd_flatness at = {0};
    nd_error why = {0};
    /* What the machine has free may have changed since the last snapshot. */
    self->work.memory = nd_available_bytes();
    if (!nd_flatness_measure(&self->work, parameters, &at, NULL, &why)) {
        nd_point_flatness_free(&at);
        return nd_fail(error, "run.spectrum",
                       "leave the key out, and take `nulldrift spectrum` with `lanczos` afterwards",
                       "at step %llu: %.400s", (unsigned long long)step, why.what);
    }
    values[LOSS] = at.loss;
    values[TRACE] = at.trace;
    values[LARGEST] = at.largest;
    values[RANK] = at.rank;
    values[LOG_SUM] = at.log_sum;
    put_spectrum(&at.gauss_newton, self->work.gauss_newton_eigenvalues, values + SCALARS);
    if (self->options.exact)
        put_spectrum(&at.exact, self->work.eigenvalues,
                     values + SCALARS + self->work.gauss_newton_eigenvalues);
    nd_point_flatness_free(&at);
    return true;
}

/* Reads snapshot `index` back from its row. */
static bool take_row(void *context, size_t index, const double *values, nd_error *error) {
    nd_spectra_inside *self = context;
    nd_spectra_work *work = &self->work;
    if (index == 0)
        forget(self);
    if (isnan(values[LOSS]))
        return true;
    if (work->count == self->room) {
        size_t room = 2 * self->room + 16;
        nd_spectra_job *jobs = nd_array(room, sizeof *jobs, error);
        if (!jobs)
            return false;
        if (work->count > 0)
            memcpy(jobs, work->jobs, work->count * sizeof *jobs);
        free(work->jobs);
        work->jobs = jobs;
        self->room = room;
    }
    nd_spectra_job *job = &work->jobs[work->count++];
    *job = (nd_spectra_job){.index = index,
                            .here = {.loss = values[LOSS],
                                     .trace = values[TRACE],
                                     .largest = values[LARGEST],
                                     .rank = values[RANK],
                                     .log_sum = values[LOG_SUM]}};
    return get_spectrum(values + SCALARS, work->gauss_newton_eigenvalues, &job->here.gauss_newton,
                        error) &&
           (!self->options.exact || get_spectrum(values + SCALARS + work->gauss_newton_eigenvalues,
                                                 work->eigenvalues, &job->here.exact, error));
}

static bool write_all(void *context, nd_nc *file, size_t snapshots, nd_error *error) {
    nd_spectra_inside *self = context;
    self->work.snapshots = snapshots;
    return nd_spectra_write(file, &self->work, error);
}

nd_spectra_inside *nd_spectra_inside_new(const nd_experiment *experiment, const nd_dataset *dataset,
                                         nd_error *error) {
    nd_spectra_inside *self = nd_array(1, sizeof *self, error);
    if (!self)
        return NULL;
    const char *wanted = experiment->run.spectrum;
    self->options.exact = strcmp(wanted, "exact") == 0;
    self->work = nd_spectra_work_of(experiment, dataset, &self->options, 0);
    self->addition = (nd_run_addition){.row = take_row, .write = write_all, .context = self};
    if (strcmp(wanted, "none") != 0)
        self->addition.width = SCALARS + self->work.gauss_newton_eigenvalues +
                               (self->options.exact ? self->work.eigenvalues : 0);
    return self;
}

void nd_spectra_inside_free(nd_spectra_inside *self) {
    if (!self)
        return;
    forget(self);
    free(self->work.jobs);
    free(self);
}

const nd_run_addition *nd_spectra_inside_addition(nd_spectra_inside *self) {
    return &self->addition;
}
