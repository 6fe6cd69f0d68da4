/* Where something lies in a file: what the manifest says of an activity, a position, a speed ... */
#ifndef ND_RECORDING_SELECTOR_H
#define ND_RECORDING_SELECTOR_H

#include "nulldrift.h"

/* What is looked for; each has its own defaults in each format. */
typedef enum nd_role {
    ND_ROLE_ACTIVITY,
    ND_ROLE_POSITION,
    ND_ROLE_POSITION_Y,
    ND_ROLE_SPEED,
    ND_ROLE_DIRECTION, /* a number per frame whose sign tells the direction of running */
    ND_ROLE_TRIALS,    /* intervals: start and stop, seconds */
    ND_ROLE_IDS,       /* a whole number per cell, the same in all sessions */
    ND_ROLE_CELLS,     /* what the file knows of cells, with their area */
    ND_ROLE_TASK,      /* environment and exposure of an epoch */
    ND_ROLE_RATE_MAPS, /* maps given instead of activity */
    ND_ROLE_OCCUPANCY, /* seconds per bin, for given maps */
    ND_ROLES
} nd_role;

typedef enum nd_activity_kind {
    ND_KIND_AUTO,
    ND_KIND_FRAMES,      /* a matrix: counts or event amplitudes of each frame and cell */
    ND_KIND_SPIKE_TIMES, /* a list of times for each cell */
    ND_KIND_SPIKE_LIST   /* two columns: time and cell */
} nd_activity_kind;

typedef enum nd_orientation {
    ND_ORIENTATION_AUTO, /* frames by cells, unless the number of times says otherwise */
    ND_ORIENTATION_FRAMES_FIRST,
    ND_ORIENTATION_CELLS_FIRST
} nd_orientation;

/* Zeroed, a selector asks for the role's default. Paths are absolute once the manifest is read. */
typedef struct nd_selector {
    char *file;
    char *name;  /* dataset or group in NWB; expression such as spikes{3}{2} in .mat; unused else */
    char *times; /* the same, for the times; or the number or name of a column */
    char **columns; /* names in a CSV header, or numbers from 1; none: all */
    uint32_t columns_count;
    double scale;      /* multiplies the numbers; 0 stands for 1 */
    double rate;       /* per second, where the file has no times; 0: unknown */
    double *threshold; /* activity at or below it counts as none; NULL: negative is an error */
    nd_activity_kind kind;
    nd_orientation orientation;
    char *area; /* only cells of this area count; compared without regard to case */
} nd_selector;

/* Numbers found: rows x columns, row-major, with the time of each row where the file has it. */
typedef struct nd_series {
    size_t rows, columns;
    double *values;
    double *times;  /* rows; NULL: none */
    double rate;    /* rows per second where the file says so; 0: unknown */
    bool maps;      /* rows are maps of cells, columns all their bins, depth the rows of a map */
    size_t depth;   /* of a three-dimensional array of rows x columns x depth (depth fastest in
                       `values`); 1 otherwise */
    char unit[64];  /* "" if the file does not say */
    char name[256]; /* what was read, for messages */
} nd_series;

void nd_series_clear(nd_series *series);

/* Times must be finite and strictly increasing; fails naming file, series and row. */
bool nd_series_check_times(const nd_series *series, const char *file, nd_error *error);

/* A role's name as in the manifest: "activity", "position" ... */
const char *nd_role_name(nd_role role);

/* Whether `name` looks like the role, from words labs use; for defaults and for --scan. The
 * answer is a preference: 0 no, 3 the very word. */
int nd_role_likeness(nd_role role, const char *name);

#endif
