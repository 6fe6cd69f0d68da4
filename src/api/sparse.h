/* What a sparse activity of the public interface holds. */
#ifndef ND_API_SPARSE_H
#define ND_API_SPARSE_H

#include "measure/events.h"
#include "nulldrift/measure.h"

const nd_binned *nd_sparse_view(const nd_sparse *sparse);

#endif
