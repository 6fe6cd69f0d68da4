/* Shuffles and bias corrections on a session of the published sample's shape (146 active cells,
 * 3091 frames, 20 bins, 47 events a cell): one core, medians of several runs. */
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "measure/sample_curves.h"
#include "measure/shuffle.h"
#include "timing.h"

enum { FRAMES = 3091, CELLS = 146, BINS = 20, RUNS = 7 };

/* Back and forth along the track; cells with a field and real amplitudes. */
static bool make_session(nd_sparse_activity *sparse, nd_error *error) {
    double *activity = calloc((size_t)FRAMES * CELLS, sizeof *activity);
    int64_t bin[FRAMES];
    nd_stream stream = nd_stream_at(1, ND_FOR_TEST, 0, 0);
    for (size_t f = 0; f < FRAMES; f++) {
        size_t along = f % 120;
        bin[f] = (int64_t)((along < 60 ? along : 119 - along) / 3);
        for (size_t c = 0; c < CELLS; c++) {
            int64_t distance = bin[f] - (int64_t)(c % BINS);
            double rate = distance >= -2 && distance <= 2 ? 0.045 : 0.007;
            if (nd_stream_uniform(&stream) < rate)
                activity[f * CELLS + c] = 0.3 + nd_stream_uniform(&stream);
        }
    }
    bool fine = activity &&
                nd_sparse_activity_from(activity, FRAMES, CELLS, bin, BINS, 0.05, sparse, error);
    free(activity);
    return fine;
}

static double time_shuffles(const nd_binned *session, const size_t *cells, nd_shuffle kind,
                            double *p) {
    double seconds[RUNS];
    for (int run = 0; run < RUNS; run++) {
        double begin = processor_seconds();
        nd_shuffle_test(session, cells, CELLS, 1000, kind, 1, 1, p, NULL, NULL);
        seconds[run] = processor_seconds() - begin;
    }
    return median(seconds, RUNS);
}

static double time_curves(const nd_binned *session, const size_t *cells,
                          const nd_responses *responses) {
    double seconds[3];
    for (int run = 0; run < 3; run++) {
        nd_sample_curves curves;
        double begin = processor_seconds();
        nd_sample_curves_make(session, cells, CELLS, responses, ND_SAMPLE_FRACTIONS, 100, 1, 1, 1,
                              NULL, &curves, NULL);
        seconds[run] = processor_seconds() - begin;
        nd_sample_curves_clear(&curves);
    }
    return median(seconds, 3);
}

int main(void) {
    const double published = 9.6e-3; /* s a shuffle of the published code in GNU Octave */
    nd_sparse_activity sparse;
    nd_responses responses;
    nd_error error = {0};
    size_t cells[CELLS];
    double p[CELLS];
    for (size_t c = 0; c < CELLS; c++)
        cells[c] = c;
    if (!make_session(&sparse, &error) ||
        !nd_responses_choose(&sparse.view, cells, CELLS, &responses, &error))
        return 1;
    printf("session: %d cells x %d frames, %d bins, %.0f events a cell; one core\n", CELLS, FRAMES,
           BINS, (double)sparse.events.start[CELLS] / CELLS);
    double cyclic = time_shuffles(&sparse.view, cells, ND_SHUFFLE_CYCLIC, p) / 1000.0;
    double random = time_shuffles(&sparse.view, cells, ND_SHUFFLE_RANDOM, p) / 1000.0;
    printf("%-42s %10.1f us   %6.0f x the published code's 9.6 ms\n", "cyclic shuffle, all cells",
           1e6 * cyclic, published / cyclic);
    printf("%-42s %10.1f us   %6.0f x\n", "random shuffle, all cells", 1e6 * random,
           published / random);
    double curves = time_curves(&sparse.view, cells, &responses);
    printf("%-42s %10.2f s\n", "SSR and BAE curves, SI and MI, 100 reps", curves);
    nd_responses_clear(&responses);
    nd_sparse_activity_clear(&sparse);
    return 0;
}
