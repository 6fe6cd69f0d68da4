/* Results of recordings, landscapes, and activity for tuning: netCDF files that figures and tables
 * are made of. */
#include "analyse/tuning_file.h"
#include "base/child.h"
#include "fuzz.h"
#include "store/landscape_file.h"
#include "store/recording_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    const char *path = fuzz_file(data, size);
    nd_become_child();
    nd_recording_result_free(nd_recording_file_read(path, &error));
    nd_landscape_free(nd_landscape_read(path, &error));
    return 0;
}
