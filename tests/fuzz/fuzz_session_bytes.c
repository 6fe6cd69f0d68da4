/* What a child that has gone wrong might send. */
#include "fuzz.h"
#include "recording/session_bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    nd_buffer message = {0};
    nd_reading reading;
    nd_settings settings;
    double x[2] = {0.0, 1.0}, y[2] = {0.0, 1.0};
    nd_settings_default(&settings);
    if (nd_buffer_put(&message, data, size, &error) &&
        nd_reading_take(&message, &reading, &error)) {
        if (nd_reading_bin(&reading, &settings, x, y, &error))
            nd_session_check(&reading.session, &error);
        nd_reading_clear(&reading);
    }
    nd_buffer_free(&message);
    return 0;
}
