/* Where the tests of the readers play. */
#ifndef ND_TESTS_STAGE_H
#define ND_TESTS_STAGE_H

#include "recordings.h"

/* A temporary folder and a track to be written into it: set and cleared around each test. */
typedef struct support_stage {
    char *folder;
    support_track track;
} support_stage;

int support_set_stage(void **state, size_t frames, size_t cells);
int support_clear_stage(void **state);
/* The path of a file in the stage's folder; good until the next call. */
const char *support_at(const support_stage *stage, const char *name);

#endif
