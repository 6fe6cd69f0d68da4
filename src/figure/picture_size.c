#include "figure/picture_size.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"

double nd_plot_scale(double width_cm, const nd_plot_options *options) {
    return options->width_mm > 0 ? options->width_mm / (10 * width_cm) : 1;
}

bool nd_plot_font_is_plain(const char *font) {
    size_t length = strlen(font);
    for (size_t i = 0; i < length; i++)
        if (!isascii((unsigned char)font[i]) ||
            (!isalnum((unsigned char)font[i]) && font[i] != ' ' && font[i] != '-'))
            return false;
    return length > 0 && length <= 60;
}

bool nd_svg_set_size(const char *path, double width_cm, const nd_plot_options *options,
                     nd_error *error) {
    static const double MM = 25.4 / 96; /* a unit's */
    const double scale = nd_plot_scale(width_cm, options);
    const char *ending = strrchr(path, '.');
    nd_buffer picture = {0}, whole = {0};
    if (!(options->width_mm > 0) || !ending || strcmp(ending, ".svg") != 0)
        return true;
    if (!nd_read_file(path, (size_t)1 << 30, &picture, error))
        return false;
    const char *bytes = (const char *)picture.bytes, head[] = " width=\"";
    unsigned width, height;
    int taken = 0;
    size_t at = 0, most = picture.length < 400 ? picture.length : 400;
    while (at + sizeof head <= most && memcmp(bytes + at, head, sizeof head - 1) != 0)
        at++;
    char first[400] = "", size[120];
    if (most > at)
        memcpy(first, bytes + at, most - at < sizeof first - 1 ? most - at : sizeof first - 1);
    bool fine = true;
    if (sscanf(first, " width=\"%u\" height=\"%u\"%n", &width, &height, &taken) == 2 && taken > 0) {
        int written = snprintf(size, sizeof size, " width=\"%.2fmm\" height=\"%.2fmm\"",
                               MM * scale * width, MM * scale * height);
        fine =
            nd_buffer_put(&whole, bytes, at, error) &&
            nd_buffer_put(&whole, size, (size_t)written, error) &&
            nd_buffer_put(&whole, bytes + at + taken, picture.length - at - (size_t)taken, error) &&
            nd_write_file(path, whole.bytes, whole.length, error);
    }
    nd_buffer_free(&picture);
    nd_buffer_free(&whole);
    return fine;
}
