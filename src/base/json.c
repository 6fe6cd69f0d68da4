#include "base/json.h"

#include <inttypes.h>
#include <math.h>

static void put_text(FILE *out, const char *text) {
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c == '\n')
            fputs("\\n", out);
        else if (*c < 0x20 || *c == 0x7f)
            fprintf(out, "\\u%04x", *c);
        else
            fputc(*c, out);
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
