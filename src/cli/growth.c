#include "cli/growth.h"

#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "cli/command.h"
#include "engine/benchmark.h"
#include "figure/plot.h"

enum { SHAPES = 4, VALUES = 5, STEPS = 2000 };
static const double WIDTH = 17, HEIGHT = 5.6; /* cm */

/* One shape changed at a time from case B. */
static const struct {
    const char *key, *label, *summary;
    int values[VALUES];
} shapes[SHAPES] = {{"network.hidden", "hidden", "hidden units H", {25, 100, 400, 1600, 6400}},
                    {"world.samples", "samples", "samples n", {5, 10, 20, 40, 80}},
                    {"world.input_dim", "inputs", "input dimension", {5, 10, 20, 40, 80}},
                    {"world.output_dim", "outputs", "output dimension", {5, 10, 20, 40, 80}}};

typedef struct growth {
    double cost[SHAPES][VALUES]; /* microseconds per step */
    nd_benchmark course;         /* of a run in which units fall silent */
} growth;

static void print_shape(const char *key, int value, const nd_benchmark *result, bool as_json) {
    if (!as_json) {
        printf("%-18s %6d %10.2f  awake %.0f\n", key, value, result->median_microseconds,
               result->awake_units);
        return;
    }
    nd_json json = nd_json_begin(stdout);
    nd_json_text(&json, "growth", key);
    nd_json_number(&json, "value", value);
    nd_json_number(&json, "median_microseconds", result->median_microseconds);
    nd_json_number(&json, "awake_units", result->awake_units);
    nd_json_end(&json);
}

static bool measure_shapes(growth *out, bool as_json, nd_error *error) {
    const nd_benchmark_case *b = nd_benchmark_cases() + 1;
    if (!as_json)
        printf("\nGrowth from case B, microseconds per step:\n");
    for (int i = 0; i < SHAPES; i++)
        for (int k = 0; k < VALUES; k++) {
            char set[64];
            nd_benchmark result;
            snprintf(set, sizeof set, "%s=%d", shapes[i].key, shapes[i].values[k]);
            const char *sets[] = {set, "learning.learning_rate=0.01"};
            if (!nd_benchmark_run(b->experiment, sets, 2, STEPS, &result, error))
                return false;
            out->cost[i][k] = result.median_microseconds;
            print_shape(shapes[i].key, shapes[i].values[k], &result, as_json);
        }
    return true;
}

/* A run with much noise, in which most units fall silent. */
static bool measure_course(growth *out, bool as_json, nd_error *error) {
    static const char *const sets[] = {"network.hidden=400", "learning.update_noise=0.1"};
    const nd_benchmark_case *b = nd_benchmark_cases() + 1;
    if (!nd_benchmark_run(b->experiment, sets, 2, 150 * STEPS, &out->course, error))
        return false;
    if (!as_json)
        printf("\nCase B with H 400 and update noise 0.1, as its units fall silent:\n");
    for (int part = 0; part < ND_BENCHMARK_PARTS; part++)
        if (as_json) {
            nd_json json = nd_json_begin(stdout);
            nd_json_text(&json, "growth", "awake units");
            nd_json_number(&json, "value", out->course.part_awake[part]);
            nd_json_number(&json, "median_microseconds", out->course.part_microseconds[part]);
            nd_json_number(&json, "awake_units", out->course.part_awake[part]);
            nd_json_end(&json);
        } else
            printf("awake units %4.0f %10.2f\n", out->course.part_awake[part],
                   out->course.part_microseconds[part]);
    return true;
}

static void draw_panel(nd_plot *plot, const char *letter, double left, double width,
                       const char *label, const char *settings) {
    nd_plot_panel(plot, letter, left, 0, width, 1);
    nd_plot_script(plot,
                   "set logscale xy\nset xlabel '%s'\n%sset yrange [0.2:1000]\n"
                   "set ytics (1,10,100,1000)\nset key top left Left reverse samplen 1\n%s",
                   label, left > 0 ? "" : "set ylabel 'µs per step'\n", settings);
}

static bool draw(const growth *all, const nd_place *picture, nd_error *error) {
    nd_plot *plot = nd_plot_new(picture->path, WIDTH, HEIGHT, error);
    if (!plot)
        return false;
    for (int i = 0; i < SHAPES; i++) {
        nd_plot_table(plot, shapes[i].label);
        for (int k = 0; k < VALUES; k++)
            nd_plot_row(plot, 2, (double[]){shapes[i].values[k], all->cost[i][k]});
    }
    nd_plot_table(plot, "course");
    for (int part = 0; part < ND_BENCHMARK_PARTS; part++)
        nd_plot_row(plot, 2,
                    (double[]){all->course.part_awake[part], all->course.part_microseconds[part]});
    draw_panel(plot, "A", 0, 1.0 / 3, "hidden units H", "set xrange [15:10000]\n");
    nd_plot_script(plot,
                   "plot %.9g*x/100 with lines linetype 7 linewidth 0.7 title 'linear', "
                   "'hidden' with linespoints linetype 1 pointtype 7 pointsize 0.5 notitle\n",
                   all->cost[0][1]);
    draw_panel(plot, "B", 1.0 / 3, 1.0 / 3, "samples, inputs, outputs",
               "set xrange [4:100]\n"
               "set xtics (5,10,20,40,80)\n");
    nd_plot_script(plot, "plot ");
    static const int points[SHAPES] = {7, 6, 8, 4};
    for (int i = 1; i < SHAPES; i++)
        nd_plot_script(plot,
                       "%s'%s' with linespoints linetype %d pointtype %d pointsize 0.5 "
                       "title '%s'",
                       i > 1 ? ", " : "", shapes[i].label, i, points[i], shapes[i].summary);
    nd_plot_script(plot, "\n");
    draw_panel(
        plot, "C", 2.0 / 3, 1.0 / 3, "awake units of 400, in one run",
        "unset logscale\nset xrange [0:420]\nset xtics 100\nset yrange [0:*]\nset ytics auto\n");
    nd_plot_script(plot,
                   "plot 'course' with points linetype 1 pointtype 7 pointsize 0.5 notitle\n");
    nd_error remark = {0};
    bool drawn = nd_plot_draw(plot, &(nd_plot_options){.remark = &remark, .place = picture}, error);
    nd_say_remark(&remark);
    return drawn;
}

bool nd_growth(const nd_place *picture, bool as_json, nd_error *error) {
    growth all;
    return measure_shapes(&all, as_json, error) && measure_course(&all, as_json, error) &&
           (!picture || draw(&all, picture, error));
}
