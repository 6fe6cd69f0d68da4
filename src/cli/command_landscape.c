#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/json.h"
#include "base/netcdf_names.h"
#include "base/shown.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "figure/figure.h"
#include "store/landscape_file.h"

static bool read_options(const nd_arguments *arguments, nd_landscape_options *options, double *axis,
                         double *drift_noise, double *drift_walkers) {
    double seed, walkers, records, steps, threads;
    if (!nd_number_value(arguments, "seed", 0, 9e15, 1, &seed) ||
        !nd_number_value(arguments, "walkers", 1, 1e7, 400, &walkers) ||
        !nd_number_value(arguments, "records", 2, 1e7, 2001, &records) ||
        !nd_number_value(arguments, "steps", 1, 1e12, 20000, &steps) ||
        !nd_number_value(arguments, "learning-rate", 0, 10, 0.05, &options->learning_rate) ||
        !nd_number_value(arguments, "noise", 0, 1e3, 0.1, &options->noise) ||
        !nd_number_value(arguments, "start-x", -1e3, 1e3, 1.5, &options->start_x) ||
        !nd_number_value(arguments, "start-y", -1e3, 1e3, 1.1, &options->start_y) ||
        !nd_number_value(arguments, "axis", 1e-3, 1e3, 1, axis) ||
        !nd_number_value(arguments, "drift-noise", 1e-12, 1e3, 0.05, drift_noise) ||
        !nd_number_value(arguments, "drift-walkers", 0, 1e7, 4000, drift_walkers) ||
        !nd_number_value(arguments, "threads", 1, 1024, 1, &threads))
        return false;
    options->seed = (uint64_t)seed;
    options->walkers = (size_t)walkers;
    options->records = (size_t)records;
    options->steps = (uint64_t)steps;
    options->threads = (unsigned)threads;
    return true;
}

static bool measure_drift(nd_landscape *landscape, size_t walkers, nd_error *error) {
    nd_landscape_options options = landscape->options;
    options.walkers = walkers;
    options.steps = 2000;
    options.start_x = landscape->drift_axis;
    options.noise = landscape->drift_noise;
    landscape->drift_measured = true;
    return nd_landscape_measure_drift(&options, &landscape->drift, error);
}

static void print_drift(const nd_landscape *landscape) {
    const nd_landscape_drift *drift = &landscape->drift;
    printf("Mean drift along the x-axis from x = %g, noise %g, per step:\n", landscape->drift_axis,
           landscape->drift_noise);
    printf("  second-order theory   %.4g\n", drift->theory);
    printf("  by the gradient       %.4g +- %.2g   (%.1f standard errors away)\n", drift->gradient,
           drift->gradient_error, drift->gradient_z);
    printf("  displacement          %.4g +- %.2g   (%.1f standard errors away)\n",
           drift->displacement, drift->displacement_error,
           (drift->displacement - drift->theory) / drift->displacement_error);
}

static void print_json(const nd_landscape *landscape, const char *path) {
    const nd_landscape_drift *drift = &landscape->drift;
    bool measured = landscape->drift_measured;
    nd_json json = nd_json_begin(stdout);
    nd_json_text(&json, "output", path);
    nd_json_number(&json, "walkers", (double)landscape->options.walkers);
    nd_json_number(&json, "steps", (double)landscape->options.steps);
    nd_json_number(&json, "drift_theory", measured ? drift->theory : NAN);
    nd_json_number(&json, "drift_gradient", measured ? drift->gradient : NAN);
    nd_json_number(&json, "drift_gradient_error", measured ? drift->gradient_error : NAN);
    nd_json_number(&json, "drift_displacement", measured ? drift->displacement : NAN);
    nd_json_number(&json, "drift_displacement_error", measured ? drift->displacement_error : NAN);
    nd_json_end(&json);
}

