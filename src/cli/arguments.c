#include "cli/arguments.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"
#include "base/words.h"
#include "cli/manual.h"

/* The command line as one string, under our own name whatever the program is called. */
static char *join(int argc, char **argv) {
    static const char own[] = "nulldrift";
    size_t length = sizeof own;
    for (int i = 1; i < argc; i++)
        length += strlen(argv[i]) + 1;
    char *line = calloc(length, 1);
    if (!line)
        return NULL;
    strcat(line, own);
    for (int i = 1; i < argc; i++) {
        strcat(line, " ");
        strcat(line, argv[i]);
    }
    return line;
}

static const nd_option *find_option(const nd_command *command, const char *word, size_t length) {
    for (const nd_option *option = command->options; option && option->name; option++) {
        bool is_letter =
            word[0] == '-' && word[1] == option->letter && option->letter && length == 2;
        bool is_name = strlen(option->name) + 2 == length && strncmp(word, "--", 2) == 0 &&
                       strncmp(word + 2, option->name, length - 2) == 0;
        if (is_letter || is_name)
            return option;
    }
    return NULL;
}

static int wrong(const nd_command *command, const char *fault, const char *word) {
    fprintf(stderr,
            "nulldrift %s: %s%s%s; usage: nulldrift %s %s (`nulldrift %s --help` tells more)\n",
            command->name, fault, *word ? " " : "", nd_shown(word).text, command->name,
            command->usage, command->name);
    return ND_EXIT_USAGE;
}

static int unknown_option(const nd_command *command, const char *word) {
    char shown[300];
    nd_nearest nearest = {.wanted = word + strspn(word, "-")};
    for (const nd_option *option = command->options; option && option->name; option++)
        nd_nearest_offer(&nearest, option->name);
    snprintf(shown, sizeof shown, "%.120s; did you mean --%s?", word, nearest.found);
    return wrong(command, "unknown option", nearest.found[0] ? shown : word);
}

/* Takes argv[*at], an option, and its value; returns ND_PARSED or the exit code. */
static int take_option(nd_arguments *arguments, int argc, char **argv, int *at) {
    const nd_command *command = arguments->command;
    const char *word = argv[*at], *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        nd_manual_command(stdout, command);
        return ND_EXIT_FINE;
    }
    const nd_option *option = find_option(command, word, length);
    if (!option)
        return unknown_option(command, word);
    const char *value = NULL;
    if (option->argument) {
        value = equals ? equals + 1 : *at + 1 < argc ? argv[++*at] : NULL;
        if (!value)
            return wrong(command, "a value is missing after", word);
    } else if (equals)
        return wrong(command, "no value goes with", word);
    arguments->names[arguments->option_count] = option->name;
    arguments->values[arguments->option_count++] = value;
    return ND_PARSED;
}

int nd_arguments_parse(nd_arguments *arguments, const nd_command *command, int argc, char **argv) {
    size_t room = (size_t)argc + 1;
    *arguments = (nd_arguments){.command = command,
                                .positionals = calloc(room, sizeof(char *)),
                                .names = calloc(room, sizeof(char *)),
                                .values = calloc(room, sizeof(char *)),
                                .found = calloc(room, sizeof(char *)),
                                .line = join(argc, argv)};
    if (!arguments->positionals || !arguments->names || !arguments->values || !arguments->found ||
        !arguments->line) {
        fprintf(stderr, "nulldrift: out of memory\n");
        return ND_EXIT_FAILED;
    }
    bool options_over = false;
    for (int i = 2; i < argc; i++) {
        if (!options_over && strcmp(argv[i], "--") == 0)
            options_over = true;
        else if (!options_over && argv[i][0] == '-' && argv[i][1] != '\0') {
            int code = take_option(arguments, argc, argv, &i);
            if (code != ND_PARSED)
                return code;
        } else
            arguments->positionals[arguments->positional_count++] = argv[i];
    }
    int count = (int)arguments->positional_count;
    if (count < command->least)
        return wrong(command, "an argument is missing", "");
    if (command->most >= 0 && count > command->most)
        return wrong(command, "too many arguments:", arguments->positionals[command->most]);
    return ND_PARSED;
}

void nd_arguments_free(nd_arguments *arguments) {
    free(arguments->positionals);
    free(arguments->names);
    free(arguments->values);
    free(arguments->found);
    free(arguments->line);
}

size_t nd_positional_count(const nd_arguments *arguments) {
    return arguments->positional_count;
}

const char *nd_positional(const nd_arguments *arguments, size_t index) {
    return index < arguments->positional_count ? arguments->positionals[index] : NULL;
}

const char *const *nd_positionals(const nd_arguments *arguments) {
    return arguments->positionals;
}

bool nd_flag(const nd_arguments *arguments, const char *name) {
    for (size_t i = 0; i < arguments->option_count; i++)
        if (strcmp(arguments->names[i], name) == 0)
            return true;
    return false;
}

size_t nd_values(const nd_arguments *arguments, const char *name, const char *const **values) {
    size_t count = 0;
    for (size_t i = 0; i < arguments->option_count; i++)
        if (strcmp(arguments->names[i], name) == 0)
            arguments->found[count++] = arguments->values[i];
    *values = arguments->found;
    return count;
}

const char *nd_value(const nd_arguments *arguments, const char *name) {
    const char *last = NULL;
    for (size_t i = 0; i < arguments->option_count; i++)
        if (strcmp(arguments->names[i], name) == 0)
            last = arguments->values[i];
    return last;
}

bool nd_number_value(const nd_arguments *arguments, const char *name, double least, double most,
                     double fallback, double *value) {
    const char *text = nd_value(arguments, name);
    *value = fallback;
    if (!text)
        return true;
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(number) || number < least || number > most) {
        fprintf(stderr, "nulldrift %s: --%s %s: expected a number from %g to %g\n",
                arguments->command->name, name, nd_shown(text).text, least, most);
        return false;
    }
    *value = number;
    return true;
}

const char *nd_command_line(const nd_arguments *arguments) {
    return arguments->line;
}
