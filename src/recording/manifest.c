#include "recording/manifest.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/words.h"
#include "base/yaml.h"
#include "recording/honoured.h"
#include "recording/manifest_keys.h"

enum { PLACE_SIZE = 256, MOST_BINS = 10000, MOST_SHUFFLES = 1000000 };

/* What every conversion needs to complain by line and key. */
typedef struct reading {
    const char *text, *origin, *folder;
    nd_error *error;
    bool defaults; /* what is taken is under `defaults` */
} reading;

static bool complain(const reading *r, const char *key, const char *mend, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool complain(const reading *r, const char *key, const char *mend, const char *format, ...) {
    char where[512], what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return nd_fail(r->error, nd_yaml_where(r->text, r->origin, key, where, sizeof where), mend,
                   "%s", what);
}

/* The key of `word` below `key`, in `place`. */
static const char *under(char place[PLACE_SIZE], const char *key, const char *word) {
    snprintf(place, PLACE_SIZE, "%.120s.%.120s", key, word);
    return place;
}

/* --- one value --- */

static bool number(const reading *r, const char *key, const char *text, double least, double most,
                   double *value) {
    double found;
    if (!text)
        return true;
    if (!nd_text_number(text, &found) || found < least || found > most)
        return complain(r, key, "", "'%.60s': expected a number from %g to %g", text, least, most);
    *value = found;
    return true;
}

static bool count(const reading *r, const char *key, const char *text, uint64_t least,
                  uint64_t most, uint64_t *value) {
    uint64_t found;
    if (!text)
        return true;
    if (!nd_text_count(text, &found) || found < least || found > most)
        return complain(r, key, "", "'%.60s': expected a whole number from %llu to %llu", text,
                        (unsigned long long)least, (unsigned long long)most);
    *value = found;
    return true;
}

static bool size(const reading *r, const char *key, const char *text, uint64_t least, uint64_t most,
                 size_t *value) {
    uint64_t found = *value;
    bool fine = count(r, key, text, least, most, &found);
    *value = (size_t)found;
    return fine;
}

static bool truth(const reading *r, const char *key, const char *text, bool *value) {
    return !text || nd_text_truth(text, value) ||
           complain(r, key, "", "'%.60s': expected true or false", text);
}

/* The place of `text` in a list of words ended by NULL. */
static bool choice(const reading *r, const char *key, const char *text, const char *const *words,
                   int *value) {
    char all[256] = "", mend[200];
    nd_nearest nearest = {.wanted = text};
    if (!text)
        return true;
    for (int i = 0; words[i]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *value = i;
            return true;
        }
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", words[i]);
        nd_nearest_offer(&nearest, words[i]);
    }
    return complain(r, key, nd_nearest_mend(&nearest, "", mend, sizeof mend),
                    "'%.60s': expected one of %s", text, all);
}

static bool range(const reading *r, const char *key, char **texts, uint32_t texts_count,
                  double value[2]) {
    if (texts_count == 0)
        return true;
    bool fine = texts_count == 2 && number(r, key, texts[0], -1e12, 1e12, &value[0]) &&
                number(r, key, texts[1], -1e12, 1e12, &value[1]);
    if (texts_count == 2 && !fine)
        return false;
    return (fine && value[1] > value[0]) ||
           complain(r, key, "", "expected two numbers, the lower first, as in [0, 1]");
}

static bool copy(char **to, const char *from, const char *fallback, nd_error *error) {
    *to = nd_text(from ? from : fallback, error);
    return *to != NULL;
}

/* --- settings --- */

static bool read_corrections(const reading *r, const nd_corrections_keys *keys,
                             nd_settings *settings) {
    static const char *const words[] = {"SR", "SSR", "AE", "BAE", NULL};
    bool *method[] = {&settings->shuffle_reduction, &settings->scaled_shuffle_reduction,
                      &settings->asymptotic_extrapolation,
                      &settings->bounded_asymptotic_extrapolation};
    if (!keys)
        return true;
    if (keys->methods) {
        for (int i = 0; i < 4; i++)
            *method[i] = false;
        for (uint32_t i = 0; i < keys->methods_count; i++) {
            char key[64];
            int which = 0;
            snprintf(key, sizeof key, "corrections.methods.%u", i);
            if (!choice(r, key, keys->methods[i], words, &which))
                return false;
            *method[which] = true;
        }
    }
    return size(r, "corrections.repetitions", keys->repetitions, 1, 100000,
                &settings->subsampling_repetitions) &&
           size(r, "corrections.fractions", keys->fractions, 3, 64,
                &settings->subsampling_fractions);
}

