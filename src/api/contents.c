/* Named variables (nulldrift/contents.h): what an nd_nc says of itself, once, when it is opened;
 * values as they are asked for. */
#include "api/contents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/locale.h"
#include "base/memory.h"

/* An attribute with the words and numbers that its view points to. */
typedef struct attribute {
    char *name, *text;
    double *numbers;
    nd_attribute_view view;
} attribute;

typedef struct attributes {
    attribute *of; /* count */
    size_t count, room;
} attributes;

typedef struct variable {
    char *name, *unit, *definition, *dimensions; /* dimensions: cut into words */
    char **texts;                                /* view.count; NULL until asked for */
    attributes attributes;
    nd_variable_view view;
} variable;

typedef struct dimension {
    char *name;
    size_t length;
} dimension;

struct nd_contents {
    nd_nc *file;
    attributes attributes;
    variable *variable; /* variables */
    size_t variables, variables_room;
    dimension *dimension; /* dimensions */
    size_t dimensions, dimensions_room;
};

static void attributes_clear(attributes *all) {
    for (size_t i = 0; i < all->count; i++) {
        free(all->of[i].name);
        free(all->of[i].text);
        free(all->of[i].numbers);
    }
    free(all->of);
}

void nd_contents_close(nd_contents *contents) {
    if (!contents)
        return;
    for (size_t v = 0; v < contents->variables; v++) {
        variable *one = &contents->variable[v];
        for (size_t i = 0; one->texts && i < one->view.count; i++)
            free(one->texts[i]);
        free(one->texts);
        free(one->name);
        free(one->unit);
        free(one->definition);
        free(one->dimensions);
        attributes_clear(&one->attributes);
    }
    for (size_t d = 0; d < contents->dimensions; d++)
        free(contents->dimension[d].name);
    free(contents->variable);
    free(contents->dimension);
    attributes_clear(&contents->attributes);
    nd_nc_close(contents->file);
    free(contents);
}

/* ---- What there is ---- */

static bool attribute_name(const nd_nc *file, const char *of, size_t index, char *name) {
    return of ? nd_nc_attribute_of(file, of, index, name) : nd_nc_attribute_at(file, index, name);
}

static bool take_attribute(const nd_nc *file, const char *of, const char *name, attribute *one,
                           nd_error *error) {
    if (!(one->name = nd_text(name, error)))
        return false;
    one->view.name = one->name;
    one->view.text = one->text = nd_nc_text(file, of, name, NULL);
    if (one->text)
        return true;
    one->view.numbers = one->numbers = nd_nc_numbers(file, of, name, &one->view.count, NULL);
    one->view.whole = nd_nc_count(file, of, name, &one->view.integer, NULL);
    return true;
}

static bool take_attributes(const nd_nc *file, const char *of, attributes *all, nd_error *error) {
    char name[ND_NC_NAME];
    for (size_t i = 0; attribute_name(file, of, i, name); i++) {
        attribute *grown = nd_grown(all->of, &all->room, all->count + 1, sizeof *grown, error);
        if (!grown)
            return false;
        all->of = grown;
        grown[all->count] = (attribute){0};
        if (!take_attribute(file, of, name, &grown[all->count++], error))
            return false;
    }
    return true;
}

static bool take_dimensions(nd_contents *to, nd_error *error) {
    char name[ND_NC_NAME];
    size_t length;
    for (size_t i = 0; nd_nc_dimension_at(to->file, i, name, &length); i++) {
        dimension *grown =
            nd_grown(to->dimension, &to->dimensions_room, to->dimensions + 1, sizeof *grown, error);
        if (!grown)
            return false;
        to->dimension = grown;
        grown[to->dimensions++] = (dimension){nd_text(name, error), length};
        if (!grown[i].name)
            return false;
    }
    return true;
}

