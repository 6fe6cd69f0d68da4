#include "recording/scan.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/locale.h"
#include "base/shown.h"
#include "recording/format.h"
#include "recording/scan_files.h"

enum { MOST_FINDINGS = 100000, MOST_COMMENTS = 400 };

/* What the child sends of one file. */
typedef struct scanned {
    char subject[64], start[40];
    uint64_t count, clocked, tabular, many;
    char trouble[600]; /* in the parent: why it could not be read; "" */
} scanned;

/* A finding and the file it is in. */
typedef struct found {
    nd_finding finding;
    size_t file;
} found;

typedef struct scan {
    const char *const *files;
    size_t count, at; /* at: the file being looked into */
    bool folders;     /* they were found in folders: what lies near belongs together */
    char *folder;     /* its own, by its real path */
    scanned *file;    /* count */
    found *list;
    size_t found_count, room;
    const found *registration; /* the table that says which cells are the same; NULL: none */
    size_t sessions;
    bool joined; /* several sessions are recordings that were joined in one */
    bool asks;   /* it asks how cells are followed */
    nd_buffer *yaml, *question;
    nd_error *error;
    bool fine;
} scan;

/* --- looking --- */

/* The real path of a file's folder, into which its links may lead; NULL if there is none. */
static char *folder_of(const char *path) {
    char *folder = realpath(path, NULL), *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash)
        slash[slash == folder] = '\0';
    return folder;
}

static bool look_inside(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    char *path = NULL, *folder = NULL;
    if (!nd_buffer_take_text(request, &path, error) ||
        !nd_buffer_take_text(request, &folder, error) || !path)
        return false;
    nd_files files = {.links = {.folder = folder}};
    nd_findings findings = {0};
    nd_buffer message = {0};
    scanned about = {0};
    nd_outlet_note(outlet, path, error);
    nd_open_file *open_file = nd_files_open(&files, path, NULL, error);
    bool fine = open_file && open_file->format->scan(open_file->file, &findings, error);
    if (fine)
        about = (scanned){.clocked = open_file->format->clocked,
                          .tabular = open_file->format->tabular,
                          .many = open_file->format->many};
    memcpy(about.subject, findings.subject, sizeof about.subject);
    memcpy(about.start, findings.start, sizeof about.start);
    about.count = findings.count;
    fine = fine && nd_buffer_put(&message, &about, sizeof about, error) &&
           nd_buffer_put(&message, findings.list, findings.count * sizeof *findings.list, error) &&
           nd_outlet_send(outlet, &message, error);
    free(findings.list);
    nd_buffer_free(&message);
    nd_files_close(&files);
    return fine;
}

const nd_trade nd_trade_scan = {"scan", look_inside};

static bool ask(void *context, nd_buffer *request, nd_error *error) {
    const scan *s = context;
    return nd_buffer_put_text(request, s->files[s->at], error) &&
           nd_buffer_put_text(request, s->folder, error);
}

/* What the child sends ends within its room. */
static void end_text(char *text, size_t size) {
    text[size - 1] = '\0';
}

static bool take_findings(void *context, nd_buffer *message, nd_error *error) {
    scan *s = context;
    scanned *about = &s->file[s->at];
    if (!nd_buffer_take(message, about, sizeof *about, error))
        return false;
    end_text(about->subject, sizeof about->subject);
    end_text(about->start, sizeof about->start);
    if (about->count > MOST_FINDINGS)
        return nd_fail(error, s->files[s->at], "", "holds more than %d parts", MOST_FINDINGS);
    for (uint64_t i = 0; i < about->count; i++) {
        found *list = nd_grown(s->list, &s->room, s->found_count + 1, sizeof *list, error);
        if (!list)
            return false;
        s->list = list;
        found *one = &s->list[s->found_count];
        if (!nd_buffer_take(message, &one->finding, sizeof one->finding, error))
            return false;
        end_text(one->finding.name, sizeof one->finding.name);
        end_text(one->finding.note, sizeof one->finding.note);
        one->file = s->at;
        s->found_count++;
    }
    return true;
}

/* --- what belongs together --- */

