/* Pictures of what is in memory: written for the figure into a folder of the call's own. */
#ifndef ND_API_DRAWING_H
#define ND_API_DRAWING_H

#include "base/place.h"

typedef struct nd_in_memory {
    const char *called; /* the file's name in that folder */
    bool (*save)(const void *what, const nd_place *place, nd_error *error);
    const void *what;
} nd_in_memory;

/* As nd_draw_figure of that one input. */
bool nd_draw_from_memory(const nd_in_memory *input, const char *name, const char *output,
                         bool replace, nd_error *remark, nd_error *error);

#endif
