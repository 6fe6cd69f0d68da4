/* Every figure's drawing function, for the table in figure.c. */
#ifndef ND_FIGURE_FIGURES_H
#define ND_FIGURE_FIGURES_H

#include "figure/figure.h"

bool nd_figure_1(const nd_figure_request *request, nd_error *error);
bool nd_figure_5(const nd_figure_request *request, nd_error *error);
bool nd_figure_s2(const nd_figure_request *request, nd_error *error);
bool nd_figure_landscape(const nd_figure_request *request, nd_error *error);
bool nd_figure_2(const nd_figure_request *request, nd_error *error);
bool nd_figure_4a(const nd_figure_request *request, nd_error *error);
bool nd_figure_4b(const nd_figure_request *request, nd_error *error);
bool nd_figure_s1(const nd_figure_request *request, nd_error *error);
bool nd_figure_4c(const nd_figure_request *request, nd_error *error);
bool nd_figure_6(const nd_figure_request *request, nd_error *error);
bool nd_figure_environments(const nd_figure_request *request, nd_error *error);
bool nd_figure_hebbian_drift(const nd_figure_request *request, nd_error *error);
bool nd_figure_hebbian_diffusion(const nd_figure_request *request, nd_error *error);

/* Of recordings' results (figures of `nulldrift record -o`). */
bool nd_figure_3(const nd_figure_request *request, nd_error *error);
bool nd_figure_recording(const nd_figure_request *request, nd_error *error);
bool nd_figure_information(const nd_figure_request *request, nd_error *error);
bool nd_figure_beside(const nd_figure_request *request, nd_error *error);

#endif
