#include "store/snapshot_pairs.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Does the file hold the variable over just these dimensions? */
static bool lies_over(const nd_nc *file, const char *variable, const char *wanted) {
    char name[ND_NC_NAME], dimensions[512];
    for (size_t i = 0; nd_nc_variable_at(file, i, name, dimensions, sizeof dimensions); i++)
        if (strcmp(name, variable) == 0)
            return strcmp(dimensions, wanted) == 0;
    return false;
}

static bool define_other_snapshots(nd_nc *file, nd_error *error) {
    size_t count;
    if (!nd_nc_dimension(file, "snapshot", &count, error) ||
        !nd_nc_define_dimension(file, "other_snapshot", count, error) ||
        !nd_nc_define(file, "other_snapshot_step", ND_NC_INT64, "other_snapshot", "1",
                      "updates made when the other snapshot of a pair was taken", error))
        return false;
    double *steps = nd_doubles(count, error);
    bool fine = steps && nd_nc_get(file, "snapshot_step", steps, count, error) &&
                nd_nc_put(file, "other_snapshot_step", steps, count, error);
    free(steps);
    return fine;
}

bool nd_define_snapshot_pairs(nd_nc *file, const char *name, const char *definition,
                              nd_error *error) {
    static const char old[] = "snapshot snapshot";
    if (lies_over(file, name, old))
        return nd_nc_define(file, name, ND_NC_DOUBLE, old, "1", definition, error);
    return define_other_snapshots(file, error) &&
           nd_nc_define(file, name, ND_NC_DOUBLE, "snapshot other_snapshot", "1", definition,
                        error);
}

bool nd_define_environment_pairs(nd_nc *file, const char *name, size_t environments,
                                 const char *definition, nd_error *error) {
    static const char old[] = "snapshot environment environment";
    if (lies_over(file, name, old))
        return nd_nc_define(file, name, ND_NC_DOUBLE, old, "1", definition, error);
    return nd_nc_define_dimension(file, "other_environment", environments, error) &&
           nd_nc_define(file, name, ND_NC_DOUBLE, "snapshot environment other_environment", "1",
                        definition, error);
}
