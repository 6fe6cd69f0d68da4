#include "run/saved.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "store/checkpoint.h"

static const double USUAL_SECONDS = 60;

static void tell_begun_anew(const nd_saving *saving, const nd_error *error) {
    char why[1600], line[1700];
    nd_error_line(error, why, sizeof why);
    snprintf(line, sizeof line, "%s (the run is begun anew)", why);
    if (saving->tell)
        saving->tell(line, saving->context);
}

/* Whether the save was made with the instruction set of this engine. */
static bool may_resume(const nd_saved *saved, nd_buffer *state, nd_error *error) {
    char there[ND_INSTRUCTIONS_ROOM], here[ND_INSTRUCTIONS_ROOM];
    nd_engine_instructions(saved->engine, here);
    if (!nd_buffer_take(state, there, sizeof there, error))
        return false;
    there[sizeof there - 1] = '\0';
    return strcmp(here, there) == 0 ||
           nd_fail(error, NULL, NULL, "was made with the instruction set %s; here it is %s", there,
                   here);
}

bool nd_saved_find(nd_saved *saved) {
    saved->last = nd_seconds();
    if (!saved->saving)
        return true;
    nd_buffer state = {0};
    nd_error error = {0};
    const char *path = saved->saving->path;
    nd_checkpoint_found found = nd_checkpoint_read(path, saved->identity, &state, &error);
    bool fine = found == ND_CHECKPOINT_NONE;
    if (found == ND_CHECKPOINT_READ || found == ND_CHECKPOINT_OLDER) {
        fine = may_resume(saved, &state, &error) && nd_course_take(saved->course, &state, &error) &&
               saved->take(saved->traces, &state, &error) &&
               saved->engine->backend->restore(saved->engine, &state, &error) &&
               nd_course_is_at(saved->course, saved->engine, &error);
        nd_error_at(&error, path);
    }
    nd_buffer_free(&state);
    if (!fine) {
        tell_begun_anew(saved->saving, &error);
        nd_checkpoint_remove(path);
    }
    return fine;
}

bool nd_saved_pause(nd_saved *saved, bool last, nd_error *error) {
    const nd_saving *saving = saved->saving;
    if (!saving)
        return true;
    double every = saving->seconds > 0 ? saving->seconds : USUAL_SECONDS;
    if (!last && nd_seconds() - saved->last < every)
        return true;
    nd_buffer state = {0};
    char here[ND_INSTRUCTIONS_ROOM];
    nd_engine_instructions(saved->engine, here);
    bool fine = nd_buffer_put(&state, here, sizeof here, error) &&
                nd_course_put(saved->course, &state, error) &&
                saved->put(saved->traces, &state, error) &&
                saved->engine->backend->save(saved->engine, &state, error) &&
                nd_checkpoint_write(saving->path, saved->identity, &state, error);
    nd_buffer_free(&state);
    saved->last = nd_seconds();
    return fine;
}

void nd_saved_remove(const nd_saved *saved) {
    if (saved->saving)
        nd_checkpoint_remove(saved->saving->path);
}
