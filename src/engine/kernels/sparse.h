/* Kernels for many samples, of which each unit is active on few (ReLU): a unit's parameters lie in
 * a row of their own, and it meets only the samples that may drive it.
 *
 * A unit keeps a list of candidates: the samples whose drive exceeded -|x~_s| reach when the list
 * was made. No other sample can drive it until its input side has moved by more than `reach`
 * (Cauchy-Schwarz), which is checked every step; so nothing is ever missed, and the result does not
 * depend on when lists are made. (Molecular dynamics calls them Verlet lists.) */
#ifndef ND_ENGINE_KERNELS_SPARSE_H
#define ND_ENGINE_KERNELS_SPARSE_H

#include "engine/kernels/gaussians.h"
#include "engine/kernels/stages.h"

/* `value` rounded up to whole vectors. */
INLINE size_t padded(size_t value) {
    return (value + LANES - 1) / LANES * LANES;
}

enum { MOST = 6 }; /* vectors of a row kept in registers at a time */

/* A slot's list; in memory it is followed by `at` (padded rank), the candidates and the active
 * samples (n each). */
typedef struct list {
    real reach;
    uint32_t candidates, active, age;
    bool made;
} list;

enum { LIST_HEAD = 64 };

/* Samples are dealt with four at a time. */
INLINE size_t samples_room(const nd_layer *layer) {
    return padded(layer->samples + 4);
}

static size_t list_bytes(const nd_layer *layer) {
    size_t bytes =
        LIST_HEAD + padded(layer->rank) * sizeof(real) + 2 * samples_room(layer) * sizeof(uint32_t);
    return (bytes + ND_BYTES - 1) / ND_BYTES * ND_BYTES;
}

INLINE list *list_of(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    return (list *)(void *)((char *)pack->lists + slot * list_bytes(layer));
}

INLINE real *place_of(list *l) {
    return (real *)(void *)((char *)l + LIST_HEAD);
}

INLINE uint32_t *candidates_of(const nd_layer *layer, list *l) {
    return (uint32_t *)(void *)((char *)l + LIST_HEAD + padded(layer->rank) * sizeof(real));
}

INLINE uint32_t *active_of(const nd_layer *layer, list *l) {
    return candidates_of(layer, l) + samples_room(layer);
}

/* Sums of the lanes of four vectors, side by side. */
INLINE void four_sums(const reals sums[4], real out[4]) {
#if ND_BYTES == 32 && !ND_SINGLE
    __m256d low = _mm256_hadd_pd((__m256d)sums[0], (__m256d)sums[1]);
    __m256d high = _mm256_hadd_pd((__m256d)sums[2], (__m256d)sums[3]);
    __m256d crossed = _mm256_permute2f128_pd(low, high, 0x21);
    _mm256_storeu_pd(out, _mm256_add_pd(crossed, _mm256_blend_pd(low, high, 0xc)));
#elif ND_BYTES == 32
    __m256 low = _mm256_hadd_ps((__m256)sums[0], (__m256)sums[1]);
    __m256 high = _mm256_hadd_ps((__m256)sums[2], (__m256)sums[3]);
    __m256 all = _mm256_hadd_ps(low, high);
    _mm_storeu_ps(out, _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1)));
#else
    for (int i = 0; i < 4; i++)
        out[i] = sum_of_lanes(sums[i]);
#endif
}

/* out[i] (+)= row . matrix[which[i]] over V vectors, for the four i from `at` on. */
INLINE void four_dots(const int V, const reals *x, const real *matrix, size_t stride,
                      const uint32_t which[4], bool first, real *restrict out) {
    reals sums[4];
    real part[4];
    for (int k = 0; k < 4; k++) {
        const real *y = matrix + which[k] * stride;
        sums[k] = x[0] * load(y);
        for (int v = 1; v < V; v++)
            sums[k] += x[v] * load(y + v * LANES);
    }
    four_sums(sums, part);
    for (int k = 0; k < 4; k++)
        out[k] = first ? part[k] : out[k] + part[k];
}

