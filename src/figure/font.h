/* Which font a picture is drawn in: cairo takes the nearest that is installed, without a word. */
#ifndef ND_FIGURE_FONT_H
#define ND_FIGURE_FONT_H

#include <stdbool.h>
#include <stddef.h>

/* What fontconfig has for the name of a font. */
typedef enum nd_font_found {
    ND_FONT_INSTALLED,
    ND_FONT_REPLACED, /* by another, whose name is known */
    ND_FONT_UNKNOWN,  /* there is no fc-match to be asked */
} nd_font_found;

/* Asks for `font` (checked by nd_plot_font_is_plain) as cairo would. The name of that which is
 * taken instead goes to `instead`, as it came: it is shown as foreign text. */
nd_font_found nd_font_find(const char *font, char *instead, size_t size);

#endif
