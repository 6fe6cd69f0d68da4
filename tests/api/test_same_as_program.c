/* What the library's functions give is what the program writes, to the last bit: a table of calls,
 * each beside what it is held against. Files and pictures are made by the program itself, and all
 * that is called is public. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "same_table.h"

enum { SAMPLES = 60, HIDDEN = 12, RECORDS = 31, SNAPSHOTS = 4, STEPS = 900, BINS = 100 };

static const char EXPERIMENT[] =
    "world: {task: predictive-track, samples: 60, input_dim: 3}\nnetwork: {hidden: 12}\n"
    "learning: {update_noise: 0.05}\nrun: {steps: 900, records: 31, snapshots: 4}\n";
static const char RING[] = "network: {model: hebbian, neurons: 6, input_count: 30}\n"
                           "learning: {noise_forward: 0.01}\n"
                           "run: {steps: 200, records: 3, snapshots: 3}\n";
static const char SWEEP[] = "name: small\nbase: |\n"
                            "  world: {task: random, samples: 4, input_dim: 5, output_dim: 3}\n"
                            "  network: {hidden: 10}\n  run: {steps: 100, records: 20}\n"
                            "grid:\n  - {key: learning.rule, values: [sgd, adam]}\n";
static const char MANIFEST[] =
    "name: made\nposition_unit: m\nactivity_unit: spikes\nbins: 20\n"
    "significance: {shuffles: 30}\ncorrections: {repetitions: 3}\n"
    "defaults: {animal: M1, environment: track, registered: true}\nsessions:\n"
    "  - {label: one, day: 1, file: 0.csv}\n  - {label: two, day: 2, file: 1.csv}\n"
    "  - {label: three, day: 4, file: 2.csv}\n";

/* ---- Data set, engine, run ---- */

static void engines(made *with) {
    nd_error error = {0};
    nd_dataset_arrays view;
    size_t samples, inputs, outputs;
    nd_dataset_shape(with->dataset, &samples, &inputs, &outputs);
    nd_dataset_view(with->dataset, &view);
    held(with, "nd_dataset_inputs", "inputs", nd_dataset_inputs(with->dataset), samples * inputs);
    held(with, "nd_dataset_targets", "targets", nd_dataset_targets(with->dataset),
         samples * outputs);
    held(with, "nd_dataset_position", "position", nd_dataset_position(with->dataset), samples);
    held(with, "nd_dataset_view", "heading", view.heading, samples);
    held(with, "nd_dataset_view", "wall_texture", view.wall_texture, view.texture);
    char *text = nd_experiment_text(with->experiment, &error);
    nd_attribute_view attribute;
    for (size_t i = 0; nd_contents_attribute(with->run, NULL, i, &attribute); i++)
        if (strcmp(attribute.name, "experiment") == 0)
            same_text(with, "nd_experiment_text", "the attribute experiment", text, attribute.text);
    nd_free(text);
    nd_engine *engine = nd_engine_open(with->experiment, with->dataset, 1, &error),
              *other = nd_engine_open(with->experiment, with->dataset, 1, &error);
    nd_followed_engine *followed = nd_followed_engine_new(engine, &error);
    nd_parameters *now = nd_parameters_new(HIDDEN, inputs, outputs, &error);
    assert_fine(engine && other && followed && now, &error);
    double loss[RECORDS], active[RECORDS], units[RECORDS];
    void *bytes;
    size_t length;
    for (size_t r = 0; r < RECORDS; r++) {
        uint64_t step = r * STEPS / (RECORDS - 1);
        nd_record record;
        assert_fine(nd_engine_advance(engine, step, &error) &&
                        nd_followed_engine_take(followed, engine, r % 10 == 0, &error),
                    &error);
        nd_engine_record(engine, &record);
        loss[r] = record.loss;
        active[r] = record.active_fraction;
        units[r] = record.fraction_active_units;
        if (r == 7) {
            assert_fine(nd_engine_save(engine, &bytes, &length, &error), &error);
            assert_fine(nd_engine_load(other, bytes, length, &error) &&
                            nd_engine_advance(other, STEPS, &error),
                        &error);
            nd_free(bytes);
        }
    }
    held(with, "nd_engine_record", "loss", loss, RECORDS);
    held(with, "nd_engine_record", "active_fraction", active, RECORDS);
    held(with, "nd_engine_record", "fraction_active_units", units, RECORDS);
    for (int loaded = 0; loaded < 2; loaded++) {
        const char *call = loaded ? "nd_engine_load" : "nd_engine_parameters";
        nd_engine_parameters(loaded ? other : engine, now);
        held_in_row(with, call, "input_weights", SNAPSHOTS - 1, now->input_weights,
                    HIDDEN * inputs);
        held_in_row(with, call, "bias", SNAPSHOTS - 1, now->bias, HIDDEN);
        held_in_row(with, call, "output_weights", SNAPSHOTS - 1, now->output_weights,
                    outputs * HIDDEN);
    }
    nd_contents *ours = nd_followed_engine_contents(followed, &error),
                *theirs = nd_contents_open(in(with, "plain.nc"), &error);
    assert_fine(ours && theirs, &error);
    same_contents(with, "nd_followed_engine_contents", "`nulldrift run`", ours, theirs);
    nd_contents_close(ours);
    nd_contents_close(theirs);
    if (system("command -v gnuplot >/dev/null") == 0) {
        program(with, "figure fig2 plain.nc -o theirs.svg");
        assert_fine(nd_draw_followed_engine("fig2", followed, in(with, "followed.svg"), false, NULL,
                                            &error),
                    &error);
        const char *const input = in(with, "plain.nc");
        assert_fine(nd_draw_figure("fig2", &input, 1, in(with, "file.svg"), false, NULL, &error),
                    &error);
        char *picture = support_text(in(with, "theirs.svg")),
             *traced = support_text(in(with, "followed.svg")),
             *drawn = support_text(in(with, "file.svg"));
        same_text(with, "nd_draw_followed_engine", "the picture of `nulldrift figure fig2`", traced,
                  picture);
        same_text(with, "nd_draw_figure", "the picture of `nulldrift figure fig2`", drawn, picture);
        free(picture);
        free(traced);
        free(drawn);
    }
    nd_parameters_free(now);
    nd_followed_engine_free(followed);
    nd_engine_close(engine);
    nd_engine_close(other);
}

