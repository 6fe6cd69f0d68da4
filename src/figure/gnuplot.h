/* gnuplot itself: run on the script of a folder, its words kept apart into errors and warnings. */
#ifndef ND_FIGURE_GNUPLOT_H
#define ND_FIGURE_GNUPLOT_H

#include "nulldrift/base.h"

/* Runs gnuplot on FOLDER/plot.gp, in a UTF-8 locale of its own whatever the user's: labels hold
 * degree signs and Greek letters. What it says goes to FOLDER/gnuplot.log, which is removed where
 * it is empty. Whether the picture is drawn, the exit status says and `picture`, which must then be
 * there; words alone never fail. It writes within FOLDER alone, reads programs, fonts and FOLDER,
 * and starts no other program, as far as the system can withhold it (base/sandbox.h).
 *
 * Fails, naming `output`, with the complaint that ended the script. Where gnuplot drew and yet said
 * something (a font that is not there, an empty range), `remark` (may be NULL) holds it. */
bool nd_gnuplot_run(const char *folder, const char *picture, const char *output, nd_error *remark,
                    nd_error *error);

#endif
