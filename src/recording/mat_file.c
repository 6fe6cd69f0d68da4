#include "recording/mat_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hdf5_whole.h"
#include "base/memory.h"
#include "recording/hdf5_values.h"

enum { MOST_SUBSCRIPTS = 8, MOST_RANK = 8 };

/* matio says nothing of its own accord: it logs only through a function it was given. */
nd_mat *nd_mat_open(const char *path, nd_error *error) {
    nd_mat *mat = nd_array(1, sizeof *mat, error);
    if (!mat)
        return NULL;
    mat->path = nd_text(path, error);
    if (!mat->path || !nd_hdf5_is_whole(path, ND_LINKS_REFUSED, NULL, error)) {
        nd_mat_close(mat);
        return NULL;
    }
    mat->file = Mat_Open(path, MAT_ACC_RDONLY);
    mat->names = mat->file ? Mat_GetDir(mat->file, &mat->names_count) : NULL;
    if (mat->names && mat->names_count > 0)
        return mat;
    nd_fail(error, path, "copy it again, or save it anew in MATLAB",
            mat->file ? "holds no MATLAB variable that can be read"
                      : "is a damaged MATLAB file: it cannot be opened");
    nd_mat_close(mat);
    return NULL;
}

void nd_mat_close(nd_mat *mat) {
    if (!mat)
        return;
    for (size_t i = 0; i < ND_MAT_VARIABLES; i++)
        if (mat->variables[i])
            Mat_VarFree(mat->variables[i]);
    if (mat->file)
        Mat_Close(mat->file);
    free(mat->path);
    free(mat);
}

const char *nd_mat_shape_text(const matvar_t *value, char *text, size_t size) {
    size_t at = 0;
    text[0] = '\0';
    for (int d = 0; d < value->rank && d < MOST_RANK && at < size; d++)
        at += (size_t)snprintf(text + at, size - at, "%s%zu", d ? " x " : "", value->dims[d]);
    return text;
}

/* What of v7.3 matio does not understand, by our own look at the file: the MATLAB_class of an array
 * of numbers, empty where it has none. Other writers end that text where it ends, or write none. */
static bool class_in_file(const nd_mat *mat, const char *name, char class[64]) {
    char path[300];
    int rank;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    class[0] = '\0';
    if (Mat_GetVersion(mat->file) != MAT_FT_MAT73)
        return false;
    nd_hdf5 file = {.id = H5Fopen(mat->path, H5F_ACC_RDONLY, H5P_DEFAULT)};
    snprintf(path, sizeof path, "/%.290s", name);
    bool found = file.id >= 0 && nd_hdf5_shape(&file, path, &rank, dims);
    if (found)
        nd_hdf5_text_attribute(&file, path, "MATLAB_class", class, 64);
    if (file.id >= 0)
        H5Fclose(file.id);
    return found;
}

static void mend_class(const nd_mat *mat, matvar_t *value) {
    static const struct {
        const char *name;
        enum matio_classes class;
        enum matio_types type;
    } classes[] = {{"double", MAT_C_DOUBLE, MAT_T_DOUBLE}, {"single", MAT_C_SINGLE, MAT_T_SINGLE},
                   {"int8", MAT_C_INT8, MAT_T_INT8},       {"uint8", MAT_C_UINT8, MAT_T_UINT8},
                   {"logical", MAT_C_UINT8, MAT_T_UINT8},  {"int16", MAT_C_INT16, MAT_T_INT16},
                   {"uint16", MAT_C_UINT16, MAT_T_UINT16}, {"int32", MAT_C_INT32, MAT_T_INT32},
                   {"uint32", MAT_C_UINT32, MAT_T_UINT32}, {"int64", MAT_C_INT64, MAT_T_INT64},
                   {"uint64", MAT_C_UINT64, MAT_T_UINT64}, {"", MAT_C_DOUBLE, MAT_T_DOUBLE}};
    char class[64];
    if (value->class_type != MAT_C_EMPTY || !class_in_file(mat, value->name, class))
        return;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(class, classes[i].name) == 0) {
            value->class_type = classes[i].class;
            value->data_type = classes[i].type;
            value->data_size = (int)Mat_SizeOf(classes[i].type);
            break;
        }
}

/* Why matio has nothing of that name. */
static void say_unreadable(const nd_mat *mat, const char *name, nd_error *error) {
    char class[64];
    bool listed = false;
    for (size_t i = 0; i < mat->names_count; i++)
        listed = listed || (mat->names[i] && strcmp(mat->names[i], name) == 0);
    if (class_in_file(mat, name, class) && !class[0])
        nd_fail(error, mat->path,
                "give it that attribute (in Python with h5py), or save it anew in MATLAB",
                "the variable '%s' has no MATLAB_class, without which this matio cannot read it",
                name);
    else if (listed)
        nd_fail(error, mat->path, "save it anew in MATLAB", "the variable '%s' cannot be read",
                name);
    else
        nd_fail(error, mat->path, "see what is there by `nulldrift record` with `scan`",
                "has no variable '%s'", name);
}

