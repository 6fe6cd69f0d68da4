#include "figure/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <elf.h>
#endif

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/platform.h"
#include "base/sandbox.h"
#include "base/spawn.h"
#include "figure/terminal.h"

enum { MOST_PLACES = 24 };
static const rlim_t MOST_PICTURE = (rlim_t)4 << 30; /* bytes */

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

/* gnuplot 6 warns of every matrix with missing values. They are drawn as what they are: missing.
 * From 6.0.3 on it keeps its state at the start for `reset session` in /tmp, where it may write
 * nothing here, and which no script of ours asks for. */
static bool expected(const char *line) {
    return strstr(line, "warning: matrix contains missing or undefined values") ||
           strstr(line, "Cannot open initial state save file");
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

/* Where gnuplot is and what it may touch: all made before the fork, after which only system calls
 * are safe. */
typedef struct start_of {
    char program[PATH_MAX], loader[PATH_MAX];
    char texts[6][PATH_MAX]; /* folders put together here */
    const char *reads[MOST_PLACES], *writes[3], *runs[3], *scratch;
} start_of;

/* The loader that a native program names (PT_INTERP), so that it may be started, too; false for a
 * script, whose interpreter may be anything. */
static bool find_loader(const char *program, char loader[PATH_MAX]) {
    bool native = false;
    loader[0] = '\0';
#if defined(__linux__)
    Elf64_Ehdr head;
    Elf64_Phdr part;
    int file = open(program, O_RDONLY | O_CLOEXEC);
    native = file >= 0 && pread(file, &head, sizeof head, 0) == (ssize_t)sizeof head &&
             memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_ident[EI_CLASS] == ELFCLASS64;
    for (int i = 0; native && i < head.e_phnum; i++)
        if (pread(file, &part, sizeof part, (off_t)(head.e_phoff + (size_t)i * head.e_phentsize)) ==
                (ssize_t)sizeof part &&
            part.p_type == PT_INTERP && part.p_filesz < PATH_MAX &&
            pread(file, loader, part.p_filesz, (off_t)part.p_offset) == (ssize_t)part.p_filesz)
            loader[part.p_filesz] = '\0';
    if (file >= 0)
        close(file);
#else
    (void)program;
#endif
    return native;
}

/* What programs and fonts are made of: gnuplot reads these and its own folder, and no data of the
 * user's. Where gnuplot is installed elsewhere, all of that tree, but not a whole home. */
static void list_places(start_of *start, const char *folder) {
    static const char *const system_places[] = {
        "/usr",      "/etc",         "/lib",
        "/lib64",    "/bin",         "/opt",
        "/nix",      "/gnu",         "/var/cache/fontconfig",
        "/dev/null", "/dev/urandom", NULL};
    static const char *const of_home[] = {"/.fonts", "/.local/share/fonts", "/.config/fontconfig"};
    size_t count = 0, text = 0;
    const char *home = getenv("HOME");
    for (; system_places[count]; count++)
        start->reads[count] = system_places[count];
    for (size_t i = 0; home && i < sizeof of_home / sizeof *of_home; i++) {
        snprintf(start->texts[text], PATH_MAX, "%.4000s%s", home, of_home[i]);
        start->reads[count++] = start->texts[text++];
    }
    memcpy(start->texts[text], start->program, PATH_MAX);
    char *second = strchr(start->texts[text] + 1, '/');
    size_t top = second ? (size_t)(second - start->texts[text]) : 0;
    if (home && strncmp(home, start->texts[text], top) == 0) /* BIN/.. */
        for (int up = 0; up < 2; up++) {
            char *slash = strrchr(start->texts[text], '/');
            if (slash && slash != start->texts[text])
                *slash = '\0';
        }
    else if (second)
        *second = '\0';
    start->reads[count++] = start->texts[text++];
    start->reads[count++] = folder;
    start->reads[count] = NULL;
    start->writes[0] = folder;
    start->writes[1] = NULL;
    if (home) { /* without its cache every picture would look for all fonts anew */
        snprintf(start->texts[text], PATH_MAX, "%.4000s/.cache/fontconfig", home);
        start->writes[1] = start->texts[text];
        start->writes[2] = NULL;
    }
    bool native = find_loader(start->program, start->loader);
    start->runs[0] = native ? start->program : "/";
    start->runs[1] = native && start->loader[0] ? start->loader : NULL;
    start->runs[2] = NULL;
}

/* cairo gathers an EPS in a nameless file (tmpfile), which the C library has in /tmp, whatever
 * TMPDIR says. No other kind of picture needs it. */
static const char *scratch_for(const char *picture) {
    const char *ending = nd_picture_ending_of(picture);
    return ending && strcmp(ending, ".eps") == 0 ? P_tmpdir : NULL;
}

/* In the child. */
static _Noreturn void be_gnuplot(const start_of *start, const char *folder, char **variables) {
    enum { SECONDS = 900 };
    char name[] = "gnuplot", defaults[] = "-d", script[] = "plot.gp";
    char *const arguments[] = {name, defaults, script, NULL};
    sigset_t blocked; /* Ctrl-C is for the program, with which this ends */
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    (void)sigprocmask(SIG_SETMASK, &blocked, NULL);
    nd_die_with_parent();
    int nothing = open("/dev/null", O_RDONLY);
    int log = chdir(folder) == 0 ? open(LOG + 1, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    if (nothing >= 0 && log >= 0 && dup2(nothing, 0) == 0 && dup2(log, 1) == 1 &&
        dup2(log, 2) == 2) {
        nd_close_all_but(2);
        (void)signal(SIGPIPE, SIG_DFL);
        (void)setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS, SECONDS});
        (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        (void)setrlimit(RLIMIT_FSIZE, &(struct rlimit){MOST_PICTURE, MOST_PICTURE});
        nd_sandbox_enter(&(nd_sandbox){start->reads, start->writes, start->runs, start->scratch});
        (void)execve(start->program, arguments, variables);
    }
    _exit(127);
}

/* Starts gnuplot, by no shell and without the user's gnuplotrc (-d), and waits for its end. It may
 * write within `folder` alone (and an EPS in the nameless file), start no other program, and gain
 * no privileges. */
static bool spawn(const char *folder, const char *picture, const char *output, int *end,
                  nd_error *error) {
    start_of *start = nd_array(1, sizeof *start, error);
    char **variables = start ? environment(error) : NULL;
    char real[PATH_MAX], found[PATH_MAX];
    if (!variables || !realpath(folder, real) || !nd_program_find("gnuplot", found, sizeof found) ||
        !realpath(found, start->program)) {
        if (variables)
            nd_fail_errno(error, output, NULL, "gnuplot cannot be started");
        free(variables);
        free(start);
        return false;
    }
    list_places(start, real);
    start->scratch = scratch_for(picture);
    pid_t child = fork();
    if (child == 0)
        be_gnuplot(start, real, variables);
    free(variables);
    free(start);
    if (child < 0)
        return nd_fail_errno(error, output, NULL, "gnuplot cannot be started");
    while (waitpid(child, end, 0) < 0)
        if (errno != EINTR)
            return nd_fail_errno(error, output, NULL, "gnuplot was lost");
    return true;
}

bool nd_gnuplot_run(const char *folder, const char *picture, const char *output, nd_error *remark,
                    nd_error *error) {
    int end = 0;
    if (!spawn(folder, picture, output, &end, error))
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
