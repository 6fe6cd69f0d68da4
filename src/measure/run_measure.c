#include "measure/run_measure.h"

const nd_run_measure nd_run_measures[ND_RUN_MEASURES] = {
#define UNIT_MEASURE(NAME, name, ...)                                                              \
    {name, name, ND_MEAN_LAST}, {"first_" name, name, ND_MEAN_FIRST},
#include "measure/unit_measures.def"
#undef UNIT_MEASURE
    {"tuned_fraction", "tuned", ND_MEAN_LAST},
    {"first_tuned_fraction", "tuned", ND_MEAN_FIRST},
    {"tuned_information", "spatial_information", ND_TUNED_LAST},
    {"first_tuned_information", "spatial_information", ND_TUNED_FIRST},
    {"rate_map_correlation", "rate_map_correlation", ND_PAIR_EARLY},
    {"late_rate_map_correlation", "rate_map_correlation", ND_PAIR_LATE},
    {"population_vector_correlation", "population_vector_correlation", ND_PAIR_EARLY},
    {"late_population_vector_correlation", "population_vector_correlation", ND_PAIR_LATE},
    {"environment_correlation", "environment_correlation", ND_OTHERS_LAST},
    {"first_environment_correlation", "environment_correlation", ND_OTHERS_FIRST},
    {"phase_1_end_step", "phase_1_end_step", ND_ATTRIBUTE},
    {"phase_2_end_step", "phase_2_end_step", ND_ATTRIBUTE},
};