/* The same for all; `out` has room for count rounded up to 4. */
INLINE void dots(const int V, const real *row, const real *matrix, size_t stride,
                 const uint32_t *which, size_t count, bool first, real *restrict out) {
    reals x[MOST];
    for (int v = 0; v < V; v++)
        x[v] = load(row + v * LANES);
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        four_dots(V, x, matrix, stride, which + i, first, out + i);
    if (i < count) {
        uint32_t last[4];
        for (size_t k = 0; k < 4; k++)
            last[k] = which[i + k < count ? i + k : count - 1];
        four_dots(V, x, matrix, stride, last, first, out + i);
    }
}

/* matrix[which[i]] += factor[i] row. */
INLINE void scatter(const int V, const real *row, const real *factor, const uint32_t *which,
                    size_t count, real *restrict matrix, size_t stride) {
    reals x[MOST];
    for (int v = 0; v < V; v++)
        x[v] = load(row + v * LANES);
    for (size_t i = 0; i < count; i++) {
        real *y = matrix + which[i] * stride;
        reals f = broadcast(factor[i]), old[MOST];
        for (int v = 0; v < V; v++)
            old[v] = load(y + v * LANES) + f * x[v];
        for (int v = 0; v < V; v++)
            store(y + v * LANES, old[v]);
    }
}

/* sum = sum_i factor[i] matrix[which[i]]. */
INLINE void gather(const int V, const real *factor, const uint32_t *which, size_t count,
                   const real *matrix, size_t stride, reals *sum) {
    reals even[MOST], odd[MOST];
    for (int v = 0; v < V; v++)
        even[v] = odd[v] = (reals){0};
    size_t i = 0;
    for (; i + 2 <= count; i += 2) {
        const real *y = matrix + which[i] * stride, *z = matrix + which[i + 1] * stride;
        reals f = broadcast(factor[i]), g = broadcast(factor[i + 1]);
        for (int v = 0; v < V; v++)
            even[v] += f * load(y + v * LANES);
        for (int v = 0; v < V; v++)
            odd[v] += g * load(z + v * LANES);
    }
    if (i < count) {
        const real *y = matrix + which[i] * stride;
        reals f = broadcast(factor[i]);
        for (int v = 0; v < V; v++)
            even[v] += f * load(y + v * LANES);
    }
    for (int v = 0; v < V; v++)
        sum[v] = even[v] + odd[v];
}

/* Both uses of the errors at once: out[i] = row . matrix[which[i]], sum = sum_i factor[i]
 * matrix[which[i]]; every row of the matrix is read once. */
INLINE void dots_and_gather(const int V, const real *row, const real *factor, const uint32_t *which,
                            size_t count, const real *matrix, size_t stride, real *restrict out,
                            reals *sum) {
    for (int v = 0; v < V; v++)
        sum[v] = (reals){0};
    for (size_t i = 0; i < count; i += 4) {
        reals f[4], products[4];
        const real *y[4];
        for (size_t k = 0; k < 4; k++) {
            bool beyond = i + k >= count;
            y[k] = matrix + which[beyond ? count - 1 : i + k] * stride;
            f[k] = broadcast(beyond ? 0 : factor[i + k]);
            products[k] = (reals){0};
        }
        for (int v = 0; v < V; v++) {
            reals x = load(row + v * LANES);
            for (int k = 0; k < 4; k++) {
                reals e = load(y[k] + v * LANES);
                products[k] += x * e;
                sum[v] += f[k] * e;
            }
        }
        four_sums(products, out + i);
    }
}

/* Calls `call` with the constant V for a row of `reals_left` reals, MOST vectors at a time. */
#define EVERY_PART(length, call)                                                                   \
    for (size_t part = 0; part < (length); part += MOST * LANES) {                                 \
        size_t part_left = ((length)-part) / LANES;                                                \
        switch (part_left < MOST ? part_left : MOST) {                                             \
        case 1:                                                                                    \
            call(1);                                                                               \
            break;                                                                                 \
        case 2:                                                                                    \
            call(2);                                                                               \
            break;                                                                                 \
        case 3:                                                                                    \
            call(3);                                                                               \
            break;                                                                                 \
        case 4:                                                                                    \
            call(4);                                                                               \
            break;                                                                                 \
        case 5:                                                                                    \
            call(5);                                                                               \
            break;                                                                                 \
        default:                                                                                   \
            call(6);                                                                               \
            break;                                                                                 \
        }                                                                                          \
    }