static void runs(made *with) {
    nd_error error = {0};
    const nd_outcome done = ND_RUN_COMPLETE;
    assert_fine(nd_simulate(with->experiment, in(with, "simulated.nc"), NULL, NULL, &error) == done,
                &error);
    same_files(with, "nd_simulate", "`nulldrift run`", "simulated.nc", "plain.nc");
    assert_fine(nd_simulate_on(with->experiment, with->dataset, in(with, "on.nc"), NULL, NULL,
                               &error) == done,
                &error);
    same_files(with, "nd_simulate_on", "`nulldrift run`", "on.nc", "plain.nc");
    const char *const more[] = {"run.steps=1200"};
    assert_fine(nd_continue_file(in(with, "simulated.nc"), more, 1, in(with, "longer.nc"), NULL,
                                 NULL, &error) == done,
                &error);
    program(with, "run --continue plain.nc --set run.steps=1200 -o theirs-longer.nc -q");
    same_files(with, "nd_continue_file", "`nulldrift run --continue`", "longer.nc",
               "theirs-longer.nc");
    const nd_spectrum_request flat = {.exact = true, .lanczos = true, .relax = true};
    assert_fine(nd_measure_file(in(with, "on.nc"), NULL, &error), &error);
    same_files(with, "nd_measure_file", "`nulldrift measure`", "on.nc", "measured.nc");
    assert_fine(nd_drift_file(in(with, "on.nc"), 1, &error), &error);
    same_files(with, "nd_drift_file", "`nulldrift measure --drift`", "on.nc", "drift.nc");
    assert_fine(nd_spectrum_file(in(with, "simulated.nc"), &flat, NULL, &error), &error);
    same_files(with, "nd_spectrum_file", "`nulldrift spectrum`", "simulated.nc", "flat.nc");
}

/* ---- Measures ---- */

static void network_of(const made *with, size_t snapshot, nd_parameters *into) {
    nd_error error = {0};
    assert_fine(
        nd_contents_row(with->run, "input_weights", snapshot, into->input_weights,
                        into->hidden * into->inputs, &error) &&
            nd_contents_row(with->run, "bias", snapshot, into->bias, into->hidden, &error) &&
            nd_contents_row(with->run, "output_weights", snapshot, into->output_weights,
                            into->outputs * into->hidden, &error),
        &error);
}

