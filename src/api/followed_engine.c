/* Records and snapshots of an engine (nulldrift/followed_engine.h): rows as a journal has them, in
 * memory; written as a run file is, into memory or, for a picture, into a folder of the call's own.
 * A feed-forward network's snapshots are its parameters; what a Hebbian one has instead is in
 * api/followed_hebbian.h.
 */
#include "nulldrift/followed_engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/contents.h"
#include "api/drawing.h"
#include "api/followed_hebbian.h"
#include "base/error.h"
#include "base/locale.h"
#include "base/memory.h"
#include "experiment/experiment.h"
#include "hebbian/engine.h"
#include "store/run_file_write.h"

struct nd_followed_engine {
    nd_experiment *experiment;
    const nd_dataset *dataset; /* NULL: a Hebbian network, */
    nd_engine *last;           /* whose weights at the last look these are */
    char *engine;              /* its description */
    double *record;            /* records x record_width, the step first */
    size_t records, room;      /* room: records that fit */
    double **snapshot;         /* snapshots: the step, and snapshot_width values */
    size_t snapshots, snapshot_room;
    size_t record_width, snapshot_width;
};

/* How much of the network is kept at each look. */
static bool prepare(nd_followed_engine *followed, const nd_dataset *dataset, nd_error *error) {
    if (dataset) {
        followed->dataset = dataset;
        followed->record_width = ND_RECORD_WIDTH;
        followed->snapshot_width =
            followed->experiment->network.hidden * (dataset->inputs + 1 + dataset->outputs);
        return true;
    }
    followed->last = nd_hebbian_engine_open(followed->experiment, 1, error);
    if (!followed->last)
        return false;
    followed->record_width = ND_RECORD_WIDTH + nd_followed_fields(followed->last);
    followed->snapshot_width = nd_followed_responses(followed->last);
    return true;
}

nd_followed_engine *nd_followed_engine_new(const nd_engine *engine, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_followed_engine_new";
    if (!nd_is_given(engine, function, "engine", error))
        return NULL;
    nd_followed_engine *followed = nd_array(1, sizeof *followed, error);
    if (!followed)
        return NULL;
    followed->experiment = nd_experiment_copy(engine->experiment, error);
    followed->engine = nd_text(nd_engine_describe(engine), error);
    if (followed->experiment && followed->engine && prepare(followed, engine->dataset, error))
        return followed;
    nd_followed_engine_free(followed);
    return NULL;
}

void nd_followed_engine_free(nd_followed_engine *followed) {
    if (!followed)
        return;
    for (size_t i = 0; i < followed->snapshots; i++)
        free(followed->snapshot[i]);
    free(followed->snapshot);
    free(followed->record);
    free(followed->engine);
    nd_engine_close(followed->last);
    nd_experiment_free(followed->experiment);
    free(followed);
}

/* The step of the last record or snapshot; -1: there is none. */
static double last_record(const nd_followed_engine *followed) {
    return followed->records ? followed->record[(followed->records - 1) * followed->record_width]
                             : -1;
}

static double last_snapshot(const nd_followed_engine *followed) {
    return followed->snapshots ? followed->snapshot[followed->snapshots - 1][0] : -1;
}

static bool take_record(nd_followed_engine *followed, nd_engine *engine, nd_error *error) {
    double *grown = nd_grown(followed->record, &followed->room, followed->records + 1,
                             followed->record_width * sizeof *grown, error);
    if (!grown)
        return false;
    followed->record = grown;
    nd_record record;
    double *row = grown + followed->records * followed->record_width;
    if (followed->last && !nd_take_centroids(engine, row + ND_RECORD_WIDTH, error))
        return false;
    nd_engine_record(engine, &record);
    memcpy(row,
           (const double[ND_RECORD_WIDTH]){(double)engine->step, record.loss,
                                           record.active_fraction, record.fraction_active_units},
           ND_RECORD_WIDTH * sizeof *row);
    followed->records++;
    return true;
}

/* What a snapshot holds of the engine. */
static bool take_values(const nd_followed_engine *followed, nd_engine *engine, double *values,
                        nd_error *error) {
    if (followed->last)
        return nd_take_responses(engine, values, error);
    nd_parameters into =
        nd_parameters_view(followed->experiment->network.hidden, followed->dataset->inputs,
                           followed->dataset->outputs, values);
    nd_engine_parameters(engine, &into);
    return true;
}

static bool take_snapshot(nd_followed_engine *followed, nd_engine *engine, nd_error *error) {
    double **grown = nd_grown(followed->snapshot, &followed->snapshot_room, followed->snapshots + 1,
                              sizeof *grown, error);
    if (!grown)
        return false;
    followed->snapshot = grown;
    double *row = nd_doubles(1 + followed->snapshot_width, error);
    if (!row || !take_values(followed, engine, row + 1, error)) {
        free(row);
        return false;
    }
    row[0] = (double)engine->step;
    grown[followed->snapshots++] = row;
    return true;
}

