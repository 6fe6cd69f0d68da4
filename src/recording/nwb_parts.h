/* Parts of NWB objects: where their numbers and times are, and their activity. */
#ifndef ND_RECORDING_NWB_PARTS_H
#define ND_RECORDING_NWB_PARTS_H

#include "recording/format.h"
#include "recording/nwb_objects.h"

enum { ND_NWB_PATH_SIZE = 1024 };

/* GROUP/NAME; false if it is too long. */
bool nd_nwb_join(char path[ND_NWB_PATH_SIZE], const char *group, const char *name);

/* The times of a TimeSeries of `rows` samples: its timestamps, or its starting time and rate;
 * *times stays NULL where it has neither. */
bool nd_nwb_times(const nd_nwb *nwb, const char *group, size_t rows, double **times, double *rate,
                  nd_error *error);

/* Where an object keeps its numbers: a TimeSeries in its `data`; anything else is the dataset. */
bool nd_nwb_data_path(const nd_nwb *nwb, const char *object, char path[ND_NWB_PATH_SIZE],
                      bool *is_series);

/* Fails, saying that `path` is no array that can be read. */
bool nd_nwb_too_odd(const nd_nwb *nwb, const char *path, nd_error *error);

/* nd_format's activity and pour. */
bool nd_nwb_activity(void *file, const nd_selector *selector, nd_activity *activity,
                     nd_error *error);
bool nd_nwb_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                 nd_sink *sink, const nd_clock *clock, nd_error *error);

#endif
