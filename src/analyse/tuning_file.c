#include "analyse/tuning_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/netcdf_file.h"
#include "measure/tuning.h"
#include "measure/unit_measure.h"
#include "network/network.h"
#include "store/coordinates.h"

/* The arrays of one file. */
typedef struct tuning {
    size_t samples, units, bins;
    double *position, *activity;         /* samples; samples x units */
    double *directed;                    /* samples: what is binned */
    int64_t *bin;                        /* samples */
    double *occupancy, *bin_position;    /* bins */
    double *curves, *maps;               /* units x bins */
    double *value[ND_UNIT_MEASURES];     /* units, each */
    double *tuned;                       /* units */
    char *position_unit, *activity_unit; /* as the file gives them; NULL: pure numbers */
} tuning;

static void tuning_free(tuning *t) {
    void *const arrays[] = {t->position,  t->activity,      t->directed,     t->bin,
                            t->occupancy, t->bin_position,  t->curves,       t->maps,
                            t->tuned,     t->position_unit, t->activity_unit};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    for (size_t k = 0; k < ND_UNIT_MEASURES; k++)
        free(t->value[k]);
}

static bool all_finite(const nd_nc *file, const char *name, const double *values, size_t count,
                       nd_error *error) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return nd_fail(error, nd_nc_path(file), "leave such samples out before",
                           "%s holds a value that is not finite (number %zu)", name, i);
    return true;
}

static bool read_input(const nd_nc *file, tuning *t, nd_error *error) {
    int rank;
    size_t shape[8];
    if (!(t->position = nd_nc_load(file, "position", &rank, shape, error)))
        return false;
    if (rank != 1 || shape[0] == 0)
        return nd_fail(error, nd_nc_path(file), "give position(sample)",
                       "position has %d dimensions, one is expected, not empty", rank);
    t->samples = shape[0];
    if (!(t->activity = nd_nc_load(file, "activity", &rank, shape, error)))
        return false;
    if (rank != 2 || shape[0] != t->samples || shape[1] == 0)
        return nd_fail(error, nd_nc_path(file), "give activity(sample, unit)",
                       "activity does not have one row for each of the %zu positions", t->samples);
    t->units = shape[1];
    t->position_unit = nd_nc_units(file, "position");
    t->activity_unit = nd_nc_units(file, "activity");
    return all_finite(file, "position", t->position, t->samples, error) &&
           all_finite(file, "activity", t->activity, t->samples * t->units, error);
}

static bool measure(tuning *t, const nd_tuning_options *options, nd_error *error) {
    const size_t bins = t->bins = options->bins, units = t->units, samples = t->samples;
    if (!((t->directed = nd_doubles(samples, error)) &&
          (t->bin = nd_array(samples, sizeof *t->bin, error)) &&
          (t->occupancy = nd_doubles(bins, error)) && (t->bin_position = nd_doubles(bins, error)) &&
          (t->curves = nd_doubles(units * bins, error)) &&
          (t->maps = nd_doubles(units * bins, error)) && (t->tuned = nd_doubles(units, error))))
        return false;
    for (size_t k = 0; k < ND_UNIT_MEASURES; k++)
        if (!(t->value[k] = nd_doubles(units, error)))
            return false;
    if (options->directed)
        nd_directed_position(t->position, samples, t->directed);
    else
        memcpy(t->directed, t->position, samples * sizeof *t->directed);
    nd_bin_positions(t->directed, samples, bins, t->bin);
    nd_tuning_curves(t->activity, samples, units, t->bin, bins, t->occupancy, t->curves);
    double least = t->directed[0], most = least;
    for (size_t s = 1; s < samples; s++) {
        least = fmin(least, t->directed[s]);
        most = fmax(most, t->directed[s]);
    }
    for (size_t i = 0; i < bins; i++)
        t->bin_position[i] = least + ((double)i + 0.5) * (most - least) / (double)bins;
    for (size_t unit = 0; unit < units; unit++) {
        for (size_t k = 0; k < ND_UNIT_MEASURES; k++)
            t->value[k][unit] =
                nd_unit_measures[k].value(t->curves + unit * bins, t->occupancy, bins);
        t->tuned[unit] = t->value[ND_UNIT_SPATIAL_INFORMATION][unit] > options->tuned;
    }
    memcpy(t->maps, t->curves, units * bins * sizeof *t->maps);
    return nd_smooth_curves(t->maps, units, bins, error);
}

/* The unit of a unit's measure, in the activity's own where the file gives it. */
static const char *unit_of(const tuning *t, size_t measure, char *text, size_t size) {
    const char *unit = nd_unit_measures[measure].units;
    if (!t->activity_unit || strcmp(unit, "1") == 0)
        return unit;
    bool bits = strncmp(unit, "bit", 3) == 0;
    snprintf(text, size, "%s%s", bits ? "bit per " : "", t->activity_unit);
    return text;
}

