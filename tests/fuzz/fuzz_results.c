/* Results of recordings, landscapes and drift measures: netCDF files that figures and tables are
 * made of. */
#include "base/child.h"
#include "fuzz.h"
#include "store/drift_file.h"
#include "store/landscape_file.h"
#include "store/recording_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    const char *path = fuzz_file(data, size);
    nd_become_child();
    nd_recording_result_free(nd_recording_file_read(path, &error));
    nd_landscape_free(nd_landscape_read(path, &error));
    nd_drift_read_free(nd_drift_file_get(path, &error));
    return 0;
}
