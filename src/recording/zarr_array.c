#include "recording/zarr_array.h"

#ifdef ND_HAVE_ZARR

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "recording/raw_number.h"

enum { MOST_METADATA = 16 << 20, DEEPEST_JSON = 32 };
static const size_t MOST_CHUNK_BYTES = (size_t)1 << 30;

static bool has(const char *folder, const char *name) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, R_OK) == 0;
}

/* --- JSON --- */

/* The metadata in FOLDER/NAME; NULL with `error` filled. */
static json_object *read_json(const char *folder, const char *name, nd_error *error) {
    char path[4200];
    nd_buffer text = {0};
    json_object *root = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    json_tokener *reader = json_tokener_new_ex(DEEPEST_JSON);
    if (nd_read_file(path, MOST_METADATA, &text, error) && reader)
        root = json_tokener_parse_ex(reader, (const char *)text.bytes, (int)text.length);
    if (!json_object_is_type(root, json_type_object)) {
        if (text.bytes)
            nd_fail(error, path, "copy it again", "is no JSON object, as Zarr's metadata are");
        json_object_put(root);
        root = NULL;
    }
    if (reader)
        json_tokener_free(reader);
    nd_buffer_free(&text);
    return root;
}

static json_object *member(json_object *object, const char *name) {
    json_object *found = NULL;
    return json_object_is_type(object, json_type_object) &&
                   json_object_object_get_ex(object, name, &found)
               ? found
               : NULL;
}

static const char *word(json_object *object, const char *name) {
    json_object *found = member(object, name);
    return json_object_is_type(found, json_type_string) ? json_object_get_string(found) : "";
}

static bool take_extents(json_object *list, int *rank, size_t extent[ND_ZARR_MOST_RANK]) {
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    *rank = (int)count;
    if (count < 1 || count > ND_ZARR_MOST_RANK)
        return false;
    for (size_t d = 0; d < count; d++) {
        json_object *one = json_object_array_get_idx(list, d);
        int64_t number = json_object_is_type(one, json_type_int) ? json_object_get_int64(one) : 0;
        if (number < 1 || number > INT64_C(1) << 40)
            return false;
        extent[d] = (size_t)number;
    }
    return true;
}

/* --- metadata --- */

static bool refuse(const nd_zarr *array, const char *what, const char *name, nd_error *error) {
    return nd_fail(error, array->path,
                   "write it again with zlib, zstd, blosc or no compressor, and no filters",
                   "%s '%.60s' is not read", what, name);
}

static bool odd(const nd_zarr *array, const char *what, nd_error *error) {
    return nd_fail(error, array->path, "copy it again", "its metadata have no %s that is read",
                   what);
}

static void take_fill(nd_zarr *array, json_object *fill) {
    if (json_object_is_type(fill, json_type_double) || json_object_is_type(fill, json_type_int))
        array->fill = json_object_get_double(fill);
    else if (json_object_is_type(fill, json_type_string))
        array->fill = NAN; /* "NaN", and infinities, which no recording means */
}

static void take_dimensions(nd_zarr *array, json_object *names) {
    for (int d = 0; d < array->rank && json_object_is_type(names, json_type_array); d++) {
        json_object *one = json_object_array_get_idx(names, (size_t)d);
        if (json_object_is_type(one, json_type_string))
            snprintf(array->dimension[d], sizeof array->dimension[d], "%.60s",
                     json_object_get_string(one));
    }
}

/* "<f8" of version 2. */
static bool take_type_2(nd_zarr *array, const char *type, nd_error *error) {
    if (strlen(type) == 3) {
        array->kind = type[1];
        array->size = (size_t)(type[2] - '0');
        array->swapped = type[0] == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '>' : '<');
    }
    return nd_raw_number_known(array->kind, array->size) || refuse(array, "the type", type, error);
}

/* "float64", "uint16", "bool" of version 3. */
static bool take_type_3(nd_zarr *array, const char *type, nd_error *error) {
    const char *digits = type + strcspn(type, "0123456789");
    array->kind = type[0];
    array->size = strcmp(type, "bool") == 0 ? 1 : strtoul(digits, NULL, 10) / 8;
    return (nd_raw_number_known(array->kind, array->size) &&
            (strncmp(type, "float", 5) == 0 || strncmp(type, "int", 3) == 0 ||
             strncmp(type, "uint", 4) == 0 || array->kind == 'b')) ||
           refuse(array, "the type", type, error);
}

