#include "recording/request_bytes.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* A selector's and a request's texts, which may all be missing. */
enum { SELECTOR_TEXTS = 11, REQUEST_TEXTS = 5 };

static void selector_texts(const nd_selector *s, char **texts[SELECTOR_TEXTS]) {
    nd_selector *of = (nd_selector *)s;
    char **list[] = {&of->file,          &of->name,          &of->times,           &of->times_file,
                     &of->times_at.file, &of->times_at.name, &of->times_at.column, &of->area,
                     &of->equals,        &of->channels,      &of->times_at.equals};
    memcpy(texts, list, sizeof list);
}

static void request_texts(const nd_request *r, char **texts[REQUEST_TEXTS]) {
    nd_request *of = (nd_request *)r;
    char **list[] = {&of->label, &of->animal, &of->environment, &of->direction, &of->file};
    memcpy(texts, list, sizeof list);
}

/* Numbers without pointers, as they lie in memory: the reader is of this very version. */
typedef struct selector_numbers {
    double scale, rate, threshold, missing;
    uint64_t skip_rows, frames[2];
    int32_t base;
    uint32_t kind, orientation, time_unit, drop_bad_times, has_threshold, has_missing,
        registration_of;
    double gap, likelihood;
    uint32_t given, own, columns_count, body_count, has_likelihood;
} selector_numbers;

typedef struct request_numbers {
    uint64_t index, visit, repeat;
    double day, frame_seconds;
    uint32_t registered, metrics;
    uint64_t points_count, closed;
    double width;
    nd_given_metrics given_metrics;
    uint8_t given[ND_ROLES];
} request_numbers;

static bool put_selector(nd_buffer *buffer, const nd_selector *s, nd_error *error) {
    selector_numbers n;
    memset(&n, 0, sizeof n);
    n.scale = s->scale;
    n.rate = s->rate;
    n.threshold = s->threshold ? *s->threshold : 0.0;
    n.missing = s->missing ? *s->missing : 0.0;
    n.skip_rows = s->skip_rows;
    n.base = s->base;
    n.kind = s->kind;
    n.orientation = s->orientation;
    n.time_unit = s->time_unit;
    n.drop_bad_times = s->drop_bad_times;
    n.frames[0] = s->frames[0];
    n.frames[1] = s->frames[1];
    n.registration_of = s->registration_of;
    n.has_threshold = s->threshold != NULL;
    n.has_missing = s->missing != NULL;
    n.given = s->given;
    n.own = s->own;
    n.columns_count = s->columns_count;
    n.body_count = s->body_count;
    n.gap = s->gap;
    n.has_likelihood = s->likelihood != NULL;
    n.likelihood = s->likelihood ? *s->likelihood : 0.0;
    char **texts[SELECTOR_TEXTS];
    selector_texts(s, texts);
    bool fine = nd_buffer_put(buffer, &n, sizeof n, error);
    for (size_t i = 0; fine && i < SELECTOR_TEXTS; i++)
        fine = nd_buffer_put_text(buffer, *texts[i], error);
    for (uint32_t i = 0; fine && i < s->columns_count; i++)
        fine = nd_buffer_put_text(buffer, s->columns[i], error);
    for (uint32_t i = 0; fine && i < s->body_count; i++)
        fine = nd_buffer_put_text(buffer, s->body[i], error);
    return fine;
}

/* A new number at *place where there is one. */
static bool take_number(bool there, double value, double **place, nd_error *error) {
    if (there && (*place = nd_doubles(1, error)))
        **place = value;
    return !there || *place;
}

static bool no_request(nd_error *error) {
    return nd_fail(error, NULL, NULL, "the request is none");
}

