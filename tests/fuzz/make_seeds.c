/* make_seeds FOLDER: a tiny corpus for every target, FOLDER/fuzz_NAME/..., from the same writers
 * as the tests' files. */
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/netcdf_contents.h"
#include "base/netcdf_file.h"
#include "base/place.h"
#include "engine/engine.h"
#include "experiment/experiment.h"
#include "made_recording.h"
#include "recording/manifest.h"
#include "recording/request_bytes.h"
#include "recording/session_bytes.h"
#include "recordings.h"
#include "run/course.h"
#include "sessions/sessions.h"
#include "store/landscape_file.h"
#include "store/recording_file.h"
#include "sweep/sweep.h"

static const char *root;

static const char *seed(const char *target, const char *name) {
    static char path[1024];
    snprintf(path, sizeof path, "%s/fuzz_%s", root, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/fuzz_%s/%s", root, target, name);
    remove(path);
    return path;
}

static void text(const char *target, const char *words) {
    nd_write_file(seed(target, "a.yaml"), words, strlen(words), NULL);
}

static void matlab(const support_track *track, enum mat_ft version, const char *name) {
    static const char *const fields[] = {"data", NULL};
    matvar_t *spikes = NULL;
    if (version == MAT_FT_MAT4) {
        spikes = support_mat_matrix("spikes", track->activity, track->frames, track->cells);
    } else {
        matvar_t *cell = support_mat_structure(NULL, fields);
        support_mat_field(cell, "data", support_mat_matrix(NULL, track->times, track->frames, 1));
        spikes = support_mat_cells("spikes", 2);
        support_mat_put(spikes, 0, cell);
    }
    matvar_t *all[] = {spikes, support_mat_matrix("x", track->position, track->frames, 1), NULL};
    support_write_mat(seed("matlab", name), version, all);
}

static void session_bytes(const support_track *track) {
    nd_reading reading = {0};
    nd_session *s = &reading.session;
    size_t start[2] = {0, 1};
    uint32_t frame[1] = {1};
    double amount[1] = {2.0};
    nd_buffer bytes = {0};
    s->label = s->animal = s->environment = s->direction = s->file = (char *)"x";
    s->frames = track->frames;
    s->cells = 1;
    s->frame_seconds = 0.05;
    s->position = track->position;
    s->events = (nd_events){start, frame, amount};
    nd_reading_put(&bytes, &reading, NULL);
    nd_write_file(seed("session_bytes", "a"), bytes.bytes, bytes.length, NULL);
    nd_buffer_free(&bytes);
}

/* What a reader is asked for of a manifest with a key of every kind. */
static void request(const char *csv) {
    static const char words[] =
        "name: a\nbins: 10\nrange: [0, 1]\nsessions:\n"
        "  - {day: 1, animal: m, frame_seconds: 0.05, activity: {file: a.csv, columns: [cell_1, "
        "2], "
        "threshold: 0, missing: -1}, position: {file: a.csv, column: position, scale: 2}}\n"
        "  - {day: 2, animal: m, frame_seconds: 0.05, file: a.csv}\n";
    nd_error error = {0};
    nd_buffer bytes = {0};
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", csv);
    *strrchr(folder, '/') = '\0';
    nd_manifest *manifest = nd_manifest_parse(words, "seed", folder, &error);
    nd_task task = {0};
    if (manifest)
        task = (nd_task){.requests = manifest->requests,
                         .count = manifest->count,
                         .settings = manifest->recording->settings,
                         .manifest_text = manifest->text,
                         .manifest_name = manifest->recording->manifest,
                         .links = {.folder = folder}};
    if (!manifest || !nd_task_put(&bytes, &task, &error) ||
        !nd_write_file(seed("request", "a"), bytes.bytes, bytes.length, &error))
        fprintf(stderr, "make_seeds: request: %s\n", error.what);
    nd_buffer_free(&bytes);
    nd_manifest_free(manifest);
}

/* A run of a few steps of the experiment, into FOLDER/fuzz_run_file/NAME. */
static void run(const char *words, const char *name) {
    nd_error error = {0};
    nd_run_options options = {.threads = 1};
    nd_experiment *experiment = nd_experiment_parse(words, name, NULL, NULL, 0, &error);
    if (!experiment ||
        nd_simulate(experiment, seed("run_file", name), &options, NULL, &error) != ND_RUN_COMPLETE)
        fprintf(stderr, "make_seeds: %s: %s\n", name, error.what);
    nd_experiment_free(experiment);
}

static void landscape(void) {
    nd_error error = {0};
    nd_landscape_options options = {.walkers = 2,
                                    .records = 3,
                                    .steps = 10,
                                    .learning_rate = 0.05,
                                    .noise = 0.1,
                                    .start_x = 1.5,
                                    .start_y = 1.1,
                                    .threads = 1};
    nd_landscape *made = nd_landscape_make(&options, &error);
    nd_place *place = nd_place_find(seed("results", "landscape.nc"), &error);
    if (!made || !place || !nd_landscape_write(place, made, &error))
        fprintf(stderr, "make_seeds: landscape: %s\n", error.what);
    nd_place_free(place);
    nd_landscape_free(made);
}

/* The result of a recording: four cells, of which one comes and one goes. */
static void result(void) {
    enum { SESSIONS = 3, CELLS = 4 };
    nd_error error = {0};
    nd_recording *recording = made_recording(SESSIONS);
    for (size_t s = 0; s < SESSIONS; s++) {
        const bool active[CELLS] = {true, true, s > 0, s < 2};
        const double centre[CELLS] = {2.0, 6.0, 10.0, 15.0 - (double)s};
        made_place_cells(recording, s, "m", "track", (double)s, CELLS, active, centre, 2.0, 1);
    }
    nd_recording_result *made = nd_recording_measure(recording, 1, NULL, &error);
    nd_place *place = nd_place_find(seed("results", "result.nc"), &error);
    if (!made || !place || !nd_recording_file_write(made, place, NULL, &error))
        fprintf(stderr, "make_seeds: result: %s\n", error.what);
    nd_place_free(place);
    nd_recording_result_free(made);
    nd_recording_free(recording);
}

/* A world's data, which hold activity, too; and what a reader says of them. */
static void data_file(void) {
    enum { SAMPLES = 6, INPUTS = 2, OUTPUTS = 1 };
    nd_error error = {0};
    double values[SAMPLES * INPUTS];
    nd_buffer contents = {0};
    int id;
    const char *path = seed("data_file", "data.nc");
    for (size_t i = 0; i < SAMPLES * INPUTS; i++)
        values[i] = (double)(i % SAMPLES);
    nd_nc *file = nd_nc_create(path, &error);
    bool fine =
        file && nd_nc_define_dimension(file, "sample", SAMPLES, &error) &&
        nd_nc_define_dimension(file, "input", INPUTS, &error) &&
        nd_nc_define_dimension(file, "output", OUTPUTS, &error) &&
        nd_nc_define_dimension(file, "unit", INPUTS, &error) &&
        nd_nc_define(file, "inputs", ND_NC_DOUBLE, "sample input", "1", "in", &error) &&
        nd_nc_put(file, "inputs", values, SAMPLES * INPUTS, &error) &&
        nd_nc_define(file, "targets", ND_NC_FLOAT, "sample output", "1", "out", &error) &&
        nd_nc_put(file, "targets", values, SAMPLES * OUTPUTS, &error) &&
        nd_nc_define(file, "position", ND_NC_DOUBLE, "sample", "cm", "where", &error) &&
        nd_nc_put(file, "position", values, SAMPLES, &error) &&
        nd_nc_define(file, "activity", ND_NC_DOUBLE, "sample unit", "1", "of units", &error) &&
        nd_nc_put(file, "activity", values, SAMPLES * INPUTS, &error) &&
        nd_nc_put_bytes(file, "group", "bytes", "some", values, 16, &error);
    fine = fine ? nd_nc_publish(file, &error) : (nd_nc_close(file), false);
    if (fine && nc_open(path, NC_NOWRITE, &id) == NC_NOERR) {
        fine = nd_nc_contents_put(&contents, id, &error);
        (void)nc_close(id);
    }
    fine = fine && nd_write_file(seed("contents", "a"), contents.bytes, contents.length, &error);
    if (!fine)
        fprintf(stderr, "make_seeds: data: %s\n", error.what);
    nd_buffer_free(&contents);
}

/* A sweep's file and its store, as the program makes them. */
static void sweep(void) {
    nd_error error = {0};
    char folder[1000], plan[1024];
    bool stopped;
    snprintf(folder, sizeof folder, "%s/made", root);
    snprintf(plan, sizeof plan, "%s.yaml", folder);
    static const char words[] =
        "name: a\nbase: |\n  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}\n"
        "  network: {hidden: 3}\n  run: {steps: 20, records: 3}\n"
        "grid: [{key: seed, values: [1, 2]}]\n";
    nd_sweep_options options = {.jobs = 1};
    nd_buffer bytes = {0};
    char *store = nd_sweep_store_path(folder, 0, 1, &error);
    if (store && nd_write_file(plan, words, sizeof words - 1, &error) &&
        nd_write_file(seed("sweep", "a.yaml"), words, sizeof words - 1, &error) &&
        nd_sweep_run(plan, folder, &options, NULL, &stopped, &error) &&
        nd_read_file(store, 1 << 24, &bytes, &error))
        nd_write_file(seed("store", "a.sqlite"), bytes.bytes, bytes.length, &error);
    if (error.what[0])
        fprintf(stderr, "make_seeds: %s: %s\n", error.where, error.what);
    nd_buffer_free(&bytes);
    free(store);
}

/* A checkpoint's state: a course and an engine at their beginning. */
static void checkpoint(void) {
    nd_error error = {0};
    nd_buffer state = {0};
    nd_experiment *experiment = nd_experiment_parse(
        "world: {task: random, samples: 5, input_dim: 3, output_dim: 2}\nnetwork: {hidden: 6}\n"
        "learning: {update_noise: 0.1}\nrun: {steps: 100, records: 5, snapshots: 3, engine: "
        "fast}\n",
        "seed", NULL, NULL, 0, &error);
    nd_dataset *dataset = experiment ? nd_dataset_make(experiment, &error) : NULL;
    nd_engine *engine = dataset ? nd_engine_open(experiment, dataset, 1, &error) : NULL;
    nd_course *course = engine ? nd_course_new(experiment, &error) : NULL;
    if (course && nd_course_put(course, &state, &error) &&
        engine->backend->save(engine, &state, &error))
        nd_write_file(seed("checkpoint", "a"), state.bytes, state.length, &error);
    nd_buffer_free(&state);
    nd_course_free(course);
    nd_engine_close(engine);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

int main(int count, char **arguments) {
    if (count != 2)
        return 2;
    root = arguments[1];
    mkdir(root, 0777);
    support_track track = support_make_track(12, 2);
    int64_t ids[2] = {5, 3};
    support_write_nwb(seed("nwb", "matrix.nwb"),
                      &(support_nwb){.track = &track, .ids = ids, .compressed = true});
    support_write_nwb(seed("nwb", "units.nwb"), &(support_nwb){.track = &track, .units = true});
    support_write_nwb(seed("run_file", "other.nc"), &(support_nwb){.track = &track});
    matlab(&track, MAT_FT_MAT4, "v4.mat");
    matlab(&track, MAT_FT_MAT5, "v5.mat");
    matlab(&track, MAT_FT_MAT73, "v73.mat");
    char seed_of_csv[1024];
    snprintf(seed_of_csv, sizeof seed_of_csv, "%s", seed("csv", "a.csv"));
    support_write_csv(seed_of_csv, &track);
    support_write_npy(seed("numpy", "a.npy"), track.activity, track.frames, 2, false);
    session_bytes(&track);
    request(seed_of_csv);
    text("manifest", "name: a\nbins: 10\nrange: [0, 1]\nactive: {frames: 3}\nsignificance: "
                     "{shuffles: 9, kind: cyclic}\ncorrections: {methods: [SSR, BAE]}\n"
                     "defaults: {animal: a, activity: {name: x, columns: [1, 2]}}\n"
                     "sessions:\n  - {day: 1, metrics: {cells: 3}}\n");
    text("experiment", "name: a\nseed: 1\nworld: {task: random, samples: 5, input_dim: 3, "
                       "output_dim: 2}\nnetwork: {hidden: 10}\nlearning: {rule: sgd, "
                       "learning_rate: 0.1}\nrun: {steps: 100}\n");
    run("world: {task: random, samples: 4, input_dim: 3, output_dim: 2}\nnetwork: {hidden: 3}\n"
        "run: {steps: 10, records: 3, snapshots: 2}\n",
        "run.nc");
    run("network: {model: hebbian, inputs: ring, input_count: 4, neurons: 3}\n"
        "run: {settle: 5, steps: 10, records: 3, snapshots: 2}\n",
        "ring.nc");
    landscape();
    sweep();
    result();
    data_file();
    checkpoint();
    support_free_track(&track);
    return 0;
}