/* The subscripts of an expression, "{1,2}" of spike_train{1,2} and "{3}{1}" of pos{3}{1}.data. */
static void subscripts_of(const char *name, char *text, size_t size) {
    const char *open = strchr(name, '{'), *close = strrchr(name, '}');
    text[0] = '\0';
    if (open && close && close > open)
        snprintf(text, size, "%.*s", (int)(close - open + 1), open);
}

static size_t common_start(const char *a, const char *b) {
    size_t length = 0;
    a = nd_base_name(a);
    b = nd_base_name(b);
    while (a[length] && a[length] == b[length])
        length++;
    return length;
}

/* How many folders two paths share. */
static size_t shared_folders(const char *a, const char *b) {
    size_t shared = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        shared += a[i] == '/';
    return shared;
}

/* Whether a finding can go with an anchor: same subscripts, and the same file, one near it among
 * folders, or one whose name begins alike. *start gets how near, or how much of the names is. */
static bool belongs(const scan *s, const found *anchor, const found *one, nd_role role,
                    size_t *start) {
    char mine[128], theirs[128];
    if (one->finding.role != role || one == anchor)
        return false;
    if (role == ND_ROLE_IDS && (one->finding.spikes != anchor->finding.spikes ||
                                (one->finding.spikes && one->finding.rows != anchor->finding.rows)))
        return false;
    if (s->folders && role == ND_ROLE_POSITION && one->finding.likeness < 2)
        return false; /* a shape is too little to go by, where so much lies about */
    subscripts_of(anchor->finding.name, mine, sizeof mine);
    subscripts_of(one->finding.name, theirs, sizeof theirs);
    *start = one->file == anchor->file ? SIZE_MAX
                                       : common_start(s->files[one->file], s->files[anchor->file]);
    bool few = s->count <= 2 || s->folders;
    if (s->folders && *start != SIZE_MAX) {
        bool as_many = one->finding.rows > 0 && one->finding.rows == anchor->finding.rows;
        *start = 100000 * shared_folders(s->files[one->file], s->files[anchor->file]) +
                 10000 * as_many + *start;
    }
    return strcmp(mine, theirs) == 0 && (*start > 1 || few);
}

/* Of recordings joined in one file, which an anchor is, and of how many. */
static size_t place_in_file(const scan *s, const found *anchor, size_t *count) {
    size_t place = 0;
    *count = 0;
    for (size_t i = 0; i < s->found_count; i++) {
        const found *one = &s->list[i];
        if (one->file != anchor->file || one->finding.role != anchor->finding.role ||
            one->finding.frames[0] == 0)
            continue;
        place = one == anchor ? *count : place;
        (*count)++;
    }
    return place;
}

/* The positions of recordings that were joined in one file, where there are as many files of them:
 * one each, in order. NULL where it is not so. */
static const found *position_in_order(const scan *s, const found *anchor) {
    size_t count, place = place_in_file(s, anchor, &count), files = 0, nearest = 0;
    const found *best = NULL;
    for (size_t i = 0; i < s->found_count; i++)
        if (s->list[i].finding.role == ND_ROLE_POSITION && s->list[i].file != anchor->file) {
            size_t near = shared_folders(s->files[s->list[i].file], s->files[anchor->file]);
            nearest = near > nearest ? near : nearest;
        }
    for (size_t i = 0, file = SIZE_MAX; i < s->found_count; i++) {
        const found *one = &s->list[i];
        bool candidate = one->finding.role == ND_ROLE_POSITION && one->file != anchor->file &&
                         shared_folders(s->files[one->file], s->files[anchor->file]) == nearest;
        if (candidate && one->file != file) {
            file = one->file;
            files++;
        }
        if (candidate && files == place + 1 &&
            (!best || one->finding.likeness > best->finding.likeness))
            best = one;
    }
    return count > 1 && files == count ? best : NULL;
}

/* The finding of a role that goes best with an anchor: nearest, then likest. */
static const found *partner(const scan *s, const found *anchor, nd_role role) {
    const found *best = role == ND_ROLE_POSITION ? position_in_order(s, anchor) : NULL;
    size_t best_start = 0;
    if (best)
        return best;
    if (s->folders &&
        (role == ND_ROLE_POSITION_Y || role == ND_ROLE_SPEED || role == ND_ROLE_DIRECTION)) {
        const found *position = partner(s, anchor, ND_ROLE_POSITION);
        for (size_t i = 0; position && i < s->found_count; i++)
            if (s->list[i].finding.role == role && s->list[i].file == position->file &&
                (!best || s->list[i].finding.likeness > best->finding.likeness))
                best = &s->list[i];
        return best;
    }
    for (size_t i = 0; i < s->found_count; i++) {
        const found *one = &s->list[i];
        size_t start;
        if (belongs(s, anchor, one, role, &start) &&
            (!best || start > best_start ||
             (start == best_start && one->finding.likeness > best->finding.likeness))) {
            best = one;
            best_start = start;
        }
    }
    return best;
}

