/* Vectors as wide as the instruction set this file is compiled for. Included only by the kernel
 * sources, each of which sets ND_SINGLE (0: real is double, 1: float) and is compiled once per
 * instruction set. Everything is GCC vector arithmetic but for the few operations that it has no
 * operator for. */
#ifndef ND_VECTOR_VECTOR_H
#define ND_VECTOR_VECTOR_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
#define ND_BYTES 64
#elif defined(__AVX2__)
#define ND_BYTES 32
#else
#define ND_BYTES 16
#endif

#if ND_SINGLE
typedef float real;
typedef int32_t real_mask;
#else
typedef double real;
typedef int64_t real_mask;
#endif

#define ND_VECTOR(bytes) __attribute__((vector_size(bytes), may_alias))
typedef real reals ND_VECTOR(ND_BYTES);
typedef real_mask masks ND_VECTOR(ND_BYTES); /* comparisons of reals: -1 where true */
typedef float floats ND_VECTOR(ND_BYTES);
typedef double doubles ND_VECTOR(ND_BYTES);
typedef float half_floats ND_VECTOR(ND_BYTES / 2);
typedef int32_t ints ND_VECTOR(ND_BYTES);
typedef int32_t half_ints ND_VECTOR(ND_BYTES / 2);
typedef uint32_t unsigned_ints ND_VECTOR(ND_BYTES);
typedef uint64_t quads ND_VECTOR(ND_BYTES);

enum {
    LANES = ND_BYTES / (int)sizeof(real), /* units side by side in one vector of reals */
    QUADS = ND_BYTES / 8,
    FLOATS = ND_BYTES / 4,
    REGISTERS = ND_BYTES == 64 ? 32 : 16 /* for vectors */
};

/* Unrolls the loop that follows: what it works on then stays in registers. clang passes over GCC's
 * word for it in silence, and its own count unrolls no loop that is shorter. UNROLL_LITTLE is for
 * long loops over little work. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define UNROLL_LITTLE _Pragma("clang loop unroll_count(4)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#define UNROLL_LITTLE _Pragma("GCC unroll 4")
#endif
#define INLINE static inline __attribute__((always_inline))

/* LANES reals from, and to, an address that is a multiple of their size; then from anywhere. */
INLINE reals load(const real *from) {
    return *(const reals *)from;
}

INLINE void store(real *to, reals value) {
    *(reals *)to = value;
}

INLINE reals load_unaligned(const real *from) {
    reals out;
    __builtin_memcpy(&out, from, sizeof out);
    return out;
}

INLINE void store_unaligned(real *to, reals value) {
    __builtin_memcpy(to, &value, sizeof value);
}

/* The same number in every lane. */
INLINE reals broadcast(real value) {
    return value - (reals){0};
}

/* The value, in a register: loaded once, however often it is used. */
INLINE reals held(reals value) {
#ifdef __x86_64__
    __asm__("" : "+v"(value));
#endif
    return value;
}

/* The same for an address: what lies at constant distances from it needs no address of its own. */
INLINE void *held_address(const void *address) {
    void *out = (void *)address;
#ifdef __x86_64__
    __asm__("" : "+r"(out));
#endif
    return out;
}

/* value where mask is true, 0 elsewhere. */
INLINE reals where(masks mask, reals value) {
    return (reals)((masks)value & mask);
}

/* The greater of value and 0; 0 where value is not a number. */
INLINE reals positive_part(reals value) {
#if ND_BYTES == 64 && ND_SINGLE
    return (reals)_mm512_max_ps((__m512)value, _mm512_setzero_ps());
#elif ND_BYTES == 64
    return (reals)_mm512_max_pd((__m512d)value, _mm512_setzero_pd());
#elif ND_BYTES == 32 && ND_SINGLE
    return (reals)_mm256_max_ps((__m256)value, _mm256_setzero_ps());
#elif ND_BYTES == 32
    return (reals)_mm256_max_pd((__m256d)value, _mm256_setzero_pd());
#else
    return where(value > 0, value);
#endif
}

/* Is any lane other than +0? */
INLINE bool any(reals value) {
#if defined(__AVX512F__)
    return _mm512_test_epi64_mask((__m512i)value, (__m512i)value) != 0;
#elif defined(__AVX2__)
    return !_mm256_testz_si256((__m256i)value, (__m256i)value);
#else
    uint64_t bits = 0;
    for (int lane = 0; lane < QUADS; lane++)
        bits |= ((quads)value)[lane];
    return bits != 0;
#endif
}

