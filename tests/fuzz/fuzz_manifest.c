#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "recording/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    char *text = calloc(size + 1, 1);
    memcpy(text, data, size);
    nd_manifest_free(nd_manifest_parse(text, "fuzz.yaml", "/nowhere", &error));
    free(text);
    return 0;
}
