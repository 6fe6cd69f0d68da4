/* Which cells are active: kept, lost and come back. */
#include <math.h>

#include "measure/drift_measures.h"

typedef struct pair {
    double found, in_a, in_b, both; /* cells found in both; of them active in a, in b, in both */
} pair;

static pair count_pair(const nd_followed *of, size_t a, size_t b) {
    pair sum = {0};
    for (size_t c = 0; c < of->cells; c++) {
        nd_cell_state x = nd_state_of(of, a, c), y = nd_state_of(of, b, c);
        if (x == ND_CELL_NOT_FOUND || y == ND_CELL_NOT_FOUND)
            continue;
        sum.found += 1;
        sum.in_a += x == ND_CELL_ACTIVE;
        sum.in_b += y == ND_CELL_ACTIVE;
        sum.both += x == ND_CELL_ACTIVE && y == ND_CELL_ACTIVE;
    }
    return sum;
}

static bool silent_between(const nd_followed *of, size_t a, size_t b, size_t cell) {
    for (size_t s = a + 1; s < b; s++)
        if (nd_state_of(of, s, cell) == ND_CELL_SILENT)
            return true;
    return false;
}

/* Cells active in a and silent in between: how many were found in b, and are active there. */
static void count_returns(const nd_followed *of, size_t a, size_t b, double *fell, double *back) {
    *fell = *back = 0;
    for (size_t c = 0; c < of->cells; c++) {
        nd_cell_state then = nd_state_of(of, b, c);
        if (nd_state_of(of, a, c) != ND_CELL_ACTIVE || then == ND_CELL_NOT_FOUND ||
            !silent_between(of, a, b, c))
            continue;
        *fell += 1;
        *back += then == ND_CELL_ACTIVE;
    }
}

static double share(double part, double of) {
    return of > 0 ? part / of : NAN;
}

/* Of all cells found in b, active there. */
static double active_share(const nd_followed *of, size_t b) {
    double found = 0, active = 0;
    for (size_t c = 0; c < of->cells; c++) {
        found += nd_state_of(of, b, c) != ND_CELL_NOT_FOUND;
        active += nd_state_of(of, b, c) == ND_CELL_ACTIVE;
    }
    return share(active, found);
}

bool nd_drift_turnover(const nd_followed *of, const nd_drift_request *how,
                       nd_drift_measures *measures, nd_error *error) {
    (void)how;
    (void)error;
    double all_fell = 0, all_back = 0, by_chance = 0;
    bool any = false;
    for (size_t a = 0; a < of->sessions; a++)
        for (size_t b = 0; b < of->sessions; b++) {
            if (a == b)
                continue;
            pair cells = count_pair(of, a, b);
            any = any || cells.found > 0;
            double p = share(cells.in_a, cells.found), q = share(cells.in_b, cells.found);
            nd_drift_set(measures, ND_PAIR_RETENTION, a, b, share(cells.both, cells.in_a));
            nd_drift_set(measures, ND_PAIR_RETENTION_CHANCE, a, b, q);
            nd_drift_set(measures, ND_PAIR_OVERLAP, a, b,
                         share(cells.both, cells.in_a + cells.in_b - cells.both));
            nd_drift_set(measures, ND_PAIR_OVERLAP_CHANCE, a, b, share(p * q, p + q - p * q));
            if (b < a + 2)
                continue;
            double fell, back;
            count_returns(of, a, b, &fell, &back);
            nd_drift_set(measures, ND_PAIR_RECURRENCE, a, b, share(back, fell));
            all_fell += fell;
            all_back += back;
            by_chance += fell > 0 ? fell * active_share(of, b) : 0;
        }
    measures->number[ND_NUMBER_RECURRENCE] = share(all_back, all_fell);
    measures->number[ND_NUMBER_RECURRENCE_CHANCE] = share(by_chance, all_fell);
    if (!any)
        measures->pair_why[ND_PAIR_RETENTION] = measures->pair_why[ND_PAIR_RETENTION_CHANCE] =
            measures->pair_why[ND_PAIR_OVERLAP] = measures->pair_why[ND_PAIR_OVERLAP_CHANCE] =
                "no cell was found in two sessions";
    if (!(all_fell > 0))
        measures->pair_why[ND_PAIR_RECURRENCE] = measures->why[ND_NUMBER_RECURRENCE] =
            measures->why[ND_NUMBER_RECURRENCE_CHANCE] =
                "no cell was active, then found silent, then found again";
    return true;
}
