#include "base/json.h"
#include "base/shown.h"

#include <inttypes.h>
#include <math.h>

static void put_text(FILE *out, const char *text) {
    fputc('"', out);
    for (const char *at = text; *at;) {
        char shown[ND_SHOWN_CHARACTER];
        uint32_t code = nd_code_point(at);
        const char *from = at;
        at += nd_shown_character(at, shown);
        if (*from == '"' || *from == '\\')
            fprintf(out, "\\%c", *from);
        else if (*from == '\n')
            fputs("\\n", out);
        else if (shown[0] != '\\')
            fputs(shown, out);
        else if (code == ND_NO_CODE_POINT) /* JSON has no bytes: the byte's name */
            fprintf(out, "\\%s", shown);
        else if (code > 0xffff)
            fprintf(out, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
        else
            fprintf(out, "\\u%04x", code);
    }
    fputc('"', out);
}

static void put_name(nd_json *json, const char *name) {
    if (!json->first)
        fputs(", ", json->out);
    json->first = false;
    if (name) {
        put_text(json->out, name);
        fputs(": ", json->out);
    }
}

nd_json nd_json_begin(FILE *out) {
    fputc('{', out);
    return (nd_json){out, true};
}

void nd_json_end(nd_json *json) {
    fputs("}\n", json->out);
}

void nd_json_text(nd_json *json, const char *name, const char *value) {
    put_name(json, name);
    if (value)
        put_text(json->out, value);
    else
        fputs("null", json->out);
}

/* As short as tells it from its neighbours: integers without a point, all else with 17 digits at
 * most. */
static void put_number(FILE *out, double value) {
    char text[40];
    for (int digits = 6; digits <= 17; digits++) {
        double again;
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (sscanf(text, "%lf", &again) == 1 && again == value)
            break;
    }
    fputs(text, out);
}

void nd_json_number(nd_json *json, const char *name, double value) {
    put_name(json, name);
    if (isfinite(value))
        put_number(json->out, value);
    else
        fputs("null", json->out);
}

void nd_json_count(nd_json *json, const char *name, uint64_t value) {
    put_name(json, name);
    fprintf(json->out, "%" PRIu64, value);
}

void nd_json_truth(nd_json *json, const char *name, bool value) {
    put_name(json, name);
    fputs(value ? "true" : "false", json->out);
}

void nd_json_open(nd_json *json, const char *name, char bracket) {
    put_name(json, name);
    fputc(bracket, json->out);
    json->first = true;
}

void nd_json_close(nd_json *json, char bracket) {
    fputc(bracket == '{' ? '}' : ']', json->out);
    json->first = false;
}
