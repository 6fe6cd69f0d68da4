#include "stage.h"

#include <stdio.h>
#include <stdlib.h>

#include "support.h"

int support_set_stage(void **state, size_t frames, size_t cells) {
    support_stage *stage = calloc(1, sizeof *stage);
    stage->folder = support_folder();
    stage->track = support_make_track(frames, cells);
    *state = stage;
    return 0;
}

int support_clear_stage(void **state) {
    support_stage *stage = *state;
    support_free_track(&stage->track);
    support_remove(stage->folder);
    free(stage);
    return 0;
}

const char *support_at(const support_stage *stage, const char *name) {
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", stage->folder, name);
    return path;
}
