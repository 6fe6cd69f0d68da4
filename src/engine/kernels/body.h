/* One set of kernels: included by the sources beside it, each naming its set (ND_KERNELS,
 * ND_INSTRUCTION_SET) and its precision (ND_SINGLE). */
#include <stdbool.h>

#include "engine/kernels/gaussians.h"
#include "engine/kernels/gram.h"
#include "engine/kernels/regroup.h"
#include "engine/kernels/sets.h"
#include "engine/kernels/sparse.h"
#include "engine/kernels/stages.h"

static void unit_gaussians_of(uint64_t seed, nd_purpose purpose, uint64_t step,
                              const uint32_t *unit, size_t groups, size_t count, const float *scale,
                              void *out) {
    unit_gaussians(seed, purpose, step, unit, groups, count, scale, out);
}

static void still(const nd_pack *pack, size_t count, void *noise) {
    size_t used = pack->slots % LANES;
    real *group = (real *)noise + pack->slots / LANES * count * LANES;
    masks in_use = {0};
    if (used == 0)
        return;
    for (size_t lane = 0; lane < used; lane++)
        in_use[lane] = -1;
    for (size_t i = 0; i < count; i++)
        store(group + i * LANES, where(in_use, load(group + i * LANES)));
}

static void unit_masks_of(uint64_t seed, uint64_t step, const uint32_t *unit, size_t groups,
                          size_t count, double dropped, void *out) {
    unit_masks(seed, step, unit, groups, count, dropped, out);
}

static void blur_of(uint64_t seed, nd_purpose purpose, uint64_t step, bool gaussian, double scale,
                    size_t count, const void *base, void *out) {
    blur(seed, purpose, step, gaussian, (real)scale, count, base, out);
}

static void put_rows(void *array, size_t rows, size_t used, size_t slot, const double *values) {
    real *to = (real *)array + slot / LANES * rows * LANES + slot % LANES;
    for (size_t row = 0; row < used; row++)
        to[row * LANES] = (real)values[row];
}

static void get_rows(const void *array, size_t rows, size_t slot, double *values) {
    const real *from = (const real *)array + slot / LANES * rows * LANES + slot % LANES;
    for (size_t row = 0; row < rows; row++)
        values[row] = (double)from[row * LANES];
}

static void put(const nd_layer *layer, size_t stride, void *array, size_t slot,
                const double *values) {
    put_rows(array, stride, layer->rows, slot, values);
}

static void get(const nd_layer *layer, const void *array, size_t slot, double *values) {
    get_rows(array, layer->rows, slot, values);
}

static void put_samples(const nd_layer *layer, void *array, size_t slot, const double *values) {
    put_rows(array, layer->samples, layer->samples, slot, values);
}

static void get_samples(const nd_layer *layer, const void *array, size_t slot, double *values) {
    get_rows(array, layer->samples, slot, values);
}

static void renew(const nd_layer *layer, nd_pack *pack, size_t slot) {
    (void)layer;
    (void)slot;
    pack->found = false;
}

static void move(const nd_layer *layer, nd_pack *pack, size_t from, size_t to) {
    exchange(layer, pack, from, to);
    clear_slot(layer, pack, from);
}

static size_t stored(size_t side, size_t outputs) {
    return side + outputs;
}

static size_t as_it_is(size_t count) {
    return count;
}

static size_t nothing(const nd_layer *layer) {
    (void)layer;
    return 0;
}

static size_t no_edges(const nd_layer *layer, size_t slots) {
    (void)layer;
    (void)slots;
    return 0;
}

/* A smooth activation is not zero at rest: the lanes past the last unit are kept out by hand. */
static void clear_empty_lanes(const nd_layer *layer, nd_pack *pack) {
    if (layer->relu)
        return;
    for (size_t slot = pack->slots; slot < pack->groups * LANES; slot++)
        for (size_t s = 0; s < layer->samples; s++) {
            size_t at = (slot / LANES * layer->samples + s) * LANES + slot % LANES;
            ((real *)pack->activity)[at] = 0;
            ((real *)pack->back)[at] = 0;
        }
}

