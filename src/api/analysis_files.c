/* An analysis as named variables, as a file, as a picture (nulldrift/recording.h). */
#include "api/analysis.h"
#include "api/contents.h"
#include "api/drawing.h"
#include "base/error.h"
#include "base/locale.h"
#include "base/outputs.h"
#include "figure/figure.h"
#include "store/recording_file.h"

nd_contents *nd_analysis_contents(const nd_analysis *analysis, nd_error *error) {
    ND_IN_C_LOCALE;
    if (!nd_is_given(analysis, "nd_analysis_contents", "analysis", error))
        return NULL;
    nd_nc *file = nd_nc_create_in_memory("the analysis", error);
    if (file && !nd_recording_file_put(file, nd_analysis_result(analysis), NULL, error)) {
        nd_nc_close(file);
        return NULL;
    }
    return nd_contents_of(file, error);
}

static bool save(const nd_analysis *analysis, const char *path, nd_error *error) {
    nd_place *place = nd_place_find(path, error);
    bool fine = place && nd_recording_file_write(nd_analysis_result(analysis), place, NULL, error);
    nd_place_free(place);
    return fine;
}

bool nd_analysis_save(const nd_analysis *analysis, const char *path, bool replace,
                      nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_analysis_save";
    const nd_outputs outputs = {.force = replace};
    return nd_is_given(analysis, function, "analysis", error) &&
           nd_is_given(path, function, "path", error) && nd_output_allowed(&outputs, path, error) &&
           save(analysis, path, error);
}

static bool save_at(const void *analysis, const nd_place *place, nd_error *error) {
    return nd_recording_file_write(nd_analysis_result(analysis), place, NULL, error);
}

bool nd_draw_analysis(const char *name, const nd_analysis *analysis, const char *output,
                      bool replace, nd_error *remark, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_draw_analysis";
    return nd_is_given(analysis, function, "analysis", error) &&
           nd_is_given(name, function, "name", error) &&
           nd_is_given(output, function, "output", error) &&
           nd_draw_from_memory(&(nd_in_memory){"analysis.nc", save_at, analysis}, name, output,
                               replace, remark, error);
}
