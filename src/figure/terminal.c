#include "figure/terminal.h"

#include <string.h>

#include "figure/picture_size.h"

#define PNG_DOTS_PER_CM (ND_PNG_DOTS_PER_INCH / 2.54)
#define PNG_SCALE (ND_PNG_DOTS_PER_INCH / 72.0)
/* The cairo terminals take 96 dots per inch where a typographic point has 72. */
#define FONT_SCALE 0.75
#define SVG_DOTS_PER_CM (96 / 2.54)

static const char *const ENDINGS[] = {".pdf", ".svg", ".png", ".eps"};

const char *nd_picture_ending(size_t index) {
    return index < sizeof ENDINGS / sizeof *ENDINGS ? ENDINGS[index] : NULL;
}

const char *nd_picture_ending_of(const char *path) {
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; dot && i < sizeof ENDINGS / sizeof *ENDINGS; i++)
        if (strcmp(dot, ENDINGS[i]) == 0)
            return ENDINGS[i];
    return NULL;
}

static void write_png(FILE *file, double width, double height, double scale, const char *font) {
    (void)fprintf(file,
                  "set terminal pngcairo enhanced color size %.0f,%.0f font '%s,8' "
                  "fontscale %.6g linewidth %.6g pointscale %.6g rounded\n",
                  scale * width * PNG_DOTS_PER_CM, scale * height * PNG_DOTS_PER_CM, font,
                  FONT_SCALE * PNG_SCALE * scale, 0.8 * PNG_SCALE * scale, PNG_SCALE * scale);
}

/* Its size in millimetres is set when it is drawn (nd_svg_set_size): all else stays as it is. */
static void write_svg(FILE *file, double width, double height, const char *font) {
    (void)fprintf(file,
                  "set terminal svg enhanced size %.0f,%.0f font '%s,8' fontscale %.6g "
                  "linewidth 1 rounded background '#ffffff'\n",
                  width * SVG_DOTS_PER_CM, height * SVG_DOTS_PER_CM, font, 1 / FONT_SCALE);
}

static void write_print(FILE *file, const char *terminal, double width, double height, double scale,
                        const char *font) {
    (void)fprintf(file,
                  "set terminal %s enhanced color size %.6gcm,%.6gcm font '%s,8' "
                  "fontscale %.6g linewidth %.6g pointscale %.6g rounded\n",
                  terminal, scale * width, scale * height, font, FONT_SCALE * scale, 1.3 * scale,
                  scale);
}

void nd_terminal_write(FILE *file, const char *ending, double width_cm, double height_cm,
                       const nd_plot_options *options) {
    const char *font = options->font ? options->font : "Helvetica";
    const double scale = nd_plot_scale(width_cm, options);
    if (strcmp(ending, ".png") == 0)
        write_png(file, width_cm, height_cm, scale, font);
    else if (strcmp(ending, ".svg") == 0)
        write_svg(file, width_cm, height_cm, font);
    else
        write_print(file, strcmp(ending, ".eps") == 0 ? "epscairo" : "pdfcairo", width_cm,
                    height_cm, scale, font);
}