/* Names and lengths of its dimensions, the characters of texts left out. */
static bool take_shape(const nd_nc *file, variable *one, nd_error *error) {
    size_t shape[ND_MOST_DIMENSIONS];
    int rank = 0;
    one->view.stored = nd_nc_stored(file, one->name);
    if (one->view.stored == ND_STORED_OTHER)
        return true;
    if (!nd_nc_shape(file, one->name, &rank, shape, error))
        return false;
    rank -= nd_nc_is_characters(file, one->name);
    char *rest = NULL, *word = strtok_r(one->dimensions, " ", &rest);
    one->view.rank = (size_t)rank;
    one->view.count = 1;
    for (int d = 0; d < rank; d++, word = strtok_r(NULL, " ", &rest)) {
        one->view.dimension[d] = word ? word : "";
        one->view.shape[d] = shape[d];
        one->view.count *= shape[d];
    }
    return true;
}

static char *words_of(const nd_nc *file, const char *name, const char *of, nd_error *error) {
    char *text = nd_nc_text(file, name, of, NULL);
    return text ? text : nd_text("", error);
}

static bool take_variable(const nd_nc *file, const char *name, const char *dimensions,
                          variable *one, nd_error *error) {
    if (!(one->name = nd_text(name, error)) || !(one->dimensions = nd_text(dimensions, error)) ||
        !(one->unit = words_of(file, name, "units", error)) ||
        !(one->definition = words_of(file, name, "long_name", error)))
        return false;
    one->view.name = one->name;
    one->view.unit = one->unit;
    one->view.definition = one->definition;
    return take_shape(file, one, error) && take_attributes(file, name, &one->attributes, error);
}

static bool take_variables(nd_contents *to, nd_error *error) {
    char name[ND_NC_NAME], dimensions[(ND_MOST_DIMENSIONS + 1) * ND_NC_NAME];
    for (size_t i = 0; nd_nc_variable_at(to->file, i, name, dimensions, sizeof dimensions); i++) {
        variable *grown =
            nd_grown(to->variable, &to->variables_room, to->variables + 1, sizeof *grown, error);
        if (!grown)
            return false;
        to->variable = grown;
        grown[to->variables] = (variable){0};
        if (!take_variable(to->file, name, dimensions, &grown[to->variables++], error))
            return false;
    }
    return true;
}

nd_contents *nd_contents_of(nd_nc *file, nd_error *error) {
    nd_contents *contents = file ? nd_array(1, sizeof *contents, error) : NULL;
    if (!contents) {
        nd_nc_close(file);
        return NULL;
    }
    contents->file = file;
    if (take_dimensions(contents, error) && take_variables(contents, error) &&
        take_attributes(file, NULL, &contents->attributes, error))
        return contents;
    nd_contents_close(contents);
    return NULL;
}

nd_contents *nd_contents_open(const char *path, nd_error *error) {
    ND_IN_C_LOCALE;
    if (!nd_is_given(path, "nd_contents_open", "path", error))
        return NULL;
    return nd_contents_of(nd_nc_open(path, error), error);
}

bool nd_contents_dimension(const nd_contents *contents, size_t index, const char **name,
                           size_t *length) {
    if (!contents || index >= contents->dimensions)
        return false;
    if (name)
        *name = contents->dimension[index].name;
    if (length)
        *length = contents->dimension[index].length;
    return true;
}

bool nd_contents_variable(const nd_contents *contents, size_t index, nd_variable_view *view) {
    if (!contents || !view || index >= contents->variables)
        return false;
    *view = contents->variable[index].view;
    return true;
}

static variable *variable_of(const nd_contents *contents, const char *name) {
    for (size_t v = 0; contents && name && v < contents->variables; v++)
        if (strcmp(contents->variable[v].name, name) == 0)
            return &contents->variable[v];
    return NULL;
}

/* The variable of that name; fails where there is none, or it can not be read. */
static variable *find(const nd_contents *contents, const char *name, const char *function,
                      nd_error *error) {
    if (!nd_is_given(contents, function, "contents", error) ||
        !nd_is_given(name, function, "name", error))
        return NULL;
    variable *found = variable_of(contents, name);
    if (!found)
        nd_fail(error, nd_nc_path(contents->file), NULL, "has no variable '%.200s'", name);
    return found;
}

