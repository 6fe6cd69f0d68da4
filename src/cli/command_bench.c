/* nulldrift bench: what the engine takes, beside the floors and the PyTorch loop. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/growth.h"
#include "cli/outputs.h"
#include "engine/benchmark.h"
#include "figure/plot.h"

/* Without --full, no more than this many steps of a case. */
static const uint64_t SHORT_STEPS = 100000;

/* The PyTorch loop beside which the engine is measured. */
typedef struct loop {
    const char *path;  /* NULL: none */
    char version[128]; /* what it said of itself last */
} loop;

/* The peer's median microseconds per step of a case, by the first Python here that has PyTorch; 0
 * where none has. */
static double peer_microseconds(loop *peer, char letter) {
    char command[1024], line[128] = "", *rest;
    if (!peer->path)
        return 0;
    snprintf(command, sizeof command, ND_BY_ANY_PYTHON("'%s' %c 3000"), peer->path, letter);
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): the user's own file */
    if (!pipe)
        return 0;
    if (!fgets(line, sizeof line, pipe))
        line[0] = 0;
    pclose(pipe);
    line[strcspn(line, "\n")] = 0;
    double microseconds = strtod(line, &rest);
    if (microseconds > 0)
        snprintf(peer->version, sizeof peer->version, "%s", rest);
    return microseconds;
}

static void print_floors(bool as_json) {
    double peak = nd_benchmark_peak(false) * 1e-9, single = nd_benchmark_peak(true) * 1e-9;
    if (as_json) {
        nd_json json = nd_json_begin(stdout);
        nd_json_text(&json, "kernels", nd_benchmark_instructions());
        nd_json_number(&json, "peak_double", 1e9 * peak); /* fused multiply-adds per second */
        nd_json_number(&json, "peak_single", 1e9 * single);
        nd_json_number(&json, "gaussian_nanoseconds_double", nd_benchmark_gaussian(false));
        nd_json_number(&json, "gaussian_nanoseconds_single", nd_benchmark_gaussian(true));
        nd_json_end(&json);
        return;
    }
    printf("Kernels: %s\n", nd_benchmark_instructions());
    printf("Peak, one core: %.1f (double), %.1f (single) x 10^9 fused multiply-adds per second\n",
           peak, single);
    printf("Bulk Gaussians: %.2f ns each for double runs, %.2f ns for single\n\n",
           nd_benchmark_gaussian(false), nd_benchmark_gaussian(true));
}

static void print_case_json(const nd_benchmark_case *which, bool single, uint64_t steps,
                            const nd_benchmark *result, double share, double theirs, double ratio) {
    char letter[2] = {which->letter, 0};
    nd_json json = nd_json_begin(stdout);
    nd_json_text(&json, "case", letter);
    nd_json_text(&json, "summary", which->summary);
    nd_json_text(&json, "precision", single ? "single" : "double");
    nd_json_count(&json, "steps", steps);
    nd_json_number(&json, "awake_units", result->awake_units);
    nd_json_number(&json, "microseconds_per_step", result->microseconds_per_step);
    nd_json_number(&json, "median_microseconds", result->median_microseconds);
    nd_json_number(&json, "nanoseconds_per_unit",
                   1e3 * result->microseconds_per_step / result->awake_units);
    nd_json_number(&json, "peak_share", share);
    nd_json_number(&json, "pytorch_microseconds", theirs > 0 ? theirs : NAN);
    nd_json_number(&json, "pytorch_ratio", theirs > 0 ? ratio : NAN);
    nd_json_end(&json);
    fflush(stdout);
}

static bool print_case(const nd_benchmark_case *which, bool full, bool single, loop *peer,
                       bool as_json, nd_error *error) {
    const char *sets[] = {single ? "run.precision=single" : "run.precision=double"};
    uint64_t steps = full || which->steps < SHORT_STEPS ? which->steps : SHORT_STEPS;
    nd_benchmark result;
    double before = peer_microseconds(peer, which->letter);
    if (!nd_benchmark_run(which->experiment, sets, 1, steps, &result, error))
        return false;
    double theirs = 0.5 * (before + peer_microseconds(peer, which->letter));
    double rate = result.multiplications_per_step / result.microseconds_per_step * 1e6;
    /* A and F are whole runs, whose cost changes on the way: their mean counts. */
    bool whole = which->letter == 'A' || which->letter == 'F';
    double share = rate / nd_benchmark_peak(single);
    double ratio = theirs / (whole ? result.microseconds_per_step : result.median_microseconds);
    if (as_json) {
        print_case_json(which, single, steps, &result, share, theirs, ratio);
        return true;
    }
    printf("%c%-7s %9llu %8.1f %9.3f %9.3f %8.1f %7.0f%%", which->letter, single ? " single" : "",
           (unsigned long long)steps, result.awake_units, result.microseconds_per_step,
           result.median_microseconds, 1e3 * result.microseconds_per_step / result.awake_units,
           100 * share);
    if (theirs > 0)
        printf(" %9.1f %8.3g", theirs, ratio);
    else if (peer->path)
        printf(" %9s %8s", "none", "-"); /* it gave no number: no PyTorch, most likely */
    putchar('\n');
    fflush(stdout);
    return true;
}

