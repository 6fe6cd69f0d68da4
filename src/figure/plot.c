#include "figure/plot.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/shown.h"
#include "base/spawn.h"
#include "figure/font.h"
#include "figure/gnuplot.h"
#include "figure/picture_size.h"
#include "figure/plot_folder.h"
#include "figure/plot_style.h"
#include "figure/png_density.h"
#include "figure/terminal.h"

/* The room for a note beneath the panels, and from where it begins. */
static const double FOOT_CM = 0.42, NOTE_LEFT_CM = 0.14, NOTE_UP_CM = 0.2;

static const char QUOTE[] = "\\047";

/* gnuplot reads a table called '< ...' from a program. */
static const char TABLE_LETTERS[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

struct nd_plot {
    char *output; /* where the picture goes */
    nd_place *place;
    nd_plot_folder *folder; /* where script and tables are written */
    char *picture;          /* FOLDER/NAME-OF-OUTPUT, in letters that mean nothing to gnuplot */
    FILE *script, *table;
    double width_cm, height_cm; /* of the panels */
    char note[600];             /* enhanced text; empty: none */
    bool panels;                /* the script is within `set multiplot` */
    nd_error failure;           /* the first failure while writing */
};

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool remember(nd_plot *plot, const char *doing) {
    if (plot->failure.what[0] == '\0')
        nd_fail_errno(&plot->failure, plot->output, "free some space or choose another folder",
                      doing);
    return false;
}

static FILE *open_in_folder(nd_plot *plot, const char *name) {
    FILE *file = nd_plot_folder_file(plot->folder, name);
    if (!file)
        remember(plot, "the picture's data cannot be written");
    return file;
}

static void close_file(nd_plot *plot, FILE **file) {
    if (*file && (ferror(*file) | fclose(*file)) != 0)
        remember(plot, "the picture's data cannot be written");
    *file = NULL;
}

/* The terminal, in a file of its own: what is wanted of it is known last. */
static void write_terminal(nd_plot *plot, const nd_plot_options *options) {
    FILE *file = open_in_folder(plot, "terminal.gp");
    if (file)
        nd_terminal_write(file, nd_picture_ending_of(plot->output), plot->width_cm,
                          plot->height_cm + FOOT_CM, options);
    close_file(plot, &file);
}

static void write_head(nd_plot *plot) {
    nd_plot_script(plot,
                   "# Drawn by nulldrift %s. Restyle, then run: gnuplot plot.gp\n"
                   "load 'terminal.gp'\nset output '%s'\nload 'house.gp'\n",
                   nd_version(), base_name(plot->picture));
    FILE *house = open_in_folder(plot, "house.gp");
    if (house)
        (void)fputs(nd_plot_house_style, house);
    /* This terminal sets labels lower than cairo's do. */
    if (house && strcmp(nd_picture_ending_of(plot->output), ".svg") == 0)
        (void)fputs("set xlabel offset 0,0.75\n", house);
    close_file(plot, &house);
}

/* FOLDER/NAME, all that is neither letter, digit, '.', '-' nor '_' of its name become '_': gnuplot
 * starts programs for names that begin with '|'. */
static char *picture_in(const char *folder, const char *name, nd_error *error) {
    char *within = nd_path_with("/", name, error);
    for (char *c = within ? within + 1 : NULL; c && *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(".-_", *c))
            *c = '_';
    char *path = within ? nd_path_with(folder, within, error) : NULL;
    free(within);
    return path;
}

bool nd_can_draw(const char *output, nd_error *error) {
    if (!nd_picture_ending_of(output))
        return nd_fail(error, output, "name the picture .pdf, .svg, .png or .eps",
                       "the ending says no kind of picture that can be drawn");
    if (!nd_program_find("gnuplot", NULL, 0))
        return nd_fail(error, output,
                       "install the package gnuplot-nox (apt-get install gnuplot-nox)",
                       "pictures are drawn by gnuplot, which is not on this machine");
    return nd_check_writable(output, error);
}

nd_plot *nd_plot_new(const char *output, double width_cm, double height_cm, nd_error *error) {
    if (!nd_can_draw(output, error))
        return NULL;
    nd_plot *plot = nd_array(1, sizeof *plot, error);
    if (!plot)
        return NULL;
    plot->width_cm = width_cm;
    plot->height_cm = height_cm;
    plot->output = nd_text(output, error);
    plot->place = plot->output ? nd_place_find(output, error) : NULL;
    plot->folder = plot->place ? nd_plot_folder_new(output, error) : NULL;
    if (plot->folder) {
        plot->picture = picture_in(nd_plot_folder_path(plot->folder), base_name(output), error);
        if (plot->picture && nd_plot_folder_enter(plot->folder, base_name(plot->picture)) &&
            (plot->script = open_in_folder(plot, "plot.gp"))) {
            write_head(plot);
            return plot;
        }
        remember(plot, "the picture's data cannot be written beside it");
        if (error)
            *error = plot->failure;
    }
    nd_plot_abandon(plot);
    return NULL;
}

void nd_plot_size(const nd_plot *plot, double *width_cm, double *height_cm) {
    *width_cm = plot->width_cm;
    *height_cm = plot->height_cm;
}

void nd_plot_script(nd_plot *plot, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(plot->script, format, arguments);
    va_end(arguments);
}

double nd_plot_screen_y(const nd_plot *plot, double share) {
    return (FOOT_CM + share * plot->height_cm) / (FOOT_CM + plot->height_cm);
}

void nd_plot_note(nd_plot *plot, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(plot->note, sizeof plot->note, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof plot->note)
        nd_fail(&plot->failure, plot->output, NULL, "the note at its foot is too long");
}

/* The foot is a panel of its own that shows nothing but its label. */
static void draw_note(nd_plot *plot) {
    if (plot->note[0] == '\0')
        return;
    nd_plot_panel(plot, NULL, 0, 0, 1, 1);
    nd_plot_script(plot,
                   "unset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\n"
                   "set label 1 '%s' at screen %.6g,%.6g left font ',6' textcolor rgb '#606060'\n"
                   "plot NaN notitle\n",
                   plot->note, NOTE_LEFT_CM / plot->width_cm,
                   NOTE_UP_CM / (FOOT_CM + plot->height_cm));
}

void nd_plot_letter(nd_plot *plot, const char *letter, double left, double top) {
    nd_plot_script(plot, "set label 99 '{/:Bold %s}' at screen %.6g,%.6g left front font ',11'\n",
                   letter, left + 0.1 / plot->width_cm,
                   nd_plot_screen_y(plot, top - 0.27 / plot->height_cm));
}

void nd_plot_panel_margins(nd_plot *plot, const char *letter, double left, double bottom,
                           double width, double height, nd_plot_margins margins) {
    const double across = 1 / plot->width_cm, up = 1 / plot->height_cm;
    nd_plot_script(plot, plot->panels ? "\nreset\nload 'house.gp'\n" : "set multiplot\n");
    plot->panels = true;
    nd_plot_script(plot,
                   "set lmargin at screen %.6g\nset rmargin at screen %.6g\n"
                   "set bmargin at screen %.6g\nset tmargin at screen %.6g\n",
                   left + margins.left * across, left + width - margins.right * across,
                   nd_plot_screen_y(plot, bottom + margins.bottom * up),
                   nd_plot_screen_y(plot, bottom + height - margins.top * up));
    if (letter)
        nd_plot_letter(plot, letter, left, bottom + height);
}

void nd_plot_panel(nd_plot *plot, const char *letter, double left, double bottom, double width,
                   double height) {
    nd_plot_panel_margins(plot, letter, left, bottom, width, height, ND_PLOT_MARGINS);
}

void nd_plot_table(nd_plot *plot, const char *name) {
    close_file(plot, &plot->table);
    if (name[strspn(name, TABLE_LETTERS)] != '\0')
        nd_fail(&plot->failure, plot->output, NULL, "a table cannot be called so");
    else
        plot->table = open_in_folder(plot, name);
}

void nd_plot_row(nd_plot *plot, size_t count, const double *values) {
    if (!plot->table)
        return;
    for (size_t i = 0; i < count; i++) {
        const char *after = i + 1 < count ? " " : "\n";
        if (isfinite(values[i]))
            (void)fprintf(plot->table, "%.9g%s", values[i], after);
        else
            (void)fprintf(plot->table, "NaN%s", after);
    }
}

void nd_plot_values(nd_plot *plot, const char *format, ...) {
    if (!plot->table)
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(plot->table, format, arguments);
    va_end(arguments);
}

void nd_plot_blank(nd_plot *plot) {
    nd_plot_values(plot, "\n");
}

void nd_plot_block(nd_plot *plot) {
    nd_plot_values(plot, "\n\n");
}

void nd_plot_matrix(nd_plot *plot, const char *name, size_t rows, size_t columns,
                    const double *values) {
    nd_plot_table(plot, name);
    for (size_t i = 0; i < nd_plot_image_rows(rows); i++) {
        const double *row = values + (i % rows) * columns;
        if (columns == 1)
            nd_plot_row(plot, 2, (double[]){*row, *row});
        else
            nd_plot_row(plot, columns, row);
    }
}

/* One shown character, escaped: a quote by its code (gnuplot 5.4 misreads two doubled ones in a
 * row), what marks enhanced text after a backslash. An empty group keeps a backslash from an 'U'
 * after it, which gnuplot reads as a code point. */
static size_t escape(const char *shown, char next, char *out) {
    size_t length = 0;
    for (; *shown; shown++) {
        if (*shown == '\'') {
            memcpy(out + length, QUOTE, sizeof QUOTE);
            length += sizeof QUOTE - 1;
            continue;
        }
        if (strchr("_^{}@&~\\", *shown))
            out[length++] = '\\';
        out[length++] = *shown;
        if (*shown == '\\' && (shown[1] ? shown[1] : next) == 'U') {
            out[length++] = '{';
            out[length++] = '}';
        }
    }
    return length;
}

nd_plot_text nd_plot_text_of(const char *text, size_t most) {
    nd_plot_text of;
    size_t length = 0, characters = 0;
    if (most > ND_PLOT_MOST)
        most = ND_PLOT_MOST;
    for (const char *at = text ? text : ""; *at; characters++) {
        char shown[ND_SHOWN_CHARACTER], after[ND_SHOWN_CHARACTER];
        at += nd_shown_character(at, shown);
        if (characters + 1 >= most && *at) { /* the last that fits, and more to come */
            memcpy(of.markup + length, "…", sizeof "…");
            return of;
        }
        if (*at)
            (void)nd_shown_character(at, after);
        length += escape(shown, *at ? after[0] : '\0', of.markup + length);
    }
    of.markup[length] = '\0';
    return of;
}

/* Adds what is to be known of a picture that is drawn, to what gnuplot said of it. */
static void remark(const nd_plot *plot, const nd_plot_options *options, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void remark(const nd_plot *plot, const nd_plot_options *options, const char *format, ...) {
    char words[300];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(words, sizeof words, format, list);
    va_end(list);
    char *said = options->remark ? options->remark->what : NULL;
    if (said && said[0]) {
        size_t length = strlen(said);
        snprintf(said + length, sizeof options->remark->what - length, "; %s", words);
    } else if (said)
        (void)nd_fail(options->remark, plot->output, NULL, "drawn; %s", words);
}

/* A page of many panels in a narrow column. */
static void remark_small_text(const nd_plot *plot, const nd_plot_options *options) {
    static const double POINTS = 8, LEAST = 5; /* as it is designed; what journals ask for */
    double points = POINTS * nd_plot_scale(plot->width_cm, options);
    if (points < LEAST - 0.05)
        remark(plot, options,
               "its text is %.1f points tall, journals ask for %.0f: from %.0f mm on", points,
               LEAST, ceil(10 * plot->width_cm * LEAST / POINTS));
}

/* A font that was asked for; in SVG it is named, and whoever shows the picture chooses. */
static void remark_font(const nd_plot *plot, const nd_plot_options *options) {
    char instead[1024]; /* one font has a name in each of many languages */
    if (!options->font || !options->remark)
        return;
    bool is_named = strcmp(nd_picture_ending_of(plot->output), ".svg") == 0;
    nd_font_found found = nd_font_find(options->font, instead, sizeof instead);
    instead[strcspn(instead, ",")] = '\0';
    if (found == ND_FONT_REPLACED && is_named)
        remark(plot, options, "it names the font %s, which is not installed here", options->font);
    else if (found == ND_FONT_REPLACED)
        remark(plot, options, "the font %s is not installed, its text is in %s", options->font,
               nd_shown(instead).text);
    else if (found == ND_FONT_UNKNOWN)
        remark(plot, options,
               "whether the font %s is installed could not be asked (fc-match of the package "
               "fontconfig)",
               options->font);
}

bool nd_plot_draw(nd_plot *plot, const nd_plot_options *options, nd_error *error) {
    if (!options->no_note)
        draw_note(plot);
    if (plot->panels)
        nd_plot_script(plot, "unset multiplot\n");
    nd_plot_script(plot, "unset output\n");
    close_file(plot, &plot->table);
    close_file(plot, &plot->script);
    write_terminal(plot, options);
    bool fine = plot->failure.what[0] == '\0';
    if (!fine && error)
        *error = plot->failure;
    fine = fine &&
           nd_gnuplot_run(nd_plot_folder_path(plot->folder), plot->picture, plot->output,
                          options->remark, error) &&
           nd_png_set_density(plot->picture, ND_PNG_DOTS_PER_INCH, error) &&
           nd_svg_set_size(plot->picture, plot->width_cm, options, error) &&
           nd_place_publish(options->place ? options->place : plot->place, plot->picture, error) &&
           (!options->keep_script || nd_plot_folder_keep(plot->folder, plot->output, error));
    if (fine) {
        remark_font(plot, options);
        remark_small_text(plot, options);
    }
    nd_plot_abandon(plot);
    return fine;
}

void nd_plot_abandon(nd_plot *plot) {
    if (!plot)
        return;
    close_file(plot, &plot->table);
    close_file(plot, &plot->script);
    nd_plot_folder_free(plot->folder);
    nd_place_free(plot->place);
    free(plot->output);
    free(plot->picture);
    free(plot);
}
