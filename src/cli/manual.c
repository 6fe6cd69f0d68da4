#include "cli/manual.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "cli/topics.h"
#include "figure/figure.h"
#include "nulldrift/experiment.h"

static const char SUMMARY[] = "a laboratory bench for representational drift";

enum { WIDTH = 88 };

/* Prints `text` wrapped to the screen, every line after `indent` spaces; the first starts at
 * `column` already. No line ends in blanks. */
static void wrapped(FILE *out, const char *text, int indent, int column) {
    bool blank = false; /* due before the next word of the line */
    while (*text) {
        size_t word = strcspn(text, " \n");
        if (column > indent && column + (int)word > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else if (blank)
            fputc(' ', out);
        fprintf(out, "%.*s", (int)word, text);
        column += (int)word + 1;
        text += word;
        blank = *text != '\0';
        if (strncmp(text, "\n\n", 2) == 0) {
            fprintf(out, "\n\n%*s", indent, "");
            column = indent;
            blank = false;
            text += 2;
        } else if (*text)
            text++;
    }
    fputc('\n', out);
}

void nd_manual_overview(FILE *out) {
    fprintf(out, "nulldrift %s: %s\n\nUsage: nulldrift COMMAND ...\n\n", nd_version(), SUMMARY);
    for (const nd_command *command = nd_commands(); command->name; command++)
        fprintf(out, "  %-16s %s\n", command->name, command->summary);
    fprintf(out, "\n`nulldrift COMMAND --help` explains a command and gives examples; `nulldrift "
                 "help PAGE`\n"
                 "prints a page of the manual:\n  ");
    char names[512] = "";
    for (const nd_topic *topic = nd_topics; topic->name; topic++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", topic->name);
    }
    wrapped(out, names, 2, 2);
    fprintf(out, "\nFirst steps: nulldrift run examples/figure-2.yaml -o figure-2.nc\n");
}

static void option_words(const nd_option *option, char *words, size_t size) {
    char letter[8] = "";
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(words, size, "%s--%s%s%s", letter, option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
}

void nd_manual_command(FILE *out, const nd_command *command) {
    fprintf(out, "nulldrift %s: %s\n\nUsage: nulldrift %s %s\n\n", command->name, command->summary,
            command->name, command->usage);
    wrapped(out, command->description, 0, 0);
    fprintf(out, "\nOptions\n");
    for (const nd_option *option = command->options; option && option->name; option++) {
        char words[80];
        option_words(option, words, sizeof words);
        fprintf(out, "  %-24s ", words);
        wrapped(out, option->help, 27, strlen(words) > 24 ? 27 + (int)strlen(words) - 24 : 27);
    }
    fprintf(out, "  %-24s this text\n", "-h, --help");
    if (command->examples)
        fprintf(out, "\nExamples\n");
    for (const nd_example *example = command->examples; example && example->command; example++)
        fprintf(out, "  %s\n      %s\n", example->command, example->meaning);
}

/* ---- pages of the manual ---- */

/* "sweeps" of a link's target "sweeps.md" or "sweeps.md#part", if that is a page; else NULL. */
static const nd_topic *topic_of(const char *target, size_t length) {
    for (const nd_topic *topic = nd_topics; topic->name; topic++) {
        size_t own = strlen(topic->name);
        if (length >= own + 3 && strncmp(target, topic->name, own) == 0 &&
            strncmp(target + own, ".md", 3) == 0)
            return topic;
    }
    return NULL;
}

/* Words as they are, but for "docs/NAME.md" of a page that the program holds. */
static void put_words(FILE *out, const char *words, size_t length) {
    static const char folder[] = "docs/";
    const size_t begin = sizeof folder - 1;
    for (const char *end = words + length; words < end;) {
        const char *at = memmem(words, (size_t)(end - words), folder, begin);
        const nd_topic *topic = at ? topic_of(at + begin, (size_t)(end - at) - begin) : NULL;
        size_t count = at ? (size_t)(at - words) + (topic ? 0 : begin) : (size_t)(end - words);
        fwrite(words, 1, count, out);
        words += count;
        if (topic) {
            fprintf(out, "`nulldrift help %s`", topic->name);
            words = at + begin + strlen(topic->name) + strlen(".md");
        }
    }
}

/* A line of Markdown for a terminal: links are their words, and name the page they lead to. */
static void put_line(FILE *out, const char *line, size_t length) {
    const char *end = line + length;
    while (line < end) {
        const char *open = memchr(line, '[', (size_t)(end - line));
        const char *middle = open ? memmem(open, (size_t)(end - open), "](", 2) : NULL;
        const char *close = middle ? memchr(middle, ')', (size_t)(end - middle)) : NULL;
        if (!close) {
            put_words(out, line, (size_t)(end - line));
            break;
        }
        put_words(out, line, (size_t)(open - line));
        const nd_topic *topic = topic_of(middle + 2, (size_t)(close - middle - 2));
        const char *words = open + 1;
        size_t count = (size_t)(middle - words);
        if (topic && topic_of(words, count))
            fprintf(out, "`nulldrift help %s`", topic->name);
        else if (topic)
            fprintf(out, "%.*s (`nulldrift help %s`)", (int)count, words, topic->name);
        else
            put_words(out, words, count);
        line = close + 1;
    }
    fputc('\n', out);
}

static void page_text(FILE *out, const nd_topic *topic) {
    for (const char *line = topic->page; *line;) {
        size_t length = strcspn(line, "\n");
        if (strncmp(line, "![", 2) != 0) /* pictures are for the page's other readers */
            put_line(out, line, length);
        line += length + (line[length] == '\n');
    }
}

bool nd_manual_topic(FILE *out, const char *name) {
    for (const nd_topic *topic = nd_topics; topic->name; topic++)
        if (strcmp(topic->name, name) == 0) {
            page_text(out, topic);
            return true;
        }
    return false;
}

/* ---- man pages ---- */

/* Prints text for troff: hyphens and backslashes kept, paragraphs parted. */
static void troff(FILE *out, const char *text) {
    bool line_start = true;
    for (; *text; text++) {
        if (strncmp(text, "\n\n", 2) == 0) {
            fputs("\n.PP\n", out);
            text++;
            line_start = true;
            continue;
        }
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '-')
            fputs("\\-", out);
        else if (*text == '\\')
            fputs("\\e", out);
        else
            fputc(*text, out);
        line_start = *text == '\n';
    }
    fputc('\n', out);
}

static void command_page(FILE *out, const nd_command *command) {
    fprintf(out, ".TH NULLDRIFT\\-%s 1 \"\" \"nulldrift %s\"\n.SH NAME\nnulldrift\\-%s \\- ",
            command->name, nd_version(), command->name);
    troff(out, command->summary);
    fprintf(out, ".SH SYNOPSIS\n.B nulldrift %s\n", command->name);
    troff(out, command->usage);
    fprintf(out, ".SH DESCRIPTION\n");
    troff(out, command->description);
    fprintf(out, ".SH OPTIONS\n");
    for (const nd_option *option = command->options; option && option->name; option++) {
        char words[80];
        option_words(option, words, sizeof words);
        fprintf(out, ".TP\n.B ");
        troff(out, words);
        troff(out, option->help);
    }
    fprintf(out, ".TP\n.B \\-h, \\-\\-help\nShows the command's usage.\n");
    if (command->examples)
        fprintf(out, ".SH EXAMPLES\n");
    for (const nd_example *example = command->examples; example && example->command; example++) {
        fprintf(out, ".TP\n.B ");
        troff(out, example->command);
        troff(out, example->meaning);
    }
    fprintf(out, ".SH EXIT STATUS\n0 when all went well, 1 on a failure (one line on standard "
                 "error says which), 2 for wrong usage.\n.SH SEE ALSO\n.BR nulldrift (1)\n");
}

static void overview_page(FILE *out) {
    fprintf(out,
            ".TH NULLDRIFT 1 \"\" \"nulldrift %s\"\n.SH NAME\nnulldrift \\- %s\n"
            ".SH SYNOPSIS\n.B nulldrift\nCOMMAND ...\n.SH DESCRIPTION\n",
            nd_version(), SUMMARY);
    troff(out, "Simulates noisy learning in small networks for millions of steps, measures what "
               "drifts, and puts the result beside recordings. Results are netCDF-4 files that "
               "Python, MATLAB and Julia open; pictures are PDF, SVG, PNG or EPS.");
    fprintf(out, ".SH COMMANDS\n");
    for (const nd_command *command = nd_commands(); command->name; command++) {
        fprintf(out, ".TP\n.BR nulldrift\\-%s (1)\n", command->name);
        troff(out, command->summary);
    }
}

/* Publishes what `print` writes as the file `path`. */
static bool write_page(const char *path, const nd_command *command,
                       void (*print)(FILE *, const nd_command *), nd_error *error) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return nd_fail_errno(error, path, NULL, "cannot be composed");
    print(out, command);
    bool written = fclose(out) == 0 && nd_write_file(path, text, length, error);
    free(text);
    return written;
}

