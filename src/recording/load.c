#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/locale.h"
#include "base/platform.h"
#include "base/threads.h"
#include "recording/manifest.h"
#include "recording/order.h"
#include "recording/request_bytes.h"
#include "recording/session_bytes.h"
#include "recording/session_read.h"

enum { MOST_MANIFEST_BYTES = 16 << 20 };

typedef struct loading loading;

/* Sessions that lie in one file are read by one child, which opens it once. */
typedef struct group {
    loading *all;
    size_t first, count; /* requests, consecutive */
    const char **reads;  /* their files and the manifest's folder, ended by NULL; NULL: any */
} group;

struct loading {
    const nd_manifest *manifest;
    nd_reading *readings; /* one for each request, by its index */
    bool *taken;
    group *groups;
    nd_errand *errands; /* one for each group */
    size_t groups_count, done;
    const nd_watch *watch;
    nd_link_rules links;
};

static const char *activity_file(const nd_request *request) {
    nd_role role = request->given[ND_ROLE_RATE_MAPS] ? ND_ROLE_RATE_MAPS : ND_ROLE_ACTIVITY;
    const char *path = request->metrics ? NULL : nd_request_file(request, role);
    return path ? path : "";
}

/* Gives the session the lines so far: its activity's file stays open over the whole group. */
static bool keep_led_to(const nd_buffer *led_to, nd_session *session, nd_error *error) {
    session->led_to = nd_array(led_to->length + 1, 1, error);
    if (session->led_to && led_to->length > 0)
        memcpy(session->led_to, led_to->bytes, led_to->length);
    return session->led_to != NULL;
}

/* In the parent: what the child must know of the group. */
static bool ask_for_group(void *context, nd_buffer *request, nd_error *error) {
    const group *mine = context;
    const nd_manifest *manifest = mine->all->manifest;
    nd_task task = {.requests = &manifest->requests[mine->first],
                    .count = mine->count,
                    .settings = manifest->recording->settings,
                    .manifest_text = manifest->text,
                    .manifest_name = manifest->recording->manifest,
                    .links = mine->all->links};
    return nd_task_put(request, &task, error);
}

/* In the child: reads the group's sessions and sends each. */
static bool read_group(nd_buffer *request_bytes, nd_outlet *outlet, nd_error *error) {
    nd_task task;
    nd_buffer led_to = {0};
    bool fine = nd_task_take(request_bytes, &task, error);
    nd_files files = {.links = task.links};
    files.links.led_to = &led_to;
    for (size_t i = 0; fine && i < task.count; i++) {
        const nd_request *request = &task.requests[i];
        char note[512];
        nd_reading reading = {0};
        nd_buffer message = {0};
        snprintf(note, sizeof note, "%.380s, session '%.100s'", activity_file(request),
                 request->label);
        fine = nd_outlet_note(outlet, note, error) &&
               nd_session_read(request, &files, &reading, error) &&
               keep_led_to(&led_to, &reading.session, error) &&
               nd_reading_put(&message, &reading, error) && nd_outlet_send(outlet, &message, error);
        nd_buffer_free(&message);
        nd_reading_clear(&reading);
    }
    nd_files_close(&files);
    nd_buffer_free(&led_to);
    nd_task_clear(&task);
    return fine;
}

const nd_trade nd_trade_sessions = {"read sessions", read_group};

/* In the parent: rebuilds one session from what the child sent. */
static bool take_reading(void *context, nd_buffer *message, nd_error *error) {
    group *mine = context;
    nd_reading reading;
    if (!nd_reading_take(message, &reading, error))
        return false;
    size_t index = reading.index;
    if (index < mine->first || index >= mine->first + mine->count || mine->all->taken[index]) {
        nd_reading_clear(&reading);
        return nd_fail(error, NULL, "", "the reader sent a session that was not asked for");
    }
    mine->all->readings[index] = reading;
    mine->all->taken[index] = true;
    return true;
}

static void report(void *context) {
    const group *mine = context;
    loading *all = mine->all;
    all->done += mine->count;
    nd_progress progress = {.activity = "reading",
                            .done = (double)all->done,
                            .total = (double)all->manifest->count,
                            .unit = "sessions"};
    if (all->watch && all->watch->report)
        all->watch->report(&progress, all->watch->context);
}

/* What a group's reader may open: the files that its sessions name, and the manifest's folder, into
 * which files' own links may lead; everything where links are to be followed anywhere. */
