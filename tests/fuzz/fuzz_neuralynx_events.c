#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {NULL};
    fuzz_format(&nd_format_neuralynx_events, data, size, names);
    return 0;
}
