#include "sweep/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/files.h"
#include "base/locale.h"
#include "base/random.h"
#include "base/yaml.h"
#include "experiment/experiment.h"
#include "sweep/assignment.h"
#include "sweep/plan_metrics.h"
#include "sweep/sweep_file.h"
#include "world/world.h"

static const double MOST_RUNS = 1e7;

/* A column of the table that gives a key its value. */
typedef struct giver {
    size_t index; /* of the column */
    nd_table_column map;
} giver;

/* A sweep being laid out. */
typedef struct layout {
    const char *path, *text; /* of the sweep file */
    const nd_sweep_file *file;
    char *folder; /* the sweep file's; NULL: the working folder */
    char *base;   /* the base experiment's text */
    char *base_origin, *base_folder;
    nd_table *table; /* or NULL */
    giver *givers;
    size_t givers_count;
    uint64_t seed, samples, repeats;
    size_t grid_points;
    bool as_stated; /* runs are taken up in the order of their numbers */
    nd_keys_use *use;
    nd_sweep_plan *plan;
} layout;

/* Fails at a key of the sweep file. */
static bool wrong(const layout *of, const char *key, const char *what, const char *found,
                  nd_error *error) {
    char where[512];
    nd_yaml_where(of->text, of->path, key, where, sizeof where);
    return nd_fail(error, where, NULL, "is '%.100s', expected %s", found, what);
}

static bool read_count(const layout *of, const char *key, const char *text, uint64_t least,
                       uint64_t fallback, uint64_t *value, nd_error *error) {
    *value = fallback;
    if (!text)
        return true;
    return (nd_text_count(text, value) && *value >= least) ||
           wrong(of, key, "a whole number of at least 1", text, error);
}

/* `path` from the sweep file's folder. */
static char *beside(const layout *of, const char *path, nd_error *error) {
    if (path[0] == '/' || !of->folder)
        return nd_text(path, error);
    size_t length = strlen(of->folder) + strlen(path) + 2;
    char *joined = nd_array(length, 1, error);
    if (joined)
        snprintf(joined, length, "%s/%s", of->folder, path);
    return joined;
}

static char *folder_of(const char *path, nd_error *error) {
    const char *slash = strrchr(path, '/');
    if (!slash)
        return nd_text(".", error);
    char *folder = nd_text(path, error);
    if (folder)
        folder[slash == path ? 1 : slash - path] = '\0';
    return folder;
}

static bool read_base(layout *of, nd_error *error) {
    const nd_sweep_file *file = of->file;
    if (file->base && file->experiment)
        return nd_fail(error, of->path, "leave one of them out",
                       "has both 'base' and 'experiment'");
    if (!file->experiment) {
        char origin[512];
        snprintf(origin, sizeof origin, "%.480s, base", of->path);
        return (of->base = nd_text(file->base ? file->base : "{}", error)) &&
               (of->base_origin = nd_text(origin, error)) &&
               (of->base_folder = nd_text(of->folder, error));
    }
    nd_buffer buffer = {0};
    if (!(of->base_origin = beside(of, file->experiment, error)) ||
        !(of->base_folder = folder_of(of->base_origin, error)) ||
        !nd_read_file(of->base_origin, 1 << 20, &buffer, error)) {
        nd_buffer_free(&buffer);
        return false;
    }
    of->base = (char *)buffer.bytes;
    return true;
}

static bool is_variable(const char *key) {
    return key[0] == '$';
}

static bool check_key(const layout *of, const char *entry, const char *key, nd_error *error) {
    char where[512], mend[200];
    if (is_variable(key) || nd_experiment_has_key(key))
        return true;
    nd_yaml_where(of->text, of->path, entry, where, sizeof where);
    return nd_fail(error, where, nd_experiment_key_like(key, mend, sizeof mend),
                   "'%.100s' is no key of experiments", key);
}

