#include "sweep/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "base/json.h"
#include "base/shown.h"
#include "base/sort.h"
#include "base/yaml.h"
#include "experiment/parse.h"

enum { RATIOS = 2, MOST_STRATA = 64 };

static const char *const RATIO_NAMES[RATIOS] = {"active_units_ratio", "active_fraction_ratio"};

/* A growing list of numbers. */
typedef struct numbers {
    double *value;
    size_t count, room;
} numbers;

static bool append(numbers *list, double value, nd_error *error) {
    double *grown = nd_grown(list->value, &list->room, list->count + 1, sizeof *grown, error);
    if (!grown)
        return false;
    list->value = grown;
    list->value[list->count++] = value;
    return true;
}

/* One rule under one kind of noise, on both sides. */
typedef struct stratum {
    char rule[32], noise[16];
    numbers ours[RATIOS], theirs[RATIOS];
    size_t diverged, failed, silent, silent_theirs;
} stratum;

typedef struct strata {
    stratum entry[MOST_STRATA];
    size_t count;
} strata;

static const char *noise_kind(double update, double label) {
    return update > 0 && label > 0 ? "both" : update > 0 ? "update" : label > 0 ? "label" : "none";
}

static stratum *stratum_for(strata *all, const char *rule, const char *noise, nd_error *error) {
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->entry[i].rule, rule) == 0 && strcmp(all->entry[i].noise, noise) == 0)
            return &all->entry[i];
    if (all->count == MOST_STRATA) {
        nd_fail(error, "compare", NULL, "there are more than %d rules and noises", MOST_STRATA);
        return NULL;
    }
    stratum *made = &all->entry[all->count++];
    snprintf(made->rule, sizeof made->rule, "%s", rule);
    snprintf(made->noise, sizeof made->noise, "%s", noise);
    return made;
}

static bool take_run(int64_t id, const char *text, const nd_sweep_result *result, void *context,
                     nd_error *error) {
    (void)id;
    nd_experiment *experiment = nd_experiment_restore(text, "sweep store", error);
    if (!experiment)
        return false;
    const nd_learning_keys *keys = &experiment->learning;
    stratum *to = NULL;
    bool fine = true;
    if (experiment->network.model == ND_FEED_FORWARD)
        fine = (to = stratum_for(context, keys->rule,
                                 noise_kind(keys->update_noise, keys->label_noise), error)) != NULL;
    nd_experiment_free(experiment);
    if (!to)
        return fine;
    double units = result->metrics[2], fraction = result->metrics[1];
    if (result->state == ND_DIVERGED)
        to->diverged++;
    else if (result->state == ND_FAILED)
        to->failed++;
    else if (!(units > 0))
        to->silent++;
    else
        return append(&to->ours[0], units, error) && append(&to->ours[1], fraction, error);
    return true;
}

/* A number from a cell; fails naming it. */
static bool cell_number(const nd_table *table, size_t row, size_t column, double *value,
                        nd_error *error) {
    char where[512];
    if (nd_text_number(nd_table_cell(table, row, column), value))
        return true;
    return nd_fail(error, nd_table_where(table, row, column, where, sizeof where), NULL,
                   "is '%.100s', expected a number", nd_table_cell(table, row, column));
}

static bool take_published(const nd_table *table, strata *all, nd_error *error) {
    static const char *const names[] = {"rule", "update_noise", "label_noise", "active_units_ratio",
                                        "active_fraction_ratio"};
    size_t column[5];
    for (int i = 0; i < 5; i++)
        if ((column[i] = nd_table_find(table, names[i])) == table->columns)
            return nd_fail(error, table->path, NULL, "has no column '%s'", names[i]);
    for (size_t row = 0; row < table->rows; row++) {
        double number[4];
        for (int i = 0; i < 4; i++)
            if (!cell_number(table, row, column[i + 1], &number[i], error))
                return false;
        stratum *to = stratum_for(all, nd_table_cell(table, row, column[0]),
                                  noise_kind(number[0], number[1]), error);
        if (!to)
            return false;
        if (!(number[2] > 0))
            to->silent_theirs++;
        else if (!append(&to->theirs[0], number[2], error) ||
                 !append(&to->theirs[1], number[3], error))
            return false;
    }
    return true;
}

