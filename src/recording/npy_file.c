#include "recording/npy_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/pickle.h"
#include "recording/raw_number.h"

enum { MOST_HEADER = 1 << 16, BLOCK_BYTES = 32 << 20, MOST_PICKLE = 512 << 20 };

static bool is_npy(const unsigned char *head, size_t length) {
    return length >= 10 && memcmp(head, "\x93NUMPY", 6) == 0;
}

void nd_npy_close(nd_npy *array) {
    if (!array)
        return;
    if (array->file >= 0)
        close(array->file);
    free(array->objects);
    free(array->path);
    free(array);
}

/* --- bytes --- */

/* The next bytes from `offset` on, fewer at the end. */
static size_t read_bytes(const nd_npy *array, size_t offset, void *bytes, size_t size) {
    size_t got = 0;
    if (array->source.read)
        return array->source.read(array->source.context, offset, bytes, size);
    while (got < size) {
        ssize_t some = pread(array->file, (char *)bytes + got, size - got, (off_t)(offset + got));
        if (some <= 0)
            break;
        got += (size_t)some;
    }
    return got;
}

/* --- header --- */

/* What follows 'key': in the header, a Python dictionary. */
static const char *entry(const char *header, const char *key) {
    const char *at = strstr(header, key);
    if (!at)
        return NULL;
    at += strlen(key);
    at += strspn(at, "'\": ");
    return at;
}

static bool parse_type(nd_npy *array, const char *type) {
    if (strlen(type) < 4) /* "<f8'" */
        return false;
    if (strchr("<>|=", type[0]))
        array->swapped = type[0] == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '>' : '<');
    else
        return false;
    array->kind = type[1];
    if (array->kind == 'O')
        return true;
    char *end;
    array->size = strtoul(type + 2, &end, 10);
    bool whole = strchr("iu", array->kind) &&
                 (array->size == 1 || array->size == 2 || array->size == 4 || array->size == 8);
    bool real = array->kind == 'f' && (array->size == 4 || array->size == 8);
    bool truth = array->kind == 'b' && array->size == 1;
    return (whole || real || truth) && (*end == '\'' || *end == '"');
}

/* What a type that is not read is, in words. */
static const char *kind_of(const char *type) {
    if (type[0] == '[')
        return "records of several fields (a structured array)";
    switch (type[0] ? type[1] : '\0') {
    case 'O':
        return "Python objects (a pickle)";
    case 'c':
        return "complex numbers";
    case 'U':
    case 'S':
        return "texts";
    case 'M':
    case 'm':
        return "dates or spans of time";
    default:
        return "numbers of an unknown kind";
    }
}

static bool parse_shape(nd_npy *array, const char *shape) {
    array->count = 1;
    if (*shape != '(')
        return false;
    for (shape++; *shape != ')';) {
        char *end;
        unsigned long long extent = strtoull(shape, &end, 10);
        if (end == shape || array->rank == ND_NPY_MOST_RANK ||
            __builtin_mul_overflow(array->count, (size_t)extent, &array->count))
            return false;
        array->dims[array->rank++] = extent;
        shape = end + strspn(end, ", ");
    }
    return array->rank > 0 || array->kind == 'O';
}

/* Fills what the header says, and where the numbers begin. */
static bool parse_header(nd_npy *array, nd_error *error) {
    unsigned char head[12];
    size_t got = read_bytes(array, 0, head, sizeof head);
    if (got < 10)
        return nd_fail(error, array->path, "copy it again", "ends in its header");
    if (!is_npy(head, got))
        return nd_fail(error, array->path, "give a file that np.save wrote", "is no .npy of NumPy");
    bool large = head[6] >= 2;
    size_t length = head[8] | (size_t)head[9] << 8;
    if (large)
        length |= (size_t)head[10] << 16 | (size_t)head[11] << 24;
    array->offset = (large ? 12 : 10) + length;
    char *header = length < MOST_HEADER ? calloc(length + 1, 1) : NULL;
    if (!header || read_bytes(array, large ? 12 : 10, header, length) != length) {
        free(header);
        return nd_fail(error, array->path, "copy it again", "ends in its header");
    }
    const char *type = entry(header, "'descr'"), *order = entry(header, "'fortran_order'"),
               *shape = entry(header, "'shape'");
    bool fine = type && parse_type(array, type);
    if (!fine)
        nd_fail(error, array->path, "save it with np.save as an array of real or whole numbers",
                "holds %s, which is not read", kind_of(type ? type : ""));
    else if (!order || !shape || !parse_shape(array, shape))
        fine = nd_fail(error, array->path, "save it with one to three dimensions",
                       "has a shape that is not read");
    array->fortran = fine && strncmp(order, "True", 4) == 0;
    free(header);
    return fine;
}

/* --- opening --- */

/* The numbers of an array of objects, such as track2p's tables with None where a cell was lost. */
static bool take_objects(nd_npy *array, nd_error *error) {
    nd_buffer buffer = {0};
    const unsigned char *bytes = NULL;
    size_t length = 0, rows = 0, columns = 0;
    nd_pickle *pickle = NULL;
    bool fine = nd_npy_pickle(array->path, &buffer, &bytes, &length, error) &&
                (pickle = nd_pickle_read(bytes, length, array->path, error));
    bool numbers = fine && array->rank <= 2 &&
                   nd_pickle_numbers(pickle, nd_pickle_root(pickle), &array->objects, &rows,
                                     &columns, error) &&
                   rows * columns == array->count && rows == nd_npy_extent(array, 0);
    if (fine && !numbers)
        fine =
            nd_fail(error, array->path, "save it with np.save as an array of real or whole numbers",
                    "holds Python objects that are no numbers (a pickle), which is not read");
    nd_pickle_free(pickle);
    nd_buffer_free(&buffer);
    return fine;
}

