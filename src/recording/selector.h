/* Where something lies in a file: what the manifest says of an activity, a position, a speed ... */
#ifndef ND_RECORDING_SELECTOR_H
#define ND_RECORDING_SELECTOR_H

#include "nulldrift/base.h"

/* What is looked for; each has its own defaults in each format. */
typedef enum nd_role {
    ND_ROLE_ACTIVITY,
    ND_ROLE_POSITION,
    ND_ROLE_POSITION_Y,
    ND_ROLE_SPEED,
    ND_ROLE_DIRECTION,    /* a number per frame whose sign tells the direction of running */
    ND_ROLE_TRIALS,       /* intervals: start and stop, seconds */
    ND_ROLE_IDS,          /* a whole number per cell, the same in all sessions; or per spike */
    ND_ROLE_REGISTRATION, /* a table of cells x sessions: the cell's place in each session */
    ND_ROLE_KEEP,         /* a column that says which cells count */
    ND_ROLE_CELLS,        /* what the file knows of cells, with their area */
    ND_ROLE_TASK,         /* environment and exposure of an epoch */
    ND_ROLE_RATE_MAPS,    /* maps given instead of activity */
    ND_ROLE_OCCUPANCY,    /* seconds per bin, for given maps */
    ND_ROLES,
    ND_ROLE_TIMES = ND_ROLES /* of another part's rows: never a part of its own */
} nd_role;

typedef enum nd_activity_kind {
    ND_KIND_AUTO,
    ND_KIND_FRAMES,      /* a matrix: counts or event amplitudes of each frame and cell */
    ND_KIND_SPIKE_TIMES, /* a list of times for each cell */
    ND_KIND_SPIKE_LIST,  /* two columns: time and cell; or two vectors, the second as `ids` */
    ND_KIND_ORDER,       /* of identities: row or column k is cell k in all sessions */
    ND_KIND_IDS          /* of keep: a list of the identities of cells that count */
} nd_activity_kind;

typedef enum nd_orientation {
    ND_ORIENTATION_AUTO, /* what the file's own numbers say */
    ND_ORIENTATION_FRAMES_FIRST,
    ND_ORIENTATION_CELLS_FIRST
} nd_orientation;

typedef enum nd_time_unit {
    ND_TIME_UNIT_AUTO, /* seconds, unless the name of a column says otherwise */
    ND_TIME_SECONDS,
    ND_TIME_MILLISECONDS,
    ND_TIME_MICROSECONDS,
    ND_TIME_SAMPLES /* `rate` of them per second */
} nd_time_unit;

/* What a registration's indices count. */
typedef enum nd_registration_of {
    ND_REGISTRATION_OF_AUTO, /* as far as the numbers tell */
    ND_REGISTRATION_OF_ALL,  /* all cells in the file */
    ND_REGISTRATION_OF_KEPT  /* those that `keep`, or the file's own word, leaves */
} nd_registration_of;

/* The keys of a part, as bits: which are given, and which a reader honours. */
typedef enum nd_part_key {
    ND_PART_FILE = 1 << 0,
    ND_PART_NAME = 1 << 1,
    ND_PART_TIMES = 1 << 2,
    ND_PART_COLUMNS = 1 << 3, /* column or columns */
    ND_PART_SCALE = 1 << 4,
    ND_PART_RATE = 1 << 5,
    ND_PART_THRESHOLD = 1 << 6,
    ND_PART_KIND = 1 << 7,
    ND_PART_ORIENTATION = 1 << 8,
    ND_PART_AREA = 1 << 9,
    ND_PART_TIME_UNIT = 1 << 10,
    ND_PART_BAD_TIMES = 1 << 11,
    ND_PART_MISSING = 1 << 12,
    ND_PART_SKIP_ROWS = 1 << 13,
    ND_PART_BASE = 1 << 14,
    ND_PART_EQUALS = 1 << 15,
    ND_PART_FRAMES = 1 << 16,
    ND_PART_OF = 1 << 17,
    ND_PART_BODY = 1 << 18,
    ND_PART_LIKELIHOOD = 1 << 19,
    ND_PART_GAP = 1 << 20,
    ND_PART_CALIBRATION = 1 << 21,
    ND_PART_CHANNELS = 1 << 22
} nd_part_key;

