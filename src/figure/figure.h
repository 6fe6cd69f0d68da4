/* The table of figures. Adding one: one file here and one line in figures.def. */
#ifndef ND_FIGURE_FIGURE_H
#define ND_FIGURE_FIGURE_H

#include "figure/plot.h"

typedef struct nd_figure_request {
    const char *const *inputs; /* run files, sweep folders, recordings, as the figure says */
    size_t input_count;
    const char *output;
    nd_plot_options plot;
} nd_figure_request;

typedef struct nd_figure {
    const char *name;    /* fig2, fig4a ... */
    const char *summary; /* what it shows */
    const char *inputs;  /* what it wants, e.g. "RUN.nc" or "SWEEP-FOLDER..." */
    size_t least_inputs, most_inputs;
    bool (*draw)(const nd_figure_request *request, nd_error *error);
} nd_figure;

const nd_figure *nd_figure_find(const char *name);
/* All of them, ended by one whose name is NULL. */
const nd_figure *nd_figures(void);

#endif
