#include "analyse/measured_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/phases_of_run.h"
#include "base/error.h"
#include "base/locale.h"
#include "base/watch.h"
#include "measure/correlation.h"
#include "measure/tuning.h"
#include "measure/unit_measure.h"
#include "store/coordinates.h"
#include "store/snapshot_pairs.h"

enum { BINS = ND_TUNING_BINS };

/* What is held while the snapshots pass by, one at a time. */
typedef struct measuring {
    const nd_run *run;
    nd_nc *file;
    size_t environments, units, samples;
    int64_t *bin;      /* environments x samples; -1: seen in another environment */
    double *occupancy; /* environments x BINS */
    double *position;  /* environments x BINS: centres of the bins, directed position */
    double *activity;  /* samples x units */
    double *curves;    /* environments x units x BINS */
    double *value[ND_UNIT_MEASURES]; /* snapshots x environments x units */
    double *tuned;                   /* the same; 0 or 1 */
} measuring;

static void measuring_free(measuring *m) {
    free(m->bin);
    free(m->occupancy);
    free(m->position);
    free(m->activity);
    free(m->curves);
    for (size_t k = 0; k < ND_UNIT_MEASURES; k++)
        free(m->value[k]);
    free(m->tuned);
}

static bool measuring_new(measuring *m, const nd_run *run, nd_nc *file, nd_error *error) {
    size_t environments = run->dataset->environments, units = run->hidden;
    size_t samples = run->dataset->samples, pairs = environments * units;
    *m = (measuring){
        .run = run, .file = file, .environments = environments, .units = units, .samples = samples};
    for (size_t k = 0; k < ND_UNIT_MEASURES; k++)
        if (!(m->value[k] = nd_doubles(run->snapshots * pairs, error)))
            return false;
    return (m->bin = nd_array(environments * samples, sizeof *m->bin, error)) &&
           (m->occupancy = nd_doubles(environments * BINS, error)) &&
           (m->position = nd_doubles(environments * BINS, error)) &&
           (m->activity = nd_doubles(samples * units, error)) &&
           (m->curves = nd_doubles(pairs * BINS, error)) &&
           (m->tuned = nd_doubles(run->snapshots * pairs, error));
}

/* Directed position and its bins within one environment: the samples of the others are not there.
 */
static bool bin_environment(measuring *m, size_t environment, nd_error *error) {
    const nd_dataset *dataset = m->run->dataset;
    double *here = nd_doubles(m->samples, error), *directed = nd_doubles(m->samples, error);
    int64_t *bin = nd_array(m->samples, sizeof *bin, error);
    size_t count = 0;
    bool fine = here && directed && bin;
    if (fine) {
        for (size_t s = 0; s < m->samples; s++)
            if (!dataset->environment || (size_t)dataset->environment[s] == environment)
                here[count++] = dataset->position[s];
        nd_directed_position(here, count, directed);
        nd_bin_positions(directed, count, BINS, bin);
        double least = count ? directed[0] : 0, most = least;
        for (size_t i = 0; i < count; i++) {
            least = directed[i] < least ? directed[i] : least;
            most = directed[i] > most ? directed[i] : most;
        }
        for (size_t i = 0; i < BINS; i++)
            m->position[environment * BINS + i] = least + ((double)i + 0.5) * (most - least) / BINS;
        size_t next = 0;
        for (size_t s = 0; s < m->samples; s++) {
            bool seen = !dataset->environment || (size_t)dataset->environment[s] == environment;
            m->bin[environment * m->samples + s] = seen ? bin[next++] : -1;
        }
    }
    free(here);
    free(directed);
    free(bin);
    return fine;
}