static matvar_t *variable(nd_mat *mat, const char *name, nd_error *error) {
    for (size_t i = 0; i < ND_MAT_VARIABLES; i++)
        if (mat->variables[i] && mat->variables[i]->name &&
            strcmp(mat->variables[i]->name, name) == 0)
            return mat->variables[i];
    matvar_t *found = Mat_VarReadInfo(mat->file, name);
    if (!found || found->rank < 2 || found->rank > MOST_RANK || !found->dims) {
        if (found)
            Mat_VarFree(found);
        say_unreadable(mat, name, error);
        return NULL;
    }
    mend_class(mat, found);
    /* Of a sparse matrix of MATLAB 4 matio knows the shape only when it has read it; before, that
     * of the list of its elements. */
    if (found->class_type == MAT_C_SPARSE && Mat_GetVersion(mat->file) == MAT_FT_MAT4 &&
        !nd_mat_load(mat, found, name, error)) {
        Mat_VarFree(found);
        return NULL;
    }
    matvar_t **place = &mat->variables[mat->next];
    mat->next = (mat->next + 1) % ND_MAT_VARIABLES;
    if (*place)
        Mat_VarFree(*place);
    return *place = found;
}

size_t nd_mat_elements(const matvar_t *value) {
    size_t count = 1;
    for (int d = 0; d < value->rank; d++)
        if (__builtin_mul_overflow(count, value->dims[d], &count))
            return SIZE_MAX / 16;
    return value->rank > 0 ? count : 0;
}

bool nd_mat_empty(const matvar_t *value) {
    return !value || value->class_type == MAT_C_EMPTY || !value->dims ||
           nd_mat_elements(value) == 0;
}

bool nd_mat_numeric(const matvar_t *value) {
    return value && value->class_type >= MAT_C_SPARSE && value->class_type <= MAT_C_UINT64 &&
           value->rank >= 2 && value->rank <= MOST_RANK && !nd_mat_empty(value);
}

/* --- expressions --- */

typedef struct cursor {
    const char *whole, *at;
    const nd_mat *mat;
    nd_error *error;
} cursor;

static bool misfit(const cursor *c, const char *why) {
    return nd_fail(c->error, c->mat->path, "", "'%s': %s at '%.40s'", c->whole, why, c->at);
}

/* Subscripts up to the closing sign; `*count` of them, from 1. */
static bool subscripts(cursor *c, char close, size_t index[MOST_SUBSCRIPTS], size_t *count) {
    *count = 0;
    for (;;) {
        char *end;
        unsigned long long number = strtoull(c->at, &end, 10);
        if (end == c->at || number == 0 || *count == MOST_SUBSCRIPTS)
            return misfit(c, "expected a whole number from 1");
        index[(*count)++] = (size_t)number;
        c->at = end;
        while (*c->at == ' ')
            c->at++;
        if (*c->at == close) {
            c->at++;
            return true;
        }
        if (*c->at != ',')
            return misfit(c, "expected , or the closing sign");
        c->at++;
    }
}

/* The linear index that subscripts mean in an array, or false when they are outside it. */
static bool linear(const cursor *c, const matvar_t *value, const size_t *index, size_t count,
                   size_t *place) {
    char shape[96];
    size_t stride = 1, total = nd_mat_elements(value);
    *place = 0;
    bool fits = count == 1 ? index[0] <= total : count >= (size_t)value->rank;
    if (count == 1) {
        *place = index[0] - 1;
    } else {
        for (size_t d = 0; fits && d < count; d++) {
            size_t extent = d < (size_t)value->rank ? value->dims[d] : 1;
            fits = index[d] <= extent;
            *place += (index[d] - 1) * stride;
            stride *= extent;
        }
    }
    return fits || nd_fail(c->error, c->mat->path, "correct the subscripts in the manifest",
                           "'%s' asks for an element outside an array of %s", c->whole,
                           nd_mat_shape_text(value, shape, sizeof shape));
}

static matvar_t *into_cell(cursor *c, matvar_t *value) {
    size_t index[MOST_SUBSCRIPTS], count, place;
    if (value->class_type != MAT_C_CELL) {
        misfit(c, "there is no cell array");
        return NULL;
    }
    c->at++;
    if (!subscripts(c, '}', index, &count) || !linear(c, value, index, count, &place))
        return NULL;
    matvar_t **cells = value->data;
    matvar_t *cell = cells ? cells[place] : NULL;
    if (!cell)
        nd_fail(c->error, c->mat->path, "save it anew in MATLAB, as -v7",
                "'%s': that cell cannot be read", c->whole);
    return cell;
}

