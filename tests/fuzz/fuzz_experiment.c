#include <stdlib.h>
#include <string.h>

#include "experiment/experiment.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    char *text = calloc(size + 1, 1);
    memcpy(text, data, size);
    nd_experiment_free(nd_experiment_parse(text, "fuzz.yaml", "/nowhere", NULL, 0, &error));
    free(text);
    return 0;
}