/* --- writing --- */

static void put(scan *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(scan *s, const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        s->fine = nd_fail(s->error, NULL, NULL, ND_OUT_OF_MEMORY " for a manifest");
        return;
    }
    s->fine = s->fine && nd_buffer_put(s->yaml, text, (size_t)length, s->error);
    free(text);
}

/* A text of files, names of theirs among it, as a value: what is shown escaped is a value's escape
 * in YAML, too. */
static void put_quoted(scan *s, const char *text) {
    char shown[ND_SHOWN_CHARACTER];
    put(s, "\"");
    while (s->fine && *text) {
        bool marked = *text == '"' || *text == '\\';
        text += nd_shown_character(text, shown);
        put(s, "%s%s", marked ? "\\" : "", shown);
    }
    put(s, "\"");
}

/* How sure a guess is. */
static const char *sureness(int likeness) {
    static const char *const words[] = {"a guess", "a guess, by its shape or type", "by its name",
                                        "sure"};
    return words[likeness < 0 ? 0 : likeness > 3 ? 3 : likeness];
}

/* What else could be meant, in comments. */
static void put_others(scan *s, const found *anchor, const found *part, nd_role role) {
    size_t nearest = 0;
    belongs(s, anchor, part, role, &nearest);
    for (size_t i = 0; part != anchor && i < s->found_count; i++) {
        const found *one = &s->list[i];
        size_t start;
        if (one == part || !belongs(s, anchor, one, role, &start) || start < nearest ||
            one->finding.likeness == 0)
            continue;
        put(s, "    #   or %s%s%s (%s, %s)\n",
            one->file == anchor->file ? "" : nd_shown(nd_base_name(s->files[one->file])).text,
            one->file == anchor->file || !one->finding.name[0] ? "" : ": ",
            nd_shown(one->finding.name).text, nd_shown(one->finding.note).text,
            sureness(one->finding.likeness));
    }
}

/* All frames of the recordings joined in the anchor's file. */
static size_t joined_rows(const scan *s, const found *anchor) {
    size_t rows = 0;
    for (size_t i = 0; i < s->found_count; i++)
        if (s->list[i].file == anchor->file && s->list[i].finding.frames[0] > 0)
            rows += s->list[i].finding.rows;
    return rows;
}

/* The times of a part's rows, in another table or array of as many: the
 * nearest, then the likest; NULL where there are none. */
static const found *times_for(const scan *s, const found *part) {
    const found *best = NULL;
    size_t nearest = 0;
    for (size_t i = 0; s->folders && !part->finding.clocked && i < s->found_count; i++) {
        const found *one = &s->list[i];
        if (one->finding.time_likeness < 2 || one->finding.spikes || one == part ||
            one->finding.rows == 0 || one->finding.rows != part->finding.rows)
            continue;
        size_t near = 10 * shared_folders(s->files[one->file], s->files[part->file]) +
                      (size_t)one->finding.time_likeness + 100000 * (one->file == part->file);
        if (!best || near > nearest) {
            best = one;
            nearest = near;
        }
    }
    return best;
}

static void put_times(scan *s, const found *part, const found *times) {
    bool tabular = s->file[times->file].tabular;
    const char *comma = "";
    put(s, "times: {");
    if (times->file != part->file) {
        put(s, "file: ");
        put_quoted(s, s->files[times->file]);
        comma = ", ";
    }
    if (times->finding.name[0]) {
        put(s, "%s%s: ", comma, tabular ? "column" : "name");
        put_quoted(s, times->finding.name);
    }
    put(s, "}");
}