/* Checks what the header says against the `size` bytes that there are. */
static bool take_header(nd_npy *array, size_t size, nd_error *error) {
    size_t bytes;
    if (!parse_header(array, error))
        return false;
    if (array->kind != 'O' && (__builtin_mul_overflow(array->count, array->size, &bytes) ||
                               bytes > size || array->offset > size - bytes))
        return nd_fail(error, array->path, "copy it again; it is cut short",
                       "holds %zu bytes; its %zu numbers need more", size, array->count);
    return array->count > 0 || nd_fail(error, array->path, "", "is empty");
}

nd_npy *nd_npy_open(const char *path, nd_error *error) {
    nd_npy *array = nd_array(1, sizeof *array, error);
    if (!array)
        return NULL;
    array->file = nd_open_regular(path, error);
    array->path = nd_text(path, error);
    struct stat about = {0};
    bool fine = array->path && array->file >= 0;
    if (fine && fstat(array->file, &about) != 0)
        fine = nd_fail_errno(error, path, "correct the path in the manifest", "cannot be read");
    fine = fine && take_header(array, (size_t)about.st_size, error) &&
           (array->kind != 'O' || take_objects(array, error));
    if (fine)
        return array;
    nd_npy_close(array);
    return NULL;
}

nd_npy *nd_npy_open_source(const char *name, nd_npy_source source, nd_error *error) {
    nd_npy *array = nd_array(1, sizeof *array, error);
    if (!array)
        return NULL;
    array->file = -1;
    array->source = source;
    array->path = nd_text(name, error);
    bool fine = array->path && take_header(array, source.length, error);
    if (fine && array->kind == 'O')
        fine = nd_fail(error, name, "save it as an array of real or whole numbers",
                       "holds %s, which is not read", kind_of("|O"));
    if (fine)
        return array;
    nd_npy_close(array);
    return NULL;
}

bool nd_npy_pickle(const char *path, nd_buffer *buffer, const unsigned char **pickle,
                   size_t *length, nd_error *error) {
    if (!nd_read_file(path, MOST_PICKLE, buffer, error))
        return false;
    size_t offset = 0;
    const unsigned char *head = buffer->bytes;
    if (is_npy(head, buffer->length)) {
        bool large = head[6] >= 2 && buffer->length >= 12;
        offset = (large ? 12 : 10) + (head[8] | (size_t)head[9] << 8);
        if (large)
            offset += (size_t)head[10] << 16 | (size_t)head[11] << 24;
    }
    if (offset >= buffer->length)
        return nd_fail(error, path, "copy it again", "ends in its header");
    *pickle = buffer->bytes + offset;
    *length = buffer->length - offset;
    return true;
}

/* --- numbers --- */

bool nd_npy_read(const nd_npy *array, size_t first, size_t count, double *values, nd_error *error) {
    if (array->objects) {
        memcpy(values, array->objects + first, count * sizeof *values);
        return true;
    }
    size_t bytes = count * array->size;
    unsigned char *raw = nd_array(bytes, 1, error);
    if (!raw)
        return false;
    size_t got = read_bytes(array, array->offset + first * array->size, raw, bytes);
    for (size_t i = 0; got == bytes && i < count; i++)
        values[i] = nd_raw_number(array->kind, array->size, array->swapped, raw + i * array->size);
    free(raw);
    return got == bytes ||
           nd_fail(error, array->path, "copy it again", "ends too early, or cannot be unpacked");
}

size_t nd_npy_extent(const nd_npy *array, int dimension) {
    return dimension < array->rank ? array->dims[dimension] : 1;
}

double *nd_npy_all(const nd_npy *array, nd_error *error) {
    size_t rows = nd_npy_extent(array, 0), columns = nd_npy_extent(array, 1);
    size_t depth = nd_npy_extent(array, 2);
    bool turned = array->fortran && !array->objects; /* those stand in order already */
    double *raw = nd_doubles(array->count, error);
    double *values = raw ? nd_doubles(array->count, error) : NULL;
    bool fine = values && nd_npy_read(array, 0, array->count, raw, error);
    for (size_t i = 0, at = 0; fine && i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            for (size_t k = 0; k < depth; k++, at++)
                values[at] = raw[turned ? i + rows * (j + columns * k) : at];
    free(raw);
    if (fine)
        return values;
    free(values);
    return NULL;
}

bool nd_npy_pour(const nd_npy *array, size_t first_row, size_t columns, nd_sink *sink,
                 nd_error *error) {
    /* In the file, whole slices along one dimension lie together. */
    bool turned = array->fortran && !array->objects;
    size_t rows = nd_npy_extent(array, 0), all = nd_npy_extent(array, 1);
    size_t width = turned ? rows : all, slices = turned ? columns : rows;
    size_t block = BLOCK_BYTES / sizeof(double) / width;
    block = block == 0 ? 1 : block > slices ? slices : block;
    double *values = nd_doubles(block * width, error);
    bool fine = values != NULL;
    for (size_t s = 0; fine && s < slices; s += block) {
        size_t count = slices - s < block ? slices - s : block;
        fine = nd_npy_read(array, s * width, count * width, values, error) &&
               (turned ? nd_sink_tile(sink, first_row, rows, s, count, values, 1, width, error)
                       : nd_sink_tile(sink, first_row + s, count, 0, columns, values, width, 1,
                                      error));
    }
    free(values);
    return fine;
}
