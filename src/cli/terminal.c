/* Progress on a terminal, stop on Ctrl-C, errors in one line. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/leftovers.h"
#include "base/shown.h"
#include "base/watch.h"
#include "cli/command.h"
#include "cli/option_words.h"

static volatile int stop_asked;
static volatile sig_atomic_t is_patient; /* somebody looks at stop_asked */

/* The command that runs, by whose options messages are said. */
static const nd_command *present;

/* What the progress line needs to remember between reports; one program, one terminal. */
static struct {
    bool on_terminal, line_open, started;
    const char *activity; /* rates are of one activity, not of the one before */
    double start_time, start_done, last_time;
    double every; /* seconds between reports that go to no terminal */
} progress_line;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* A file that is there once the command can be resumed; for signal handlers. */
static const char *volatile resumes_from;

/* Those that wait for this command shall see that the signal ended it: a shell's loop stops then.
 */
static void die_of(int signal_number) {
    sigset_t this_one;
    sigemptyset(&this_one);
    sigaddset(&this_one, signal_number);
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
    (void)sigprocmask(SIG_UNBLOCK, &this_one, NULL);
    _exit(128 + signal_number);
}

static void end_by_force(int signal_number) {
    static const char line[] = "nulldrift: stopped between checkpoints; run the same command "
                               "again: it goes on from the last\n";
    const char *from = resumes_from;
    nd_remove_leftovers();
    if (from && access(from, F_OK) == 0) {
        (void)!write(STDERR_FILENO, line, sizeof line - 1);
        _exit(ND_EXIT_STOPPED);
    }
    die_of(signal_number);
}

/* The first asks for a safe point, and waits for that no longer than a second; a command that looks
 * for none ends at once. */
static void on_signal(int signal_number) {
    static const struct itimerval SOON = {.it_value = {.tv_usec = 900000}};
    if (nd_flag_of(&stop_asked) || !is_patient)
        end_by_force(signal_number);
    nd_flag_set(&stop_asked, signal_number);
    (void)setitimer(ITIMER_REAL, &SOON, NULL);
}

static void on_alarm(int signal_number) {
    (void)signal_number;
    end_by_force(nd_flag_of(&stop_asked));
}

static void do_nothing(int signal_number) {
    (void)signal_number;
}

static void handle(int signal_number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, &action, NULL);
}

/* A shell's background commands are begun with SIGINT ignored. */
static void handle_unless_ignored(int signal_number) {
    struct sigaction now;
    if (sigaction(signal_number, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
        handle(signal_number, on_signal);
}

void nd_terminal_begin(void) {
    for (int standard = 0; standard <= 2; standard++)
        if (fcntl(standard, F_GETFD) < 0 &&
            errno == EBADF) /* the lowest that is free is this one */
            (void)!open("/dev/null", standard == 0 ? O_RDONLY : O_WRONLY);
    /* Handlers, for what is ignored stays ignored in the programs that this one starts. */
    handle(SIGPIPE, do_nothing);
    handle(SIGXFSZ, do_nothing);
    handle_unless_ignored(SIGINT);
    handle_unless_ignored(SIGTERM);
}

int nd_terminal_end(int code) {
    if (code == ND_EXIT_FAILED && stop_asked)
        die_of(stop_asked);
    return code;
}

void nd_terminal_resumes_from(const char *path) {
    resumes_from = path;
}

void nd_duration(double seconds, char *text, size_t size) {
    if (seconds < 99.5)
        snprintf(text, size, "%.0f s", seconds);
    else if (seconds < 5940)
        snprintf(text, size, "%.0f min", seconds / 60);
    else
        snprintf(text, size, "%.1f h", seconds / 3600);
}

static void show(const nd_progress *progress, void *context) {
    (void)context;
    double time = now(), wait = progress_line.on_terminal ? 0.2 : progress_line.every;
    if (!progress_line.started || strcmp(progress_line.activity, progress->activity) != 0) {
        progress_line.started = true;
        progress_line.activity = progress->activity;
        progress_line.start_time = progress_line.last_time = time;
        progress_line.start_done = progress->done;
        return;
    }
    bool last = progress->done >= progress->total;
    if (time - progress_line.last_time < wait && !(last && progress_line.on_terminal))
        return;
    progress_line.last_time = time;
    double rate = (progress->done - progress_line.start_done) / (time - progress_line.start_time);
    char left[32] = "?";
    if (rate > 0)
        nd_duration((progress->total - progress->done) / rate, left, sizeof left);
    fprintf(stderr, "%s%s: %3.0f%%  %.4g of %.4g %s  %.3g %s/s  %s left%s%s%s",
            progress_line.on_terminal ? "\r\033[K" : "", progress->activity,
            100 * progress->done / progress->total, progress->done, progress->total, progress->unit,
            rate, progress->unit, left, progress->note[0] ? "  " : "",
            nd_shown(progress->note).text, progress_line.on_terminal ? "" : "\n");
    fflush(stderr);
    progress_line.line_open = progress_line.on_terminal;
}

const nd_watch *nd_terminal_watch(bool quiet) {
    static nd_watch watch;
    is_patient = true;
    handle(SIGINT, on_signal);
    handle(SIGTERM, on_signal);
    handle(SIGALRM, on_alarm);
    progress_line.on_terminal = isatty(STDERR_FILENO) == 1;
    progress_line.started = false;
    watch = (nd_watch){.report = quiet ? NULL : show, .stop = &stop_asked};
    return &watch;
}

void nd_terminal_speaks_for(const nd_command *command) {
    present = command;
}

bool nd_progress_asked(const nd_arguments *arguments) {
    return nd_number_value(arguments, "progress", 0, 1e6, 30, &progress_line.every);
}

nd_patience nd_patience_asked(const nd_arguments *arguments) {
    return (nd_patience){.no_wait = nd_flag(arguments, "no-wait"),
                         .tell = nd_tell_user,
                         .stop = nd_terminal_watch(true)->stop};
}

void nd_terminal_done(void) {
    if (progress_line.line_open)
        fputc('\n', stderr);
    progress_line.line_open = false;
    progress_line.started = false;
}

void nd_say_remark(const nd_error *remark) {
    if (remark->what[0])
        (void)nd_report(remark);
}

int nd_report(const nd_error *error) {
    char line[2048];
    nd_error said = nd_error_with_options(error, present);
    nd_terminal_done();
    fprintf(stderr, "nulldrift: %s\n", nd_error_line(&said, line, sizeof line));
    return ND_EXIT_FAILED;
}

void nd_tell_user(const char *lines, void *context) {
    (void)context;
    char *said = nd_with_options(lines, present);
    nd_terminal_done();
    fputs("nulldrift: ", stderr);
    for (const char *line = said ? said : lines; *line;) {
        line += nd_put_shown_line(line, stderr);
        if (*line == '\n' && line++)
            fputs("\nnulldrift: ", stderr);
    }
    fputc('\n', stderr);
    free(said);
}
