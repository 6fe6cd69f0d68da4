#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyse/measured_run.h"
#include "base/error.h"
#include "base/netcdf_file.h"
#include "cli/commands.h"
#include "experiment/parse.h"

enum { NAME = 257 };

static bool ends_with(const char *path, const char *ending) {
    size_t length = strlen(path), tail = strlen(ending);
    return length > tail && strcmp(path + length - tail, ending) == 0;
}

static bool is_sqlite(const char *path) {
    char bytes[16] = {0};
    FILE *file = fopen(path, "rbe");
    if (!file)
        return false;
    size_t got = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    return got == sizeof bytes && memcmp(bytes, "SQLite format 3", sizeof bytes) == 0;
}

/* What a file of ours is that is not netCDF; NULL if it seems to be none. */
static const char *other_kind(const char *path) {
    if (access(path, R_OK) != 0)
        return NULL;
    if (ends_with(path, ".yaml") || ends_with(path, ".yml"))
        return "a description of an experiment, a sweep or a recording; run, hebbian, sweep and "
               "record take such";
    if (ends_with(path, ".ckpt") || ends_with(path, ".ckpt.1") || ends_with(path, ".part"))
        return "part of an unfinished run; the command that began it resumes it";
    return is_sqlite(path) ? "a sweep store; `nulldrift sweep status` tells of it" : NULL;
}

static void print_dimensions(const nd_nc *file) {
    char name[NAME];
    size_t length;
    printf("dimensions:");
    for (size_t i = 0; nd_nc_dimension_at(file, i, name, &length); i++)
        printf(" %s %zu", name, length);
    printf("\n");
}

/* A long text is for --experiment and --attribute; here its size is told. */
static void print_attributes(const nd_nc *file) {
    char name[NAME];
    printf("attributes:\n");
    for (size_t i = 0; nd_nc_attribute_at(file, i, name); i++) {
        double number;
        uint64_t count;
        char *text = nd_nc_text(file, NULL, name, NULL);
        if (text && (strchr(text, '\n') || strlen(text) > 300))
            printf("  %-22s %zu characters; shown by --attribute %s\n", name, strlen(text), name);
        else if (text)
            printf("  %-22s %s\n", name, text);
        else if (nd_nc_count(file, NULL, name, &count, NULL))
            printf("  %-22s %llu\n", name, (unsigned long long)count);
        else if (nd_nc_number(file, NULL, name, &number, NULL))
            printf("  %-22s %.12g\n", name, number);
        free(text);
    }
}

static void print_variables(const nd_nc *file) {
    char name[NAME], dimensions[512];
    printf("variables:\n");
    for (size_t i = 0; nd_nc_variable_at(file, i, name, dimensions, sizeof dimensions); i++) {
        char *units = nd_nc_text(file, name, "units", NULL);
        char *definition = nd_nc_text(file, name, "long_name", NULL);
        for (char *c = dimensions; *c; c++)
            *c = *c == ' ' ? ',' : *c;
        printf("  %s(%s)%s%s%s\n", name, dimensions, units ? " [" : "", units ? units : "",
               units ? "]" : "");
        if (definition)
            printf("      %s\n", definition);
        free(units);
        free(definition);
    }
}

/* A measured run is also told in words. */
static void print_words(const char *path, const nd_nc *file) {
    if (!nd_nc_has(file, "population_vector_correlation") || !nd_nc_has(file, "input_weights"))
        return;
    nd_measured *measured = nd_measured_open(path, NULL);
    char *words = measured ? nd_measured_words(measured, NULL) : NULL;
    if (words)
        printf("course:\n%s", words);
    free(words);
    nd_measured_close(measured);
}

static int print_one_attribute(const nd_nc *file, const char *name) {
    nd_error error = {0};
    double number;
    uint64_t count;
    char *text = nd_nc_text(file, NULL, name, &error);
    if (text)
        printf("%s%s", text, text[0] && text[strlen(text) - 1] == '\n' ? "" : "\n");
    else if (nd_nc_count(file, NULL, name, &count, NULL))
        printf("%llu\n", (unsigned long long)count);
    else if (nd_nc_number(file, NULL, name, &number, NULL))
        printf("%.17g\n", number);
    else
        return nd_report(&error);
    free(text);
    return ND_EXIT_FINE;
}

/* The experiment that makes the file again. Files of 0.1.0 spell out keys that nothing used. */
static int print_experiment(const nd_nc *file) {
    nd_error error = {0};
    char *stored = nd_nc_text(file, NULL, "experiment", &error), *text = NULL;
    nd_experiment *experiment =
        stored ? nd_experiment_restore(stored, nd_nc_path(file), &error) : NULL;
    if (experiment && (text = nd_experiment_text(experiment, &error)))
        fputs(text, stdout);
    int code = text ? ND_EXIT_FINE : nd_report(&error);
    nd_experiment_free(experiment);
    free(stored);
    free(text);
    return code;
}

static int run(const nd_arguments *arguments) {
    const char *path = nd_positional(arguments, 0), *attribute = nd_value(arguments, "attribute");
    bool experiment = nd_flag(arguments, "experiment");
    const char *other = attribute || experiment ? NULL : other_kind(path);
    if (other) {
        printf("%s: %s\n", path, other);
        return ND_EXIT_FINE;
    }
    nd_error error = {0};
    nd_nc *file = nd_nc_open(path, &error);
    if (!file)
        return nd_report(&error);
    int code = ND_EXIT_FINE;
    if (experiment)
        code = print_experiment(file);
    else if (attribute)
        code = print_one_attribute(file, attribute);
    else {
        printf("%s\n", path);
        print_dimensions(file);
        print_attributes(file);
        print_variables(file);
        print_words(path, file);
    }
    nd_nc_close(file);
    return code;
}

static const nd_option OPTIONS[] = {
    {0, "experiment", NULL, "print the experiment that made the file, ready to be run again"},
    {0, "attribute", "NAME", "print one attribute of the file, whole"},
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift info figure-2.nc", "dimensions, attributes, and each variable with its definition"},
    {"nulldrift info figure-2.nc --experiment > again.yaml", "the experiment, to run it again"},
    {NULL, NULL},
};

const nd_command nd_command_info = {
    .name = "info",
    .usage = "FILE [--experiment | --attribute NAME]",
    .summary = "tell what is in a file of ours",
    .description =
        "Shows the dimensions, attributes and variables of a run file (or any netCDF file), each "
        "variable with its units and definition, and for a measured run its course in words. "
        "Checkpoints, sweep stores and experiments are named.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 1,
    .most = 1,
    .run = run,
};
