/** @file
 * Measures on plain arrays, whoever produced them: tuning curves, information, significance, bias
 * corrections, correlations, trends, phases (docs/model.md, sections 4 and 8).
 */
#ifndef NULLDRIFT_MEASURE_H
#define NULLDRIFT_MEASURE_H

#include "nulldrift/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* ---- Arrays as they lie ---- */

/** The type of an array's values. */
typedef enum nd_type {
    ND_FLOAT64, /**< double */
    ND_FLOAT32  /**< float */
} nd_type;

/** A matrix in the caller's memory, read where it lies: value (r, c) is at
 * (char *)data + r row_stride + c column_stride. C and Fortran order, slices and transposes need no
 * copy. Strides are bytes, multiples of the value's size; negative ones are fine. */
typedef struct nd_matrix {
    nd_type type;            /**< of its values */
    size_t rows;             /**< e.g. frames */
    size_t columns;          /**< e.g. cells */
    const void *data;        /**< of value (0, 0) */
    ptrdiff_t row_stride;    /**< bytes from a row to the next */
    ptrdiff_t column_stride; /**< bytes from a column to the next */
} nd_matrix;

/* ---- Positions and bins ---- */

/** One coordinate, cut into equal bins. */
typedef struct nd_axis {
    const double *position; /**< frames; what is not finite is not known */
    size_t bins;            /**< at least 1 */
    double low;             /**< the lower end; low == high: the range of the positions */
    double high;            /**< the upper end, which belongs to the last bin */
} nd_axis;

/** The bin of each of `frames` frames by 1 to 3 axes (2: a map; the last axis runs fastest), into
 * `bin` (frames): 0 .. product of the axes' bins - 1; -1 where a position is not known or outside.
 */
bool nd_bin_frames(const nd_axis *axes, size_t axis_count, size_t frames, int64_t *bin,
                   nd_error *error);

/** Directed position: (position - min) times the sign of the velocity, so that both ways of a track
 * are apart; the first velocity is repeated, and no movement is 0. NaN where the position or the
 * one before is not known. Into `out` (frames). docs/model.md, section 4.2. */
bool nd_direct_positions(const double *position, size_t frames, double *out, nd_error *error);

/** Occupancy (`bins`: shares of the frames that have a bin, summing to 1) and tuning curves (cells
 * x bins, row-major: the mean activity of the frames in the bin, NaN where none was) of `activity`
 * (frames x cells), frame f in bin[f], -1: left out. One pass over the array, without a copy. A NaN
 * makes its cell's bin NaN. `occupancy` may be NULL. */
bool nd_tuning(const nd_matrix *activity, const int64_t *bin, size_t bins, double *occupancy,
               double *curves, nd_error *error);

/** Smooths maps (`count` of rows x columns values; curves: rows 1) in place with a Gaussian of
 * `sigma` bins. What is NaN takes no part and stays NaN. `ring`: the columns close into a ring;
 * else edges reflect. */
bool nd_smooth_maps(double *maps, size_t count, size_t rows, size_t columns, double sigma,
                    bool ring, nd_error *error);

/** A number of one tuning curve. All strings are constants of the library. */
typedef struct nd_curve_measure {
    const char *name;       /**< "spatial_information", "spatial_sparsity", ... */
    const char *unit;       /**< "bit per unit activity", ... */
    const char *definition; /**< in one line */
} nd_curve_measure;

/** Describes number `index` of them; false beyond the last. */
bool nd_curve_measure_describe(size_t index, nd_curve_measure *description);

/** The number called `name` of each of `cells` tuning curves (cells x bins) at this occupancy
 * (bins), into `values` (cells); NaN where it is not defined. */
bool nd_measure_curves(const char *name, const double *curves, const double *occupancy,
                       size_t cells, size_t bins, double *values, nd_error *error);

/* ---- Information ---- */

/** Activity made sparse, each frame with its bin: what information, significance and bias
 * corrections work on. */
typedef struct nd_sparse nd_sparse;

/** Of `activity` (frames x cells), frame f in bin[f] (-1: left out), a frame lasting
 * `frame_seconds`. It is copied. Fails on an amount that is not finite in a frame that has a bin.
 */
nd_sparse *nd_sparse_from_matrix(const nd_matrix *activity, const int64_t *bin, size_t bins,
                                 double frame_seconds, nd_error *error);

