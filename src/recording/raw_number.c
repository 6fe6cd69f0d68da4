#include "recording/raw_number.h"

#include <stdint.h>
#include <string.h>

bool nd_raw_number_known(char kind, size_t size) {
    bool power = size == 1 || size == 2 || size == 4 || size == 8;
    return (kind == 'f' && (size == 4 || size == 8)) || (kind == 'b' && size == 1) ||
           ((kind == 'i' || kind == 'u') && power);
}

double nd_raw_number(char kind, size_t size, bool swapped, const unsigned char *at) {
    uint64_t bits = 0;
    bool least_first = swapped != (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    for (size_t b = 0; b < size; b++) /* the most significant byte first */
        bits = bits << 8 | at[least_first ? size - 1 - b : b];
    if (kind == 'f' && size == 4) {
        uint32_t half = (uint32_t)bits;
        float value;
        memcpy(&value, &half, sizeof value);
        return value;
    }
    if (kind == 'f') {
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    if (kind == 'i' && size > 0) { /* extend the sign */
        unsigned shift = 64 - 8 * (unsigned)size;
        return (double)((int64_t)(bits << shift) >> shift);
    }
    return (double)bits;
}