static bool read_choices(const reading *r, const nd_manifest_keys *keys, nd_settings *settings) {
    static const char *const directions[] = {"pooled", "joint", "separate", NULL};
    static const char *const pooling[] = {"none", "cells", "visits", "animals", NULL};
    static const char *const shuffle[] = {"cyclic", "random", NULL};
    static const char *const equalise[] = {"none", "frames", NULL};
    int way = settings->directions, pool = settings->pooling, kind = settings->shuffle;
    int equal = settings->equalise;
    bool fine = choice(r, "directions", keys->directions, directions, &way) &&
                choice(r, "pooling", keys->pooling, pooling, &pool) &&
                choice(r, "equalise", keys->equalise, equalise, &equal);
    if (fine && keys->significance)
        fine = choice(r, "significance.kind", keys->significance->kind, shuffle, &kind);
    settings->directions = (nd_directions)way;
    settings->pooling = (nd_pooling)pool;
    settings->equalise = equal == 1;
    settings->shuffle = (nd_shuffle)kind;
    return fine;
}

static bool read_settings(const reading *r, const nd_manifest_keys *keys, nd_settings *settings) {
    nd_settings_default(settings);
    bool fine =
        size(r, "bins", keys->bins, 2, MOST_BINS, &settings->bins_x) &&
        size(r, "bins_y", keys->bins_y, 0, MOST_BINS, &settings->bins_y) &&
        range(r, "range", keys->range, keys->range_count, settings->range_x) &&
        range(r, "range_y", keys->range_y, keys->range_y_count, settings->range_y) &&
        truth(r, "position_is_bin", keys->position_is_bin, &settings->position_is_bin) &&
        truth(r, "circular", keys->circular, &settings->circular) &&
        number(r, "minimum_speed", keys->minimum_speed, 0.0, 1e9, &settings->minimum_speed) &&
        number(r, "smoothing", keys->smoothing, 0.0, 1000.0, &settings->rate_map_smoothing) &&
        count(r, "seed", keys->seed, 0, UINT64_MAX, &settings->seed) &&
        read_choices(r, keys, settings) && read_corrections(r, keys->corrections, settings);
    if (fine && keys->active)
        fine = size(r, "active.frames", keys->active->frames, 0, UINT32_MAX,
                    &settings->minimum_active_frames) &&
               number(r, "active.rate", keys->active->rate, 0.0, 1e9, &settings->minimum_rate);
    if (fine && keys->significance)
        fine = size(r, "significance.shuffles", keys->significance->shuffles, 0, MOST_SHUFFLES,
                    &settings->shuffles) &&
               number(r, "significance.threshold", keys->significance->threshold, 0.0, 1.0,
                      &settings->threshold);
    if (fine && settings->position_is_bin && (keys->bins || settings->bins_y))
        fine = complain(r, keys->bins ? "bins" : "bins_y", "leave it out, or give range",
                        "the positions are bins already (position_is_bin)");
    if (fine && settings->circular && settings->bins_y > 0)
        fine = complain(r, "circular", "leave out circular, or bins_y",
                        "a loop has one dimension; two are asked for");
    return fine;
}

/* --- sessions --- */

/* The path as it is opened; NULL and an error by key when there is no such file. */
static char *resolve(const reading *r, const char *key, const char *path) {
    char full[4096];
    struct stat about;
    int length = path[0] == '/' ? snprintf(full, sizeof full, "%s", path)
                                : snprintf(full, sizeof full, "%s/%s", r->folder, path);
    if (length < 0 || (size_t)length >= sizeof full) {
        complain(r, key, "", "the path is too long");
        return NULL;
    }
    if (stat(full, &about) != 0 || access(full, R_OK) != 0) {
        complain(r, key, "correct the path; it is taken from the manifest's folder",
                 "there is no file '%.200s' that can be read", path);
        return NULL;
    }
    return nd_text(full, r->error);
}

static bool take_text(char **to, const char *from, nd_error *error) {
    if (!from)
        return true;
    free(*to);
    *to = nd_text(from, error);
    return *to != NULL;
}