/** Of lists of events: cell c is active in frames frame[start[c]] .. frame[start[c + 1] - 1],
 * ascending, below `frames`, with the amount beside each (spike counts, or amplitudes). `start` has
 * cells + 1 values, the first 0. */
nd_sparse *nd_sparse_from_events(const size_t *start, const uint32_t *frame, const double *amount,
                                 size_t cells, const int64_t *bin, size_t frames, size_t bins,
                                 double frame_seconds, nd_error *error);

/** Frees it; NULL is fine. */
void nd_sparse_free(nd_sparse *sparse);

/** Frames that have a bin, cells and bins; any of them may be NULL. */
void nd_sparse_shape(const nd_sparse *sparse, size_t *frames, size_t *cells, size_t *bins);

/** As nd_tuning: occupancy (bins, may be NULL) and curves (cells x bins). */
bool nd_sparse_tuning(const nd_sparse *sparse, double *occupancy, double *curves, nd_error *error);

/** Active frames (amount above 0) and the mean rate (amount per second) of each cell; either may be
 * NULL. docs/model.md, section 8.2 calls a cell sufficiently active by both. */
bool nd_sparse_activity_of_cells(const nd_sparse *sparse, size_t *active_frames, double *rate,
                                 nd_error *error);

/** Naive information about the bin, for each cell (docs/model.md, section 8.2): spatial information
 * in bit per event or unit of amplitude (`bit_event`) and in bit/s (`bit_second`), and mutual
 * information in bit per frame (`mutual`); each has `cells` values and may be NULL. */
bool nd_sparse_information(const nd_sparse *sparse, double *bit_event, double *bit_second,
                           double *mutual, nd_error *error);

/** How activity is torn from the positions. */
typedef enum nd_tearing {
    ND_TEAR_CYCLIC, /**< turned around in time by a random number of frames */
    ND_TEAR_RANDOM  /**< its frames permuted */
} nd_tearing;

/** Is a cell tuned? p[c]: 1 less the share of `shuffles` shuffles of its activity whose spatial
 * information is below the real one's; mean[c] (may be NULL): the shuffles' mean, bit per event.
 * Shuffle k of cell c is drawn at (seed, c, k): the same for any number of threads (0: one).
 * docs/model.md, section 8.3. */
bool nd_sparse_significance(const nd_sparse *sparse, size_t shuffles, nd_tearing tearing,
                            uint64_t seed, unsigned threads, double *p, double *mean,
                            nd_error *error);

/** Which naive information is corrected. */
typedef enum nd_information_kind {
    ND_BIT_EVENT,  /**< spatial information, bit per event */
    ND_BIT_SECOND, /**< spatial information, bit/s */
    ND_BIT_MUTUAL  /**< mutual information, bit per frame */
} nd_information_kind;

/** How the bias of limited sampling is taken away (docs/model.md, section 8.4). */
typedef enum nd_bias {
    ND_BIAS_SR,  /**< shuffle reduction */
    ND_BIAS_SSR, /**< scaled shuffle reduction */
    ND_BIAS_AE,  /**< asymptotic extrapolation */
    ND_BIAS_BAE  /**< bounded asymptotic extrapolation */
} nd_bias;

/** How the curves against the share of the frames are drawn. */
typedef struct nd_subsampling {
    size_t fractions;   /**< shares of the frames, 1/n .. 1; 0: 10; at most 64 */
    size_t repetitions; /**< subsamples of all frames, more of smaller shares; 0: 100 */
    size_t block;       /**< neighbouring frames drawn together; 0: as bursts are long */
    uint64_t seed;      /**< of all that is drawn */
    unsigned threads;   /**< 0: one */
} nd_subsampling;

/** Information of each cell corrected for limited sampling, into `values` (cells). `how` may be
 * NULL: all zero; `watch` may be NULL. Numbers are the same for any number of threads. */
bool nd_sparse_corrected(const nd_sparse *sparse, nd_information_kind kind, nd_bias bias,
                         const nd_subsampling *how, const nd_watch *watch, double *values,
                         nd_error *error);

/** The correction alone, of a course that is known: naive and shuffled information at `count`
 * sample sizes, ascending, in any unit; points that are NaN are left out. `size` may be NULL for SR
 * and SSR, `shuffled` for AE and BAE. NaN where it is not defined. */