static void measures(made *with) {
    nd_error error = {0};
    size_t inputs, outputs;
    nd_dataset_shape(with->dataset, NULL, &inputs, &outputs);
    nd_parameters *network = nd_parameters_new(HIDDEN, inputs, outputs, &error);
    double directed[SAMPLES], occupancy[BINS], values[HIDDEN], activity[SAMPLES * HIDDEN];
    double *maps = calloc((size_t)SNAPSHOTS * HIDDEN * BINS, sizeof *maps);
    bool use[SNAPSHOTS * HIDDEN];
    int64_t bin[SAMPLES];
    assert_fine(
        nd_direct_positions(nd_dataset_position(with->dataset), SAMPLES, directed, &error) &&
            nd_bin_frames(&(nd_axis){.position = directed, .bins = BINS}, 1, SAMPLES, bin, &error),
        &error);
    for (size_t s = 0; s < SNAPSHOTS; s++) {
        double *curves = maps + s * HIDDEN * BINS;
        network_of(with, s, network);
        assert_fine(nd_forward(network, "relu", nd_dataset_inputs(with->dataset), SAMPLES, activity,
                               NULL, &error),
                    &error);
        const nd_matrix matrix = {ND_FLOAT64,    SAMPLES, HIDDEN, activity, HIDDEN * sizeof(double),
                                  sizeof(double)};
        assert_fine(nd_tuning(&matrix, bin, BINS, occupancy, curves, &error), &error);
        held_in_row(with, "nd_tuning", "tuning_curves", s, curves, (size_t)HIDDEN * BINS);
        if (s == 0)
            held(with, "nd_tuning", "occupancy", occupancy, BINS);
    }
    nd_curve_measure measure;
    for (size_t k = 0; nd_curve_measure_describe(k, &measure); k++)
        for (size_t s = 0; s < SNAPSHOTS; s++) {
            assert_fine(nd_measure_curves(measure.name, maps + s * HIDDEN * BINS, occupancy, HIDDEN,
                                          BINS, values, &error),
                        &error);
            for (size_t u = 0; k == 0 && u < HIDDEN; u++)
                use[s * HIDDEN + u] = values[u] > 0.01;
            if (s == SNAPSHOTS - 1)
                held_in_row(with, "nd_measure_curves", measure.name, s, values, HIDDEN);
        }
    double of_maps[SNAPSHOTS * SNAPSHOTS], of_vectors[SNAPSHOTS * SNAPSHOTS];
    assert_fine(
        nd_smooth_maps(maps, (size_t)SNAPSHOTS * HIDDEN, 1, BINS, 6, false, &error) &&
            nd_correlate_maps(maps, use, SNAPSHOTS, HIDDEN, BINS, of_maps, of_vectors, &error),
        &error);
    held(with, "nd_correlate_maps", "rate_map_correlation", of_maps, SNAPSHOTS * SNAPSHOTS);
    held(with, "nd_correlate_maps", "population_vector_correlation", of_vectors,
         SNAPSHOTS * SNAPSHOTS);
    nd_parameters_free(network);
    free(maps);
}

/* ---- Flatness ---- */

/* Eigenvalues that are not zero, as files hold them: NaN beyond. */
static void spectrum(made *with, const nd_point *point, nd_curvature curvature,
                     const char *variable, size_t row) {
    nd_error error = {0};
    nd_variable_view view;
    double *eigenvalues, largest = 0;
    size_t count, kept = 0;
    assert_fine(nd_point_spectrum(point, curvature, 0, &eigenvalues, &count, &error) &&
                    nd_contents_find(with->run, variable, &view, &error),
                &error);
    size_t width = view.shape[1];
    double *values = calloc(width + count, sizeof *values);
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(eigenvalues[i]));
    for (size_t i = 0; i < count; i++)
        if (fabs(eigenvalues[i]) > 1e-10 * largest)
            values[kept++] = eigenvalues[i];
    for (size_t i = kept; i < width; i++)
        values[i] = NAN;
    assert_true(kept > 3 && kept <= width);
    held_in_row(with, "nd_point_spectrum", variable, row, values, width);
    nd_free(eigenvalues);
    free(values);
}