static bool ignored(const nd_sweep_table *table, const char *column) {
    for (unsigned i = 0; i < table->ignore_count; i++)
        if (strcmp(table->ignore[i], column) == 0)
            return true;
    return table->label && strcmp(table->label, column) == 0;
}

/* What one column of the table gives: a key for each time it is mapped, or the key it is named by.
 */
static bool understand_column(layout *of, size_t index, nd_error *error) {
    const nd_sweep_table *table = of->file->table;
    char *name = of->table->column[index];
    bool mapped = false;
    for (unsigned i = 0; i < table->columns_count; i++) {
        char entry[64];
        double number;
        if (strcmp(table->columns[i].column, name) != 0)
            continue;
        mapped = true;
        of->givers[of->givers_count++] = (giver){index, table->columns[i]};
        snprintf(entry, sizeof entry, "table.columns.%u", i);
        if (table->columns[i].add && !nd_text_number(table->columns[i].add, &number))
            return wrong(of, entry, "a number to add", table->columns[i].add, error);
        if (!check_key(of, entry, table->columns[i].key, error))
            return false;
    }
    if (mapped || ignored(table, name))
        return true;
    char where[512];
    snprintf(where, sizeof where, "%.400s, line 1", of->table->path);
    if (!nd_experiment_has_key(name))
        return nd_fail(error, where,
                       "map it to a key under table.columns, or list it under table.ignore",
                       "column '%s' is no key of experiments", name);
    of->givers[of->givers_count++] = (giver){index, {.column = name, .key = name}};
    return true;
}

static bool read_table(layout *of, nd_error *error) {
    const nd_sweep_table *table = of->file->table;
    if (!table)
        return true;
    char *path = beside(of, table->path, error);
    of->table = path ? nd_table_read(path, error) : NULL;
    free(path);
    if (!of->table)
        return false;
    of->givers = nd_array(of->table->columns + table->columns_count, sizeof *of->givers, error);
    if (!of->givers)
        return false;
    for (size_t i = 0; i < of->table->columns; i++)
        if (!understand_column(of, i, error))
            return false;
    char where[512];
    nd_yaml_where(of->text, of->path, "table", where, sizeof where);
    for (unsigned i = 0; i < table->columns_count; i++)
        if (nd_table_find(of->table, table->columns[i].column) == of->table->columns)
            return nd_fail(error, where, NULL, "maps column '%s', which %s does not have",
                           table->columns[i].column, of->table->path);
    if (table->label && nd_table_find(of->table, table->label) == of->table->columns)
        return nd_fail(error, where, NULL, "labels runs by column '%s', which %s does not have",
                       table->label, of->table->path);
    return of->table->rows > 0 || nd_fail(error, of->table->path, NULL, "has no rows");
}

static bool check_draw(const layout *of, unsigned index, nd_error *error) {
    const nd_draw *draw = &of->file->draw[index];
    char entry[64], where[512];
    snprintf(entry, sizeof entry, "draw.%u", index);
    nd_yaml_where(of->text, of->path, entry, where, sizeof where);
    unsigned given = (draw->uniform != NULL) + (draw->log_uniform != NULL) +
                     (draw->integer != NULL) + (draw->choice != NULL);
    if (given != 1)
        return nd_fail(error, where, NULL,
                       "%s needs exactly one of uniform, log-uniform, integer, choice", draw->key);
    if (draw->choice)
        return draw->choice_count > 0 ||
               nd_fail(error, where, NULL, "%s has no choices", draw->key);
    char **ends = draw->uniform       ? draw->uniform
                  : draw->log_uniform ? draw->log_uniform
                                      : draw->integer;
    unsigned count = draw->uniform_count + draw->log_uniform_count + draw->integer_count;
    double least, most;
    if (count != 2 || !nd_text_number(ends[0], &least) || !nd_text_number(ends[1], &most) ||
        least > most)
        return nd_fail(error, where, NULL, "%s needs two numbers, the least and the most",
                       draw->key);
    if (draw->log_uniform && least <= 0)
        return nd_fail(error, where, NULL, "%s: log-uniform needs numbers greater than 0",
                       draw->key);
    if (draw->integer && (least != floor(least) || most != floor(most) || fabs(least) > 0x1p53 ||
                          fabs(most) > 0x1p53))
        return nd_fail(error, where, NULL, "%s: integer needs whole numbers", draw->key);
    return true;
}

