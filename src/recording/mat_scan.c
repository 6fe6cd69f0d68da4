/* What a scan finds in a MATLAB file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/mat_scan.h"

/* Whether a position is kept as small whole numbers: as bins, then. */
static bool looks_like_bins(nd_mat *mat, const matvar_t *value) {
    enum { MOST = 1 << 22, MOST_BIN = 10000 };
    if (!nd_mat_numeric(value) || value->isComplex || nd_mat_elements(value) > MOST)
        return false;
    double *numbers = nd_mat_numbers(mat, (matvar_t *)value, "position", NULL);
    bool whole = numbers != NULL;
    for (size_t i = 0; whole && i < nd_mat_elements(value); i++)
        whole = numbers[i] == floor(numbers[i]) && fabs(numbers[i]) < MOST_BIN;
    free(numbers);
    return whole;
}

/* Every element of a cell array, up to three levels deep, as a finding of its own. */
static bool scan_cells(nd_mat *mat, nd_role role, int likeness, const matvar_t *value,
                       const char *name, int level, nd_findings *findings, nd_error *error) {
    char part[256], shape[96];
    if (value->class_type == MAT_C_STRUCT && level > 0) {
        matvar_t *data = nd_mat_field((matvar_t *)value, "data", 0);
        if (data && nd_mat_numeric(data)) {
            snprintf(part, sizeof part, "%.200s.data", name);
            return nd_findings_add(findings, role, likeness, part, error, "%s, %s",
                                   nd_mat_kind(data), nd_mat_shape_text(data, shape, sizeof shape));
        }
    }
    if (value->class_type != MAT_C_CELL || level >= 2) {
        if (!nd_findings_add(findings, role, likeness, name, error, "%s, %s", nd_mat_kind(value),
                             nd_mat_shape_text(value, shape, sizeof shape)))
            return false;
        nd_finding *found = &findings->list[findings->count - 1];
        found->whole = role == ND_ROLE_POSITION && looks_like_bins(mat, value);
        if (value->rank == 2) {
            found->rows = value->dims[0];
            found->columns = value->dims[1];
        }
        return true;
    }
    matvar_t **cells = value->data;
    for (size_t i = 0; cells && i < nd_mat_elements(value); i++) {
        size_t at = 0, rest = i;
        if (nd_mat_empty(cells[i]))
            continue;
        bool vector = value->rank == 2 && (value->dims[0] == 1 || value->dims[1] == 1);
        at += (size_t)snprintf(part, sizeof part, "%.200s{", name);
        if (vector)
            at += (size_t)snprintf(part + at, sizeof part - at, "%zu", i + 1);
        for (int d = 0; !vector && d < value->rank && at < sizeof part; d++) {
            at += (size_t)snprintf(part + at, sizeof part - at, "%s%zu", d ? "," : "",
                                   rest % value->dims[d] + 1);
            rest /= value->dims[d];
        }
        if (at < sizeof part - 1)
            snprintf(part + at, sizeof part - at, "}");
        if (!scan_cells(mat, role, likeness, cells[i], part, level + 1, findings, error))
            return false;
    }
    return true;
}

/* A table of registered cells within a structure, as CellReg's and ROIMatch's are. */
static bool scan_registration(nd_mat *mat, matvar_t *value, const char *name, nd_findings *findings,
                              nd_error *error) {
    static const char *const tables[] = {"cell_to_index_map", "allSessionMapping"};
    char part[256], shape[96];
    for (size_t k = 0; value->class_type == MAT_C_STRUCT && k < sizeof tables / sizeof *tables;
         k++) {
        matvar_t *table = nd_mat_field(value, tables[k], 0);
        if (!table || !nd_mat_numeric(table) || table->rank != 2)
            continue;
        snprintf(part, sizeof part, "%.200s.%s", name, tables[k]);
        if (!nd_findings_add(findings, ND_ROLE_REGISTRATION, 3, part, error, "%s, %s",
                             nd_mat_kind(table), nd_mat_shape_text(table, shape, sizeof shape)))
            return false;
        findings->list[findings->count - 1].rows = table->dims[0];
        findings->list[findings->count - 1].columns = table->dims[1];
    }
    (void)mat;
    return true;
}

/* Spikes as two vectors within structures, as in CRCNS hc-11
 * (sessInfo.Spikes.SpikeTimes, SpikeIDs, of which PyrIDs are pyramidal cells;
 * sessInfo.Position.OneDLocation, TimeStamps; Epochs.MazeEpoch: from when to when it ran). */
static bool scan_vectors(nd_mat *mat, matvar_t *value, const char *name, nd_findings *findings,
                         nd_error *error) {
    static const struct {
        const char *inner, *field;
        nd_role role;
        int likeness, time_likeness;
        bool spikes;
    } parts[] = {{"Spikes", "SpikeTimes", ND_ROLE_ACTIVITY, 3, 0, true},
                 {"Spikes", "SpikeIDs", ND_ROLE_IDS, 3, 0, true},
                 {"Spikes", "PyrIDs", ND_ROLE_KEEP, 3, 0, true},
                 {"Epochs", "MazeEpoch", ND_ROLE_TRIALS, 3, 0, false},
                 {"Position", "OneDLocation", ND_ROLE_POSITION, 3, 0, false},
                 {"Position", "TimeStamps", ND_ROLES, 0, 3, false}};
    (void)mat;
    for (size_t k = 0; value->class_type == MAT_C_STRUCT && k < sizeof parts / sizeof *parts; k++) {
        char part[256], shape[96];
        matvar_t *inner = nd_mat_field(value, parts[k].inner, 0);
        matvar_t *vector = inner && inner->class_type == MAT_C_STRUCT
                               ? nd_mat_field(inner, parts[k].field, 0)
                               : NULL;
        if (!vector || !nd_mat_numeric(vector) || vector->rank != 2)
            continue;
        snprintf(part, sizeof part, "%.100s.%s.%s", name, parts[k].inner, parts[k].field);
        if (!nd_findings_add(findings, parts[k].role, parts[k].likeness, part, error, "%s, %s",
                             nd_mat_kind(vector), nd_mat_shape_text(vector, shape, sizeof shape)))
            return false;
        nd_finding *one = &findings->list[findings->count - 1];
        one->rows = vector->dims[0] * vector->dims[1];
        one->spikes = one->clocked = parts[k].spikes;
        one->time_likeness = parts[k].time_likeness;
        one->listed = parts[k].role == ND_ROLE_KEEP;
    }
    return true;
}

bool nd_mat_scan(nd_mat *mat, nd_findings *findings, nd_error *error) {
    for (size_t i = 0; i < mat->names_count; i++) {
        if (!mat->names[i])
            continue;
        nd_role best = ND_ROLES;
        int likeness = 0;
        for (int role = 0; role < ND_ROLES; role++) {
            int this_one = nd_role_likeness((nd_role)role, mat->names[i]);
            if (this_one > likeness) {
                likeness = this_one;
                best = (nd_role)role;
            }
        }
        matvar_t *value = nd_mat_find(mat, mat->names[i], NULL);
        size_t before = findings->count;
        if (value && !(scan_registration(mat, value, mat->names[i], findings, error) &&
                       scan_vectors(mat, value, mat->names[i], findings, error)))
            return false;
        if (findings->count > before) /* told apart already */
            continue;
        if (value && !scan_cells(mat, best, likeness, value, mat->names[i], 0, findings, error))
            return false;
    }
    return true;
}
