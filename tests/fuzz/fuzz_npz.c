#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"events", "position", NULL};
    fuzz_format(&nd_format_npz, data, size, names);
    return 0;
}
