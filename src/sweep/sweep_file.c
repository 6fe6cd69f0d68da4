#include "sweep/sweep_file.h"

#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/yaml.h"

static const size_t MOST_BYTES = 4 << 20;

static const cyaml_schema_value_t WORD = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

#define WORD_FIELD(name, structure, member)                                                        \
    CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, 0,   \
                           CYAML_UNLIMITED)
#define NEEDED_FIELD(name, structure, member)                                                      \
    CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER, structure, member, 1, CYAML_UNLIMITED)
#define WORDS_FIELD(name, structure, member)                                                       \
    CYAML_FIELD_SEQUENCE(name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, &WORD, \
                         0, CYAML_UNLIMITED)

static const cyaml_schema_field_t AXIS_FIELDS[] = {
    NEEDED_FIELD("key", nd_grid_axis, key),
    CYAML_FIELD_SEQUENCE("values", CYAML_FLAG_POINTER, nd_grid_axis, values, &WORD, 1,
                         CYAML_UNLIMITED),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t AXIS = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, nd_grid_axis, AXIS_FIELDS)};

static const cyaml_schema_field_t DRAW_FIELDS[] = {
    NEEDED_FIELD("key", nd_draw, key),
    WORDS_FIELD("uniform", nd_draw, uniform),
    WORDS_FIELD("log-uniform", nd_draw, log_uniform),
    WORDS_FIELD("integer", nd_draw, integer),
    WORDS_FIELD("choice", nd_draw, choice),
    WORD_FIELD("when", nd_draw, when),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t DRAW = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, nd_draw, DRAW_FIELDS)};

static const cyaml_schema_field_t REPLACEMENT_FIELDS[] = {
    NEEDED_FIELD("value", nd_replacement, value),
    NEEDED_FIELD("by", nd_replacement, by),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t REPLACEMENT = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, nd_replacement, REPLACEMENT_FIELDS)};

static const cyaml_schema_field_t COLUMN_FIELDS[] = {
    NEEDED_FIELD("column", nd_table_column, column),
    NEEDED_FIELD("key", nd_table_column, key),
    WORD_FIELD("add", nd_table_column, add),
    CYAML_FIELD_SEQUENCE("replace", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nd_table_column,
                         replace, &REPLACEMENT, 0, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t COLUMN = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, nd_table_column, COLUMN_FIELDS)};

static const cyaml_schema_field_t TABLE_FIELDS[] = {
    NEEDED_FIELD("path", nd_sweep_table, path),
    CYAML_FIELD_SEQUENCE("columns", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nd_sweep_table,
                         columns, &COLUMN, 0, CYAML_UNLIMITED),
    WORDS_FIELD("ignore", nd_sweep_table, ignore),
    WORD_FIELD("label", nd_sweep_table, label),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t FILE_FIELDS[] = {
    WORD_FIELD("name", nd_sweep_file, name),
    WORD_FIELD("seed", nd_sweep_file, seed),
    WORD_FIELD("experiment", nd_sweep_file, experiment),
    WORD_FIELD("base", nd_sweep_file, base),
    WORDS_FIELD("set", nd_sweep_file, set),
    CYAML_FIELD_MAPPING_PTR("table", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nd_sweep_file, table,
                            TABLE_FIELDS),
    CYAML_FIELD_SEQUENCE("grid", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nd_sweep_file, grid,
                         &AXIS, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE("draw", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, nd_sweep_file, draw,
                         &DRAW, 0, CYAML_UNLIMITED),
    WORD_FIELD("samples", nd_sweep_file, samples),
    WORD_FIELD("repeats", nd_sweep_file, repeats),
    WORD_FIELD("order", nd_sweep_file, order),
    WORD_FIELD("spectrum", nd_sweep_file, spectrum),
    WORDS_FIELD("metrics", nd_sweep_file, metrics),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t TOP = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, nd_sweep_file, FILE_FIELDS)};

nd_sweep_file *nd_sweep_file_read(const char *path, char **text, nd_error *error) {
    nd_buffer buffer = {0};
    void *data = NULL;
    *text = NULL;
    if (!nd_read_file(path, MOST_BYTES, &buffer, error) ||
        !nd_yaml_load((const char *)buffer.bytes, path, &TOP, &data, error)) {
        if (error && strncmp(error->mend, "`nulldrift help ", 16) == 0)
            snprintf(error->mend, sizeof error->mend, "see `nulldrift help sweeps` for the keys");
        nd_buffer_free(&buffer);
        return NULL;
    }
    *text = (char *)buffer.bytes;
    return data;
}

void nd_sweep_file_free(nd_sweep_file *file) {
    nd_yaml_free(&TOP, file);
}