static void print_page(FILE *out, const nd_command *command) {
    if (command)
        command_page(out, command);
    else
        overview_page(out);
}

/* The page as it stands, in section 7. */
static bool write_topic(const char *folder, const nd_topic *topic, nd_error *error) {
    char path[4096], *text = NULL, *page = NULL;
    size_t length = 0, page_length = 0;
    FILE *plain = open_memstream(&page, &page_length), *out = open_memstream(&text, &length);
    bool fine = plain && out;
    if (fine)
        page_text(plain, topic);
    fine = (!plain || fclose(plain) == 0) && fine;
    if (fine) {
        fprintf(
            out,
            ".TH NULLDRIFT\\-%s 7 \"\" \"nulldrift %s\"\n.SH NAME\nnulldrift\\-%s \\- page of the "
            "manual\n.SH PAGE\n.nf\n",
            topic->name, nd_version(), topic->name);
        for (char *line = strtok(page, "\n"); line; line = strtok(NULL, "\n"))
            troff(out, line);
        fprintf(out, ".fi\n.SH SEE ALSO\n.BR nulldrift (1)\n");
    }
    fine = (!out || fclose(out) == 0) && fine;
    snprintf(path, sizeof path, "%s/nulldrift-%s.7", folder, topic->name);
    fine = fine ? nd_write_file(path, text, length, error)
                : nd_fail(error, path, NULL, "cannot be composed");
    free(page);
    free(text);
    return fine;
}

