/* A kind of file that recordings come in. Adding one: one file format_NAME.c and one line in
 * formats.def. All but `recognises` runs in the child (base/child.h). */
#ifndef ND_RECORDING_FORMAT_H
#define ND_RECORDING_FORMAT_H

#include "base/memory.h"
#include "recording/event_sink.h"
#include "recording/selector.h"

enum { ND_PLACE_SIZE = 48 };

/* What is known of an activity before it is read: a matrix as it lies in the file, or a list of
 * spike times for each cell. Which rows or columns are cells, and which frames, is decided in
 * activity_read.c, for all formats alike. */
typedef struct nd_activity {
    bool spike_times;     /* lists of times; otherwise a matrix */
    size_t rows, columns; /* of a matrix */
    bool frames_first;    /* a header says that columns are cells */
    size_t known_cells;   /* how many cells the file says there are; 0: it does not */
    size_t *pick;         /* columns that are cells; NULL: all */
    size_t pick_count;
    char **cell_name; /* cells; NULL: none */
    double *times;    /* times_count; NULL: none */
    size_t times_count;
    double rate;      /* frames per second where the file says so; 0: unknown */
    double start;     /* seconds; of the first frame, where the file gives it with a rate */
    double *observed; /* observed_count x 2: from when to when the cells were observed, seconds,
                         ascending; NULL: throughout */
    size_t observed_count;
    int64_t *cell_id;      /* cells; NULL: none */
    size_t ids_count;      /* of cell_id */
    size_t cells_left_out; /* of another area, not among `cells` */
    size_t *row; /* cells; the row of the file's own table that each is, where some are left
                    out; NULL: in order */
    char (*place)[ND_PLACE_SIZE]; /* cells; where in nested cell arrays each lies, as {1}{12}, so
                                     that what is known of it elsewhere can be found; NULL: none */
    char time_name[64];           /* of the column or variable the times are from; "" */
    char name[256];               /* what is read, for messages */
    char note[400];               /* guesses that were made, to be said; "" */
    uint32_t honoured;            /* keys of nd_part_key that this layout uses */
    bool rows_are_cells;          /* for certain: the layout is always so */
    bool *is_cell;        /* rows that are cells by the file's own word; NULL: it has none */
    char is_cell_by[160]; /* where it says so, and what to give for another choice */
    /* Made of the above in activity_read.c. */
    bool cells_first;
    size_t frames, cells; /* frames 0 for spike times; with bad times, those of file_frames left */
    size_t file_frames;
    bool *good;        /* file_frames; among `frames`, and its time does not go back; NULL: all */
    size_t bad_times;  /* frames left out because theirs does */
    bool *dropped;     /* cells; those that do not count; NULL: all do */
    double *spike;     /* of a list of spikes: times, cell after cell; NULL: it is none */
    size_t *spike_end; /* cells; where each cell's spikes end */
} nd_activity;

void nd_activity_clear(nd_activity *activity);

/* How spikes find their frames. */
typedef struct nd_clock {
    const double *times; /* the sink's frames */
    double frame_seconds;
} nd_clock;

/* Something a scan found. */
typedef struct nd_finding {
    nd_role role;   /* ND_ROLES: of no known role */
    int likeness;   /* how sure that is: 3 the very word or type, 2 a word in the name, 1 a guess */
    char name[256]; /* what a manifest would say */
    char note[160]; /* shape, unit, kind, for a comment */
    bool whole;     /* kept as whole numbers: a position may be a bin already */
    bool clocked;   /* it has times, or a rate */
    bool rated;     /* it has a rate, which times of its frames would take the place of */
    bool body;      /* the name is a body part's */
    bool spikes;    /* times of spikes, or the cell of each */
    bool listed;    /* of keep: a list of the cells that count, not a word for each */
    bool samples;   /* those times are samples, `rate` of them per second; 0:
                       unknown */
    double rate;
    int time_likeness;    /* how sure it is a column of times of the rest */
    size_t rows, columns; /* as a table: frames, positions, registered cells; columns of it; 0:
                             unknown */
    size_t kept;          /* of an activity's cells, those that count by the file's own word */
    size_t frames[2];     /* of the recordings joined in it, the first and last frame; 0: all */
} nd_finding;

typedef struct nd_findings {
    nd_finding *list;
    size_t count, room;
    char subject[64]; /* animal, where the file says so */
    char start[40];   /* when the session began, ISO 8601, where the file says so */
} nd_findings;

