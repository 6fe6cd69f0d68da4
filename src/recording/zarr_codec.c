#include "recording/zarr_codec.h"

#ifdef ND_HAVE_ZARR

#include <blosc.h>
#include <limits.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/error.h"

bool nd_zarr_codec_of(const char *name, nd_zarr_codec *codec) {
    static const struct {
        const char *name;
        nd_zarr_codec codec;
    } known[] = {{"zlib", ND_ZARR_ZLIB},
                 {"gzip", ND_ZARR_ZLIB},
                 {"zstd", ND_ZARR_ZSTD},
                 {"blosc", ND_ZARR_BLOSC}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strcmp(known[k].name, name) == 0) {
            *codec = known[k].codec;
            return true;
        }
    return false;
}

static bool broken(const char *path, const char *by, nd_error *error) {
    return nd_fail(error, path, "copy it again; it may be damaged",
                   "the chunk is not what %s packed, or has another size", by);
}

/* zlib's own or gzip's head, as the bytes say. */
static bool unpack_zlib(const unsigned char *bytes, size_t length, unsigned char *to, size_t size,
                        const char *path, nd_error *error) {
    enum { EITHER_HEAD = 32 + MAX_WBITS };
    z_stream stream = {.next_in = (unsigned char *)bytes, .next_out = to};
    if (length > UINT_MAX || size > UINT_MAX || inflateInit2(&stream, EITHER_HEAD) != Z_OK)
        return broken(path, "zlib", error);
    stream.avail_in = (unsigned)length;
    stream.avail_out = (unsigned)size;
    bool fine = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0;
    inflateEnd(&stream);
    return fine || broken(path, "zlib", error);
}

/* What Blosc's head says must agree with what is there, before its decoder sees it. */
static bool unpack_blosc(const unsigned char *bytes, size_t length, unsigned char *to, size_t size,
                         const char *path, nd_error *error) {
    size_t whole = 0;
    bool sound = length >= BLOSC_MIN_HEADER_LENGTH && length <= INT_MAX && size <= INT_MAX &&
                 blosc_cbuffer_validate(bytes, length, &whole) == 0 && whole == size;
    return (sound && blosc_decompress_ctx(bytes, to, size, 1) == (int)size) ||
           broken(path, "Blosc", error);
}

bool nd_zarr_unpack(nd_zarr_codec codec, const unsigned char *bytes, size_t length,
                    unsigned char *to, size_t size, const char *path, nd_error *error) {
    switch (codec) {
    case ND_ZARR_ZLIB:
        return unpack_zlib(bytes, length, to, size, path, error);
    case ND_ZARR_ZSTD:
        return ZSTD_decompress(to, size, bytes, length) == size || broken(path, "Zstandard", error);
    case ND_ZARR_BLOSC:
        return unpack_blosc(bytes, length, to, size, path, error);
    default:
        if (length != size)
            return nd_fail(error, path, "copy it again; it may be damaged",
                           "the chunk has %zu bytes; %zu are expected", length, size);
        memcpy(to, bytes, size);
        return true;
    }
}

#endif