static int run(const nd_arguments *arguments) {
    nd_error error = {0};
    nd_landscape_options options = {0};
    double axis, drift_noise, drift_walkers;
    if (!read_options(arguments, &options, &axis, &drift_noise, &drift_walkers))
        return ND_EXIT_USAGE;
    const char *path = nd_value(arguments, "output"), *figure = nd_value(arguments, "figure");
    path = path ? path : "landscape.nc";
    nd_place *place = nd_output_place(arguments, path, NULL, 0, &error);
    nd_place *picture =
        place && figure ? nd_output_place(arguments, figure, NULL, 0, &error) : NULL;
    bool begin = place && nd_nc_can_name(place->target, &error) &&
                 (!figure || (picture && nd_can_draw(figure, &error) &&
                              nd_places_apart(place, picture, &error)));
    nd_landscape *landscape = begin ? nd_landscape_make(&options, &error) : NULL;
    if (landscape) {
        landscape->drift_axis = axis;
        landscape->drift_noise = drift_noise;
    }
    bool fine = landscape &&
                (drift_walkers < 2 || measure_drift(landscape, (size_t)drift_walkers, &error)) &&
                nd_landscape_write(place, landscape, &error);
    if (fine && nd_flag(arguments, "json"))
        print_json(landscape, path);
    else if (fine && !nd_flag(arguments, "quiet")) {
        printf("%s: %zu walkers of %.0f steps on x^2 y^2 and on y^2.\n", nd_shown(path).text,
               options.walkers, (double)options.steps);
        if (landscape->drift_measured)
            print_drift(landscape);
    }
    nd_landscape_free(landscape);
    if (fine && figure) {
        nd_error remark = {0};
        nd_figure_request request = {&path, 1, figure, {.remark = &remark, .place = picture}};
        fine = nd_figure_find("landscape")->draw(&request, &error);
        nd_say_remark(&remark);
    }
    nd_place_free(place);
    nd_place_free(picture);
    return fine ? ND_EXIT_FINE : nd_report(&error);
}

static const nd_option OPTIONS[] = {
    {'o', "output", "LANDSCAPE.nc", "the walks; landscape.nc by default"},
    {0, "figure", "FILE", "draw the landscape and the first walk, as .pdf, .svg, .png or .eps"},
    ND_OPTION_FORCE,
    {0, "walkers", "N", "how many; 400 by default"},
    {0, "steps", "N", "updates of each; 20000 by default"},
    {0, "records", "N", "positions kept of each walk; 2001 by default"},
    {0, "learning-rate", "ETA", "0.05 by default"},
    {0, "noise", "SIGMA", "standard deviation of the update noise; 0.1 by default"},
    {0, "start-x", "X", "where walkers begin; 1.5 by default"},
    {0, "start-y", "Y", "where walkers begin; 1.1 by default"},
    {0, "axis", "X", "where on the axis the drift is measured; 1 by default"},
    {0, "drift-noise", "SIGMA", "the noise it is measured under; 0.05 by default"},
    {0, "drift-walkers", "N", "by how many; 4000 by default, 0 leaves it out"},
    {0, "seed", "N", "of the noise; 1 by default"},
    {0, "threads", "N", "walkers moved at a time; results do not depend on it"},
    {'q', "quiet", NULL, "print nothing"},
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift landscape -o landscape.nc --figure landscape.pdf", "Figure 5A, with the drift "
                                                                   "beside theory"},
    {"nulldrift figure fig1 landscape.nc -o fig1.pdf", "undirected and directed movement"},
    {NULL, NULL},
};

const nd_command nd_command_landscape = {
    .name = "landscape",
    .usage = "[-o LANDSCAPE.nc] [--figure FILE] [--walkers N] [--steps N] [--noise SIGMA]",
    .summary = "walk down x^2 y^2 under noise: drift towards the flat, in two dimensions",
    .description =
        "Noisy gradient descent on f(x, y) = x^2 y^2, whose solutions are both axes: flatter "
        "towards the origin, so that the walk along them is biased that way. Beside it the valley "
        "y^2, as steep everywhere, where it is not. Measures the mean drift along the axis and "
        "prints it beside second-order theory, -eta^2 sigma^2 / (2 x (1 - eta x^2)) per step.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 0,
    .most = 0,
    .run = run,
};
