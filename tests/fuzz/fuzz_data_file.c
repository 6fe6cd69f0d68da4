/* netCDF files of a user's own data: a world's, and activity for tuning curves. */
#include <stdio.h>

#include "analyse/tuning_file.h"
#include "base/child.h"
#include "base/place.h"
#include "experiment/experiment.h"
#include "fuzz.h"
#include "world/dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char out[] = "/dev/shm/nulldrift-fuzz-tuning.nc";
    nd_error error = {0};
    char set[100];
    const char *path = fuzz_file(data, size), *sets[] = {set};
    nd_become_child();
    snprintf(set, sizeof set, "world.path=%s", path);
    nd_experiment *experiment =
        nd_experiment_parse("world: {task: file, path: x}\nnetwork: {hidden: 3}\n"
                            "run: {steps: 1}\n",
                            "fuzz.yaml", NULL, sets, 1, &error);
    if (experiment)
        nd_dataset_free(nd_dataset_make(experiment, &error));
    nd_experiment_free(experiment);
    nd_tuning_options options = {.bins = 4};
    nd_tuning_summary summary;
    nd_place *place = nd_place_find(out, &error);
    if (place && nd_tuning_file(path, place, &options, &summary, &error))
        (void)remove(out);
    nd_place_free(place);
    return 0;
}