/* Is it a network of that kind and shape on that data set? */
static bool is_like(const nd_followed_engine *followed, const nd_engine *engine) {
    return engine->dataset == followed->dataset &&
           (followed->last
                ? nd_same_hebbian(engine, followed->last)
                : engine->experiment->network.hidden == followed->experiment->network.hidden);
}

/* Is it, and no further back? */
static bool check_engine(const nd_followed_engine *followed, const nd_engine *engine,
                         const char *function, nd_error *error) {
    double step = (double)engine->step, last = fmax(last_record(followed), last_snapshot(followed));
    if (!is_like(followed, engine))
        return nd_fail_as(
            ND_CODE_ARGUMENT, error, function, NULL,
            "the engine is of another network or data set than what was taken before");
    return step >= last ||
           nd_fail_as(ND_CODE_ARGUMENT, error, function, "follow it anew",
                      "the engine is at step %.0f, what was taken last is of step %.0f", step,
                      last);
}

bool nd_followed_engine_take(nd_followed_engine *followed, nd_engine *engine, bool snapshot,
                             nd_error *error) {
    static const char function[] = "nd_followed_engine_take";
    if (!nd_is_given(followed, function, "followed", error) ||
        !nd_is_given(engine, function, "engine", error) ||
        !check_engine(followed, engine, function, error))
        return false;
    double step = (double)engine->step;
    if ((step != last_record(followed) && !take_record(followed, engine, error)) ||
        (snapshot && step != last_snapshot(followed) && !take_snapshot(followed, engine, error)))
        return false;
    if (followed->last)
        nd_take_weights(engine, followed->last);
    return true;
}

/* ---- As a run file has it ---- */

/* How far the rows were read: records first. */
typedef struct reading {
    const nd_followed_engine *followed;
    size_t record, snapshot;
} reading;

static bool next_row(void *context, nd_row_kind *kind, double *row, bool *end, nd_error *error) {
    (void)error;
    reading *at = context;
    const nd_followed_engine *followed = at->followed;
    *end = at->record == followed->records && at->snapshot == followed->snapshots;
    if (*end)
        return false;
    *kind = at->record < followed->records ? ND_ROW_RECORD : ND_ROW_SNAPSHOT;
    if (*kind == ND_ROW_RECORD)
        memcpy(row, followed->record + at->record++ * followed->record_width,
               followed->record_width * sizeof *row);
    else
        memcpy(row, followed->snapshot[at->snapshot++],
               (1 + followed->snapshot_width) * sizeof *row);
    return true;
}

static bool put(const nd_followed_engine *followed, nd_nc *file, nd_error *error) {
    reading from = {.followed = followed};
    const nd_run_rows rows = {next_row, &from};
    const nd_run_summary summary = {.records = followed->records,
                                    .snapshots = followed->snapshots,
                                    .engine = followed->engine,
                                    .status = "complete",
                                    .history = "taken of an engine in memory",
                                    .wall_time = NAN};
    return followed->last ? nd_put_followed_hebbian(file, followed->last, &rows, &summary, error)
                          : nd_run_file_put(file, followed->experiment, followed->dataset, &rows,
                                            &summary, &(nd_run_addition){0}, error);
}

static bool some_taken(const nd_followed_engine *followed, const char *function, nd_error *error) {
    return nd_is_given(followed, function, "followed", error) &&
           (followed->records > 0 ||
            nd_fail_as(ND_CODE_ARGUMENT, error, function, "nd_followed_engine_take takes some",
                       "nothing was taken yet"));
}

nd_contents *nd_followed_engine_contents(const nd_followed_engine *followed, nd_error *error) {
    ND_IN_C_LOCALE;
    if (!some_taken(followed, "nd_followed_engine_contents", error))
        return NULL;
    nd_nc *file = nd_nc_create_in_memory("the engine", error);
    if (file && !put(followed, file, error)) {
        nd_nc_close(file);
        return NULL;
    }
    return nd_contents_of(file, error);
}

static bool save(const void *followed, const nd_place *place, nd_error *error) {
    nd_nc *file = nd_nc_create_at(place, error);
    if (file && put(followed, file, error))
        return nd_nc_publish(file, error);
    nd_nc_close(file);
    return false;
}

bool nd_draw_followed_engine(const char *name, const nd_followed_engine *followed,
                             const char *output, bool replace, nd_error *remark, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_draw_followed_engine";
    return some_taken(followed, function, error) && nd_is_given(name, function, "name", error) &&
           nd_is_given(output, function, "output", error) &&
           nd_draw_from_memory(&(nd_in_memory){"engine.nc", save, followed}, name, output, replace,
                               remark, error);
}
