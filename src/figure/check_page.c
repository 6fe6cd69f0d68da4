#include "figure/check_page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/error.h"
#include "base/files.h"
#include "figure/parts.h"

enum { MOST_SESSIONS = 6, MOST_POINTS = 6000, MOST_CELLS = 120, MOST_EVENTS = 25000 };
static const double WIDTH = 17.0, STRIP = 9.6; /* cm */
static const char MARK[] = "nulldrift record --check";

/* Where a session's strip is, as shares of the page. */
typedef struct strip {
    nd_plot *plot;
    const nd_session *session;
    const nd_recording *recording;
    size_t row;
    double bottom, height, first, last; /* first, last: seconds on the time axis */
} strip;

static size_t stride_of(size_t count, size_t most) {
    return count / most + 1;
}

/* A round step, of which two or three fit into `span`. */
static double round_step(double span) {
    double ten = pow(10.0, floor(log10(span / 2.0)));
    double share = span / 2.0 / ten;
    return ten * (share >= 5.0 ? 5.0 : share >= 2.0 ? 2.0 : 1.0);
}

static void time_axis(const strip *s, bool labelled) {
    nd_plot_script(s->plot, "set xrange [0:%.9g]\nset format x '%s'\nset xlabel '%s'\n",
                   s->last - s->first, labelled ? "%g" : "", labelled ? "time, s" : "");
}

/* --- over time --- */

static void draw_position(const strip *s) {
    const nd_session *one = s->session;
    char name[32];
    double low = INFINITY, high = -INFINITY;
    for (size_t f = 0; f < one->frames; f++) {
        low = fmin(low, one->position[f]);
        high = fmax(high, one->position[f]);
        low = one->position_y ? fmin(low, one->position_y[f]) : low;
        high = one->position_y ? fmax(high, one->position_y[f]) : high;
    }
    snprintf(name, sizeof name, "position-%zu", s->row);
    nd_plot_table(s->plot, name);
    for (size_t f = 0; f < one->frames; f += stride_of(one->frames, MOST_POINTS))
        nd_plot_row(s->plot, 3,
                    (double[]){one->time[f] - s->first, one->position[f],
                               one->position_y ? one->position_y[f] : NAN});
    nd_plot_panel(s->plot, NULL, 0.0, s->bottom + 0.62 * s->height, 0.64, 0.36 * s->height);
    time_axis(s, false);
    nd_plot_script(
        s->plot,
        "set title '%s%s%s%s' offset 0,-0.6\nset ylabel 'position%s%s%s' offset 1,0\nset key off\n"
        "set ytics %.3g\n"
        "plot '%s' using 1:2 with points pointtype 7 pointsize 0.12 linetype 1%s%s%s\n",
        one->label[strspn(one->label, "0123456789")] ? "" : "session ",
        nd_plot_text_of(one->label, 70).markup, one->direction[0] ? ", " : "",
        nd_plot_text_of(one->direction, 20).markup, one->position_y ? " x, y" : "",
        s->recording->position_unit[0] ? ", " : "",
        nd_plot_text_of(s->recording->position_unit, 20).markup,
        high > low ? round_step(high - low) : 1.0, name, one->position_y ? ", '" : "",
        one->position_y ? name : "",
        one->position_y ? "' using 1:3 with points pointtype 7 pointsize 0.12 linetype 2" : "");
}

/* Its own speed, or the way from one frame to the next over the time between them. */
static double speed_at(const nd_session *one, size_t f) {
    if (one->speed)
        return fabs(one->speed[f]);
    double dt = one->time[f] - one->time[f - 1];
    if (dt > 1.5 * one->frame_seconds)
        return NAN;
    double dx = one->position[f] - one->position[f - 1];
    double dy = one->position_y ? one->position_y[f] - one->position_y[f - 1] : 0.0;
    return hypot(dx, dy) / dt;
}

static void draw_speed(const strip *s) {
    const nd_session *one = s->session;
    char name[32];
    double most = 0.0;
    snprintf(name, sizeof name, "speed-%zu", s->row);
    nd_plot_table(s->plot, name);
    for (size_t f = 1; f < one->frames; f += stride_of(one->frames, MOST_POINTS)) {
        double speed = speed_at(one, f);
        most = isfinite(speed) ? fmax(most, speed) : most;
        nd_plot_row(s->plot, 2, (double[]){one->time[f] - s->first, speed});
    }
    nd_plot_panel(s->plot, NULL, 0.0, s->bottom + 0.42 * s->height, 0.64, 0.26 * s->height);
    time_axis(s, false);
    nd_plot_script(
        s->plot,
        "set ylabel 'speed' offset 1,0\nset yrange [0:%.6g]\nset ytics %.3g\nset key off\n"
        "plot '%s' using 1:2 with points pointtype 7 pointsize 0.12 linetype 3\n",
        most > 0.0 ? 1.05 * most : 1.0, most > 0.0 ? round_step(most) : 0.5, name);
}

