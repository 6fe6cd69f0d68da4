/* The program's commands: one table, from which parsing, --help, man pages and shell completion
 * all come. Adding one: one file command_NAME.c and one line in commands.c. */
#ifndef ND_CLI_COMMAND_H
#define ND_CLI_COMMAND_H

#include "base/hold.h"
#include "nulldrift/run.h"

/* 3: stopped at a checkpoint, and the same command goes on. */
enum { ND_EXIT_FINE = 0, ND_EXIT_FAILED = 1, ND_EXIT_USAGE = 2, ND_EXIT_STOPPED = 3 };

typedef struct nd_option {
    char letter;          /* 'o' for -o, or 0 */
    const char *name;     /* "output" for --output */
    const char *argument; /* "FILE", or NULL for a flag */
    const char *help;     /* one sentence */
} nd_option;

typedef struct nd_example {
    const char *command, *meaning;
} nd_example;

/* The line of an option table of a command that prints a table or a verdict. */
#define ND_OPTION_JSON                                                                             \
    { 0, "json", NULL, "print JSON in place of words, one object a line; not known is null" }

typedef struct nd_arguments nd_arguments;

typedef struct nd_command {
    const char *name;
    const char *usage;          /* after the name: "EXPERIMENT.yaml [OPTIONS]" */
    const char *summary;        /* one line */
    const char *description;    /* paragraphs parted by \n\n */
    const nd_option *options;   /* ended by one whose name is NULL; --help is added */
    const nd_example *examples; /* ended by one whose command is NULL */
    int least, most;            /* how many positional arguments; most -1: any number */
    int (*run)(const nd_arguments *arguments);
} nd_command;

const nd_command *nd_commands(void); /* ended by one whose name is NULL */

/* What the user gave. */
size_t nd_positional_count(const nd_arguments *arguments);
const char *nd_positional(const nd_arguments *arguments, size_t index);
const char *const *nd_positionals(const nd_arguments *arguments);
bool nd_flag(const nd_arguments *arguments, const char *name);
const char *nd_value(const nd_arguments *arguments, const char *name); /* the last; or NULL */
/* All values of a repeatable option, in order. */
size_t nd_values(const nd_arguments *arguments, const char *name, const char *const **values);
/* A number given by an option, within bounds; prints the error and returns false if it is not. */
bool nd_number_value(const nd_arguments *arguments, const char *name, double least, double most,
                     double fallback, double *value);
/* The whole command line as one string. */
const char *nd_command_line(const nd_arguments *arguments);

/* Prints "nulldrift: LINE" on stderr; returns ND_EXIT_FAILED. */
int nd_report(const nd_error *error);
/* The same for a remark on work that succeeded; nothing where there is none. */
void nd_say_remark(const nd_error *remark);

/* Prints each of the lines as "nulldrift: LINE" on stderr: the `tell` of nd_run_options. */
void nd_tell_user(const char *lines, void *context);

/* The line of an option table of a command that amends a file. */
#define ND_OPTION_NO_WAIT                                                                          \
    { 0, "no-wait", NULL, "fail while another command amends the file, in place of waiting" }

/* What a command does while another one amends its file: waits, saying so, or fails by --no-wait;
 * SIGINT and SIGTERM end the waiting. */
nd_patience nd_patience_asked(const nd_arguments *arguments);

/* The line of an option table of a command that shows progress. */
#define ND_OPTION_PROGRESS                                                                         \
    { 0, "progress", "SECONDS", "how often progress is said where it goes to no terminal; 30" }

/* Before anything else: /dev/null on standard descriptors that are closed, lest a file of ours is
 * opened on one and written to as if it were the terminal; a pipe that nobody reads and a file that
 * may not grow are errors of writing, in place of a death without a word. From here on SIGINT and
 * SIGTERM end the command at once, and take what it has not finished with them; a command that asks
 * for nd_terminal_watch has a second to come to a safe point. */
void nd_terminal_begin(void);

/* Messages name arguments as options of this command from now on (cli/option_words.h). */
void nd_terminal_speaks_for(const nd_command *command);

/* At the very end: the exit code, or, where a signal stopped the command and there is nothing to go
 * on from, the end of that signal, as those that wait for the program expect it. */
int nd_terminal_end(int code);

/* Takes --progress; false, which is said, if it is no number. */
bool nd_progress_asked(const nd_arguments *arguments);

/* Names a file that is there once the command, stopped by force, can be resumed: exit code 3. It
 * must stay allocated; NULL: the command cannot be resumed. */
void nd_terminal_resumes_from(const char *path);

/* A watch that shows progress on a terminal (one line, rewritten) or as a line now and then
 * elsewhere, nothing when quiet; its stop flag is set by SIGINT and SIGTERM. What has not come to a
 * safe point within a second is ended all the same. */
const nd_watch *nd_terminal_watch(bool quiet);
/* "40 s", "12 min", "3.2 h", into `text`. */
void nd_duration(double seconds, char *text, size_t size);
/* Ends the progress line, so that what follows starts on a fresh one. */
void nd_terminal_done(void);

#endif
