#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/words_of_drift.h"
#include "analyse/words_of_recording.h"
#include "base/error.h"
#include "base/files.h"
#include "base/netcdf_names.h"
#include "base/platform.h"
#include "base/shown.h"
#include "base/threads.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "figure/check_page.h"
#include "figure/figure.h"
#include "recording/manifest.h"
#include "recording/scan.h"
#include "sessions/followed_sessions.h"
#include "store/recording_file.h"

static int wrong(const char *message) {
    fprintf(stderr, "nulldrift: record: %s\n", message);
    return ND_EXIT_USAGE;
}

/* --- what was read --- */

static void say_left_out(const char *label, size_t count, const char *what) {
    if (count)
        printf("%s%zu %s", label, count, what);
}

/* What reading guessed and left out, a line each, with nothing in it that a terminal would obey. */
static void say_notes(const nd_session *s) {
    for (const char *line = s->notes; *line;) {
        fputs("    ", stdout);
        line += nd_put_shown_line(line, stdout);
        putchar('\n');
        line += *line == '\n';
    }
}

/* One line for a session: what it holds, and what of it does not count, and why; then its notes. */
static void say_session(const nd_session *s, bool all) {
    const nd_left_out *out = &s->left_out;
    printf("%-24s %zu cells", nd_shown(s->label).text, s->cells);
    if (s->direction[0])
        printf(", direction %s", nd_shown(s->direction).text);
    if (s->frames_read)
        printf(", %zu of %zu frames of %.4g s", s->frames, s->frames_read, s->frame_seconds);
    say_left_out(", ", out->outside_trials, "outside trials");
    say_left_out(", ", out->position_missing, "without a position (NaN)");
    say_left_out(", ", out->slow, "too slow");
    say_left_out(", ", out->outside_range, "outside the range");
    say_left_out(", ", out->without_direction, "without a direction");
    say_left_out(", ", out->activity_missing, "with NaN activity");
    say_left_out(", ", s->spikes_outside, "spikes outside the frames");
    say_left_out(", ", out->bad_times, "with times that go back");
    say_left_out(", ", s->cells_left_out,
                 "cells left out (another area or value, or NaN "
                 "throughout)");
    printf(".\n");
    if (all && s->cells_are[0]) {
        fputs("    cells: ", stdout);
        nd_put_shown(s->cells_are, stdout);
        putchar('\n');
    }
    say_notes(s);
}

/* Slow frames are left out because it was asked for; the rest is worth a word. */
static bool remarkable(const nd_session *s) {
    const nd_left_out *out = &s->left_out;
    return out->position_missing + out->outside_range + out->without_direction +
                   out->activity_missing + out->bad_times + s->spikes_outside + s->cells_left_out >
               0 ||
           s->notes[0];
}

static void say_what_was_read(const nd_recording *recording, bool all) {
    for (size_t i = 0; i < recording->sessions_count; i++) {
        const nd_session *session = &recording->sessions[i];
        if (session->kind != ND_SESSION_METRICS && (all || remarkable(session)))
            say_session(session, all);
    }
}

static void warn_of_random(const nd_recording *recording) {
    if (recording->settings.shuffles > 0 && recording->settings.shuffle == ND_SHUFFLE_RANDOM)
        fprintf(stderr,
                "nulldrift: significance: random takes single frames for independent; activity "
                "that lasts several frames makes place cells where there are none: kind: "
                "cyclic keeps it together\n");
}

/* --- results --- */

/* Where the results go, each as it was found at the start. */
enum { RESULT, SESSIONS, CELLS, STATISTICS, DRIFT, FIGURE, MAPS, OUTPUTS };
typedef struct places {
    nd_place *place[OUTPUTS]; /* pictures: NULL where none is drawn */
} places;

static void outputs_free(places *all) {
    for (size_t i = 0; i < OUTPUTS; i++)
        nd_place_free(all->place[i]);
}

/* What was written, each named once it is durable. */
typedef struct written {
    FILE *out;
    bool any;
} written;

