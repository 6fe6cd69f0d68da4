/* From YAML to nd_experiment: libcyaml checks the shape, the table of keys the rest. */
#include "experiment/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/locale.h"
#include "base/words.h"
#include "base/yaml.h"
#include "experiment/checks.h"

enum { SECTIONS = 5, MOST_BYTES = 1 << 20 };

static const char *const SECTION_NAMES[SECTIONS] = {"", "world", "network", "learning", "run"};

/* libcyaml's schema, made from the table: every value a string at index `key` of an array. */
typedef struct schema {
    cyaml_schema_field_t fields[SECTIONS][ND_MOST_KEYS];
    cyaml_schema_value_t top;
} schema;

/* Where the value of a key came from, for errors. */
typedef struct source {
    const char *text, *origin, *folder;
    const char *set[ND_MOST_KEYS]; /* the `set` that gave it; NULL: the text, or nobody */
    bool strict;                   /* a key given to no avail is a mistake */
    nd_keys_use *use;              /* or is noted here, if not NULL */
} source;

static size_t section_of(const nd_key *key) {
    const char *dot = strchr(key->name, '.');
    for (size_t s = 1; dot && s < SECTIONS; s++)
        if (strncmp(key->name, SECTION_NAMES[s], (size_t)(dot - key->name)) == 0)
            return s;
    return 0;
}

/* A key listed once per model shares the first listing's place. */
static size_t place_of(const nd_key *key) {
    size_t count;
    return (size_t)(nd_key_find(key->name) - nd_keys(&count));
}

static void make_schema(schema *made) {
    size_t count, filled[SECTIONS] = {0};
    const nd_key *keys = nd_keys(&count);
    memset(made, 0, sizeof *made);
    for (size_t k = 0; k < count; k++) {
        if (place_of(&keys[k]) != k)
            continue;
        size_t s = section_of(&keys[k]);
        const char *dot = strchr(keys[k].name, '.');
        cyaml_schema_field_t *field = &made->fields[s][filled[s]++];
        field->key = dot ? dot + 1 : keys[k].name;
        field->data_offset = (uint32_t)(k * sizeof(char *));
        field->value.type = CYAML_STRING;
        field->value.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
        field->value.data_size = 1;
        field->value.string.max = CYAML_UNLIMITED;
    }
    for (size_t s = 1; s < SECTIONS; s++) {
        cyaml_schema_field_t *field = &made->fields[0][filled[0]++];
        field->key = SECTION_NAMES[s];
        field->data_offset = 0; /* a section lies in the same array as its keys */
        field->value.type = CYAML_MAPPING;
        field->value.flags = CYAML_FLAG_OPTIONAL;
        field->value.data_size = ND_MOST_KEYS * sizeof(char *);
        field->value.mapping.fields = made->fields[s];
    }
    made->top.type = CYAML_MAPPING;
    made->top.flags = CYAML_FLAG_POINTER;
    made->top.data_size = ND_MOST_KEYS * sizeof(char *);
    made->top.mapping.fields = made->fields[0];
}

/* The value `default`: as if the key had not been given. Names and paths are free to be so called.
 */
static bool is_default_word(const nd_key *key, const char *text) {
    return strcmp(text, "default") == 0 && strcmp(key->name, "name") != 0 &&
           strcmp(key->name, "world.path") != 0;
}

/* Takes the values that `text` gives over into `values` (new strings, replacing older ones). */
static bool take_text(const char *text, const char *origin, char **values, nd_error *error) {
    schema made;
    void *data;
    make_schema(&made);
    if (!nd_yaml_load(text, origin, &made.top, &data, error))
        return false;
    char **loaded = data;
    size_t count;
    const nd_key *keys = nd_keys(&count);
    bool fine = true;
    for (size_t k = 0; fine && k < count; k++)
        if (loaded[k] && !is_default_word(&keys[k], loaded[k])) {
            free(values[k]);
            values[k] = nd_text(loaded[k], error);
            fine = values[k] != NULL;
        }
    nd_yaml_free(&made.top, data);
    return fine;
}