static bool take_file(const reading *r, const char *key, const char *path, char **to) {
    if (!path)
        return true;
    if (strcmp(path, "ask") == 0)
        return complain(r, key, "take the # from one of the lines below it, and delete this one",
                        "a question of the scan is not answered yet");
    free(*to);
    *to = resolve(r, key, path);
    return *to != NULL;
}

static bool take_columns(const nd_selector_keys *keys, nd_selector *selector, nd_error *error) {
    uint32_t columns = keys->column ? 1 : keys->columns_count;
    if (columns == 0)
        return true;
    for (uint32_t i = 0; i < selector->columns_count; i++)
        free(selector->columns[i]);
    free(selector->columns);
    selector->columns_count = 0;
    selector->columns = nd_array(columns, sizeof *selector->columns, error);
    for (uint32_t i = 0; selector->columns && i < columns; i++) {
        selector->columns[i] = nd_text(keys->column ? keys->column : keys->columns[i], error);
        if (!selector->columns[i])
            return false;
        selector->columns_count++;
    }
    return selector->columns != NULL;
}

/* Whether a text may be a file's name: one that is there, in the manifest's folder. */
static bool take_times_file(const reading *r, nd_selector *selector) {
    char full[4096];
    struct stat about;
    const char *name = selector->times;
    free(selector->times_file);
    selector->times_file = NULL;
    if (!name || !strchr(name, '.') || nd_is_count(name))
        return true;
    int length = name[0] == '/' ? snprintf(full, sizeof full, "%s", name)
                                : snprintf(full, sizeof full, "%s/%s", r->folder, name);
    if (length < 0 || (size_t)length >= sizeof full || stat(full, &about) != 0 ||
        !S_ISREG(about.st_mode))
        return true;
    selector->times_file = nd_text(full, r->error);
    return selector->times_file != NULL;
}

static bool take_times(const reading *r, const char *key, const nd_selector_keys *keys,
                       nd_selector *selector) {
    char part[PLACE_SIZE];
    nd_times_place *at = &selector->times_at;
    if (!keys->times && !keys->times_at)
        return true;
    free(selector->times);
    free(at->file);
    free(at->name);
    free(at->column);
    free(at->equals);
    selector->times = NULL;
    *at = (nd_times_place){0};
    if (!keys->times_at)
        return take_text(&selector->times, keys->times, r->error) && take_times_file(r, selector);
    const nd_times_keys *given = keys->times_at;
    if (!given->file && !given->name && !given->column)
        return complain(r, under(part, key, "times"), "",
                        "expected times: {file, name, column, equals}");
    return take_file(r, under(part, key, "times.file"), given->file, &at->file) &&
           take_text(&at->name, given->name, r->error) &&
           take_text(&at->column, given->column, r->error) &&
           take_text(&at->equals, given->equals, r->error);
}

static bool take_number(const reading *r, const char *key, const char *text, double least,
                        double **to) {
    double value = NAN;
    if (!text)
        return true;
    if (!number(r, key, text, least, 1e300, &value))
        return false;
    free(*to);
    *to = nd_doubles(1, r->error);
    if (*to)
        **to = value;
    return *to != NULL;
}

/* The first and the last frame. */
static bool take_frames(const reading *r, const char *key, const nd_selector_keys *keys,
                        nd_selector *selector) {
    size_t frames[2] = {0, 0};
    if (!keys->frames)
        return true;
    if (keys->frames_count != 2)
        return complain(r, key, "", "expected the first and the last frame, as in [1, 9000]");
    if (!size(r, key, keys->frames[0], 1, UINT32_MAX, &frames[0]) ||
        !size(r, key, keys->frames[1], 1, UINT32_MAX, &frames[1]))
        return false;
    memcpy(selector->frames, frames, sizeof frames);
    return frames[0] <= frames[1] ||
           complain(r, key, "", "expected the first and the last frame, as in [1, 9000]");
}

static bool take_body(const nd_selector_keys *keys, nd_selector *selector, nd_error *error) {
    if (keys->body_count == 0)
        return true;
    for (uint32_t i = 0; i < selector->body_count; i++)
        free(selector->body[i]);
    free(selector->body);
    selector->body_count = 0;
    selector->body = nd_array(keys->body_count, sizeof *selector->body, error);
    for (uint32_t i = 0; selector->body && i < keys->body_count; i++) {
        if (!(selector->body[i] = nd_text(keys->body[i], error)))
            return false;
        selector->body_count++;
    }
    return selector->body != NULL;
}

