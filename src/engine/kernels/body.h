/* One set of kernels: included by the sources beside it, each naming its set (ND_KERNELS,
 * ND_INSTRUCTION_SET) and its precision (ND_SINGLE). */
#include <stdbool.h>

#include "engine/kernels/dense/kernels.h"
#include "engine/kernels/sets.h"
#include "engine/kernels/sparse/kernels.h"
#include "vector/gaussians.h"

/* ---- What both forms share; all as engine/kernels.h says ---- */

/* The bulk Gaussians, masks and noisy copies of vector/gaussians.h, for arrays of reals. */
static void unit_gaussians_of(uint64_t seed, nd_purpose purpose, uint64_t step,
                              const uint32_t *unit, size_t groups, size_t count, const float *scale,
                              void *out) {
    unit_gaussians(seed, purpose, step, unit, groups, count, scale, out);
}

static void unit_masks_of(uint64_t seed, uint64_t step, const uint32_t *unit, size_t groups,
                          size_t count, double dropped, void *out) {
    unit_masks(seed, step, unit, groups, count, dropped, out);
}

static void blur_of(uint64_t seed, nd_purpose purpose, uint64_t step, bool gaussian, double scale,
                    size_t count, const void *base, void *out) {
    blur(seed, purpose, step, gaussian, (real)scale, count, base, out);
}

/* into += from, `count` reals. */
static void add(size_t count, const void *from, void *into) {
    const real *a = from;
    real *b = into;
    for (size_t i = 0; i < count; i++)
        b[i] += a[i];
}

/* augmented (n x (d_in + 1)) = (inputs, 1). */
static void augment(size_t samples, size_t inputs, const void *from, void *augmented) {
    const real *x = from;
    real *out = augmented;
    for (size_t s = 0; s < samples; s++, x += inputs) {
        for (size_t i = 0; i < inputs; i++)
            *out++ = x[i];
        *out++ = 1;
    }
}

/* `count` doubles as reals. */
static void from_doubles(size_t count, const double *from, void *to) {
    real *out = to;
    for (size_t i = 0; i < count; i++)
        out[i] = (real)from[i];
}

/* Ten chains of multiplications and additions that fill the registers; their sum. */
static double spin(size_t rounds) {
    reals sum[10], factor = broadcast((real)0.999), term = broadcast((real)0.001);
    double total = 0;
    for (int i = 0; i < 10; i++)
        sum[i] = broadcast((real)i);
    for (size_t round = 0; round < rounds; round++)
        for (int i = 0; i < 10; i++)
            sum[i] = sum[i] * factor + term;
    for (int i = 0; i < 10; i++)
        total += (double)sum_of_lanes(sum[i]);
    return total;
}

/* ---- The sets ---- */

const nd_kernels ND_KERNELS = {
    .instruction_set = ND_INSTRUCTION_SET,
    .single = ND_SINGLE,
    .lanes = LANES,
    .real_size = sizeof(real),
    .float_lanes = FLOATS,
    .unit_gaussians = unit_gaussians_of,
    .walk_gaussians = walk_gaussians,
    .zero_idle_lanes = zero_idle_lanes,
    .spread_scale = spread_scale,
    .unit_masks = unit_masks_of,
    .blur = blur_of,
    .gaussians = 12,
    .stored = stored,
    .padded = as_it_is,
    .samples_across = nothing_across,
    .arrays = dense_arrays,
    .put = put,
    .get = get,
    .put_samples = put_samples,
    .get_samples = get_samples,
    .forget = forget,
    .move = move,
    .reorder = reorder,
    .drive = drive,
    .activate = activate,
    .output = output,
    .error = error_of,
    .add = add,
    .augment = augment,
    .from_doubles = from_doubles,
    .learn = learn,
    .perturb = perturb,
    .descend = descend,
    .silent = silent_slots,
    .count = count_active,
    .spin = spin,
};

const nd_kernels ND_SPARSE_KERNELS = {
    .instruction_set = ND_INSTRUCTION_SET,
    .single = ND_SINGLE,
    .sparse = true,
    .lanes = 1,
    .float_lanes = 1,
    .real_size = sizeof(real),
    .gaussians = 6 * FLOATS,
    .stored = sparse_stored,
    .padded = padded,
    .samples_across = samples_across,
    .arrays = sparse_arrays,
    .unit_gaussians = row_gaussians,
    .walk_gaussians = walk_gaussians,
    .spread_scale = row_scale,
    .blur = blur_of,
    .put = sparse_put,
    .get = sparse_get,
    .forget = sparse_forget,
    .move = sparse_move,
    .reorder = sparse_reorder,
    .drive = sparse_drive,
    .output = sparse_output,
    .error = sparse_error,
    .add = add,
    .augment = augment,
    .from_doubles = from_doubles,
    .learn = sparse_learn,
    .distance = sparse_distance,
    .silent = sparse_silent,
    .count = sparse_count,
    .spin = spin,
};