static void name_it(written *names, const nd_place *place) {
    if (!names->any)
        fprintf(names->out, "Written:\n");
    names->any = true;
    fprintf(names->out, "  %s\n", nd_shown(place->path).text);
}

static bool write_one(const nd_recording_result *result, const nd_place *place,
                      bool (*write)(const nd_recording_result *, const nd_place *, nd_error *),
                      written *names, nd_error *error) {
    bool fine = write(result, place, error);
    if (fine)
        name_it(names, place);
    return fine;
}

static bool write_tables(const nd_recording_result *result, const places *to, const char *command,
                         written *names, nd_error *error) {
    bool fine = nd_recording_file_write(result, to->place[RESULT], command, error);
    if (fine)
        name_it(names, to->place[RESULT]);
    return fine &&
           write_one(result, to->place[SESSIONS], nd_recording_sessions_csv, names, error) &&
           write_one(result, to->place[CELLS], nd_recording_cells_csv, names, error) &&
           write_one(result, to->place[STATISTICS], nd_recording_statistics_csv, names, error) &&
           write_one(result, to->place[DRIFT], nd_recording_drift_csv, names, error);
}

/* A picture that cannot be drawn is said, and takes nothing from the tables; whether it is there.
 */
static bool draw(const char *name, const char *input, const nd_place *picture, written *names) {
    const nd_figure *figure = nd_figure_find(name);
    nd_error error = {0}, remark = {0};
    nd_figure_request request = {.inputs = &input,
                                 .input_count = 1,
                                 .output = picture->path,
                                 .plot = {.remark = &remark, .place = picture}};
    bool drawn = figure && figure->draw(&request, &error);
    if (drawn)
        name_it(names, picture);
    else
        nd_report(&error);
    nd_say_remark(&remark);
    return drawn;
}

static bool say_summary(const nd_recording_result *result, bool all, nd_error *error) {
    nd_buffer text = {0};
    bool fine = nd_recording_summary(result, &text, error);
    text.length -= fine; /* its ending zero */
    fine = fine && nd_recording_drift_words(result, all, &text, error);
    if (fine) {
        nd_put_shown_lines((const char *)text.bytes, stdout);
        putchar('\n');
    }
    nd_buffer_free(&text);
    return fine;
}

/* Are there cells whose maps can be compared between sessions? */
static bool any_followed(const nd_recording_result *result) {
    for (size_t g = 0; g < result->groups; g++)
        if (result->group[g].map_correlation && result->group[g].sessions > 1)
            return true;
    return false;
}

static int analyse(const nd_arguments *arguments, nd_recording *recording, const places *to,
                   unsigned threads) {
    nd_error error = {0};
    bool quiet = nd_flag(arguments, "quiet");
    nd_recording_result *result =
        nd_recording_measure(recording, threads, nd_terminal_watch(quiet), &error);
    if (result && !nd_recording_drift_measure(recording, result, threads, &error)) {
        nd_recording_result_free(result);
        result = NULL;
    }
    nd_terminal_done();
    if (!result)
        return nd_report(&error);
    bool as_json = nd_flag(arguments, "json");
    bool fine = quiet || as_json || say_summary(result, nd_flag(arguments, "all"), &error);
    written names = {as_json ? stderr : stdout, false}; /* standard output is for the JSON alone */
    fine = fine && write_tables(result, to, nd_command_line(arguments), &names, &error);
    bool drawn = true;
    if (fine && to->place[FIGURE])
        drawn = draw("fig3", to->place[RESULT]->path, to->place[FIGURE], &names);
    if (fine && to->place[MAPS] && any_followed(result))
        drawn = draw("recording", to->place[RESULT]->path, to->place[MAPS], &names) && drawn;
    if (fine && as_json) {
        nd_recording_json(recording, result, stdout);
        nd_recording_drift_json(result, stdout);
    }
    nd_recording_result_free(result);
    if (!fine)
        return nd_report(&error);
    return drawn ? ND_EXIT_FINE : ND_EXIT_FAILED;
}

/* Finds the places; none of the results may be a file that the manifest names, or one that is no
 * earlier result. */
