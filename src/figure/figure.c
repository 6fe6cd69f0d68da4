#include "figure/figures.h"

#include <string.h>

static const nd_figure figures[] = {
#define FIGURE(...) {__VA_ARGS__},
#include "figure/figures.def"
#undef FIGURE
    {0},
};

const nd_figure *nd_figures(void) {
    return figures;
}

const nd_figure *nd_figure_find(const char *name) {
    for (const nd_figure *figure = figures; figure->name; figure++)
        if (strcmp(figure->name, name) == 0)
            return figure;
    return NULL;
}
