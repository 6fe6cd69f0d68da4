#include "recording/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/files.h"
#include "base/locale.h"
#include "base/shown.h"
#include "recording/scan_belongs.h"
#include "recording/scan_files.h"
#include "recording/scan_look.h"
#include "recording/scan_manifest.h"
#include "recording/scan_parts.h"

static void ask(nd_scan *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void ask(nd_scan *s, const char *format, ...) {
    char text[1200];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t size = (size_t)length < sizeof text ? (size_t)length + 1 : sizeof text;
    s->question->length -= s->question->length > 0; /* its ending zero */
    s->fine = s->fine && nd_buffer_put(s->question, text, size, s->error);
}

static void ask_who_follows(nd_scan *s) {
    ask(s,
        "# QUESTION: the sessions were joined in one run, so that row k is the same cell in all; "
        "and %s\n"
        "# is a table of the same cells, too. Which one follows them? Write registered: true "
        "below, and\n"
        "# take the # from one of two:\n"
        "#   ids: {kind: order}   the rows, as they were joined\n"
        "#   registration: ...    the table, a line in each session\n",
        nd_shown(nd_base_name(s->files[s->registration->file])).text);
}

static void ask_rate(nd_scan *s) {
    ask(s,
        "# QUESTION: spike times are samples, and nothing says how many there are in a second "
        "(Phy's\n"
        "# params.py does: sample_rate). Write it in the place of `rate: ask` below; usual are:\n"
        "#   30000   Neuropixels, Open Ephys, Intan        20000   Intan at the Buzsaki "
        "laboratory\n"
        "#   32000   Neuralynx                             24414.0625   TDT\n");
}

/* Which files have positions that an unsure anchor could have. */
static void ask_position(nd_scan *s) {
    ask(s,
        "# QUESTION: of %zu of the sessions below nothing tells which positions are theirs: "
        "neither "
        "folders,\n"
        "# nor names, nor numbers of rows. Choose in each: delete its line `position: {file: "
        "ask}`, and take\n"
        "# the # from one of the lines below it; delete a session that has none. Choices:\n",
        s->asks_position);
    for (size_t file = 0; file < s->count; file++) {
        bool choice = false;
        for (size_t i = 0; !choice && i < s->found_count; i++)
            for (size_t k = 0; !choice && s->list[i].file == file && k < s->found_count; k++) {
                size_t near;
                const nd_found *anchor = &s->list[k], *one = &s->list[i];
                choice = nd_scan_is_anchor(s, k) && anchor->file != file &&
                         nd_scan_belongs(s, anchor, one, ND_ROLE_POSITION, &near) &&
                         nd_scan_unsure(s, anchor) &&
                         !nd_scan_is_anothers(s, anchor, one, ND_ROLE_POSITION);
            }
        if (choice)
            ask(s, "#   %s\n", nd_shown(s->files[file]).text);
    }
}

static void find_questions(nd_scan *s) {
    bool rate = false;
    for (size_t i = 0; i < s->found_count; i++) {
        if (!nd_scan_is_anchor(s, i))
            continue;
        rate = rate || (s->list[i].finding.samples && !(s->list[i].finding.rate > 0.0));
        s->asks_position += nd_scan_unsure(s, &s->list[i]);
    }
    if (s->asks)
        ask_who_follows(s);
    if (rate)
        ask_rate(s);
    if (s->asks_position > 0)
        ask_position(s);
}

/* Recordings of several kinds, with positions of their own, are not taken for one. */
static bool refuse_strangers(const nd_scan *s) {
    const nd_found *other = nd_scan_stranger(s);
    for (size_t i = 0; other && i < s->found_count; i++)
        if (nd_scan_is_anchor(s, i))
            return nd_fail(
                s->error, NULL, "scan each by itself: give `scan` the folder of one",
                "several recordings lie here, and each has positions near it: %.300s "
                "(%.100s) and %.300s (%.100s)",
                nd_shown(s->files[s->list[i].file]).text, nd_shown(s->list[i].finding.note).text,
                nd_shown(s->files[other->file]).text, nd_shown(other->finding.note).text);
    return true;
}

static bool write_manifest(nd_scan *s) {
    size_t unread = 0;
    s->anchors = ND_ROLE_RATE_MAPS;
    for (size_t i = 0; i < s->found_count; i++)
        if (s->list[i].finding.role == ND_ROLE_ACTIVITY)
            s->anchors = ND_ROLE_ACTIVITY;
    for (size_t i = 0; i < s->count; i++)
        unread += s->file[i].trouble[0] != '\0';
    if (unread == s->count)
        return nd_fail(s->error, NULL, "", "%s", s->file[0].trouble);
    if (!refuse_strangers(s))
        return false;
    nd_scan_find_registration(s);
    find_questions(s);
    nd_scan_write(s);
    return s->fine;
}

bool nd_recording_scan(const char *const *given, size_t given_count, const nd_limits *limits,
                       nd_buffer *yaml, nd_buffer *question, nd_error *error) {
    ND_IN_C_LOCALE;
    nd_scan_files files = {0};
    if (!nd_scan_files_list(given, given_count, &files, error)) {
        nd_scan_files_free(&files);
        return false;
    }
    nd_scan s = {.files = (const char *const *)files.path,
                 .count = files.count,
                 .folders = files.folders,
                 .yaml = yaml,
                 .question = question,
                 .error = error,
                 .fine = true};
    bool fine = nd_scan_look(&s, limits) && write_manifest(&s);
    if (fine && files.passed_over > 0)
        nd_scan_put(&s, "# Not looked into: %zu files of other kinds (%s)\n", files.passed_over,
                    nd_shown(files.passed_kinds).text);
    fine = fine && s.fine;
    free(s.file);
    free(s.list);
    nd_scan_files_free(&files);
    return fine;
}
