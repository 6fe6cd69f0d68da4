/* A sweep's own file, YAML. */
#include <stdlib.h>

#include "fuzz.h"
#include "sweep/sweep_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    char *text = NULL;
    nd_sweep_file_free(nd_sweep_file_read(fuzz_file(data, size), &text, &error));
    free(text);
    return 0;
}