bool nd_findings_add(nd_findings *findings, nd_role role, int likeness, const char *name,
                     nd_error *error, const char *note, ...) __attribute__((format(printf, 6, 7)));

/* Which files a file's own links may lead to. */
typedef struct nd_link_rules {
    const char *folder; /* links to regular files within it (its real path) are followed */
    bool all;           /* all others, too */
    nd_buffer *led_to;  /* gets every file that one led to, a line each; NULL: nobody asks */
} nd_link_rules;

typedef struct nd_format {
    const char *name; /* "NWB", "MATLAB" ... */
    /* Traits. */
    bool folder;             /* a folder of files, recognised by what is in it */
    bool clocked;            /* holds times of its own, or a rate */
    bool tabular;            /* parts are columns of one table; otherwise they have names */
    bool single;             /* one array a file: times named by a text are another file */
    bool many;               /* defaults choose among several activities: one session a file */
    bool events;             /* times may be chosen by what happened: times: {equals} */
    bool cells_last;         /* solid arrays of maps have the cells in their last dimension */
    int base;                /* what indices count from, where nothing says so */
    const char *no_position; /* what it would have held, for messages; "" */
    /* Keys of each part that its reader uses; none of the activity: it does not tell. */
    uint32_t honours[ND_ROLES];
    /* By the first bytes and the path. */
    bool (*recognises)(const char *path, const unsigned char *head, size_t length);
    void *(*open)(const char *path, const nd_selector *selector, const nd_link_rules *links,
                  nd_error *error);
    void (*close)(void *file);
    /* Numbers: what the selector names, or the role's default, as they stand in the file: columns
     * of a table are chosen, nothing is scaled. Where it names nothing and there is no default,
     * *found is false and that is no failure. `series` is zeroed. */
    bool (*series)(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                   bool *found, nd_error *error);
    /* Describes the activity. `others` are all the session's selectors that mean this very file,
     * NULL where a role does not: their columns are no cells. */
    bool (*activity)(void *file, const nd_selector *selector, const nd_selector *const *others,
                     nd_activity *activity, nd_error *error);
    /* Pours it into the sink, in the file's own rows and columns; or cell by cell. */
    bool (*pour)(void *file, const nd_selector *selector, const nd_activity *activity,
                 nd_sink *sink, const nd_clock *clock, nd_error *error);
    /* A text, or a number as text, that an expression leads to; false if there is none. May be
     * NULL. */
    bool (*text)(void *file, const char *expression, char *text, size_t size);
    /* A column of texts, or of numbers as texts, each to be freed with the list; NULL if it cannot
     * be had. May be NULL. */
    char **(*texts)(void *file, const nd_selector *selector, size_t *count, nd_error *error);
    /* x, y and likelihood (NaN where there is none) of a body part, and the rows' times where the
     * file has them. May be NULL. */
    bool (*body)(void *file, const nd_selector *selector, const char *part, nd_series *series,
                 nd_error *error);
    bool (*scan)(void *file, nd_findings *findings, nd_error *error);
} nd_format;

#define FORMAT(format) extern const nd_format format;
#include "recording/formats.def"
#undef FORMAT

/* The format of the regular file at `path`, by its first bytes, or of the folder, by what is in it;
 * NULL with `error` filled. */
const nd_format *nd_format_of(const char *path, nd_error *error);

/* Files open in this child; reopened only when another one is asked for. */
typedef struct nd_open_file {
    const nd_format *format;
    void *file;
    char *path;
    size_t skip_rows;
} nd_open_file;

typedef struct nd_files {
    nd_open_file open[8];
    size_t next; /* the one to be closed for another */
    nd_link_rules links;
    nd_buffer notes;           /* what was guessed or left out, a line each */
    uint32_t unused[ND_ROLES]; /* bits of nd_part_key that are given under `defaults` and were not
                                  used */
} nd_files;

/* The file or folder at `path`, opened by the format that recognises it.
 * `selector` (may be NULL) says how its text is laid out. */
nd_open_file *nd_files_open(nd_files *files, const char *path, const nd_selector *selector,
                            nd_error *error);
void nd_files_close(nd_files *files);

/* A line that `record` prints with the session. */
void nd_files_note(nd_files *files, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The columns that the selector's numbers choose of `series`; all where it has none. */
bool nd_series_select(nd_series *series, const nd_selector *selector, const char *file,
                      nd_error *error);

#endif