static bool check_entries(layout *of, nd_error *error) {
    char entry[64];
    of->grid_points = 1;
    for (unsigned i = 0; i < of->file->grid_count; i++) {
        snprintf(entry, sizeof entry, "grid.%u", i);
        if (!check_key(of, entry, of->file->grid[i].key, error))
            return false;
        of->grid_points *= of->file->grid[i].values_count;
        if ((double)of->grid_points > MOST_RUNS)
            return nd_fail(error, of->path, NULL, "has a grid of more than %.0f points", MOST_RUNS);
    }
    for (unsigned i = 0; i < of->file->draw_count; i++) {
        snprintf(entry, sizeof entry, "draw.%u", i);
        if (!check_key(of, entry, of->file->draw[i].key, error) || !check_draw(of, i, error))
            return false;
    }
    return true;
}

/* The cell of a mapped column, replaced and added to as the map says. */
static bool assign_cell(const layout *of, size_t row, const giver *from, nd_assignments *to,
                        nd_error *error) {
    const nd_table_column *column = &from->map;
    size_t index = from->index;
    const char *cell = nd_table_cell(of->table, row, index);
    char where[512], sum[40];
    nd_table_where(of->table, row, index, where, sizeof where);
    if (!cell[0])
        return nd_fail(error, where, NULL, "the value is missing");
    for (unsigned i = 0; i < column->replace_count; i++)
        if (strcmp(column->replace[i].value, cell) == 0) {
            cell = column->replace[i].by;
            break;
        }
    if (column->add) {
        double number, added;
        if (!nd_text_number(cell, &number))
            return nd_fail(error, where, NULL, "is '%.100s', expected a number", cell);
        nd_text_number(column->add, &added);
        snprintf(sum, sizeof sum, "%.17g", number + added);
        cell = sum;
    }
    return nd_assign(to, column->key, cell, where, error);
}

static bool assign_row(const layout *of, size_t row, nd_assignments *to, nd_error *error) {
    for (size_t i = 0; i < of->givers_count; i++)
        if (!assign_cell(of, row, &of->givers[i], to, error))
            return false;
    return true;
}

static bool assign_grid(const layout *of, size_t point, nd_assignments *to, nd_error *error) {
    char entry[64], where[512];
    for (unsigned i = of->file->grid_count; i-- > 0;) {
        const nd_grid_axis *axis = &of->file->grid[i];
        snprintf(entry, sizeof entry, "grid.%u", i);
        nd_yaml_where(of->text, of->path, entry, where, sizeof where);
        if (!nd_assign(to, axis->key, axis->values[point % axis->values_count], where, error))
            return false;
        point /= axis->values_count;
    }
    return true;
}

static void draw_value(const nd_draw *draw, nd_stream *random, char *value, size_t size) {
    if (draw->choice) {
        snprintf(value, size, "%s", draw->choice[nd_stream_below(random, draw->choice_count)]);
        return;
    }
    char **ends = draw->uniform       ? draw->uniform
                  : draw->log_uniform ? draw->log_uniform
                                      : draw->integer;
    double least, most, at;
    nd_text_number(ends[0], &least);
    nd_text_number(ends[1], &most);
    if (draw->integer)
        at = least + (double)nd_stream_below(random, (uint64_t)(most - least) + 1);
    else if (draw->uniform)
        at = least + (most - least) * nd_stream_uniform(random);
    else
        at = exp(log(least) + log(most / least) * nd_stream_uniform(random));
    snprintf(value, size, "%.17g", at);
}

