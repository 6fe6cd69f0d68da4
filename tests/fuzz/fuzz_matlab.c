#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"spikes{1}",      "spikes", "x",
                                        "spikes{1}.data", "s(1).a", NULL};
    fuzz_format(&nd_format_matlab, data, size, names);
    return 0;
}
