#include "recording/scan_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/shown.h"
#include "recording/scan_belongs.h"

void nd_scan_put(nd_scan *s, const char *format, ...) {
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

/* What is shown escaped is a value's escape in YAML, too. */
void nd_scan_put_text(nd_scan *s, const char *text) {
    char shown[ND_SHOWN_CHARACTER];
    nd_scan_put(s, "\"");
    while (s->fine && *text) {
        bool marked = *text == '"' || *text == '\\';
        text += nd_shown_character(text, shown);
        nd_scan_put(s, "%s%s", marked ? "\\" : "", shown);
    }
    nd_scan_put(s, "\"");
}

/* How sure a guess is. */
static const char *sureness(int likeness) {
    static const char *const words[] = {"a guess", "a guess, by its shape or type", "by its name",
                                        "sure"};
    return words[likeness < 0 ? 0 : likeness > 3 ? 3 : likeness];
}

/* What else could be meant, in comments. */
static void put_others(nd_scan *s, const nd_found *anchor, const nd_found *part, nd_role role) {
    size_t nearest = 0;
    nd_scan_belongs(s, anchor, part, role, &nearest);
    for (size_t i = 0; part != anchor && i < s->found_count; i++) {
        const nd_found *one = &s->list[i];
        size_t near;
        if (one == part || !nd_scan_belongs(s, anchor, one, role, &near) || near < nearest ||
            one->finding.likeness == 0)
            continue;
        bool elsewhere = one->file != anchor->file;
        nd_scan_put(s, "    #   or %s%s%s (%s, %s)\n",
                    elsewhere ? nd_shown(nd_base_name(s->files[one->file])).text : "",
                    elsewhere && one->finding.name[0] ? ": " : "", nd_shown(one->finding.name).text,
                    nd_shown(one->finding.note).text, sureness(one->finding.likeness));
    }
}

static void put_times(nd_scan *s, const nd_found *part, const nd_found *times) {
    bool tabular = s->file[times->file].tabular;
    const char *comma = "";
    nd_scan_put(s, "times: {");
    if (times->file != part->file) {
        nd_scan_put(s, "file: ");
        nd_scan_put_text(s, s->files[times->file]);
        comma = ", ";
    }
    if (times->finding.name[0]) {
        nd_scan_put(s, "%s%s: ", comma, tabular ? "column" : "name");
        nd_scan_put_text(s, times->finding.name);
    }
    nd_scan_put(s, "}");
}

/* How spikes' times are meant. */
static void put_spikes(nd_scan *s, const nd_found *anchor) {
    const nd_finding *spikes = &anchor->finding;
    nd_scan_put(s, "kind: spike-times");
    if (spikes->samples && spikes->rate > 0.0)
        nd_scan_put(s, ", time_unit: samples, rate: %.9g", spikes->rate);
    else if (spikes->samples)
        nd_scan_put(s, ", time_unit: samples, rate: ask");
}

/* What a part is found by, within braces. */
static void put_place(nd_scan *s, const nd_found *anchor, const nd_found *part, nd_role role,
                      const nd_found *times) {
    size_t joined, rows = nd_scan_joined_rows(s, anchor);
    nd_scan_place_in_file(s, anchor, &joined);
    bool cut = part == anchor ? joined > 0 : joined > 1 && part->finding.rows == rows;
    const char *comma = "";
    if (part->file != anchor->file) {
        nd_scan_put(s, "file: ");
        nd_scan_put_text(s, s->files[part->file]);
        comma = ", ";
    }
    if (part->finding.name[0]) {
        bool tabular = s->file[part->file].tabular;
        nd_scan_put(s, "%s%s: %s", comma,
                    part->finding.body ? "body"
                    : tabular          ? "column"
                                       : "name",
                    part->finding.body ? "[" : "");
        nd_scan_put_text(s, part->finding.name);
        nd_scan_put(s, "%s", part->finding.body ? "], likelihood: 0.9, gap: 0.5" : "");
        comma = ", ";
    }
    if (role == ND_ROLE_CELLS)
        nd_scan_put(s, ", area: CA1");
    if (cut)
        nd_scan_put(s, "%sframes: [%zu, %zu]", comma, anchor->finding.frames[0],
                    anchor->finding.frames[1]);
    comma = cut ? ", " : comma;
    bool spikes = part == anchor && part->finding.spikes;
    nd_scan_put(s, "%s", spikes || times ? comma : "");
    if (spikes)
        put_spikes(s, part);
    if (times)
        put_times(s, part, times);
}

void nd_scan_put_part(nd_scan *s, const nd_found *anchor, const nd_found *part, nd_role role) {
    size_t joined;
    nd_scan_place_in_file(s, anchor, &joined);
    bool own = part->file == anchor->file && !part->finding.name[0];
    bool bare = own && !(part == anchor && (joined > 0 || part->finding.spikes));
    bool moving = role == ND_ROLE_ACTIVITY || role == ND_ROLE_POSITION;
    const nd_found *times = moving ? nd_scan_times_for(s, part) : NULL;
    if (bare && !times) {
        nd_scan_put(s, "    # %s: %s; %s\n", nd_role_name(role), nd_shown(part->finding.note).text,
                    sureness(part->finding.likeness));
    } else {
        nd_scan_put(s, "    %s: {", nd_role_name(role));
        put_place(s, anchor, part, role, times);
        nd_scan_put(s, "}  # %s; %s\n", nd_shown(part->finding.note).text,
                    sureness(part->finding.likeness));
    }
    put_others(s, anchor, part, role);
}

void nd_scan_put_optional(nd_scan *s, const nd_found *anchor, const nd_found *part, nd_role role,
                          const char *by) {
    nd_scan_put(s, "#    %s: {", nd_role_name(role));
    put_place(s, anchor, part, role, NULL);
    nd_scan_put(s, "}  # for %s: %s; %s\n", by, nd_shown(part->finding.note).text,
                sureness(part->finding.likeness));
}

void nd_scan_put_choices(nd_scan *s, const nd_found *anchor) {
    enum { MOST = 20 };
    size_t near, said = 0;
    nd_scan_put(s,
                "    position: {file: ask}  # the question above: delete this line, and take the "
                "# from one below\n");
    for (size_t i = 0; i < s->found_count && said < MOST; i++) {
        const nd_found *one = &s->list[i];
        if (!nd_scan_belongs(s, anchor, one, ND_ROLE_POSITION, &near) ||
            nd_scan_is_anothers(s, anchor, one, ND_ROLE_POSITION))
            continue;
        nd_scan_put(s, "#    position: {");
        put_place(s, anchor, one, ND_ROLE_POSITION, nd_scan_times_for(s, one));
        nd_scan_put(s, "}  # %s\n", nd_shown(one->finding.note).text);
        said++;
    }
}

void nd_scan_put_registration(nd_scan *s, size_t number) {
    const nd_finding *table = &s->registration->finding;
    const char *file = s->files[s->registration->file];
    bool upright = table->columns == s->sessions;
    nd_scan_put(s, "%s    registration: {file: ", s->asks ? "#" : "");
    nd_scan_put_text(s, file);
    if (table->name[0]) {
        nd_scan_put(s, ", %s: ", s->file[s->registration->file].tabular ? "column" : "name");
        nd_scan_put_text(s, table->name);
    }
    nd_scan_put(s, ", column: %zu%s%s}  # %s; in the order of the files\n", number,
                upright ? "" : ", orientation: cells-last",
                strstr(nd_base_name(file), "match_mat") ? ", of: kept" : "",
                nd_shown(table->note).text);
}