static bool read_version_2(nd_zarr *array, nd_error *error) {
    json_object *root = read_json(array->path, ".zarray", error);
    json_object *compressor = member(root, "compressor"), *filters = member(root, "filters");
    int chunk_rank = 0;
    if (!root)
        return false;
    const char *separator = word(root, "dimension_separator"), *id = word(compressor, "id");
    array->separator = separator[0] == '/' ? '/' : '.';
    array->fortran = word(root, "order")[0] == 'F';
    bool fine = (take_extents(member(root, "shape"), &array->rank, array->shape) &&
                 take_extents(member(root, "chunks"), &chunk_rank, array->chunk) &&
                 chunk_rank == array->rank) ||
                odd(array, "shape and chunks", error);
    fine = fine && take_type_2(array, word(root, "dtype"), error);
    if (fine && json_object_is_type(filters, json_type_array) &&
        json_object_array_length(filters) > 0)
        fine =
            refuse(array, "the filter", word(json_object_array_get_idx(filters, 0), "id"), error);
    if (fine && compressor && !nd_zarr_codec_of(id, &array->codec))
        fine = refuse(array, "the compressor", id, error);
    take_fill(array, member(root, "fill_value"));
    json_object_put(root);
    json_object *attributes =
        fine && has(array->path, ".zattrs") ? read_json(array->path, ".zattrs", NULL) : NULL;
    take_dimensions(array, member(attributes, "_ARRAY_DIMENSIONS"));
    json_object_put(attributes);
    return fine;
}

/* Codecs one after the other: bytes, then at most one that packs, then at most a checksum. */
static bool take_codecs(nd_zarr *array, json_object *list, nd_error *error) {
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    bool bytes = false, fine = count > 0 || odd(array, "codecs", error);
    for (size_t k = 0; fine && k < count; k++) {
        json_object *one = json_object_array_get_idx(list, k);
        json_object *configuration = member(one, "configuration");
        const char *name = word(one, "name");
        bool last = k + 1 == count;
        if (!bytes && strcmp(name, "bytes") == 0) {
            bytes = true;
            bool big = strcmp(word(configuration, "endian"), "big") == 0;
            array->swapped = big == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
        } else if (strcmp(name, "sharding_indexed") == 0) {
            fine = nd_fail(error, array->path, "write it again without shards",
                           "its chunks are shards ('sharding_indexed'), which are not read");
        } else if (bytes && last && strcmp(name, "crc32c") == 0) {
            array->checked = true;
        } else if (!bytes || array->codec != ND_ZARR_RAW ||
                   !nd_zarr_codec_of(name, &array->codec)) {
            fine = refuse(array, "the codec", name, error);
        }
    }
    return fine && (bytes || odd(array, "codec 'bytes'", error));
}

static bool read_version_3(nd_zarr *array, nd_error *error) {
    json_object *root = read_json(array->path, "zarr.json", error);
    int chunk_rank = 0;
    if (!root)
        return false;
    json_object *grid = member(root, "chunk_grid"), *keys = member(root, "chunk_key_encoding");
    const char *separator = word(member(keys, "configuration"), "separator");
    bool old_keys = strcmp(word(keys, "name"), "v2") == 0;
    array->version = old_keys ? 2 : 3;
    array->separator = separator[0] ? separator[0] : old_keys ? '.' : '/';
    bool fine = strcmp(word(root, "node_type"), "array") == 0 || odd(array, "array", error);
    fine = fine && (strcmp(word(grid, "name"), "regular") == 0 ||
                    refuse(array, "the grid of chunks", word(grid, "name"), error));
    fine = fine &&
           ((take_extents(member(root, "shape"), &array->rank, array->shape) &&
             take_extents(member(member(grid, "configuration"), "chunk_shape"), &chunk_rank,
                          array->chunk) &&
             chunk_rank == array->rank) ||
            odd(array, "shape and chunks", error)) &&
           take_type_3(array, word(root, "data_type"), error) &&
           take_codecs(array, member(root, "codecs"), error);
    take_fill(array, member(root, "fill_value"));
    if (fine)
        take_dimensions(array, member(root, "dimension_names"));
    json_object_put(root);
    return fine;
}

bool nd_zarr_is_array(const char *path) {
    if (has(path, ".zarray"))
        return true;
    if (!has(path, "zarr.json"))
        return false;
    json_object *root = read_json(path, "zarr.json", NULL);
    bool array = strcmp(word(root, "node_type"), "array") == 0;
    json_object_put(root);
    return array;
}

nd_zarr *nd_zarr_open(const char *path, nd_error *error) {
    nd_zarr *array = nd_array(1, sizeof *array, error);
    if (!array)
        return NULL;
    array->path = nd_text(path, error);
    bool old = has(path, ".zarray");
    array->version = old ? 2 : 3;
    bool fine = array->path && (old ? read_version_2(array, error) : read_version_3(array, error));
    size_t bytes = array->size;
    for (int d = 0; fine && d < array->rank; d++)
        if (__builtin_mul_overflow(bytes, array->chunk[d], &bytes) || bytes > MOST_CHUNK_BYTES)
            fine = nd_fail(error, path, "write it again with smaller chunks",
                           "a chunk is larger than 1 GB");
    if (fine)
        return array;
    nd_zarr_close(array);
    return NULL;
}

