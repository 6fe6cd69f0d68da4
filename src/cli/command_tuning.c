#include <stdio.h>

#include "analyse/tuning_file.h"
#include "base/json.h"
#include "base/netcdf_names.h"
#include "base/shown.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "measure/tuning.h"

static int run(const nd_arguments *arguments) {
    const char *input = nd_positional(arguments, 0), *output = nd_value(arguments, "output");
    double bins, tuned, active;
    if (!output) {
        fprintf(stderr, "nulldrift: tuning: say where the result goes: -o OUT.nc\n");
        return ND_EXIT_USAGE;
    }
    if (!nd_number_value(arguments, "bins", 1, 1e6, ND_TUNING_BINS, &bins) ||
        !nd_number_value(arguments, "tuned", 0, 1e6, ND_TUNED_INFORMATION, &tuned) ||
        !nd_number_value(arguments, "active", -1e300, 1e300, 0, &active))
        return ND_EXIT_USAGE;
    nd_tuning_options options = {.bins = (size_t)bins,
                                 .directed = !nd_flag(arguments, "undirected"),
                                 .tuned = tuned,
                                 .active = active};
    nd_tuning_summary summary;
    nd_error error = {0};
    nd_place *place = nd_output_place(arguments, output, &input, 1, &error);
    bool fine = place && nd_nc_can_name(place->target, &error) &&
                nd_tuning_file(input, place, &options, &summary, &error);
    nd_place_free(place);
    if (!fine)
        return nd_report(&error);
    if (nd_flag(arguments, "quiet") && !nd_flag(arguments, "json"))
        return ND_EXIT_FINE;
    if (nd_flag(arguments, "json")) {
        nd_json json = nd_json_begin(stdout);
        nd_json_text(&json, "output", output);
        nd_json_number(&json, "units", (double)summary.units);
        nd_json_number(&json, "samples", (double)summary.samples);
        nd_json_number(&json, "tuned_units", (double)summary.tuned_units);
        nd_json_number(&json, "mean_information", summary.mean_information);
        nd_json_number(&json, "active_fraction", summary.active_fraction);
        nd_json_number(&json, "fraction_active_units", summary.fraction_active_units);
        nd_json_end(&json);
        return ND_EXIT_FINE;
    }
    printf("%s: %zu units over %zu samples.\n", nd_shown(output).text, summary.units,
           summary.samples);
    printf("  sparsity     fraction active units %.3f, active fraction %.3f\n",
           summary.fraction_active_units, summary.active_fraction);
    printf("  information  %zu units tuned (above %g bit) with %.3f bit per unit activity in the "
           "mean\n",
           summary.tuned_units, tuned, summary.mean_information);
    return ND_EXIT_FINE;
}

static const nd_option OPTIONS[] = {
    {'o', "output", "OUT.nc", "the result"},
    ND_OPTION_FORCE,
    {0, "bins", "N", "equal bins over the range of directed position; 100 by default"},
    {0, "undirected", NULL, "bin the position itself, both running directions together"},
    {0, "tuned", "BITS", "a unit above this spatial information is tuned; 0.01 by default"},
    {0, "active", "THRESHOLD", "a unit is active where its activity exceeds this; 0 by default"},
    {'q', "quiet", NULL, "no summary"},
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift tuning session.nc -o tuning.nc",
     "occupancy, tuning curves and spatial information of position(sample) and "
     "activity(sample, unit)"},
    {NULL, NULL},
};

const nd_command nd_command_tuning = {
    .name = "tuning",
    .usage = "IN.nc -o OUT.nc [--bins N] [--undirected]",
    .summary = "tuning curves and spatial information of anyone's activity",
    .description =
        "Reads position(sample) and activity(sample, unit) from any netCDF file, be it of a "
        "network or of an animal, and writes occupancy, tuning curves, smoothed rate maps and "
        "spatial information, with their definitions.\n\n"
        "The position is directed: (position - least position) times the sign of the velocity, so "
        "that the two running directions of a track have bins of their own.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 1,
    .most = 1,
    .run = run,
};
