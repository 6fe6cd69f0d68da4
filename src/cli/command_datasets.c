#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/words_of_recording.h"
#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/shown.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "store/recording_file.h"

static void free_results(nd_recording_result **results, size_t count) {
    for (size_t i = 0; results && i < count; i++)
        nd_recording_result_free(results[i]);
    free(results);
}

static nd_recording_result **read_all(const nd_arguments *arguments, size_t count,
                                      nd_error *error) {
    nd_recording_result **results = nd_array(count, sizeof(void *), error);
    for (size_t i = 0; results && i < count; i++)
        if (!(results[i] = nd_recording_file_read(nd_positional(arguments, i), error))) {
            free_results(results, count);
            return NULL;
        }
    return results;
}

static int run(const nd_arguments *arguments) {
    size_t count = nd_positional_count(arguments);
    const char *output = nd_value(arguments, "output");
    nd_error error = {0};
    nd_buffer text = {0};
    nd_place *place =
        output ? nd_output_place(arguments, output, nd_positionals(arguments), count, &error)
               : NULL;
    if (output && !place)
        return nd_report(&error);
    nd_recording_result **results = read_all(arguments, count, &error);
    if (results && nd_flag(arguments, "json")) {
        for (size_t i = 0; i < count; i++)
            nd_recording_properties_json(results[i], stdout);
        free_results(results, count);
        nd_place_free(place);
        return ND_EXIT_FINE;
    }
    bool fine = results && (output ? nd_recording_properties_csv(results, count, &text, &error)
                                   : nd_recording_properties(results, count, &text, &error));
    if (fine && output) /* the text's closing zero stays out of the file */
        fine = nd_place_write(place, text.bytes, text.length - 1, &error);
    else if (fine)
        nd_put_shown_lines((const char *)text.bytes, stdout);
    nd_buffer_free(&text);
    free_results(results, count);
    nd_place_free(place);
    return fine ? ND_EXIT_FINE : nd_report(&error);
}

static const nd_option OPTIONS[] = {
    {'o', "output", "TABLE.csv",
     "write the table as CSV, a row a data set, instead of printing it"},
    ND_OPTION_FORCE,
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift datasets mouse-one.nc mouse-two.nc", "two data sets side by side"},
    {NULL, NULL},
};

const nd_command nd_command_datasets = {
    .name = "datasets",
    .usage = "RESULT.nc... [-o TABLE.csv]",
    .summary = "set the properties of recorded data sets side by side",
    .description =
        "Prints what the manifests say of the data sets (`about`: species, region, technique, "
        "arena, familiarity, session length ...), how many animals, sessions and cells there are, "
        "and how the fraction of active cells and the spatial information changed: the paper's "
        "Table 3, from the results of `nulldrift record`.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 1,
    .most = -1,
    .run = run,
};