static void all_dots(const real *row, size_t length, const real *matrix, const uint32_t *which,
                     size_t count, real *out) {
#define DOTS(V) dots(V, row + part, matrix + part, length, which, count, part == 0, out)
    EVERY_PART(length, DOTS)
#undef DOTS
}

static void scatter_all(const real *row, size_t length, const real *factor, const uint32_t *which,
                        size_t count, real *matrix){
#define SCATTER(V) scatter(V, row + part, factor, which, count, matrix + part, length)
    EVERY_PART(length, SCATTER)
#undef SCATTER
}

/* The slot's input side has moved this far since its list was made. */
INLINE real distance_squared(const real *a, const real *b, size_t length) {
    reals sum = {0};
    for (size_t i = 0; i < length; i += LANES) {
        reals difference = load(a + i) - load(b + i);
        sum += difference * difference;
    }
    return sum_of_lanes(sum);
}

/* A fresh list. Its reach grows when lists wear out soon, and shrinks when they last. */
static void make_list(const nd_layer *layer, list *l, const real *side, const uint32_t *every,
                      real *drive) {
    size_t length = padded(layer->rank);
    uint32_t *candidates = candidates_of(layer, l), count = 0;
    if (!l->made)
        l->reach = (real)layer->first_reach;
    else if (l->age < 16)
        l->reach *= (real)1.25;
    else if (l->age > 48)
        l->reach *= (real)0.8;
    all_dots(side, length, layer->coordinates, every, layer->samples, drive);
    const real *lengths = layer->lengths;
    for (uint32_t s = 0; s < layer->samples; s++) {
        candidates[count] = s;
        count += drive[s] > -lengths[s] * l->reach;
    }
    l->candidates = count;
    l->age = 0;
    l->made = true;
    __builtin_memcpy(place_of(l), side, length * sizeof *side);
}

/* Keeps those of `count` drives that are positive, and their samples; returns how many. All arrays
 * have room for count rounded up to 4. */
#if ND_BYTES >= 32
#define STAY(a) 4 * (a), 4 * (a) + 1, 4 * (a) + 2, 4 * (a) + 3
/* Which of four stay, for each set of them: the bytes of 32-bit words to move to the front. */
static const uint8_t FRONT[16][16] = {
    {0},
    {STAY(0)},
    {STAY(1)},
    {STAY(0), STAY(1)},
    {STAY(2)},
    {STAY(0), STAY(2)},
    {STAY(1), STAY(2)},
    {STAY(0), STAY(1), STAY(2)},
    {STAY(3)},
    {STAY(0), STAY(3)},
    {STAY(1), STAY(3)},
    {STAY(0), STAY(1), STAY(3)},
    {STAY(2), STAY(3)},
    {STAY(0), STAY(2), STAY(3)},
    {STAY(1), STAY(2), STAY(3)},
    {STAY(0), STAY(1), STAY(2), STAY(3)},
};
#undef STAY

static uint32_t keep_positive(uint32_t count, const real *drive, const uint32_t *sample,
                              real *activity, uint32_t *active) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i += 4) {
#if ND_SINGLE
        __m128 four = _mm_loadu_ps(drive + i);
        int stay = _mm_movemask_ps(_mm_cmp_ps(four, _mm_setzero_ps(), _CMP_GT_OQ));
#else
        __m256d four = _mm256_loadu_pd(drive + i);
        int stay = _mm256_movemask_pd(_mm256_cmp_pd(four, _mm256_setzero_pd(), _CMP_GT_OQ));
#endif
        if (count - i < 4)
            stay &= (1 << (count - i)) - 1;
        __m128i front = _mm_loadu_si128((const __m128i *)(const void *)FRONT[stay]);
        __m128i samples = _mm_loadu_si128((const __m128i *)(const void *)(sample + i));
        _mm_storeu_si128((__m128i *)(void *)(active + kept), _mm_shuffle_epi8(samples, front));
#if ND_SINGLE
        _mm_storeu_ps(activity + kept,
                      _mm_castsi128_ps(_mm_shuffle_epi8(_mm_castps_si128(four), front)));
#else
        /* A double's two halves follow its word's place: bytes 4a.. say that word a is meant. */
        __m128i word = _mm_srli_epi32(_mm_and_si128(front, _mm_set1_epi32(0xff)), 1);
        __m256i wide = _mm256_cvtepu32_epi64(word);
        wide = _mm256_or_si256(
            wide, _mm256_slli_epi64(_mm256_add_epi64(wide, _mm256_set1_epi64x(1)), 32));
        _mm256_storeu_pd(activity + kept,
                         _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(four), wide)));