static bool list_files(group *mine, nd_error *error) {
    const loading *all = mine->all;
    size_t count = 0;
    if (all->links.all)
        return true;
    enum { OF_PART = 4 };
    if (!(mine->reads = nd_array(mine->count * ND_ROLES * OF_PART + 2, sizeof *mine->reads, error)))
        return false;
    for (size_t i = mine->first; i < mine->first + mine->count; i++)
        for (int role = 0; role < ND_ROLES; role++) {
            const nd_request *request = &all->manifest->requests[i];
            const nd_selector *part = &request->role[role];
            const char *const paths[OF_PART] = {nd_request_file(request, (nd_role)role),
                                                part->times_file, part->times_at.file,
                                                part->channels};
            for (size_t k = 0; k < OF_PART; k++)
                if (paths[k] && (count == 0 || strcmp(mine->reads[count - 1], paths[k]) != 0))
                    mine->reads[count++] = paths[k];
        }
    if (all->links.folder)
        mine->reads[count++] = all->links.folder;
    return true;
}

/* Sessions of given metrics have nothing to be read. */
static bool make_groups(loading *all, nd_error *error) {
    const nd_request *requests = all->manifest->requests;
    const char *before = NULL;
    for (size_t i = 0; i < all->manifest->count; i++) {
        const char *file = requests[i].metrics ? NULL : activity_file(&requests[i]);
        if (file && before && strcmp(file, before) == 0)
            all->groups[all->groups_count - 1].count++;
        else if (file)
            all->groups[all->groups_count++] = (group){.all = all, .first = i, .count = 1};
        before = file;
    }
    for (size_t g = 0; g < all->groups_count; g++) {
        if (!list_files(&all->groups[g], error))
            return false;
        all->errands[g] = (nd_errand){.trade = &nd_trade_sessions,
                                      .ask = ask_for_group,
                                      .take = take_reading,
                                      .after = report,
                                      .context = &all->groups[g],
                                      .reads = all->groups[g].reads};
    }
    return true;
}

/* --- after reading: ranges, bins, order --- */

/* The range not given is that of all sessions of the same animal in the same environment, so that
 * their bins are the same places. */
static void find_range(const loading *all, size_t index, double range_x[2], double range_y[2]) {
    const nd_settings *settings = &all->manifest->recording->settings;
    const nd_session *here = &all->readings[index].session;
    double x[2] = {INFINITY, -INFINITY}, y[2] = {INFINITY, -INFINITY};
    bool open_x = isnan(settings->range_x[0]), open_y = isnan(settings->range_y[0]);
    for (size_t i = 0; (open_x || open_y) && i < all->manifest->count; i++)
        if (!all->manifest->requests[i].metrics && nd_same_place(here, &all->readings[i].session))
            nd_reading_widen(&all->readings[i], x, y);
    for (int end = 0; end < 2; end++) {
        range_x[end] = open_x ? x[end] : settings->range_x[end];
        range_y[end] = open_y ? y[end] : settings->range_y[end];
    }
}

static bool whole_numbers(const nd_reading *reading, nd_error *error) {
    const nd_session *session = &reading->session;
    for (size_t f = 0; f < session->frames; f++)
        if (session->position[f] != floor(session->position[f]) || fabs(session->position[f]) > 1e6)
            return nd_fail(error, session->file, "leave out position_is_bin, and give bins",
                           "the position %g is no bin number", session->position[f]);
    return true;
}

static bool metrics_session(const nd_request *request, nd_session *session, nd_error *error) {
    session->kind = ND_SESSION_METRICS;
    session->day = request->day;
    session->visit = request->visit;
    session->repeat = request->repeat;
    session->exposure = NAN;
    session->given = request->given_metrics;
    session->label = nd_text(request->label, error);
    session->animal = nd_text(request->animal, error);
    session->environment = nd_text(request->environment, error);
    session->direction = nd_text(request->direction, error);
    session->file = nd_text("", error);
    session->notes = nd_text("", error);
    session->cells_are = nd_text("", error);
    session->led_to = nd_text("", error);
    return session->notes && session->cells_are && session->led_to && session->label &&
           session->animal && session->environment && session->direction && session->file;
}