static bool define(nd_nc *file, const tuning *t, const nd_tuning_options *options,
                   nd_error *error) {
    char unit[200];
    const char *activity = t->activity_unit ? t->activity_unit : "units of activity";
    bool fine = nd_nc_define_dimension(file, "unit", t->units, error);
    for (size_t k = 0; fine && k < ND_UNIT_MEASURES; k++)
        fine =
            nd_nc_define(file, nd_unit_measures[k].name, ND_NC_DOUBLE, "unit",
                         unit_of(t, k, unit, sizeof unit), nd_unit_measures[k].definition, error) &&
            nd_nc_put(file, nd_unit_measures[k].name, t->value[k], t->units, error);
    return fine && nd_nc_define_dimension(file, "bin", t->bins, error) &&
           nd_nc_define(
               file, "bin_position", ND_NC_DOUBLE, "bin", t->position_unit ? t->position_unit : "1",
               options->directed ? "centre of the bin of directed position, (position - least "
                                   "position) times the sign of the velocity"
                                 : "centre of the bin of position",
               error) &&
           nd_nc_define(file, "occupancy", ND_NC_DOUBLE, "bin", "1",
                        "share of the samples that lie in the bin", error) &&
           nd_nc_define(
               file, "tuning_curves", ND_NC_DOUBLE, "unit bin", activity,
               "mean activity over the samples in the bin, not smoothed; NaN where the bin "
               "was never visited",
               error) &&
           nd_nc_define(file, "rate_maps", ND_NC_DOUBLE, "unit bin", activity,
                        "tuning curves smoothed with a Gaussian of 6 bins, reflecting edges, "
                        "over the bins that were visited",
                        error) &&
           nd_nc_define(file, "tuned", ND_NC_BYTE, "unit", "1",
                        "1 where the spatial information exceeds tuned_threshold", error) &&
           nd_nc_put_number(file, "tuned", "tuned_threshold", options->tuned, error);
}

static bool write_output(const char *input, const nd_place *output, const tuning *t,
                         const nd_tuning_options *options, const nd_tuning_summary *summary,
                         nd_error *error) {
    nd_nc *file = nd_nc_create_at(output, error);
    if (!file)
        return false;
    size_t all = t->units * t->bins;
    bool fine = define(file, t, options, error) &&
                nd_nc_put(file, "bin_position", t->bin_position, t->bins, error) &&
                nd_nc_put(file, "occupancy", t->occupancy, t->bins, error) &&
                nd_nc_put(file, "tuning_curves", t->curves, all, error) &&
                nd_nc_put(file, "rate_maps", t->maps, all, error) &&
                nd_nc_put(file, "tuned", t->tuned, t->units, error) &&
                nd_nc_put_text(file, NULL, "input", input, error) &&
                nd_nc_put_text(file, NULL, "source", "nulldrift tuning", error) &&
                nd_nc_put_number(file, NULL, "samples", (double)t->samples, error) &&
                nd_nc_put_number(file, NULL, "active_fraction", summary->active_fraction, error) &&
                nd_nc_put_number(file, NULL, "fraction_active_units",
                                 summary->fraction_active_units, error);
    if (fine && nd_put_coordinates(file, error))
        return nd_nc_publish(file, error);
    nd_nc_close(file);
    return false;
}

static void summarise(const tuning *t, const nd_tuning_options *options,
                      nd_tuning_summary *summary) {
    double sum = 0;
    *summary = (nd_tuning_summary){.samples = t->samples, .units = t->units};
    for (size_t unit = 0; unit < t->units; unit++)
        if (t->tuned[unit] > 0) {
            summary->tuned_units++;
            sum += t->value[ND_UNIT_SPATIAL_INFORMATION][unit];
        }
    summary->mean_information = summary->tuned_units ? sum / (double)summary->tuned_units : NAN;
    nd_sparsity(t->activity, t->samples, t->units, options->active, &summary->active_fraction,
                &summary->fraction_active_units);
}

bool nd_tuning_file(const char *input, const nd_place *output, const nd_tuning_options *options,
                    nd_tuning_summary *summary, nd_error *error) {
    nd_nc *file = nd_nc_open(input, error);
    if (!file)
        return false;
    tuning t = {0};
    bool fine = read_input(file, &t, error) && measure(&t, options, error);
    nd_nc_close(file);
    if (fine) {
        summarise(&t, options, summary);
        fine = write_output(input, output, &t, options, summary, error);
    }
    tuning_free(&t);
    return fine;
}