static bool find_outputs(const nd_arguments *arguments, const char *output, const char *kind,
                         places *to, nd_error *error) {
    static const char *const suffixes[OUTPUTS] = {
        ".nc", ".csv", "_cells.csv", "_statistics.csv", "_drift.csv", "", "_maps"};
    char **inputs = NULL, *result = nd_path_with(output, ".nc", error), suffix[32];
    size_t count = 0;
    bool fine = result && nd_recording_inputs(nd_positional(arguments, 0), &inputs, &count, error);
    nd_outputs outputs = {(const char *const *)inputs, count, nd_flag(arguments, "force"), result};
    for (size_t i = 0; fine && i < OUTPUTS; i++) {
        if (i >= FIGURE && strcmp(kind, "none") == 0)
            continue;
        snprintf(suffix, sizeof suffix, "%s%s%s", suffixes[i], i < FIGURE ? "" : ".",
                 i < FIGURE ? "" : kind);
        char *path = nd_path_with(output, suffix, error);
        fine = path && (to->place[i] = nd_place_find(path, error)) &&
               nd_output_allowed(&outputs, path, error) && nd_check_writable(path, error);
        for (size_t k = 0; fine && k < i; k++)
            fine = !to->place[k] || nd_places_apart(to->place[k], to->place[i], error);
        free(path);
    }
    for (size_t i = 0; i < count; i++)
        free(inputs[i]);
    free(inputs);
    free(result);
    return fine;
}

/* None of the results (OUT.nc, its tables and pictures; or the page of --check) may be a file that
 * a link inside the manifest's files led to: known once they are read. */
static bool links_spared(const nd_recording *recording, const char *output, const char *kind,
                         const char *page, nd_error *error) {
    const char *const ends[] = {".nc", ".csv", "_cells.csv", "_statistics.csv", "_drift.csv"};
    char path[4096], file[4096];
    bool fine = true;
    for (size_t i = 0; fine && i < recording->sessions_count; i++)
        for (const char *line = recording->sessions[i].led_to; fine && *line;) {
            size_t length = strcspn(line, "\n");
            snprintf(file, sizeof file, "%.*s", (int)length, line);
            line += length + (line[length] == '\n');
            const char *const led_to[] = {file};
            const nd_outputs outputs = {.inputs = led_to, .inputs_count = 1};
            fine = !page || nd_output_no_input(&outputs, page, error);
            for (size_t e = 0; fine && !page && e < sizeof ends / sizeof *ends; e++) {
                snprintf(path, sizeof path, "%s%s", output, ends[e]);
                fine = nd_output_no_input(&outputs, path, error);
            }
            for (size_t maps = 0; fine && !page && maps < 2; maps++) {
                snprintf(path, sizeof path, "%s%s.%s", output, maps ? "_maps" : "", kind);
                fine = nd_output_no_input(&outputs, path, error);
            }
        }
    return fine;
}

/* Where the page of --check goes: OUT_check.KIND, or by the manifest's name in the working folder.
 */
static char *check_page(const nd_arguments *arguments, const char *output, const char *kind,
                        nd_error *error) {
    char suffix[32];
    snprintf(suffix, sizeof suffix, "_check.%s", kind);
    char *stem = nd_text(output ? output : nd_base_name(nd_positional(arguments, 0)), error);
    char *dot = stem && !output ? strrchr(stem, '.') : NULL;
    if (dot && dot != stem)
        *dot = '\0';
    char *path = stem ? nd_path_with(stem, suffix, error) : NULL;
    free(stem);
    return path;
}

/* Whether the page may be drawn: an earlier one is drawn again. */
static bool page_allowed(const nd_arguments *arguments, const char *path, nd_error *error) {
    char **inputs = NULL;
    size_t count = 0;
    bool fine = nd_recording_inputs(nd_positional(arguments, 0), &inputs, &count, error);
    nd_outputs outputs = {(const char *const *)inputs, count,
                          nd_flag(arguments, "force") || nd_is_check_page(path), NULL};
    fine = fine && nd_check_writable(path, error) && nd_output_allowed(&outputs, path, error);
    for (size_t i = 0; i < count; i++)
        free(inputs[i]);
    free(inputs);
    return fine;
}

