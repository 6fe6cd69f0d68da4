#include "recording/position_notes.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/sort.h"
#include "recording/coordinate.h"

/* Jumps over more than half the range: the seam of a loop, or lost tracking. */
static void say_jumps(const nd_request *request, const nd_series *position, nd_files *files) {
    double range[2];
    size_t count = 0;
    nd_coordinate_range(request->settings, false, position, 0, range);
    nd_coordinate along = {.span = range[1] > range[0] ? range[1] - range[0] : 0.0,
                           .loop = request->settings->circular};
    for (size_t i = 1; i < position->rows; i++)
        count += nd_coordinate_jumps(&along, position->values[(i - 1) * position->columns],
                                     position->values[i * position->columns]);
    if (count > 0)
        nd_files_note(files,
                      "position: %zu jumps of more than half the range between one position "
                      "and the next, which are not joined: circular: true if the ends of "
                      "the range are one place",
                      count);
}

typedef struct counted {
    double value;
    size_t count;
} counted;

static int most_first(const void *a, const void *b) {
    const counted *x = a, *y = b;
    return (y->count > x->count) - (y->count < x->count);
}

/* The middle of the ways to and from a value that stands alone. */
static bool stands_apart(const double *values, size_t count, size_t stride, double value,
                         double usual, double span) {
    size_t passages = 0, far = 0;
    for (size_t i = 1; i < count; i++) {
        double a = values[(i - 1) * stride], b = values[i * stride];
        if ((a == value) == (b == value) || isnan(a) || isnan(b))
            continue;
        passages++;
        far += fabs(b - a) > 8.0 * usual && fabs(b - a) > 0.02 * span;
    }
    return passages > 0 && 4 * far > 3 * passages;
}

/* A few positions far from all others stretch the range, and with it every bin; `sorted` has
 * `count` of them. */
static void say_outliers(const double *sorted, size_t count, size_t column, nd_files *files) {
    size_t tail = count / 100;
    double low = sorted[tail], high = sorted[count - 1 - tail], wide = 2.0 * (high - low);
    size_t below = 0, above = 0;
    while (wide > 0.0 && below < tail && sorted[below] < low - wide)
        below++;
    while (wide > 0.0 && above < tail && sorted[count - 1 - above] > high + wide)
        above++;
    if (below + above > 0)
        nd_files_note(files,
                      "%s: %zu of %zu lie far outside %.9g to %.9g, where the others are (%.9g): "
                      "missing: %.9g if that stands for no position, or range: [FROM, TO]",
                      column ? "position_y" : "position", below + above, count, low, high,
                      above ? sorted[count - 1] : sorted[0], above ? sorted[count - 1] : sorted[0]);
}

/* A number that many positions equal, and which they come to and leave by leaps, may stand for none
 * (-1, 0). It is said, not acted upon. */
static bool say_missing(const nd_request *request, const nd_series *position, size_t column,
                        nd_files *files, nd_error *error) {
    enum { FEWEST = 5, CANDIDATES = 3 };
    size_t n = position->rows, stride = position->columns, finite = 0, distinct = 0, steps = 0;
    const double *values = position->values + column;
    double *sorted = nd_doubles(n + 1, error), *step = nd_doubles(n + 1, error);
    counted *value = nd_array(n + 1, sizeof *value, error);
    bool fine = sorted && step && value;
    if (fine && !request->settings->position_is_bin) {
        for (size_t i = 0; i < n; i++) {
            if (isfinite(values[i * stride]))
                sorted[finite++] = values[i * stride];
            double change = i > 0 ? fabs(values[i * stride] - values[(i - 1) * stride]) : NAN;
            if (change > 0.0)
                step[steps++] = change;
        }
        nd_sort_ascending(sorted, finite);
        nd_sort_ascending(step, steps);
        for (size_t i = 0; i < finite; i++)
            if (i > 0 && sorted[i] == sorted[i - 1])
                value[distinct - 1].count++;
            else
                value[distinct++] = (counted){sorted[i], 1};
        double usual = steps ? step[steps / 4] : 0.0;
        double span = finite ? sorted[finite - 1] - sorted[0] : 0.0;
        qsort(value, distinct, sizeof *value, most_first);
        for (size_t k = 0; k < distinct && k < CANDIDATES; k++) {
            bool many = value[k].count >= FEWEST && 100 * value[k].count >= finite;
            if (many && stands_apart(values, n, stride, value[k].value, usual, span))
                nd_files_note(files,
                              "%s: %zu of %zu are %.9g, each far from those before and after: "
                              "missing: %.9g if that stands for no position",
                              column ? "position_y" : "position", value[k].count, n, value[k].value,
                              value[k].value);
        }
    }
    if (fine && finite > 0)
        say_outliers(sorted, finite, column, files);
    free(sorted);
    free(step);
    free(value);
    return fine;
}

bool nd_note_position(const nd_request *request, bool two, const nd_series *position,
                      nd_files *files, nd_error *error) {
    bool fine = true;
    if (!two)
        say_jumps(request, position, files);
    for (size_t column = 0; fine && column < position->columns; column++)
        fine = say_missing(request, position, column, files, error);
    return fine;
}
