#include "cli/outputs.h"

#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/memory.h"

/* OUT.nc of OUT.pdf; free() it. */
static char *result_beside(const char *output, nd_error *error) {
    char *path = nd_array(strlen(output) + sizeof ".nc", 1, error);
    if (!path)
        return NULL;
    strcpy(path, output);
    char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    if (dot && dot > (slash ? slash + 1 : path))
        *dot = '\0';
    return strcat(path, ".nc");
}

nd_place *nd_output_place(const nd_arguments *arguments, const char *output,
                          const char *const *inputs, size_t count, nd_error *error) {
    nd_place *place = nd_place_find(output, error);
    if (!place)
        return NULL;
    char *result = result_beside(output, error);
    nd_outputs outputs = {.inputs = inputs,
                          .inputs_count = count,
                          .force = nd_flag(arguments, "force"),
                          .result = result};
    bool fine =
        result && nd_output_allowed(&outputs, output, error) && nd_check_writable(output, error);
    free(result);
    if (fine)
        return place;
    nd_place_free(place);
    return NULL;
}