/* Draws of combination `number`: each key has an address of its own, so that one more key changes
 * no other's values. */
static bool assign_draws(const layout *of, uint64_t number, nd_assignments *to, nd_error *error) {
    char entry[64], where[512], value[512];
    for (unsigned i = 0; i < of->file->draw_count; i++) {
        const nd_draw *draw = &of->file->draw[i];
        bool holds = true;
        snprintf(entry, sizeof entry, "draw.%u", i);
        nd_yaml_where(of->text, of->path, entry, where, sizeof where);
        if (draw->when && !nd_condition_holds(to, draw->when, &holds, where, error))
            return false;
        if (!holds)
            continue;
        nd_stream random = nd_stream_at(of->seed, ND_FOR_SWEEP, i, number);
        draw_value(draw, &random, value, sizeof value);
        if (!nd_assign(to, draw->key, value, where, error))
            return false;
    }
    return true;
}

static double cost_of(const nd_experiment *e) {
    double steps = (double)e->run.steps;
    if (e->network.model == ND_HEBBIAN)
        return steps * (double)e->network.neurons * (double)e->network.neurons;
    const nd_world *world = nd_world_find(e->world.task);
    uint64_t outputs = world && world->needs_output_dim ? e->world.output_dim : e->world.input_dim;
    return steps * (double)(e->world.samples + 1) * (double)e->network.hidden *
           (double)(e->world.input_dim + outputs + 1);
}

/* Run `id` as its experiment's text, made of the base and the assignments. */
static bool plan_run(const layout *of, size_t id, size_t row, uint64_t repeat,
                     const nd_assignments *given, nd_error *error) {
    nd_planned_run *run = &of->plan->run[id];
    char seed[64], label[64];
    const char *first = nd_assigned(given, "seed");
    uint64_t start = of->seed + id - repeat;
    if (first && !nd_text_count(first, &start))
        return wrong(of, "seed", "a whole number", first, error);
    start += repeat;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)start);
    nd_experiment *experiment = nd_assignments_parse(
        given, seed, of->base, of->base_origin, of->base_folder, (const char *const *)of->file->set,
        of->file->set_count, of->use, error);
    if (!experiment)
        return false;
    if (experiment->network.model == ND_FEED_FORWARD &&
        strcmp(experiment->run.spectrum, "none") != 0) {
        nd_experiment_free(experiment);
        return nd_fail(error, of->path, "leave it out, and give the sweep's file `spectrum: true`",
                       "an experiment has run.spectrum, which is for single runs");
    }
    snprintf(label, sizeof label, "%zu", id);
    const nd_sweep_table *table = of->file->table;
    const char *name = label;
    if (table && table->label)
        name = nd_table_cell(of->table, row, nd_table_find(of->table, table->label));
    run->steps = (double)experiment->run.steps;
    run->cost = of->as_stated ? 0 : cost_of(experiment);
    run->experiment = nd_experiment_text(experiment, error);
    run->label = run->experiment ? nd_text(name, error) : NULL;
    nd_experiment_free(experiment);
    return run->label != NULL;
}

/* What is given but used by none of the runs is a mistake. */
static bool check_use(const layout *of, nd_error *error) {
    size_t key;
    if (!nd_keys_unused(of->use, &key))
        return true;
    return nd_fail(error, of->use->where[key], "leave it out",
                   "is used by none of the runs: not by %s", of->use->by[key]);
}

static bool plan_runs(const layout *of, nd_error *error) {
    size_t rows = of->table ? of->table->rows : 1, id = 0;
    uint64_t combination = 0;
    bool fine = true;
    for (size_t row = 0; fine && row < rows; row++)
        for (size_t point = 0; fine && point < of->grid_points; point++)
            for (uint64_t sample = 0; fine && sample < of->samples; sample++, combination++) {
                nd_assignments given = {0};
                fine = assign_row(of, row, &given, error) &&
                       assign_grid(of, point, &given, error) &&
                       assign_draws(of, combination, &given, error);
                for (uint64_t repeat = 0; fine && repeat < of->repeats; repeat++, id++)
                    fine = plan_run(of, id, row, repeat, &given, error);
                nd_assignments_free(&given);
            }
    return fine;
}

