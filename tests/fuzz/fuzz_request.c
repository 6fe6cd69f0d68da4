/* What the reader is asked for: a manifest's sessions as bytes (recording/request_bytes.h). */
#include "fuzz.h"
#include "recording/request_bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    nd_buffer request = {0};
    nd_task task = {0};
    if (nd_buffer_put(&request, data, size, &error)) {
        (void)nd_task_take(&request, &task, &error);
        nd_task_clear(&task);
    }
    nd_buffer_free(&request);
    return 0;
}
