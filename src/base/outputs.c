#include "base/outputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/child.h"
#include "base/error.h"
#include "base/netcdf_file.h"
#include "base/place.h"

/* In the child: whether one of the attributes that results carry says so. */
static bool look(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    static const char *const names[] = {"format", "source", "software"};
    char *path;
    if (!nd_buffer_take_text(request, &path, error))
        return false;
    nd_nc *file = nd_nc_open(path, error);
    bool ours = false;
    nd_outlet_note(outlet, path, NULL);
    for (size_t i = 0; file && !ours && i < sizeof names / sizeof *names; i++) {
        char *text = nd_nc_text(file, NULL, names[i], NULL);
        ours = text && strncmp(text, "nulldrift", strlen("nulldrift")) == 0;
        free(text);
    }
    nd_nc_close(file);
    return ours || nd_fail(error, path, "", "is no result of nulldrift");
}

const nd_trade nd_trade_result = {"look for a result", look};

static bool ask(void *context, nd_buffer *request, nd_error *error) {
    return nd_buffer_put_text(request, context, error);
}

bool nd_is_result(const char *path) {
    const char *const reads[] = {path, NULL};
    nd_errand errand = {
        .trade = &nd_trade_result, .ask = ask, .context = (void *)path, .reads = reads};
    nd_limits limits = nd_limits_default();
    limits.seconds = 30.0;
    nd_error why = {0};
    return nd_in_child(&errand, &limits, NULL, &why);
}

static bool same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool nd_output_no_input(const nd_outputs *outputs, const char *path, nd_error *error) {
    struct stat there, input;
    if (stat(path, &there) != 0)
        return true;
    for (size_t i = 0; i < outputs->inputs_count; i++)
        if (stat(outputs->inputs[i], &input) == 0 && same_file(&there, &input))
            return nd_fail(error, path, "choose another name",
                           "a result would replace an input: it is the same file as %s",
                           outputs->inputs[i]);
    return true;
}

static bool replaceable(const char *path, bool though_read_only, nd_error *error) {
    nd_place *place = nd_place_find(path, error);
    bool fine = place && nd_place_replaceable(place, though_read_only, error);
    nd_place_free(place);
    return fine;
}

/* What commands lay beside a result. Nothing else of its name is theirs: least of all the
 * experiment or the manifest that it was made from. */
static bool is_table_or_picture(const char *path) {
    static const char *const endings[] = {".csv", ".pdf", ".svg", ".png", ".eps"};
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < sizeof endings / sizeof *endings; i++)
        if (strcmp(ending, endings[i]) == 0)
            return true;
    return false;
}

bool nd_output_allowed(const nd_outputs *outputs, const char *path, nd_error *error) {
    struct stat there;
    if (stat(path, &there) != 0)
        return errno == ENOENT || errno == ENOTDIR ||
               nd_fail_errno(error, path, "choose another name", "cannot be looked at");
    if (!nd_output_no_input(outputs, path, error))
        return false;
    if (!S_ISREG(there.st_mode))
        return nd_fail(error, path, "choose another name", "is no regular file");
    if (outputs->force || nd_is_result(path) ||
        (outputs->result && is_table_or_picture(path) && nd_is_result(outputs->result)))
        return replaceable(path, outputs->force, error);
    return nd_fail(error, path, "choose another name, or give `replace`",
                   "exists already, and is no earlier result");
}
