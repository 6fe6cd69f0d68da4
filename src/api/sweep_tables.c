/* Sweeps as typed columns, before they are run and after (nulldrift/sweep.h): values of each row
 * are gathered as they come, then each column is made what all its values are. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/locale.h"
#include "experiment/parse.h"
#include "nulldrift/experiment.h"
#include "nulldrift/sweep.h"
#include "sweep/compare.h"
#include "sweep/plan.h"
#include "sweep/shards.h"
#include "sweep/sweep.h"

typedef struct column {
    char *name;
    nd_cell_kind kind; /* of all values but the missing ones; ND_CELL_MISSING: none yet */
    bool gaps, varies;
    nd_sweep_cell *cell; /* rows; texts are their own */
    size_t room;
    nd_runs_column view;
    double *numbers;
    uint64_t *counts;
    const char **texts;
} column;

struct nd_runs_table {
    column *column; /* columns */
    size_t columns, columns_room, rows;
};

static void column_clear(const nd_runs_table *table, column *one) {
    for (size_t r = 0; one->cell && r < table->rows; r++)
        free((char *)one->cell[r].text);
    free(one->cell);
    free(one->name);
    free(one->numbers);
    free(one->counts);
    free((void *)one->texts);
}

void nd_runs_table_free(nd_runs_table *table) {
    if (!table)
        return;
    for (size_t c = 0; c < table->columns; c++)
        column_clear(table, &table->column[c]);
    free(table->column);
    free(table);
}

size_t nd_runs_table_columns(const nd_runs_table *table) {
    return table ? table->columns : 0;
}

bool nd_runs_table_column(const nd_runs_table *table, size_t index, nd_runs_column *out) {
    if (!out || index >= nd_runs_table_columns(table))
        return false;
    *out = table->column[index].view;
    return true;
}

/* ---- Gathering ---- */

static bool same(const nd_sweep_cell *a, const nd_sweep_cell *b) {
    return a->kind == b->kind &&
           (a->kind == ND_CELL_TEXT ? strcmp(a->text, b->text) == 0
                                    : a->number == b->number && a->count == b->count);
}

/* The next value of a column; rows come in order, and their columns in one order. */
static bool take(const char *name, size_t row, size_t index, const nd_sweep_cell *cell,
                 void *context, nd_error *error) {
    nd_runs_table *table = context;
    if (index == table->columns) {
        column *grown =
            nd_grown(table->column, &table->columns_room, index + 1, sizeof *grown, error);
        if (!grown)
            return false;
        table->column = grown;
        grown[index] = (column){.name = nd_text(name, error)};
        table->columns += grown[index].name != NULL;
        if (!grown[index].name)
            return false;
    }
    column *to = &table->column[index];
    nd_sweep_cell *grown = nd_grown(to->cell, &to->room, row + 1, sizeof *grown, error);
    if (!grown)
        return false;
    to->cell = grown;
    for (size_t c = 0; row == table->rows && c < table->columns; c++)
        if (table->column[c].room > row)
            table->column[c].cell[row] = (nd_sweep_cell){0};
    table->rows = row + 1;
    grown[row] = *cell;
    grown[row].text = cell->text ? nd_text(cell->text, error) : NULL;
    to->gaps = to->gaps || cell->kind == ND_CELL_MISSING;
    to->varies = to->varies || (row > 0 && !same(&grown[0], cell));
    if (cell->kind != ND_CELL_MISSING)
        to->kind = cell->kind;
    return !cell->text || grown[row].text;
}

/* The arrays of a column, of the kind of its values. */
static bool make_column(const nd_runs_table *table, column *one, nd_error *error) {
    size_t rows = table->rows;
    bool texts = one->kind == ND_CELL_TEXT;
    bool counts = one->kind == ND_CELL_COUNT && !one->gaps;
    if (texts)
        one->texts = nd_array(rows, sizeof *one->texts, error);
    else if (counts)
        one->counts = nd_array(rows, sizeof *one->counts, error);
    else
        one->numbers = nd_doubles(rows, error);
    for (size_t r = 0; r < rows; r++) {
        const nd_sweep_cell *cell = &one->cell[r];
        if (one->texts)
            one->texts[r] = cell->text;
        else if (one->counts)
            one->counts[r] = cell->count;
        else if (one->numbers)
            one->numbers[r] = cell->kind == ND_CELL_MISSING ? NAN
                              : cell->kind == ND_CELL_COUNT ? (double)cell->count
                                                            : cell->number;
    }
    one->view = (nd_runs_column){one->name, rows, one->numbers, one->counts, one->texts};
    return one->texts || one->counts || one->numbers;
}

/* Texts that no run has are still texts. */
static bool is_word(const char *name) {
    const nd_key *key = nd_key_find(name);
    return strcmp(name, "label") == 0 || strcmp(name, "state") == 0 ||
           strcmp(name, "reason") == 0 || (key && key->kind == ND_WORD);
}

static nd_runs_table *finished(nd_runs_table *table, bool fine, nd_error *error) {
    for (size_t c = 0; fine && c < table->columns; c++) {
        if (table->column[c].kind == ND_CELL_MISSING && is_word(table->column[c].name))
            table->column[c].kind = ND_CELL_TEXT;
        fine = make_column(table, &table->column[c], error);
    }
    if (fine)
        return table;
    nd_runs_table_free(table);
    return NULL;
}