/* The product of the low halves of each lane. */
INLINE quads low_product(quads a, quads b) {
#if defined(__AVX512F__)
    return (quads)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
    return (quads)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
    return (quads)_mm_mul_epu32((__m128i)a, (__m128i)b);
#elif defined(__aarch64__)
    return (quads)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
#else
    return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

/* Square roots, lane by lane. */
INLINE floats root_of_floats(floats value) {
#if defined(__AVX512F__)
    return (floats)_mm512_sqrt_ps((__m512)value);
#elif defined(__AVX2__)
    return (floats)_mm256_sqrt_ps((__m256)value);
#elif defined(__x86_64__)
    return (floats)_mm_sqrt_ps((__m128)value);
#else
    for (int lane = 0; lane < FLOATS; lane++)
        value[lane] = sqrtf(value[lane]);
    return value;
#endif
}

/* Of doubles. */
INLINE doubles root_of_doubles(doubles value) {
#if defined(__AVX512F__)
    return (doubles)_mm512_sqrt_pd((__m512d)value);
#elif defined(__AVX2__)
    return (doubles)_mm256_sqrt_pd((__m256d)value);
#elif defined(__x86_64__)
    return (doubles)_mm_sqrt_pd((__m128d)value);
#else
    for (int lane = 0; lane < QUADS; lane++)
        value[lane] = sqrt(value[lane]);
    return value;
#endif
}

#if ND_SINGLE
#define square_root root_of_floats
#else
#define square_root root_of_doubles
#endif

/* The low halves of the lanes of a and b: two of a, two of b, two of a, and so on. */
INLINE ints low_halves(quads a, quads b) {
#if ND_BYTES == 64
    return (ints)_mm512_shuffle_ps((__m512)a, (__m512)b, 0x88);
#elif ND_BYTES == 32
    return (ints)_mm256_shuffle_ps((__m256)a, (__m256)b, 0x88);
#elif defined(__x86_64__)
    return (ints)_mm_shuffle_ps((__m128)a, (__m128)b, 0x88);
#elif defined(__clang__)
    return __builtin_shufflevector((ints)a, (ints)b, 0, 2, 4, 6);
#else
    return __builtin_shuffle((ints)a, (ints)b, (ints){0, 2, 4, 6});
#endif
}

/* In which lane low_halves puts lane `quad` of a (half 0) or b (half 1). */
INLINE size_t lane_of(size_t half, size_t quad) {
    return quad / 2 * 4 + half * 2 + quad % 2;
}

/* Half as many floats, or whole numbers, as fit a vector, as doubles. (GCC converts them two by two
 * unless told.) */
INLINE doubles doubles_of_floats(half_floats half) {
#if defined(__AVX512F__)
    return (doubles)_mm512_cvtps_pd((__m256)half);
#elif defined(__AVX2__)
    return (doubles)_mm256_cvtps_pd((__m128)half);
#else
    return __builtin_convertvector(half, doubles);
#endif
}

/* Of whole numbers. */
INLINE doubles doubles_of_ints(half_ints half) {
#if defined(__AVX512F__)
    return (doubles)_mm512_cvtepi32_pd((__m256i)half);
#elif defined(__AVX2__)
    return (doubles)_mm256_cvtepi32_pd((__m128i)half);
#else
    return __builtin_convertvector(half, doubles);
#endif
}

/* The first or second half of the floats, as doubles. */
INLINE doubles first_half(floats value) {
    half_floats half;
    __builtin_memcpy(&half, &value, sizeof half);
    return doubles_of_floats(half);
}

/* The second half. */
INLINE doubles second_half(floats value) {
    half_floats half;
    __builtin_memcpy(&half, (const char *)&value + sizeof half, sizeof half);
    return doubles_of_floats(half);
}

/* As many floats as a vector of reals has lanes, from anywhere, as reals. */
INLINE reals load_floats(const float *from) {
#if ND_SINGLE
    reals out;
    __builtin_memcpy(&out, from, sizeof out);
    return out;
#else
    half_floats half;
    __builtin_memcpy(&half, from, sizeof half);
    return doubles_of_floats(half);
#endif
}

#endif