enum { ND_PART_KEYS = 23 };

/* The name of the key with bit `index`: "file", "name" ... */
const char *nd_part_key_name(size_t index);

/* Times that lie elsewhere: times: {file, name, column, equals}. All NULL: they do not. */
typedef struct nd_times_place {
    char *file, *name, *column;
    char *equals; /* of events: the text or state of those that count; NULL: all do */
} nd_times_place;

/* Zeroed, a selector asks for the role's default. Paths are absolute once the manifest is read. */
typedef struct nd_selector {
    char *file;
    char *name;  /* dataset or group in NWB; expression such as spikes{3}{2} in .mat; unused else */
    char *times; /* the same, for the times; or the number or name of a column; or a file */
    char *times_file; /* the file that `times` names, where there is one; NULL */
    nd_times_place times_at;
    char **columns; /* names in a header, or numbers from 1; none: all */
    uint32_t columns_count;
    char **body; /* body parts whose mean is meant; none: columns */
    uint32_t body_count;
    double *likelihood; /* of a body part, at least; NULL: any */
    double gap;         /* seconds without a value that are joined over; 0: none */
    double scale;       /* multiplies the numbers; 0 stands for 1 */
    double rate;        /* per second, where the file has no times; 0: unknown */
    double *threshold;  /* activity at or below it counts as none; NULL: negative is an error */
    double *missing;    /* the number that stands for none; NULL: only NaN does */
    nd_activity_kind kind;
    nd_orientation orientation;
    nd_time_unit time_unit;
    bool drop_bad_times; /* rows whose time goes back are left out, not an error */
    size_t skip_rows;    /* lines of a text file that do not count */
    int base;            /* of a registration's indices: 0 or 1; -1: the format's */
    size_t frames[2];    /* the first and last that count, from 1, of recordings joined; 0: all */
    nd_registration_of registration_of;
    char *area;     /* only cells of this area count; compared without regard to case */
    char *equals;   /* only cells with this value count */
    char *channels; /* a file with each cell's row in the table of areas, its channel; NULL: rows
                       are cells */
    uint32_t given; /* bits of nd_part_key: in the manifest */
    uint32_t own;   /* of those: in the session itself, not only in `defaults` */
} nd_selector;

/* Numbers found: rows x columns, row-major, with the time of each row where the file has it. */
typedef struct nd_series {
    size_t rows, columns;
    double *values;
    double *times; /* times_count: rows, once it is known which those are; NULL: none */
    size_t times_count;
    double rate;           /* rows per second where the file says so; 0: unknown */
    double start;          /* seconds; of the first row, where the file gives it with a rate */
    double factor, offset; /* what the file says makes units of numbers: factor * v + offset;
                              factor 0 stands for 1 */
    bool maps;             /* rows are maps of cells, columns all their bins, depth the rows of a
                              map */
    size_t depth;          /* of a three-dimensional array of rows x columns x depth (depth fastest
                              in `values`); 1 otherwise */
    char unit[64];         /* "" if the file does not say */
    char time_name[64];    /* of the column or variable the times are from; "" */
    char name[256];        /* what was read, for messages */
    char note[200];        /* a guess that was made, to be said; "" */
} nd_series;

void nd_series_clear(nd_series *series);

/* Times must be finite and strictly increasing; fails naming file, series and row. */
bool nd_series_check_times(const nd_series *series, const char *file, nd_error *error);

/* A role's name as in the manifest: "activity", "position" ... */
const char *nd_role_name(nd_role role);

/* Whether `name` looks like the role, from words labs use; for defaults and for a scan. The
 * answer is a preference: 0 no, 3 the very word. */
int nd_role_likeness(nd_role role, const char *name);

/* The unit that a name of times says it has, as in "Time Stamp (ms)" or t_us; AUTO: none. */
nd_time_unit nd_time_unit_of_name(const char *name);

/* A text as the manifest's `equals` means it: words without regard to case, numbers by value, 1 and
 * true for one another. */
bool nd_text_equals(const char *text, const char *wanted);

/* Whether `text` is made of digits alone. */
bool nd_is_count(const char *text);

/* The column of that number from 1, among `columns`; SIZE_MAX if it is none. */
size_t nd_column_number(const char *text, size_t columns);

#endif