bool nd_contents_find(const nd_contents *contents, const char *name, nd_variable_view *view,
                      nd_error *error) {
    static const char function[] = "nd_contents_find";
    variable *found = nd_is_given(view, function, "variable", error)
                          ? find(contents, name, function, error)
                          : NULL;
    if (found)
        *view = found->view;
    return found != NULL;
}

bool nd_contents_attribute(const nd_contents *contents, const char *of, size_t index,
                           nd_attribute_view *view) {
    if (!contents || !view)
        return false;
    const variable *found = of ? variable_of(contents, of) : NULL;
    const attributes *all = !of ? &contents->attributes : found ? &found->attributes : NULL;
    if (!all || index >= all->count)
        return false;
    *view = all->of[index].view;
    return true;
}

/* ---- Values ---- */

/* The variable, if it holds numbers. */
static variable *find_numbers(const nd_contents *contents, const char *name, const void *values,
                              const char *function, nd_error *error) {
    if (!nd_is_given(values, function, "values", error))
        return NULL;
    variable *found = find(contents, name, function, error);
    if (found && (found->view.stored == ND_STORED_TEXT || found->view.stored == ND_STORED_OTHER)) {
        nd_fail(error, nd_nc_path(contents->file),
                found->view.stored == ND_STORED_TEXT ? "nd_contents_texts reads texts" : NULL,
                "variable %s holds no numbers", name);
        return NULL;
    }
    return found;
}

static bool has_count(const variable *found, size_t count, const char *function, nd_error *error) {
    return found->view.count == count || nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                                                    "variable %s has %zu values, count is %zu",
                                                    found->name, found->view.count, count);
}

bool nd_contents_numbers(const nd_contents *contents, const char *name, double *values,
                         size_t count, nd_error *error) {
    static const char function[] = "nd_contents_numbers";
    const variable *found = find_numbers(contents, name, values, function, error);
    return found && has_count(found, count, function, error) &&
           nd_nc_get(contents->file, name, values, count, error);
}

bool nd_contents_integers(const nd_contents *contents, const char *name, int64_t *values,
                          size_t count, nd_error *error) {
    static const char function[] = "nd_contents_integers";
    const variable *found = find_numbers(contents, name, values, function, error);
    if (!found || !has_count(found, count, function, error))
        return false;
    if (found->view.stored != ND_STORED_FLOAT64 && found->view.stored != ND_STORED_FLOAT32)
        return nd_nc_get_int64(contents->file, name, values, count, error);
    double *numbers = nd_doubles(count, error);
    bool fine = numbers && nd_nc_get(contents->file, name, numbers, count, error);
    for (size_t i = 0; fine && i < count; i++) {
        fine = (numbers[i] >= -0x1p63 && numbers[i] < 0x1p63 &&
                numbers[i] == (double)(int64_t)numbers[i]) ||
               nd_fail(error, nd_nc_path(contents->file), "nd_contents_numbers reads it",
                       "variable %s holds %g, which is no whole number", name, numbers[i]);
        values[i] = fine ? (int64_t)numbers[i] : 0;
    }
    free(numbers);
    return fine;
}

bool nd_contents_row(const nd_contents *contents, const char *name, size_t row, double *values,
                     size_t count, nd_error *error) {
    static const char function[] = "nd_contents_row";
    const variable *found = find_numbers(contents, name, values, function, error);
    if (!found)
        return false;
    size_t rows = found->view.rank > 0 ? found->view.shape[0] : 0;
    if (row >= rows || found->view.count / rows != count)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "variable %s has no row %zu of %zu values", name, row, count);
    return nd_nc_get_row(contents->file, name, row, values, count, error);
}

const char *const *nd_contents_texts(nd_contents *contents, const char *name, nd_error *error) {
    static const char function[] = "nd_contents_texts";
    variable *found = find(contents, name, function, error);
    if (found && found->view.stored != ND_STORED_TEXT) {
        nd_fail(error, nd_nc_path(contents->file), "nd_contents_numbers reads numbers",
                "variable %s holds no texts", name);
        return NULL;
    }
    if (found && !found->texts)
        found->texts = nd_nc_get_strings(contents->file, name, found->view.count, error);
    return found ? (const char *const *)found->texts : NULL;
}