static int draw_page(const nd_recording *recording, const char *path, FILE *names) {
    nd_error error = {0}, remark = {0};
    nd_plot_options options = {.remark = &remark};
    size_t drawn = 0;
    if (!nd_draw_check_page(recording, path, &options, &drawn, &error))
        return nd_report(&error);
    nd_say_remark(&remark);
    if (drawn > 0)
        fprintf(names, "Drawn: %s (%zu of %zu sessions)\n", nd_shown(path).text, drawn,
                recording->sessions_count);
    return ND_EXIT_FINE;
}

/* Paths in a manifest are taken from its folder: those given here hold elsewhere only if absolute.
 */
static char **paths_for(const nd_arguments *arguments, const char *output, nd_error *error) {
    size_t count = nd_positional_count(arguments);
    bool elsewhere = output && strchr(output, '/');
    char **paths = nd_array(count + 1, sizeof *paths, error);
    for (size_t i = 0; paths && i < count; i++) {
        const char *given = nd_positional(arguments, i);
        char *absolute = elsewhere ? realpath(given, NULL) : NULL;
        paths[i] = absolute ? absolute : nd_text(given, error);
        if (!paths[i])
            return NULL;
    }
    return paths;
}

static int scan(const nd_arguments *arguments, const nd_limits *limits) {
    nd_error error = {0};
    nd_buffer yaml = {0}, question = {0};
    const char *output = nd_value(arguments, "output");
    char **paths = paths_for(arguments, output, &error);
    size_t count = nd_positional_count(arguments);
    nd_place *place =
        output ? nd_output_place(arguments, output, nd_positionals(arguments), count, &error)
               : NULL;
    bool fine =
        paths && (!output || place) &&
        nd_recording_scan((const char *const *)paths, count, limits, &yaml, &question, &error);
    if (fine && output)
        fine = nd_place_write(place, yaml.bytes, yaml.length, &error);
    else if (fine)
        nd_put_shown_lines((const char *)yaml.bytes, stdout);
    if (fine && output && question.length > 0)
        nd_put_shown_lines((const char *)question.bytes, stdout);
    nd_buffer_free(&question);
    nd_buffer_free(&yaml);
    for (size_t i = 0; paths && i < count; i++)
        free(paths[i]);
    free(paths);
    nd_place_free(place);
    return fine ? ND_EXIT_FINE : nd_report(&error);
}

static bool picture_known(const char *kind) {
    static const char *const kinds[] = {"png", "pdf", "svg", "none"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i]) == 0)
            return true;
    return false;
}

