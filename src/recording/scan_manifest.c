#include "recording/scan_manifest.h"

#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/shown.h"
#include "recording/scan_belongs.h"
#include "recording/scan_names.h"
#include "recording/scan_parts.h"

enum { MOST_COMMENTS = 400 };

/* environment, session and direction of {e,s,d}; day and epoch of {d}{e}. */
static void put_place(nd_scan *s, const nd_found *anchor, size_t number) {
    unsigned a, b, c;
    char at[128], word[64], other[64];
    nd_scan_subscripts(anchor->finding.name, at, sizeof at);
    char animal[64];
    long first = nd_scan_first_day(s), named = nd_scan_named_day(s, anchor);
    nd_scan_animal(s, anchor, animal, sizeof animal);
    if (animal[0]) {
        nd_scan_put(s, "    animal: ");
        nd_scan_put_text(s, animal);
        nd_scan_put(s, "\n");
    }
    if (strchr(at, ',') == NULL && nd_scan_environment(s, anchor, word, other, sizeof word)) {
        nd_scan_put(s, "    environment: ");
        nd_scan_put_text(s, word);
        nd_scan_put(
            s,
            "  # a guess: the files' names tell %s from %s. Is it the environment? Else delete "
            "it\n",
            nd_shown(word).text, nd_shown(other).text);
    }
    if (sscanf(at, "{%u,%u,%u}", &a, &b, &c) == 3)
        nd_scan_put(s, "    environment: %u\n    day: %u\n    direction: %u\n", a, b, c);
    else if (sscanf(at, "{%u}{%u}", &a, &b) == 2)
        nd_scan_put(s, "    day: %u  # epoch %u\n", a, b);
    else if (first)
        nd_scan_put(s, "    day: %ld  # %s\n",
                    nd_scan_day_of(s->file[anchor->file].start) - first + 1,
                    nd_shown(s->file[anchor->file].start).text);
    else if (named >= 0 && !s->joined)
        nd_scan_put(s, "    day: %ld  # by its name\n", named);
    else
        nd_scan_put(s, "    day: %zu\n", number);
}

static void put_label(nd_scan *s, const nd_found *anchor) {
    char label[400];
    nd_scan_label(s, anchor, label, sizeof label);
    nd_scan_put(s, "  - label: ");
    nd_scan_put_text(s, label);
    nd_scan_put(s, "\n");
}

static void put_session(nd_scan *s, const nd_found *anchor, size_t number) {
    static const nd_role parts[] = {ND_ROLE_POSITION,  ND_ROLE_POSITION_Y, ND_ROLE_SPEED,
                                    ND_ROLE_DIRECTION, ND_ROLE_IDS,        ND_ROLE_CELLS,
                                    ND_ROLE_TASK,      ND_ROLE_OCCUPANCY};
    bool unsure = nd_scan_unsure(s, anchor);
    put_label(s, anchor);
    put_place(s, anchor, number);
    nd_scan_put(s, "    file: ");
    nd_scan_put_text(s, s->files[anchor->file]);
    nd_scan_put(s, "\n");
    nd_scan_put_part(s, anchor, anchor, anchor->finding.role);
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        const nd_found *part = nd_scan_partner(s, anchor, parts[k]);
        bool moving = parts[k] == ND_ROLE_POSITION_Y || parts[k] == ND_ROLE_SPEED ||
                      parts[k] == ND_ROLE_DIRECTION;
        if (unsure && moving)
            ; /* they are the position's */
        else if (unsure && parts[k] == ND_ROLE_POSITION)
            nd_scan_put_choices(s, anchor);
        else if (part && parts[k] == ND_ROLE_POSITION_Y)
            nd_scan_put_optional(s, anchor, part, parts[k], "bins_y, or linearise");
        else if (part && parts[k] == ND_ROLE_DIRECTION)
            nd_scan_put_optional(s, anchor, part, parts[k], "directions: joint");
        else if (part)
            nd_scan_put_part(s, anchor, part, parts[k]);
        else if (parts[k] == ND_ROLE_POSITION)
            nd_scan_put(
                s,
                "    # position: no position was found for this session: say where it is, as in\n"
                "    #   {file: position.csv, column: x}\n");
    }
    const nd_found *keep = anchor->finding.spikes ? nd_scan_partner(s, anchor, ND_ROLE_KEEP) : NULL;
    if (keep) {
        nd_scan_put(s, "    keep: {file: ");
        nd_scan_put_text(s, s->files[keep->file]);
        nd_scan_put(s, keep->finding.listed ? ", name: " : ", column: ");
        nd_scan_put_text(s, keep->finding.name);
        nd_scan_put(s,
                    keep->finding.listed ? ", kind: ids}  # %s: the cells of this list alone\n"
                                         : ", equals: good}  # %s: clusters called good alone\n",
                    nd_shown(keep->finding.note).text);
    }
    if (s->registration)
        nd_scan_put_registration(s, number);
}

