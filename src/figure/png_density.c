#include "figure/png_density.h"

#include <math.h>
#include <string.h>
#include <zlib.h>

#include "base/error.h"
#include "base/files.h"

/* Signature, then the chunk IHDR: its length, name, 13 bytes and checksum. */
enum { SIGNATURE = 8, HEADER = SIGNATURE + 4 + 4 + 13 + 4, CHUNK = 4 + 4 + 9 + 4 };

static void put_big_endian(unsigned char *at, unsigned long value) {
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i) & 0xff);
}

bool nd_png_set_density(const char *path, double dots_per_inch, nd_error *error) {
    static const unsigned char signature[SIGNATURE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    static const double INCHES = 1 / 0.0254; /* in a metre */
    nd_buffer picture = {0}, whole = {0};
    if (!nd_read_file(path, (size_t)1 << 30, &picture, error))
        return false;
    const unsigned char *bytes = (const unsigned char *)picture.bytes;
    bool fine = true;
    if (picture.length > HEADER + 8 && memcmp(bytes, signature, SIGNATURE) == 0 &&
        memcmp(bytes + HEADER + 4, "pHYs", 4) != 0) {
        unsigned char chunk[CHUNK] = {0, 0, 0, 9, 'p', 'H', 'Y', 's'};
        unsigned long dots = (unsigned long)lround(dots_per_inch * INCHES);
        put_big_endian(chunk + 8, dots);
        put_big_endian(chunk + 12, dots);
        chunk[16] = 1; /* to the metre */
        put_big_endian(chunk + 17, crc32(crc32(0, NULL, 0), chunk + 4, 4 + 9));
        fine = nd_buffer_put(&whole, bytes, HEADER, error) &&
               nd_buffer_put(&whole, chunk, CHUNK, error) &&
               nd_buffer_put(&whole, bytes + HEADER, picture.length - HEADER, error) &&
               nd_write_file(path, whole.bytes, whole.length, error);
    }
    nd_buffer_free(&picture);
    nd_buffer_free(&whole);
    return fine;
}
