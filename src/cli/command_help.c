#include <stdio.h>
#include <string.h>

#include "base/shown.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/topics.h"

static bool is_page(const char *name) {
    for (const nd_topic *topic = nd_topics; topic->name; topic++)
        if (strcmp(topic->name, name) == 0)
            return true;
    return false;
}

static int no_such_page(const char *name) {
    char mend[200];
    nd_nearest nearest = {.wanted = name};
    for (const nd_command *command = nd_commands(); command->name; command++)
        nd_nearest_offer(&nearest, command->name);
    for (const nd_topic *topic = nd_topics; topic->name; topic++)
        nd_nearest_offer(&nearest, topic->name);
    fprintf(stderr, "nulldrift: there is no command or page '%s'; %s\n", nd_shown(name).text,
            nd_nearest_mend(&nearest, "`nulldrift help` lists them", mend, sizeof mend));
    return ND_EXIT_USAGE;
}

static int run(const nd_arguments *arguments) {
    const char *folder = nd_value(arguments, "man-folder");
    const char *completion = nd_value(arguments, "completion");
    nd_error error = {0};
    if (folder && !nd_manual_pages(folder, &error))
        return nd_report(&error);
    if (completion && !nd_manual_completion(completion, &error))
        return nd_report(&error);
    if (folder || completion)
        return ND_EXIT_FINE;
    const char *name = nd_positional(arguments, 0);
    if (!name) {
        nd_manual_overview(stdout);
        return ND_EXIT_FINE;
    }
    for (const nd_command *command = nd_commands(); command->name; command++)
        if (strcmp(command->name, name) == 0) {
            nd_manual_command(stdout, command);
            if (is_page(name)) /* of the same name: phases, hebbian */
                putchar('\n');
            (void)nd_manual_topic(stdout, name);
            return ND_EXIT_FINE;
        }
    if (nd_manual_topic(stdout, name))
        return ND_EXIT_FINE;
    return no_such_page(name);
}

static const nd_option OPTIONS[] = {
    {0, "man-folder", "FOLDER", "write the man pages there"},
    {0, "completion", "FILE", "write the bash completion there"},
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift help run", "what `nulldrift run --help` shows"},
    {"nulldrift help experiment-file | less", "every key of an experiment"},
    {NULL, NULL},
};

const nd_command nd_command_help = {
    .name = "help",
    .usage = "[COMMAND|PAGE]",
    .summary = "explain a command, or print a page of the manual",
    .description = "Explains a command, prints a page of the manual (experiment-file, run-file, "
                   "recordings, model "
                   "...), or lists them all.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 0,
    .most = 1,
    .run = run,
};