#endif
        kept += (uint32_t)__builtin_popcount((unsigned)stay);
    }
    return kept;
}
#else
static uint32_t keep_positive(uint32_t count, const real *drive, const uint32_t *sample,
                              real *activity, uint32_t *active) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        active[kept] = sample[i];
        activity[kept] = drive[i];
        kept += drive[i] > 0;
    }
    return kept;
}
#endif

/* The samples that drive a slot, and its activity there. */
static void find_active(const nd_layer *layer, nd_pack *pack, size_t slot, real *drive) {
    list *l = list_of(layer, pack, slot);
    size_t length = padded(layer->rank);
    const real *side = (const real *)pack->parameters + slot * layer->stored;
    real *activity = (real *)pack->activity + slot * samples_room(layer);
    /* The margin of a part in a thousand covers the rounding of either side. */
    if (!l->made ||
        !(distance_squared(side, place_of(l), length) < (real)0.998 * l->reach * l->reach))
        make_list(layer, l, side, pack->every, drive);
    l->age++;
    const uint32_t *candidates = candidates_of(layer, l);
    all_dots(side, length, layer->coordinates, candidates, l->candidates, drive);
    l->active = keep_positive(l->candidates, drive, candidates, activity, active_of(layer, l));
}

static void sparse_drive(const nd_layer *layer, nd_pack *pack) {
    for (size_t slot = 0; slot < pack->slots; slot++)
        find_active(layer, pack, slot, pack->work);
}

/* W_out h, n x padded d_out in the work array behind the drive, then closed up. */
static void sparse_output(const nd_layer *layer, nd_pack *pack, bool trial) {
    (void)trial;
    size_t n = layer->samples, wide = padded(layer->outputs), side = padded(layer->rank);
    real *sum = (real *)pack->work + samples_room(layer), *out = pack->output;
    __builtin_memset(sum, 0, n * wide * sizeof *sum);
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        scatter_all((const real *)pack->parameters + slot * layer->stored + side, wide,
                    (const real *)pack->activity + slot * samples_room(layer), active_of(layer, l),
                    l->active, sum);
    }
    for (size_t s = 0; s < n; s++)
        for (size_t m = 0; m < layer->outputs; m++)
            out[s * layer->outputs + m] = sum[s * wide + m];
}

/* One part of a row of parameters follows its gradient. */
INLINE void learn_part(const nd_fast_rule rule, const int V, const view *v, size_t at,
                       const real *factor, const uint32_t *which, size_t count, const real *matrix,
                       size_t stride) {
    reals sum[MOST];
    gather(V, factor, which, count, matrix, stride, sum);
    for (int k = 0; k < V; k++)
        update_row(rule, v, at + (size_t)k * LANES, at + (size_t)k * LANES, sum[k]);
}

INLINE void learn_row(const nd_fast_rule rule, const view *v, size_t from, size_t length,
                      const real *factor, const uint32_t *which, size_t count, const real *matrix){
#define LEARN(V) learn_part(rule, V, v, from + part, factor, which, count, matrix + part, length)
    EVERY_PART(length, LEARN)
#undef LEARN
}

