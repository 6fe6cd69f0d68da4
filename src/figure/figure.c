#include "figure/figures.h"

#include <string.h>

static const nd_figure figures[] = {
    {"fig1", "the paper's Figure 1: undirected and directed movement, from walkers", "LANDSCAPE.nc",
     1, 1, nd_figure_1},
    {"fig5", "the paper's Figure 5: walks to the flat, sparse networks, eigenvalues that fall",
     "[LANDSCAPE.nc] [SWEEP-FOLDER] RUN.nc...", 1, 1000, nd_figure_5},
    {"figS2", "Figure 5, supplement 1: update noise against label noise over runs", "RUN.nc...", 1,
     1000, nd_figure_s2},
    {"landscape", "Figure 5A alone: x^2 y^2 and a walk on it", "LANDSCAPE.nc", 1, 1,
     nd_figure_landscape},
    {"fig2", "the paper's Figure 2: world, loss, information and sparsity, rate maps, drift",
     "RUN.nc", 1, 1, nd_figure_2},
    {"fig6", "the activation matrix at the start and the end, and both sparsity measures off it",
     "RUN.nc", 1, 1, nd_figure_6},
    {"environments", "rate maps across the environments of one run, and how alike they are",
     "RUN.nc", 1, 1, nd_figure_environments},
    {"fig4a", "the paper's Figure 4A: fraction active units of every run of a sweep, and the mean",
     "SWEEP-FOLDER", 1, 1, nd_figure_4a},
    {"fig4b", "the paper's Figure 4B: final active fraction and timescale against update noise",
     "SWEEP-FOLDER", 1, 1, nd_figure_4b},
    {"figS1", "Figure 4, supplement 1: both measures of sparsity by rule and noise", "SWEEP-FOLDER",
     1, 1, nd_figure_s1},
    {"fig4c", "the paper's Figure 4C: error and sparsity of a Hebbian network, the phases as bands",
     "HEBBIAN-RUN.nc", 1, 1, nd_figure_4c},
    {"hebbian-drift", "fields of a Hebbian network at three times, their likeness and displacement",
     "HEBBIAN-RUN.nc [FORWARD-NOISE.nc] [LATERAL-NOISE.nc]", 1, 3, nd_figure_hebbian_drift},
    {"hebbian-diffusion", "the diffusion constant against neurons, noise and learning rate",
     "SWEEP-FOLDER", 1, 1, nd_figure_hebbian_diffusion},
    {"fig3", "the paper's Figure 3: activity and information of recordings against time",
     "RESULT.nc...", 1, 8, nd_figure_3},
    {"recording", "rate maps of registered cells from session to session, and their correlation",
     "RESULT.nc", 1, 1, nd_figure_recording},
    {"information", "naive, shuffled and corrected information against sample fraction",
     "RESULT.nc", 1, 1, nd_figure_information},
    {"beside", "a simulation beside a recording: sparsity, information, maps, correlation",
     "RUN.nc RESULT.nc", 2, 2, nd_figure_beside},
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