void nd_zarr_close(nd_zarr *array) {
    if (array)
        free(array->path);
    free(array);
}

/* --- numbers --- */

size_t nd_zarr_extent(const nd_zarr *array, int dimension) {
    return dimension < array->rank ? array->shape[dimension] : 1;
}

size_t nd_zarr_chunk_count(const nd_zarr *array) {
    size_t count = 1;
    for (int d = 0; d < array->rank; d++)
        count *= array->chunk[d];
    return count;
}

/* The chunk's file, under the array's folder. */
static void chunk_path(const nd_zarr *array, const size_t *index, char *path, size_t size) {
    int used = snprintf(path, size, "%s/%s", array->path, array->version == 3 ? "c" : "");
    for (int d = 0; d < array->rank; d++) {
        bool first = d == 0 && array->version == 2;
        used += snprintf(path + used, size - (size_t)used, "%.*s%zu", first ? 0 : 1,
                         &array->separator, index[d]);
    }
}

bool nd_zarr_chunk(const nd_zarr *array, const size_t index[ND_ZARR_MOST_RANK], double *values,
                   nd_error *error) {
    char path[4300];
    size_t count = nd_zarr_chunk_count(array), bytes = count * array->size;
    nd_buffer packed = {0};
    if (strlen(array->path) > 4096)
        return nd_fail(error, array->path, "", "the path is too long");
    chunk_path(array, index, path, sizeof path);
    if (access(path, F_OK) != 0) { /* all of it is what stands for nothing */
        for (size_t i = 0; i < count; i++)
            values[i] = array->fill;
        return true;
    }
    unsigned char *raw = nd_array(bytes, 1, error);
    bool fine = raw && nd_read_file(path, MOST_CHUNK_BYTES, &packed, error);
    size_t tail = array->checked ? 4 : 0;
    if (fine && packed.length < tail)
        fine = nd_fail(error, path, "copy it again", "ends too early");
    fine = fine && nd_zarr_unpack(array->codec, packed.bytes, packed.length - tail, raw, bytes,
                                  path, error);
    size_t c0 = array->chunk[0], c1 = array->rank > 1 ? array->chunk[1] : 1;
    size_t c2 = array->rank > 2 ? array->chunk[2] : 1;
    for (size_t i = 0; fine && i < count; i++) {
        size_t z = i % c2, y = i / c2 % c1, x = i / c2 / c1;
        size_t from = array->fortran ? x + c0 * (y + c1 * z) : i;
        values[i] =
            nd_raw_number(array->kind, array->size, array->swapped, raw + from * array->size);
    }
    free(raw);
    nd_buffer_free(&packed);
    return fine;
}

double *nd_zarr_all(const nd_zarr *array, nd_error *error) {
    size_t n[ND_ZARR_MOST_RANK], c[ND_ZARR_MOST_RANK], all = 1, index[ND_ZARR_MOST_RANK] = {0};
    bool fine = true;
    for (int d = 0; d < ND_ZARR_MOST_RANK; d++) {
        n[d] = nd_zarr_extent(array, d);
        c[d] = d < array->rank ? array->chunk[d] : 1;
        fine = fine && !__builtin_mul_overflow(all, n[d], &all);
    }
    double *values = fine ? nd_doubles(all, error) : NULL;
    double *chunk = values ? nd_doubles(nd_zarr_chunk_count(array), error) : NULL;
    fine = chunk != NULL;
    for (index[0] = 0; fine && index[0] * c[0] < n[0]; index[0]++)
        for (index[1] = 0; fine && index[1] * c[1] < n[1]; index[1]++)
            for (index[2] = 0; fine && index[2] * c[2] < n[2]; index[2]++) {
                fine = nd_zarr_chunk(array, index, chunk, error);
                for (size_t i = 0; fine && i < c[0] * c[1] * c[2]; i++) {
                    size_t x = index[0] * c[0] + i / c[2] / c[1],
                           y = index[1] * c[1] + i / c[2] % c[1];
                    size_t z = index[2] * c[2] + i % c[2];
                    if (x < n[0] && y < n[1] && z < n[2])
                        values[(x * n[1] + y) * n[2] + z] = chunk[i];
                }
            }
    free(chunk);
    if (fine)
        return values;
    free(values);
    return NULL;
}

#endif
