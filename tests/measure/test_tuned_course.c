/* Information less what limited sampling adds to tuned cells: closed forms, and drawn cells whose
 * truth is known. */
#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "measure/bias_correction.h"
#include "measure/tuned_course.h"
#include "support.h"

enum { CELLS = 4000, BINS = 12, EVENTS = 15, FRACTIONS = 10 };

/* Two events of a cell without tuning on two bins seem to tell half a bit in the mean (they fall in
 * one bin half of the time), one tells one bit; of half of the frames with an event, two in three
 * have one event and one in three both. */
static void test_two_events_on_two_bins(void **state) {
    (void)state;
    double share[] = {0.5, 0.5}, occupancy[] = {0.5, 0.5}, frames[] = {2.0}, rate[] = {3.0};
    const double fraction[] = {0.5, 1.0}, curve[] = {5.0 / 6.0, 0.5};
    nd_tuned_cells cells = {1, 2, share, frames, rate, occupancy, 1.0};
    nd_tuned_course course;
    nd_error error = {0};
    assert_fine(nd_tuned_course_make(&cells, fraction, 2, curve, curve, &course, &error), &error);
    assert_close("course", course.naive[ND_INFORMATION_BIT_SPIKE], curve, 2, 1e-7, 1.0);
    assert_true(fabs(course.truth[ND_INFORMATION_BIT_SPIKE]) < 1e-12);
    assert_true(fabs(nd_tuned_reduction(&course, ND_INFORMATION_BIT_SPIKE, curve)) < 1e-7);
    /* By second, half of the samples of half of the frames have one event, as in the mean, with 1
     * bit, and a fourth both, twice the mean, with 1/2 bit; the others 0. */
    const double second[] = {3.0 * (0.5 * 1.0 + 0.25 * 2.0 * 0.5), 3.0 * 0.5};
    assert_close("by second", course.naive[ND_INFORMATION_BIT_SECOND], second, 2, 1e-7, 1.0);
}

/* Information of `events` draws from q. */
static double plug_in(const double *q, size_t events, nd_stream *stream) {
    double count[BINS] = {0}, sum = 0.0;
    for (size_t e = 0; e < events; e++) {
        double left = nd_stream_uniform(stream);
        size_t b = 0;
        while (b + 1 < BINS && left >= q[b])
            left -= q[b++];
        count[b]++;
    }
    for (size_t b = 0; b < BINS; b++)
        if (count[b] > 0.0)
            sum += count[b] / (double)events * log2(count[b] / (double)events * BINS);
    return sum;
}

/* Cells with a field of their own width somewhere above even firing; `tuned` 0: without. */
static void off_by(double tuned, double off[3]) {
    static double share[CELLS * BINS], frames[CELLS], rate[CELLS];
    double occupancy[BINS], naive[FRACTIONS] = {0}, shuffled[FRACTIONS] = {0};
    double fraction[FRACTIONS], numbers[FRACTIONS] = {0}, truth = 0.0;
    nd_stream stream = nd_stream_at(3, ND_FOR_TEST, 0, 0);
    nd_tuned_cells cells = {CELLS, BINS, share, frames, rate, occupancy, 1.0};
    nd_tuned_course course;
    nd_error error = {0};
    for (size_t b = 0; b < BINS; b++)
        occupancy[b] = 1.0 / BINS;
    for (size_t c = 0; c < CELLS; c++) {
        double q[BINS], sum = 0.0, centre = BINS * nd_stream_uniform(&stream);
        double width = 1.0 + nd_stream_uniform(&stream);
        for (size_t b = 0; b < BINS; b++)
            sum += q[b] = exp(-0.5 * pow(((double)b + 0.5 - centre) / width, 2.0));
        for (size_t b = 0; b < BINS; b++) {
            q[b] = tuned * q[b] / sum + (1.0 - tuned) / BINS;
            truth += q[b] * log2(q[b] * BINS) / CELLS;
        }
        frames[c] = EVENTS;
        rate[c] = 1.0;
        size_t bin_of[EVENTS];
        for (size_t e = 0; e < EVENTS; e++) {
            double left = nd_stream_uniform(&stream);
            size_t b = 0;
            while (b + 1 < BINS && left >= q[b])
                left -= q[b++];
            bin_of[e] = b;
            share[c * BINS + b] += 1.0 / EVENTS;
        }
        for (size_t f = 0; f < FRACTIONS; f++) {
            fraction[f] = (double)(f + 1) / FRACTIONS;
            double kept[BINS] = {0}, n = 0.0, sum_kept = 0.0;
            for (size_t e = 0; e < EVENTS; e++)
                if (nd_stream_uniform(&stream) < fraction[f]) {
                    kept[bin_of[e]]++;
                    n++;
                }
            if (n < 1.0)
                continue;
            for (size_t b = 0; b < BINS; b++)
                if (kept[b] > 0.0)
                    sum_kept += kept[b] / n * log2(kept[b] / n * BINS);
            naive[f] += sum_kept;
            shuffled[f] += plug_in(occupancy, (size_t)n, &stream);
            numbers[f]++;
        }
    }
    for (size_t f = 0; f < FRACTIONS; f++) {
        naive[f] /= numbers[f];
        shuffled[f] /= numbers[f];
    }
    assert_fine(nd_tuned_course_make(&cells, fraction, FRACTIONS, naive, shuffled, &course, &error),
                &error);
    off[0] = nd_tuned_reduction(&course, ND_INFORMATION_BIT_SPIKE, naive) - truth;
    off[1] = nd_tuned_extrapolation(&course, ND_INFORMATION_BIT_SPIKE, fraction, naive) - truth;
    off[2] = nd_scaled_shuffle_reduction(naive, shuffled, FRACTIONS) - truth;
    print_message("tuned %.1f, truth %.3f: %+.3f, %+.3f; by shuffles %+.3f\n", tuned, truth, off[0],
                  off[1], off[2]);
    for (size_t i = 0; i < CELLS * BINS; i++)
        share[i] = 0.0;
}

/* Fifteen events a cell; the means over 4000 cells have an error of 0.01. */
static void test_drawn_cells_have_their_information(void **state) {
    (void)state;
    double off[3];
    off_by(0.9, off);
    assert_true(fabs(off[0]) < 0.04 && fabs(off[1]) < 0.04);
    off_by(0.0, off);
    assert_true(fabs(off[0]) < 0.04 && fabs(off[1]) < 0.04);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_events_on_two_bins),
        cmocka_unit_test(test_drawn_cells_have_their_information),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
