#include "fuzz.h"
#include "store/run_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    nd_run *run = nd_run_open(fuzz_file(data, size), &error);
    if (run)
        nd_run_close(run);
    return 0;
}