/* Two points in the numbers of the file, and how far apart they are in the unit
 * wanted. */
static bool take_calibration(const reading *r, const char *key, const nd_selector_keys *keys,
                             nd_selector *selector) {
    double n[5] = {0};
    if (!keys->calibration)
        return true;
    bool fine = keys->calibration_count == 5;
    for (uint32_t i = 0; fine && i < 5; i++)
        if (!number(r, key, keys->calibration[i], -1e12, 1e12, &n[i]))
            return false;
    double apart = hypot(n[2] - n[0], n[3] - n[1]);
    if (!fine || !(apart > 0.0) || !(n[4] > 0.0))
        return complain(r, key, "",
                        "expected two points and their distance: [x, y, x, y, distance]");
    if (keys->scale)
        return complain(r, key, "leave one of them out", "scale and calibration are both given");
    selector->scale = n[4] / apart;
    return true;
}

/* What makes of numbers what the analysis takes. */
static bool take_meaning(const reading *r, const char *key, const nd_selector_keys *keys,
                         nd_selector *selector) {
    static const char *const kinds[] = {"auto",  "frames", "spike-times", "spike-list",
                                        "order", "ids",    NULL};
    static const char *const orientations[] = {"auto", "cells-last", "cells-first", NULL};
    static const char *const units[] = {"auto", "s", "ms", "us", "samples", NULL};
    static const char *const bad[] = {"refuse", "drop", NULL};
    static const char *const ofs[] = {"auto", "all", "kept", NULL};
    char part[PLACE_SIZE];
    int kind = selector->kind, orientation = selector->orientation, unit = selector->time_unit;
    int drop = selector->drop_bad_times, of = selector->registration_of;
    size_t base = selector->base >= 0 ? (size_t)selector->base : 0;
    if (keys->rate && strcmp(keys->rate, "ask") == 0)
        return complain(r, under(part, key, "rate"), "write how many samples there are in a second",
                        "a question of the scan is not answered yet");
    bool fine =
        number(r, under(part, key, "scale"), keys->scale, -1e12, 1e12, &selector->scale) &&
        number(r, under(part, key, "rate"), keys->rate, 1e-9, 1e9, &selector->rate) &&
        take_number(r, under(part, key, "threshold"), keys->threshold, 0.0, &selector->threshold) &&
        take_number(r, under(part, key, "missing"), keys->missing, -1e300, &selector->missing) &&
        size(r, under(part, key, "skip_rows"), keys->skip_rows, 0, 1000000, &selector->skip_rows) &&
        size(r, under(part, key, "base"), keys->base, 0, 1, &base) &&
        choice(r, under(part, key, "kind"), keys->kind, kinds, &kind) &&
        choice(r, under(part, key, "time_unit"), keys->time_unit, units, &unit) &&
        choice(r, under(part, key, "bad_times"), keys->bad_times, bad, &drop) &&
        choice(r, under(part, key, "of"), keys->of, ofs, &of) &&
        take_frames(r, under(part, key, "frames"), keys, selector) &&
        take_number(r, under(part, key, "likelihood"), keys->likelihood, 0.0,
                    &selector->likelihood) &&
        number(r, under(part, key, "gap"), keys->gap, 1e-6, 1e6, &selector->gap) &&
        take_calibration(r, under(part, key, "calibration"), keys, selector) &&
        choice(r, under(part, key, "orientation"), keys->orientation, orientations, &orientation);
    if (fine && keys->scale && selector->scale == 0.0)
        fine = complain(r, under(part, key, "scale"), "", "a scale of 0 leaves nothing");
    selector->kind = (nd_activity_kind)kind;
    selector->orientation = (nd_orientation)orientation;
    selector->time_unit = (nd_time_unit)unit;
    selector->drop_bad_times = drop;
    selector->registration_of = (nd_registration_of)of;
    if (keys->base)
        selector->base = (int)base;
    return fine;
}

