#include "base/random.h"

#include <Random123/philox.h>
#include <math.h>

void nd_random_block(uint64_t seed, nd_purpose purpose, uint32_t unit, uint64_t step,
                     uint32_t block, uint32_t words[4]) {
    philox4x32_ctr_t counter = {
        {block, unit, (uint32_t)step, (uint32_t)(step >> 32) | (uint32_t)purpose << 24}};
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    philox4x32_ctr_t result = philox4x32(counter, key);
    for (int i = 0; i < 4; i++)
        words[i] = result.v[i];
}

/* The middle of one of 2^53 equal cells of (0, 1): never 0, never 1. */
static double open_uniform(uint64_t bits) {
    return ((double)(bits >> 11) + 0.5) * 0x1p-53;
}

static void uniform_pair(const uint32_t words[4], double pair[2]) {
    pair[0] = open_uniform((uint64_t)words[1] << 32 | words[0]);
    pair[1] = open_uniform((uint64_t)words[3] << 32 | words[2]);
}

void nd_random_uniforms(uint64_t seed, nd_purpose purpose, uint32_t unit, uint64_t step,
                        size_t count, double *out) {
    for (size_t i = 0; i < count; i += 2) {
        uint32_t words[4];
        double pair[2];
        nd_random_block(seed, purpose, unit, step, (uint32_t)(i / 2), words);
        uniform_pair(words, pair);
        out[i] = pair[0];
        if (i + 1 < count)
            out[i + 1] = pair[1];
    }
}

void nd_random_gaussians(uint64_t seed, nd_purpose purpose, uint32_t unit, uint64_t step,
                         size_t count, double *out) {
    for (size_t i = 0; i < count; i += 2) {
        uint32_t words[4];
        double pair[2];
        nd_random_block(seed, purpose, unit, step, (uint32_t)(i / 2), words);
        uniform_pair(words, pair);
        double radius = sqrt(-2 * log(pair[0])), angle = 2 * M_PI * pair[1];
        out[i] = radius * cos(angle);
        if (i + 1 < count)
            out[i + 1] = radius * sin(angle);
    }
}

nd_stream nd_stream_at(uint64_t seed, nd_purpose purpose, uint32_t unit, uint64_t step) {
    return (nd_stream){.seed = seed, .purpose = purpose, .unit = unit, .step = step};
}

uint64_t nd_stream_bits(nd_stream *stream) {
    if (stream->left == 0) {
        uint32_t words[4];
        nd_random_block(stream->seed, stream->purpose, stream->unit, stream->step, stream->block++,
                        words);
        stream->words[0] = (uint64_t)words[1] << 32 | words[0];
        stream->words[1] = (uint64_t)words[3] << 32 | words[2];
        stream->left = 2;
    }
    return stream->words[2 - stream->left--];
}

double nd_stream_uniform(nd_stream *stream) {
    return open_uniform(nd_stream_bits(stream));
}

double nd_stream_gaussian(nd_stream *stream) {
    double first = nd_stream_uniform(stream), second = nd_stream_uniform(stream);
    return sqrt(-2 * log(first)) * cos(2 * M_PI * second);
}

uint64_t nd_stream_below(nd_stream *stream, uint64_t bound) {
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound, bits;
    do
        bits = nd_stream_bits(stream);
    while (bits >= limit);
    return bits % bound;
}