nd_runs_table *nd_table_of_sweep(const char *folder, bool all_keys, nd_error *error) {
    ND_IN_C_LOCALE;
    if (!nd_is_given(folder, "nd_table_of_sweep", "folder", error))
        return NULL;
    char *path = nd_sweep_store_path(folder, 0, 1, error);
    nd_sweep_store *store = path ? nd_sweep_store_open(path, error) : NULL;
    nd_runs_table *table = store ? nd_array(1, sizeof *table, error) : NULL;
    bool fine = table && nd_sweep_store_cells(store, all_keys, take, table, error);
    nd_sweep_store_close(store);
    free(path);
    return table ? finished(table, fine, error) : NULL;
}

/* ---- The plan ---- */

static nd_sweep_cell cell_of(const nd_experiment *experiment, const nd_key *key) {
    nd_key_value value;
    if (!nd_experiment_uses(experiment, key->name) ||
        !nd_experiment_get(experiment, key->name, &value, NULL))
        return (nd_sweep_cell){.kind = ND_CELL_MISSING};
    switch (value.kind) {
    case ND_WORD:
        return (nd_sweep_cell){.kind = value.word ? ND_CELL_TEXT : ND_CELL_MISSING,
                               .text = value.word};
    case ND_NUMBER:
        return (nd_sweep_cell){.kind = ND_CELL_NUMBER, .number = value.number};
    case ND_COUNT:
        return (nd_sweep_cell){.kind = ND_CELL_COUNT, .count = value.count};
    case ND_TRUTH:
        return (nd_sweep_cell){.kind = ND_CELL_COUNT, .count = value.truth};
    }
    return (nd_sweep_cell){.kind = ND_CELL_MISSING};
}

/* One planned run: id, label, steps, its whole experiment, every key that has a column. */
static bool take_planned(nd_runs_table *table, size_t row, const nd_planned_run *run,
                         nd_error *error) {
    size_t count, at = 4;
    const nd_key *keys = nd_keys(&count);
    nd_experiment *experiment = nd_experiment_restore(run->experiment, "the plan", error);
    const nd_sweep_cell first[] = {{.kind = ND_CELL_COUNT, .count = row},
                                   {.kind = ND_CELL_TEXT, .text = run->label},
                                   {.kind = ND_CELL_NUMBER, .number = run->steps},
                                   {.kind = ND_CELL_TEXT, .text = run->experiment}};
    static const char *const names[] = {"id", "label", "steps", "experiment"};
    bool fine = experiment;
    for (size_t i = 0; fine && i < 4; i++)
        fine = take(names[i], row, i, &first[i], table, error);
    for (size_t k = 0; fine && k < count; k++)
        if (nd_key_find(keys[k].name) == &keys[k] && !(keys[k].models & ND_SINGLE_RUN)) {
            const nd_sweep_cell cell = cell_of(experiment, &keys[k]);
            fine = take(keys[k].name, row, at++, &cell, table, error);
        }
    nd_experiment_free(experiment);
    return fine;
}

/* Keys in which no two runs differ go, and the experiments stand last. */
static void keep_varying(nd_runs_table *table, bool all_keys) {
    column experiment = table->column[3];
    size_t kept = 3;
    for (size_t c = 4; c < table->columns; c++) {
        if (all_keys || table->column[c].varies)
            table->column[kept++] = table->column[c];
        else
            column_clear(table, &table->column[c]);
    }
    table->column[kept++] = experiment;
    table->columns = kept;
}

nd_runs_table *nd_plan_of_sweep(const char *path, bool all_keys, nd_error *error) {
    ND_IN_C_LOCALE;
    if (!nd_is_given(path, "nd_plan_of_sweep", "path", error))
        return NULL;
    nd_sweep_plan *plan = nd_sweep_plan_read(path, error);
    nd_runs_table *table = plan ? nd_array(1, sizeof *table, error) : NULL;
    bool fine = table;
    for (size_t r = 0; fine && r < plan->runs; r++)
        fine = take_planned(table, r, &plan->run[r], error);
    if (fine && table->rows > 0)
        keep_varying(table, all_keys);
    nd_sweep_plan_free(plan);
    return table ? finished(table, fine, error) : NULL;
}

/* ---- Beside a published table ---- */

char *nd_compare_sweep(const char *folder, const char *published, bool as_json, bool *inside,
                       nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_compare_sweep";
    char *text = NULL;
    size_t length;
    bool lies = false;
    if (!nd_is_given(folder, function, "folder", error) ||
        !nd_is_given(published, function, "published", error))
        return NULL;
    char *path = nd_sweep_store_path(folder, 0, 1, error);
    nd_sweep_store *store = path ? nd_sweep_store_open(path, error) : NULL;
    FILE *out = store ? open_memstream(&text, &length) : NULL;
    if (store && !out)
        nd_fail_errno(error, folder, NULL, "cannot be compared");
    bool fine = out && nd_sweep_compare(store, published, as_json, out, &lies, error);
    if (out && fclose(out) != 0)
        fine = nd_fail(error, folder, NULL, ND_OUT_OF_MEMORY " for its comparison");
    nd_sweep_store_close(store);
    free(path);
    if (inside)
        *inside = lies;
    if (fine)
        return text;
    free(text);
    return NULL;
}