/* Bits of nd_part_key for what is given. */
static uint32_t given_keys(const nd_selector_keys *keys) {
    const void *const given[ND_PART_KEYS] = {
        keys->file,      keys->name,        keys->times,   keys->column,      keys->scale,
        keys->rate,      keys->threshold,   keys->kind,    keys->orientation, keys->area,
        keys->time_unit, keys->bad_times,   keys->missing, keys->skip_rows,   keys->base,
        keys->equals,    keys->frames,      keys->of,      keys->body,        keys->likelihood,
        keys->gap,       keys->calibration, keys->channels};
    uint32_t bits =
        (keys->columns_count ? ND_PART_COLUMNS : 0) | (keys->times_at ? ND_PART_TIMES : 0);
    for (size_t bit = 0; bit < ND_PART_KEYS; bit++)
        bits |= given[bit] ? 1u << bit : 0;
    return bits;
}

/* What the keys say goes over what the selector already holds (from `defaults`). */
static bool take_selector(const reading *r, const char *key, const nd_selector_keys *keys,
                          nd_selector *selector) {
    char part[PLACE_SIZE];
    uint32_t given = given_keys(keys);
    if (keys->column && keys->columns_count)
        return complain(r, under(part, key, "column"), "leave one of them out",
                        "column and columns are both given");
    selector->given |= given;
    if (!r->defaults)
        selector->own |= given;
    return take_file(r, under(part, key, "file"), keys->file, &selector->file) &&
           take_text(&selector->name, keys->name, r->error) &&
           take_text(&selector->area, keys->area, r->error) &&
           take_text(&selector->equals, keys->equals, r->error) &&
           take_file(r, under(part, key, "channels"), keys->channels, &selector->channels) &&
           take_times(r, key, keys, selector) && take_columns(keys, selector, r->error) &&
           take_body(keys, selector, r->error) && take_meaning(r, key, keys, selector);
}

static bool take_metrics(const reading *r, const char *key, const nd_metrics_keys *keys,
                         nd_given_metrics *given) {
    char part[PLACE_SIZE];
    return number(r, under(part, key, "metrics.cells"), keys->cells, 0.0, 1e9, &given->cells) &&
           number(r, under(part, key, "metrics.fraction_active"), keys->fraction_active, 0.0, 1.0,
                  &given->fraction_active) &&
           number(r, under(part, key, "metrics.fraction_place_cells"), keys->fraction_place_cells,
                  0.0, 1.0, &given->fraction_place_cells) &&
           number(r, under(part, key, "metrics.information"), keys->information_bit_spike, 0.0, 1e6,
                  &given->information_bit_spike) &&
           number(r, under(part, key, "metrics.information_corrected"), keys->information_corrected,
                  -1e6, 1e6, &given->information_corrected) &&
           number(r, under(part, key, "metrics.rate_map_correlation"), keys->rate_map_correlation,
                  -1.0, 1.0, &given->rate_map_correlation);
}

static bool take_path(const reading *r, const char *key, const nd_path_keys *keys, nd_path *path) {
    char part[PLACE_SIZE];
    if (!keys)
        return true;
    free(path->points);
    path->points_count = 0;
    path->points = nd_doubles(2 * (size_t)keys->points_count, r->error);
    bool fine = path->points != NULL;
    for (uint32_t i = 0; fine && i < 2 * keys->points_count; i++)
        fine = number(r, under(part, key, "points"), keys->points[i / 2][i % 2], -1e12, 1e12,
                      &path->points[i]);
    path->points_count = fine ? keys->points_count : 0;
    path->closed = false;
    path->width = 0.0;
    return fine && truth(r, under(part, key, "closed"), keys->closed, &path->closed) &&
           number(r, under(part, key, "width"), keys->width, 1e-12, 1e12, &path->width);
}

/* A truth; or a question that the scan left open. */
static bool known_or_asked(const reading *r, const char *key, const char *text, bool *value) {
    if (text && strcmp(text, "ask") == 0)
        return complain(r, key, "answer the question that stands above it, and write true or false",
                        "a question of the scan is not answered yet");
    return truth(r, key, text, value);
}

