/* Sums over the lanes of vectors. A sum made alone is added up in the same order as beside others:
 * neighbours first, where vectors are wider than 128 bits. */
#ifndef ND_VECTOR_LANE_SUMS_H
#define ND_VECTOR_LANE_SUMS_H

#include "vector/vector.h"

typedef real fours __attribute__((vector_size(4 * sizeof(real)), aligned(sizeof(real)), may_alias));

#if ND_BYTES >= 32 && !ND_SINGLE
/* In every 128 bits the sum of a's two lanes, then that of b's. */
INLINE reals pair_sums(reals a, reals b) {
#if ND_BYTES == 64
    __m512d one_of_each = _mm512_mask_blend_pd(0xaa, (__m512d)a, (__m512d)b);
    return (reals)_mm512_add_pd(_mm512_shuffle_pd((__m512d)a, (__m512d)b, 0x55), one_of_each);
#else
    return (reals)_mm256_hadd_pd((__m256d)a, (__m256d)b);
#endif
}

/* Sums of the lanes of four vectors, side by side. */
INLINE void four_sums(const reals sums[4], fours *out) {
    reals low = pair_sums(sums[0], sums[1]), high = pair_sums(sums[2], sums[3]);
#if ND_BYTES == 64
    const __m512i crossed = _mm512_setr_epi64(2, 3, 8, 9, 6, 7, 12, 13);
    __m512d quarters = _mm512_add_pd(_mm512_permutex2var_pd((__m512d)low, crossed, (__m512d)high),
                                     _mm512_mask_blend_pd(0xcc, (__m512d)low, (__m512d)high));
    *out =
        (fours)_mm256_add_pd(_mm512_castpd512_pd256(quarters), _mm512_extractf64x4_pd(quarters, 1));
#else
    __m256d crossed = _mm256_permute2f128_pd((__m256d)low, (__m256d)high, 0x21);
    *out = (fours)_mm256_add_pd(crossed, _mm256_blend_pd((__m256d)low, (__m256d)high, 0xc));
#endif
}

INLINE real sum_of_lanes(reals value) {
    reals pairs = pair_sums(value, value);
#if ND_BYTES == 64
    __m256d half = _mm512_castpd512_pd256((__m512d)pairs),
            other = _mm512_extractf64x4_pd((__m512d)pairs, 1);
    __m128d first = _mm_add_sd(_mm256_extractf128_pd(half, 1), _mm256_castpd256_pd128(half));
    __m128d second = _mm_add_sd(_mm256_extractf128_pd(other, 1), _mm256_castpd256_pd128(other));
    return _mm_cvtsd_f64(_mm_add_sd(first, second));
#else
    __m256d both = (__m256d)pairs;
    return _mm_cvtsd_f64(_mm_add_sd(_mm256_castpd256_pd128(both), _mm256_extractf128_pd(both, 1)));
#endif
}

#elif ND_BYTES >= 32
/* In every 128 bits the sums of a's neighbours, then those of b's. */
INLINE reals pair_sums(reals a, reals b) {
#if ND_BYTES == 64
    return (reals)_mm512_add_ps(_mm512_shuffle_ps((__m512)a, (__m512)b, 0x88),
                                _mm512_shuffle_ps((__m512)a, (__m512)b, 0xdd));
#else
    return (reals)_mm256_hadd_ps((__m256)a, (__m256)b);
#endif
}

/* The sum of a vector's quarters, or halves, of 128 bits. */
INLINE __m128 sum_of_parts(reals value) {
#if ND_BYTES == 64
    __m256 half = _mm256_add_ps(_mm512_castps512_ps256((__m512)value),
                                _mm512_extractf32x8_ps((__m512)value, 1));
#else
    __m256 half = (__m256)value;
#endif
    return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

INLINE void four_sums(const reals sums[4], fours *out) {
    reals low = pair_sums(sums[0], sums[1]), high = pair_sums(sums[2], sums[3]);
    *out = (fours)sum_of_parts(pair_sums(low, high));
}

INLINE real sum_of_lanes(reals value) {
    reals pairs = pair_sums(value, value);
    return _mm_cvtss_f32(sum_of_parts(pair_sums(pairs, pairs)));
}

#else
INLINE real sum_of_lanes(reals value) {
    real sum = 0;
    for (int lane = 0; lane < LANES; lane++)
        sum += value[lane];
    return sum;
}

INLINE void four_sums(const reals sums[4], fours *out) {
    real all[4];
    for (int i = 0; i < 4; i++)
        all[i] = sum_of_lanes(sums[i]);
    __builtin_memcpy(out, all, sizeof all);
}
#endif

/* The sums of the lanes of `count` vectors, side by side. */
INLINE void store_sums(const int count, const reals *sums, real *out) {
    int i = 0;
    UNROLL
    for (; i + 3 < count; i += 4) {
        fours four;
        four_sums(sums + i, &four);
        *(fours *)(out + i) = four;
    }
    UNROLL
    for (; i < count; i++)
        out[i] = sum_of_lanes(sums[i]);
}

#endif