static bool is_case(char letter) {
    const nd_benchmark_case *which = nd_benchmark_cases();
    while (which->letter && which->letter != letter)
        which++;
    return which->letter != 0;
}

/* Are these letters of cases, and a peer that can be read? Either may be NULL. */
static bool check(const char *letters, const char *peer, nd_error *error) {
    for (const char *letter = letters; letter && *letter; letter++)
        if (!is_case(*letter))
            return nd_fail(error, "--cases", "give some of the letters A to F",
                           "'%s' names no case by '%c'", letters, *letter);
    if (letters && !*letters)
        return nd_fail(error, "--cases", "give some of the letters A to F", "names no case");
    if (!peer)
        return true;
    if (strchr(peer, '\''))
        return nd_fail(error, peer, "move the file", "its path must be without '");
    FILE *file = fopen(peer, "r");
    if (!file)
        return nd_fail_errno(error, peer, "the source's is bench/peer_pytorch.py",
                             "cannot be opened");
    fclose(file);
    return true;
}

static int run(const nd_arguments *arguments) {
    nd_error error = {0};
    int code = ND_EXIT_FINE;
    const char *letters = nd_value(arguments, "cases");
    loop peer = {.path = nd_value(arguments, "peer")};
    if (!check(letters, peer.path, &error))
        return nd_report(&error);
    const char *picture = nd_value(arguments, "picture");
    nd_place *place = picture ? nd_output_place(arguments, picture, NULL, 0, &error) : NULL;
    if (picture && (!place || !nd_can_draw(picture, &error))) {
        nd_place_free(place);
        return nd_report(&error);
    }
    bool as_json = nd_flag(arguments, "json");
    print_floors(as_json);
    if (!as_json)
        printf("case        steps    awake   us/step    median   ns/unit    peak%s\n",
               peer.path ? "   PyTorch    ratio" : "");
    for (const nd_benchmark_case *which = nd_benchmark_cases(); which->letter; which++) {
        if (letters && !strchr(letters, which->letter))
            continue;
        for (int single = 0; single <= (which->letter == 'F'); single++)
            if (!print_case(which, nd_flag(arguments, "full"), single, &peer, as_json, &error)) {
                code = nd_report(&error);
                error = (nd_error){0};
            }
    }
    for (const nd_benchmark_case *which = nd_benchmark_cases(); which->letter; which++)
        if (!as_json && (!letters || strchr(letters, which->letter)))
            printf("\n%c: %s", which->letter, which->summary);
    if (*peer.version)
        fprintf(as_json ? stderr : stdout, "\nPyTorch:%s", peer.version);
    if (!as_json)
        putchar('\n');
    bool fine = (!picture && !nd_flag(arguments, "growth")) || nd_growth(place, as_json, &error);
    nd_place_free(place);
    if (!fine)
        return nd_report(&error);
    return code;
}

static const nd_option OPTIONS[] = {
    {'c', "cases", "LETTERS", "Only these of the cases A to F."},
    {0, "full", NULL, "The cases at their full length (A 10^7 steps, F 10^6): some minutes."},
    {0, "peer", "FILE",
     "Run this PyTorch loop (bench/peer_pytorch.py) before and after each case, by python3 or "
     "/usr/bin/python3, whichever has PyTorch."},
    {0, "growth", NULL,
     "Also how the cost grows with units, samples, inputs, outputs and active units."},
    ND_OPTION_FORCE,
    {0, "picture", "FILE", "Draw that growth into FILE (.png, .pdf, .svg, .eps)."},
    ND_OPTION_JSON,
    {0, NULL, NULL, NULL},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift bench", "every case, at most 10^5 steps each"},
    {"nulldrift bench --cases AB --full --peer bench/peer_pytorch.py", "ratios against PyTorch"},
    {NULL, NULL},
};

const nd_command nd_command_bench = {
    .name = "bench",
    .usage = "[OPTIONS]",
    .summary = "measure the engine's speed on this machine",
    .description =
        "Times the engine's standard cases on one core, in processor time: the mean and the median "
        "microseconds per step, nanoseconds per awake unit and step, and the share of the "
        "processor's peak that the dense arithmetic of the awake units would need (what the engine "
        "skips counts as done). PyTorch's column is the mean of two medians, before and after. A "
        "case that fails is reported, and the others go on."
        "\n\nA long run is cheaper per step than its beginning: units fall silent and sleep.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 0,
    .most = 0,
    .run = run,
};
