/* The kernels of hebbian/kernels.h; included by one file per instruction set, which defines
 * ND_KERNELS and ND_INSTRUCTION_SET. */
#include "hebbian/kernels/sets.h"

#define ND_SINGLE 0
#include "vector/philox.h"

/* Blocks are counted off lane by lane: a vector of words 0 comes from as many blocks, and so on;
 * Gaussians 0 to 3 of a group of FLOATS blocks fill four vectors. */
static void gaussians(uint64_t seed, nd_purpose purpose, uint64_t step, uint32_t block,
                      size_t count, float *out) {
    enum { BATCH = 8, PER_VECTOR = 4 * FLOATS };
    address at;
    make_address(seed, purpose, step, &at);
    for (size_t start = 0; start < count; start += (size_t)(BATCH * PER_VECTOR)) {
        size_t left = (count - start) / PER_VECTOR, batch = left < BATCH ? left : BATCH;
        ints words[BATCH][4];
        for (size_t b = 0; b < batch; b++, block += FLOATS)
            stream_words(&at, 0, block, words[b]);
        for (size_t b = 0; b < batch; b++) {
            const ints radius[] = {words[b][0], words[b][2]}, angle[] = {words[b][1], words[b][3]};
            box_muller(2, radius, angle, NO_ZEROS, (floats *)(out + start + b * PER_VECTOR));
        }
    }
}

/* One row of a matrix (neurons): keep w + rate sender y + noise xi. */
static void learn_row(const nd_hebbian_update *update, double sender, const float *restrict noise,
                      double *restrict weights) {
    const double *restrict receiver = update->receiver;
    double keep = update->keep, push = update->rate * sender, scale = update->noise;
    for (size_t i = 0; i < update->neurons; i++)
        weights[i] = keep * weights[i] + push * receiver[i] + scale * (double)noise[i];
}

/* The same, held at 0 from below. */
static void learn_rectified_row(const nd_hebbian_update *update, double sender,
                                const float *restrict noise, double *restrict weights) {
    const double *restrict receiver = update->receiver;
    double keep = update->keep, push = update->rate * sender, scale = update->noise;
    for (size_t i = 0; i < update->neurons; i++) {
        double next = keep * weights[i] + push * receiver[i] + scale * (double)noise[i];
        weights[i] = next > 0 ? next : 0;
    }
}

/* All rows (rows x neurons), the noise of ND_NOISE_ROWS of them at a time. */
static void learn(const nd_hebbian_update *update, double *weights) {
    size_t neurons = update->neurons;
    for (size_t row = 0; row < update->rows; row += ND_NOISE_ROWS) {
        size_t rows = update->rows - row < ND_NOISE_ROWS ? update->rows - row : ND_NOISE_ROWS;
        size_t count = (rows * neurons + 63) / 64 * 64;
        if (update->noise != 0)
            gaussians(update->seed, update->purpose, update->step, (uint32_t)(row * neurons / 4),
                      count, update->scratch);
        else
            __builtin_memset(update->scratch, 0, count * sizeof(float));
        for (size_t r = 0; r < rows; r++)
            (update->rectified ? learn_rectified_row : learn_row)(update, update->sender[row + r],
                                                                  update->scratch + r * neurons,
                                                                  weights + (row + r) * neurons);
    }
}

/* out (neurons) += the sum of amount[c] times column member[c]. */
static void accumulate(const double *columns, size_t neurons, const size_t *member,
                       const double *amount, size_t count, double *restrict out) {
    size_t c = 0;
    for (; c + 4 <= count; c += 4) { /* four at a time: `out` is read and written less often */
        const double *restrict column[4];
        for (size_t k = 0; k < 4; k++)
            column[k] = columns + (member ? member[c + k] : c + k) * neurons;
        double a = amount[c], b = amount[c + 1], d = amount[c + 2], e = amount[c + 3];
        for (size_t i = 0; i < neurons; i++)
            out[i] += (a * column[0][i] + b * column[1][i]) + (d * column[2][i] + e * column[3][i]);
    }
    for (; c < count; c++) {
        const double *restrict column = columns + (member ? member[c] : c) * neurons;
        for (size_t i = 0; i < neurons; i++)
            out[i] += amount[c] * column[i];
    }
}

/* Two rows change places. */
static void swap_rows(double *restrict a, double *restrict b, size_t count) {
    for (size_t j = 0; j < count; j++) {
        double kept = a[j];
        a[j] = b[j];
        b[j] = kept;
    }
}

/* matrix x = right, in place (nd_hebbian_kernels). */
static bool solve(double *matrix, double *right, size_t count) {
    size_t stride = nd_padded(count);
    for (size_t k = 0; k < count; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < count; i++)
            if (fabs(matrix[i * stride + k]) > fabs(matrix[pivot * stride + k]))
                pivot = i;
        double *top = matrix + k * stride;
        if (pivot != k) {
            double kept = right[k];
            swap_rows(top, matrix + pivot * stride, stride);
            right[k] = right[pivot];
            right[pivot] = kept;
        }
        if (!(fabs(top[k]) > 1e-14))
            return false;
        /* Whole vectors: columns before k + 1 in the first of them are not read again below. */
        size_t from = (k + 1) / LANES * LANES;
        for (size_t i = k + 1; i < count; i++) {
            double *row = matrix + i * stride, share = row[k] / top[k];
            for (size_t j = from; j < stride; j += LANES)
                store(row + j, load(row + j) - share * load(top + j));
            right[i] -= share * right[k];
        }
    }
    for (size_t j = count; j < stride; j++)
        right[j] = 0;
    for (size_t k = count; k-- > 0;) {
        double sum = right[k] / matrix[k * stride + k];
        right[k] = sum;
        for (size_t i = 0; i < k; i++)
            right[i] -= matrix[i * stride + k] * sum;
    }
    return true;
}

const nd_hebbian_kernels ND_KERNELS = {
    .instruction_set = ND_INSTRUCTION_SET,
    .floats = FLOATS,
    .gaussians = gaussians,
    .learn = learn,
    .accumulate = accumulate,
    .solve = solve,
};