/* The events of some cells, evenly chosen where there are many. */
static void draw_raster(const strip *s) {
    const nd_session *one = s->session;
    size_t cells = stride_of(one->cells, MOST_CELLS);
    size_t events = stride_of(one->events.start[one->cells] / cells, MOST_EVENTS), said = 0;
    char name[32];
    snprintf(name, sizeof name, "raster-%zu", s->row);
    nd_plot_table(s->plot, name);
    for (size_t c = 0; c < one->cells; c += cells)
        for (size_t e = one->events.start[c]; e < one->events.start[c + 1]; e += events, said++)
            nd_plot_row(s->plot, 2,
                        (double[]){one->time[one->events.frame[e]] - s->first, (double)c + 1.0});
    if (said == 0)
        nd_plot_row(s->plot, 2, (double[]){NAN, NAN});
    nd_plot_panel(s->plot, NULL, 0.0, s->bottom, 0.64, 0.48 * s->height);
    time_axis(s, true);
    nd_plot_script(s->plot,
                   "set ylabel '%s' offset 1,0\nset yrange [0:%zu]\nset ytics %.9g\nset key off\n"
                   "plot '%s' using 1:2 with points pointtype 7 pointsize 0.14 linecolor rgb "
                   "'#222222'\n",
                   cells > 1 ? "cells, some of them" : "cells", one->cells + 1,
                   fmax(1.0, round_step((double)one->cells)), name);
}

/* --- in space, and what counts --- */

static void draw_space(const strip *s) {
    const nd_session *one = s->session;
    char name[32];
    snprintf(name, sizeof name, "space-%zu", s->row);
    nd_plot_table(s->plot, name);
    nd_plot_panel(s->plot, NULL, 0.64, s->bottom + 0.47 * s->height, 0.36, 0.5 * s->height);
    if (one->position_y) {
        double low = INFINITY, high = -INFINITY;
        for (size_t f = 0; f < one->frames; f += stride_of(one->frames, MOST_POINTS)) {
            nd_plot_row(s->plot, 2, (double[]){one->position[f], one->position_y[f]});
            low = fmin(low, one->position[f]);
            high = fmax(high, one->position[f]);
        }
        double step = high > low ? round_step(high - low) : 1.0;
        nd_plot_script(s->plot,
                       "set size ratio -1\nset xlabel 'x'\nset ylabel 'y' offset 1,0\nset key off\n"
                       "set xtics %.3g\nset ytics %.3g\n"
                       "plot '%s' using 1:2 with points pointtype 7 pointsize 0.12 linetype 1\n",
                       step, step, name);
        return;
    }
    for (size_t b = 0; b < one->bins; b++)
        nd_plot_row(s->plot, 2, (double[]){(double)b + 0.5, one->occupancy[b]});
    nd_plot_script(s->plot,
                   "set xlabel 'bin'\nset ylabel 'seconds in it' offset 1,0\nset xrange [0:%zu]\n"
                   "set yrange [0:*]\nset key off\nset style fill solid 0.6 noborder\n"
                   "plot '%s' using 1:2 with boxes linetype 1\n",
                   one->bins, name);
}

/* What became of the frames, the most frequent reasons below one another. */
static void draw_counts(const strip *s) {
    const nd_session *one = s->session;
    const nd_left_out *out = &one->left_out;
    const struct {
        const char *what;
        size_t count;
    } rows[] = {{"counted", one->frames},
                {"outside trials", out->outside_trials},
                {"no position", out->position_missing},
                {"too slow", out->slow},
                {"outside the range", out->outside_range},
                {"no direction", out->without_direction},
                {"activity missing", out->activity_missing},
                {"time goes back", out->bad_times}};
    enum { ROWS = sizeof rows / sizeof *rows };
    char name[32], tics[512] = "";
    size_t shown = 0;
    double all = one->frames_read ? (double)one->frames_read : (double)one->frames;
    snprintf(name, sizeof name, "frames-%zu", s->row);
    nd_plot_table(s->plot, name);
    for (size_t k = 0; k < ROWS; k++) {
        if (rows[k].count == 0 && k > 0)
            continue;
        size_t used = strlen(tics);
        snprintf(tics + used, sizeof tics - used, "%s'%s: %zu' %zu", shown ? ", " : "",
                 rows[k].what, rows[k].count, shown);
        nd_plot_row(
            s->plot, 3,
            (double[]){100.0 * (double)rows[k].count / all, (double)shown, k == 0 ? 3.0 : 2.0});
        shown++;
    }
    nd_plot_panel_margins(s->plot, NULL, 0.64, s->bottom, 0.36, 0.46 * s->height,
                          (nd_plot_margins){3.3, 0.4, 1.0, 0.5});
    nd_plot_script(s->plot,
                   "set title 'of %zu frames' offset 0,-0.6\nset xlabel '%%'\nset xrange [0:100]\n"
                   "set xtics 50\nset yrange [%zu.6:-0.6]\nset ytics (%s) scale 0\nset key off\n"
                   "set style fill solid 0.8 noborder\nset border 1\n"
                   "plot '%s' using (0):2:(0):1:($2-0.3):($2+0.3):3 with boxxyerror linecolor "
                   "variable\n",
                   one->frames_read ? one->frames_read : one->frames, shown - 1, tics, name);
}