static bool take_selector(nd_buffer *buffer, nd_selector *s, nd_error *error) {
    selector_numbers n;
    if (!nd_buffer_take(buffer, &n, sizeof n, error))
        return false;
    if (n.kind > ND_KIND_IDS || n.orientation > ND_ORIENTATION_CELLS_FIRST ||
        n.time_unit > ND_TIME_SAMPLES || n.registration_of > ND_REGISTRATION_OF_KEPT ||
        n.frames[0] > n.frames[1] || (n.frames[0] == 0) != (n.frames[1] == 0) ||
        n.columns_count > buffer->length / sizeof(uint64_t) ||
        n.body_count > buffer->length / sizeof(uint64_t))
        return no_request(error);
    *s = (nd_selector){.scale = n.scale,
                       .rate = n.rate,
                       .skip_rows = (size_t)n.skip_rows,
                       .base = n.base,
                       .kind = (nd_activity_kind)n.kind,
                       .orientation = (nd_orientation)n.orientation,
                       .time_unit = (nd_time_unit)n.time_unit,
                       .drop_bad_times = n.drop_bad_times != 0,
                       .frames = {(size_t)n.frames[0], (size_t)n.frames[1]},
                       .registration_of = (nd_registration_of)n.registration_of,
                       .gap = n.gap,
                       .given = n.given,
                       .own = n.own};
    char **texts[SELECTOR_TEXTS];
    selector_texts(s, texts);
    bool fine = take_number(n.has_threshold, n.threshold, &s->threshold, error) &&
                take_number(n.has_missing, n.missing, &s->missing, error) &&
                take_number(n.has_likelihood, n.likelihood, &s->likelihood, error);
    for (size_t i = 0; fine && i < SELECTOR_TEXTS; i++)
        fine = nd_buffer_take_text(buffer, texts[i], error);
    s->columns =
        fine && n.columns_count ? nd_array(n.columns_count, sizeof *s->columns, error) : NULL;
    fine = fine && (s->columns || n.columns_count == 0);
    for (uint32_t i = 0; fine && i < n.columns_count; i++) {
        fine = nd_buffer_take_text(buffer, &s->columns[i], error) &&
               (s->columns[i] || no_request(error));
        s->columns_count += fine;
    }
    s->body = fine && n.body_count ? nd_array(n.body_count, sizeof *s->body, error) : NULL;
    fine = fine && (s->body || n.body_count == 0);
    for (uint32_t i = 0; fine && i < n.body_count; i++) {
        fine = nd_buffer_take_text(buffer, &s->body[i], error) && (s->body[i] || no_request(error));
        s->body_count += fine;
    }
    return fine;
}

static bool put_request(nd_buffer *buffer, const nd_request *r, nd_error *error) {
    request_numbers n;
    memset(&n, 0, sizeof n);
    n.index = r->index;
    n.visit = r->visit;
    n.repeat = r->repeat;
    n.day = r->day;
    n.frame_seconds = r->frame_seconds;
    n.registered = r->registered;
    n.metrics = r->metrics;
    n.points_count = r->linearise.points_count;
    n.closed = r->linearise.closed;
    n.width = r->linearise.width;
    n.given_metrics = r->given_metrics;
    for (int role = 0; role < ND_ROLES; role++)
        n.given[role] = r->given[role];
    char **texts[REQUEST_TEXTS];
    request_texts(r, texts);
    bool fine = nd_buffer_put(buffer, &n, sizeof n, error);
    for (size_t i = 0; fine && i < REQUEST_TEXTS; i++)
        fine = nd_buffer_put_text(buffer, *texts[i], error);
    fine = fine && (n.points_count == 0 ||
                    nd_buffer_put(buffer, r->linearise.points,
                                  2 * r->linearise.points_count * sizeof(double), error));
    for (int role = 0; fine && role < ND_ROLES; role++)
        fine = put_selector(buffer, &r->role[role], error);
    return fine;
}

