#include "measure/plug_in.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>

/* Binomial chances are followed from their mode both ways. */
double nd_mean_log_count(size_t n, double p) {
    if (n == 0 || p <= 0.0)
        return 0.0;
    if (p >= 1.0)
        return log2(1.0 + (double)n);
    size_t mode = (size_t)((double)(n + 1) * p);
    mode = mode < n ? mode : n;
    double odds = p / (1.0 - p), sum = 0.0;
    double top = exp(gsl_sf_lnchoose((unsigned)n, (unsigned)mode) + (double)mode * log(p) +
                     (double)(n - mode) * log1p(-p));
    double at = top;
    for (size_t k = mode; at > 1e-14 * top; k++) {
        sum += at * log2(1.0 + (double)k);
        if (k == n)
            break;
        at *= (double)(n - k) / (double)(k + 1) * odds;
    }
    at = top;
    for (size_t k = mode; k > 0; k--) {
        at *= (double)k / (double)(n - k + 1) / odds;
        if (at <= 1e-14 * top)
            break;
        sum += at * log2((double)k);
    }
    return sum;
}