/* How spikes' times are meant. */
static void put_spikes(scan *s, const found *anchor) {
    const nd_finding *spikes = &anchor->finding;
    put(s, "kind: spike-times");
    if (spikes->samples && spikes->rate > 0.0)
        put(s, ", time_unit: samples, rate: %.9g", spikes->rate);
    else if (spikes->samples)
        put(s, ", time_unit: samples, rate: ask");
}

static void put_part(scan *s, const found *anchor, const found *part, nd_role role) {
    bool tabular = s->file[part->file].tabular;
    bool named = part->finding.name[0] != '\0';
    bool other_file = part->file != anchor->file;
    size_t joined, rows = joined_rows(s, anchor);
    place_in_file(s, anchor, &joined);
    bool cut = part == anchor ? joined > 0 : joined > 1 && part->finding.rows == rows;
    bool spikes = part == anchor && part->finding.spikes;
    bool moving = role == ND_ROLE_ACTIVITY || role == ND_ROLE_POSITION;
    const found *times = moving ? times_for(s, part) : NULL;
    const char *comma = "";
    if (named || other_file || cut || spikes || times) {
        put(s, "    %s: {", nd_role_name(role));
        if (other_file) {
            put(s, "file: ");
            put_quoted(s, s->files[part->file]);
            comma = ", ";
        }
        if (named) {
            put(s, "%s%s: %s", comma,
                part->finding.body ? "body"
                : tabular          ? "column"
                                   : "name",
                part->finding.body ? "[" : "");
            put_quoted(s, part->finding.name);
            put(s, "%s", part->finding.body ? "], likelihood: 0.9, gap: 0.5" : "");
            comma = ", ";
        }
        if (role == ND_ROLE_CELLS)
            put(s, ", area: CA1");
        if (cut)
            put(s, "%sframes: [%zu, %zu]", comma, anchor->finding.frames[0],
                anchor->finding.frames[1]);
        comma = cut ? ", " : comma;
        put(s, "%s", spikes || times ? comma : "");
        if (spikes)
            put_spikes(s, part);
        if (times)
            put_times(s, part, times);
        put(s, "}  # %s; %s\n", nd_shown(part->finding.note).text,
            sureness(part->finding.likeness));
    } else {
        put(s, "    # %s: %s; %s\n", nd_role_name(role), nd_shown(part->finding.note).text,
            sureness(part->finding.likeness));
    }
    put_others(s, anchor, part, role);
}

/* The day of a date, counted from a day long ago; 0 if there is no date. */
static long day_of(const char *start) {
    int year, month, day;
    if (sscanf(start, "%d-%d-%d", &year, &month, &day) != 3 || month < 1 || month > 12)
        return 0;
    year -= month <= 2; /* years begin in March, so that leap days come last */
    long months = (month + 9) % 12;
    return 365L * year + year / 4 - year / 100 + year / 400 + (153 * months + 2) / 5 + day;
}

/* The first day of any file, where all files have a date; 0 otherwise. */
static long first_day(const scan *s) {
    long first = 0;
    for (size_t i = 0; i < s->count; i++) {
        long day = day_of(s->file[i].start);
        if (day <= 0)
            return 0;
        first = first == 0 || day < first ? day : first;
    }
    return first;
}

/* What the names of the activity's and the position's files begin with alike. */
static void guess_animal(const scan *s, const found *anchor, char *animal, size_t size) {
    const found *position = partner(s, anchor, ND_ROLE_POSITION);
    snprintf(animal, size, "%s", s->file[anchor->file].subject);
    if (animal[0] || !position || position->file == anchor->file)
        return;
    const char *name = nd_base_name(s->files[anchor->file]);
    size_t length = common_start(s->files[anchor->file], s->files[position->file]);
    for (size_t i = length; i > 0; i--) /* whole words only, where words are told apart */
        if (strchr("_- ", name[i - 1])) {
            length = i - 1;
            break;
        }
    if (length > 1)
        snprintf(animal, size, "%.*s", (int)length, name);
}

/* The `number`-th word of a file's name, its ending left out: words are parted by _, -, . or a
 * blank. False where there are fewer. */
static bool word_of(const char *path, size_t number, char *word, size_t size) {
    const char *name = nd_base_name(path), *dot = strrchr(name, '.');
    const char *end = dot && dot > name ? dot : name + strlen(name);
    for (size_t at = 0; name < end; at++) {
        size_t length = strcspn(name, "_-. ");
        length = length < (size_t)(end - name) ? length : (size_t)(end - name);
        if (at == number) {
            snprintf(word, size, "%.*s", (int)length, name);
            return length > 0;
        }
        name += length + 1;
    }
    return false;
}

