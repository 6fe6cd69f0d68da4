#include "api/drawing.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "nulldrift/files.h"

/* A folder of this call's own; empty `folder` on failure. */
static bool make_folder(char *folder, size_t size, nd_error *error) {
    const char *place = getenv("TMPDIR");
    int length =
        snprintf(folder, size, "%s/nulldrift-drawing-XXXXXX", place && place[0] ? place : "/tmp");
    if (length > 0 && (size_t)length < size && mkdtemp(folder))
        return true;
    nd_fail_errno(error, folder, "set TMPDIR to a folder that can be written to", "cannot be made");
    folder[0] = '\0';
    return false;
}

bool nd_draw_from_memory(const nd_in_memory *input, const char *name, const char *output,
                         bool replace, nd_error *remark, nd_error *error) {
    char folder[1000], path[1100];
    if (!make_folder(folder, sizeof folder, error))
        return false;
    snprintf(path, sizeof path, "%s/%s", folder, input->called);
    const char *const file = path;
    nd_place *place = nd_place_find(path, error);
    bool drawn = place && input->save(input->what, place, error) &&
                 nd_draw_figure(name, &file, 1, output, replace, remark, error);
    nd_place_free(place);
    (void)unlink(path);
    (void)rmdir(folder);
    return drawn;
}
