/* Measures of drift of a run, its snapshots taken as sessions (docs/drift-measures.md). */
#ifndef ND_ANALYSE_DRIFT_MEASURES_OF_RUN_H
#define ND_ANALYSE_DRIFT_MEASURES_OF_RUN_H

#include "analyse/measured_run.h"
#include "measure/drift_measures.h"

/* At most so many snapshots, evenly chosen, both ends among them. */
enum { ND_DRIFT_SNAPSHOTS = 21 };

typedef struct nd_run_drift {
    size_t environments, sessions;
    size_t *snapshot;             /* sessions: which snapshot each is */
    char **name;                  /* environments */
    nd_drift_measures **measures; /* environments */
} nd_run_drift;

/* Of a measured run. Free with nd_run_drift_free. */
nd_run_drift *nd_drift_of_run(const nd_measured *measured, unsigned threads, nd_error *error);
void nd_run_drift_free(nd_run_drift *drift);

/* Measures the file's drift (the file being measured first where it is not) and puts it there, the
 * file replaced whole: session_step, session_environment (session), and the variables of
 * store/drift_file.h. `drift` (may be NULL) is what was put. */
bool nd_drift_into_run_file(const char *path, unsigned threads, const nd_patience *patience,
                            nd_run_drift **drift, nd_error *error);

#endif
