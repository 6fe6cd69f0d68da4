#include "recording/manifest_keys.h"

#define TEXT(key, structure, member)                                                               \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, 0,    \
                           CYAML_UNLIMITED)
#define TEXTS(key, structure, member)                                                              \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, &text,  \
                         0, CYAML_UNLIMITED)
#define MAPPING(key, structure, member, fields)                                                    \
    CYAML_FIELD_MAPPING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member,      \
                            fields)

static const cyaml_schema_value_t text = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, CYAML_UNLIMITED)};

static const cyaml_schema_field_t times_fields[] = {
    TEXT("file", nd_times_keys, file), TEXT("name", nd_times_keys, name),
    TEXT("column", nd_times_keys, column), TEXT("equals", nd_times_keys, equals), CYAML_FIELD_END};

static const cyaml_schema_field_t selector_fields[] = {
    TEXT("file", nd_selector_keys, file),
    TEXT("name", nd_selector_keys, name),
    TEXT("times", nd_selector_keys, times),
    TEXT("column", nd_selector_keys, column),
    TEXTS("columns", nd_selector_keys, columns),
    TEXT("scale", nd_selector_keys, scale),
    TEXT("rate", nd_selector_keys, rate),
    TEXT("threshold", nd_selector_keys, threshold),
    TEXT("kind", nd_selector_keys, kind),
    TEXT("orientation", nd_selector_keys, orientation),
    TEXT("area", nd_selector_keys, area),
    TEXT("time_unit", nd_selector_keys, time_unit),
    TEXT("bad_times", nd_selector_keys, bad_times),
    TEXT("missing", nd_selector_keys, missing),
    TEXT("skip_rows", nd_selector_keys, skip_rows),
    TEXT("base", nd_selector_keys, base),
    TEXT("equals", nd_selector_keys, equals),
    TEXTS("frames", nd_selector_keys, frames),
    TEXT("of", nd_selector_keys, of),
    TEXTS("body", nd_selector_keys, body),
    TEXT("likelihood", nd_selector_keys, likelihood),
    TEXT("gap", nd_selector_keys, gap),
    TEXTS("calibration", nd_selector_keys, calibration),
    TEXT("channels", nd_selector_keys, channels),
    MAPPING(ND_TIMES_AS_MAPPING, nd_selector_keys, times_at, times_fields),
    CYAML_FIELD_END};

static const cyaml_schema_field_t metrics_fields[] = {
    TEXT("cells", nd_metrics_keys, cells),
    TEXT("fraction_active", nd_metrics_keys, fraction_active),
    TEXT("fraction_place_cells", nd_metrics_keys, fraction_place_cells),
    TEXT("information", nd_metrics_keys, information_bit_spike),
    TEXT("information_corrected", nd_metrics_keys, information_corrected),
    TEXT("rate_map_correlation", nd_metrics_keys, rate_map_correlation),
    CYAML_FIELD_END};

static const cyaml_schema_value_t point = {
    CYAML_VALUE_SEQUENCE_FIXED(CYAML_FLAG_POINTER, char *, &text, 2)};

static const cyaml_schema_field_t path_fields[] = {
    CYAML_FIELD_SEQUENCE("points", CYAML_FLAG_POINTER, nd_path_keys, points, &point, 2,
                         CYAML_UNLIMITED),
    TEXT("closed", nd_path_keys, closed), TEXT("width", nd_path_keys, width), CYAML_FIELD_END};