static bool take_request(nd_buffer *buffer, nd_request *r, nd_error *error) {
    request_numbers n;
    if (!nd_buffer_take(buffer, &n, sizeof n, error))
        return false;
    *r = (nd_request){.index = (size_t)n.index,
                      .visit = (size_t)n.visit,
                      .repeat = (size_t)n.repeat,
                      .day = n.day,
                      .frame_seconds = n.frame_seconds,
                      .registered = n.registered != 0,
                      .metrics = n.metrics != 0,
                      .given_metrics = n.given_metrics};
    for (int role = 0; role < ND_ROLES; role++)
        r->given[role] = n.given[role] != 0;
    char **texts[REQUEST_TEXTS];
    request_texts(r, texts);
    bool fine = true;
    for (size_t i = 0; fine && i < REQUEST_TEXTS; i++)
        fine = nd_buffer_take_text(buffer, texts[i], error);
    if (fine && !(r->label && r->animal && r->environment && r->direction))
        fine = no_request(error);
    if (fine && n.points_count > buffer->length / (2 * sizeof(double)))
        fine = no_request(error);
    r->linearise = (nd_path){.closed = n.closed != 0, .width = n.width};
    if (fine && n.points_count > 0) {
        r->linearise.points = nd_doubles(2 * (size_t)n.points_count, error);
        r->linearise.points_count = r->linearise.points ? (size_t)n.points_count : 0;
        fine = r->linearise.points &&
               nd_buffer_take(buffer, r->linearise.points,
                              2 * r->linearise.points_count * sizeof(double), error);
    }
    for (int role = 0; fine && role < ND_ROLES; role++)
        fine = take_selector(buffer, &r->role[role], error);
    return fine;
}

bool nd_task_put(nd_buffer *buffer, const nd_task *task, nd_error *error) {
    uint64_t count = task->count, all = task->links.all;
    bool fine = nd_buffer_put(buffer, &count, sizeof count, error) &&
                nd_buffer_put(buffer, &all, sizeof all, error) &&
                nd_buffer_put(buffer, &task->settings, sizeof task->settings, error) &&
                nd_buffer_put_text(buffer, task->links.folder, error) &&
                nd_buffer_put_text(buffer, task->manifest_text, error) &&
                nd_buffer_put_text(buffer, task->manifest_name, error);
    for (size_t i = 0; fine && i < task->count; i++)
        fine = put_request(buffer, &task->requests[i], error);
    return fine;
}

/* Are the truths and kinds among the settings such? They are looked at as bytes before anything
 * takes them for what they should be. */
static bool settings_are_sound(const nd_settings *settings) {
    static const size_t truths[] = {offsetof(nd_settings, position_is_bin),
                                    offsetof(nd_settings, circular),
                                    offsetof(nd_settings, shuffle_reduction),
                                    offsetof(nd_settings, scaled_shuffle_reduction),
                                    offsetof(nd_settings, asymptotic_extrapolation),
                                    offsetof(nd_settings, bounded_asymptotic_extrapolation),
                                    offsetof(nd_settings, equalise)};
    const unsigned char *bytes = (const unsigned char *)settings;
    bool sound = true;
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++)
        sound = sound && bytes[truths[i]] <= 1;
    unsigned directions;
    memcpy(&directions, bytes + offsetof(nd_settings, directions), sizeof directions);
    return sound && directions <= ND_DIRECTIONS_SEPARATE;
}

bool nd_task_take(nd_buffer *buffer, nd_task *task, nd_error *error) {
    uint64_t count, all;
    char *folder = NULL;
    *task = (nd_task){0};
    bool fine = nd_buffer_take(buffer, &count, sizeof count, error) &&
                nd_buffer_take(buffer, &all, sizeof all, error) &&
                nd_buffer_take(buffer, &task->settings, sizeof task->settings, error) &&
                nd_buffer_take_text(buffer, &folder, error) &&
                nd_buffer_take_text(buffer, &task->manifest_text, error) &&
                nd_buffer_take_text(buffer, &task->manifest_name, error);
    task->links = (nd_link_rules){.folder = folder, .all = fine && all != 0};
    if (fine && !settings_are_sound(&task->settings))
        fine = no_request(error);
    if (fine && count > buffer->length / sizeof(request_numbers))
        fine = no_request(error);
    task->requests = fine ? nd_array((size_t)count, sizeof *task->requests, error) : NULL;
    fine = task->requests != NULL;
    for (uint64_t i = 0; fine && i < count; i++) {
        nd_request *one = &task->requests[task->count++];
        fine = take_request(buffer, one, error);
        one->settings = &task->settings;
        one->manifest_text = task->manifest_text;
        one->manifest_name = task->manifest_name;
    }
    return fine;
}

void nd_task_clear(nd_task *task) {
    for (size_t i = 0; task->requests && i < task->count; i++)
        nd_request_clear(&task->requests[i]);
    free(task->requests);
    free(task->manifest_text);
    free(task->manifest_name);
    free((char *)task->links.folder);
    *task = (nd_task){0};
}