static int run(const nd_arguments *arguments) {
    nd_error error = {0};
    double threads, memory, seconds;
    nd_limits limits = nd_limits_default();
    const char *output = nd_value(arguments, "output"), *picture = nd_value(arguments, "picture");
    bool check = nd_flag(arguments, "check");
    if (!nd_number_value(arguments, "threads", 1, 1024, nd_processors(), &threads) ||
        !nd_number_value(arguments, "reader-memory", 0.01, 1e6, (double)limits.memory / 1e9,
                         &memory) ||
        !nd_number_value(arguments, "reader-seconds", 1, 1e6, limits.seconds, &seconds))
        return ND_EXIT_USAGE;
    limits.memory = (uint64_t)(memory * 1e9);
    limits.seconds = seconds;
    if (nd_flag(arguments, "scan"))
        return scan(arguments, &limits);
    if (nd_positional_count(arguments) != 1)
        return wrong("give one manifest; --scan takes many files");
    if (!output && !check)
        return wrong("say where the results go: -o OUT (for OUT.nc, OUT.csv, ...), or --check");
    if (picture && !picture_known(picture))
        return wrong("--picture is png, pdf, svg or none");
    const char *kind = picture ? picture : "png";
    char *page =
        check && strcmp(kind, "none") != 0 ? check_page(arguments, output, kind, &error) : NULL;
    if (page && !page_allowed(arguments, page, &error)) {
        free(page);
        return nd_report(&error);
    }
    places to = {0};
    if (!check && (!nd_nc_can_name(output, &error) || !nd_check_writable(output, &error) ||
                   !find_outputs(arguments, output, kind, &to, &error))) {
        outputs_free(&to);
        return nd_report(&error);
    }
    nd_load_options options = {.limits = &limits,
                               .follow_links = nd_flag(arguments, "follow-links")};
    nd_recording *recording =
        nd_recording_load_with(nd_positional(arguments, 0), &options,
                               nd_terminal_watch(nd_flag(arguments, "quiet")), &error);
    nd_terminal_done();
    if (!recording) {
        free(page);
        outputs_free(&to);
        return nd_report(&error);
    }
    if ((page || !check) && !links_spared(recording, output, kind, page, &error)) {
        nd_recording_free(recording);
        outputs_free(&to);
        free(page);
        return nd_report(&error);
    }
    if (!nd_flag(arguments, "quiet"))
        warn_of_random(recording);
    if (!nd_flag(arguments, "quiet") && !nd_flag(arguments, "json"))
        say_what_was_read(recording, check);
    else if (check && nd_flag(arguments, "json"))
        nd_recording_read_json(recording, stdout);
    int code = page    ? draw_page(recording, page, nd_flag(arguments, "json") ? stderr : stdout)
               : check ? ND_EXIT_FINE
                       : analyse(arguments, recording, &to, (unsigned)threads);
    outputs_free(&to);
    nd_recording_free(recording);
    free(page);
    return code;
}

static const nd_option OPTIONS[] = {
    {'o', "output", "OUT", "where results go: OUT.nc, OUT.csv, OUT_cells.csv, OUT.png ..."},
    {0, "scan", NULL,
     "look into files and folders and print a first manifest (or write it to -o FILE)"},
    {0, "check", NULL,
     "read everything the manifest names, say what was found, draw it (OUT_check.png), and stop"},
    ND_OPTION_FORCE,
    {0, "follow-links", NULL,
     "follow links inside files to other files anywhere, not only in the manifest's folder"},
    {0, "picture", "KIND", "png (by default), pdf, svg or none"},
    {0, "threads", "N", "threads; all processors by default; results do not depend on it"},
    {0, "reader-memory", "GB",
     "what reading one file may take; three quarters of the machine's memory by default"},
    {0, "reader-seconds", "S", "processor time reading one file may take; 600 by default"},
    ND_OPTION_PROGRESS,
    {0, "all", NULL, "print all measures of drift, not only the few that matter most"},
    {'q', "quiet", NULL, "no progress and no summary"},
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift record --scan mouse -o mouse.yaml", "a first manifest from the folder of a mouse"},
    {"nulldrift record mouse.yaml --check", "what the readers find in them"},
    {"nulldrift record mouse.yaml -o mouse",
     "tables, statistics, a verdict and a picture: mouse.csv, mouse.nc, mouse.png"},
    {NULL, NULL},
};

const nd_command nd_command_record = {
    .name = "record",
    .usage =
        "RECORDING.yaml -o OUT [--picture KIND] | RECORDING.yaml --check | --scan FILE|FOLDER...",
    .summary = "measure recordings: sparsity, information and drift over sessions",
    .description =
        "Reads the sessions a manifest names (NWB, MATLAB, CSV, NumPy, Suite2p), bins the "
        "position, "
        "tests every cell for spatial information against shuffles, corrects the information for "
        "limited sampling, follows registered cells from session to session, and says in words "
        "whether the representation drifts in a direction, drifts without one, or cannot be "
        "told.\n\n"
        "Foreign files are read in a separate process with limits on memory and time, so that a "
        "damaged file ends in one clear line. The manifest's keys are explained in "
        "`nulldrift help recordings`; ready ones for many layouts are in examples/recordings.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 1,
    .most = -1,
    .run = run,
};