static const cyaml_schema_field_t session_fields[] = {
    TEXT("label", nd_session_keys, label),
    TEXT("day", nd_session_keys, day),
    TEXT("visit", nd_session_keys, visit),
    TEXT("repeat", nd_session_keys, repeat),
    TEXT("animal", nd_session_keys, animal),
    TEXT("environment", nd_session_keys, environment),
    TEXT("direction", nd_session_keys, direction),
    TEXT("file", nd_session_keys, file),
    TEXT("frame_seconds", nd_session_keys, frame_seconds),
    TEXT("registered", nd_session_keys, registered),
    MAPPING("activity", nd_session_keys, role[ND_ROLE_ACTIVITY], selector_fields),
    MAPPING("position", nd_session_keys, role[ND_ROLE_POSITION], selector_fields),
    MAPPING("position_y", nd_session_keys, role[ND_ROLE_POSITION_Y], selector_fields),
    MAPPING("speed", nd_session_keys, role[ND_ROLE_SPEED], selector_fields),
    MAPPING("direction_signal", nd_session_keys, role[ND_ROLE_DIRECTION], selector_fields),
    MAPPING("trials", nd_session_keys, role[ND_ROLE_TRIALS], selector_fields),
    MAPPING("ids", nd_session_keys, role[ND_ROLE_IDS], selector_fields),
    MAPPING("registration", nd_session_keys, role[ND_ROLE_REGISTRATION], selector_fields),
    MAPPING("keep", nd_session_keys, role[ND_ROLE_KEEP], selector_fields),
    MAPPING("cells", nd_session_keys, role[ND_ROLE_CELLS], selector_fields),
    MAPPING("task", nd_session_keys, role[ND_ROLE_TASK], selector_fields),
    MAPPING("rate_maps", nd_session_keys, role[ND_ROLE_RATE_MAPS], selector_fields),
    MAPPING("occupancy", nd_session_keys, role[ND_ROLE_OCCUPANCY], selector_fields),
    MAPPING("metrics", nd_session_keys, metrics, metrics_fields),
    MAPPING("linearise", nd_session_keys, linearise, path_fields),
    CYAML_FIELD_END};

static const cyaml_schema_value_t session = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, nd_session_keys, session_fields)};

static const cyaml_schema_field_t about_fields[] = {
    TEXT("title", nd_about_keys, title),
    TEXT("citation", nd_about_keys, citation),
    TEXT("species", nd_about_keys, species),
    TEXT("region", nd_about_keys, region),
    TEXT("technique", nd_about_keys, technique),
    TEXT("arena", nd_about_keys, arena),
    TEXT("familiarity", nd_about_keys, familiarity),
    TEXT("session_length", nd_about_keys, session_length),
    TEXT("note", nd_about_keys, note),
    CYAML_FIELD_END};

static const cyaml_schema_field_t active_fields[] = {
    TEXT("frames", nd_active_keys, frames), TEXT("rate", nd_active_keys, rate), CYAML_FIELD_END};

static const cyaml_schema_field_t significance_fields[] = {
    TEXT("shuffles", nd_significance_keys, shuffles), TEXT("kind", nd_significance_keys, kind),
    TEXT("threshold", nd_significance_keys, threshold), CYAML_FIELD_END};

static const cyaml_schema_field_t corrections_fields[] = {
    TEXTS("methods", nd_corrections_keys, methods),
    TEXT("repetitions", nd_corrections_keys, repetitions),
    TEXT("fractions", nd_corrections_keys, fractions), CYAML_FIELD_END};

static const cyaml_schema_field_t manifest_fields[] = {
    TEXT("name", nd_manifest_keys, name),
    TEXT("day_name", nd_manifest_keys, day_name),
    TEXT("position_unit", nd_manifest_keys, position_unit),
    TEXT("activity_unit", nd_manifest_keys, activity_unit),
    MAPPING("about", nd_manifest_keys, about, about_fields),
    TEXT("bins", nd_manifest_keys, bins),
    TEXT("bins_y", nd_manifest_keys, bins_y),
    TEXTS("range", nd_manifest_keys, range),
    TEXTS("range_y", nd_manifest_keys, range_y),
    TEXT("position_is_bin", nd_manifest_keys, position_is_bin),
    TEXT("circular", nd_manifest_keys, circular),
    TEXT("directions", nd_manifest_keys, directions),
    TEXT("minimum_speed", nd_manifest_keys, minimum_speed),
    MAPPING("active", nd_manifest_keys, active, active_fields),
    MAPPING("significance", nd_manifest_keys, significance, significance_fields),
    MAPPING("corrections", nd_manifest_keys, corrections, corrections_fields),
    TEXT("pooling", nd_manifest_keys, pooling),
    TEXT("equalise", nd_manifest_keys, equalise),
    TEXT("smoothing", nd_manifest_keys, smoothing),
    TEXT("seed", nd_manifest_keys, seed),
    MAPPING("defaults", nd_manifest_keys, defaults, session_fields),
    CYAML_FIELD_SEQUENCE("sessions", CYAML_FLAG_POINTER, nd_manifest_keys, sessions, &session, 1,
                         CYAML_UNLIMITED),
    CYAML_FIELD_END};

const cyaml_schema_value_t nd_manifest_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, nd_manifest_keys, manifest_fields)};