static bool all_letters(const char *word) {
    for (; *word; word++)
        if (!isalpha((unsigned char)*word))
            return false;
    return true;
}

static bool has_activity(const scan *s, size_t file) {
    for (size_t i = 0; i < s->found_count; i++)
        if (s->list[i].file == file && s->list[i].finding.role == ND_ROLE_ACTIVITY)
            return true;
    return false;
}

/* Do names alike but for one word of letters, as mouse_A_day1 and mouse_B_day1, tell sessions of
 * one animal apart? Such a word may be an environment; `word` receives that of the anchor's file,
 * `other` one that differs. */
static bool guess_environment(const scan *s, const found *anchor, char *word, char *other,
                              size_t size) {
    const char *mine = s->files[anchor->file];
    for (size_t number = 1; word_of(mine, number, word, size); number++) {
        if (!all_letters(word))
            continue;
        for (size_t f = 0; f < s->count; f++) {
            char a[64], b[64];
            bool alike = has_activity(s, f) && word_of(s->files[f], number, other, size) &&
                         strcmp(word, other) != 0 && all_letters(other);
            for (size_t k = 0; alike; k++) {
                bool in_mine = word_of(mine, k, a, sizeof a);
                alike = in_mine == word_of(s->files[f], k, b, sizeof b) &&
                        (!in_mine || k == number || strcmp(a, b) == 0);
                if (!in_mine)
                    break;
            }
            if (alike)
                return true;
        }
    }
    return false;
}

/* environment, session and direction of {e,s,d}; day and epoch of {d}{e}. */
static void put_place(scan *s, const found *anchor, size_t number) {
    unsigned a, b, c;
    char at[128], word[64], other[64];
    subscripts_of(anchor->finding.name, at, sizeof at);
    char animal[64];
    long first = first_day(s);
    guess_animal(s, anchor, animal, sizeof animal);
    if (animal[0]) {
        put(s, "    animal: ");
        put_quoted(s, animal);
        put(s, "\n");
    }
    if (strchr(at, ',') == NULL && guess_environment(s, anchor, word, other, sizeof word)) {
        put(s, "    environment: ");
        put_quoted(s, word);
        put(s,
            "  # a guess: the files' names tell %s from %s. Is it the environment? Else delete "
            "it\n",
            nd_shown(word).text, nd_shown(other).text);
    }
    if (sscanf(at, "{%u,%u,%u}", &a, &b, &c) == 3)
        put(s, "    environment: %u\n    day: %u\n    direction: %u\n", a, b, c);
    else if (sscanf(at, "{%u}{%u}", &a, &b) == 2)
        put(s, "    day: %u  # epoch %u\n", a, b);
    else if (first)
        put(s, "    day: %ld  # %s\n", day_of(s->file[anchor->file].start) - first + 1,
            nd_shown(s->file[anchor->file].start).text);
    else
        put(s, "    day: %zu\n", number);
}

/* The name of the folder that a file lies in; "" where none is given. */
static const char *parent_folder(const char *path, char *name, size_t size) {
    const char *last = strrchr(path, '/'), *before = last;
    name[0] = '\0';
    while (before && before > path && before[-1] != '/')
        before--;
    if (last)
        snprintf(name, size, "%.*s", (int)(last - before < 100 ? last - before : 100), before);
    return name;
}

static void put_label(scan *s, const found *anchor) {
    char label[400], at[128], above[128];
    const char *name = nd_base_name(s->files[anchor->file]);
    const char *dot = strrchr(name, '.');
    subscripts_of(anchor->finding.name, at, sizeof at);
    size_t joined, place = place_in_file(s, anchor, &joined);
    const char *folder =
        s->folders ? parent_folder(s->files[anchor->file], above, sizeof above) : "";
    snprintf(label, sizeof label, "%s%s%.*s%s%s", folder, folder[0] ? " " : "",
             (int)(dot && dot - name < 120 ? dot - name : 120), name, at[0] ? " " : "", at);
    if (joined > 1)
        snprintf(label + strlen(label), sizeof label - strlen(label), " %zu", place + 1);
    put(s, "  - label: ");
    put_quoted(s, label);
    put(s, "\n");
}

