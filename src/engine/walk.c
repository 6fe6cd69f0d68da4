#include "engine/walk.h"

#include <math.h>
#include <string.h>

enum { DEPTH = 8 }; /* bisections where times are not whole numbers */

/* A 56-bit address for a node of a walk (the finaliser of splitmix64, Steele et al. 2014). */
static uint64_t address(uint64_t key, uint64_t node) {
    uint64_t z = key * 0x9E3779B97F4A7C15u + node;
    for (int i = 0; i < 2; i++) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        z ^= z >> 31;
        z += node;
    }
    return z >> 8;
}

/* The standard Gaussians of a node of a walk. */
static void gaussians(const nd_walk *walk, uint64_t node, size_t count, double *out) {
    walk->gaussians(walk->seed, walk->purpose, walk->unit, address(walk->key, node), count, out);
}

/* out = the walk at `time`, given `left` at `from` and `right` at `to`; node names the interval. */
static void bridge(const nd_walk *walk, uint64_t node, double from, double to, double time,
                   double *left, double *right, size_t count, double *out) {
    for (int depth = 0; time > from && time < to; depth++) {
        double middle = (from + to) / 2;
        if (walk->whole)
            middle = floor(middle);
        else if (depth == DEPTH) {
            uint64_t bits;
            middle = time;
            memcpy(&bits, &time, sizeof bits);
            node ^= bits;
        }
        double share = (middle - from) / (to - from), deviation = sqrt((to - middle) * share);
        gaussians(walk, node, count, out);
        for (size_t i = 0; i < count; i++)
            out[i] = left[i] + share * (right[i] - left[i]) + deviation * out[i];
        bool before = time <= middle;
        memcpy(before ? right : left, out, count * sizeof *out);
        *(before ? &to : &from) = middle;
        node = 2 * node + before;
    }
    memcpy(out, time <= from ? left : right, count * sizeof *out);
}

void nd_walk_within(const nd_walk *walk, double end, double time, size_t count, double *out,
                    double *scratch) {
    double *left = scratch, *right = scratch + count;
    if (time <= 0 || end <= 0) {
        memset(out, 0, count * sizeof *out);
        return;
    }
    memset(left, 0, count * sizeof *left);
    gaussians(walk, 0, count, right);
    for (size_t i = 0; i < count; i++)
        right[i] *= sqrt(end);
    if (time > end) {
        uint64_t bits;
        memcpy(&bits, &time, sizeof bits);
        gaussians(walk, bits, count, out);
        for (size_t i = 0; i < count; i++)
            out[i] = right[i] + sqrt(time - end) * out[i];
        return;
    }
    bridge(walk, 1, 0, end, time, left, right, count, out);
}

void nd_walk_on(const nd_walk *walk, double time, size_t count, double *out, double *scratch) {
    const int least = walk->whole ? 0 : -100; /* below 2^least a walk has not moved */
    double *left = scratch, *right = scratch + count;
    memset(left, 0, count * sizeof *left);
    memset(right, 0, count * sizeof *right);
    memset(out, 0, count * sizeof *out);
    if (time <= 0 || (!walk->whole && time < ldexp(1, least)))
        return;
    double from = 0, to = 0;
    for (int power = least; to < time; power++) {
        from = to;
        to = ldexp(1, power);
        memcpy(left, right, count * sizeof *left);
        gaussians(walk, (uint64_t)1 << 63 | (uint64_t)(power + 128), count, out);
        for (size_t i = 0; i < count; i++)
            right[i] = left[i] + sqrt(to - from) * out[i];
    }
    nd_walk inner = *walk;
    inner.key = address(walk->key, (uint64_t)1 << 62 | (uint64_t)(ilogb(to) + 128));
    bridge(&inner, 1, from, to, time, left, right, count, out);
}

double nd_gaussian_tail(double x) {
    return 0.5 * erfc(x / M_SQRT2);
}

double nd_silence_threshold(size_t samples, double chance) {
    double low = 0, high = 40;
    while (high - low > 1e-6) {
        double middle = (low + high) / 2;
        *(2 * (double)samples * nd_gaussian_tail(middle) <= chance ? &high : &low) = middle;
    }
    return high;
}