/* "world=default": as if no key of that section had been given so far. */
static bool take_section_back(const char *name, const char *value, char **values) {
    size_t count;
    const nd_key *keys = nd_keys(&count);
    for (size_t s = 1; s < SECTIONS; s++)
        if (strcmp(name, SECTION_NAMES[s]) == 0 && strcmp(value, "default") == 0) {
            for (size_t k = 0; k < count; k++)
                if (section_of(&keys[k]) == s) {
                    free(values[place_of(&keys[k])]);
                    values[place_of(&keys[k])] = NULL;
                }
            return true;
        }
    return false;
}

static bool take_set(const char *set, char **values, source *from, nd_error *error) {
    const char *equals = strchr(set, '=');
    char name[64], where[300], mend[200];
    snprintf(where, sizeof where, "`set` %.200s", set);
    snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - set) : (int)strlen(set), set);
    if (!equals)
        return nd_fail(error, where, NULL, "expected KEY=VALUE, e.g. learning.update_noise=0.01");
    if (take_section_back(name, equals + 1, values))
        return true;
    const nd_key *key = nd_key_find(name);
    if (!key)
        return nd_fail(error, where, nd_experiment_key_like(name, mend, sizeof mend),
                       "there is no key '%s'", name);
    size_t k = place_of(key);
    free(values[k]);
    values[k] = NULL;
    from->set[k] = set;
    return is_default_word(key, equals + 1) || (values[k] = nd_text(equals + 1, error));
}

/* "FILE, line N, KEY" or "`set` KEY=VALUE". */
static const char *where_given(const source *from, const nd_key *key, char *where, size_t size) {
    const char *set = from->set[place_of(key)];
    if (set) {
        snprintf(where, size, "`set` %.200s", set);
        return where;
    }
    return nd_yaml_where(from->text, from->origin, key->name, where, size);
}

static bool wrong_value(const source *from, const nd_key *key, const char *value, nd_error *error) {
    char where[400], most[40] = "";
    double number;
    if ((key->kind == ND_NUMBER || key->kind == ND_COUNT) && nd_text_number(value, &number) &&
        number > key->most && !strstr(key->expected, " to "))
        snprintf(most, sizeof most, ", and of at most %g", key->most);
    return nd_fail(error, where_given(from, key, where, sizeof where), NULL,
                   "is '%.100s', expected %s%s", value, key->expected, most);
}

/* Puts one value, as text, into its member of `experiment`. */
static bool put_value(nd_experiment *experiment, const nd_key *key, const char *text,
                      const source *from, nd_error *error) {
    char *member = (char *)experiment + key->offset;
    double number;
    uint64_t count;
    bool truth;
    switch (key->kind) {
    case ND_WORD:
        if (strcmp(key->name, "network.model") == 0)
            return true; /* known already */
        free(*(char **)member);
        *(char **)member = nd_text(text, error);
        return *(char **)member != NULL;
    case ND_NUMBER:
        if (!nd_text_number(text, &number) || number < key->least || number > key->most)
            return wrong_value(from, key, text, error);
        *(double *)member = number;
        return true;
    case ND_COUNT:
        if (!nd_text_count(text, &count) || (double)count < key->least || (double)count > key->most)
            return wrong_value(from, key, text, error);
        *(uint64_t *)member = count;
        return true;
    case ND_TRUTH:
        if (!nd_text_truth(text, &truth))
            return wrong_value(from, key, text, error);
        *(bool *)member = truth;
        return true;
    }
    return false;
}

static bool choose_model(char *const *values, const source *from, nd_model *model,
                         nd_error *error) {
    const nd_key *key = nd_key_find("network.model");
    const char *text = values[place_of(key)];
    *model = text && strcmp(text, nd_model_names[ND_HEBBIAN]) == 0 ? ND_HEBBIAN : ND_FEED_FORWARD;
    if (text && strcmp(text, nd_model_names[*model]) != 0)
        return wrong_value(from, key, text, error);
    return true;
}

