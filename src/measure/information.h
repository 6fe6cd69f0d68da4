/* Naive information about position (docs/model.md, section 8.2): Skaggs' spatial information and
 * the mutual information of binned responses, from sparse activity. nd_spatial_information
 * (tuning.h) and nd_mutual_information are the definitions; nd_information_tables serves the same
 * numbers at the cost of a cell's events alone, for shuffles and subsamples by the million. */
#ifndef ND_MEASURE_INFORMATION_H
#define ND_MEASURE_INFORMATION_H

#include "measure/events.h"

typedef enum nd_information {
    ND_INFORMATION_BIT_SPIKE,  /* SI, bit per spike (or per unit of event amplitude) */
    ND_INFORMATION_BIT_SECOND, /* SI, bit/s */
    ND_INFORMATION_MUTUAL,     /* MI, bit per frame */
    ND_INFORMATIONS
} nd_information;

/* How amounts become responses for the mutual information. */
typedef enum nd_response_kind {
    ND_RESPONSE_COUNTS,     /* whole numbers, as they are */
    ND_RESPONSE_ROUNDED,    /* real values with 5 < max < 20, rounded */
    ND_RESPONSE_LOGARITHMIC /* zero plus 10 bins between logarithmically spaced edges */
} nd_response_kind;

enum { ND_RESPONSE_CENTRES = 10 };

/* The responses of a session: level 0 is silence, others 1 .. levels-1. */
typedef struct nd_responses {
    nd_response_kind kind;
    double centre[ND_RESPONSE_CENTRES]; /* LOGARITHMIC: nearest wins */
    size_t levels;
    uint32_t *level; /* by event, over all events of the activity; 0 for cells not listed */
} nd_responses;

/* Chooses the kind, and the bins, over all events of the cells listed, and gives every event of
 * those cells its level. Free with nd_responses_clear. */
bool nd_responses_choose(const nd_binned *activity, const size_t *cells, size_t count,
                         nd_responses *responses, nd_error *error);
void nd_responses_clear(nd_responses *responses);

/* The definition: MI, in bit, of two series of `count` labels, levels[i] < level_count and
 * bin[i] < bins. NaN when memory is out. */
double nd_mutual_information(const uint32_t *level, size_t level_count, const int64_t *bin,
                             size_t bins, size_t count);

/* What every evaluation shares: logarithms of whole numbers up to the number of frames. */
typedef struct nd_information_tables {
    size_t frames, bins, levels;
    double *log_count;    /* 0 .. frames: log2 n, 0 at 0 */
    double *entropy_step; /* 0 .. frames-1: (n+1) log2(n+1) - n log2 n */
    double frame_seconds;
} nd_information_tables;

bool nd_information_tables_make(const nd_binned *activity, size_t levels,
                                nd_information_tables *tables, nd_error *error);
void nd_information_tables_clear(nd_information_tables *tables);

/* How long the animal was in each bin, over `total` of the frames. */
typedef struct nd_occupation {
    size_t total;
    uint32_t *count;   /* bins */
    double *log_share; /* bins: log2(count / total), 0 where never visited */
} nd_occupation;

bool nd_occupation_make(size_t bins, nd_occupation *occupation, nd_error *error);
void nd_occupation_clear(nd_occupation *occupation);
/* Fills in log_share and total from the counts. */
void nd_occupation_finish(const nd_information_tables *tables, nd_occupation *occupation);

/* Room for one evaluation; one per thread. */
typedef struct nd_information_scratch {
    double *amount, *term, *log_share; /* bins */
    uint32_t *joint;                   /* bins x levels */
    uint32_t *silent_used;             /* bins */
    uint32_t *level_count;             /* levels */
} nd_information_scratch;

bool nd_information_scratch_make(const nd_information_tables *tables,
                                 nd_information_scratch *scratch, nd_error *error);
void nd_information_scratch_clear(nd_information_scratch *scratch);

/* sum_b A_b (log2 A_b - log2 p_b), A_b the amount in bin b, of `count` events of a cell, event i in
 * bin[i] with amount[i]: what of the SI depends on where the events are. With A the sum of all
 * amounts, SI = this / A - log2 A. */
double nd_event_entropy(const nd_information_tables *tables, const nd_occupation *occupation,
                        const uint32_t *bin, const double *amount, size_t count,
                        nd_information_scratch *scratch);

/* SI in bit/spike of `count` events of a cell, event i in bin[i] with amount[i] (frames in which
 * the cell is silent need not be named). NaN where the amounts do not sum above zero. */
double nd_event_information(const nd_information_tables *tables, const nd_occupation *occupation,
                            const uint32_t *bin, const double *amount, size_t count,
                            nd_information_scratch *scratch);

/* MI in bit of the same, with level[i] the responses; 0 for a silent cell. */
double nd_event_mutual_information(const nd_information_tables *tables,
                                   const nd_occupation *occupation, const uint32_t *bin,
                                   const uint32_t *level, size_t count,
                                   nd_information_scratch *scratch);

/* Naive estimates of the cells listed: `information` is count x ND_INFORMATIONS. */
bool nd_naive_information(const nd_binned *activity, const size_t *cells, size_t count,
                          const nd_responses *responses, double *information, nd_error *error);

#endif
