/* What sessions say, as the tables of the public interface. */
#ifndef ND_API_ANALYSIS_H
#define ND_API_ANALYSIS_H

#include "nulldrift/recording.h"
#include "sessions/sessions.h"

/* Measures the recording, which becomes its own and is freed on failure, too. */
nd_analysis *nd_analysis_of(nd_recording *recording, unsigned threads, const nd_watch *watch,
                            nd_error *error);

/* What the tables are made of. */
const nd_recording_result *nd_analysis_result(const nd_analysis *analysis);

#endif