static bool take_session(const reading *r, const char *key, const nd_session_keys *keys,
                         nd_request *request) {
    char part[PLACE_SIZE];
    bool fine =
        take_text(&request->label, keys->label, r->error) &&
        take_text(&request->animal, keys->animal, r->error) &&
        take_text(&request->environment, keys->environment, r->error) &&
        take_text(&request->direction, keys->direction, r->error) &&
        take_file(r, under(part, key, "file"), keys->file, &request->file) &&
        number(r, under(part, key, "day"), keys->day, -1e9, 1e9, &request->day) &&
        size(r, under(part, key, "visit"), keys->visit, 1, 1000000, &request->visit) &&
        size(r, under(part, key, "repeat"), keys->repeat, 1, 1000000, &request->repeat) &&
        number(r, under(part, key, "frame_seconds"), keys->frame_seconds, 1e-6, 1e6,
               &request->frame_seconds) &&
        known_or_asked(r, under(part, key, "registered"), keys->registered, &request->registered);
    for (int role = 0; fine && role < ND_ROLES; role++)
        if (keys->role[role]) {
            under(part, key, nd_role_name((nd_role)role));
            request->given[role] = true;
            fine = take_selector(r, part, keys->role[role], &request->role[role]);
        }
    if (fine)
        fine = take_path(r, under(part, key, "linearise"), keys->linearise, &request->linearise);
    if (fine && keys->metrics) {
        request->metrics = true;
        fine = take_metrics(r, key, keys->metrics, &request->given_metrics);
    }
    return fine;
}

static bool read_session(const reading *r, const nd_manifest_keys *keys, size_t index,
                         nd_request *request, uint32_t unused[ND_ROLES]) {
    char key[64], label[300], place[PLACE_SIZE];
    request->index = index;
    request->day = (double)index + 1.0;
    request->given_metrics = (nd_given_metrics){NAN, NAN, NAN, NAN, NAN, NAN};
    for (int role = 0; role < ND_ROLES; role++)
        request->role[role].base = -1;
    snprintf(key, sizeof key, "sessions.%zu", index);
    reading shared = *r;
    shared.defaults = true;
    if ((keys->defaults && !take_session(&shared, "defaults", keys->defaults, request)) ||
        !take_session(r, key, &keys->sessions[index], request))
        return false;
    char **texts[] = {&request->animal, &request->environment, &request->direction};
    for (size_t i = 0; i < 3; i++)
        if (!*texts[i] && !copy(texts[i], "", "", r->error))
            return false;
    snprintf(label, sizeof label, "%.90s%s%.90s%s%g", request->animal,
             request->animal[0] ? " " : "", request->environment,
             request->environment[0] ? " " : "", request->day);
    if (!request->label && !copy(&request->label, label, "", r->error))
        return false;
    if (request->linearise.points_count > 0 &&
        (request->settings->bins_y > 0 || request->settings->position_is_bin || request->metrics))
        return complain(r,
                        keys->sessions[index].linearise ? under(place, key, "linearise")
                                                        : "defaults.linearise",
                        "leave out linearise, or bins_y and position_is_bin",
                        "linearise is not used: it brings positions onto one dimension");
    if (!nd_check_keys(request, unused, r->error))
        return false;
    if (request->metrics)
        return true;
    nd_role what = request->given[ND_ROLE_RATE_MAPS] ? ND_ROLE_RATE_MAPS : ND_ROLE_ACTIVITY;
    return nd_request_file(request, what) ||
           complain(r, key, "give file: or activity: {file: ...}",
                    "the session '%.100s' names no file", request->label);
}

static bool read_about(const nd_about_keys *keys, nd_about *about, nd_error *error) {
    static const nd_about_keys none = {0};
    keys = keys ? keys : &none;
    return copy(&about->title, keys->title, "", error) &&
           copy(&about->citation, keys->citation, "", error) &&
           copy(&about->species, keys->species, "", error) &&
           copy(&about->region, keys->region, "", error) &&
           copy(&about->technique, keys->technique, "", error) &&
           copy(&about->arena, keys->arena, "", error) &&
           copy(&about->familiarity, keys->familiarity, "", error) &&
           copy(&about->session_length, keys->session_length, "", error) &&
           copy(&about->note, keys->note, "", error);
}

/* Errors call the key as it is written. */
static void give_back_name(char *text) {
    static const char name[] = "times";
    char *at;
    while ((at = strstr(text, ND_TIMES_AS_MAPPING)))
        memcpy(at, name, sizeof name - 1);
}

