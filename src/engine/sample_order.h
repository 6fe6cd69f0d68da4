/* An order of the samples in which neighbours are alike, so that the samples that drive a ReLU unit
 * form few runs (kernels/runs.h). */
#ifndef ND_ENGINE_SAMPLE_ORDER_H
#define ND_ENGINE_SAMPLE_ORDER_H

#include "world/dataset.h"

/* order[i] (samples): which sample comes i-th. A short path through the samples, by the angle
 * between their inputs (with a 1 appended): the share of random units whose threshold parts two
 * samples. The order is the given one where there are more than 2048 samples. A function of the
 * inputs alone. */
bool nd_sample_order(const nd_dataset *dataset, size_t *order, nd_error *error);

/* A data set of the same inputs and targets in that order, nothing else; freed by the caller. */
nd_dataset *nd_dataset_in_order(const nd_dataset *dataset, const size_t *order, nd_error *error);

#endif
