#include "store/landscape_file.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/netcdf_file.h"
#include "base/platform.h"
#include "store/coordinates.h"

enum { MOST = 1 << 30 }; /* walkers, and records: their product cannot overflow */

static nd_landscape *landscape_new(const nd_landscape_options *options, nd_error *error) {
    double bytes = 4.0 * sizeof(double) * (double)options->walkers * (double)options->records;
    double free_bytes = nd_available_bytes();
    if (bytes > free_bytes) {
        nd_fail(error, "landscape", "take fewer walkers or records",
                "its walks would take %.3g GB of memory, where %.3g GB are free", bytes / 1e9,
                free_bytes / 1e9);
        return NULL;
    }
    nd_landscape *made = nd_array(1, sizeof *made, error);
    if (!made)
        return NULL;
    size_t count = options->walkers * options->records;
    made->options = *options;
    made->step = nd_doubles(options->records, error);
    made->x = nd_doubles(count, error);
    made->y = nd_doubles(count, error);
    made->uniform_x = nd_doubles(count, error);
    made->uniform_y = nd_doubles(count, error);
    if (made->step && made->x && made->y && made->uniform_x && made->uniform_y)
        return made;
    nd_landscape_free(made);
    return NULL;
}

void nd_landscape_free(nd_landscape *landscape) {
    if (!landscape)
        return;
    free(landscape->step);
    free(landscape->x);
    free(landscape->y);
    free(landscape->uniform_x);
    free(landscape->uniform_y);
    free(landscape);
}

nd_landscape *nd_landscape_make(const nd_landscape_options *options, nd_error *error) {
    nd_landscape *made = landscape_new(options, error);
    if (made &&
        nd_landscape_walk(ND_VALLEY_NARROWING, options, made->step, made->x, made->y, error) &&
        nd_landscape_walk(ND_VALLEY_UNIFORM, options, made->step, made->uniform_x, made->uniform_y,
                          error))
        return made;
    nd_landscape_free(made);
    return NULL;
}

static bool write_walks(nd_nc *file, const nd_landscape *of, nd_error *error) {
    const struct {
        const char *name, *definition;
        const double *values;
    } walks[] = {
        {"x", "noisy gradient descent on x^2 y^2, first coordinate", of->x},
        {"y", "noisy gradient descent on x^2 y^2, second coordinate", of->y},
        {"uniform_x", "the same on y^2, first coordinate", of->uniform_x},
        {"uniform_y", "the same on y^2, second coordinate", of->uniform_y},
    };
    size_t records = of->options.records, count = records * of->options.walkers;
    if (!nd_nc_define_dimension(file, "walker", of->options.walkers, error) ||
        !nd_nc_define_dimension(file, "record", records, error) ||
        !nd_nc_define(file, "step", ND_NC_DOUBLE, "record", "1", "updates made", error) ||
        !nd_nc_put(file, "step", of->step, records, error))
        return false;
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++)
        if (!nd_nc_define(file, walks[i].name, ND_NC_DOUBLE, "walker record", "1",
                          walks[i].definition, error) ||
            !nd_nc_put(file, walks[i].name, walks[i].values, count, error))
            return false;
    return true;
}

static bool write_numbers(nd_nc *file, const nd_landscape *of, nd_error *error) {
    const struct {
        const char *name;
        double value;
        bool drift;
    } numbers[] = {
        {"learning_rate", of->options.learning_rate, false},
        {"noise", of->options.noise, false},
        {"start_x", of->options.start_x, false},
        {"start_y", of->options.start_y, false},
        {"drift_axis", of->drift_axis, true},
        {"drift_noise", of->drift_noise, true},
        {"drift_theory", of->drift.theory, true},
        {"drift_displacement", of->drift.displacement, true},
        {"drift_displacement_error", of->drift.displacement_error, true},
        {"drift_gradient", of->drift.gradient, true},
        {"drift_gradient_error", of->drift.gradient_error, true},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if ((!numbers[i].drift || of->drift_measured) &&
            !nd_nc_put_number(file, NULL, numbers[i].name, numbers[i].value, error))
            return false;
    return nd_nc_put_count(file, NULL, "seed", of->options.seed, error) &&
           nd_nc_put_text(file, NULL, "function", "f(x, y) = x^2 y^2; uniform: g(x, y) = y^2",
                          error) &&
           nd_nc_put_text(file, NULL, "drift_definition",
                          "mean drift along the x-axis per step, from drift_axis: of the "
                          "displacement, of its part made by the gradient, and by second-order "
                          "theory",
                          error) &&
           nd_nc_put_text(file, NULL, "software", "nulldrift", error);
}

bool nd_landscape_write(const nd_place *place, const nd_landscape *landscape, nd_error *error) {
    nd_nc *file = nd_nc_create_at(place, error);
    if (!file)
        return false;
    if (write_walks(file, landscape, error) && write_numbers(file, landscape, error) &&
        nd_put_coordinates(file, error))
        return nd_nc_publish(file, error);
    nd_nc_close(file);
    return false;
}

/* Do the steps go up from 0, and are the numbers that a picture is laid out by numbers? */
static bool check(const char *path, nd_landscape *read, nd_error *error) {
    const nd_landscape_options *options = &read->options;
    double last = 0;
    bool fine = isfinite(options->start_x) && isfinite(options->start_y) &&
                (options->start_x != 0 || options->start_y != 0) && isfinite(options->noise) &&
                isfinite(options->learning_rate) && read->step[0] == 0;
    for (size_t i = 1; fine && i < options->records; last = read->step[i++])
        fine = read->step[i] > last && read->step[i] < 1e15;
    if (fine)
        read->options.steps = (uint64_t)last;
    return fine ||
           nd_fail(error, path, "make one with `nulldrift landscape`, `output` landscape.nc",
                   "its steps or its start are none of a landscape");
}

nd_landscape *nd_landscape_read(const char *path, nd_error *error) {
    nd_landscape_options options = {0};
    nd_nc *file = nd_nc_open(path, error);
    nd_landscape *read = NULL;
    bool fine = file && nd_nc_dimension(file, "walker", &options.walkers, NULL) &&
                nd_nc_dimension(file, "record", &options.records, NULL) &&
                nd_nc_has(file, "uniform_x") && options.walkers > 0 && options.records > 1 &&
                options.walkers <= MOST && options.records <= MOST;
    if (file && !fine)
        nd_fail(error, path, "make one with `nulldrift landscape`, `output` landscape.nc",
                "is not a landscape's file");
    if (fine && (read = landscape_new(&options, error))) {
        size_t count = options.walkers * options.records;
        fine = nd_nc_get(file, "step", read->step, options.records, error) &&
               nd_nc_get(file, "x", read->x, count, error) &&
               nd_nc_get(file, "y", read->y, count, error) &&
               nd_nc_get(file, "uniform_x", read->uniform_x, count, error) &&
               nd_nc_get(file, "uniform_y", read->uniform_y, count, error) &&
               nd_nc_number(file, NULL, "start_x", &read->options.start_x, error) &&
               nd_nc_number(file, NULL, "start_y", &read->options.start_y, error) &&
               nd_nc_number(file, NULL, "noise", &read->options.noise, error) &&
               nd_nc_number(file, NULL, "learning_rate", &read->options.learning_rate, error);
        fine = fine && check(path, read, error);
        if (!fine) {
            nd_landscape_free(read);
            read = NULL;
        }
    }
    nd_nc_close(file);
    return read;
}
