#include "cli/run_output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/memory.h"

char *nd_default_output(const char *experiment_path, nd_error *error) {
    const char *slash = strrchr(experiment_path, '/');
    char *base = nd_text(slash ? slash + 1 : experiment_path, error);
    if (!base)
        return NULL;
    char *dot = strrchr(base, '.');
    if (dot && dot != base)
        *dot = '\0';
    char *output = nd_path_with(base, ".nc", error);
    free(base);
    return output;
}

double nd_mean_of_ten(const double *values, size_t first, size_t count) {
    double sum = 0;
    size_t taken = 0;
    for (size_t i = first; i < count && taken < 10; i++, taken++)
        sum += values[i];
    return taken ? sum / (double)taken : NAN;
}