static bool load_keys(const reading *r, nd_manifest_keys **keys) {
    char *text = nd_text(r->text, r->error);
    if (!text)
        return false;
    nd_yaml_rename_mappings(text, "times", ND_TIMES_AS_MAPPING);
    bool fine = nd_yaml_load(text, r->origin, &nd_manifest_schema, (void **)keys, r->error);
    free(text);
    if (!fine && r->error) {
        give_back_name(r->error->where);
        give_back_name(r->error->what);
        give_back_name(r->error->mend);
    }
    return fine;
}

nd_manifest *nd_manifest_parse(const char *text, const char *origin, const char *folder,
                               nd_error *error) {
    reading r = {.text = text, .origin = origin, .folder = folder, .error = error};
    nd_manifest_keys *keys = NULL;
    if (!load_keys(&r, &keys))
        return NULL;
    nd_manifest *manifest = nd_array(1, sizeof *manifest, error);
    nd_recording *recording = manifest ? nd_array(1, sizeof *recording, error) : NULL;
    bool fine = recording != NULL;
    if (fine) {
        manifest->recording = recording;
        fine = copy(&manifest->text, text, "", error) &&
               copy(&recording->name, keys->name, nd_base_name(origin), error) &&
               copy(&recording->manifest, origin, "", error) &&
               copy(&recording->position_unit, keys->position_unit, "", error) &&
               copy(&recording->activity_unit, keys->activity_unit, "", error) &&
               copy(&recording->day_name, keys->day_name, "day", error) &&
               read_about(keys->about, &recording->about, error) &&
               read_settings(&r, keys, &recording->settings);
    }
    if (fine) {
        manifest->requests = nd_array(keys->sessions_count, sizeof *manifest->requests, error);
        manifest->unused = nd_array(keys->sessions_count, sizeof *manifest->unused, error);
    }
    fine = fine && manifest->requests && manifest->unused;
    for (size_t i = 0; fine && i < keys->sessions_count; i++) {
        manifest->count = i + 1;
        manifest->requests[i].settings = &recording->settings;
        manifest->requests[i].manifest_text = manifest->text;
        manifest->requests[i].manifest_name = recording->manifest;
        fine = read_session(&r, keys, i, &manifest->requests[i], manifest->unused[i]);
    }
    bool maps = false;
    for (size_t i = 0; fine && i < manifest->count; i++)
        maps = maps || manifest->requests[i].given[ND_ROLE_RATE_MAPS];
    if (fine && recording->settings.bins_y == 0 && !maps && keys->range_y_count > 0)
        fine = complain(&r, "range_y", "give bins_y, or leave it out",
                        "range_y is not used: one dimension is asked for");
    fine = fine && nd_manifest_check_defaults(manifest, error);
    nd_yaml_free(&nd_manifest_schema, keys);
    if (fine)
        return manifest;
    nd_manifest_free(manifest);
    return NULL;
}

bool nd_manifest_check_defaults(const nd_manifest *manifest, nd_error *error) {
    for (int role = 0; role < ND_ROLES; role++) {
        uint32_t dead = ~0u, shared = 0;
        for (size_t i = 0; i < manifest->count; i++) {
            const nd_selector *part = &manifest->requests[i].role[role];
            uint32_t by_default = part->given & ~part->own;
            dead &= ~by_default | manifest->unused[i][role];
            shared |= by_default;
        }
        dead &= shared;
        for (size_t bit = 0; bit < ND_PART_KEYS; bit++) {
            char place[PLACE_SIZE], where[512];
            const char *name = nd_part_key_name(bit);
            if (!(dead & 1u << bit))
                continue;
            snprintf(place, sizeof place, "defaults.%s.%s", nd_role_name((nd_role)role), name);
            if ((1u << bit) == ND_PART_COLUMNS && nd_yaml_line(manifest->text, place) == 0)
                snprintf(place, sizeof place, "defaults.%s.column", nd_role_name((nd_role)role));
            return nd_fail(error,
                           nd_yaml_where(manifest->text, manifest->recording->manifest, place,
                                         where, sizeof where),
                           "leave it out", "%s is not used by any session", name);
        }
    }
    return true;
}

void nd_manifest_free(nd_manifest *manifest) {
    if (!manifest)
        return;
    for (size_t i = 0; i < manifest->count; i++)
        nd_request_clear(&manifest->requests[i]);
    free(manifest->requests);
    free(manifest->text);
    free(manifest->unused);
    nd_recording_free(manifest->recording);
    free(manifest);
}