double nd_quantile(const double *sorted, size_t count, double share) {
    if (count == 0)
        return NAN;
    double at = share * (double)(count - 1);
    size_t below = (size_t)at;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

double nd_kolmogorov_smirnov(double *a, size_t count_a, double *b, size_t count_b) {
    nd_sort_ascending(a, count_a);
    nd_sort_ascending(b, count_b);
    size_t i = 0, j = 0;
    double most = 0;
    while (i < count_a && j < count_b) {
        double at = a[i] < b[j] ? a[i] : b[j];
        while (i < count_a && a[i] <= at)
            i++;
        while (j < count_b && b[j] <= at)
            j++;
        most = fmax(most, fabs((double)i / (double)count_a - (double)j / (double)count_b));
    }
    return most;
}

double nd_kolmogorov_smirnov_p(double distance, size_t count_a, size_t count_b) {
    double effective = sqrt((double)count_a * (double)count_b / (double)(count_a + count_b));
    /* the correction for finite samples of Stephens (1970) */
    double x = (effective + 0.12 + 0.11 / effective) * distance, sum = 0;
    if (x < 0.2)
        return 1;
    for (int k = 1; k <= 100; k++)
        sum += (k % 2 ? 2 : -2) * exp(-2 * k * k * x * x);
    return fmin(1, fmax(0, sum));
}

/* One ratio of one stratum on both sides: quartiles, distance, and whether our median lies within
 * the published range. */
typedef struct comparison {
    double ours[3], theirs[3]; /* 25 %, median, 75 % */
    double distance, p;
    bool inside;
} comparison;

static comparison compare_ratio(stratum *s, int ratio) {
    static const double shares[3] = {0.25, 0.5, 0.75};
    numbers *a = &s->ours[ratio], *b = &s->theirs[ratio];
    if (a->count)
        nd_sort_ascending(a->value, a->count);
    if (b->count)
        nd_sort_ascending(b->value, b->count);
    comparison found = {.distance = a->count && b->count ? nd_kolmogorov_smirnov(a->value, a->count,
                                                                                 b->value, b->count)
                                                         : NAN};
    found.p =
        isnan(found.distance) ? NAN : nd_kolmogorov_smirnov_p(found.distance, a->count, b->count);
    for (int q = 0; q < 3; q++) {
        found.ours[q] = nd_quantile(a->value, a->count, shares[q]);
        found.theirs[q] = nd_quantile(b->value, b->count, shares[q]);
    }
    found.inside = found.ours[1] >= found.theirs[0] && found.ours[1] <= found.theirs[2];
    return found;
}

static bool print_stratum(stratum *s, FILE *out) {
    bool inside = true;
    for (int r = 0; r < RATIOS; r++) {
        comparison c = compare_ratio(s, r);
        inside = inside && c.inside;
        fprintf(out,
                "%-8s %-7s %-22s %5zu %6.3f %6.3f %6.3f %5zu %6.3f %6.3f %6.3f  %5.3f %7.2g  %s\n",
                nd_shown(s->rule).text, nd_shown(s->noise).text, RATIO_NAMES[r], s->ours[r].count,
                c.ours[0], c.ours[1], c.ours[2], s->theirs[r].count, c.theirs[0], c.theirs[1],
                c.theirs[2], c.distance, c.p, c.inside ? "inside" : "OUTSIDE");
    }
    return inside;
}

static bool print_strata(strata *all, FILE *out) {
    bool inside = true;
    fprintf(out, "%-39s %-26s %s\n", "", "          this sweep", "          published");
    fprintf(out, "%-8s %-7s %-22s %5s %6s %6s %6s %5s %6s %6s %6s  %5s %7s\n", "rule", "noise",
            "ratio", "runs", "25%", "median", "75%", "runs", "25%", "median", "75%", "KS", "p");
    for (size_t i = 0; i < all->count; i++)
        if (all->entry[i].ours[0].count && all->entry[i].theirs[0].count)
            inside = print_stratum(&all->entry[i], out) && inside;
    fputs("\nleft out:\n", out);
    for (size_t i = 0; i < all->count; i++) {
        const stratum *s = &all->entry[i];
        fprintf(out, "%-8s %-7s %zu diverged, %zu failed, %zu silent; published %zu silent%s\n",
                s->rule, s->noise, s->diverged, s->failed, s->silent, s->silent_theirs,
                !s->ours[0].count     ? "; no runs here"
                : !s->theirs[0].count ? "; nothing published"
                                      : "");
    }
    return inside;
}

static void print_side(nd_json *json, const char *name, const double quartiles[3], size_t count) {
    nd_json_open(json, name, '{');
    nd_json_number(json, "runs", (double)count);
    nd_json_number(json, "low", quartiles[0]);
    nd_json_number(json, "median", quartiles[1]);
    nd_json_number(json, "high", quartiles[2]);
    nd_json_close(json, '{');
}

static bool print_stratum_json(stratum *s, FILE *out) {
    bool both = s->ours[0].count && s->theirs[0].count, inside = true;
    nd_json json = nd_json_begin(out);
    nd_json_text(&json, "rule", s->rule);
    nd_json_text(&json, "noise", s->noise);
    for (int r = 0; r < RATIOS; r++) {
        comparison c = compare_ratio(s, r);
        nd_json_open(&json, RATIO_NAMES[r], '{');
        print_side(&json, "here", c.ours, s->ours[r].count);
        print_side(&json, "published", c.theirs, s->theirs[r].count);
        nd_json_number(&json, "distance", c.distance);
        nd_json_number(&json, "p", c.p);
        nd_json_text(&json, "verdict", !both ? NULL : c.inside ? "inside" : "outside");
        nd_json_close(&json, '{');
        inside = inside && (!both || c.inside);
    }
    nd_json_number(&json, "diverged", (double)s->diverged);
    nd_json_number(&json, "failed", (double)s->failed);
    nd_json_number(&json, "silent", (double)s->silent);
    nd_json_number(&json, "published_silent", (double)s->silent_theirs);
    nd_json_end(&json);
    return inside;
}

static bool print_strata_json(strata *all, FILE *out) {
    bool inside = true;
    for (size_t i = 0; i < all->count; i++)
        inside = print_stratum_json(&all->entry[i], out) && inside;
    return inside;
}

bool nd_sweep_compare(nd_sweep_store *store, const char *path, bool as_json, FILE *out,
                      bool *inside, nd_error *error) {
    strata *all = nd_array(1, sizeof *all, error);
    nd_table *table = all ? nd_table_read(path, error) : NULL;
    bool fine = table && take_published(table, all, error) &&
                nd_sweep_store_each(store, take_run, all, error);
    if (fine)
        *inside = (as_json ? print_strata_json : print_strata)(all, out);
    for (size_t i = 0; all && i < all->count; i++)
        for (int r = 0; r < RATIOS; r++) {
            free(all->entry[i].ours[r].value);
            free(all->entry[i].theirs[r].value);
        }
    nd_table_free(table);
    free(all);
    return fine;
}
