/* When a run counts as diverged: its loss stays beyond any use (docs/experiment-file.md,
 * learning.divergence). */
#ifndef ND_MEASURE_DIVERGENCE_H
#define ND_MEASURE_DIVERGENCE_H

#include <stdbool.h>
#include <stddef.h>

/* How many records in a row make a loss that lasts. */
enum { ND_LASTING_RECORDS = 10 };

/* The watch over the records of one run. */
typedef struct nd_divergence {
    double factor;    /* learning.divergence; 0: never */
    double limit;     /* no record may lastingly exceed it; set by the first */
    size_t made, run; /* records so far, and how many of the last exceed the limit */
    size_t records;   /* how many there will be */
} nd_divergence;

/* Starts before the first of `records` records. */
nd_divergence nd_divergence_start(double factor, size_t records);

/* Takes the next record's loss, over the targets' variance. True where the run counts as diverged:
 * the loss is no number; or it exceeds `factor` times the greater of its first value and 1 (the
 * loss of the mean predictor) at the last ND_LASTING_RECORDS records, or, in a run of fewer, at all
 * but the first. */
bool nd_divergence_at(nd_divergence *watch, double loss);

#endif
