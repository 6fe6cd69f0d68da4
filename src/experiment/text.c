/* The whole experiment as YAML, every key that it honours spelled out: its identity. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/locale.h"
#include "experiment/keys.h"

/* Strings that plain YAML could take for something else are quoted. */
static void print_word(FILE *out, const char *word) {
    bool plain = word[0] != '\0';
    for (const char *c = word; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./+", *c))
            plain = false;
    if (plain && word[0] != '-') {
        fputs(word, out);
        return;
    }
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)word; *c; c++)
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c < 0x20)
            fprintf(out, "\\x%02x", *c);
        else
            fputc(*c, out);
    fputc('"', out);
}

/* The shortest decimals that read back as the same number: 0.1, not 0.10000000000000001. */
static void print_number(FILE *out, double number) {
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    fputs(text, out);
}

static void print_value(FILE *out, const nd_experiment *experiment, const nd_key *key) {
    const char *member = (const char *)experiment + key->offset;
    if (strcmp(key->name, "network.model") == 0)
        fputs(nd_model_names[experiment->network.model], out);
    else if (key->kind == ND_WORD)
        print_word(out, *(char *const *)member);
    else if (key->kind == ND_NUMBER)
        print_number(out, *(const double *)member);
    else if (key->kind == ND_COUNT)
        fprintf(out, "%llu", (unsigned long long)*(const uint64_t *)member);
    else
        fputs(*(const bool *)member ? "true" : "false", out);
}

static bool goes_without_saying(const nd_experiment *experiment, const nd_key *key) {
    return key->models & ND_SINGLE_RUN &&
           strcmp(*(char *const *)((const char *)experiment + key->offset), key->fallback) == 0;
}

char *nd_experiment_text(const nd_experiment *experiment, nd_error *error) {
    ND_IN_C_LOCALE;
    if (!nd_is_given(experiment, "nd_experiment_text", "experiment", error))
        return NULL;
    char *text = NULL;
    size_t length, count;
    FILE *out = open_memstream(&text, &length);
    if (!out) {
        nd_fail_errno(error, "experiment", NULL, "cannot be written out");
        return NULL;
    }
    const nd_key *keys = nd_keys(&count);
    char section[32] = "";
    for (size_t k = 0; k < count; k++) {
        const char *dot = strchr(keys[k].name, '.');
        char by[80];
        if (!(keys[k].models & 1U << experiment->network.model) ||
            !nd_key_honoured(&keys[k], experiment, by, sizeof by) ||
            goes_without_saying(experiment, &keys[k]))
            continue;
        size_t section_length = dot ? (size_t)(dot - keys[k].name) : 0;
        if (dot && (strlen(section) != section_length ||
                    strncmp(section, keys[k].name, section_length) != 0)) {
            snprintf(section, sizeof section, "%.*s", (int)section_length, keys[k].name);
            fprintf(out, "%s:\n", section);
        }
        fprintf(out, "%s%s: ", dot ? "  " : "", dot ? dot + 1 : keys[k].name);
        print_value(out, experiment, &keys[k]);
        fputc('\n', out);
    }
    if (fclose(out) != 0) {
        nd_fail_errno(error, "experiment", NULL, "cannot be written out");
        free(text);
        return NULL;
    }
    return text;
}
