#include "base/yaml.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/error.h"
#include "base/words.h"

/* What libcyaml said: its complaint, and the innermost field and line of its backtrace. */
typedef struct complaint {
    char text[256], key[128];
    int line;
} complaint;

static void listen(cyaml_log_t level, void *context, const char *format, va_list arguments) {
    (void)level;
    complaint *heard = context;
    char message[512], key[128];
    int line;
    vsnprintf(message, sizeof message, format, arguments);
    message[strcspn(message, "\n")] = '\0';
    if (sscanf(message, " in mapping field '%127[^']' (line: %d", key, &line) == 2) {
        /* from the inside out: the outer keys are put in front */
        char inner[128];
        snprintf(inner, sizeof inner, "%s", heard->key);
        snprintf(heard->key, sizeof heard->key, "%.60s%s%.60s", key, inner[0] ? "." : "", inner);
        if (!heard->line)
            heard->line = line;
    } else if (sscanf(message, " in %*[a-z A-Z0-9] (line: %d", &line) == 1) {
        if (!heard->line)
            heard->line = line;
    } else if (strncmp(message, "Load: ", 6) == 0 && strncmp(message, "Load: Backtrace", 15) != 0 &&
               !heard->text[0])
        snprintf(heard->text, sizeof heard->text, "%.255s", message + 6);
}

static cyaml_config_t configuration(complaint *heard) {
    return (cyaml_config_t){.log_fn = listen,
                            .log_ctx = heard,
                            .mem_fn = cyaml_mem,
                            .log_level = CYAML_LOG_ERROR,
                            .flags = CYAML_CFG_NO_ALIAS};
}

/* Offers every key of `schema`, whose own name is `prefix`, as what may have been meant. */
static void offer_keys(const cyaml_schema_value_t *schema, const char *prefix, int depth,
                       nd_nearest *nearest) {
    if (schema->type == CYAML_SEQUENCE || schema->type == CYAML_SEQUENCE_FIXED) {
        offer_keys(schema->sequence.entry, prefix, depth, nearest);
        return;
    }
    if (schema->type != CYAML_MAPPING || depth == 0)
        return;
    for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key; field++) {
        char name[128];
        snprintf(name, sizeof name, "%.60s%s%.60s", prefix, prefix[0] ? "." : "", field->key);
        nd_nearest_offer(nearest, name);
        offer_keys(&field->value, name, depth - 1, nearest);
    }
}

/* The line on which `key` stands as a key of `text`, from 1; 0 where that is on none or on several:
 * libcyaml tells only where the mapping around it begins. */
static int line_of_key(const char *text, const char *key) {
    size_t length = strlen(key);
    int line = 1, found = 0;
    for (const char *at = text; *at; at++) {
        bool begins = at == text || strchr(" \t\n{,-", at[-1]);
        if (begins && strncmp(at, key, length) == 0 &&
            at[length + strspn(at + length, " ")] == ':') {
            if (found && found != line)
                return 0;
            found = line;
        }
        line += *at == '\n';
    }
    return found;
}

/* "unknown key 'K'", and which one may have been meant. */
static bool unknown_key(const char *where, const complaint *heard,
                        const cyaml_schema_value_t *schema, const char *unknown, nd_error *error) {
    enum { DEPTH = 5 };
    char wanted[260], mend[200];
    snprintf(wanted, sizeof wanted, "%s%s%s", heard->key, heard->key[0] ? "." : "", unknown);
    nd_nearest nearest = {.wanted = wanted};
    offer_keys(schema, "", DEPTH, &nearest);
    nd_nearest_mend(&nearest, "`nulldrift help experiment-file`, or recordings, tells the keys",
                    mend, sizeof mend);
    return nd_fail(error, where, mend, "unknown key '%s'", unknown);
}

