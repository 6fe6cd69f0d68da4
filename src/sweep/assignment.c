#include "sweep/assignment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

bool nd_assign(nd_assignments *to, const char *key, const char *value, const char *where,
               nd_error *error) {
    nd_assignment *grown = nd_grown(to->entry, &to->room, to->count + 1, sizeof *grown, error);
    if (!grown)
        return false;
    to->entry = grown;
    size_t length = strlen(key) + strlen(value) + 2;
    nd_assignment *entry = &to->entry[to->count];
    *entry = (nd_assignment){nd_array(length, 1, error), NULL};
    if (!entry->set || !(entry->where = nd_text(where, error))) {
        free(entry->set);
        return false;
    }
    snprintf(entry->set, length, "%s=%s", key, value);
    to->count++;
    return true;
}

void nd_assignments_free(nd_assignments *assignments) {
    for (size_t i = 0; i < assignments->count; i++) {
        free(assignments->entry[i].set);
        free(assignments->entry[i].where);
    }
    free(assignments->entry);
    *assignments = (nd_assignments){0};
}

static bool is_for(const char *set, const char *key, size_t length) {
    return strncmp(set, key, length) == 0 && set[length] == '=';
}

const char *nd_assigned(const nd_assignments *assignments, const char *key) {
    size_t length = strlen(key);
    for (size_t i = assignments->count; i-- > 0;)
        if (is_for(assignments->entry[i].set, key, length))
            return assignments->entry[i].set + length + 1;
    return NULL;
}

bool nd_condition_holds(const nd_assignments *assignments, const char *condition, bool *holds,
                        const char *where, nd_error *error) {
    char key[128];
    const char *equals = strchr(condition, '=');
    if (!equals || (size_t)(equals - condition) >= sizeof key)
        return nd_fail(error, where, NULL, "when: '%.100s', expected KEY=VALUE", condition);
    snprintf(key, sizeof key, "%.*s", (int)(equals - condition), condition);
    const char *value = nd_assigned(assignments, key);
    if (!value)
        return nd_fail(error, where, "give it above",
                       "when: '%.100s' names a key that nothing "
                       "before it gives",
                       condition);
    *holds = false;
    for (const char *option = equals + 1; option;) {
        size_t length = strcspn(option, "|");
        if (strlen(value) == length && strncmp(value, option, length) == 0)
            *holds = true;
        option = option[length] ? option + length + 1 : NULL;
    }
    return true;
}

/* Turns "`set` KEY=..." into the place it came from, if an assignment gave that key. */
static void relocate(const nd_assignments *assignments, char *where, size_t size) {
    static const char mark[] = "`set` ";
    if (strncmp(where, mark, sizeof mark - 1) != 0)
        return;
    const char *set = where + sizeof mark - 1;
    size_t length = strcspn(set, "=");
    for (size_t i = assignments->count; i-- > 0;)
        if (is_for(assignments->entry[i].set, set, length)) {
            char place[512];
            snprintf(place, sizeof place, "%.380s, %.*s", assignments->entry[i].where, (int)length,
                     set);
            snprintf(where, size, "%s", place);
            return;
        }
}

nd_experiment *nd_assignments_parse(const nd_assignments *assignments, const char *seed,
                                    const char *base, const char *origin, const char *folder,
                                    const char *const *sets, size_t set_count, nd_keys_use *use,
                                    nd_error *error) {
    const char **all = nd_array(set_count + assignments->count + 1, sizeof *all, error);
    char last[80];
    if (!all)
        return NULL;
    size_t count = 0;
    for (size_t i = 0; i < set_count; i++)
        all[count++] = sets[i];
    for (size_t i = 0; i < assignments->count; i++)
        if (assignments->entry[i].set[0] != '$')
            all[count++] = assignments->entry[i].set;
    snprintf(last, sizeof last, "seed=%s", seed);
    all[count++] = last;
    nd_experiment *experiment =
        nd_experiment_parse_among(base, origin, folder, all, count, use, error);
    if (!experiment && error)
        relocate(assignments, error->where, sizeof error->where);
    for (size_t k = 0; k < ND_MOST_KEYS; k++)
        relocate(assignments, use->where[k], sizeof use->where[k]);
    free(all);
    return experiment;
}