static bool define(const measuring *m, nd_error *error) {
    bool several = m->environments > 1;
    const char *unit = m->run->dataset->position_unit;
    nd_nc *file = m->file;
    const char *per_unit = several ? "snapshot environment unit" : "snapshot unit";
    bool fine =
        nd_nc_define_dimension(file, "bin", BINS, error) &&
        (!several || nd_nc_define_dimension(file, "environment", m->environments, error)) &&
        nd_nc_define(file, "bin_position", ND_NC_DOUBLE, several ? "environment bin" : "bin",
                     unit ? unit : "1",
                     "centre of each bin of directed position, (position - least position) "
                     "times the sign of the velocity",
                     error) &&
        nd_nc_define(file, "occupancy", ND_NC_DOUBLE, several ? "environment bin" : "bin", "1",
                     "share of the samples (of the environment) that lie in the bin", error) &&
        nd_nc_define(file, "tuning_curves", ND_NC_DOUBLE,
                     several ? "snapshot environment unit bin" : "snapshot unit bin", "1",
                     "mean activity over the samples in the bin, not smoothed; NaN where the bin "
                     "was never visited",
                     error) &&
        nd_nc_define(file, "tuned", ND_NC_BYTE, per_unit, "1",
                     "1 where the spatial information exceeds 0.01 bit", error);
    for (size_t k = 0; fine && k < ND_UNIT_MEASURES; k++)
        fine = nd_nc_define(file, nd_unit_measures[k].name, ND_NC_DOUBLE, per_unit,
                            nd_unit_measures[k].units, nd_unit_measures[k].definition, error);
    return fine;
}

static bool define_correlations(const measuring *m, nd_error *error) {
    return nd_define_snapshot_pairs(
               m->file, "rate_map_correlation",
               "Pearson r of each unit's rate map (tuning curve smoothed with a Gaussian of 6 "
               "bins, reflecting edges, over visited bins) at two times, mean over the units "
               "tuned at both; mean over environments",
               error) &&
           nd_define_snapshot_pairs(
               m->file, "population_vector_correlation",
               "Pearson r across all units of the rate maps in a bin at two times, mean over "
               "visited bins; mean over environments",
               error) &&
           nd_define_snapshot_pairs(
               m->file, "published_rate_map_correlation",
               "rate_map_correlation as in the published code (Ratzon, Derdikman & Barak 2024): in "
               "a bin never visited every unit counts as silent",
               error) &&
           nd_define_snapshot_pairs(
               m->file, "published_population_vector_correlation",
               "population_vector_correlation as in the published code: in a bin never visited "
               "every unit counts as silent",
               error) &&
           (m->environments == 1 ||
            nd_define_environment_pairs(m->file, "environment_correlation", m->environments,
                                        "Pearson r of each unit's rate maps in two environments, "
                                        "mean over the units tuned in both",
                                        error));
}

/* Curves, information and tuned units of one snapshot. */
static bool measure_snapshot(measuring *m, size_t snapshot, nd_error *error) {
    size_t size = m->units * BINS;
    if (!nd_run_activity(m->run, snapshot, m->activity, error))
        return false;
    for (size_t e = 0; e < m->environments; e++) {
        double *occupancy = m->occupancy + e * BINS;
        nd_tuning_curves(m->activity, m->samples, m->units, m->bin + e * m->samples, BINS,
                         occupancy, m->curves + e * size);
        for (size_t unit = 0; unit < m->units; unit++) {
            size_t at = (snapshot * m->environments + e) * m->units + unit;
            for (size_t k = 0; k < ND_UNIT_MEASURES; k++)
                m->value[k][at] =
                    nd_unit_measures[k].value(m->curves + e * size + unit * BINS, occupancy, BINS);
            m->tuned[at] = m->value[ND_UNIT_SPATIAL_INFORMATION][at] > ND_TUNED_INFORMATION;
        }
    }
    return nd_nc_put_row(m->file, "tuning_curves", snapshot, m->curves, m->environments * size,
                         error);
}

/* Which environment's maps are asked for, and whether as in the published code. */
typedef struct maps_source {
    measuring *m;
    size_t environment;
    bool published;
} maps_source;

