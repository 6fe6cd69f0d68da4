#include "measure/information.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "measure/entropy_terms.h"

/* The sum of the joint distribution's p log2(p / (p_level p_bin)). */
static double summed_information(const double *joint, const double *of_level, const double *of_bin,
                                 size_t level_count, size_t bins) {
    double information = 0.0;
    for (size_t r = 0; r < level_count; r++)
        for (size_t b = 0; b < bins; b++) {
            double p = joint[r * bins + b];
            information += p > 0.0 ? p * log2(p / (of_level[r] * of_bin[b])) : 0.0;
        }
    return information;
}

double nd_mutual_information(const uint32_t *level, size_t level_count, const int64_t *bin,
                             size_t bins, size_t count) {
    double *joint = calloc(level_count * bins + level_count + bins, sizeof *joint);
    if (!joint)
        return NAN;
    double *of_level = joint + level_count * bins, *of_bin = of_level + level_count;
    for (size_t i = 0; i < count; i++) {
        joint[level[i] * bins + (size_t)bin[i]] += 1.0 / (double)count;
        of_level[level[i]] += 1.0 / (double)count;
        of_bin[bin[i]] += 1.0 / (double)count;
    }
    double information = summed_information(joint, of_level, of_bin, level_count, bins);
    free(joint);
    return information;
}

bool nd_information_tables_make(const nd_binned *activity, size_t levels,
                                nd_information_tables *tables, nd_error *error) {
    size_t frames = activity->frames;
    *tables = (nd_information_tables){.frames = frames,
                                      .bins = activity->bins,
                                      .levels = levels,
                                      .frame_seconds = activity->frame_seconds};
    tables->log_count = nd_doubles(frames + 1, error);
    tables->entropy_step = nd_doubles(frames + 1, error);
    if (!tables->log_count || !tables->entropy_step) {
        nd_information_tables_clear(tables);
        return false;
    }
    for (size_t n = 1; n <= frames; n++) {
        tables->log_count[n] = log2((double)n);
        tables->entropy_step[n - 1] =
            (double)n * tables->log_count[n] - (double)(n - 1) * tables->log_count[n - 1];
    }
    return true;
}

void nd_information_tables_clear(nd_information_tables *tables) {
    free(tables->log_count);
    free(tables->entropy_step);
    memset(tables, 0, sizeof *tables);
}

bool nd_occupation_make(size_t bins, nd_occupation *occupation, nd_error *error) {
    occupation->total = 0;
    occupation->count = nd_array(bins, sizeof *occupation->count, error);
    occupation->log_share = nd_doubles(bins, error);
    if (occupation->count && occupation->log_share)
        return true;
    nd_occupation_clear(occupation);
    return false;
}

void nd_occupation_clear(nd_occupation *occupation) {
    free(occupation->count);
    free(occupation->log_share);
    memset(occupation, 0, sizeof *occupation);
}

void nd_occupation_finish(const nd_information_tables *tables, nd_occupation *occupation) {
    occupation->total = 0;
    for (size_t b = 0; b < tables->bins; b++)
        occupation->total += occupation->count[b];
    for (size_t b = 0; b < tables->bins; b++)
        occupation->log_share[b] =
            occupation->count[b] > 0
                ? tables->log_count[occupation->count[b]] - tables->log_count[occupation->total]
                : 0.0;
}

bool nd_information_scratch_make(const nd_information_tables *tables,
                                 nd_information_scratch *scratch, nd_error *error) {
    memset(scratch, 0, sizeof *scratch);
    scratch->amount = nd_doubles(tables->bins, error);
    scratch->term = nd_doubles(tables->bins + 1, error);
    scratch->log_share = nd_doubles(tables->bins + 1, error);
    scratch->joint = nd_array(tables->bins * tables->levels, sizeof *scratch->joint, error);
    scratch->silent_used = nd_array(tables->bins, sizeof *scratch->silent_used, error);
    scratch->level_count = nd_array(tables->levels, sizeof *scratch->level_count, error);
    if (scratch->amount && scratch->term && scratch->log_share && scratch->joint &&
        scratch->silent_used && scratch->level_count)
        return true;
    nd_information_scratch_clear(scratch);
    return false;
}

void nd_information_scratch_clear(nd_information_scratch *scratch) {
    free(scratch->amount);
    free(scratch->term);
    free(scratch->log_share);
    free(scratch->joint);
    free(scratch->silent_used);
    free(scratch->level_count);
    memset(scratch, 0, sizeof *scratch);
}

