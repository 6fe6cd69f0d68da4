#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/shown.h"
#include "base/words.h"
#include "base/yaml.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "figure/figure.h"
#include "figure/picture_size.h"
#include "figure/terminal.h"

static int list(bool as_json) {
    for (const nd_figure *figure = nd_figures(); as_json && figure->name; figure++) {
        nd_json json = nd_json_begin(stdout);
        nd_json_text(&json, "figure", figure->name);
        nd_json_text(&json, "inputs", figure->inputs);
        nd_json_text(&json, "summary", figure->summary);
        nd_json_end(&json);
    }
    if (as_json)
        return ND_EXIT_FINE;
    for (const nd_figure *figure = nd_figures(); figure->name; figure++)
        printf("%-14s %s\n%-14s   %s\n", figure->name, figure->inputs, "", figure->summary);
    return ND_EXIT_FINE;
}

static int wrong(const char *message, const char *name) {
    fprintf(stderr, "nulldrift: figure: %s%s%s\n", message, name ? " " : "", name ? name : "");
    return ND_EXIT_USAGE;
}

static int no_such_figure(const char *name) {
    char mend[200];
    nd_nearest nearest = {.wanted = name};
    for (const nd_figure *figure = nd_figures(); figure->name; figure++)
        nd_nearest_offer(&nearest, figure->name);
    fprintf(stderr, "nulldrift: figure: there is no figure '%s'; %s\n", nd_shown(name).text,
            nd_nearest_mend(&nearest, "`nulldrift figure --list` shows them", mend, sizeof mend));
    return ND_EXIT_USAGE;
}

static bool width_asked(const nd_arguments *arguments, double *width) {
    const char *text = nd_value(arguments, "width");
    *width = 0;
    return !text || (nd_text_number(text, width) && *width >= 20 && *width <= 1000);
}

/* Where the picture goes, to free(): the output's name, and behind it the ending of the format
 * where one is asked for and the name has none. NULL, and said: the two do not agree, or there is
 * none. */
static char *named_output(const nd_arguments *arguments) {
    const char *output = nd_value(arguments, "output"), *format = nd_value(arguments, "format");
    const char *ending = NULL, *given = output ? nd_picture_ending_of(output) : NULL;
    for (size_t i = 0; format && !ending && nd_picture_ending(i); i++)
        if (strcmp(nd_picture_ending(i) + 1, format) == 0)
            ending = nd_picture_ending(i);
    if (!output)
        wrong("say where the picture goes: -o FILE.pdf, .svg, .png or .eps", NULL);
    else if (format && !ending)
        wrong("--format takes pdf, svg, png or eps", NULL);
    else if (ending && given && given != ending)
        wrong("--format says another kind of picture than the name's ending,", given);
    else
        return nd_path_with(output, ending && !given ? ending : "", NULL);
    return NULL;
}

static int draw(const nd_arguments *arguments, const nd_figure *figure, const char *output,
                const nd_plot_options *wishes) {
    nd_error error = {0}, remark = {0};
    const char *const *inputs = nd_positionals(arguments) + 1;
    size_t count = nd_positional_count(arguments) - 1;
    nd_place *place = nd_output_place(arguments, output, inputs, count, &error);
    nd_figure_request request = {
        .inputs = inputs, .input_count = count, .output = output, .plot = *wishes};
    request.plot.remark = &remark;
    request.plot.place = place;
    bool drawn = place && figure->draw(&request, &error);
    nd_place_free(place);
    nd_say_remark(&remark);
    return drawn ? ND_EXIT_FINE : nd_report(&error);
}

static int run(const nd_arguments *arguments) {
    if (nd_flag(arguments, "list"))
        return list(nd_flag(arguments, "json"));
    if (nd_flag(arguments, "json"))
        return wrong("--json goes with --list: a figure is a picture", NULL);
    size_t given = nd_positional_count(arguments);
    if (given == 0)
        return wrong("name a figure; `nulldrift figure --list` shows them", NULL);
    const nd_figure *figure = nd_figure_find(nd_positional(arguments, 0));
    if (!figure)
        return no_such_figure(nd_positional(arguments, 0));
    if (given - 1 < figure->least_inputs || given - 1 > figure->most_inputs)
        return wrong("this one takes", figure->inputs);
    double width;
    if (!width_asked(arguments, &width))
        return wrong("--width takes millimetres between 20 and 1000, e.g. --width 89", NULL);
    const char *font = nd_value(arguments, "font");
    if (font && !nd_plot_font_is_plain(font))
        return wrong("--font takes a font's name: letters, digits, blanks and '-'", NULL);
    char *output = named_output(arguments);
    if (!output)
        return ND_EXIT_USAGE;
    int end = draw(arguments, figure, output,
                   &(nd_plot_options){.no_note = nd_flag(arguments, "no-note"),
                                      .keep_script = nd_flag(arguments, "keep-script"),
                                      .width_mm = width,
                                      .font = font});
    free(output);
    return end;
}

static const nd_option OPTIONS[] = {
    {'o', "output", "FILE", "the picture: .pdf, .svg, .png (200 dots per inch) or .eps"},
    {0, "format", "KIND", "pdf, svg, png or eps; FILE gets the ending where it has none"},
    {0, "width", "MM", "its width, all in it to scale, e.g. 89 or 183 for a journal's columns"},
    {0, "font", "NAME", "instead of Helvetica"},
    {0, "no-note", NULL, "nothing at the foot: what is shown, of how many, stands in your legend"},
    {0, "keep-script", NULL,
     "leave gnuplot's script and the data beside the picture, in FILE.gnuplot/"},
    ND_OPTION_FORCE,
    {0, "list", NULL, "list the figures and what each is drawn from"},
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift figure --list", "every figure, and what it is drawn from"},
    {"nulldrift figure fig2 figure-2.nc -o fig2.pdf", "Figure 2 of a run"},
    {"nulldrift figure fig2 figure-2.nc -o fig2.svg --keep-script",
     "the same, with the script to restyle: (cd fig2.svg.gnuplot && gnuplot plot.gp)"},
    {"nulldrift figure fig6 figure-2.nc -o fig6.pdf --width 89 --font Arial",
     "as wide as a column, in a journal's font"},
    {NULL, NULL},
};

const nd_command nd_command_figure = {
    .name = "figure",
    .usage = "NAME INPUT... -o FILE [--format KIND] [--width MM] [--font NAME] [--no-note] "
             "[--keep-script] | --list",
    .summary = "draw a figure as PDF, SVG, PNG or EPS",
    .description =
        "Draws one of the figures of `nulldrift figure --list` through gnuplot. A run that has not "
        "been measured is measured on the way, its file left as it is.\n\n"
        "With --keep-script the script (plot.gp), the terminal (terminal.gp), the house style "
        "(house.gp) and the data tables "
        "stay in FILE.gnuplot/: change them and run `gnuplot plot.gp` there. `nulldrift help "
        "figures` "
        "explains every figure.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 0,
    .most = -1,
    .run = run,
};