/* A kind of libcyaml's in the words of whoever writes a file. */
static const char *kind_words(const char *kind) {
    static const struct {
        const char *begins, *words;
    } kinds[] = {{"MAPPING", "keys with values (key: value)"},
                 {"SEQUENCE", "a list ([a, b], or a line - a for each)"},
                 {"SCALAR", "a single value"},
                 {"STRING", "a single value"},
                 {"ALIAS", "an alias (*name)"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(kind, kinds[i].begins, strlen(kinds[i].begins)) == 0)
            return kinds[i].words;
    return "something else";
}

/* What libcyaml complained of, in plain words. */
static bool in_words(const char *where, const char *heard, nd_error *error) {
    char wanted[64], found[64], key[128];
    if (sscanf(heard, "Expecting %63[A-Z_], got event: %63[A-Z_]", wanted, found) == 2)
        return nd_fail(error, where,
                       strncmp(wanted, "SEQUENCE", 8) == 0 && strcmp(found, "SCALAR") == 0
                           ? "a list of one is [a]"
                           : NULL,
                       "expected %s, found %s", kind_words(wanted), kind_words(found));
    if (sscanf(heard, "Missing required mapping field: %127[^\n]", key) == 1)
        return nd_fail(error, where, NULL, "the key '%s' is missing", key);
    if (sscanf(heard, "Mapping field already seen: %127[^\n]", key) == 1)
        return nd_fail(error, where, "leave one of them out", "the key '%s' is given twice", key);
    if (strncmp(heard, "Insufficient entries", 20) == 0)
        return nd_fail(error, where, NULL, "the list has too few entries");
    if (strncmp(heard, "STRING length <", 15) == 0)
        return nd_fail(error, where, "give it a value, or leave the key out", "the value is empty");
    if (strncmp(heard, "libyaml: ", 9) == 0)
        return nd_fail(error, where,
                       "look for a bracket, a quote or a colon too many or too few, and for tabs",
                       "this is not YAML: %s", heard + 9);
    return nd_fail(error, where, "is it YAML of the right shape?", "%s", heard);
}

bool nd_yaml_load(const char *text, const char *origin, const cyaml_schema_value_t *schema,
                  void **data, nd_error *error) {
    complaint heard = {0};
    cyaml_config_t config = configuration(&heard);
    *data = NULL;
    cyaml_err_t status = cyaml_load_data((const uint8_t *)text, strlen(text), &config, schema,
                                         (cyaml_data_t **)data, NULL);
    if (status == CYAML_OK && *data)
        return true;
    if (status == CYAML_OK)
        return nd_fail(error, origin, NULL, "is empty");
    char where[512], unknown[128];
    int length = snprintf(where, sizeof where, "%s", origin);
    bool is_unknown = sscanf(heard.text, "Unexpected key: %127[^\n]", unknown) == 1;
    int line = is_unknown ? line_of_key(text, unknown) : 0;
    if (line)
        heard.line = line;
    if (heard.line && length > 0 && (size_t)length < sizeof where)
        snprintf(where + length, sizeof where - (size_t)length, ", line %d%s%s", heard.line,
                 heard.key[0] ? ", " : "", heard.key);
    if (is_unknown)
        return unknown_key(where, &heard, schema, unknown, error);
    return in_words(where, heard.text[0] ? heard.text : cyaml_strerror(status), error);
}

void nd_yaml_free(const cyaml_schema_value_t *schema, void *data) {
    complaint heard = {0};
    cyaml_config_t config = configuration(&heard);
    if (data)
        cyaml_free(&config, schema, data, 0);
}

/* The node under `node` that one step of a dotted key names; NULL if there is none. */
static yaml_node_t *child(yaml_document_t *document, const yaml_node_t *node, const char *step,
                          size_t length, const yaml_node_t **key_node) {
    if (node->type == YAML_MAPPING_NODE)
        for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top; pair++) {
            yaml_node_t *key = yaml_document_get_node(document, pair->key);
            if (key && key->type == YAML_SCALAR_NODE && key->data.scalar.length == length &&
                memcmp(key->data.scalar.value, step, length) == 0) {
                *key_node = key;
                return yaml_document_get_node(document, pair->value);
            }
        }
    if (node->type == YAML_SEQUENCE_NODE) {
        long index = strtol(step, NULL, 10);
        const yaml_node_item_t *items = node->data.sequence.items.start;
        if (index >= 0 && index < node->data.sequence.items.top - items) {
            yaml_node_t *item = yaml_document_get_node(document, items[index]);
            *key_node = item;
            return item;
        }
    }
    return NULL;
}