static void flatness(made *with) {
    nd_error error = {0};
    enum { AT = 1 };
    size_t inputs, outputs;
    nd_key_value seed;
    nd_dataset_shape(with->dataset, NULL, &inputs, &outputs);
    nd_parameters *network = nd_parameters_new(HIDDEN, inputs, outputs, &error);
    network_of(with, AT, network);
    nd_point *point = nd_point_open(network, with->dataset, "relu", &error);
    assert_fine(point && nd_experiment_get(with->experiment, "seed", &seed, &error), &error);
    double loss = nd_point_loss(point, true), trace = nd_point_trace(point);
    held_in_row(with, "nd_point_loss", "hessian_loss", AT, &loss, 1);
    held_in_row(with, "nd_point_trace", "hessian_trace", AT, &trace, 1);
    spectrum(with, point, ND_CURVATURE_HESSIAN, "eigenvalues", AT);
    spectrum(with, point, ND_CURVATURE_GAUSS_NEWTON, "gauss_newton_eigenvalues", AT);
    nd_spectrum_ends ends;
    assert_fine(nd_point_ends(point, seed.count, 0, &ends, &error), &error);
    held_in_row(with, "nd_point_ends", "lanczos_largest", AT, &ends.largest, 1);
    held_in_row(with, "nd_point_ends", "lanczos_smallest", AT, &ends.smallest, 1);
    nd_eigenvalue_density density;
    assert_fine(nd_point_density(point, seed.count, 0, 0, &density, &error), &error);
    held_in_row(with, "nd_point_density", "lanczos_trace", AT, &density.trace, 1);
    held_in_row(with, "nd_point_density", "spectral_density", AT, density.count, ND_DENSITY_LENGTH);
    nd_drift_found found;
    assert_fine(
        nd_find_drift_direction(with->experiment, with->dataset, network,
                                &(nd_drift_trial){.branches = 8, .steps = 50, .relax = true}, NULL,
                                &found, &error),
        &error);
    static const char *const names[] = {"log_sum", "trace"};
    for (int kind = 0; kind < 2; kind++) {
        char name[60];
        snprintf(name, sizeof name, "drift_%s_cosine", names[kind]);
        held_in_row(with, "nd_find_drift_direction", name, AT, &found.match[kind].cosine, 1);
        snprintf(name, sizeof name, "drift_%s_p", names[kind]);
        held_in_row(with, "nd_find_drift_direction", name, AT, &found.match[kind].p, 1);
    }
    nd_relaxing relaxing;
    assert_fine(nd_relax_network(network, with->dataset, "relu", NULL, &relaxing, &error), &error);
    held_in_row(with, "nd_relax_network", "relaxed_distance", AT, &relaxing.distance, 1);
    nd_point_close(point);
    nd_parameters_free(network);
}

static void landscape(made *with) {
    nd_error error = {0};
    enum { WALKERS = 3, POINTS = 5 };
    double step[POINTS], x[WALKERS * POINTS], y[WALKERS * POINTS];
    nd_contents *run = with->run;
    program(with, "landscape --walkers 3 --steps 100 --records 5 --drift-walkers 0 -o walks.nc -q");
    with->run = nd_contents_open(in(with, "walks.nc"), &error);
    nd_landscape_walks walks = {.seed = 1,
                                .walkers = WALKERS,
                                .records = POINTS,
                                .steps = 100,
                                .learning_rate = 0.05,
                                .noise = 0.1,
                                .start_x = 1.5,
                                .start_y = 1.1};
    assert_fine(with->run && nd_walk_landscape(&walks, step, x, y, &error), &error);
    held(with, "nd_walk_landscape", "step", step, POINTS);
    held(with, "nd_walk_landscape", "x", x, WALKERS * POINTS);
    held(with, "nd_walk_landscape", "y", y, WALKERS * POINTS);
    nd_contents_close(with->run);
    with->run = run;
}