INLINE void drive_groups(const bool relu, const nd_layer *layer, const nd_pack *pack) {
    size_t group = 0;
    for (; group + 1 < pack->groups; group += 2) {
        const view v = view_of(layer, pack, NULL, group);
        EVERY_LOW_TILE(layer->samples, DRIVE, relu, 2, &v);
    }
    if (group < pack->groups) {
        const view v = view_of(layer, pack, NULL, group);
        EVERY_LOW_TILE(layer->samples, DRIVE, relu, 1, &v);
    }
}

/* Kernels work on their own copy of what does not change, and hand it to no function that is chosen
 * while they run: the compiler then knows that no store to an array changes it. */
static void drive(const nd_layer *given, nd_pack *pack) {
    if (pack->by_lists && pack->found) {
        met_drive(given, pack);
        return;
    }
    const nd_layer copy = *given;
    if (given->relu)
        drive_groups(true, &copy, pack);
    else
        drive_groups(false, &copy, pack);
    pack->found = false;
    clear_empty_lanes(given, pack);
}

static void activate(const nd_layer *layer, nd_pack *pack) {
    for (size_t group = 0; group < pack->groups; group++) {
        view v = view_of(layer, pack, NULL, group);
        if (layer->relu)
            activate_group(true, &v);
        else
            activate_group(false, &v);
    }
    pack->found = false;
    clear_empty_lanes(layer, pack);
}

static void output(const nd_layer *layer, nd_pack *pack, bool trial) {
    if (pack->by_lists) {
        met_output(layer, pack);
        return;
    }
    contraction c = {.left = pack->activity,
                     .left_step = layer->samples * LANES,
                     .right = trial ? (const real *)pack->trial
                                    : (const real *)pack->parameters + layer->side * LANES,
                     .right_step = (trial ? layer->outputs : layer->rows) * LANES,
                     .groups = pack->groups,
                     .columns = layer->outputs,
                     .out = pack->output};
    contract(&c, layer->samples);
}

static double error_of(const nd_layer *layer, const void *outputs, const void *targets,
                       double scale, void *errors) {
    enum { PARTS = 8 };
    const size_t count = layer->samples * layer->outputs;
    const real *o = outputs, *y = targets;
    real *e = errors;
    double squares[PARTS] = {0}, sum = 0;
    size_t i = 0;
    for (; i + PARTS <= count; i += PARTS)
        for (size_t part = 0; part < PARTS; part++) {
            real difference = o[i + part] - y[i + part];
            squares[part] += (double)difference * (double)difference;
            e[i + part] = (real)scale * difference;
        }
    for (; i < count; i++) {
        real difference = o[i] - y[i];
        squares[0] += (double)difference * (double)difference;
        e[i] = (real)scale * difference;
    }
    for (size_t part = 0; part < PARTS; part++)
        sum += squares[part];
    return sum;
}

static void add(size_t count, const void *from, void *into) {
    const real *a = from;
    real *b = into;
    for (size_t i = 0; i < count; i++)
        b[i] += a[i];
}

static void augment(size_t samples, size_t inputs, const void *from, void *augmented) {
    const real *x = from;
    real *out = augmented;
    for (size_t s = 0; s < samples; s++, x += inputs) {
        for (size_t i = 0; i < inputs; i++)
            *out++ = x[i];
        *out++ = 1;
    }
}

static void from_doubles(size_t count, const double *from, void *to) {
    real *out = to;
    for (size_t i = 0; i < count; i++)
        out[i] = (real)from[i];
}

