#include "base/digest.h"

uint64_t nd_digest(uint64_t sum, const void *bytes, size_t count) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ byte[i]) * 0x100000001b3u;
    return sum;
}
