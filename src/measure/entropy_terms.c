#include "measure/entropy_terms.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/clones.h"

static inline uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double of_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* log2 of a positive, normal x = m 2^e with m in [1/sqrt 2, sqrt 2): e + 2 atanh((m-1)/(m+1)) / ln
 * 2, the series in s = (m-1)/(m+1), |s| < 0.172, cut where its terms fall below 1e-17. */
static inline double log2_of(double x) {
    uint64_t bits = bits_of(x);
    double exponent = of_bits(bits >> 52 | 0x4330000000000000u) - (0x1p52 + 1023.0);
    double mantissa = of_bits((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
    int high = mantissa > M_SQRT2;
    mantissa = high ? 0.5 * mantissa : mantissa;
    exponent = high ? exponent + 1.0 : exponent;
    double s = (mantissa - 1.0) / (mantissa + 1.0), z = s * s;
    double series = 1.0 / 21.0;
    series = series * z + 1.0 / 19.0;
    series = series * z + 1.0 / 17.0;
    series = series * z + 1.0 / 15.0;
    series = series * z + 1.0 / 13.0;
    series = series * z + 1.0 / 11.0;
    series = series * z + 1.0 / 9.0;
    series = series * z + 1.0 / 7.0;
    series = series * z + 1.0 / 5.0;
    series = series * z + 1.0 / 3.0;
    series = series * z;
    return exponent + 2.0 * M_LOG2E * (s + s * series);
}

/* The clones are this file's own: the name that chooses among them is offered to everybody when it
 * is not static, whatever the visibility. */
ND_CLONES static void entropy_terms(const double *x, const double *shift, size_t count,
                                    double *term) {
    for (size_t i = 0; i < count; i++) {
        double positive = x[i] > DBL_MIN ? x[i] : DBL_MIN;
        double value = x[i] * (log2_of(positive) - shift[i]);
        term[i] = x[i] > 0.0 ? value : 0.0;
    }
}

void nd_entropy_terms(const double *x, const double *shift, size_t count, double *term) {
    entropy_terms(x, shift, count, term);
}

double nd_ordered_sum(const double *x, size_t count) {
    double part[4] = {0.0, 0.0, 0.0, 0.0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++)
            part[k] += x[i + k];
    for (; i < count; i++)
        part[0] += x[i];
    return (part[0] + part[1]) + (part[2] + part[3]);
}