static void learn(const nd_layer *given, nd_pack *pack, const nd_step *now) {
    if (pack->by_lists) {
        (given->gram ? gram_learn : met_learn)(given, pack, now);
        return;
    }
    const nd_layer copy = *given, *layer = &copy;
    const nd_step step_copy = *now, *step = &step_copy;
    size_t group = 0;
    for (; group + 1 < pack->groups; group += 2) {
        view v = view_of(layer, pack, step, group);
        learn_groups(2, &v);
    }
    if (group < pack->groups) {
        view v = view_of(layer, pack, step, group);
        learn_groups(1, &v);
    }
}

INLINE void perturb_all(const bool relu, const nd_layer *layer, const nd_pack *pack,
                        const nd_step *step) {
    size_t group = 0;
    for (; group + 1 < pack->groups; group += 2) {
        const view v = view_of(layer, pack, step, group);
        perturb_groups(relu, 2, &v);
    }
    if (group < pack->groups) {
        const view v = view_of(layer, pack, step, group);
        perturb_groups(relu, 1, &v);
    }
}

static void perturb(const nd_layer *given, nd_pack *pack, const nd_step *now) {
    const nd_layer layer_copy = *given;
    const nd_step step_copy = *now;
    if (given->relu)
        perturb_all(true, &layer_copy, pack, &step_copy);
    else
        perturb_all(false, &layer_copy, pack, &step_copy);
}

static void descend(const nd_layer *given, nd_pack *pack, const nd_step *now) {
    const nd_layer copy = *given, *layer = &copy;
    const nd_step step_copy = *now, *step = &step_copy;
    for (size_t group = 0; group < pack->groups; group++) {
        view v = view_of(layer, pack, step, group);
        descend_group(&v);
    }
    if (layer->keeps_drive)
        clear_empty_lanes(given, pack);
}

static void silent_slots(const nd_layer *layer, const nd_pack *pack, bool *silent) {
    for (size_t group = 0; group < pack->groups; group++) {
        const real *activity = (const real *)pack->activity + group * layer->samples * LANES;
        masks active = {0};
        for (size_t s = 0; s < layer->samples; s++)
            active |= load(activity + s * LANES) > 0;
        for (int lane = 0; lane < LANES; lane++)
            silent[group * LANES + (size_t)lane] = !active[lane];
    }
}

static void count_active(const nd_layer *layer, const nd_pack *pack, double threshold,
                         size_t *pairs, size_t *units) {
    for (size_t slot = 0; slot < pack->slots; slot++) {
        const real *activity =
            (const real *)pack->activity + slot / LANES * layer->samples * LANES + slot % LANES;
        size_t times = 0;
        for (size_t s = 0; s < layer->samples; s++)
            times += (double)activity[s * LANES] > threshold;
        *pairs += times;
        *units += times > 0;
    }
}

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

const nd_kernels ND_KERNELS = {
    .instruction_set = ND_INSTRUCTION_SET,
    .single = ND_SINGLE,
    .lanes = LANES,
    .real_size = sizeof(real),
    .float_lanes = FLOATS,
    .unit_gaussians = unit_gaussians_of,
    .walk_gaussians = walk_gaussians,
    .still = still,
    .spread_scale = spread_scale,
    .unit_masks = unit_masks_of,
    .blur = blur_of,
    .gaussians = 12,
    .stored = stored,
    .padded = as_it_is,
    .samples_room = nothing,
    .samples_across = nothing,
    .list_bytes = meeting_bytes,
    .edge_bytes = no_edges,
    .work = nothing,
    .put = put,
    .get = get,
    .put_samples = put_samples,
    .get_samples = get_samples,
    .renew = renew,
    .move = move,
    .regroup = regroup,
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
    .samples_room = samples_room,
    .samples_across = samples_across,
    .list_bytes = list_bytes,
    .edge_bytes = edge_bytes,
    .quartet_bytes = quartet_bytes,
    .work = sparse_work,
    .unit_gaussians = row_gaussians,
    .walk_gaussians = walk_gaussians,
    .spread_scale = row_scale,
    .blur = blur_of,
    .put = sparse_put,
    .get = sparse_get,
    .renew = sparse_renew,
    .move = sparse_move,
    .regroup = sparse_regroup,
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
