#include "measure/place_field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct nd_field_scratch {
    unsigned char *seen; /* bins */
    int32_t *waiting;    /* bins: those to be looked around */
    int32_t *turns;      /* bins: how often the way there passed the seam of a loop */
};

nd_field_scratch *nd_field_scratch_new(size_t bins, nd_error *error) {
    nd_field_scratch *scratch = nd_array(1, sizeof *scratch, error);
    if (!scratch)
        return NULL;
    scratch->seen = nd_array(bins, 1, error);
    scratch->waiting = nd_array(bins, sizeof *scratch->waiting, error);
    scratch->turns = nd_array(bins, sizeof *scratch->turns, error);
    if (scratch->seen && scratch->waiting && scratch->turns)
        return scratch;
    nd_field_scratch_free(scratch);
    return NULL;
}

void nd_field_scratch_free(nd_field_scratch *scratch) {
    if (!scratch)
        return;
    free(scratch->seen);
    free(scratch->waiting);
    free(scratch->turns);
    free(scratch);
}

typedef struct region {
    const double *map;
    const nd_followed *shape;
    nd_field_scratch *scratch;
    double least;
    size_t waiting; /* bins to be looked around */
    double bins, sum, sum_x, sum_y;
} region;

static void take(region *of, size_t x, size_t y, int32_t turns) {
    size_t bin = y * of->shape->bins_x + x;
    double rate = of->map[bin];
    if (of->scratch->seen[bin] || !(rate >= of->least))
        return;
    of->scratch->seen[bin] = 1;
    of->scratch->turns[bin] = turns;
    of->scratch->waiting[of->waiting++] = (int32_t)bin;
    double along = (double)x + 0.5 + (double)turns * (double)of->shape->bins_x;
    of->bins += 1;
    of->sum += rate;
    of->sum_x += rate * along;
    of->sum_y += rate * ((double)y + 0.5);
}

/* The region around a bin. */
static void grow(region *of, size_t bin) {
    size_t nx = of->shape->bins_x, ny = of->shape->bins_y;
    of->waiting = 0;
    of->bins = of->sum = of->sum_x = of->sum_y = 0;
    take(of, bin % nx, bin / nx, 0);
    while (of->waiting > 0) {
        size_t at = (size_t)of->scratch->waiting[--of->waiting], x = at % nx, y = at / nx;
        int32_t turns = of->scratch->turns[at];
        if (x + 1 < nx || of->shape->circular)
            take(of, (x + 1) % nx, y, turns + (x + 1 == nx));
        if (x > 0 || of->shape->circular)
            take(of, (x + nx - 1) % nx, y, turns - (x == 0));
        if (y + 1 < ny)
            take(of, x, y + 1, turns);
        if (y > 0)
            take(of, x, y - 1, turns);
    }
}

nd_place_field nd_find_field(const double *map, const nd_followed *shape,
                             nd_field_scratch *scratch) {
    size_t bins = shape->bins_x * shape->bins_y, peak = bins;
    nd_place_field field = {NAN, NAN, NAN, 0};
    for (size_t b = 0; b < bins; b++)
        if (map[b] > 0 && (peak == bins || map[b] > map[peak]))
            peak = b;
    if (peak == bins)
        return field;
    memset(scratch->seen, 0, bins);
    region of = {.map = map, .shape = shape, .scratch = scratch, .least = 0.5 * map[peak]};
    grow(&of, peak);
    double around = (double)shape->bins_x, x = of.sum_x / of.sum;
    if (shape->circular)
        x -= around * floor(x / around);
    field.x = x * shape->bin_width_x;
    field.y = of.sum_y / of.sum * shape->bin_width_y;
    field.width = shape->bins_y > 1
                      ? 2 * sqrt(of.bins * shape->bin_width_x * shape->bin_width_y / M_PI)
                      : of.bins * shape->bin_width_x;
    field.fields = 1;
    for (size_t b = 0; b < bins; b++)
        if (!scratch->seen[b] && map[b] >= of.least) {
            grow(&of, b);
            field.fields++;
        }
    return field;
}

double nd_field_distance(const nd_followed *shape, const nd_place_field *a,
                         const nd_place_field *b) {
    double x = fabs(a->x - b->x), around = (double)shape->bins_x * shape->bin_width_x;
    if (shape->circular)
        x = fmin(x, around - x);
    return shape->bins_y > 1 ? hypot(x, a->y - b->y) : x;
}