/* (i) and .field go together in structure arrays: the element waits for its field. */
/* No element of a structure array was said. */
static const size_t NO_ELEMENT = SIZE_MAX;

static bool several(const matvar_t *value, size_t element) {
    return value->class_type == MAT_C_STRUCT && element == NO_ELEMENT && nd_mat_elements(value) > 1;
}

/* Of a damaged file matio may know how many fields there are and not their names. */
static bool has_names(matvar_t *structure) {
    unsigned count = Mat_VarGetNumberOfFields(structure);
    char *const *names = Mat_VarGetStructFieldnames(structure);
    for (unsigned k = 0; names && k < count; k++)
        if (!names[k])
            return false;
    return names != NULL;
}

matvar_t *nd_mat_field(matvar_t *structure, const char *field, size_t element) {
    return structure->data && element < nd_mat_elements(structure) && has_names(structure)
               ? Mat_VarGetStructFieldByName(structure, field, element)
               : NULL;
}

static matvar_t *into_structure(cursor *c, matvar_t *value, size_t element) {
    char field[128];
    size_t length = strcspn(++c->at, ".{(");
    if (several(value, element)) {
        nd_fail(c->error, c->mat->path, "say which of them, as in units(2).times",
                "'%s': %.*s is an array of %zu structures", c->whole, (int)(c->at - 1 - c->whole),
                c->whole, nd_mat_elements(value));
        return NULL;
    }
    element = element == NO_ELEMENT ? 0 : element;
    if (value->class_type != MAT_C_STRUCT || length == 0 || length >= sizeof field) {
        misfit(c, value->class_type == MAT_C_STRUCT ? "expected a field" : "there is no structure");
        return NULL;
    }
    memcpy(field, c->at, length);
    field[length] = '\0';
    matvar_t *found = nd_mat_field(value, field, element);
    if (!found)
        misfit(c, "there is no such field");
    else
        c->at += length;
    return found;
}

matvar_t *nd_mat_find_all(nd_mat *mat, const char *expression, const char **field,
                          nd_error *error) {
    cursor c = {.whole = expression, .at = expression, .mat = mat, .error = error};
    char name[256];
    size_t length = strcspn(expression, ".{("), element = NO_ELEMENT;
    if (field)
        *field = NULL;
    if (length == 0 || length >= sizeof name) {
        misfit(&c, "expected the name of a variable");
        return NULL;
    }
    memcpy(name, expression, length);
    name[length] = '\0';
    c.at += length;
    matvar_t *value = variable(mat, name, error);
    while (value && *c.at) {
        size_t index[MOST_SUBSCRIPTS], count;
        if (*c.at == '{') {
            value = into_cell(&c, value);
            element = NO_ELEMENT;
        } else if (*c.at == '(' && value->class_type == MAT_C_STRUCT) {
            c.at++;
            if (!subscripts(&c, ')', index, &count) || !linear(&c, value, index, count, &element))
                return NULL;
        } else if (*c.at == '.' && field && several(value, element) &&
                   c.at[1 + strcspn(c.at + 1, ".{(")] == '\0') {
            *field = c.at + 1;
            return value;
        } else if (*c.at == '.') {
            value = into_structure(&c, value, element);
            element = NO_ELEMENT;
        } else {
            misfit(&c, "expected {, (, . or the end");
            return NULL;
        }
    }
    if (value && element != NO_ELEMENT && nd_mat_elements(value) > 1) {
        misfit(&c, "expected a field after the element");
        return NULL;
    }
    return value;
}

matvar_t *nd_mat_find(nd_mat *mat, const char *expression, nd_error *error) {
    return nd_mat_find_all(mat, expression, NULL, error);
}

/* --- numbers and texts --- */

bool nd_mat_load(nd_mat *mat, matvar_t *value, const char *name, nd_error *error) {
    if (!value->data && Mat_VarReadDataAll(mat->file, value) != 0)
        return nd_fail(error, mat->path, "save it anew in MATLAB", "%s cannot be read", name);
    return value->data || nd_fail(error, mat->path, "", "%s holds nothing", name);
}

void nd_mat_unload(matvar_t *value) {
    if (value->class_type >= MAT_C_DOUBLE && value->class_type <= MAT_C_UINT64 &&
        !value->isComplex) {
        free(value->data);
        value->data = NULL;
    }
}

