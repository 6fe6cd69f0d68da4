#include "base/netcdf_waiting.h"

#include <netcdf.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/netcdf_lock.h"

/* One variable's. */
typedef struct kept {
    int variable;
    nd_nc_kind kind;
    void *values;
} kept;

struct nd_nc_waiting {
    kept *one;
    size_t count, room, bytes; /* bytes: of all values */
};

static int put(const nd_nc *file, int variable, nd_nc_kind kind, const void *values) {
    switch (kind) {
    case ND_NC_AS_DOUBLES:
        return nc_put_var_double(file->id, variable, values);
    case ND_NC_AS_INT64:
        return nc_put_var_longlong(file->id, variable, values);
    case ND_NC_AS_CHARACTERS:
        return nc_put_var_text(file->id, variable, values);
    default:
        return NC_EBADTYPE;
    }
}

static bool put_now(const nd_nc *file, int variable, nd_nc_kind kind, const void *values,
                    nd_error *error) {
    char name[NC_MAX_NAME + 1] = "";
    int status = put(file, variable, kind, values);
    if (status != NC_NOERR)
        (void)nc_inq_varname(file->id, variable, name);
    return status == NC_NOERR || nd_nc_failed(file, status, "writing", name, error);
}

static void forget(nd_nc_waiting *waiting) {
    for (size_t i = 0; i < waiting->count; i++)
        free(waiting->one[i].values);
    waiting->count = waiting->bytes = 0;
}

bool nd_nc_put_waiting(const nd_nc *file, nd_error *error) {
    ND_NC_ALONE;
    nd_nc_waiting *waiting = file->waiting;
    bool fine = true;
    for (size_t i = 0; waiting && fine && i < waiting->count; i++) {
        const kept *one = &waiting->one[i];
        fine = put_now(file, one->variable, one->kind, one->values, error);
    }
    if (waiting)
        forget(waiting);
    return fine;
}

void nd_nc_waiting_free(nd_nc_waiting *waiting) {
    if (!waiting)
        return;
    forget(waiting);
    free(waiting->one);
    free(waiting);
}

static bool keep(nd_nc_waiting *waiting, int variable, nd_nc_kind kind, const void *values,
                 size_t bytes, nd_error *error) {
    kept *grown = nd_grown(waiting->one, &waiting->room, waiting->count + 1, sizeof *grown, error);
    if (!grown)
        return false;
    waiting->one = grown;
    void *copy = nd_array(bytes, 1, error);
    if (!copy)
        return false;
    if (bytes)
        memcpy(copy, values, bytes);
    waiting->one[waiting->count++] = (kept){variable, kind, copy};
    waiting->bytes += bytes;
    return true;
}

bool nd_nc_put_later(nd_nc *file, int variable, nd_nc_kind kind, const void *values, size_t bytes,
                     nd_error *error) {
    enum { MOST = 1 << 18, MOST_OF_ALL = 1 << 22 };
    ND_NC_ALONE;
    if (!file->waiting && !(file->waiting = nd_array(1, sizeof *file->waiting, error)))
        return false;
    if (bytes <= MOST && file->waiting->bytes + bytes <= MOST_OF_ALL)
        return keep(file->waiting, variable, kind, values, bytes, error);
    return nd_nc_put_waiting(file, error) && put_now(file, variable, kind, values, error);
}