/* r_b / rbar is A_b / (A p_b), so SI = sum_b A_b (log2 A_b - log2 p_b) / A - log2 A. */
double nd_event_entropy(const nd_information_tables *tables, const nd_occupation *occupation,
                        const uint32_t *bin, const double *amount, size_t count,
                        nd_information_scratch *scratch) {
    double *in_bin = scratch->amount;
    for (size_t i = 0; i < count; i++)
        in_bin[bin[i]] += amount[i];
    if (2 * count > tables->bins) {
        nd_entropy_terms(in_bin, occupation->log_share, tables->bins, scratch->term);
        memset(in_bin, 0, tables->bins * sizeof *in_bin);
        return nd_ordered_sum(scratch->term, tables->bins);
    }
    /* Few events in many bins: gather the bins that hold any, each once. */
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        scratch->term[used] = in_bin[bin[i]];
        scratch->log_share[used] = occupation->log_share[bin[i]];
        used += in_bin[bin[i]] != 0.0;
        in_bin[bin[i]] = 0.0;
    }
    nd_entropy_terms(scratch->term, scratch->log_share, used, scratch->term);
    return nd_ordered_sum(scratch->term, used);
}

double nd_event_information(const nd_information_tables *tables, const nd_occupation *occupation,
                            const uint32_t *bin, const double *amount, size_t count,
                            nd_information_scratch *scratch) {
    double entropy = nd_event_entropy(tables, occupation, bin, amount, count, scratch);
    double total = 0.0;
    for (size_t i = 0; i < count; i++)
        total += amount[i];
    return total > 0.0 ? entropy / total - log2(total) : NAN;
}

/* N MI = sum_sr g(n_sr) - sum_r g(n_r) - sum_s g(n_s) + g(N) with g(n) = n log2 n, r over levels
 * (silence among them), s over bins: zero for a silent cell, and each event moves one frame from
 * silence to its level, changing four counts by one. */
double nd_event_mutual_information(const nd_information_tables *tables,
                                   const nd_occupation *occupation, const uint32_t *bin,
                                   const uint32_t *level, size_t count,
                                   nd_information_scratch *scratch) {
    const double *step = tables->entropy_step;
    size_t levels = tables->levels, silent = occupation->total;
    double gained = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (level[i] == 0)
            continue;
        uint32_t *joint = &scratch->joint[bin[i] * levels + level[i]];
        uint32_t silent_here = occupation->count[bin[i]] - ++scratch->silent_used[bin[i]];
        gained += (step[(*joint)++] - step[silent_here]) +
                  (step[--silent] - step[scratch->level_count[level[i]]++]);
    }
    for (size_t i = 0; i < count; i++) {
        scratch->joint[bin[i] * levels + level[i]] = 0;
        scratch->silent_used[bin[i]] = 0;
        scratch->level_count[level[i]] = 0;
    }
    return occupation->total > 0 ? gained / (double)occupation->total : NAN;
}

/* The bins of the events of one cell, and its estimates. */
static void naive_of(const nd_binned *activity, size_t cell, const nd_responses *responses,
                     const nd_information_tables *tables, const nd_occupation *occupation,
                     uint32_t *bin, nd_information_scratch *scratch, double *information) {
    const nd_events *events = &activity->events;
    size_t first = events->start[cell], count = events->start[cell + 1] - first;
    for (size_t i = 0; i < count; i++)
        bin[i] = (uint32_t)activity->bin[events->frame[first + i]];
    double seconds = (double)activity->frames * activity->frame_seconds;
    double rate = nd_total_amount(activity, cell) / seconds;
    double bit_spike =
        nd_event_information(tables, occupation, bin, events->amount + first, count, scratch);
    information[ND_INFORMATION_BIT_SPIKE] = bit_spike;
    information[ND_INFORMATION_BIT_SECOND] = isnan(bit_spike) ? 0.0 : bit_spike * rate;
    information[ND_INFORMATION_MUTUAL] = nd_event_mutual_information(
        tables, occupation, bin, responses->level + first, count, scratch);
}

bool nd_naive_information(const nd_binned *activity, const size_t *cells, size_t count,
                          const nd_responses *responses, double *information, nd_error *error) {
    nd_information_tables tables = {0};
    nd_information_scratch scratch = {0};
    nd_occupation occupation = {0};
    uint32_t *bin = nd_array(activity->frames, sizeof *bin, error);
    bool fine = bin && nd_information_tables_make(activity, responses->levels, &tables, error) &&
                nd_information_scratch_make(&tables, &scratch, error) &&
                nd_occupation_make(activity->bins, &occupation, error);
    if (fine) {
        for (size_t f = 0; f < activity->frames; f++)
            occupation.count[activity->bin[f]]++;
        nd_occupation_finish(&tables, &occupation);
        for (size_t i = 0; i < count; i++)
            naive_of(activity, cells[i], responses, &tables, &occupation, bin, &scratch,
                     information + i * ND_INFORMATIONS);
    }
    nd_occupation_clear(&occupation);
    nd_information_scratch_clear(&scratch);
    nd_information_tables_clear(&tables);
    free(bin);
    return fine;
}
