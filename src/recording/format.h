/* A kind of file that recordings come in. Adding one: one file format_NAME.c and one line in
 * format.c. All of this runs in the child (base/child.h). */
#ifndef ND_RECORDING_FORMAT_H
#define ND_RECORDING_FORMAT_H

#include "base/memory.h"
#include "recording/event_sink.h"
#include "recording/selector.h"

enum { ND_PLACE_SIZE = 48 };

/* What is known of an activity before it is read. */
typedef struct nd_activity {
    bool spike_times;             /* lists of times; otherwise frames x cells */
    size_t frames, cells;         /* frames 0 for spike times */
    double *times;                /* frames; NULL: none */
    double rate;                  /* frames per second where the file says so; 0: unknown */
    int64_t *cell_id;             /* cells; NULL: none */
    size_t cells_left_out;        /* of another area, not among `cells` */
    char (*place)[ND_PLACE_SIZE]; /* cells; where in nested cell arrays each lies, as {1}{12}, so
                                     that what is known of it elsewhere can be found; NULL: none */
    char name[256];               /* what is read, for messages */
} nd_activity;

void nd_activity_clear(nd_activity *activity);

/* How spikes find their frames. */
typedef struct nd_clock {
    const double *times; /* the sink's frames */
    double frame_seconds;
} nd_clock;

/* Something --scan found. */
typedef struct nd_finding {
    nd_role role;   /* ND_ROLES: of no known role */
    char name[256]; /* what a manifest would say */
    char note[160]; /* shape, unit, kind, for a comment */
    bool whole;     /* kept as whole numbers: a position may be a bin already */
} nd_finding;

typedef struct nd_findings {
    nd_finding *list;
    size_t count, room;
    char subject[64]; /* animal, where the file says so */
    char start[40];   /* when the session began, ISO 8601, where the file says so */
} nd_findings;

bool nd_findings_add(nd_findings *findings, nd_role role, const char *name, nd_error *error,
                     const char *note, ...) __attribute__((format(printf, 5, 6)));

typedef struct nd_format {
    const char *name; /* "NWB", "MATLAB" ... */
    /* Traits. */
    bool clocked;            /* holds times of its own, or a rate */
    bool tabular;            /* parts are columns of one table; otherwise they have names */
    bool many;               /* defaults choose among several activities: one session a file */
    bool cells_last;         /* solid arrays of maps have the cells in their last dimension */
    const char *no_position; /* what it would have held, for messages; "" */
    /* By the first bytes and the path. */
    bool (*recognises)(const char *path, const unsigned char *head, size_t length);
    void *(*open)(const char *path, nd_error *error);
    void (*close)(void *file);
    /* Numbers: what the selector names, or the role's default. Where it names nothing and there is
     * no default, *found is false and that is no failure. `series` is zeroed. */
    bool (*series)(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                   bool *found, nd_error *error);
    /* Describes the activity, then pours it into the sink; nothing else is read in between. */
    bool (*activity)(void *file, const nd_selector *selector, nd_activity *activity,
                     nd_error *error);
    bool (*pour)(void *file, const nd_selector *selector, const nd_activity *activity,
                 nd_sink *sink, const nd_clock *clock, nd_error *error);
    /* A text, or a number as text, that an expression leads to; false if there is none. May be
     * NULL. */
    bool (*text)(void *file, const char *expression, char *text, size_t size);
    bool (*scan)(void *file, nd_findings *findings, nd_error *error);
} nd_format;

extern const nd_format nd_format_nwb, nd_format_matlab, nd_format_csv, nd_format_numpy;

/* Files open in this child; reopened only when another one is asked for. */
typedef struct nd_open_file {
    const nd_format *format;
    void *file;
    char *path;
} nd_open_file;

typedef struct nd_files {
    nd_open_file open[8];
    size_t next; /* the one to be closed for another */
} nd_files;

/* The file at `path`, opened by the format that recognises it. It must be a regular file. */
nd_open_file *nd_files_open(nd_files *files, const char *path, nd_error *error);
void nd_files_close(nd_files *files);

/* Columns of `series` chosen by the selector's numbers (names have been resolved by the format);
 * also takes the column named in selector->times as the times. Applies selector->scale. */
bool nd_series_select(nd_series *series, const nd_selector *selector, const char *file,
                      nd_error *error);

#endif
