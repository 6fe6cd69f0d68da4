#include "recording/scan_names.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "recording/scan_belongs.h"

long nd_scan_day_of(const char *start) {
    int year, month, day;
    if (sscanf(start, "%d-%d-%d", &year, &month, &day) != 3 || month < 1 || month > 12)
        return 0;
    year -= month <= 2; /* years begin in March, so that leap days come last */
    long months = (month + 9) % 12;
    return 365L * year + year / 4 - year / 100 + year / 400 + (153 * months + 2) / 5 + day;
}

long nd_scan_first_day(const nd_scan *s) {
    long first = 0;
    for (size_t i = 0; i < s->count; i++) {
        long day = nd_scan_day_of(s->file[i].start);
        if (day <= 0)
            return 0;
        first = first == 0 || day < first ? day : first;
    }
    return first;
}

/* The number after the word day, of at most four digits; -1: there is none. */
static long day_number(const char *name) {
    for (const char *at = name; (at = strcasestr(at, "day")); at++) {
        const char *digits = at + 3 + strspn(at + 3, "_-. ");
        size_t length = strspn(digits, "0123456789");
        if ((at == name || !isalpha((unsigned char)at[-1])) && length > 0 && length <= 4)
            return strtol(digits, NULL, 10);
    }
    return -1;
}

/* The day of a date as 20230514 or 2023-05-14, counted from a day long ago; -1: there is none. */
static long day_of_date(const char *name) {
    for (const char *at = name; *at; at++) {
        char date[16], part[] = "-_.";
        int year, month, day, length = 0;
        if (at > name && isdigit((unsigned char)at[-1]))
            continue;
        if (strspn(at, "0123456789") == 8 && sscanf(at, "%4d%2d%2d", &year, &month, &day) == 3)
            length = 8;
        else if (sscanf(at, "%4d%1[-_.]%2d%1[-_.]%2d%n", &year, part, &month, part, &day,
                        &length) != 5)
            continue;
        if (length < 8 || isdigit((unsigned char)at[length]) || year < 1900 || year > 2199 ||
            day < 1 || day > 31)
            continue;
        snprintf(date, sizeof date, "%d-%d-%d", year, month, day);
        if (nd_scan_day_of(date) > 0)
            return nd_scan_day_of(date);
    }
    return -1;
}

/* By the file's name, else by those of the folders it lies in, the innermost first. */
static long told_by(long (*reads)(const char *name), const char *path) {
    const char *end = path + strlen(path);
    for (int level = 0; level < 3 && end > path; level++) {
        char name[256];
        const char *start = end;
        while (start > path && start[-1] != '/')
            start--;
        snprintf(name, sizeof name, "%.*s", (int)(end - start < 255 ? end - start : 255), start);
        long day = reads(name);
        if (day >= 0)
            return day;
        end = start > path ? start - 1 : path;
    }
    return -1;
}

long nd_scan_named_day(const nd_scan *s, const nd_found *anchor) {
    static long (*const ways[])(const char *) = {day_number, day_of_date};
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        long first = LONG_MAX, last = -1;
        for (size_t i = 0; i < s->found_count && first >= 0; i++)
            if (nd_scan_is_anchor(s, i)) {
                long day = told_by(ways[way], s->files[s->list[i].file]);
                first = day < first ? day : first;
                last = day > last ? day : last;
            }
        if (first >= 0 && (first < last || s->sessions == 1))
            return told_by(ways[way], s->files[anchor->file]) - (way == 0 ? 0 : first - 1);
    }
    return -1;
}

void nd_scan_animal(const nd_scan *s, const nd_found *anchor, char *animal, size_t size) {
    const nd_found *position = nd_scan_partner(s, anchor, ND_ROLE_POSITION);
    snprintf(animal, size, "%s", s->file[anchor->file].subject);
    if (animal[0] || !position || position->file == anchor->file)
        return;
    const char *name = nd_base_name(s->files[anchor->file]);
    size_t length = nd_scan_common_start(s->files[anchor->file], s->files[position->file]);
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

static bool has_activity(const nd_scan *s, size_t file) {
    for (size_t i = 0; i < s->found_count; i++)
        if (s->list[i].file == file && s->list[i].finding.role == ND_ROLE_ACTIVITY)
            return true;
    return false;
}

bool nd_scan_environment(const nd_scan *s, const nd_found *anchor, char *word, char *other,
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

void nd_scan_label(const nd_scan *s, const nd_found *anchor, char *label, size_t size) {
    char at[128], above[128];
    const char *name = nd_base_name(s->files[anchor->file]);
    const char *dot = strrchr(name, '.');
    nd_scan_subscripts(anchor->finding.name, at, sizeof at);
    size_t joined, place = nd_scan_place_in_file(s, anchor, &joined);
    const char *folder =
        s->folders ? parent_folder(s->files[anchor->file], above, sizeof above) : "";
    snprintf(label, size, "%s%s%.*s%s%s", folder, folder[0] ? " " : "",
             (int)(dot && dot - name < 120 ? dot - name : 120), name, at[0] ? " " : "", at);
    if (joined > 1)
        snprintf(label + strlen(label), size - strlen(label), " %zu", place + 1);
}
