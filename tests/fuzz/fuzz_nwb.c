#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {
        "/units", "linear_position", "/processing/ophys/Deconvolved/data", "Deconvolved/*", NULL};
    fuzz_format(&nd_format_nwb, data, size, names);
    return 0;
}
