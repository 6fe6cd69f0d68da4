#include "figure/sweep_data.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "experiment/parse.h"
#include "store/sweep_store.h"
#include "sweep/sweep.h"

enum { MEAN_POINTS = 80, CURVE_COLUMNS = 80 };

/* The order of nd_run_metric_name. */
enum { ACTIVE_FRACTION_RATIO = 1, LOG10_RATE = 3, FIRST_ACTIVE_FRACTION = 4 };

typedef struct gathering {
    nd_sweep_data *data;
    size_t room;
} gathering;

/* "SGD, update noise". */
static void name_group(const nd_experiment *e, char name[48]) {
    char rule[16];
    if (e->network.model == ND_HEBBIAN) {
        snprintf(name, 48, "Hebbian");
        return;
    }
    snprintf(rule, sizeof rule, "%.15s", e->learning.rule);
    bool acronym = strcmp(rule, "sgd") == 0 || strcmp(rule, "sed") == 0;
    for (char *c = rule; *c && (acronym || c == rule); c++)
        *c = (char)toupper((unsigned char)*c);
    if (strcmp(rule, "Rmsprop") == 0)
        snprintf(rule, sizeof rule, "RMSprop");
    const struct {
        double strength;
        const char *name;
    } noises[] = {{e->learning.update_noise, "update noise"},
                  {e->learning.label_noise, "label noise"},
                  {e->learning.input_noise, "input noise"},
                  {e->learning.weight_noise, "weight noise"},
                  {e->learning.dropout, "dropout"}};
    const char *which = "no noise";
    size_t count = 0;
    for (size_t i = 0; i < sizeof noises / sizeof *noises; i++)
        if (noises[i].strength > 0) {
            which = noises[i].name;
            count++;
        }
    bool both = noises[0].strength > 0 && noises[1].strength > 0 && count == 2;
    snprintf(name, 48, "%s, %s", rule, both ? "both noises" : count > 1 ? "several noises" : which);
}

/* The group of that name, made if need be; those beyond the last place share it. */
static size_t group_of(nd_sweep_data *data, const nd_experiment *experiment) {
    char name[48];
    name_group(experiment, name);
    size_t group = 0;
    while (group < data->groups && strcmp(data->group[group], name) != 0)
        group++;
    if (group == ND_SWEEP_GROUPS)
        return ND_SWEEP_GROUPS - 1;
    if (group == data->groups)
        memcpy(data->group[data->groups++], name, sizeof name);
    return group;
}

static bool copy_traces(nd_sweep_curve *curve, const nd_sweep_result *result, nd_error *error) {
    curve->records = result->records;
    if (!(curve->step = nd_doubles(result->records, error)) ||
        !(curve->active_fraction = nd_doubles(result->records, error)) ||
        !(curve->log10_loss = nd_doubles(result->records, error)) ||
        !(curve->fraction_active_units = nd_doubles(result->records, error)))
        return false;
    for (size_t i = 0; i < result->records; i++) {
        curve->step[i] = (double)result->step[i];
        curve->log10_loss[i] = (double)result->log10_loss[i];
        curve->active_fraction[i] =
            (double)result->active_fraction[i] / (double)result->active_fraction[0];
        curve->fraction_active_units[i] =
            (double)result->fraction_active_units[i] / (double)result->fraction_active_units[0];
    }
    return true;
}

static bool take(int64_t id, const char *text, const nd_sweep_result *result, void *context,
                 nd_error *error) {
    gathering *to = context;
    nd_sweep_data *data = to->data;
    (void)id;
    bool diverged = result->state == ND_DIVERGED;
    if ((result->state != ND_DONE && !diverged) ||
        (!diverged && (result->records < 2 || !(result->active_fraction[0] > 0))))
        return true;
    nd_experiment *experiment = nd_experiment_restore(text, "sweep store", error);
    if (!experiment)
        return false;
    if (diverged) {
        data->diverged++;
        data->group_diverged[group_of(data, experiment)]++;
        nd_experiment_free(experiment);
        return true;
    }
    nd_sweep_curve *grown = nd_grown(data->curve, &to->room, data->count + 1, sizeof *grown, error);
    if (!grown) {
        nd_experiment_free(experiment);
        return false;
    }
    data->curve = grown;
    nd_sweep_curve *curve = &data->curve[data->count++];
    *curve = (nd_sweep_curve){.group = group_of(data, experiment),
                              .update_noise = experiment->learning.update_noise,
                              .final_active_fraction = result->metrics[ACTIVE_FRACTION_RATIO] *
                                                       result->metrics[FIRST_ACTIVE_FRACTION],
                              .log10_rate = result->metrics[LOG10_RATE]};
    data->group_count[curve->group]++;
    data->first_step = fmin(data->first_step, (double)result->step[1]);
    data->last_step = fmax(data->last_step, (double)result->step[result->records - 1]);
    data->shortest = fmin(data->shortest, (double)result->step[result->records - 1]);
    nd_experiment_free(experiment);
    return copy_traces(curve, result, error);
}

