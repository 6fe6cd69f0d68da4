/* Long traces, thinned to what a picture can show. */
#include <math.h>

#include "figure/plot.h"

static size_t column_of(double x, double least, double most, size_t columns, bool logarithmic) {
    double share = logarithmic ? log(x / least) / log(most / least) : (x - least) / (most - least);
    if (!(share > 0))
        return 0;
    size_t column = (size_t)(share * (double)columns);
    return column < columns ? column : columns - 1;
}

/* The kept points of one column, in the order of x, each once. */
static void write_column(nd_plot *plot, const double *x, const double *y, size_t first, size_t low,
                         size_t high, size_t last) {
    const size_t inner[2] = {low < high ? low : high, low < high ? high : low};
    const size_t kept[4] = {first, inner[0], inner[1], last};
    for (int i = 0; i < 4; i++)
        if (i == 0 || kept[i] > kept[i - 1])
            nd_plot_row(plot, 2, (double[]){x[kept[i]], y[kept[i]]});
}

void nd_plot_trace(nd_plot *plot, size_t count, const double *x, const double *y, size_t columns,
                   bool logarithmic) {
    size_t start = 0;
    if (logarithmic) /* a logarithmic axis has no place for x <= 0 */
        while (start < count && !(x[start] > 0))
            start++;
    if (start >= count)
        return;
    const double least = x[start], most = x[count - 1];
    size_t first = start, low = start, high = start;
    size_t column = 0;
    for (size_t i = start + 1; i <= count; i++) {
        size_t next = i < count ? column_of(x[i], least, most, columns, logarithmic) : columns;
        if (next != column) {
            write_column(plot, x, y, first, low, high, i - 1);
            first = low = high = i;
            column = next;
        } else if (y[i] < y[low] || isnan(y[low]))
            low = i;
        else if (y[i] > y[high] || isnan(y[high]))
            high = i;
    }
}
