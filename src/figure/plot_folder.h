/* The folder in which a picture's script and tables are written, OUTPUT.gnuplot.tmp-PLACE-PID until
 * it is removed or kept as OUTPUT.gnuplot. Files are made and removed one by one, by the names in
 * the list that the folder holds, through a descriptor that was opened without following a link:
 * whatever else lies there, or where a link of such a name leads, stays. */
#ifndef ND_FIGURE_PLOT_FOLDER_H
#define ND_FIGURE_PLOT_FOLDER_H

#include <stdio.h>

#include "nulldrift/base.h"

typedef struct nd_plot_folder nd_plot_folder;

/* A new folder beside `output`; what killed processes left of theirs is removed first. NULL with
 * `error` filled. */
nd_plot_folder *nd_plot_folder_new(const char *output, nd_error *error);
const char *nd_plot_folder_path(const nd_plot_folder *folder);

/* A file of the folder, opened for writing; NULL with errno set. */
FILE *nd_plot_folder_file(nd_plot_folder *folder, const char *name);
/* Enters a name that another program will write there; false with errno set. */
bool nd_plot_folder_enter(nd_plot_folder *folder, const char *name);

/* Leaves the folder as OUTPUT.gnuplot, without gnuplot's log. One that is there already becomes
 * OUTPUT.gnuplot~, and that in turn, if anything in it was changed or added since it was drawn,
 * OUTPUT.gnuplot~2 or the next free number: a script that was restyled is never lost. */
bool nd_plot_folder_keep(nd_plot_folder *folder, const char *output, nd_error *error);

/* Removes what was not kept, and frees. NULL is fine. */
void nd_plot_folder_free(nd_plot_folder *folder);

#endif