bool nd_correct_bias(nd_bias bias, const double *size, const double *naive, const double *shuffled,
                     size_t count, double *value, nd_error *error);

/* ---- Correlations ---- */

/** Pearson r of two series over the pairs of which neither is NaN; NaN where it is not defined. */
double nd_correlation(const double *x, const double *y, size_t count);

/** How alike maps at `times` times are (docs/model.md, section 4.4). `maps`: times x units x bins,
 * NaN where a bin was not visited; `use`: times x units, NULL: all units. Into two matrices, times
 * x times: the mean over units of the Pearson r of their maps, and over bins of that of the
 * population vectors; either may be NULL. */
bool nd_correlate_maps(const double *maps, const bool *use, size_t times, size_t units, size_t bins,
                       double *rate_map, double *population_vector, nd_error *error);

/* ---- Series ---- */

/** A tested trend. */
typedef struct nd_trend_found {
    double slope;           /**< Sen's, per unit of time */
    double p;               /**< two-sided, Mann-Kendall with regard to autocorrelation */
    double variance_factor; /**< Hamed and Rao's correction of the variance, at least 1 */
} nd_trend_found;

/** The trend of `values` over `time` (ascending), `count` each, all finite. NaN for fewer than
 * five.
 */
bool nd_find_trend(const double *time, const double *values, size_t count, nd_trend_found *trend,
                   nd_error *error);

/** Rates (1/step) of the exponential fall of the fraction of active units over `step` (ascending,
 * from 0 on), `records` each: by the published definition and by least squares (docs/model.md,
 * section 4.5); either may be NULL. NaN where the records do not tell it. */
bool nd_sparsification(const double *step, const double *fraction_active_units, size_t records,
                       double *published, double *fitted, nd_error *error);

/** Does similarity (count x count, symmetric, NaN: not known) fall with time apart? A Mantel test
 * of `count` sessions at `time`: r over pairs and its one-sided p, from all orders up to seven
 * sessions, 4999 drawn from `seed` beyond; NaN below four. docs/model.md, section 8.6. */
bool nd_find_decay(const double *time, const double *similarity, size_t count, uint64_t seed,
                   double *correlation, double *p, nd_error *error);

/* ---- The phases of learning ---- */

/** What is known of a run. Series that are not known are NULL. */
typedef struct nd_learning_traces {
    size_t records;                      /**< at least 10 */
    const double *step;                  /**< records, rising from 0 */
    const double *loss;                  /**< records: over Var(y) */
    const double *active_fraction;       /**< records; may be NULL */
    const double *fraction_active_units; /**< records; may be NULL */
    size_t snapshots;                    /**< of the next three; 0: none */
    const double *snapshot_step;         /**< snapshots */
    const double *spatial_information;   /**< snapshots: mean over tuned units; NaN: not known; may
                                              be NULL */
    const double *rate_map_correlation;  /**< snapshots x snapshots; may be NULL */
    double divergence; /**< learning.divergence of the run; 0: no loss is too high */
} nd_learning_traces;

/** Metrics whose change is tested in each phase. */
enum nd_phase_room { ND_PHASE_CHANGES = 5 /**< how many */ };

/** How one metric changes in one phase. Strings are constants of the library. */
typedef struct nd_phase_change {
    const char *metric; /**< "log10 loss", "fraction active units", ... */
    const char *change; /**< "changes", "still", "too few", "unknown" */
    double from;        /**< mean over the first tenth of the phase */
    double to;          /**< mean over the last tenth */
    double slope;       /**< Sen's, per step; NaN where not tested */
    double p;           /**< NaN where not tested */
} nd_phase_change;

/** One of the three phases. */
typedef struct nd_learning_phase {
    bool seen;                                /**< the run shows it; else it has no duration */
    bool claimed;                             /**< what its name says is claimed */
    double from_step;                         /**< where it begins to dominate; NaN: not seen */
    double to_step;                           /**< where it ends; NaN: not seen */
    char words[512];                          /**< what may be said of it */
    nd_phase_change change[ND_PHASE_CHANGES]; /**< by metric */
} nd_learning_phase;

/** The three phases of learning (docs/model.md, section 4.8): fast familiarity, implicit
 * regularisation, null drift. Fails on fewer than ten records, on steps that do not rise, and where
 * the loss says that the run diverged. */
bool nd_find_phases(const nd_learning_traces *traces, nd_learning_phase phases[3], nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