/* The column of the registration's table that a session is. */
static void put_registration(scan *s, size_t number) {
    const nd_finding *table = &s->registration->finding;
    const char *file = s->files[s->registration->file];
    bool upright = table->columns == s->sessions;
    put(s, "%s    registration: {file: ", s->asks ? "#" : "");
    put_quoted(s, file);
    if (table->name[0]) {
        put(s, ", %s: ", s->file[s->registration->file].tabular ? "column" : "name");
        put_quoted(s, table->name);
    }
    put(s, ", column: %zu%s%s}  # %s; in the order of the files\n", number,
        upright ? "" : ", orientation: cells-last",
        strstr(nd_base_name(file), "match_mat") ? ", of: kept" : "", nd_shown(table->note).text);
}

static void put_session(scan *s, const found *anchor, size_t number) {
    static const nd_role parts[] = {ND_ROLE_POSITION,  ND_ROLE_POSITION_Y, ND_ROLE_SPEED,
                                    ND_ROLE_DIRECTION, ND_ROLE_IDS,        ND_ROLE_CELLS,
                                    ND_ROLE_TASK,      ND_ROLE_OCCUPANCY};
    put_label(s, anchor);
    put_place(s, anchor, number);
    put(s, "    file: ");
    put_quoted(s, s->files[anchor->file]);
    put(s, "\n");
    put_part(s, anchor, anchor, anchor->finding.role);
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        const found *part = partner(s, anchor, parts[k]);
        if (part)
            put_part(s, anchor, part, parts[k]);
        else if (parts[k] == ND_ROLE_POSITION)
            put(s,
                "    # position: no position was found for this session: say where it is, as in\n"
                "    #   {file: position.csv, column: x}\n");
    }
    const found *keep = anchor->finding.spikes ? partner(s, anchor, ND_ROLE_KEEP) : NULL;
    if (keep) {
        put(s, "    keep: {file: ");
        put_quoted(s, s->files[keep->file]);
        put(s, ", column: %s, equals: good}  # clusters called good alone\n",
            nd_shown(keep->finding.name).text);
    }
    if (s->registration)
        put_registration(s, number);
}

/* One anchor a file in NWB, whose defaults choose among several; else every activity, or every set
 * of rate maps where there is no activity at all. */
static bool is_anchor(const scan *s, size_t index, bool maps) {
    const found *one = &s->list[index];
    if (one->finding.role != (maps ? ND_ROLE_RATE_MAPS : ND_ROLE_ACTIVITY))
        return false;
    for (size_t i = 0; s->folders && i < s->found_count; i++) /* among folders, the surest alone */
        if (s->list[i].finding.role == one->finding.role &&
            s->list[i].finding.likeness > one->finding.likeness)
            return false;
    for (size_t i = 0; i < index && s->file[one->file].many; i++)
        if (s->list[i].file == one->file && s->list[i].finding.role == one->finding.role)
            return false;
    return true;
}

static bool bins_already(const scan *s) {
    size_t positions = 0;
    for (size_t i = 0; i < s->found_count; i++)
        if (s->list[i].finding.role == ND_ROLE_POSITION) {
            positions++;
            if (!s->list[i].finding.whole)
                return false;
        }
    return positions > 0;
}

