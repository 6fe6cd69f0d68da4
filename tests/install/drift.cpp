// The public header from C++: its functions are C's, its structures as they are. Something of every
// part is called.
#include <nulldrift.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

namespace {

nd_error error = {};

// Says what failed, where something did.
bool all(bool fine, const char *part) {
    char line[1600];
    if (!fine)
        std::fprintf(stderr, "%s: %s\n", part, nd_error_line(&error, line, sizeof line));
    return fine;
}

// experiment.h, dataset.h, engine.h, followed_engine.h, contents.h, flatness.h
bool network() {
    const char *text = "world: {task: random, samples: 5, input_dim: 20, output_dim: 5}\n"
                       "run: {steps: 100}\nnetwork: {hidden: 6}\n";
    nd_experiment *experiment = nd_experiment_parse(text, "drift.cpp", nullptr, nullptr, 0, &error);
    nd_dataset *dataset = experiment ? nd_dataset_make(experiment, &error) : nullptr;
    nd_engine *engine = dataset ? nd_engine_open(experiment, dataset, 1, &error) : nullptr;
    nd_followed_engine *followed = engine ? nd_followed_engine_new(engine, &error) : nullptr;
    bool fine = followed && nd_engine_advance(engine, 100, &error) &&
                nd_followed_engine_take(followed, engine, true, &error);
    nd_record record = {};
    if (fine)
        nd_engine_record(engine, &record);
    nd_contents *contents = fine ? nd_followed_engine_contents(followed, &error) : nullptr;
    double loss = 0;
    fine = contents && nd_contents_numbers(contents, "loss", &loss, 1, &error) &&
           loss == record.loss && loss > 0;
    nd_parameters *parameters = nd_parameters_new(6, 20, 5, &error);
    nd_engine_parameters(engine, parameters);
    nd_point *point = parameters ? nd_point_open(parameters, dataset, "relu", &error) : nullptr;
    fine = fine && point && nd_point_loss(point, true) > 0 && nd_point_count(point) == 6 * 26;
    std::printf("version %s loss %g\n", nd_version(), record.loss);
    nd_point_close(point);
    nd_parameters_free(parameters);
    nd_contents_close(contents);
    nd_followed_engine_free(followed);
    nd_engine_close(engine);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
    return all(fine, "network");
}

// hebbian.h
bool hebbian() {
    const char *const sets[] = {"network.model=hebbian", "network.neurons=4",
                                "network.input_count=10"};
    nd_experiment *experiment = nd_experiment_new(sets, 3, &error);
    nd_engine *engine = experiment ? nd_hebbian_open(experiment, 1, &error) : nullptr;
    std::vector<double> responses(40);
    bool fine = engine && nd_engine_advance(engine, 3, &error) &&
                nd_hebbian_respond(engine, responses.data(), &error);
    nd_engine_close(engine);
    nd_experiment_free(experiment);
    return all(fine, "hebbian");
}

// measure.h, recording.h, drift.h
bool animal() {
    const std::vector<double> place = {0, 1, 2, 3, 3, 2, 1, 0}, spikes = {1, 0, 0, 0, 0, 0, 0, 1};
    std::vector<int64_t> bin(place.size());
    nd_axis axis = {};
    axis.position = place.data();
    axis.bins = 4;
    const nd_matrix activity = {ND_FLOAT64,    spikes.size(),  1,
                                spikes.data(), sizeof(double), sizeof(double)};
    double occupancy[4], curve[4];
    bool fine = nd_bin_frames(&axis, 1, place.size(), bin.data(), &error) &&
                nd_tuning(&activity, bin.data(), 4, occupancy, curve, &error) && curve[0] == 1 &&
                curve[3] == 0;
    nd_session_settings settings = nd_session_settings_usual();
    settings.shuffles = 2;
    settings.repetitions = 1;
    nd_sessions *sessions = nd_sessions_new(&settings, "mouse", "m", "spikes", &error);
    nd_followed_layout layout = {};
    layout.cells = 1;
    layout.bins_x = 4;
    nd_followed_cells *cells = nd_followed_cells_new(&layout, &error);
    for (int day = 0; day < 2; day++) {
        nd_session_arrays session = {};
        session.day = day;
        session.activity = activity;
        session.frame_seconds = 0.1;
        session.position = place.data();
        nd_followed_session followed = {};
        followed.time = day;
        followed.maps = curve;
        fine = fine && sessions && cells && nd_sessions_add(sessions, &session, &error) &&
               nd_followed_cells_add(cells, &followed, &error);
    }
    nd_analysis *analysis = fine ? nd_sessions_analyse(sessions, 1, nullptr, &error) : nullptr;
    nd_contents *drift = fine ? nd_followed_cells_drift(cells, 1, 1, &error) : nullptr;
    fine = analysis && drift && nd_analysis_columns(analysis, ND_TABLE_SESSIONS) > 10;
    nd_contents_close(drift);
    nd_analysis_free(analysis);
    nd_followed_cells_free(cells);
    nd_sessions_free(sessions);
    return all(fine, "animal");
}

// run.h, files.h, sweep.h: what they say of what is not there
bool files() {
    nd_figure_description figure = {};
    bool fine = nd_figure_describe(0, &figure) && figure.name;
    fine = fine && nd_simulate(nullptr, "x.nc", nullptr, nullptr, &error) == ND_RUN_FAILED &&
           error.code == ND_CODE_ARGUMENT;
    fine = fine && !nd_measure_file("/no/such/file", nullptr, &error);
    nd_sweep_counts counts = {};
    fine = fine && !nd_count_sweep("/no/such/folder", &counts, &error) && error.what[0];
    return all(fine, "files");
}

} // namespace

int main() {
    return network() && hebbian() && animal() && files() ? 0 : 1;
}