static bool maps_of_snapshot(size_t index, double *maps, bool *use, void *context,
                             nd_error *error) {
    const maps_source *source = context;
    measuring *m = source->m;
    size_t size = m->units * BINS, pairs = m->environments * m->units;
    if (!nd_nc_get_row(m->file, "tuning_curves", index, m->curves, m->environments * size, error))
        return false;
    memcpy(maps, m->curves + source->environment * size, size * sizeof *maps);
    const double *tuned = m->tuned + index * pairs + source->environment * m->units;
    for (size_t unit = 0; unit < m->units; unit++)
        use[unit] = tuned[unit] > 0;
    if (source->published)
        nd_published_curves(maps, size);
    return nd_smooth_curves(maps, m->units, BINS, error);
}

/* Adds a matrix to a running sum and count of its defined entries. */
static void gather(const double *matrix, size_t count, double *sum, double *defined) {
    for (size_t i = 0; i < count; i++)
        if (matrix[i] == matrix[i]) {
            sum[i] += matrix[i];
            defined[i] += 1;
        }
}

/* Were all bins of the environment visited? Then both conventions are one. */
static bool all_visited(const measuring *m, size_t environment) {
    for (size_t b = 0; b < BINS; b++)
        if (!(m->occupancy[environment * BINS + b] > 0))
            return false;
    return true;
}

/* Correlations over time, the mean over environments where they are defined: over visited bins, or
 * with the published convention; `map` and `vector` are times x times. */
static bool correlate_times_by(measuring *m, bool published, double *map, double *vector,
                               nd_error *error) {
    size_t times = m->run->snapshots, count = times * times;
    double *work = nd_doubles(4 * count, error);
    bool fine = work != NULL;
    double *map_sum = work, *vector_sum = map_sum + count;
    double *maps = vector_sum + count, *vectors = maps + count;
    for (size_t e = 0; fine && e < m->environments; e++) {
        maps_source source = {.m = m, .environment = e, .published = published};
        fine = nd_correlation_matrices(times, m->units, BINS, maps_of_snapshot, &source, map,
                                       vector, error);
        if (fine) {
            gather(map, count, map_sum, maps);
            gather(vector, count, vector_sum, vectors);
        }
    }
    for (size_t i = 0; fine && i < count; i++) { /* 0/0 where never defined: NaN, as it should be */
        map[i] = map_sum[i] / maps[i];
        vector[i] = vector_sum[i] / vectors[i];
    }
    free(work);
    return fine;
}

static bool correlate_times(measuring *m, nd_error *error) {
    size_t count = m->run->snapshots * m->run->snapshots;
    double *map = nd_doubles(count, error), *vector = nd_doubles(count, error);
    bool fine = map && vector && correlate_times_by(m, false, map, vector, error) &&
                nd_nc_put(m->file, "rate_map_correlation", map, count, error) &&
                nd_nc_put(m->file, "population_vector_correlation", vector, count, error);
    bool alike = true;
    for (size_t e = 0; e < m->environments; e++)
        alike = alike && all_visited(m, e);
    fine = fine && (alike || correlate_times_by(m, true, map, vector, error)) &&
           nd_nc_put(m->file, "published_rate_map_correlation", map, count, error) &&
           nd_nc_put(m->file, "published_population_vector_correlation", vector, count, error);
    free(map);
    free(vector);
    return fine;
}