static void hebbian(made *with) {
    nd_error error = {0};
    enum { INPUTS = 30, NEURONS = 6, TIMES = 3 };
    nd_contents *run = with->run;
    write_text(in(with, "ring.yaml"), RING);
    program(with, "hebbian ring.yaml -o ring.nc -q");
    with->run = nd_contents_open(in(with, "ring.nc"), &error);
    nd_experiment *experiment = nd_experiment_load(in(with, "ring.yaml"), NULL, 0, &error);
    nd_engine *engine = experiment ? nd_hebbian_open(experiment, 1, &error) : NULL;
    assert_fine(with->run && engine, &error);
    double responses[TIMES][INPUTS * NEURONS];
    for (size_t t = 0; t < TIMES; t++)
        assert_fine(nd_engine_advance(engine, 100 * t, &error) &&
                        nd_hebbian_respond(engine, responses[t], &error),
                    &error);
    held(with, "nd_hebbian_respond", "responses", responses[0], TIMES * INPUTS * NEURONS);
    assert_fine(nd_simulate(experiment, in(with, "our-ring.nc"), NULL, NULL, &error) ==
                    ND_RUN_COMPLETE,
                &error);
    same_files(with, "nd_simulate (hebbian)", "`nulldrift hebbian`", "our-ring.nc", "ring.nc");
    nd_engine_close(engine);
    nd_experiment_free(experiment);
    nd_contents_close(with->run);
    with->run = run;
}

/* ---- Recordings and sweeps ---- */

enum { SESSIONS = 3, FRAMES = 1200, CELLS = 5 };

/* Up and down a track of 100 places, cells that fire around places of their own, a little elsewhere
 * from session to session. */
static double spikes_at(size_t session, size_t frame, size_t cell) {
    size_t along = frame % 200, place = along < 100 ? along : 199 - along;
    size_t away = (place + 100 - 20 * cell - 3 * session) % 100;
    return (away < 9 && (frame * 7919 + 31 * cell) % 5 < 3) || (frame * 31 + cell * 7) % 97 == 0;
}

static double place_at(size_t frame) {
    size_t along = frame % 200;
    return (double)(along < 100 ? along : 199 - along);
}

static void write_recording(const made *with) {
    write_text(in(with, "made.yaml"), MANIFEST);
    for (size_t s = 0; s < SESSIONS; s++) {
        char name[20];
        snprintf(name, sizeof name, "%zu.csv", s);
        FILE *file = fopen(in(with, name), "w");
        assert_non_null(file);
        fputs("time,position", file);
        for (size_t c = 0; c < CELLS; c++)
            fprintf(file, ",cell_%zu", c + 1);
        for (size_t f = 0; f < FRAMES; f++) {
            fprintf(file, "\n%.17g,%g", 0.0625 * (double)f, place_at(f));
            for (size_t c = 0; c < CELLS; c++)
                fprintf(file, ",%g", spikes_at(s, f, c));
        }
        fputs("\n", file);
        fclose(file);
    }
}

static nd_analysis *analyse_arrays(void) {
    nd_error error = {0};
    static double activity[FRAMES * CELLS], position[FRAMES];
    static const int64_t ids[CELLS] = {1, 2, 3, 4, 5};
    static const char *const labels[] = {"one", "two", "three"};
    static const double days[] = {1, 2, 4};
    nd_session_settings settings = nd_session_settings_usual();
    settings.bins = 20;
    settings.shuffles = 30;
    settings.repetitions = 3;
    nd_sessions *sessions = nd_sessions_new(&settings, "made", "m", "spikes", &error);
    assert_fine(sessions != NULL, &error);
    for (size_t s = 0; s < SESSIONS; s++) {
        for (size_t f = 0; f < FRAMES; f++) {
            position[f] = place_at(f);
            for (size_t c = 0; c < CELLS; c++)
                activity[f * CELLS + c] = spikes_at(s, f, c);
        }
        const nd_session_arrays one = {.animal = "M1",
                                       .environment = "track",
                                       .label = labels[s],
                                       .day = days[s],
                                       .activity = {ND_FLOAT64, FRAMES, CELLS, activity,
                                                    CELLS * sizeof(double), sizeof(double)},
                                       .frame_seconds = 0.0625,
                                       .position = position,
                                       .cell_id = ids};
        assert_fine(nd_sessions_add(sessions, &one, &error), &error);
    }
    nd_analysis *analysis = nd_sessions_analyse(sessions, 1, NULL, &error);
    assert_fine(analysis != NULL, &error);
    nd_sessions_free(sessions);
    return analysis;
}

