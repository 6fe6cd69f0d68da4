#include "recording/format.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"

enum { MOST_RANK = 3, MOST_HEADER = 1 << 16, BLOCK_BYTES = 32 << 20 };

/* An open .npy file: its header read, its numbers not. */
typedef struct npy {
    char *path;
    int file, rank;
    size_t dims[MOST_RANK], count, size, offset; /* size: bytes of a number; offset: of the first */
    char kind;                                   /* f i u b */
    bool swapped, fortran;
} npy;

static bool recognises(const char *path, const unsigned char *head, size_t length) {
    (void)path;
    return length >= 10 && memcmp(head, "\x93NUMPY", 6) == 0;
}

static void close_npy(void *file) {
    npy *array = file;
    if (!array)
        return;
    if (array->file >= 0)
        close(array->file);
    free(array->path);
    free(array);
}

/* What follows 'key': in the header, a Python dictionary. */
static const char *entry(const char *header, const char *key) {
    const char *at = strstr(header, key);
    if (!at)
        return NULL;
    at += strlen(key);
    at += strspn(at, "'\": ");
    return at;
}

static bool parse_type(npy *array, const char *type) {
    if (strlen(type) < 4) /* "<f8'" */
        return false;
    if (strchr("<>|=", type[0]))
        array->swapped = type[0] == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '>' : '<');
    else
        return false;
    array->kind = type[1];
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

static bool parse_shape(npy *array, const char *shape) {
    array->count = 1;
    if (*shape != '(')
        return false;
    for (shape++; *shape != ')';) {
        char *end;
        unsigned long long extent = strtoull(shape, &end, 10);
        if (end == shape || array->rank == MOST_RANK ||
            __builtin_mul_overflow(array->count, (size_t)extent, &array->count))
            return false;
        array->dims[array->rank++] = extent;
        shape = end + strspn(end, ", ");
    }
    return array->rank > 0;
}

