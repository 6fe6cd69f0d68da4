// The public header from C++: its functions are C's, its structures as they are.
#include <nulldrift.h>

#include <cstdio>
#include <cstring>

int main() {
    nd_error error = {};
    const char *text = "world: {task: random, samples: 5, input_dim: 20, output_dim: 5}\n"
                       "run: {steps: 100}\n";
    nd_experiment *experiment = nd_experiment_parse(text, "drift.cpp", nullptr, nullptr, 0, &error);
    nd_dataset *dataset = experiment ? nd_dataset_make(experiment, &error) : nullptr;
    nd_engine *engine = dataset ? nd_engine_open(experiment, dataset, 1, &error) : nullptr;
    bool fine = engine && nd_engine_advance(engine, 100, &error);
    nd_record record = {};
    if (fine)
        nd_engine_record(engine, &record);
    std::printf("version %s loss %g\n", nd_version(), record.loss);
    nd_engine_close(engine);
    if (dataset)
        nd_dataset_free(dataset);
    nd_experiment_free(experiment);
    return fine && record.loss > 0.0 ? 0 : 1;
}