static void put_head(scan *s) {
    bool clocked = true;
    for (size_t i = 0; i < s->count && !s->folders; i++)
        clocked = clocked && (s->file[i].clocked || s->file[i].trouble[0]);
    for (size_t i = 0; i < s->found_count && s->folders; i++)
        clocked = clocked && (!is_anchor(s, i, false) || s->list[i].finding.clocked ||
                              s->list[i].finding.rated || times_for(s, &s->list[i]) ||
                              s->file[s->list[i].file].many || s->file[s->list[i].file].tabular);
    put(s, "# A first manifest, from what the files hold: look it through, then run\n"
           "#   nulldrift record THIS.yaml -o OUT\n"
           "# `nulldrift help recordings` explains every key.\nname: recording\n");
    if (bins_already(s))
        put(s, "position_is_bin: true  # the positions are whole numbers\n");
    else
        put(s, "bins: 20\n# range: [0, 1]      # of the position; else that of the data\n"
               "# directions: joint  # the two directions of running told apart\n");
    put(s, "# minimum_speed: 1   # frames at or below it are left out\n"
           "active: {frames: 10}\n"
           "significance: {shuffles: 1000, kind: cyclic, threshold: 0.05}\n"
           "corrections: {methods: [SSR, BAE], repetitions: 100}\n");
    if (s->question->length > 0)
        put(s, "%s", (const char *)s->question->bytes);
    if (s->asks)
        put(s, "defaults:\n  registered: ask\n#  ids: {kind: order}\n");
    else if (s->registration)
        put(s, "defaults:\n  registered: true  # a table says which cells are the same\n");
    else if (s->joined)
        put(s,
            "defaults:\n  registered: true\n  ids: {kind: order}  # recordings joined in one: row "
            "k is the same cell in all\n");
    else
        put(s, "defaults:\n  registered: false  # true where the same identity is the same cell in "
               "all sessions\n");
    if (!clocked)
        put(s, "  # frame_seconds: 0.05  # needed where the files hold no times\n");
    put(s, "sessions:\n");
}

/* Whether a finding stands in no session: of no role, or of one that sessions do not have, or
 * everything where there are no sessions. */
static bool unused(const scan *s, const found *one, bool sessions) {
    if (one == s->registration || (s->folders && sessions && one->finding.role == ND_ROLE_ACTIVITY))
        return one != s->registration && !is_anchor(s, (size_t)(one - s->list), false);
    switch (one->finding.role) {
    case ND_ROLES:
    case ND_ROLE_TRIALS:
    case ND_ROLE_REGISTRATION:
    case ND_ROLE_KEEP:
        return true;
    default:
        return !sessions;
    }
}

static void put_rest(scan *s, bool sessions) {
    size_t said = 0;
    for (size_t i = 0; i < s->found_count && said <= MOST_COMMENTS; i++) {
        const found *one = &s->list[i];
        if (!unused(s, one, sessions))
            continue;
        if (said == 0)
            put(s, sessions ? "# Also found:\n" : "# Found:\n");
        if (said++ == MOST_COMMENTS)
            put(s, "#   and more\n");
        else
            put(s, "#   %s: %s%s%s (%s)\n", nd_shown(nd_base_name(s->files[one->file])).text,
                one->finding.likeness > 0 ? nd_role_name(one->finding.role) : "",
                one->finding.likeness > 0 ? " " : "", nd_shown(one->finding.name).text,
                nd_shown(one->finding.note).text);
    }
    for (size_t i = 0; i < s->count; i++)
        if (s->file[i].trouble[0])
            put(s, "# Not read: %s\n", nd_shown(s->file[i].trouble).text);
}

/* What to fill in where nothing was told for activity. */
static void put_form(scan *s) {
    put(s, "# Nothing here looks like activity for certain. Say which of the parts below is what:\n"
           "#  - activity: {file: FILE, name: NAME}   # or columns: [...] of a table\n"
           "#    position: {file: FILE, name: NAME}   # or column: NAME of a table\n"
           "#    # times: in either, where they are; or frame_seconds: 0.05 for the session\n");
}

/* Which table follows the cells through the sessions: the surest that has a column, or else a row,
 * for each of them. Recordings joined in one have the same cells already: a table beside them
 * leaves a question. */
static void find_registration(scan *s, bool maps) {
    for (size_t i = 0; i < s->found_count; i++)
        s->sessions += is_anchor(s, i, maps);
    for (size_t i = 0; i < s->found_count; i++) {
        const found *one = &s->list[i];
        bool fits = one->finding.columns == s->sessions || one->finding.rows == s->sessions;
        if (s->folders && one->finding.role == ND_ROLE_REGISTRATION && s->sessions > 1 && fits &&
            (!s->registration || one->finding.likeness > s->registration->finding.likeness))
            s->registration = one;
        size_t joined = 0;
        if (is_anchor(s, i, maps))
            place_in_file(s, one, &joined);
        s->joined = s->joined || (joined > 1 && joined == s->sessions);
    }
    s->asks = s->joined && s->registration;
}