/* Output weights and the error at the unit, where a row of outputs fits in registers. */
INLINE void learn_outputs(const nd_fast_rule rule, const int V, const view *v, size_t side,
                          const uint32_t *active, size_t count, const real *error) {
    reals sum[MOST];
    dots_and_gather(V, v->parameters + side, v->activity, active, count, error, (size_t)V * LANES,
                    v->back, sum);
    for (int k = 0; k < V; k++)
        update_row(rule, v, side + (size_t)k * LANES, side + (size_t)k * LANES, sum[k]);
}

INLINE view slot_view(const nd_layer *layer, const nd_pack *pack, const nd_step *step,
                      size_t slot) {
    size_t row = slot * layer->stored;
    size_t noise_row = slot * step->noise_count + step->phase * layer->stored;
    view v = {.step = step,
              .parameters = (real *)pack->parameters + row,
              .activity = (real *)pack->activity + slot * samples_room(layer),
              .back = (real *)pack->back + slot * samples_room(layer)};
    for (int i = 0; i < 2; i++)
        v.moment[i] = pack->moment[i] ? (real *)pack->moment[i] + row : NULL;
    if (pack->noise[ND_NOISE_UPDATE])
        v.update_noise = (const real *)pack->noise[ND_NOISE_UPDATE] + noise_row;
    if (pack->noise[ND_NOISE_WEIGHT])
        v.weight_noise = (const real *)pack->noise[ND_NOISE_WEIGHT] + noise_row;
    return v;
}

/* All output weights first, then all input sides: the matrix that is read stays near. */
INLINE void learn_slots(const nd_fast_rule rule, const nd_layer *layer, nd_pack *pack,
                        const nd_step *step) {
    size_t n = layer->samples, wide = padded(layer->outputs), side = padded(layer->rank);
    real *error = (real *)pack->work + samples_room(layer);
    const real *given = step->error;
    for (size_t s = 0; s < n; s++)
        for (size_t m = 0; m < layer->outputs; m++)
            error[s * wide + m] = given[s * layer->outputs + m];
    for (size_t s = 0; s < n; s++)
        for (size_t m = layer->outputs; m < wide; m++)
            error[s * wide + m] = 0;
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        const uint32_t *active = active_of(layer, l);
        view v = slot_view(layer, pack, step, slot);
        if (wide > MOST * LANES) {
            all_dots(v.parameters + side, wide, error, active, l->active, v.back);
            learn_row(rule, &v, side, wide, v.activity, active, l->active, error);
            continue;
        }
#define LEARN_OUTPUTS(V) learn_outputs(rule, V, &v, side, active, l->active, error)
        EVERY_PART(wide, LEARN_OUTPUTS)
#undef LEARN_OUTPUTS
    }
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        view v = slot_view(layer, pack, step, slot);
        learn_row(rule, &v, 0, side, v.back, active_of(layer, l), l->active, layer->coordinates);
    }
}

static void sparse_learn(const nd_layer *given, nd_pack *given_pack, const nd_step *now) {
    const nd_layer layer_copy = *given, *layer = &layer_copy;
    const nd_step step_copy = *now, *step = &step_copy;
    nd_pack pack_copy = *given_pack, *pack = &pack_copy;
    if (layer->rule == ND_FAST_ADAM)
        learn_slots(ND_FAST_ADAM, layer, pack, step);
    else if (layer->rule == ND_FAST_RMSPROP)
        learn_slots(ND_FAST_RMSPROP, layer, pack, step);
    else
        learn_slots(ND_FAST_SGD, layer, pack, step);
}

static void sparse_silent(const nd_layer *layer, const nd_pack *pack, bool *silent) {
    for (size_t slot = 0; slot < pack->slots; slot++)
        silent[slot] = list_of(layer, pack, slot)->active == 0;
}

static void sparse_count(const nd_layer *layer, const nd_pack *pack, double threshold,
                         size_t *pairs, size_t *units) {
    for (size_t slot = 0; slot < pack->slots; slot++) {
        const real *activity = (const real *)pack->activity + slot * samples_room(layer);
        size_t times = 0;
        for (uint32_t i = 0; i < list_of(layer, pack, slot)->active; i++)
            times += (double)activity[i] > threshold;
        *pairs += times;
        *units += times > 0;
    }
}