static bool bins_already(const nd_scan *s) {
    size_t positions = 0;
    for (size_t i = 0; i < s->found_count; i++)
        if (s->list[i].finding.role == ND_ROLE_POSITION) {
            positions++;
            if (!s->list[i].finding.whole)
                return false;
        }
    return positions > 0;
}

static void put_head(nd_scan *s) {
    bool clocked = true;
    for (size_t i = 0; i < s->count && !s->folders; i++)
        clocked = clocked && (s->file[i].clocked || s->file[i].trouble[0]);
    for (size_t i = 0; i < s->found_count && s->folders; i++)
        clocked = clocked && (!nd_scan_is_anchor(s, i) || s->list[i].finding.clocked ||
                              s->list[i].finding.rated || nd_scan_times_for(s, &s->list[i]) ||
                              s->file[s->list[i].file].many || s->file[s->list[i].file].tabular);
    nd_scan_put(s, "# A first manifest, from what the files hold: look it through, then run\n"
                   "#   nulldrift record THIS.yaml -o OUT\n"
                   "# `nulldrift help recordings` explains every key.\nname: recording\n");
    if (bins_already(s))
        nd_scan_put(s, "position_is_bin: true  # the positions are whole numbers\n");
    else
        nd_scan_put(s, "bins: 20\n# range: [0, 1]      # of the position; else that of the data\n"
                       "# directions: joint  # the two directions of running told apart\n");
    nd_scan_put(s, "# minimum_speed: 1   # frames at or below it are left out\n"
                   "active: {frames: 10}\n"
                   "significance: {shuffles: 1000, kind: cyclic, threshold: 0.05}\n"
                   "corrections: {methods: [SSR, BAE], repetitions: 100}\n");
    if (s->question->length > 0)
        nd_scan_put(s, "%s", (const char *)s->question->bytes);
    if (s->asks)
        nd_scan_put(s, "defaults:\n  registered: ask\n#  ids: {kind: order}\n");
    else if (s->registration)
        nd_scan_put(s, "defaults:\n  registered: true  # a table says which cells are the same\n");
    else if (s->joined)
        nd_scan_put(
            s,
            "defaults:\n  registered: true\n  ids: {kind: order}  # recordings joined in one: row "
            "k is the same cell in all\n");
    else
        nd_scan_put(
            s, "defaults:\n  registered: false  # true where the same identity is the same cell in "
               "all sessions\n");
    if (!clocked)
        nd_scan_put(s, "  # frame_seconds: 0.05  # needed where the files hold no times\n");
    nd_scan_put(s, "sessions:\n");
}

/* Whether a finding stands in no session: of no role, or of one that sessions do not have, or
 * everything where there are no sessions. */
static bool unused(const nd_scan *s, const nd_found *one, bool sessions) {
    if (one == s->registration || (s->folders && sessions && one->finding.role == ND_ROLE_ACTIVITY))
        return one != s->registration && !nd_scan_is_anchor(s, (size_t)(one - s->list));
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

static void put_rest(nd_scan *s, bool sessions) {
    size_t said = 0;
    for (size_t i = 0; i < s->found_count && said <= MOST_COMMENTS; i++) {
        const nd_found *one = &s->list[i];
        if (!unused(s, one, sessions))
            continue;
        if (said == 0)
            nd_scan_put(s, sessions ? "# Also found:\n" : "# Found:\n");
        if (said++ == MOST_COMMENTS)
            nd_scan_put(s, "#   and more\n");
        else
            nd_scan_put(s, "#   %s: %s%s%s (%s)\n",
                        nd_shown(nd_base_name(s->files[one->file])).text,
                        one->finding.likeness > 0 ? nd_role_name(one->finding.role) : "",
                        one->finding.likeness > 0 ? " " : "", nd_shown(one->finding.name).text,
                        nd_shown(one->finding.note).text);
    }
    for (size_t i = 0; i < s->count; i++)
        if (s->file[i].trouble[0])
            nd_scan_put(s, "# Not read: %s\n", nd_shown(s->file[i].trouble).text);
}

/* What to fill in where nothing was told for activity. */
static void put_form(nd_scan *s) {
    nd_scan_put(
        s, "# Nothing here looks like activity for certain. Say which of the parts below is what:\n"
           "#  - activity: {file: FILE, name: NAME}   # or columns: [...] of a table\n"
           "#    position: {file: FILE, name: NAME}   # or column: NAME of a table\n"
           "#    # times: in either, where they are; or frame_seconds: 0.05 for the session\n");
}

void nd_scan_write(nd_scan *s) {
    size_t sessions = 0;
    put_head(s);
    for (size_t i = 0; s->fine && i < s->found_count; i++)
        if (nd_scan_is_anchor(s, i))
            put_session(s, &s->list[i], ++sessions);
    if (sessions == 0)
        put_form(s);
    put_rest(s, sessions > 0);
}