static bool parse_header(npy *array, nd_error *error) {
    unsigned char head[12];
    if (pread(array->file, head, sizeof head, 0) < 10)
        return nd_fail(error, array->path, "copy it again", "ends in its header");
    bool large = head[6] >= 2;
    size_t length = head[8] | (size_t)head[9] << 8;
    if (large)
        length |= (size_t)head[10] << 16 | (size_t)head[11] << 24;
    array->offset = (large ? 12 : 10) + length;
    char *header = length < MOST_HEADER ? calloc(length + 1, 1) : NULL;
    if (!header || pread(array->file, header, length, large ? 12 : 10) != (ssize_t)length) {
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

static void *open_npy(const char *path, const nd_selector *selector, const nd_link_rules *links,
                      nd_error *error) {
    (void)selector;
    (void)links;
    npy *array = nd_array(1, sizeof *array, error);
    if (!array)
        return NULL;
    array->file = open(path, O_RDONLY | O_CLOEXEC);
    array->path = nd_text(path, error);
    struct stat about = {0};
    bool fine = array->path != NULL;
    if (fine && (array->file < 0 || fstat(array->file, &about) != 0))
        fine = nd_fail_errno(error, path, "correct the path in the manifest", "cannot be read");
    fine = fine && parse_header(array, error);
    size_t bytes;
    if (fine && (__builtin_mul_overflow(array->count, array->size, &bytes) ||
                 bytes > (size_t)about.st_size || array->offset > (size_t)about.st_size - bytes))
        fine = nd_fail(error, path, "copy it again; it is cut short",
                       "holds %lld bytes; its %zu numbers need more", (long long)about.st_size,
                       array->count);
    if (fine && array->count == 0)
        fine = nd_fail(error, path, "", "is empty");
    if (fine)
        return array;
    close_npy(array);
    return NULL;
}

static double number_at(const npy *array, const unsigned char *at) {
    uint64_t bits = 0;
    for (size_t b = 0; b < array->size; b++) /* the most significant byte first */
        bits =
            bits << 8 |
            at[array->swapped == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) ? b
                                                                             : array->size - 1 - b];
    if (array->kind == 'f' && array->size == 4) {
        uint32_t half = (uint32_t)bits;
        float value;
        memcpy(&value, &half, sizeof value);
        return value;
    }
    if (array->kind == 'f') {
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    if (array->kind == 'i' && array->size > 0) { /* extend the sign */
        unsigned shift = 64 - 8 * (unsigned)array->size;
        return (double)((int64_t)(bits << shift) >> shift);
    }
    return (double)bits;
}

/* Numbers first .. first + count - 1, in the file's order. */
static bool read_numbers(const npy *array, size_t first, size_t count, double *values,
                         nd_error *error) {
    size_t bytes = count * array->size, got = 0;
    unsigned char *raw = nd_array(bytes, 1, error);
    if (!raw)
        return false;
    while (got < bytes) {
        off_t from = (off_t)(array->offset + first * array->size + got);
        ssize_t some = pread(array->file, raw + got, bytes - got, from);
        if (some <= 0)
            break;
        got += (size_t)some;
    }
    for (size_t i = 0; got == bytes && i < count; i++)
        values[i] = number_at(array, raw + i * array->size);
    free(raw);
    return got == bytes || nd_fail(error, array->path, "copy it again", "ends too early");
}

static size_t extent(const npy *array, int dimension) {
    return dimension < array->rank ? array->dims[dimension] : 1;
}

static bool npy_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                       bool *found, nd_error *error) {
    const npy *array = file;
    *found = selector->file != NULL; /* a file of one array means what it is given for */
    if (!*found)
        return true;
    size_t rows = extent(array, 0), columns = extent(array, 1), depth = extent(array, 2);
    double *raw = nd_doubles(array->count, error);
    series->values = raw ? nd_doubles(array->count, error) : NULL;
    bool fine = series->values && read_numbers(array, 0, array->count, raw, error);
    for (size_t i = 0, at = 0; fine && i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            for (size_t k = 0; k < depth; k++, at++)
                series->values[at] = raw[array->fortran ? i + rows * (j + columns * k) : at];
    free(raw);
    series->rows = rows;
    series->columns = columns;
    series->depth = depth;
    snprintf(series->name, sizeof series->name, "the array");
    return fine && (role == ND_ROLE_RATE_MAPS || role == ND_ROLE_OCCUPANCY ||
                    nd_series_select(series, selector, array->path, error));
}

static bool npy_activity(void *file, const nd_selector *selector, const nd_selector *const *others,
                         nd_activity *activity, nd_error *error) {
    const npy *array = file;
    (void)selector;
    (void)others;
    if (array->rank > 2)
        return nd_fail(error, array->path, "", "has %d dimensions; expected frames by cells",
                       array->rank);
    activity->rows = extent(array, 0);
    activity->columns = extent(array, 1);
    activity->honoured = ND_PART_COLUMNS | ND_PART_ORIENTATION;
    snprintf(activity->name, sizeof activity->name, "the array");
    return true;
}

static bool npy_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                     nd_sink *sink, const nd_clock *clock, nd_error *error) {
    const npy *array = file;
    (void)clock;
    (void)activity;
    (void)selector;
    /* In the file, whole slices along one dimension lie together. */
    size_t slices = array->fortran ? extent(array, 1) : extent(array, 0);
    size_t width = array->count / slices, block = BLOCK_BYTES / sizeof(double) / width;
    if (block == 0)
        block = 1;
    if (block > slices)
        block = slices;
    double *values = nd_doubles(block * width, error);
    bool fine = values != NULL;
    for (size_t s = 0; fine && s < slices; s += block) {
        size_t count = slices - s < block ? slices - s : block;
        fine = read_numbers(array, s * width, count * width, values, error) &&
               (array->fortran ? nd_sink_tile(sink, 0, width, s, count, values, 1, width, error)
                               : nd_sink_tile(sink, s, count, 0, width, values, width, 1, error));
    }
    free(values);
    return fine;
}

static bool npy_scan(void *file, nd_findings *findings, nd_error *error) {
    const npy *array = file;
    size_t rows = extent(array, 0), columns = extent(array, 1);
    nd_role best =
        array->rank == 2 && rows > 3 && columns > 3 ? ND_ROLE_ACTIVITY : ND_ROLE_POSITION;
    int sure = 1;
    for (int role = 0; role <= ND_ROLE_TIMES; role++) { /* by the file's name, else by the shape */
        int likeness = nd_role_likeness((nd_role)role, nd_base_name(array->path));
        if (likeness > 0 && likeness >= sure) {
            best = (nd_role)role;
            sure = likeness;
        }
    }
    if (array->rank == 1)
        return nd_findings_add(findings, best, sure, "", error, "array of %zu", rows);
    if (array->rank == 3)
        return nd_findings_add(findings, best, sure, "", error, "array of %zu x %zu x %zu", rows,
                               columns, extent(array, 2));
    return nd_findings_add(findings, best, sure, "", error, "array of %zu x %zu", rows, columns);
}

const nd_format nd_format_numpy = {
    .name = "NumPy",
    .single = true,
    .no_position = "",
    .honours = {[ND_ROLE_ACTIVITY] = ~(uint32_t)(ND_PART_NAME | ND_PART_AREA | ND_PART_SKIP_ROWS),
                [ND_ROLE_POSITION] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_POSITION_Y] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_SPEED] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_DIRECTION] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_TRIALS] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_IDS] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_REGISTRATION] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_KEEP] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_RATE_MAPS] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS),
                [ND_ROLE_OCCUPANCY] = ~(uint32_t)(ND_PART_NAME | ND_PART_SKIP_ROWS)},
    .recognises = recognises,
    .open = open_npy,
    .close = close_npy,
    .series = npy_series,
    .activity = npy_activity,
    .pour = npy_pour,
    .scan = npy_scan,
};
