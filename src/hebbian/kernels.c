#include "hebbian/kernels.h"

#include "base/random.h"

#include <string.h>

static void draw(const nd_hebbian_update *update, nd_purpose purpose, size_t row) {
    nd_random_gaussians(update->seed, purpose, (uint32_t)row, update->step, update->neurons,
                        update->scratch);
}

void nd_learn_forward(const nd_hebbian_update *update, const double *sender, size_t rows,
                      double *weights) {
    const double *restrict y = update->receiver, *restrict noise = update->scratch;
    if (update->noise == 0)
        memset(update->scratch, 0, update->neurons * sizeof *update->scratch);
    for (size_t k = 0; k < rows; k++) {
        if (update->noise != 0)
            draw(update, ND_FOR_HEBBIAN_FORWARD, k);
        double *restrict row = weights + k * update->neurons;
        double push = update->rate * sender[k];
        for (size_t i = 0; i < update->neurons; i++)
            row[i] = update->keep * row[i] + push * y[i] + update->noise * noise[i];
    }
}

void nd_learn_lateral(const nd_hebbian_update *update, double *weights) {
    const double *restrict y = update->receiver, *restrict noise = update->scratch;
    if (update->noise == 0)
        memset(update->scratch, 0, update->neurons * sizeof *update->scratch);
    for (size_t k = 0; k < update->neurons; k++) {
        if (update->noise != 0)
            draw(update, ND_FOR_HEBBIAN_LATERAL, k);
        double *restrict row = weights + k * update->neurons;
        double push = update->rate * y[k];
        for (size_t i = 0; i < update->neurons; i++) {
            double next = update->keep * row[i] + push * y[i] + update->noise * noise[i];
            row[i] = next > 0 ? next : 0;
        }
    }
}