/* A key's value or, where it was not given, its default. */
static bool put(nd_experiment *experiment, const nd_key *key, char *const *values, bool given,
                const source *from, nd_error *error) {
    const char *inputs = values[place_of(nd_key_find("network.inputs"))];
    const char *text = given ? values[place_of(key)] : NULL;
    char where[400];
    if (!text)
        text = nd_key_fallback(key, experiment->network.model, inputs);
    if (!text)
        return nd_fail(error, where_given(from, key, where, sizeof where), NULL,
                       "is missing, expected %s", key->expected);
    if (!is_default_word(key, text))
        return put_value(experiment, key, text, from, error);
    *(double *)((char *)experiment + key->offset) = -1; /* resolved by the checks */
    return true;
}

/* The keys by which an experiment says who reads the others. */
static bool put_who_reads(nd_experiment *experiment, char *const *values, const source *from,
                          nd_error *error) {
    static const char *const names[] = {"world.task", "learning.rule", "run.engine"};
    if (!choose_model(values, from, &experiment->network.model, error))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const nd_key *key = nd_key_find(names[i]);
        if (key->models & 1U << experiment->network.model &&
            !put(experiment, key, values, true, from, error))
            return false;
    }
    return true;
}

/* A key that was given to no avail: an error, or noted. */
static bool given_in_vain(const nd_key *key, nd_model model, const char *by, const source *from,
                          nd_error *error) {
    char where[400], mend[200];
    size_t k = place_of(key);
    where_given(from, key, where, sizeof where);
    snprintf(mend, sizeof mend, "leave it out, or take it back with `set` %s=default%s", key->name,
             key->models & 1U << model ? "" : "; or set network.model");
    if (from->strict)
        return nd_fail(error, where, mend, "is not used by %s", by);
    if (from->use && !from->use->given[k]) {
        snprintf(from->use->where[k], sizeof from->use->where[k], "%s", where);
        snprintf(from->use->by[k], sizeof from->use->by[k], "%s", by);
    }
    if (from->use)
        from->use->given[k] = true;
    return true;
}

/* Fills every member from the values given or the defaults. */
static bool fill(nd_experiment *experiment, char *const *values, const source *from,
                 nd_error *error) {
    size_t count;
    const nd_key *keys = nd_keys(&count);
    if (!put_who_reads(experiment, values, from, error))
        return false;
    for (size_t k = 0; k < count; k++) {
        const nd_key *key = &keys[k];
        char by[80];
        bool given = values[place_of(key)] != NULL;
        bool honoured = nd_key_honoured(key, experiment, by, sizeof by);
        if (given && !honoured && !given_in_vain(key, experiment->network.model, by, from, error))
            return false;
        if (given && honoured && from->use)
            from->use->given[place_of(key)] = from->use->honoured[place_of(key)] = true;
        if (!(key->models & 1U << experiment->network.model))
            continue;
        /* the value of a key that is passed over must be possible, too */
        if ((given && !honoured && !put(experiment, key, values, true, from, error)) ||
            !put(experiment, key, values, honoured, from, error))
            return false;
    }
    return true;
}

/* A relative world.path is meant from the experiment's folder. */
static bool resolve_path(nd_experiment *experiment, const source *from, nd_error *error) {
    char *path = experiment->world.path;
    size_t place = place_of(nd_key_find("world.path"));
    if (!path || !path[0] || path[0] == '/' || !from->folder || !from->folder[0] ||
        from->set[place])
        return true;
    size_t size = strlen(from->folder) + strlen(path) + 2;
    char *resolved = nd_array(size, 1, error);
    if (!resolved)
        return false;
    snprintf(resolved, size, "%s/%s", from->folder, path);
    free(path);
    experiment->world.path = resolved;
    return true;
}

static const char *where_of(const char *name, void *context, char *where, size_t size) {
    return where_given(context, nd_key_find(name), where, size);
}

static nd_experiment *parse(source *from, const char *const *sets, size_t set_count,
                            nd_error *error) {
    char *values[ND_MOST_KEYS] = {0};
    nd_experiment *experiment = nd_array(1, sizeof *experiment, error);
    bool fine = experiment && take_text(from->text, from->origin, values, error);
    for (size_t i = 0; fine && i < set_count; i++)
        fine = take_set(sets[i], values, from, error);
    fine = fine && fill(experiment, values, from, error) && resolve_path(experiment, from, error) &&
           nd_experiment_check(experiment, where_of, from, error);
    for (size_t k = 0; k < ND_MOST_KEYS; k++)
        free(values[k]);
    if (fine)
        return experiment;
    nd_experiment_free(experiment);
    return NULL;
}

