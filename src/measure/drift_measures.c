#include "measure/drift_measures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/blas.h"
#include "base/memory.h"
#include "measure/matrix_regression.h"

#define DRIFT_FAMILY(function)
#define DRIFT_PAIR(NAME, name, units, shown, definition) {name, units, shown, definition},
#define DRIFT_NUMBER(...)
const nd_drift_about nd_drift_pair_table[ND_DRIFT_PAIRS] = {
#include "measure/drift_measures.def"
};
#undef DRIFT_PAIR
#undef DRIFT_NUMBER
#define DRIFT_PAIR(...)
#define DRIFT_NUMBER(NAME, name, units, shown, definition) {name, units, shown, definition},
const nd_drift_about nd_drift_number_table[ND_DRIFT_NUMBERS] = {
#include "measure/drift_measures.def"
};
#undef DRIFT_FAMILY
#undef DRIFT_NUMBER
#define DRIFT_FAMILY(function) function,
#define DRIFT_NUMBER(...)
static nd_drift_family *const FAMILIES[] = {
#include "measure/drift_measures.def"
};

static nd_drift_measures *room_for(const nd_followed *of, nd_error *error) {
    size_t n = of->sessions;
    nd_drift_measures *made = nd_array(1, sizeof *made, error);
    if (!made)
        return NULL;
    made->sessions = n;
    made->position_unit = nd_text(of->position_unit, error);
    made->time_unit = nd_text(of->time_unit, error);
    made->decoder = nd_text("", error);
    made->time = nd_doubles(n, error);
    bool fine = made->position_unit && made->time_unit && made->decoder && made->time;
    if (made->time)
        memcpy(made->time, of->time, n * sizeof *made->time);
    for (size_t p = 0; p < ND_DRIFT_PAIRS; p++) {
        made->decay[p] = made->decay_p[p] = NAN;
        fine = (made->pair[p] = nd_doubles(n * n, error)) && fine;
        for (size_t i = 0; made->pair[p] && i < n * n; i++)
            made->pair[p][i] = NAN;
    }
    for (size_t k = 0; k < ND_DRIFT_NUMBERS; k++)
        made->number[k] = made->error[k] = NAN;
    if (fine)
        return made;
    nd_drift_measures_free(made);
    return NULL;
}

/* The mean of both ways, as a test over pairs needs. */
static void both_ways(const double *matrix, size_t n, double *out) {
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            double one = matrix[a * n + b], other = matrix[b * n + a];
            out[a * n + b] = isnan(one) ? other : isnan(other) ? one : 0.5 * (one + other);
        }
}

static bool decays(const nd_drift_request *how, nd_drift_measures *m, nd_error *error) {
    size_t n = m->sessions;
    double *alike = nd_doubles(n * n, error);
    bool fine = alike;
    for (size_t p = 0; fine && p < ND_DRIFT_PAIRS; p++) {
        nd_matrix_regression test;
        both_ways(m->pair[p], n, alike);
        fine = nd_matrix_regress(&(nd_matrix_terms){.count = n,
                                                    .response = alike,
                                                    .first = m->time,
                                                    .seed = how->seed,
                                                    .stream = (uint32_t)p},
                                 &test, error);
        if (fine) {
            m->decay[p] = test.correlation;
            m->decay_p[p] = test.p[0];
            m->decay_why[p] = test.why;
        }
    }
    free(alike);
    return fine;
}

nd_drift_measures *nd_drift_measure(const nd_followed *of, const nd_drift_request *how,
                                    nd_error *error) {
    nd_drift_measures *measures = room_for(of, error);
    bool fine = measures && nd_blas_begin(error); /* eigenvalues, by GSL and LAPACK */
    for (size_t f = 0; fine && f < sizeof FAMILIES / sizeof *FAMILIES; f++)
        fine = FAMILIES[f](of, how, measures, error);
    if (fine && decays(how, measures, error))
        return measures;
    nd_drift_measures_free(measures);
    return NULL;
}

void nd_drift_measures_free(nd_drift_measures *measures) {
    if (!measures)
        return;
    for (size_t p = 0; p < ND_DRIFT_PAIRS; p++)
        free(measures->pair[p]);
    free(measures->position_unit);
    free(measures->time_unit);
    free(measures->decoder);
    free(measures->time);
    free(measures);
}

const char *nd_drift_units(const nd_drift_measures *measures, const char *units, char *text,
                           size_t size) {
    const struct {
        const char *word, *unit;
    } words[] = {{"position", measures->position_unit}, {"time", measures->time_unit}};
    size_t used = 0;
    text[0] = '\0';
    while (*units && used + 1 < size) {
        const char *put = NULL;
        for (size_t i = 0; !put && i < 2; i++)
            if (strncmp(units, words[i].word, strlen(words[i].word)) == 0) {
                put = words[i].unit[0] ? words[i].unit : words[i].word;
                units += strlen(words[i].word);
            }
        int written = put ? snprintf(text + used, size - used, "%s", put)
                          : snprintf(text + used, size - used, "%c", *units++);
        used += written > 0 ? (size_t)written : 0;
    }
    return text;
}

double nd_drift_near(const nd_drift_measures *measures, nd_drift_pair pair) {
    size_t n = measures->sessions, known = 0;
    double sum = 0;
    for (size_t a = 0; a + 1 < n; a++) {
        double value = measures->pair[pair][a * n + a + 1];
        sum += isnan(value) ? 0 : value;
        known += !isnan(value);
    }
    return known > 0 ? sum / (double)known : NAN;
}

double nd_drift_far(const nd_drift_measures *measures, nd_drift_pair pair) {
    return measures->sessions > 1 ? measures->pair[pair][measures->sessions - 1] : NAN;
}
