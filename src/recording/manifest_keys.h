/* The keys of a manifest as texts, as libcyaml reads them; what they mean is in manifest.c. */
#ifndef ND_RECORDING_MANIFEST_KEYS_H
#define ND_RECORDING_MANIFEST_KEYS_H

#include <cyaml/cyaml.h>

#include "recording/selector.h"

typedef struct nd_times_keys {
    char *file, *name, *column, *equals;
} nd_times_keys;

typedef struct nd_selector_keys {
    char *file, *name, *times, *column, *scale, *rate, *threshold, *kind, *orientation, *area,
        *time_unit, *bad_times, *missing, *skip_rows, *base, *equals, *of, *likelihood, *gap,
        *channels;
    nd_times_keys *times_at; /* `times` where it is a mapping */
    char **columns, **frames, **body, **calibration;
    uint32_t columns_count, frames_count, body_count, calibration_count;
} nd_selector_keys;

typedef struct nd_metrics_keys {
    char *cells, *fraction_active, *fraction_place_cells, *information_bit_spike,
        *information_corrected, *rate_map_correlation;
} nd_metrics_keys;

typedef struct nd_path_keys {
    char ***points; /* points_count, each of two */
    uint32_t points_count;
    char *closed, *width;
} nd_path_keys;

typedef struct nd_session_keys {
    char *label, *day, *visit, *repeat, *animal, *environment, *direction, *file, *frame_seconds,
        *registered;
    nd_selector_keys *role[ND_ROLES];
    nd_metrics_keys *metrics;
    nd_path_keys *linearise;
} nd_session_keys;

typedef struct nd_about_keys {
    char *title, *citation, *species, *region, *technique, *arena, *familiarity, *session_length,
        *note;
} nd_about_keys;

typedef struct nd_active_keys {
    char *frames, *rate;
} nd_active_keys;

typedef struct nd_significance_keys {
    char *shuffles, *kind, *threshold;
} nd_significance_keys;

typedef struct nd_corrections_keys {
    char **methods;
    uint32_t methods_count;
    char *repetitions, *fractions;
} nd_corrections_keys;

typedef struct nd_manifest_keys {
    char *name, *day_name, *position_unit, *activity_unit;
    nd_about_keys *about;
    char *bins, *bins_y, *position_is_bin, *circular, *directions, *minimum_speed, *pooling,
        *smoothing, *seed, *equalise;
    char **range, **range_y;
    uint32_t range_count, range_y_count;
    nd_active_keys *active;
    nd_significance_keys *significance;
    nd_corrections_keys *corrections;
    nd_session_keys *defaults;
    nd_session_keys *sessions;
    uint32_t sessions_count;
} nd_manifest_keys;

/* The name under which libcyaml, which knows one shape for each key, meets `times` where it is a
 * mapping: manifest.c puts it in place of the word. */
#define ND_TIMES_AS_MAPPING "TIMES"

extern const cyaml_schema_value_t nd_manifest_schema;

#endif
