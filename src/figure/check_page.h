/* What the check of a recording draws: how a person sees that a recording was read right. */
#ifndef ND_FIGURE_CHECK_PAGE_H
#define ND_FIGURE_CHECK_PAGE_H

#include "figure/plot.h"
#include "recording/session.h"

/* Draws a page of the recording's first sessions with frames, a strip each: position, speed and the
 * cells' events over time; the place in space (in one dimension the time in each bin); how many
 * frames count, and why others do not. *drawn gets how many sessions there are on it. The picture
 * ends with a mark (nd_is_check_page). */
bool nd_draw_check_page(const nd_recording *recording, const char *output,
                        const nd_plot_options *options, size_t *drawn, nd_error *error);

/* Whether a file is such a page, which may be drawn again. */
bool nd_is_check_page(const char *path);

#endif
