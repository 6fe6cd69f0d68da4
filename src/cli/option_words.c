#include "cli/option_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"

/* Arguments whose option has another name. */
static const struct { const char *argument, *option; } OTHERWISE[] = {{"replace", "force"}};

/* What -o is the way to. */
static const char *const ELSEWHERE[] = {"another name", "another folder", "another output",
                                        "on another disk", "a shorter one"};

static bool is_named(const char *option, const char *word, size_t length) {
    size_t i = 0;
    for (; i < length && option[i]; i++)
        if (option[i] != (word[i] == '_' ? '-' : word[i]))
            return false;
    return i == length && option[i] == '\0';
}

static const nd_option *option_called(const nd_command *command, const char *word, size_t length) {
    for (size_t i = 0; i < sizeof OTHERWISE / sizeof OTHERWISE[0]; i++)
        if (strlen(OTHERWISE[i].argument) == length &&
            strncmp(OTHERWISE[i].argument, word, length) == 0) {
            word = OTHERWISE[i].option;
            length = strlen(word);
        }
    for (const nd_option *option = command ? command->options : NULL; option && option->name;
         option++)
        if (is_named(option->name, word, length))
            return option;
    return NULL;
}

/* The command of "nulldrift NAME ..."; NULL where it is none. */
static const nd_command *command_named(const char *word, size_t length) {
    static const char own[] = "nulldrift ";
    if (length < sizeof own || strncmp(word, own, sizeof own - 1) != 0)
        return NULL;
    const char *name = word + sizeof own - 1;
    size_t letters = strcspn(name, " `");
    for (const nd_command *command = nd_commands(); command->name; command++)
        if (strlen(command->name) == letters && strncmp(command->name, name, letters) == 0)
            return command;
    return NULL;
}

char *nd_with_options(const char *text, const nd_command *present) {
    char *said = NULL;
    size_t size;
    FILE *out = open_memstream(&said, &size);
    if (!out)
        return NULL;
    const nd_command *named = NULL;
    while (*text) {
        const char *end = *text == '`' ? strchr(text + 1, '`') : NULL;
        size_t length = end ? (size_t)(end - text) - 1 : 0;
        const nd_command *command = end ? command_named(text + 1, length) : NULL;
        const nd_option *option = end ? option_called(named, text + 1, length) : NULL;
        if (end && !option)
            option = option_called(present, text + 1, length);
        named = command ? command : named;
        if (option && option->letter)
            fprintf(out, "-%c", option->letter);
        else if (option)
            fprintf(out, "--%s", option->name);
        else
            fprintf(out, "%.*s", end ? (int)length + 2 : 1, text);
        text += end ? length + 2 : 1;
    }
    if (fclose(out) == 0)
        return said;
    free(said);
    return NULL;
}

/* " with -o" after the first of ELSEWHERE in `text` of `size` bytes, if there is room. */
static void say_elsewhere(char *text, size_t size, const nd_command *present) {
    static const char with[] = " with -o";
    const nd_option *output = option_called(present, "output", strlen("output"));
    for (size_t i = 0; output && i < sizeof ELSEWHERE / sizeof ELSEWHERE[0]; i++) {
        char *at = strstr(text, ELSEWHERE[i]);
        if (!at || strlen(text) + sizeof with > size)
            continue;
        at += strlen(ELSEWHERE[i]);
        memmove(at + sizeof with - 1, at, strlen(at) + 1);
        memcpy(at, with, sizeof with - 1);
        return;
    }
}

static void say(char *text, size_t size, const nd_command *present) {
    char *said = nd_with_options(text, present);
    if (said)
        snprintf(text, size, "%s", said);
    free(said);
}

nd_error nd_error_with_options(const nd_error *error, const nd_command *present) {
    nd_error said = *error;
    if (said.where[0] == '`')
        say(said.where, sizeof said.where, present);
    say(said.mend, sizeof said.mend, present);
    say_elsewhere(said.mend, sizeof said.mend, present);
    return said;
}
