#include "measure/divergence.h"

#include <math.h>

nd_divergence nd_divergence_start(double factor, size_t records) {
    return (nd_divergence){.factor = factor, .records = records};
}

bool nd_divergence_at(nd_divergence *watch, double loss) {
    if (!isfinite(loss))
        return true;
    if (watch->made++ == 0)
        watch->limit = watch->factor > 0 ? watch->factor * fmax(loss, 1) : INFINITY;
    watch->run = loss > watch->limit ? watch->run + 1 : 0;
    size_t others = watch->records > 1 ? watch->records - 1 : 1;
    size_t lasting = others < ND_LASTING_RECORDS ? others : ND_LASTING_RECORDS;
    return watch->run >= lasting;
}
