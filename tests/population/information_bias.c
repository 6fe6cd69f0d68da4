/* How far information corrected for limited sampling is off, on populations with a known truth: the
 * mean over populations of the session's metric less the truth of the same cells, all that are
 * active. information_bias [--populations=N] [--first-seed=S] SCENARIO FRAMES... */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "population.h"
#include "sessions/sessions.h"

enum { SHOWN = 6 };

typedef struct sums {
    size_t count;
    double sum[SHOWN], squares[SHOWN], block, cells;
} sums;

static void add(const population_scenario *scenario, population_size size, uint64_t seed,
                sums *all) {
    nd_recording *recording = population_make(scenario, size, seed);
    nd_session_result result;
    nd_error error = {0};
    double *information = calloc(recording->sessions[0].cells, sizeof *information), truth = 0.0;
    nd_settings settings = recording->settings;
    settings.shuffles = 0;
    settings.subsampling_repetitions = 10;
    settings.scaled_shuffle_reduction = settings.bounded_asymptotic_extrapolation = true;
    if (!nd_session_measure(&recording->sessions[0], &settings, 1, NULL, &result, &error)) {
        fprintf(stderr, "information_bias: %s\n", error.what);
        exit(1);
    }
    population_information(scenario, size, seed, recording, 0, information);
    bool blocks = result.metric[ND_METRIC_CORRECTION_BLOCK] > 1;
    double least = blocks ? 10 * result.metric[ND_METRIC_BURST_LENGTH] : 0, cells = 0, naive = 0;
    for (size_t i = 0; i < result.active; i++)
        if (result.cell[i].active_frames >= least) {
            truth += information[result.cell[i].index];
            naive += result.cell[i].information[ND_INFORMATION_BIT_SPIKE];
            cells++;
        }
    const double *corrected = result.metric + ND_METRIC_ACTIVE_CORRECTED;
    /* Without a test of place cells these metrics are of all active cells, by the published
     * formulas. */
    const double *published = result.metric + ND_METRIC_CORRECTED;
    size_t ssr = ND_CORRECTION_SCALED_SHUFFLE_REDUCTION * ND_INFORMATIONS;
    size_t bae = ND_CORRECTION_BOUNDED_ASYMPTOTIC_EXTRAPOLATION * ND_INFORMATIONS;
    double off[SHOWN] = {naive / cells,  corrected[ssr], corrected[bae],
                         published[ssr], published[bae], truth / cells};
    for (size_t k = 0; k < SHOWN; k++) {
        double value = k + 1 < SHOWN ? off[k] - truth / cells : off[k];
        all->sum[k] += value;
        all->squares[k] += value * value;
    }
    all->block += result.metric[ND_METRIC_CORRECTION_BLOCK];
    all->cells += cells;
    all->count++;
    free(information);
    nd_session_result_clear(&result);
    nd_recording_free(recording);
}

int main(int count, char **argument) {
    static const char *const names[SHOWN] = {"naive",         "SSR",           "BAE",
                                             "published SSR", "published BAE", "truth"};
    size_t populations = 100;
    uint64_t first_seed = 1;
    const population_scenario *scenario = NULL;
    for (int i = 1; i < count; i++) {
        if (strncmp(argument[i], "--populations=", 14) == 0) {
            populations = (size_t)atol(argument[i] + 14);
        } else if (strncmp(argument[i], "--first-seed=", 13) == 0) {
            first_seed = strtoull(argument[i] + 13, NULL, 10);
        } else if (!scenario) {
            scenario = population_find(argument[i]);
        } else {
            population_size size = population_usual();
            sums all = {0};
            size.sessions = 1;
            size.frames = (size_t)atol(argument[i]);
            for (size_t k = 0; k < populations; k++)
                add(scenario, size, first_seed + k, &all);
            printf("%s, %zu frames, blocks of %.1f, %.0f cells:", scenario->name, size.frames,
                   all.block / (double)all.count, all.cells / (double)all.count);
            for (size_t k = 0; k < SHOWN; k++) {
                double n = (double)all.count, mean = all.sum[k] / n;
                printf(" %s %+.4f (s.e. %.4f)", names[k], mean,
                       sqrt((all.squares[k] / n - mean * mean) / n));
            }
            printf("\n");
            fflush(stdout);
        }
    }
    return 0;
}
