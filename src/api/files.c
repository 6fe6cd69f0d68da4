/* Verbs on run files (nulldrift/files.h): checks of what is given, then analyse/, run/ and figure/.
 */
#include <math.h>

#include "analyse/drift_measures_of_run.h"
#include "analyse/measured_run.h"
#include "analyse/spectra_of_run.h"
#include "base/error.h"
#include "base/locale.h"
#include "base/outputs.h"
#include "base/place.h"
#include "figure/figure.h"
#include "nulldrift/files.h"
#include "run/simulate.h"

bool nd_measure_file(const char *path, const nd_watch *watch, nd_error *error) {
    ND_IN_C_LOCALE;
    return nd_is_given(path, "nd_measure_file", "path", error) &&
           nd_measure_run_file(path, NULL, watch, error);
}

bool nd_drift_file(const char *path, unsigned threads, nd_error *error) {
    ND_IN_C_LOCALE;
    return nd_is_given(path, "nd_drift_file", "path", error) &&
           nd_drift_into_run_file(path, threads ? threads : 1, NULL, NULL, error);
}

bool nd_spectrum_file(const char *path, const nd_spectrum_request *request, const nd_watch *watch,
                      nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_spectrum_file";
    const nd_spectrum_request with = request ? *request : (nd_spectrum_request){0};
    if (!nd_is_given(path, function, "path", error))
        return false;
    if (!(with.memory >= 0) || isinf(with.memory))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "memory is %g", with.memory);
    if (with.probes == 1 || with.probes > 100000 || with.steps > 100000)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "%zu probes of %zu steps, expected 2 to 1e5 probes of at most 1e5 steps",
                          with.probes, with.steps);
    const nd_spectra_options options = {.snapshots = with.snapshots,
                                        .exact = with.exact,
                                        .relax = with.relax,
                                        .lanczos = with.lanczos,
                                        .probes = with.probes,
                                        .steps = with.steps,
                                        .memory = with.memory,
                                        .threads = with.threads};
    nd_spectra_report report;
    return nd_spectra_into_run(path, &options, watch, &report, error);
}

nd_outcome nd_continue_file(const char *from, const char *const *sets, size_t set_count,
                            const char *path, const nd_run_options *options, const nd_watch *watch,
                            nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_continue_file";
    static const nd_run_options as_usual = {0};
    if (!nd_is_given(from, function, "from", error) ||
        !nd_is_given(path, function, "path", error) ||
        (set_count > 0 && !nd_is_given(sets, function, "sets", error)))
        return ND_RUN_FAILED;
    for (size_t i = 0; i < set_count; i++)
        if (!nd_is_given(sets[i], function, "sets[i]", error))
            return ND_RUN_FAILED;
    return nd_continue(from, sets, set_count, path, options ? options : &as_usual, watch, error);
}

static nd_figure_description description_of(const nd_figure *figure) {
    return (nd_figure_description){figure->name, figure->summary, figure->inputs,
                                   figure->least_inputs, figure->most_inputs};
}

bool nd_figure_describe(size_t index, nd_figure_description *description) {
    const nd_figure *figure = nd_figures();
    for (; description && figure->name && index > 0; index--)
        figure++;
    if (!description || !figure->name)
        return false;
    *description = description_of(figure);
    return true;
}

static bool check_inputs(const nd_figure *figure, const char *const *inputs, size_t count,
                         const char *function, nd_error *error) {
    if (count < figure->least_inputs || count > figure->most_inputs)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "%s takes %s, not %zu inputs",
                          figure->name, figure->inputs, count);
    if (count > 0 && !nd_is_given(inputs, function, "inputs", error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!nd_is_given(inputs[i], function, "inputs[i]", error))
            return false;
    return true;
}

bool nd_draw_figure(const char *name, const char *const *inputs, size_t input_count,
                    const char *output, bool replace, nd_error *remark, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_draw_figure";
    nd_error worth_a_word = {0};
    if (remark)
        *remark = (nd_error){0};
    if (!nd_is_given(name, function, "name", error) ||
        !nd_is_given(output, function, "output", error))
        return false;
    const nd_figure *figure = nd_figure_find(name);
    if (!figure)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, "see nd_figure_describe",
                          "there is no figure '%.60s'", name);
    const nd_outputs outputs = {.inputs = inputs, .inputs_count = input_count, .force = replace};
    if (!check_inputs(figure, inputs, input_count, function, error))
        return false;
    nd_place *place = nd_place_find(output, error);
    const nd_figure_request request = {.inputs = inputs,
                                       .input_count = input_count,
                                       .output = output,
                                       .plot = {.remark = &worth_a_word, .place = place}};
    bool drawn =
        place && nd_output_allowed(&outputs, output, error) && figure->draw(&request, error);
    nd_place_free(place);
    if (drawn && remark)
        *remark = worth_a_word;
    return drawn;
}
