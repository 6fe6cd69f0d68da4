#include <stdio.h>
#include <string.h>

#include "sessions/sessions.h"

static const nd_metric_about table[ND_METRIC_COUNT] = {
    [ND_METRIC_CELLS] = {"cells", "", "cells found in the session"},
    [ND_METRIC_ACTIVE_CELLS] = {"active_cells", "", "cells that are sufficiently active"},
    [ND_METRIC_FRACTION_ACTIVE] = {"fraction_active", "",
                                   "sufficiently active cells, of all cells registered in any "
                                   "session of the animal, or, without registration, of the "
                                   "session's cells"},
    [ND_METRIC_PLACE_CELLS] = {"place_cells", "",
                               "sufficiently active cells with more spatial information than "
                               "their shuffles"},
    [ND_METRIC_PLACE_SHARE] = {"place_cell_share", "", "place cells of the active cells"},
    [ND_METRIC_FRACTION_PLACE_CELLS] = {"fraction_place_cells", "",
                                        "place cells of the same cells as fraction_active"},
    [ND_METRIC_MEAN_RATE] = {"mean_rate", "event/s",
                             "mean over active cells of spikes, or event amplitude, a second"},
    [ND_METRIC_INFORMATION] = {"si_bit_spike", "bit/event",
                               "naive spatial information, mean over active cells"},
    [ND_METRIC_INFORMATION + 1] = {"si_bit_second", "bit/s",
                                   "naive spatial information, mean over active cells"},
    [ND_METRIC_INFORMATION + 2] = {"mi", "bit/frame",
                                   "naive mutual information, mean over active cells"},
    [ND_METRIC_PLACE_INFORMATION] = {"place_si_bit_spike", "bit/event",
                                     "naive spatial information, mean over place cells"},
    [ND_METRIC_PLACE_INFORMATION + 1] = {"place_si_bit_second", "bit/s",
                                         "naive spatial information, mean over place cells"},
    [ND_METRIC_PLACE_INFORMATION + 2] = {"place_mi", "bit/frame",
                                         "naive mutual information, mean over place cells"},
    [ND_METRIC_CORRECTED] = {"place_si_bit_spike_sr", "bit/event",
                             "less the shuffled information (shuffle reduction), place cells"},
    [ND_METRIC_CORRECTED + 1] = {"place_si_bit_second_sr", "bit/s", "the same"},
    [ND_METRIC_CORRECTED + 2] = {"place_mi_sr", "bit/frame", "the same, mutual information"},
    [ND_METRIC_CORRECTED + 3] = {"place_si_bit_spike_ssr", "bit/event",
                                 "scaled shuffle reduction of the mean curve over place cells"},
    [ND_METRIC_CORRECTED + 4] = {"place_si_bit_second_ssr", "bit/s", "the same"},
    [ND_METRIC_CORRECTED + 5] = {"place_mi_ssr", "bit/frame", "the same, mutual information"},
    [ND_METRIC_CORRECTED + 6] = {"place_si_bit_spike_ae", "bit/event",
                                 "asymptotic extrapolation of the mean curve over place cells"},
    [ND_METRIC_CORRECTED + 7] = {"place_si_bit_second_ae", "bit/s", "the same"},
    [ND_METRIC_CORRECTED + 8] = {"place_mi_ae", "bit/frame", "the same, mutual information"},
    [ND_METRIC_CORRECTED + 9] = {"place_si_bit_spike_bae", "bit/event",
                                 "bounded asymptotic extrapolation of the mean curve over place "
                                 "cells"},
    [ND_METRIC_CORRECTED + 10] = {"place_si_bit_second_bae", "bit/s", "the same"},
    [ND_METRIC_CORRECTED + 11] = {"place_mi_bae", "bit/frame", "the same, mutual information"},
    [ND_METRIC_RELIABILITY] = {"map_reliability", "",
                               "mean correlation of active cells' rate maps between the two "
                               "halves of the session"},
    [ND_METRIC_MAP_CORRELATION] = {"map_correlation_with_first", "",
                                   "mean correlation of rate maps with the group's first session, "
                                   "over registered cells active in both"},
    [ND_METRIC_EQUAL_FRAMES] = {"equal_frames", "",
                                "frames that count on an equal footing of the group's sessions: as "
                                "many in every bin"},
    [ND_METRIC_EQUAL_FRACTION_ACTIVE] = {"equal_fraction_active", "",
                                         "cells active on these frames, of the same cells as "
                                         "fraction_active"},
    [ND_METRIC_EQUAL_FRACTION_OF_FOUND] = {"equal_fraction_active_of_found", "",
                                           "cells active on these frames, of the cells found in "
                                           "the session"},
    [ND_METRIC_EQUAL_INFORMATION] = {"equal_information", "bit",
                                     "what equally many active frames of a cell tell of the bin, "
                                     "beyond chance, mean over cells with so many"},
    [ND_METRIC_EQUAL_RATE] =
        {"equal_rate", "",
         "median over cells of their activity over its mean in the sessions in "
         "which they are active"},
    [ND_METRIC_FRAMES] = {"running_frames", "", "frames that count"},
    [ND_METRIC_DISTANCE] = {"distance_run", "", "in the unit of position"},
    [ND_METRIC_SPEED] = {"running_speed", "1/s", "distance run over time, in the unit of position"},
    [ND_METRIC_TRAVERSALS] = {"traversals", "",
                              "runs between the first and the last fifth of the track"},
    [ND_METRIC_OCCUPANCY_OVERLAP] = {"occupancy_overlap", "",
                                     "shared by the occupancies of this and of the group's first "
                                     "session, 1 where they are the same"},
    [ND_METRIC_SPEED_OVERLAP] = {"speed_profile_overlap", "",
                                 "the same of the distance run by bins"},
    [ND_METRIC_FOUND_SHARE] = {"cells_found_share", "",
                               "cells found in the session, of all registered"},
    [ND_METRIC_ACTIVE_CORRECTED] =
        {"si_bit_spike_sr", "bit/event",
         "less the shuffled information (shuffle reduction), all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        1] = {"si_bit_second_sr", "bit/s",
              "less the shuffled information (shuffle reduction), all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        2] = {"mi_sr", "bit/frame",
              "less the shuffled information (shuffle reduction), all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        3] = {"si_bit_spike_ssr", "bit/event",
              "scaled reduction by cells tuned as these, all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        4] = {"si_bit_second_ssr", "bit/s",
              "scaled reduction by cells tuned as these, all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        5] = {"mi_ssr", "bit/frame",
              "scaled shuffle reduction of the mean curve, all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        6] = {"si_bit_spike_ae", "bit/event",
              "asymptotic extrapolation of the mean curve, all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        7] = {"si_bit_second_ae", "bit/s",
              "asymptotic extrapolation of the mean curve, all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        8] = {"mi_ae", "bit/frame", "asymptotic extrapolation of the mean curve, all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        9] = {"si_bit_spike_bae", "bit/event",
              "bounded asymptotic extrapolation of the mean curve, less what it is off by on cells "
              "tuned as these, all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        10] = {"si_bit_second_bae", "bit/s",
               "bounded asymptotic extrapolation of the mean curve, less what it is off by on "
               "cells tuned as these, all active cells"},
    [ND_METRIC_ACTIVE_CORRECTED +
        11] = {"mi_bae", "bit/frame",
               "bounded asymptotic extrapolation of the mean curve, all active cells"},
    [ND_METRIC_BURST_LENGTH] = {"burst_length", "",
                                "active frames of a cell that come together, "
                                "beyond what its tuning makes; 1 where none do"},
    [ND_METRIC_CORRECTION_BLOCK] = {"correction_block", "",
                                    "frames drawn together by the corrections of information; "
                                    "above 1, cells with fewer than ten bursts are left out"},
    [ND_METRIC_CROSSED_PLACE_SHARE] = {"crossed_place_cell_share", "",
                                       "place cells by one half of the session, of the active "
                                       "cells, mean over the halves"},
    [ND_METRIC_CROSSED_REDUCED] = {"crossed_place_si_bit_spike_ssr", "bit/event",
                                   "si_bit_spike_ssr of place cells selected by one half of the "
                                   "session, on the other; mean of both ways"},
    [ND_METRIC_CROSSED_EXTRAPOLATED] = {"crossed_place_si_bit_spike_bae", "bit/event",
                                        "si_bit_spike_bae of the same"},
};

const nd_metric_about *nd_metric_table(void) {
    return table;
}

const char *nd_recorded_unit(const nd_recording_result *result, const char *unit, char *text,
                             size_t size) {
    static const char event[] = "event";
    const char *at = strstr(unit, event), *counted = result->activity_unit;
    if (!at || !counted || !counted[0])
        return unit;
    /* One of what is counted: "spikes" are measured in bit/spike. */
    size_t length = strlen(counted);
    bool plural = length > 2 && counted[length - 1] == 's' && counted[length - 2] != 's';
    snprintf(text, size, "%.*s%.*s%s", (int)(at - unit), unit, (int)(length - plural), counted,
             at + sizeof event - 1);
    return text;
}
