#include "figure/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/platform.h"

static const char LOG[] = "/gnuplot.log";

/* What gnuplot said. */
typedef struct words {
    char error[400]; /* the complaint that ended the script, or empty */
    char first[400]; /* the first line of all, or empty */
    size_t lines;
} words;

/* Copies a line without the blanks and carets it begins with. */
static void take_line(char *to, size_t size, const char *line) {
    snprintf(to, size, "%s", line + strspn(line, " \t^"));
}

/* gnuplot 6 warns of every matrix with missing values. They are drawn as what they are: missing. */
static bool expected(const char *line) {
    return strstr(line, "warning: matrix contains missing or undefined values");
}

/* An error ends the script: it is the last line that names a line of the script and is no warning,
 * or else the last that is none. */
static words read_words(const char *log) {
    words said = {0};
    char text[512];
    bool named = false;
    FILE *file = fopen(log, "re");
    while (file && fgets(text, sizeof text, file)) {
        text[strcspn(text, "\n")] = '\0';
        if (text[strspn(text, " \t^\r")] == '\0' || expected(text))
            continue;
        if (said.lines++ == 0)
            take_line(said.first, sizeof said.first, text);
        bool names = strstr(text, "\" line ") || strstr(text, "\", line ");
        if (!strcasestr(text, "warning") && (names || !named))
            take_line(said.error, sizeof said.error, text);
        named = named || (names && !strcasestr(text, "warning"));
    }
    if (file)
        (void)fclose(file);
    return said;
}

/* What of the environment would change the picture or start programs: gnuplot's own settings
 * (GNUPLOT_LIB, GNUTERM, ...) and the locale. */
static bool withheld(const char *variable) {
    static const char *const names[] = {
        "GNUPLOT_", "GNUTERM=", "GNUHELP=", "LC_", "LANG=", "LANGUAGE="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* The environment without those and with LC_ALL=C.UTF-8, which glibc has built in; an array to be
 * freed, its texts are the environment's. */
static char **environment(nd_error *error) {
    static char locale[] = "LC_ALL=C.UTF-8";
    char *const *given = nd_environment();
    size_t count = 0, kept = 0;
    while (given[count])
        count++;
    char **out = nd_array(count + 2, sizeof *out, error);
    if (!out)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!withheld(given[i]))
            out[kept++] = given[i];
    out[kept++] = locale;
    out[kept] = NULL;
    return out;
}

/* Starts gnuplot, by no shell and without the user's gnuplotrc (-d), and waits for its end. */
static bool spawn(const char *folder, const char *output, int *end, nd_error *error) {
    char program[] = "gnuplot", defaults[] = "-d", script[] = "plot.gp";
    char *const arguments[] = {program, defaults, script, NULL};
    char **variables = environment(error);
    if (!variables)
        return false;
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = posix_spawn_file_actions_init(&actions);
    if (status == 0)
        status = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (status == 0)
        status = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (status == 0)
        status = posix_spawn_file_actions_addopen(&actions, 1, LOG + 1,
                                                  O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (status == 0)
        status = posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (status == 0)
        status = posix_spawnp(&child, program, &actions, NULL, arguments, variables);
    (void)posix_spawn_file_actions_destroy(&actions);
    free(variables);
    if (status != 0)
        return nd_fail(error, output, NULL, "gnuplot cannot be started: %s", strerror(status));
    while (waitpid(child, end, 0) < 0)
        if (errno != EINTR)
            return nd_fail_errno(error, output, NULL, "gnuplot was lost");
    return true;
}

bool nd_gnuplot_run(const char *folder, const char *picture, const char *output, nd_error *remark,
                    nd_error *error) {
    int end = 0;
    if (!spawn(folder, output, &end, error))
        return false;
    char *log = nd_path_with(folder, LOG, error);
    if (!log)
        return false;
    words said = read_words(log);
    if (said.lines == 0)
        (void)unlink(log);
    free(log);
    struct stat drawn;
    if (WIFEXITED(end) && WEXITSTATUS(end) == 0 && stat(picture, &drawn) == 0 &&
        drawn.st_size > 0) {
        if (remark && said.lines == 1)
            (void)nd_fail(remark, output, NULL, "drawn, and gnuplot said: %s", said.first);
        else if (remark && said.lines > 1)
            (void)nd_fail(remark, output, NULL, "drawn, and gnuplot said: %s (and %zu lines more)",
                          said.first, said.lines - 1);
        return true;
    }
    const char *complaint = said.error[0] ? said.error : said.first;
    const char *mend = strstr(complaint, "terminal") ? "install gnuplot with the cairo terminals "
                                                       "(apt-get install gnuplot-nox)"
                                                     : NULL;
    return nd_fail(error, output, mend, "gnuplot ended %s%s",
                   complaint[0] ? "saying: " : "without saying why", complaint);
}