static double element_of(const void *data, enum matio_types type, size_t i) {
    switch (type) {
    case MAT_T_DOUBLE:
        return ((const double *)data)[i];
    case MAT_T_SINGLE:
        return ((const float *)data)[i];
    case MAT_T_INT8:
        return ((const int8_t *)data)[i];
    case MAT_T_UINT8:
        return ((const uint8_t *)data)[i];
    case MAT_T_INT16:
        return ((const int16_t *)data)[i];
    case MAT_T_UINT16:
        return ((const uint16_t *)data)[i];
    case MAT_T_INT32:
        return ((const int32_t *)data)[i];
    case MAT_T_UINT32:
        return ((const uint32_t *)data)[i];
    case MAT_T_INT64:
        return (double)((const int64_t *)data)[i];
    case MAT_T_UINT64:
        return (double)((const uint64_t *)data)[i];
    default:
        return 0.0;
    }
}

double nd_mat_element(const matvar_t *value, size_t index) {
    return element_of(value->data, value->data_type, index);
}

static bool fill_sparse(const matvar_t *value, double *numbers) {
    const mat_sparse_t *sparse = value->data;
    size_t rows = value->dims[0], columns = value->dims[1];
    if (!sparse->ir || !sparse->jc || !sparse->data || sparse->njc != columns + 1)
        return false;
    for (size_t c = 0; c < columns; c++)
        for (size_t k = sparse->jc[c]; k < sparse->jc[c + 1]; k++) {
            if (k >= sparse->ndata || k >= sparse->nir || sparse->ir[k] >= rows)
                return false;
            numbers[c * rows + sparse->ir[k]] = element_of(sparse->data, value->data_type, k);
        }
    return true;
}

const char *nd_mat_kind(const matvar_t *value) {
    if (!value || nd_mat_empty(value))
        return value && value->class_type == MAT_C_EMPTY && value->dims && nd_mat_elements(value)
                   ? "of a class that is not understood"
                   : "empty";
    if (value->isComplex)
        return "complex numbers";
    switch (value->class_type) {
    case MAT_C_CELL:
        return "a cell array";
    case MAT_C_STRUCT:
        return "a structure";
    case MAT_C_CHAR:
        return "text";
    case MAT_C_SPARSE:
        return "a sparse matrix";
    case MAT_C_OBJECT:
    case MAT_C_OPAQUE:
    case MAT_C_FUNCTION:
        return "an object (a table, timetable, string or handle), which only MATLAB reads";
    default:
        return nd_mat_numeric(value) ? "numbers" : "of a class that is not understood";
    }
}

bool nd_mat_refuse(const nd_mat *mat, const matvar_t *value, const char *name, const char *expected,
                   nd_error *error) {
    char shape[96] = "";
    if (value && !nd_mat_empty(value))
        nd_mat_shape_text(value, shape, sizeof shape);
    return nd_fail(error, mat->path, "name another, or save it in MATLAB as a matrix of doubles",
                   "%s is %s%s%s; expected %s", name, nd_mat_kind(value), shape[0] ? ", " : "",
                   shape, expected);
}

double *nd_mat_numbers(nd_mat *mat, matvar_t *value, const char *name, nd_error *error) {
    char shape[96];
    if (!nd_mat_numeric(value) || value->isComplex) {
        nd_mat_refuse(mat, value, name, "an array of real numbers", error);
        return NULL;
    }
    if (!nd_mat_load(mat, value, name, error))
        return NULL;
    size_t count = nd_mat_elements(value);
    double *numbers = nd_doubles(count, error);
    if (!numbers)
        return NULL;
    bool fine = true;
    if (value->class_type == MAT_C_SPARSE)
        fine = value->rank == 2 && fill_sparse(value, numbers);
    else if (value->nbytes < count * Mat_SizeOf(value->data_type))
        fine = false;
    else
        for (size_t i = 0; i < count; i++)
            numbers[i] = nd_mat_element(value, i);
    if (fine)
        return numbers;
    free(numbers);
    nd_fail(error, mat->path, "save it anew in MATLAB", "%s (%s) is damaged", name,
            nd_mat_shape_text(value, shape, sizeof shape));
    return NULL;
}

bool nd_mat_text(nd_mat *mat, matvar_t *value, char *text, size_t size) {
    text[0] = '\0';
    if (!value || value->class_type != MAT_C_CHAR || nd_mat_empty(value) ||
        !nd_mat_load(mat, value, "text", NULL))
        return false;
    size_t count = nd_mat_elements(value), at = 0;
    size_t wide = value->data_type == MAT_T_UINT16 || value->data_type == MAT_T_UTF16 ? 2 : 1;
    if (value->nbytes < count * wide)
        return false;
    for (size_t i = 0; i < count && at + 1 < size; i++) {
        unsigned letter =
            wide == 2 ? ((const uint16_t *)value->data)[i] : ((const uint8_t *)value->data)[i];
        text[at++] = letter >= 32 && letter < 127 ? (char)letter : '?';
    }
    text[at] = '\0';
    return true;
}
