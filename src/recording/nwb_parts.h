/* Parts of NWB objects: where their numbers and times are, and their activity. */
#ifndef ND_RECORDING_NWB_PARTS_H
#define ND_RECORDING_NWB_PARTS_H

#include "recording/format.h"
#include "recording/nwb_objects.h"

enum { ND_NWB_PATH_SIZE = 1024 };

/* GROUP/NAME; false if it is too long. */
bool nd_nwb_join(char path[ND_NWB_PATH_SIZE], const char *group, const char *name);

/* The times of a TimeSeries: its timestamps, `count` of them, or its starting time and rate;
 * *times stays NULL where it has no timestamps, *rate 0 where it has neither. */
bool nd_nwb_times(const nd_nwb *nwb, const char *group, double **times, size_t *count,
                  double *start, double *rate, nd_error *error);

/* Where an object keeps its numbers: a TimeSeries in its `data`; anything else is the dataset. */
bool nd_nwb_data_path(const nd_nwb *nwb, const char *object, char path[ND_NWB_PATH_SIZE],
                      bool *is_series);

/* Fails, saying that `path` is no array that can be read. */
bool nd_nwb_too_odd(const nd_nwb *nwb, const char *path, nd_error *error);

/* nd_format's activity and pour. */
bool nd_nwb_activity(void *file, const nd_selector *selector, const nd_selector *const *others,
                     nd_activity *activity, nd_error *error);
bool nd_nwb_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                 nd_sink *sink, const nd_clock *clock, nd_error *error);

/* A column of texts, or of numbers as texts, by its path, or by its name in the table of units or
 * segments: nd_format's texts. Of two numbers a row (iscell and its probability) the first, or the
 * second where there is a threshold. */
char **nd_nwb_texts(const nd_nwb *nwb, const nd_selector *selector, size_t *count, nd_error *error);

/* The same of the dataset at a path, of two numbers a row the `second`. */
char **nd_nwb_column_texts(const nd_nwb *nwb, const char *at, bool second, size_t *count,
                           nd_error *error);

/* Leaves of a table's intervals (rows x 2) those whose entry in the selector's column `equals` what
 * is asked for; in a ragged column, as tags are, one of the row's entries. */
bool nd_nwb_choose_rows(const nd_nwb *nwb, const char *table, const nd_selector *selector,
                        nd_series *rows, nd_error *error);

#endif
