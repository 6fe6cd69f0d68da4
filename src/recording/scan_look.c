#include "recording/scan_look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/scan.h"

enum { MOST_FINDINGS = 100000 };

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
    nd_scanned about = {0};
    nd_outlet_note(outlet, path, error);
    nd_open_file *open_file = nd_files_open(&files, path, NULL, error);
    bool fine = open_file && open_file->format->scan(open_file->file, &findings, error);
    if (fine)
        about = (nd_scanned){.clocked = open_file->format->clocked,
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
    const nd_scan *s = context;
    return nd_buffer_put_text(request, s->files[s->at], error) &&
           nd_buffer_put_text(request, s->folder, error);
}

/* What the child sends ends within its room. */
static void end_text(char *text, size_t size) {
    text[size - 1] = '\0';
}

static bool take_findings(void *context, nd_buffer *message, nd_error *error) {
    nd_scan *s = context;
    nd_scanned *about = &s->file[s->at];
    if (!nd_buffer_take(message, about, sizeof *about, error))
        return false;
    end_text(about->subject, sizeof about->subject);
    end_text(about->start, sizeof about->start);
    if (about->count > MOST_FINDINGS)
        return nd_fail(error, s->files[s->at], "", "holds more than %d parts", MOST_FINDINGS);
    for (uint64_t i = 0; i < about->count; i++) {
        nd_found *list = nd_grown(s->list, &s->room, s->found_count + 1, sizeof *list, error);
        if (!list)
            return false;
        s->list = list;
        nd_found *one = &s->list[s->found_count];
        if (!nd_buffer_take(message, &one->finding, sizeof one->finding, error))
            return false;
        if ((unsigned)one->finding.role > ND_ROLE_TIMES)
            return nd_fail(error, s->files[s->at], "", "was looked into and answered nonsense");
        end_text(one->finding.name, sizeof one->finding.name);
        end_text(one->finding.note, sizeof one->finding.note);
        one->file = s->at;
        s->found_count++;
    }
    return true;
}

/* Why a file could not be read, for a comment. */
static void keep_trouble(nd_scanned *file, const nd_error *why) {
    char line[1600];
    nd_error_line(why, line, sizeof line);
    *file = (nd_scanned){0};
    snprintf(file->trouble, sizeof file->trouble, "%.590s", line);
    end_text(file->trouble, sizeof file->trouble);
}

bool nd_scan_look(nd_scan *s, const nd_limits *limits) {
    s->file = nd_array(s->count, sizeof *s->file, s->error);
    for (; s->file && s->at < s->count; s->at++) {
        s->folder = folder_of(s->files[s->at]);
        const char *const reads[] = {s->files[s->at], s->folder, NULL};
        nd_errand look = {.trade = &nd_trade_scan,
                          .ask = ask,
                          .take = take_findings,
                          .context = s,
                          .reads = reads};
        nd_error why = {0};
        size_t before = s->found_count;
        if (!nd_in_child(&look, limits, NULL, &why)) {
            keep_trouble(&s->file[s->at], &why);
            s->found_count = before;
        }
        free(s->folder);
    }
    return s->file != NULL;
}