/* Feeds both sums one text and its end. */
static void digest(uint64_t sums[2], const char *text) {
    for (int s = 0; s < 2; s++)
        sums[s] = nd_digest(sums[s], text, strlen(text) + 1);
}

static void identify(nd_sweep_plan *plan) {
    uint64_t sums[2] = {ND_DIGEST_START, 0x9e3779b97f4a7c15u};
    digest(sums, plan->spectrum ? "spectrum" : "");
    for (size_t i = 0; i < ND_RUN_MEASURES; i++)
        if (plan->measured[i])
            digest(sums, nd_run_measures[i].name);
    for (size_t i = 0; i < plan->runs; i++) {
        digest(sums, plan->run[i].experiment);
        digest(sums, plan->run[i].label);
    }
    snprintf(plan->identity, sizeof plan->identity, "%016llx%016llx", (unsigned long long)sums[0],
             (unsigned long long)sums[1]);
}

static bool lay_out(layout *of, nd_error *error) {
    const nd_sweep_file *file = of->file;
    bool spectrum = false;
    if (file->spectrum && !nd_text_truth(file->spectrum, &spectrum))
        return wrong(of, "spectrum", "true or false", file->spectrum, error);
    of->as_stated = file->order && strcmp(file->order, "stated") == 0;
    if (file->order && !of->as_stated && strcmp(file->order, "dearest-first") != 0)
        return wrong(of, "order", "dearest-first or stated", file->order, error);
    if (!(of->folder = folder_of(of->path, error)) ||
        !read_count(of, "seed", file->seed, 0, 1, &of->seed, error) ||
        !read_count(of, "samples", file->samples, 1, 1, &of->samples, error) ||
        !read_count(of, "repeats", file->repeats, 1, 1, &of->repeats, error) ||
        !read_base(of, error) || !read_table(of, error) || !check_entries(of, error))
        return false;
    double runs = (double)(of->table ? of->table->rows : 1) * (double)of->grid_points *
                  (double)of->samples * (double)of->repeats;
    if (runs > MOST_RUNS)
        return nd_fail(error, of->path, NULL, "asks for %.3g runs, at most %.0f are possible", runs,
                       MOST_RUNS);
    nd_sweep_plan *plan = of->plan = nd_array(1, sizeof *of->plan, error);
    if (!plan || !(plan->name = nd_text(file->name ? file->name : "sweep", error)) ||
        !(plan->run = nd_array((size_t)runs, sizeof *plan->run, error)))
        return false;
    plan->runs = (size_t)runs;
    plan->spectrum = spectrum;
    if (!(of->use = nd_array(1, sizeof *of->use, error)) || !plan_runs(of, error) ||
        !check_use(of, error) || !nd_sweep_plan_metrics(plan, of->path, of->text, of->file, error))
        return false;
    identify(plan);
    return true;
}

nd_sweep_plan *nd_sweep_plan_read(const char *path, nd_error *error) {
    ND_IN_C_LOCALE;
    char *text = NULL;
    nd_sweep_file *file = nd_sweep_file_read(path, &text, error);
    if (!file)
        return NULL;
    layout of = {.path = path, .text = text, .file = file};
    bool fine = lay_out(&of, error);
    nd_sweep_file_free(file);
    nd_table_free(of.table);
    free(of.givers);
    free(of.use);
    free(of.base);
    free(of.base_origin);
    free(of.base_folder);
    free(of.folder);
    free(text);
    if (fine)
        return of.plan;
    nd_sweep_plan_free(of.plan);
    return NULL;
}
