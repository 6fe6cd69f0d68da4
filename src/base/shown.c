#include "base/shown.h"

#include <stdbool.h>
#include <string.h>

static const char CUT[] = "…";

/* The code point that begins `text`, in UTF-8's shortest form; returns its bytes, 0 for none. */
static size_t code_point(const unsigned char *text, uint32_t *code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80             ? 1
                    : (text[0] & 0xe0) == 0xc0 ? 2
                    : (text[0] & 0xf0) == 0xe0 ? 3
                    : (text[0] & 0xf8) == 0xf0 ? 4
                                               : 0;
    *code = length < 2 ? text[0] : text[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (text[i] & 0x3f);
    }
    bool surrogate = *code >= 0xd800 && *code < 0xe000;
    return length == 0 || *code < least[length] || *code > 0x10ffff || surrogate ? 0 : length;
}

/* Unicode's bidirectional controls, line and paragraph separators, and tags nobody sees. */
static bool hidden(uint32_t code) {
    return code == 0x61c || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) ||
           (code >= 0xe0000 && code <= 0xe007f);
}

uint32_t nd_code_point(const char *text) {
    uint32_t code;
    return code_point((const unsigned char *)text, &code) ? code : ND_NO_CODE_POINT;
}

size_t nd_shown_character(const char *text, char shown[ND_SHOWN_CHARACTER]) {
    uint32_t code;
    size_t length = code_point((const unsigned char *)text, &code);
    if (length == 0)
        snprintf(shown, ND_SHOWN_CHARACTER, "\\x%02x", (unsigned)(unsigned char)*text);
    else if (code == '\n' || code == '\r' || code == '\t')
        snprintf(shown, ND_SHOWN_CHARACTER, "\\%c", code == '\n' ? 'n' : code == '\r' ? 'r' : 't');
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0))
        snprintf(shown, ND_SHOWN_CHARACTER, "\\x%02x", (unsigned)code);
    else if (hidden(code))
        snprintf(shown, ND_SHOWN_CHARACTER, code > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)code);
    else
        snprintf(shown, ND_SHOWN_CHARACTER, "%.*s", (int)length, text);
    return length ? length : 1;
}

const char *nd_shown_in(const char *text, char *out, size_t size) {
    char shown[ND_SHOWN_CHARACTER];
    size_t used = 0, cut_at = 0; /* cut_at: the last place where the mark of a cut still fits */
    for (const char *at = text ? text : ""; *at;) {
        at += nd_shown_character(at, shown);
        size_t length = strlen(shown);
        if (used + sizeof CUT <= size)
            cut_at = used;
        if (used + length >= size) {
            memcpy(out + cut_at, CUT, sizeof CUT);
            return out;
        }
        memcpy(out + used, shown, length);
        used += length;
    }
    out[used] = '\0';
    return out;
}

nd_shown_text nd_shown(const char *text) {
    nd_shown_text of;
    nd_shown_in(text, of.text, sizeof of.text);
    return of;
}

static void put(const char *text, bool lines, FILE *out) {
    char shown[ND_SHOWN_CHARACTER];
    for (const char *at = text ? text : ""; *at;) {
        if (lines && (*at == '\n' || *at == '\t')) {
            fputc(*at++, out);
            continue;
        }
        at += nd_shown_character(at, shown);
        fputs(shown, out);
    }
}

void nd_put_shown(const char *text, FILE *out) {
    put(text, false, out);
}

void nd_put_shown_lines(const char *text, FILE *out) {
    put(text, true, out);
}

size_t nd_put_shown_line(const char *text, FILE *out) {
    size_t length = 0;
    while (text[length] && text[length] != '\n') {
        char shown[ND_SHOWN_CHARACTER];
        length += nd_shown_character(text + length, shown);
        fputs(shown, out);
    }
    return length;
}