static void ask_experimenter(scan *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void ask_experimenter(scan *s, const char *format, ...) {
    char text[1200];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    s->question->length -= s->question->length > 0; /* its ending zero */
    s->fine = s->fine && nd_buffer_put(s->question, text, (size_t)length + 1, s->error);
}

static void find_questions(scan *s, bool maps) {
    bool rate = false;
    for (size_t i = 0; i < s->found_count; i++)
        rate = rate || (is_anchor(s, i, maps) && s->list[i].finding.samples &&
                        !(s->list[i].finding.rate > 0.0));
    if (s->asks)
        ask_experimenter(s,
                         "# QUESTION: the sessions were joined in one run, so that row k is the "
                         "same cell in all; and %s\n"
                         "# is a table of the same cells, too. Which one follows them? Write "
                         "registered: true below, and\n"
                         "# take the # from one of two:\n"
                         "#   ids: {kind: order}   the rows, as they were joined\n"
                         "#   registration: ...    the table, a line in each session\n",
                         nd_shown(nd_base_name(s->files[s->registration->file])).text);
    if (rate)
        ask_experimenter(s, "# QUESTION: spike times are samples, and nothing says how many there "
                            "are in a second "
                            "(Phy's\n"
                            "# params.py does: sample_rate). Write it in the place of `rate: ask` "
                            "below; usual are:\n"
                            "#   30000   Neuropixels, Open Ephys, Intan        20000   Intan at "
                            "the Buzsaki laboratory\n"
                            "#   32000   Neuralynx                             24414.0625   TDT\n");
}

static bool write_manifest(scan *s) {
    size_t anchors = 0, unread = 0;
    bool maps = true;
    for (size_t i = 0; i < s->found_count; i++)
        maps = maps && s->list[i].finding.role != ND_ROLE_ACTIVITY;
    for (size_t i = 0; i < s->count; i++)
        unread += s->file[i].trouble[0] != '\0';
    if (unread == s->count)
        return nd_fail(s->error, NULL, "", "%s", s->file[0].trouble);
    find_registration(s, maps);
    find_questions(s, maps);
    put_head(s);
    for (size_t i = 0; s->fine && i < s->found_count; i++)
        if (is_anchor(s, i, maps))
            put_session(s, &s->list[i], ++anchors);
    if (anchors == 0)
        put_form(s);
    put_rest(s, anchors > 0);
    return s->fine;
}

/* Why a file could not be read, as a comment. */
static void keep_trouble(scanned *file, const nd_error *why) {
    char line[1600];
    nd_error_line(why, line, sizeof line);
    *file = (scanned){0};
    snprintf(file->trouble, sizeof file->trouble, "%.590s", line);
    end_text(file->trouble, sizeof file->trouble);
}

bool nd_recording_scan(const char *const *given, size_t given_count, const nd_limits *limits,
                       nd_buffer *yaml, nd_buffer *question, nd_error *error) {
    ND_IN_C_LOCALE;
    nd_scan_files files = {0};
    if (!nd_scan_files_list(given, given_count, &files, error)) {
        nd_scan_files_free(&files);
        return false;
    }
    scan s = {.files = (const char *const *)files.path,
              .count = files.count,
              .folders = files.folders,
              .yaml = yaml,
              .question = question,
              .error = error,
              .fine = true};
    s.file = nd_array(s.count, sizeof *s.file, error);
    bool fine = s.file != NULL;
    for (; fine && s.at < s.count; s.at++) {
        s.folder = folder_of(s.files[s.at]);
        const char *const reads[] = {s.files[s.at], s.folder, NULL};
        nd_errand look = {.trade = &nd_trade_scan,
                          .ask = ask,
                          .take = take_findings,
                          .context = &s,
                          .reads = reads};
        nd_error why = {0};
        size_t before = s.found_count;
        if (!nd_in_child(&look, limits, NULL, &why)) {
            keep_trouble(&s.file[s.at], &why);
            s.found_count = before;
        }
        free(s.folder);
    }
    fine = fine && write_manifest(&s);
    if (fine && files.passed_over > 0)
        put(&s, "# Not looked into: %zu files of other kinds (%s)\n", files.passed_over,
            nd_shown(files.passed_kinds).text);
    fine = fine && s.fine;
    free(s.file);
    free(s.list);
    nd_scan_files_free(&files);
    return fine;
}