static size_t sparse_stored(size_t side, size_t outputs) {
    return padded(side) + padded(outputs);
}

static size_t sparse_work(const nd_layer *layer) {
    return samples_room(layer) + layer->samples * padded(layer->outputs);
}

static void sparse_put(const nd_layer *layer, size_t stride, void *array, size_t slot,
                       const double *values) {
    real *to = (real *)array + slot * stride;
    for (size_t row = 0; row < layer->rows; row++)
        to[row < layer->side ? row : row - layer->side + padded(layer->side)] = (real)values[row];
}

static void sparse_get(const nd_layer *layer, const void *array, size_t slot, double *values) {
    const real *from = (const real *)array + slot * layer->stored;
    for (size_t row = 0; row < layer->rows; row++)
        values[row] =
            (double)from[row < layer->side ? row : row - layer->side + padded(layer->side)];
}

static void sparse_renew(const nd_layer *layer, nd_pack *pack, size_t slot) {
    list_of(layer, pack, slot)->made = false;
}

/* Slot `from` moves into `to`. */
static void sparse_move(const nd_layer *layer, nd_pack *pack, size_t from, size_t to) {
    void *arrays[] = {pack->parameters, pack->moment[0], pack->moment[1], pack->activity};
    size_t heights[] = {layer->stored, layer->stored, layer->stored, samples_room(layer)};
    for (size_t i = 0; from != to && i < sizeof arrays / sizeof arrays[0]; i++)
        if (arrays[i])
            __builtin_memcpy((real *)arrays[i] + to * heights[i],
                             (real *)arrays[i] + from * heights[i], heights[i] * sizeof(real));
    if (from != to)
        __builtin_memcpy(list_of(layer, pack, to), list_of(layer, pack, from), list_bytes(layer));
}

/* As unit_gaussians for single units: the lanes of a vector are neighbouring blocks of one unit,
 * out[unit][vector][i][lane]; `count` is a multiple of 6 FLOATS. */
static void row_gaussians(uint64_t seed, nd_purpose purpose, uint64_t step, const uint32_t *unit,
                          size_t units, size_t count, const float *scale, void *to) {
    const address at = address_of(seed, purpose, step);
    const size_t vectors = count / (6 * FLOATS), all = units * vectors;
    real *out = to;
    uint64_t first_lanes[2 * QUADS];
    for (int lane = 0; lane < 2 * QUADS; lane++)
        first_lanes[lane] = (uint64_t)lane;
    const quads lanes[2] = {quads_of(first_lanes), quads_of(first_lanes + QUADS)};
    size_t made = 0, used = 0;
    for (size_t start = 0; start < all; start += PACK_BATCH) {
        size_t batch = all - start < PACK_BATCH ? all - start : PACK_BATCH;
        ints words[PACK_BATCH][4];
        for (size_t b = 0; b < batch; b++) {
            quads first[4], second[4], base = all_quads(made * FLOATS);
            philox(&at, base + lanes[0], all_quads(*unit), first);
            philox(&at, base + lanes[1], all_quads(*unit), second);
            for (int i = 0; i < 4; i++)
                words[b][i] = low_halves(first[i], second[i]);
            if (++made == vectors) {
                made = 0;
                unit++;
            }
        }
        for (size_t b = 0; b < batch; b++) {
            const floats *factor = (const floats *)scale + 6 * used;
            used = used + 1 == vectors ? 0 : used + 1;
            for (int pair = 0; pair < 3; pair++) {
                floats value[2];
                box_muller(words[b][pair], words[b][3] << 10 * pair, &value[0], &value[1]);
                for (int i = 0; i < 2; i++, out += FLOATS) {
                    floats scaled = value[i] * factor[2 * pair + i];
#if ND_SINGLE
                    store(out, scaled);
#else
                    store(out, first_half(scaled));
                    store(out + LANES, second_half(scaled));
#endif
                }
            }
        }
    }
}

static void row_scale(size_t count, const float *scale, float *spread) {
    __builtin_memcpy(spread, scale, count * sizeof *scale);
}

#endif
