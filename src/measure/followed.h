/* The same cells over several sessions: a mouse's days, or a network's snapshots. What every
 * measure of drift takes (docs/drift-measures.md); it knows no file, no mouse and no network.
 *
 * Missing is NaN throughout: a bin that a session did not visit, a cell that was not found there.
 */
#ifndef ND_MEASURE_FOLLOWED_H
#define ND_MEASURE_FOLLOWED_H

#include "measure/events.h"

typedef enum nd_cell_state { ND_CELL_NOT_FOUND, ND_CELL_SILENT, ND_CELL_ACTIVE } nd_cell_state;

/* How experience of a place is counted. */
typedef enum nd_experience {
    ND_EXPERIENCE_VISITS,
    ND_EXPERIENCE_MINUTES,
    ND_EXPERIENCE_DISTANCE,
    ND_EXPERIENCES
} nd_experience;

/* The frames of one session, for what maps do not tell. */
typedef struct nd_followed_frames {
    nd_binned activity;  /* borrowed; no frames: there are only maps */
    size_t *cell;        /* activity.cells: which of the followed cells each is */
    unsigned char *half; /* frames: which half of the session, 0 or 1; NULL: no halves */
    unsigned char *gap;  /* frames: 1 where the frame before is not its neighbour; NULL: nowhere */
    int32_t *lap;        /* frames: 0 .. laps - 1, -1 outside any; NULL: no laps */
    size_t laps;
} nd_followed_frames;

typedef struct nd_followed {
    size_t sessions, cells;
    size_t bins, bins_x, bins_y, ways; /* bins = ways x bins_y x bins_x, x fastest */
    bool circular;                     /* the ends of x are one place */
    bool counts;                       /* activity is spike counts */
    bool noiseless;                  /* a network's responses, the same however often it is asked */
    double bin_width_x, bin_width_y; /* in position_unit */
    double smoothing;                /* of maps; Gaussian, in bins */
    char *position_unit, *time_unit;
    double *time;                       /* sessions; in time_unit */
    double *experience[ND_EXPERIENCES]; /* sessions, up to the middle of each; NaN: not known */
    nd_cell_state *state;               /* sessions x cells */
    bool *tuned;                        /* sessions x cells: its map passed its test */
    double *rate;                       /* sessions x cells; per second */
    double *map;                        /* sessions x cells x bins; per second, smoothed */
    double *half_map;                   /* sessions x 2 x cells x bins; NULL: no halves */
    double *occupancy;                  /* sessions x bins; time shares */
    double *speed;                      /* sessions x bins; NULL or NaN: not known */
    nd_followed_frames *frames;         /* sessions */
} nd_followed;

/* Room for so many, everything missing, no half maps and speeds. Free with nd_followed_free. */
nd_followed *nd_followed_new(size_t sessions, size_t cells, size_t bins, nd_error *error);
/* Adds half maps, all missing. */
bool nd_followed_add_halves(nd_followed *of, nd_error *error);
void nd_followed_free(nd_followed *of);

static inline const double *nd_map_of(const nd_followed *of, size_t session, size_t cell) {
    return of->map + (session * of->cells + cell) * of->bins;
}
static inline const double *nd_half_map_of(const nd_followed *of, size_t session, size_t half,
                                           size_t cell) {
    return of->half_map + ((session * 2 + half) * of->cells + cell) * of->bins;
}
static inline nd_cell_state nd_state_of(const nd_followed *of, size_t session, size_t cell) {
    return of->state[session * of->cells + cell];
}
/* Was the cell found in both, and active in one of them at least? */
static inline bool nd_active_in_either(const nd_followed *of, size_t a, size_t b, size_t cell) {
    nd_cell_state x = nd_state_of(of, a, cell), y = nd_state_of(of, b, cell);
    return x != ND_CELL_NOT_FOUND && y != ND_CELL_NOT_FOUND &&
           (x == ND_CELL_ACTIVE || y == ND_CELL_ACTIVE);
}
static inline bool nd_active_in_both(const nd_followed *of, size_t a, size_t b, size_t cell) {
    return nd_state_of(of, a, cell) == ND_CELL_ACTIVE && nd_state_of(of, b, cell) == ND_CELL_ACTIVE;
}

/* The halves of a session are every second stretch of half a minute. */
static inline unsigned char nd_half_of_frame(size_t frame, size_t frames, double frame_seconds) {
    double most = 30.0 / frame_seconds;
    size_t stretch = most > 1.0 ? (size_t)most : 1;
    if (2 * stretch > frames)
        stretch = frames / 2 + 1;
    return (unsigned char)((frame / stretch) % 2);
}

#endif