bool nd_recording_take(nd_reading *reading, nd_recording *recording, nd_error *error) {
    size_t repeat = reading->session.repeat;
    bool apart = recording->settings.directions == ND_DIRECTIONS_SEPARATE && reading->session.way;
    for (int way = 0; way < (apart ? 2 : 1); way++) {
        nd_session *to = &recording->sessions[recording->sessions_count];
        nd_reading one = {0};
        if (apart && !nd_reading_of_way(reading, way, &one, error)) {
            nd_reading_clear(&one);
            return false;
        }
        if (apart && one.session.frames == 0) { /* never ran that way */
            nd_reading_clear(&one);
            continue;
        }
        nd_session *from = apart ? &one.session : &reading->session;
        if (apart) {
            free(from->direction);
            from->direction = nd_text(way ? "down" : "up", error);
            memset(from->occupancy, 0, from->bins * sizeof(double));
            for (size_t f = 0; f < from->frames; f++)
                from->occupancy[from->bin[f]] += from->frame_seconds;
        }
        *to = *from;
        to->repeat = repeat;
        memset(from, 0, sizeof *from);
        nd_reading_clear(&one);
        recording->sessions_count++;
        if (!to->direction || !nd_session_check(to, error))
            return false;
    }
    return true;
}

/* A belt may be longer than the part of it where the animal was seen: that the ends of what was
 * seen were joined is told. */
static bool say_length(const nd_settings *settings, const double range[2], nd_session *session,
                       nd_error *error) {
    if (session->kind != ND_SESSION_ACTIVITY || !settings->circular ||
        !(isnan(settings->range_x[0]) || isnan(settings->range_x[1])))
        return true;
    nd_buffer notes = {0};
    char line[240];
    int length = snprintf(line, sizeof line,
                          "position: circular, and its length a guess: %.9g, from %.9g to %.9g, as "
                          "far as the animal was seen; give range: [FROM, TO]\n",
                          range[1] - range[0], range[0], range[1]);
    if (!nd_buffer_put(&notes, session->notes, strlen(session->notes), error) ||
        !nd_buffer_put(&notes, line, (size_t)length + 1, error)) {
        nd_buffer_free(&notes);
        return false;
    }
    free(session->notes);
    session->notes = (char *)notes.bytes;
    return true;
}

static bool finish(loading *all, nd_error *error) {
    nd_recording *recording = all->manifest->recording;
    recording->sessions = nd_array(2 * all->manifest->count, sizeof *recording->sessions, error);
    double(*ranges)[2][2] = nd_array(all->manifest->count, sizeof *ranges, error);
    bool fine = recording->sessions && ranges;
    for (size_t i = 0; fine && i < all->manifest->count; i++) {
        const nd_request *request = &all->manifest->requests[i];
        nd_reading *reading = &all->readings[i];
        reading->session.repeat = request->repeat;
        if (request->metrics)
            fine = metrics_session(request, &reading->session, error);
        else
            find_range(all, i, ranges[i][0], ranges[i][1]);
        if (fine && !request->metrics && recording->settings.position_is_bin)
            fine = whole_numbers(reading, error);
    }
    for (size_t i = 0; fine && i < all->manifest->count; i++)
        fine = say_length(&recording->settings, ranges[i][0], &all->readings[i].session, error) &&
               nd_reading_bin(&all->readings[i], &recording->settings, ranges[i][0], ranges[i][1],
                              error) &&
               nd_recording_take(&all->readings[i], recording, error);
    free(ranges);
    if (!fine)
        return false;
    return nd_recording_order(recording, error);
}

/* Keys of `defaults` that reading used in no session. */
static bool check_defaults(const loading *all, nd_error *error) {
    for (size_t i = 0; i < all->manifest->count; i++)
        for (int role = 0; role < ND_ROLES; role++)
            all->manifest->unused[i][role] |= all->readings[i].unused[role];
    return nd_manifest_check_defaults(all->manifest, error);
}

/* Sessions whose cells are known by their order have all of them. */
static bool check_order(const loading *all, nd_error *error) {
    for (size_t i = 0; i < all->manifest->count; i++) {
        const nd_session *one = &all->readings[i].session;
        for (size_t j = 0; one->cells_in_order && j < i; j++) {
            const nd_session *other = &all->readings[j].session;
            if (other->cells_in_order && other->cells_in_order != one->cells_in_order &&
                strcmp(one->animal, other->animal) == 0)
                return nd_request_refuse(
                    &all->manifest->requests[i], ND_ROLE_IDS, "kind",
                    "give ids: {file: ...} or registration: {...}", error,
                    "the cells' order is their identity, but '%.60s' has %zu cells and '%.60s' %zu",
                    other->label, other->cells_in_order, one->label, one->cells_in_order);
        }
    }
    return true;
}

