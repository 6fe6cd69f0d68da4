/* Checkpoints and journals. The bytes are the state after a header with the right checksum, taken
 * up by a small run; and a journal's rows. */
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "experiment/experiment.h"
#include "fuzz.h"
#include "run/course.h"
#include "store/checkpoint.h"
#include "store/journal.h"

static const char *const TEXTS[] = {
    "world: {task: random, samples: 5, input_dim: 3, output_dim: 2}\nnetwork: {hidden: 6}\n"
    "learning: {update_noise: 0.1}\nrun: {steps: 100, records: 5, snapshots: 3, engine: fast}\n",
    "world: {task: random, samples: 5, input_dim: 3, output_dim: 2}\nnetwork: {hidden: 6}\n"
    "learning: {rule: adam}\nrun: {steps: 100, records: 5, snapshots: 3, engine: reference}\n"};

static void take_up(const char *text, const uint8_t *data, size_t size) {
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_parse(text, "fuzz.yaml", NULL, NULL, 0, &error);
    nd_dataset *dataset = experiment ? nd_dataset_make(experiment, &error) : NULL;
    nd_engine *engine = dataset ? nd_engine_open(experiment, dataset, 1, &error) : NULL;
    nd_course *course = engine ? nd_course_new(experiment, &error) : NULL;
    nd_buffer state = {0};
    if (!course)
        abort();
    nd_buffer_put(&state, data, size, &error);
    if (nd_course_take(course, &state, &error) &&
        engine->backend->restore(engine, &state, &error) &&
        nd_course_is_at(course, engine, &error) && engine->step < 100)
        engine->backend->advance(engine, engine->step + 1, &error);
    nd_buffer_free(&state);
    nd_course_free(course);
    nd_engine_close(engine);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    nd_buffer state = {0};
    char *identity = NULL;
    const char *path = fuzz_file(data, size);
    nd_checkpoint_look(path, &identity, &state, &error);
    nd_buffer_free(&state);
    free(identity);
    nd_journal *journal = nd_journal_open(path, 4, 7, size, &error);
    double row[7];
    nd_row_kind kind;
    bool end = false;
    if (journal)
        nd_journal_rewind(journal);
    while (journal && nd_journal_next(journal, &kind, row, &end, &error))
        continue;
    nd_journal_close(journal);
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        take_up(TEXTS[i], data, size);
    return 0;
}