nd_sweep_data *nd_sweep_data_read(const char *folder, nd_error *error) {
    char *path = nd_sweep_store_path(folder, 0, 1, error);
    nd_sweep_store *store = path ? nd_sweep_store_open(path, error) : NULL;
    gathering to = {store ? nd_array(1, sizeof *to.data, error) : NULL, 0};
    if (to.data)
        to.data->first_step = to.data->shortest = INFINITY;
    bool fine = to.data && nd_sweep_store_each(store, take, &to, error);
    if (fine && to.data->count == 0)
        fine = nd_fail(error, path, "let the sweep go on", "has no finished run yet");
    nd_sweep_store_close(store);
    free(path);
    if (fine)
        return to.data;
    nd_sweep_data_free(to.data);
    return NULL;
}

const char *nd_sweep_count_words(size_t runs, size_t diverged, char *words, size_t size) {
    if (diverged)
        snprintf(words, size, "%zu run%s, %zu diverged", runs, runs == 1 ? "" : "s", diverged);
    else
        snprintf(words, size, "%zu run%s", runs, runs == 1 ? "" : "s");
    return words;
}

void nd_sweep_data_free(nd_sweep_data *data) {
    if (!data)
        return;
    for (size_t i = 0; i < data->count; i++) {
        free(data->curve[i].step);
        free(data->curve[i].active_fraction);
        free(data->curve[i].log10_loss);
        free(data->curve[i].fraction_active_units);
    }
    free(data->curve);
    free(data);
}

static const double *trace_of(const nd_sweep_curve *curve, nd_sweep_trace trace) {
    return trace == ND_ACTIVE_FRACTION         ? curve->active_fraction
           : trace == ND_FRACTION_ACTIVE_UNITS ? curve->fraction_active_units
                                               : curve->log10_loss;
}

/* The value at `step`, between records. */
static double at_step(const nd_sweep_curve *curve, const double *values, double step) {
    size_t low = 0, high = curve->records - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (curve->step[middle] <= step)
            low = middle;
        else
            high = middle;
    }
    double share = (step - curve->step[low]) / (curve->step[high] - curve->step[low]);
    return values[low] + share * (values[high] - values[low]);
}

void nd_sweep_curves(nd_plot *plot, const nd_sweep_data *data, size_t group, nd_sweep_trace trace,
                     const char *name) {
    double first = INFINITY, last = 0;
    char mean[64];
    nd_plot_table(plot, name);
    for (size_t i = 0; i < data->count; i++) {
        const nd_sweep_curve *curve = &data->curve[i];
        if (group != SIZE_MAX && curve->group != group)
            continue;
        nd_plot_trace(plot, curve->records, curve->step, trace_of(curve, trace), CURVE_COLUMNS,
                      true);
        nd_plot_blank(plot);
        first = fmin(first, curve->step[1]);
        last = fmax(last, curve->step[curve->records - 1]);
    }
    snprintf(mean, sizeof mean, "%s-mean", name);
    nd_plot_table(plot, mean);
    for (int k = 0; k < MEAN_POINTS && first < last; k++) {
        double step = first * pow(last / first, k / (double)(MEAN_POINTS - 1)), sum = 0;
        size_t count = 0;
        for (size_t i = 0; i < data->count; i++) {
            const nd_sweep_curve *curve = &data->curve[i];
            if (group != SIZE_MAX && curve->group != group)
                continue;
            /* A shorter run stays at its last value: without it the mean would jump there. */
            double end = curve->step[curve->records - 1];
            sum += at_step(curve, trace_of(curve, trace), fmin(step, end));
            count++;
        }
        if (count)
            nd_plot_row(plot, 2, (double[]){step, sum / (double)count});
    }
}