bool nd_manual_pages(const char *folder, nd_error *error) {
    char path[4096];
    snprintf(path, sizeof path, "%s/nulldrift.1", folder);
    bool written = write_page(path, NULL, print_page, error);
    for (const nd_command *command = nd_commands(); written && command->name; command++) {
        snprintf(path, sizeof path, "%s/nulldrift-%s.1", folder, command->name);
        written = write_page(path, command, print_page, error);
    }
    for (const nd_topic *topic = nd_topics; written && topic->name; topic++)
        written = write_topic(folder, topic, error);
    return written;
}

/* Was the key before `index` listed already, for the other model? */
static bool listed_before(size_t index, const char *name) {
    nd_key_description key;
    for (size_t i = 0; i < index && nd_key_describe(i, &key); i++)
        if (strcmp(key.name, name) == 0)
            return true;
    return false;
}

static void put_keys(FILE *out) {
    nd_key_description key;
    for (size_t i = 0; nd_key_describe(i, &key); i++)
        if (!listed_before(i, key.name))
            fprintf(out, "%s= ", key.name);
}

static void print_completion(FILE *out, const nd_command *unused) {
    (void)unused;
    fprintf(out, "_nulldrift() {\n    local word=${COMP_WORDS[COMP_CWORD]} "
                 "before=${COMP_WORDS[COMP_CWORD-1]}\n"
                 "    COMPREPLY=()\n"
                 "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W \"");
    for (const nd_command *command = nd_commands(); command->name; command++)
        fprintf(out, "%s ", command->name);
    fprintf(out,
            "--help --version\" -- \"$word\"))\n        return\n    fi\n    local options= words=\n"
            "    case ${COMP_WORDS[1]} in\n");
    for (const nd_command *command = nd_commands(); command->name; command++) {
        fprintf(out, "    %s) options='--help", command->name);
        for (const nd_option *option = command->options; option && option->name; option++)
            fprintf(out, " --%s", option->name);
        fprintf(out, "' ;;\n");
    }
    fprintf(out, "    esac\n    case ${COMP_WORDS[1]}:$COMP_CWORD in\n    figure:2) words='");
    for (const nd_figure *figure = nd_figures(); figure->name; figure++)
        fprintf(out, "%s ", figure->name);
    fprintf(out,
            "' ;;\n    sweep:2) words='run status table compare merge' ;;\n    help:2) words='");
    for (const nd_command *command = nd_commands(); command->name; command++)
        fprintf(out, "%s ", command->name);
    for (const nd_topic *topic = nd_topics; topic->name; topic++)
        fprintf(out, "%s ", topic->name);
    fprintf(out, "' ;;\n    esac\n    if [ \"$before\" = --set ]; then\n        words='");
    put_keys(out);
    fprintf(out,
            "'\n        compopt -o nospace 2>/dev/null\n    fi\n"
            "    case $word in\n"
            "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
            "    *) if [ -n \"$words\" ]; then COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
            "       else COMPREPLY=($(compgen -f -- \"$word\")); fi ;;\n    esac\n}\n"
            "complete -o filenames -F _nulldrift nulldrift\n");
}

bool nd_manual_completion(const char *path, nd_error *error) {
    return write_page(path, NULL, print_completion, error);
}