/* --- the page --- */

static bool has_frames(const nd_session *session) {
    return session->kind == ND_SESSION_ACTIVITY && session->frames > 1 && session->time &&
           session->position;
}

static void draw_strip(nd_plot *plot, const nd_recording *recording, const nd_session *session,
                       size_t row, size_t rows) {
    strip s = {.plot = plot,
               .session = session,
               .recording = recording,
               .row = row + 1,
               .height = 1.0 / (double)rows,
               .first = session->time[0],
               .last = session->time[session->frames - 1]};
    s.bottom = 1.0 - (double)(row + 1) * s.height;
    draw_position(&s);
    draw_speed(&s);
    draw_raster(&s);
    draw_space(&s);
    draw_counts(&s);
}

/* A PNG's chunk of text, before the last chunk; a comment at the end of the other two kinds. */
static bool put_mark(nd_buffer *file, nd_buffer *marked, nd_error *error) {
    enum { END = 12 }; /* bytes of IEND */
    static const unsigned char png[] = "\x89PNG\r\n\x1a\n";
    if (file->length < END + 8 || memcmp(file->bytes, png, 8) != 0) {
        const char *open = file->length > 4 && memcmp(file->bytes, "%PDF", 4) == 0 ? "% " : "<!-- ";
        const char *close = open[0] == '%' ? "\n" : " -->\n";
        return nd_buffer_put(marked, file->bytes, file->length, error) &&
               nd_buffer_put(marked, open, strlen(open), error) &&
               nd_buffer_put(marked, MARK, strlen(MARK), error) &&
               nd_buffer_put(marked, close, strlen(close), error);
    }
    unsigned char chunk[64] = "tEXtSoftware";
    size_t length = 12;
    chunk[length++] = '\0';
    memcpy(chunk + length, MARK, strlen(MARK));
    length += strlen(MARK);
    uint32_t size = (uint32_t)length - 4, sum = (uint32_t)crc32(0, chunk, (uInt)length);
    const unsigned char head[4] = {(unsigned char)(size >> 24), (unsigned char)(size >> 16),
                                   (unsigned char)(size >> 8), (unsigned char)size};
    const unsigned char tail[4] = {(unsigned char)(sum >> 24), (unsigned char)(sum >> 16),
                                   (unsigned char)(sum >> 8), (unsigned char)sum};
    return nd_buffer_put(marked, file->bytes, file->length - END, error) &&
           nd_buffer_put(marked, head, 4, error) && nd_buffer_put(marked, chunk, length, error) &&
           nd_buffer_put(marked, tail, 4, error) &&
           nd_buffer_put(marked, file->bytes + file->length - END, END, error);
}

static bool mark_page(const char *path, nd_error *error) {
    enum { MOST = 64 << 20 };
    nd_buffer file = {0}, marked = {0};
    bool fine = nd_read_file(path, MOST, &file, error) && put_mark(&file, &marked, error) &&
                nd_write_file(path, marked.bytes, marked.length, error);
    nd_buffer_free(&file);
    nd_buffer_free(&marked);
    return fine;
}

bool nd_is_check_page(const char *path) {
    enum { TAIL = 256 };
    char tail[TAIL];
    FILE *file = nd_fopen_regular(path, NULL);
    if (!file)
        return false;
    bool far = fseek(file, -(long)TAIL, SEEK_END) == 0 || fseek(file, 0, SEEK_SET) == 0;
    size_t got = far ? fread(tail, 1, TAIL, file) : 0;
    fclose(file);
    return memmem(tail, got, MARK, strlen(MARK)) != NULL;
}

bool nd_draw_check_page(const nd_recording *recording, const char *output,
                        const nd_plot_options *options, size_t *drawn, nd_error *error) {
    const nd_session *shown[MOST_SESSIONS];
    size_t count = 0;
    for (size_t i = 0; i < recording->sessions_count && count < MOST_SESSIONS; i++)
        if (has_frames(&recording->sessions[i]))
            shown[count++] = &recording->sessions[i];
    *drawn = count;
    if (count == 0)
        return true;
    nd_plot *plot = nd_plot_new(output, WIDTH, STRIP * (double)count, error);
    if (!plot)
        return false;
    for (size_t i = 0; i < count; i++)
        draw_strip(plot, recording, shown[i], i, count);
    return nd_plot_draw(plot, options, error) && mark_page(output, error);
}
