/* A sweep's store: whatever database is there, all that commands ask of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "store/sweep_store.h"

static bool visit(int64_t id, const char *experiment, const nd_sweep_result *result, void *context,
                  nd_error *error) {
    (void)error;
    double *sum = context;
    *sum += (double)id + (double)strlen(experiment) + result->metrics[0];
    for (size_t i = 0; i < result->records; i++)
        *sum += (double)result->step[i] + (double)result->log10_loss[i] +
                (double)result->active_fraction[i] + (double)result->fraction_active_units[i];
    return true;
}

static bool visit_owner(const char *owner, void *context, nd_error *error) {
    (void)error;
    *(double *)context += (double)strlen(owner);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    nd_sweep_status status;
    double sum = 0;
    const char *path = fuzz_file(data, size);
    char beside[128], *text = NULL;
    size_t length;
    nd_sweep_store *store = nd_sweep_store_open(path, &error);
    FILE *out = store ? open_memstream(&text, &length) : NULL;
    if (out) {
        nd_sweep_store_status(store, &status, &error);
        nd_sweep_store_owners(store, visit_owner, &sum, &error);
        nd_sweep_store_each(store, visit, &sum, &error);
        nd_sweep_store_write_table(store, true, false, out, &error);
        nd_sweep_store_write_table(store, false, true, out, &error);
        fclose(out);
        free(text);
    }
    nd_sweep_store_close(store);
    static const char *const endings[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(beside, sizeof beside, "%s%s", path, endings[i]);
        unlink(beside);
    }
    return 0;
}