static bool sets_given(const char *const *sets, size_t count, const char *function,
                       nd_error *error) {
    if (count > 0 && !nd_is_given(sets, function, "sets", error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!nd_is_given(sets[i], function, "sets[i]", error))
            return false;
    return true;
}

nd_experiment *nd_experiment_parse(const char *text, const char *origin, const char *folder,
                                   const char *const *sets, size_t set_count, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_experiment_parse";
    source from = {.text = text, .origin = origin, .folder = folder, .strict = true};
    if (!nd_is_given(text, function, "text", error) ||
        !nd_is_given(origin, function, "origin", error) ||
        !sets_given(sets, set_count, function, error))
        return NULL;
    return parse(&from, sets, set_count, error);
}

nd_experiment *nd_experiment_new(const char *const *sets, size_t set_count, nd_error *error) {
    ND_IN_C_LOCALE;
    source from = {.text = "{}", .origin = "experiment", .strict = true};
    if (!sets_given(sets, set_count, "nd_experiment_new", error))
        return NULL;
    return parse(&from, sets, set_count, error);
}

nd_experiment *nd_experiment_parse_among(const char *text, const char *origin, const char *folder,
                                         const char *const *sets, size_t set_count,
                                         nd_keys_use *use, nd_error *error) {
    source from = {.text = text, .origin = origin, .folder = folder, .use = use};
    return parse(&from, sets, set_count, error);
}

nd_experiment *nd_experiment_restore(const char *text, const char *origin, nd_error *error) {
    ND_IN_C_LOCALE;
    source from = {.text = text, .origin = origin};
    return parse(&from, NULL, 0, error);
}

bool nd_keys_unused(const nd_keys_use *use, size_t *key) {
    size_t count;
    (void)nd_keys(&count);
    for (*key = 0; *key < count; ++*key)
        if (use->given[*key] && !use->honoured[*key])
            return true;
    return false;
}

nd_experiment *nd_experiment_load(const char *path, const char *const *sets, size_t set_count,
                                  nd_error *error) {
    ND_IN_C_LOCALE;
    if (!nd_is_given(path, "nd_experiment_load", "path", error) ||
        !sets_given(sets, set_count, "nd_experiment_load", error))
        return NULL;
    nd_buffer text = {0};
    nd_experiment *experiment = NULL;
    char *folder = nd_text(path, error);
    if (folder && nd_read_file(path, MOST_BYTES, &text, error)) {
        char *slash = strrchr(folder, '/');
        if (slash)
            *slash = '\0';
        if (memchr(text.bytes, 0, text.length))
            nd_fail(error, path, NULL, "is not YAML: it holds a zero byte");
        else
            experiment = nd_experiment_parse((const char *)text.bytes, path, slash ? folder : NULL,
                                             sets, set_count, error);
    }
    free(folder);
    nd_buffer_free(&text);
    return experiment;
}

void nd_experiment_free(nd_experiment *experiment) {
    if (!experiment)
        return;
    size_t count;
    const nd_key *keys = nd_keys(&count);
    for (size_t k = 0; k < count; k++)
        if (keys[k].kind == ND_WORD && strcmp(keys[k].name, "network.model") != 0)
            free(*(char **)((char *)experiment + keys[k].offset));
    free(experiment);
}

bool nd_experiment_has_key(const char *key) {
    return nd_key_find(key) != NULL;
}

const char *nd_experiment_key_like(const char *key, char *mend, size_t size) {
    size_t count;
    const nd_key *keys = nd_keys(&count);
    nd_nearest nearest = {.wanted = key};
    for (size_t k = 0; k < count; k++)
        nd_nearest_offer(&nearest, keys[k].name);
    return nd_nearest_mend(&nearest, "see `nulldrift help experiment-file` for the keys", mend,
                           size);
}