static bool read_all(loading *all, const nd_limits *limits, nd_error *error) {
    size_t count = all->manifest->count;
    all->readings = nd_array(count, sizeof *all->readings, error);
    all->taken = nd_array(count, sizeof *all->taken, error);
    all->groups = nd_array(count, sizeof *all->groups, error);
    all->errands = nd_array(count, sizeof *all->errands, error);
    if (!all->readings || !all->taken || !all->groups || !all->errands)
        return false;
    if (!make_groups(all, error))
        return false;
    nd_in_children(all->errands, all->groups_count, nd_processors(), limits, all->watch);
    for (size_t g = 0; g < all->groups_count; g++)
        if (!all->errands[g].done) { /* the first in the manifest, whichever failed first */
            if (error)
                *error = all->errands[g].error;
            return false;
        }
    for (size_t i = 0; i < count; i++)
        if (!all->taken[i] && !all->manifest->requests[i].metrics)
            return nd_fail(error, activity_file(&all->manifest->requests[i]), "",
                           "the reader left out the session '%s'",
                           all->manifest->requests[i].label);
    return check_order(all, error) && check_defaults(all, error) && finish(all, error);
}

static nd_manifest *parse_file(const char *path, char **folder, nd_error *error) {
    nd_buffer text = {0};
    if (!nd_read_file(path, MOST_MANIFEST_BYTES, &text, error)) {
        nd_buffer_free(&text);
        return NULL;
    }
    *folder = nd_text(path, error);
    char *slash = *folder ? strrchr(*folder, '/') : NULL;
    if (slash)
        slash[slash == *folder] = '\0';
    else if (*folder)
        snprintf(*folder, 2, ".");
    nd_manifest *manifest = *folder && path[0]
                                ? nd_manifest_parse((const char *)text.bytes, path, *folder, error)
                                : NULL;
    nd_buffer_free(&text);
    return manifest;
}

static bool add_input(char ***list, size_t *count, size_t *room, const char *path,
                      nd_error *error) {
    for (size_t i = 0; path && i < *count; i++)
        if (strcmp((*list)[i], path) == 0)
            return true;
    if (!path)
        return true;
    char **grown = nd_grown(*list, room, *count + 1, sizeof *grown, error);
    if (!grown)
        return false;
    *list = grown;
    grown[*count] = nd_text(path, error);
    return grown[(*count)++] != NULL;
}

bool nd_recording_inputs(const char *path, char ***list, size_t *count, nd_error *error) {
    ND_IN_C_LOCALE;
    char *folder = NULL;
    size_t room = 0;
    *list = NULL;
    *count = 0;
    nd_manifest *manifest = parse_file(path, &folder, error);
    bool fine = manifest && add_input(list, count, &room, path, error);
    for (size_t i = 0; fine && i < manifest->count; i++) {
        const nd_request *request = &manifest->requests[i];
        fine = add_input(list, count, &room, request->file, error);
        for (int role = 0; fine && role < ND_ROLES; role++) {
            const nd_selector *part = &request->role[role];
            fine = add_input(list, count, &room, part->file, error) &&
                   add_input(list, count, &room, part->times_file, error) &&
                   add_input(list, count, &room, part->times_at.file, error) &&
                   add_input(list, count, &room, part->channels, error);
        }
    }
    nd_manifest_free(manifest);
    free(folder);
    return fine;
}

nd_recording *nd_recording_load_with(const char *path, const nd_load_options *options,
                                     const nd_watch *watch, nd_error *error) {
    ND_IN_C_LOCALE;
    static const nd_load_options none = {0};
    char *folder = NULL;
    nd_recording *recording = NULL;
    options = options ? options : &none;
    nd_manifest *manifest = parse_file(path, &folder, error);
    char *real = manifest ? realpath(folder, NULL) : NULL;
    if (manifest) {
        loading all = {.manifest = manifest,
                       .watch = watch,
                       .links = {.folder = real, .all = options->follow_links}};
        if (read_all(&all, options->limits, error)) {
            recording = manifest->recording;
            manifest->recording = NULL;
        }
        for (size_t i = 0; all.readings && i < manifest->count; i++)
            nd_reading_clear(&all.readings[i]);
        free(all.readings);
        free(all.taken);
        for (size_t g = 0; g < all.groups_count; g++)
            free(all.groups[g].reads);
        free(all.groups);
        free(all.errands);
    }
    free(real);
    free(folder);
    nd_manifest_free(manifest);
    return recording;
}

nd_recording *nd_recording_load_within(const char *path, const nd_limits *limits,
                                       const nd_watch *watch, nd_error *error) {
    return nd_recording_load_with(path, &(nd_load_options){.limits = limits}, watch, error);
}

nd_recording *nd_recording_load(const char *path, const nd_watch *watch, nd_error *error) {
    return nd_recording_load_with(path, NULL, watch, error);
}
