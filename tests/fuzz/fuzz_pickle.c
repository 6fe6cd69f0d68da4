#include <stdlib.h>

#include "fuzz.h"
#include "recording/pickle.h"

/* Everything that readers ask of a pickle: its root, entries, and numbers of all of them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const keys[] = {"fs", "frames_per_folder", "a"};
    nd_error error = {0};
    nd_pickle *pickle = nd_pickle_read(data, size, "fuzz", &error);
    if (!pickle)
        return 0;
    nd_pickled root = nd_pickle_root(pickle);
    char text[16];
    for (size_t i = 0; i < nd_pickle_parts(pickle, root); i++)
        (void)nd_pickle_text(pickle, nd_pickle_part(pickle, root, i), text, sizeof text);
    for (size_t k = 0; k <= sizeof keys / sizeof *keys; k++) {
        double *values = NULL;
        size_t rows, columns;
        nd_pickled value =
            k < sizeof keys / sizeof *keys ? nd_pickle_entry(pickle, root, keys[k]) : root;
        if (value != ND_PICKLED_NONE)
            (void)nd_pickle_numbers(pickle, value, &values, &rows, &columns, &error);
        free(values);
    }
    nd_pickle_free(pickle);
    return 0;
}