size_t nd_yaml_line(const char *text, const char *key) {
    yaml_parser_t parser;
    yaml_document_t document;
    size_t line = 0;
    if (!yaml_parser_initialize(&parser))
        return 0;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    if (yaml_parser_load(&parser, &document)) {
        const yaml_node_t *node = yaml_document_get_root_node(&document), *key_node = NULL;
        while (node && *key) {
            size_t length = strcspn(key, ".");
            node = child(&document, node, key, length, &key_node);
            key += length + (key[length] == '.');
        }
        if (node && key_node)
            line = key_node->start_mark.line + 1;
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return line;
}

/* The byte at a mark, counted on from a line and its first byte: columns count characters. */
static char *byte_at(char **line_begins, size_t *line, const yaml_mark_t *mark) {
    char *at = *line_begins;
    while (*line < mark->line && *at)
        *line += *at++ == '\n';
    *line_begins = at;
    for (size_t column = 0; *at; at++)
        if (((unsigned char)*at & 0xC0) != 0x80 && column++ == mark->column)
            break;
    return at;
}

void nd_yaml_rename_mappings(char *text, const char *word, const char *name) {
    yaml_parser_t parser;
    yaml_document_t document;
    char *copy = strdup(text), *line_begins = text;
    size_t length = strlen(word), line = 0;
    if (!copy || !yaml_parser_initialize(&parser)) {
        free(copy);
        return;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)copy, strlen(copy));
    bool loaded = yaml_parser_load(&parser, &document);
    for (yaml_node_t *node = loaded ? document.nodes.start : NULL;
         node && node < document.nodes.top; node++) {
        if (node->type != YAML_MAPPING_NODE)
            continue;
        for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top; pair++) {
            const yaml_node_t *key = yaml_document_get_node(&document, pair->key);
            const yaml_node_t *value = yaml_document_get_node(&document, pair->value);
            if (!key || !value || key->type != YAML_SCALAR_NODE ||
                value->type != YAML_MAPPING_NODE || key->data.scalar.length != length ||
                memcmp(key->data.scalar.value, word, length) != 0)
                continue;
            if (key->start_mark.line < line) { /* nodes may come in any order */
                line_begins = text;
                line = 0;
            }
            char *at = byte_at(&line_begins, &line, &key->start_mark);
            if (strncmp(at, word, length) == 0)
                memcpy(at, name, length);
        }
    }
    if (loaded)
        yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    free(copy);
}

const char *nd_yaml_where(const char *text, const char *origin, const char *key, char *where,
                          size_t size) {
    size_t line = nd_yaml_line(text, key);
    if (line)
        snprintf(where, size, "%s, line %zu, %s", origin, line, key);
    else
        snprintf(where, size, "%s, %s", origin, key);
    return where;
}

bool nd_text_number(const char *text, double *value) {
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

bool nd_text_count(const char *text, uint64_t *value) {
    char *end;
    if (text[0] == '\0' || strchr("+- \t\n", text[0]))
        return false;
    errno = 0;
    *value = strtoull(text, &end, 10);
    if (end != text && *end == '\0')
        return errno == 0;
    double number; /* 1e6 */
    if (!nd_text_number(text, &number) || number < 0 || number > 0x1p53 || number != floor(number))
        return false;
    *value = (uint64_t)number;
    return true;
}

bool nd_text_truth(const char *text, bool *value) {
    static const char *const words[2][3] = {{"false", "no", "off"}, {"true", "yes", "on"}};
    for (int truth = 0; truth < 2; truth++)
        for (int i = 0; i < 3; i++)
            if (strcmp(text, words[truth][i]) == 0) {
                *value = truth == 1;
                return true;
            }
    return false;
}