static void recordings(made *with) {
    nd_error error = {0};
    static const char against[] = "`nulldrift record`";
    write_recording(with);
    program(with, "record made.yaml -o theirs --picture none -q");
    nd_contents *theirs = nd_contents_open(in(with, "theirs.nc"), &error);
    nd_analysis *arrays = analyse_arrays();
    nd_analysis *manifest = nd_manifest_analyse(in(with, "made.yaml"), 1, NULL, &error);
    assert_fine(theirs && manifest, &error);
    for (int read = 0; read < 2; read++) {
        nd_contents *ours = nd_analysis_contents(read ? manifest : arrays, &error);
        assert_fine(ours != NULL, &error);
        same_contents(with, read ? "nd_manifest_analyse" : "nd_sessions_analyse", against, ours,
                      theirs);
        nd_contents_close(ours);
    }
    assert_fine(nd_analysis_save(arrays, in(with, "ours.nc"), false, &error), &error);
    same_files(with, "nd_analysis_save", against, "ours.nc", "theirs.nc");
    if (system("command -v gnuplot >/dev/null") == 0) {
        program(with, "figure recording theirs.nc -o recording.svg");
        assert_fine(
            nd_draw_analysis("recording", arrays, in(with, "analysis.svg"), false, NULL, &error),
            &error);
        char *ours = support_text(in(with, "analysis.svg")),
             *picture = support_text(in(with, "recording.svg"));
        same_text(with, "nd_draw_analysis", "the picture of `nulldrift figure recording`", ours,
                  picture);
        free(ours);
        free(picture);
    }
    nd_contents_close(theirs);
    nd_analysis_free(arrays);
    nd_analysis_free(manifest);
}

static void sweeps(made *with) {
    nd_error error = {0};
    write_text(in(with, "sweep.yaml"), SWEEP);
    write_text(in(with, "published.csv"),
               "rule,update_noise,label_noise,active_units_ratio,active_fraction_ratio\n"
               "sgd,0,0,0.5,0.5\nsgd,0,0,0.9,0.9\n");
    program(with, "sweep run sweep.yaml -o store -q");
    for (int json = 0; json < 2; json++) {
        char *ours = nd_tabulate_sweep(in(with, "store"), json, json, &error);
        program(with, json ? "sweep table store --all-keys --json" : "sweep table store");
        char *theirs = support_text(in(with, "program.out"));
        assert_fine(ours != NULL, &error);
        same_text(with, "nd_tabulate_sweep", json ? "`sweep table --json`" : "`sweep table`", ours,
                  theirs);
        nd_free(ours);
        free(theirs);
    }
    char *beside =
        nd_compare_sweep(in(with, "store"), in(with, "published.csv"), true, NULL, &error);
    assert_fine(beside != NULL, &error);
    program(with, "sweep compare store published.csv --json");
    char *said = support_text(in(with, "program.out"));
    same_text(with, "nd_compare_sweep", "`sweep compare --json`", beside, said);
    free(said);
    nd_free(beside);
}

static void test_the_table(void **state) {
    (void)state;
    nd_error error = {0};
    made with = {.folder = support_folder()};
    write_text(in(&with, "e.yaml"), EXPERIMENT);
    with.experiment = nd_experiment_load(in(&with, "e.yaml"), NULL, 0, &error);
    with.dataset = with.experiment ? nd_dataset_make(with.experiment, &error) : NULL;
    assert_fine(with.dataset != NULL, &error);
    program(&with, "run e.yaml -o plain.nc -q");
    char line[1000];
    snprintf(line, sizeof line, "cd '%s' && cp plain.nc measured.nc && cp plain.nc flat.nc",
             with.folder);
    assert_int_equal(system(line), 0);
    program(&with, "measure measured.nc -q");
    program(&with, "spectrum flat.nc --exact --lanczos --relax -q");
    snprintf(line, sizeof line, "cd '%s' && cp measured.nc drift.nc && cp flat.nc all.nc",
             with.folder);
    assert_int_equal(system(line), 0);
    program(&with, "measure drift.nc --drift -q");
    program(&with, "measure all.nc -q");
    program(&with, "drift-direction all.nc --snapshot 1 --branches 8 --steps 50 -q");
    with.run = nd_contents_open(in(&with, "all.nc"), &error);
    assert_fine(with.run != NULL, &error);
    engines(&with);
    runs(&with);
    measures(&with);
    flatness(&with);
    landscape(&with);
    hebbian(&with);
    recordings(&with);
    sweeps(&with);
    printf("%zu calls give what the program writes, to the last bit\n", with.calls);
    assert_between("calls", (double)with.calls, 30, 1000);
    nd_contents_close(with.run);
    nd_dataset_free(with.dataset);
    nd_experiment_free(with.experiment);
    support_remove(with.folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
