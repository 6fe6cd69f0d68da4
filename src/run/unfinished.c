#include "run/unfinished.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "experiment/parse.h"
#include "store/checkpoint.h"

/* RUN.nc of a path to what lies beside it, as a new string; NULL for any other path. */
static char *output_of(const char *path) {
    static const char *const endings[] = {".part", ".ckpt", ".ckpt.1"};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t tail = strlen(endings[i]);
        if (length > tail && strcmp(path + length - tail, endings[i]) == 0) {
            char *output = nd_text(path, NULL);
            if (output)
                output[length - tail] = '\0';
            return output;
        }
    }
    return access(path, F_OK) != 0 ? nd_text(path, NULL) : NULL;
}

static bool beside(const char *output, const char *ending, struct stat *about) {
    char *path = nd_path_with(output, ending, NULL);
    bool there = path && stat(path, about) == 0 && S_ISREG(about->st_mode);
    free(path);
    return there;
}

bool nd_unfinished_named(const char *path) {
    struct stat about;
    char *output = output_of(path);
    bool named = output && (beside(output, ".part", &about) || beside(output, ".ckpt", &about) ||
                            beside(output, ".ckpt.1", &about));
    free(output);
    return named;
}

static bool read_checkpoint(const char *checkpoint, nd_unfinished *run, nd_error *error) {
    char *identity = NULL;
    nd_buffer state = {0};
    nd_checkpoint_found found = nd_checkpoint_look(checkpoint, &identity, &state, error);
    bool fine = found != ND_CHECKPOINT_DAMAGED;
    if (fine && found != ND_CHECKPOINT_NONE) {
        nd_recorder_progress progress;
        run->experiment = nd_experiment_restore(identity, checkpoint, error);
        fine =
            run->experiment && nd_recorder_progress_take(&state, run->experiment, &progress, error);
        if (fine) {
            run->step = progress.step;
            run->steps = (double)run->experiment->run.steps;
            run->seconds = progress.seconds;
            run->last = progress.last;
        }
    }
    nd_buffer_free(&state);
    free(identity);
    return fine;
}

bool nd_unfinished_read(const char *path, nd_unfinished *run, nd_error *error) {
    struct stat about;
    *run = (nd_unfinished){.output = output_of(path),
                           .age = NAN,
                           .step = NAN,
                           .steps = NAN,
                           .seconds = NAN,
                           .last = {NAN, NAN, NAN}};
    char *part = run->output ? nd_path_with(run->output, ".part", error) : NULL;
    char *checkpoint = part ? nd_path_with(run->output, ".ckpt", error) : NULL;
    bool fine = checkpoint != NULL;
    if (fine) {
        run->alive = nd_journal_is_written(part);
        if (stat(checkpoint, &about) == 0)
            run->age = difftime(time(NULL), about.st_mtime);
        fine = read_checkpoint(checkpoint, run, error);
    }
    free(part);
    free(checkpoint);
    if (!fine)
        nd_unfinished_free(run);
    return fine;
}

void nd_unfinished_free(nd_unfinished *run) {
    free(run->output);
    nd_experiment_free(run->experiment);
    *run = (nd_unfinished){0};
}
