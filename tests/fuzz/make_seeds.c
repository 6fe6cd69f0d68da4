/* make_seeds FOLDER: a tiny corpus for every target, FOLDER/fuzz_NAME/..., from the same writers
 * as the tests' files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "recording/session_bytes.h"
#include "recordings.h"

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
    support_write_csv(seed("csv", "a.csv"), &track);
    support_write_npy(seed("numpy", "a.npy"), track.activity, track.frames, 2, false);
    session_bytes(&track);
    text("manifest", "name: a\nbins: 10\nrange: [0, 1]\nactive: {frames: 3}\nsignificance: "
                     "{shuffles: 9, kind: cyclic}\ncorrections: {methods: [SSR, BAE]}\n"
                     "defaults: {animal: a, activity: {name: x, columns: [1, 2]}}\n"
                     "sessions:\n  - {day: 1, metrics: {cells: 3}}\n");
    text("experiment", "name: a\nseed: 1\nworld: {task: random, samples: 5, input_dim: 3, "
                       "output_dim: 2}\nnetwork: {hidden: 10}\nlearning: {rule: sgd, "
                       "learning_rate: 0.1}\nrun: {steps: 100}\n");
    support_free_track(&track);
    return 0;
}