/* How alike the environments' maps are, snapshot by snapshot. */
static bool correlate_environments(measuring *m, nd_error *error) {
    size_t environments = m->environments, units = m->units, size = units * BINS;
    if (environments == 1)
        return true;
    double *matrix = nd_doubles(environments * environments, error);
    bool *use = nd_array(environments * units, sizeof *use, error);
    bool fine = matrix && use;
    for (size_t snapshot = 0; fine && snapshot < m->run->snapshots; snapshot++) {
        fine = nd_nc_get_row(m->file, "tuning_curves", snapshot, m->curves, environments * size,
                             error) &&
               nd_smooth_curves(m->curves, environments * units, BINS, error);
        for (size_t i = 0; fine && i < environments * units; i++)
            use[i] = m->tuned[snapshot * environments * units + i] > 0;
        for (size_t a = 0; fine && a < environments; a++)
            for (size_t b = 0; b < environments; b++)
                matrix[a * environments + b] =
                    nd_rate_map_correlation(m->curves + a * size, m->curves + b * size,
                                            use + a * units, use + b * units, units, BINS);
        fine = fine && nd_nc_put_row(m->file, "environment_correlation", snapshot, matrix,
                                     environments * environments, error);
    }
    free(matrix);
    free(use);
    return fine;
}

static bool watch_on(const nd_watch *watch, size_t done, size_t total, const nd_run *run,
                     nd_error *error) {
    if (watch && watch->report) {
        nd_progress progress = {.activity = "measure",
                                .done = (double)done,
                                .total = (double)total,
                                .unit = "snapshots"};
        watch->report(&progress, watch->context);
    }
    if (nd_stop_asked(watch))
        return nd_fail_as(ND_CODE_STOPPED, error, nd_nc_path(run->file), NULL,
                          "measuring was stopped; the file is as it was");
    return true;
}

static bool measure_all(measuring *m, const nd_watch *watch, nd_error *error) {
    size_t pairs = m->environments * m->units, snapshots = m->run->snapshots;
    bool fine = define(m, error) && define_correlations(m, error);
    for (size_t e = 0; fine && e < m->environments; e++)
        fine = bin_environment(m, e, error);
    for (size_t i = 0; fine && i < snapshots; i++)
        fine = watch_on(watch, i, snapshots, m->run, error) && measure_snapshot(m, i, error);
    for (size_t k = 0; fine && k < ND_UNIT_MEASURES; k++)
        fine = nd_nc_put(m->file, nd_unit_measures[k].name, m->value[k], snapshots * pairs, error);
    return fine && nd_nc_put(m->file, "occupancy", m->occupancy, m->environments * BINS, error) &&
           nd_nc_put(m->file, "bin_position", m->position, m->environments * BINS, error) &&
           nd_nc_put(m->file, "tuned", m->tuned, snapshots * pairs, error) &&
           correlate_times(m, error) && correlate_environments(m, error) &&
           watch_on(watch, snapshots, snapshots, m->run, error);
}

bool nd_measures_add(const nd_run *run, nd_nc *file, const nd_watch *watch, nd_error *error) {
    if (!run->dataset->position)
        return nd_fail(error, nd_nc_path(run->file),
                       "tuning needs a world where the agent moves, or a file with `position`",
                       "the world '%s' of this run has no positions", run->experiment->world.task);
    if (run->snapshots == 0)
        return nd_fail(error, nd_nc_path(run->file), "let it run further before it is measured",
                       "holds no snapshots");
    measuring m;
    bool fine = measuring_new(&m, run, file, error) && measure_all(&m, watch, error);
    measuring_free(&m);
    return fine;
}

bool nd_measure_run_file(const char *path, const nd_patience *patience, const nd_watch *watch,
                         nd_error *error) {
    ND_IN_C_LOCALE;
    nd_hold *hold = nd_hold_take(path, patience, error);
    nd_run *run = hold ? nd_run_open(path, error) : NULL;
    nd_nc *file = run ? nd_nc_amend_held(hold, error) : NULL;
    bool fine = file && nd_measures_add(run, file, watch, error);
    fine = fine && nd_phases_where_there(file, error);
    nd_run_close(run);
    fine = fine && nd_put_coordinates(file, error);
    if (fine)
        fine = nd_nc_publish(file, error);
    else
        nd_nc_close(file);
    nd_hold_release(hold);
    return fine;
}
