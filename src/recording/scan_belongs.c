#include "recording/scan_belongs.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"

void nd_scan_subscripts(const char *name, char *text, size_t size) {
    const char *open = strchr(name, '{'), *close = strrchr(name, '}');
    text[0] = '\0';
    if (open && close && close > open)
        snprintf(text, size, "%.*s", (int)(close - open + 1), open);
}

size_t nd_scan_common_start(const char *a, const char *b) {
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

/* How much each of these counts, so that one of them outweighs all below it. */
enum { SHARED_FOLDER = 1000000, NUMBERED_WORD = 100000, AS_MANY_ROWS = 10000, WORD = 100 };

static bool ends_word(char c) {
    return c == '\0' || strchr("_-. /", c) != NULL;
}

/* How the words of one path are found in another's: day1 of spikes/day1.npy in position/day1.csv.
 * Words with a digit in them tell days and animals. */
static size_t shared_words(const char *a, const char *b) {
    enum { MOST = 9 };
    size_t plain = 0, numbered = 0;
    for (const char *at = a; *at;) {
        size_t length = strcspn(at, "_-. /");
        bool digit = false, shared = false;
        for (size_t i = 0; i < length; i++)
            digit = digit || isdigit((unsigned char)at[i]);
        for (const char *in = b; length > 0 && !shared && *in; in++)
            shared = strncmp(in, at, length) == 0 && ends_word(in[length]) &&
                     (in == b || ends_word(in[-1]));
        plain += shared && !digit && plain < MOST;
        numbered += shared && digit && numbered < MOST;
        at += length + (at[length] != '\0');
    }
    return NUMBERED_WORD * numbered + WORD * plain;
}

/* How near two parts are: their folders, numbers in their names, as many rows, other words, and how
 * their names begin. SIZE_MAX in one file. */
static size_t nearness_of(const nd_scan *s, const nd_found *a, const nd_found *b) {
    if (a->file == b->file)
        return SIZE_MAX;
    const char *one = s->files[a->file], *other = s->files[b->file];
    bool as_many = a->finding.rows > 0 && a->finding.rows == b->finding.rows;
    size_t start = nd_scan_common_start(one, other);
    return SHARED_FOLDER * (s->folders ? shared_folders(one, other) : 0) +
           shared_words(one, other) + AS_MANY_ROWS * (s->folders && as_many) +
           (start < WORD ? start : WORD - 1);
}

bool nd_scan_is_anchor(const nd_scan *s, size_t index) {
    const nd_found *one = &s->list[index];
    if (one->finding.role != s->anchors)
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

/* The same subscripts, the role's own shape; and the same file, one near it among folders, or one
 * whose name begins alike. */
bool nd_scan_belongs(const nd_scan *s, const nd_found *anchor, const nd_found *one, nd_role role,
                     size_t *nearness) {
    char mine[128], theirs[128];
    if (one->finding.role != role || one == anchor)
        return false;
    if (role == ND_ROLE_IDS && (one->finding.spikes != anchor->finding.spikes ||
                                (one->finding.spikes && one->finding.rows != anchor->finding.rows)))
        return false;
    if (s->folders && role == ND_ROLE_POSITION && one->finding.likeness < 2)
        return false; /* a shape is too little to go by, where so much lies about */
    nd_scan_subscripts(anchor->finding.name, mine, sizeof mine);
    nd_scan_subscripts(one->finding.name, theirs, sizeof theirs);
    *nearness = nearness_of(s, anchor, one);
    bool few = s->count <= 2 || s->folders || one->file == anchor->file;
    return strcmp(mine, theirs) == 0 &&
           (few || nd_scan_common_start(s->files[one->file], s->files[anchor->file]) > 1);
}

bool nd_scan_is_anothers(const nd_scan *s, const nd_found *anchor, const nd_found *one,
                         nd_role role) {
    size_t mine = nearness_of(s, anchor, one), theirs;
    for (size_t i = 0; one->file != anchor->file && i < s->found_count; i++) {
        const nd_found *other = &s->list[i];
        if (other->finding.role != s->anchors || other->finding.likeness < 2 ||
            other->file == anchor->file)
            continue;
        bool nearer =
            nd_scan_is_anchor(s, i)
                ? nd_scan_belongs(s, other, one, role, &theirs) && theirs > mine
                : s->folders && shared_folders(s->files[one->file], s->files[other->file]) >
                                    shared_folders(s->files[one->file], s->files[anchor->file]);
        if (nearer)
            return true;
    }
    return false;
}

size_t nd_scan_place_in_file(const nd_scan *s, const nd_found *anchor, size_t *count) {
    size_t place = 0;
    *count = 0;
    for (size_t i = 0; i < s->found_count; i++) {
        const nd_found *one = &s->list[i];
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
static const nd_found *position_in_order(const nd_scan *s, const nd_found *anchor) {
    size_t count, place = nd_scan_place_in_file(s, anchor, &count), files = 0, nearest = 0;
    const nd_found *best = NULL;
    for (size_t i = 0; i < s->found_count; i++)
        if (s->list[i].finding.role == ND_ROLE_POSITION && s->list[i].file != anchor->file) {
            size_t near = shared_folders(s->files[s->list[i].file], s->files[anchor->file]);
            nearest = near > nearest ? near : nearest;
        }
    for (size_t i = 0, file = SIZE_MAX; i < s->found_count; i++) {
        const nd_found *one = &s->list[i];
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

/* The nearest part of a role, then the likest; `others_too`: though it be another's. */
static const nd_found *nearest(const nd_scan *s, const nd_found *anchor, nd_role role,
                               bool others_too) {
    const nd_found *best = NULL;
    size_t best_near = 0, near;
    for (size_t i = 0; i < s->found_count; i++) {
        const nd_found *one = &s->list[i];
        bool better = nd_scan_belongs(s, anchor, one, role, &near) &&
                      (!best || near > best_near ||
                       (near == best_near && one->finding.likeness > best->finding.likeness));
        if (better && (others_too || !nd_scan_is_anothers(s, anchor, one, role))) {
            best = one;
            best_near = near;
        }
    }
    return best;
}

const nd_found *nd_scan_partner(const nd_scan *s, const nd_found *anchor, nd_role role) {
    const nd_found *best = role == ND_ROLE_POSITION ? position_in_order(s, anchor) : NULL;
    if (best)
        return best;
    if (s->folders &&
        (role == ND_ROLE_POSITION_Y || role == ND_ROLE_SPEED || role == ND_ROLE_DIRECTION)) {
        const nd_found *position = nd_scan_partner(s, anchor, ND_ROLE_POSITION);
        for (size_t i = 0; position && i < s->found_count; i++)
            if (s->list[i].finding.role == role && s->list[i].file == position->file &&
                (!best || s->list[i].finding.likeness > best->finding.likeness))
                best = &s->list[i];
        return best;
    }
    best = nearest(s, anchor, role, true);
    bool elsewhere = best && best->file != anchor->file;
    return elsewhere && role == ND_ROLE_POSITION ? nearest(s, anchor, role, false) : best;
}

/* Whether two files are one thing saved twice: video.csv and video.h5. */
static bool saved_twice(const char *a, const char *b) {
    const char *dot = strrchr(a, '.'), *end = strrchr(b, '.');
    return dot && end && dot - a == end - b && strncmp(a, b, (size_t)(dot - a)) == 0;
}

bool nd_scan_unsure(const nd_scan *s, const nd_found *anchor) {
    const nd_found *position = nd_scan_partner(s, anchor, ND_ROLE_POSITION);
    size_t mine, theirs;
    if (!position || position->file == anchor->file || position_in_order(s, anchor))
        return false;
    nd_scan_belongs(s, anchor, position, ND_ROLE_POSITION, &mine);
    for (size_t i = 0; i < s->found_count; i++) {
        const nd_found *other = &s->list[i];
        if (nd_scan_is_anchor(s, i) && other->file != anchor->file &&
            nd_scan_belongs(s, other, position, ND_ROLE_POSITION, &theirs) && theirs == mine)
            return true;
        if (other->file != position->file &&
            nd_scan_belongs(s, anchor, other, ND_ROLE_POSITION, &theirs) && theirs == mine &&
            other->finding.likeness == position->finding.likeness &&
            !saved_twice(s->files[other->file], s->files[position->file]))
            return true;
    }
    return false;
}

/* All frames of the recordings joined in the anchor's file. */
size_t nd_scan_joined_rows(const nd_scan *s, const nd_found *anchor) {
    size_t rows = 0;
    for (size_t i = 0; i < s->found_count; i++)
        if (s->list[i].file == anchor->file && s->list[i].finding.frames[0] > 0)
            rows += s->list[i].finding.rows;
    return rows;
}

const nd_found *nd_scan_times_for(const nd_scan *s, const nd_found *part) {
    const nd_found *best = NULL;
    size_t nearest = 0;
    for (size_t i = 0; !part->finding.clocked && i < s->found_count; i++) {
        const nd_found *one = &s->list[i];
        if ((!s->folders && (one->file != part->file || s->file[one->file].many)) ||
            one->finding.time_likeness < 2 || one->finding.spikes || one == part ||
            one->finding.rows == 0 || one->finding.rows != part->finding.rows)
            continue;
        size_t near = nearness_of(s, part, one);
        if (!best || near > nearest ||
            (near == nearest && one->finding.time_likeness > best->finding.time_likeness)) {
            best = one;
            nearest = near;
        }
    }
    return best;
}

/* How many folders a part shares with the nearest anchor. */
static size_t nearest_anchor(const nd_scan *s, const nd_found *part) {
    size_t most = 0;
    for (size_t i = 0; i < s->found_count; i++)
        if (nd_scan_is_anchor(s, i)) {
            size_t shared = shared_folders(s->files[s->list[i].file], s->files[part->file]);
            most = shared > most ? shared : most;
        }
    return most;
}

const nd_found *nd_scan_stranger(const nd_scan *s) {
    for (size_t i = 0; s->folders && i < s->found_count; i++) {
        const nd_found *other = &s->list[i];
        if (other->finding.role != s->anchors || other->finding.likeness < 2 ||
            s->file[other->file].many || nd_scan_is_anchor(s, i))
            continue;
        for (size_t k = 0; k < s->found_count; k++) {
            const nd_found *position = &s->list[k];
            if (position->finding.role == ND_ROLE_POSITION && position->finding.likeness >= 2 &&
                position->file != other->file &&
                shared_folders(s->files[other->file], s->files[position->file]) >
                    nearest_anchor(s, position))
                return other;
        }
    }
    return NULL;
}

/* Whether a table is of one plane alone while tables of others lie beside it: plane0_match_mat.npy
 * and plane1_match_mat.npy of track2p. The planes' cells are counted on, which no table does. */
static bool of_one_plane(const nd_scan *s, const nd_found *table) {
    const char *name = nd_base_name(s->files[table->file]);
    for (size_t i = 0; strncmp(name, "plane", 5) == 0 && i < s->found_count; i++) {
        const char *other = nd_base_name(s->files[s->list[i].file]);
        if (s->list[i].finding.role == ND_ROLE_REGISTRATION && strncmp(other, "plane", 5) == 0 &&
            other[5] != name[5])
            return true;
    }
    return false;
}

/* Recordings joined in one have the same cells already: a table beside them leaves a question. */
void nd_scan_find_registration(nd_scan *s) {
    for (size_t i = 0; i < s->found_count; i++)
        s->sessions += nd_scan_is_anchor(s, i);
    for (size_t i = 0; i < s->found_count; i++) {
        const nd_found *one = &s->list[i];
        bool fits = one->finding.columns == s->sessions || one->finding.rows == s->sessions;
        if (s->folders && one->finding.role == ND_ROLE_REGISTRATION && s->sessions > 1 && fits &&
            !of_one_plane(s, one) &&
            (!s->registration || one->finding.likeness > s->registration->finding.likeness))
            s->registration = one;
        size_t joined = 0;
        if (nd_scan_is_anchor(s, i))
            nd_scan_place_in_file(s, one, &joined);
        s->joined = s->joined || (joined > 1 && joined == s->sessions);
    }
    s->asks = s->joined && s->registration;
}
