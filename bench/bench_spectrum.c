/* Exact and Gauss-Newton spectra, on one core, beside PyTorch's automatic Hessian and symmetric
 * eigensolver where it is there: processor seconds, medians, ratios in this one run.
 *
 *     bench_spectrum [--full]     --full: the exact spectrum of the fresh Figure 2 network, too
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/error.h"
#include "base/platform.h"
#include "engine/benchmark.h"
#include "experiment/start.h"
#include "flatness/spectrum.h"
#include "network/network.h"
#include "timing.h"
#include "world/world.h"

typedef struct problem {
    nd_experiment *experiment;
    nd_dataset *dataset;
    nd_parameters *parameters;
} problem;

static void need(bool fine, const nd_error *error) {
    char line[2048];
    if (fine)
        return;
    fprintf(stderr, "bench_spectrum: %s\n", nd_error_line(error, line, sizeof line));
    exit(1);
}

static problem make(const char *text, size_t awake) {
    nd_error error = {0};
    problem made = {.experiment = nd_experiment_parse(text, "bench", NULL, NULL, 0, &error)};
    need(made.experiment != NULL, &error);
    need((made.dataset = nd_dataset_make(made.experiment, &error)) != NULL, &error);
    made.parameters = nd_initial_parameters(made.experiment, made.dataset, &error);
    need(made.parameters != NULL, &error);
    /* All but the first `awake` units fall silent. */
    for (size_t j = awake; j < made.parameters->hidden; j++)
        made.parameters->bias[j] = -1e3;
    return made;
}

static void unmake(problem *made) {
    nd_parameters_free(made->parameters);
    nd_dataset_free(made->dataset);
    nd_experiment_free(made->experiment);
}

typedef bool (*method)(const nd_linearization *point, nd_spectrum *spectrum, nd_error *error);

static bool exact(const nd_linearization *point, nd_spectrum *spectrum, nd_error *error) {
    return nd_hessian_spectrum(point, nd_available_bytes(), spectrum, error);
}

/* Median seconds of `repeats` (at most 101) spectra, the linearization included. */
static double seconds_of(const problem *of, method by, size_t repeats, nd_spectrum *spectrum) {
    double seconds[101];
    nd_error error = {0};
    for (size_t i = 0; i < repeats; i++) {
        nd_spectrum_free(spectrum);
        double begin = processor_seconds();
        nd_linearization *point =
            nd_linearize(of->parameters, of->dataset,
                         nd_activation_find(of->experiment->network.activation), &error);
        need(point != NULL, &error);
        need(by(point, spectrum, &error), &error);
        nd_linearization_free(point);
        seconds[i] = processor_seconds() - begin;
    }
    return median(seconds, repeats);
}

static bool write_network(const problem *of, const char *path) {
    const nd_dataset *data = of->dataset;
    const nd_parameters *p = of->parameters;
    double head[4] = {(double)data->samples, (double)data->inputs, (double)data->outputs,
                      (double)p->hidden};
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    size_t inputs = data->samples * data->inputs, targets = data->samples * data->outputs;
    bool fine = fwrite(head, sizeof *head, 4, file) == 4 &&
                fwrite(data->input, sizeof(double), inputs, file) == inputs &&
                fwrite(data->target, sizeof(double), targets, file) == targets &&
                fwrite(p->input_weights, sizeof(double), nd_parameter_count(p), file) ==
                    nd_parameter_count(p);
    return fclose(file) == 0 && fine;
}

/* Seconds that PyTorch takes for the same spectrum, NaN where it is not there; checks that the
 * largest, the smallest and the sum agree. */
static double peer_seconds(const problem *of, const nd_spectrum *spectrum) {
    char path[] = "/tmp/nulldrift-bench-XXXXXX", command[512];
    double seconds = NAN, largest, smallest, sum, ours = 0;
    int id = mkstemp(path);
    FILE *pipe = NULL;
    if (id < 0 || !write_network(of, path))
        return NAN;
    snprintf(command, sizeof command, ND_BY_ANY_PYTHON("bench/peer_hessian.py %s 1"), path);
    if ((pipe = popen(command, "r")) &&
        fscanf(pipe, "%lf %lf %lf %lf", &seconds, &largest, &smallest, &sum) == 4) {
        for (size_t i = 0; i < spectrum->count; i++)
            ours += spectrum->eigenvalue[i];
        double worst = fmax(fabs(spectrum->eigenvalue[0] - largest),
                            fabs(spectrum->eigenvalue[spectrum->count - 1] - smallest));
        worst = fmax(worst, fabs(ours - sum));
        printf("    agrees with PyTorch to %.1e of the largest eigenvalue\n", worst / largest);
    } else
        seconds = NAN;
    if (pipe)
        pclose(pipe);
    remove(path);
    return seconds;
}

static void against_peer(const char *name, size_t awake, double aim) {
    problem of = make("name: bench\nseed: 1\n"
                      "world: {task: random, samples: 5, input_dim: 20, output_dim: 5}\n"
                      "network: {hidden: 100, initialisation: rich}\n",
                      awake);
    nd_spectrum spectrum = {0};
    double ours = seconds_of(&of, exact, 21, &spectrum);
    printf("%s: exact spectrum of %zu parameters as an eigenproblem of size %zu, %.3g ms\n", name,
           spectrum.parameters, spectrum.count, 1e3 * ours);
    double theirs = peer_seconds(&of, &spectrum);
    if (!isnan(theirs))
        printf("    PyTorch %.2f s: %.0f times as long (aim: %.0f)\n", theirs, theirs / ours, aim);
    nd_spectrum_free(&spectrum);
    unmake(&of);
}

static void figure_2(const char *name, size_t awake, bool with_exact) {
    problem of = make("name: figure-2\nseed: 1\n"
                      "world: {task: predictive-track, samples: 150, input_dim: 17, size_x: 1, "
                      "size_y: 14, kernel: 0.09, fov_fraction: 8, speed: 0.2, heading_noise: 0}\n"
                      "network: {hidden: 500, initialisation: lazy}\n",
                      awake);
    nd_spectrum spectrum = {0};
    double seconds = seconds_of(&of, nd_gauss_newton_spectrum, 3, &spectrum);
    printf("%s: Gauss-Newton spectrum of %zu parameters (%zu square) %.2f s; 51 snapshots %.0f s "
           "(aim: 120)\n",
           name, spectrum.parameters, spectrum.count, seconds, 51 * seconds);
    if (with_exact) {
        seconds = seconds_of(&of, exact, 1, &spectrum);
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        printf("%s: exact spectrum as an eigenproblem of size %zu, %.1f s; peak memory %.2f GB\n",
               name, spectrum.count, seconds, (double)usage.ru_maxrss / 1e6);
    }
    nd_spectrum_free(&spectrum);
    unmake(&of);
}

int main(int count, char **arguments) {
    bool full = count > 1 && strcmp(arguments[1], "--full") == 0;
    against_peer("fresh network", 100, 50);
    against_peer("sparse network, 10 of 100 units awake", 10, 2000);
    figure_2("Figure 2, as sparse as at its end", 180, true);
    figure_2("Figure 2, fresh", 500, full);
    if (!full)
        printf("(the exact spectrum of the fresh Figure 2 network, two minutes: --full)\n");
    return 0;
}
