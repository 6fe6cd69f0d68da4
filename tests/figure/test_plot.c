/* Pictures appear whole or not at all, in three formats, and say clearly what went wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/sandbox.h"
#include "figure/figure.h"

static const nd_plot_options PICTURE_ONLY = {0}, WITH_SCRIPT = {.keep_script = true};
static char folder[64];

static const char *in_folder(const char *name) {
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int enter(void **state) {
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/nulldrift-plot-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int leave(void **state) {
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static size_t entries(void) {
    DIR *opened = opendir(folder);
    size_t count = 0;
    while (opened && readdir(opened))
        count++;
    if (opened)
        (void)closedir(opened);
    return count - 2;
}

static nd_plot *two_panels(const char *output) {
    nd_error error = {0};
    nd_plot *plot = nd_plot_new(output, 12, 5, &error);
    if (!plot)
        fail_msg("%s: %s", error.where, error.what);
    nd_plot_table(plot, "wave");
    for (int i = 0; i < 50; i++)
        nd_plot_row(plot, 2, (double[]){i, i == 20 ? NAN : sin(i * 0.2)});
    nd_plot_matrix(plot, "grid", 2, 3, (double[]){0, 1, 2, 3, 4, 5});
    nd_plot_panel(plot, "A", 0, 0, 0.5, 1);
    nd_plot_script(plot, "set xlabel 'time (s)'\nset ylabel 'wave'\nplot 'wave' notitle\n");
    nd_plot_panel_margins(plot, "B", 0.5, 0, 0.5, 1, ND_PLOT_MARGINS_RIGHT);
    nd_plot_script(plot, "plot 'grid' matrix with image notitle\n");
    return plot;
}

static void begins_with(const char *path, const char *magic) {
    char bytes[16] = {0};
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_true(fread(bytes, 1, sizeof bytes - 1, file) > 0);
    (void)fclose(file);
    assert_memory_equal(bytes, magic, strlen(magic));
}

static void test_a_picture_is_of_the_kind_its_ending_says(void **state) {
    (void)state;
    const char *const kinds[][2] = {{"a.pdf", "%PDF"},
                                    {"a.svg", "<?xml"},
                                    {"it's a.png", "\x89PNG"},
                                    {"a.eps", "%!PS-Adobe-3.0"}};
    for (size_t i = 0; i < 4; i++) {
        nd_error error = {0};
        assert_true(nd_plot_draw(two_panels(in_folder(kinds[i][0])), &PICTURE_ONLY, &error));
        begins_with(in_folder(kinds[i][0]), kinds[i][1]);
    }
    assert_int_equal(entries(), 4);
}

static void test_the_kept_script_draws_the_picture_again_and_an_older_one_is_kept(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_true(nd_plot_draw(two_panels(in_folder("kept.svg")), &WITH_SCRIPT, NULL));
    assert_int_equal(access(in_folder("kept.svg.gnuplot~/plot.gp"), R_OK), 0);
    assert_int_equal(access(in_folder("kept.svg.gnuplot/gnuplot.log"), F_OK), -1);
    char command[256];
    (void)snprintf(command, sizeof command, "cd %s && gnuplot plot.gp 2>&1",
                   in_folder("kept.svg.gnuplot"));
    assert_int_equal(system(command), 0);
    begins_with(in_folder("kept.svg.gnuplot/kept.svg"), "<?xml");
}

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_keeping_the_script_removes_nothing_but_what_was_drawn(void **state) {
    (void)state;
    char own[128], link_name[128];
    (void)snprintf(own, sizeof own, "%s", in_folder("own"));
    assert_int_equal(mkdir(own, 0777), 0);
    write_text(in_folder("own/thesis.txt"), "years of work");
    const char *const names[] = {"linked.svg.gnuplot", "linked.svg.gnuplot~"};
    for (int i = 0; i < 2; i++) {
        (void)snprintf(link_name, sizeof link_name, "%s", in_folder(names[i]));
        assert_int_equal(symlink(own, link_name), 0);
    }
    for (int i = 0; i < 3; i++)
        assert_true(nd_plot_draw(two_panels(in_folder("linked.svg")), &WITH_SCRIPT, NULL));
    begins_with(in_folder("own/thesis.txt"), "years of work");
    assert_int_equal(access(in_folder("linked.svg.gnuplot/plot.gp"), R_OK), 0);
}

static void test_a_script_that_was_restyled_outlives_any_number_of_drawings(void **state) {
    (void)state;
    assert_true(nd_plot_draw(two_panels(in_folder("style.svg")), &WITH_SCRIPT, NULL));
    write_text(in_folder("style.svg.gnuplot/house.gp"), "set title 'mine'");
    for (int i = 0; i < 4; i++)
        assert_true(nd_plot_draw(two_panels(in_folder("style.svg")), &WITH_SCRIPT, NULL));
    begins_with(in_folder("style.svg.gnuplot~/house.gp"), "set title 'mi");
    assert_int_equal(access(in_folder("style.svg.gnuplot~2/plot.gp"), R_OK), 0);
}

static void test_a_folder_that_a_killed_drawing_left_is_removed_by_its_list(void **state) {
    (void)state;
    size_t before = entries();
    pid_t child = fork();
    if (child == 0) { /* gone without a word, its folder filled */
        (void)two_panels(in_folder("killed.svg"));
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(entries(), before + 1);
    assert_true(nd_plot_draw(two_panels(in_folder("killed.svg")), &PICTURE_ONLY, NULL));
    assert_int_equal(entries(), before + 1); /* the picture alone */
}

static void test_a_script_that_fails_names_the_complaint_and_leaves_nothing(void **state) {
    (void)state;
    size_t before = entries();
    nd_error error = {0};
    nd_plot *plot = two_panels(in_folder("broken.png"));
    nd_plot_script(plot, "plot nonsense_variable\n");
    assert_false(nd_plot_draw(plot, &WITH_SCRIPT, &error));
    assert_non_null(strstr(error.what, "undefined variable: nonsense_variable"));
    assert_int_equal(entries(), before);
}

/* In the C locale gnuplot warns of the degree sign, then cannot write any but ASCII letters. */
static void test_the_user_s_locale_changes_no_picture(void **state) {
    (void)state;
    const char *const locales[] = {"C", "POSIX", "xx_XX.UTF-8"};
    const char *given = getenv("LC_ALL");
    char *before = given ? nd_text(given, NULL) : NULL;
    static char first[1 << 16], bytes[1 << 16];
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        assert_int_equal(setenv("LC_ALL", locales[i], 1), 0);
        nd_error error = {0}, remark = {0};
        nd_plot *plot = two_panels(in_folder("locale.svg"));
        nd_plot_script(plot, "set xlabel 'angle (°), µm'\nplot 'wave' notitle\n");
        assert_true(nd_plot_draw(plot, &(nd_plot_options){.remark = &remark}, &error));
        assert_string_equal(remark.what, "");
        memset(bytes, 0, sizeof bytes);
        FILE *file = fopen(in_folder("locale.svg"), "re");
        assert_non_null(file);
        assert_true(fread(bytes, 1, sizeof bytes - 1, file) > 0);
        (void)fclose(file);
        assert_non_null(strstr(bytes, "angle (°), µm"));
        if (i == 0)
            memcpy(first, bytes, sizeof first);
        assert_string_equal(first, bytes);
    }
    assert_int_equal(before ? setenv("LC_ALL", before, 1) : unsetenv("LC_ALL"), 0);
    free(before);
}

static void test_a_warning_is_kept_and_fails_nothing(void **state) {
    (void)state;
    nd_error error = {0}, remark = {0};
    nd_plot *plot = two_panels(in_folder("flat.svg"));
    nd_plot_script(plot, "plot 0 notitle\n");
    assert_true(nd_plot_draw(plot, &(nd_plot_options){.remark = &remark}, &error));
    begins_with(in_folder("flat.svg"), "<?xml");
    assert_string_equal(remark.where, in_folder("flat.svg"));
    assert_non_null(strstr(remark.what, "empty y range"));
    assert_string_equal(error.what, "");
    /* Before an error it is not taken for the error. */
    plot = two_panels(in_folder("broken.svg"));
    nd_plot_script(plot, "plot 0 notitle\nplot nonsense_variable\n");
    assert_false(nd_plot_draw(plot, &PICTURE_ONLY, &error));
    assert_non_null(strstr(error.what, "undefined variable: nonsense_variable"));
}

/* What gnuplot 6 says of every matrix with missing values is no news; what it says besides is. */
static void test_missing_values_are_no_warning(void **state) {
    (void)state;
    static const char *const also[] = {"", "printerr 'warning: of something else'\n"};
    for (size_t i = 0; i < 2; i++) {
        nd_error error = {0}, remark = {0};
        nd_plot *plot = two_panels(in_folder("missing.svg"));
        nd_plot_script(plot,
                       "printerr '\"plot.gp\" line 95: warning: matrix contains missing or "
                       "undefined values'\n%s",
                       also[i]);
        assert_true(nd_plot_draw(plot, &(nd_plot_options){.remark = &remark}, &error));
        assert_string_equal(remark.what,
                            i == 0 ? "" : "drawn, and gnuplot said: warning: of something else");
    }
}

static void test_bad_outputs_are_refused_at_once(void **state) {
    (void)state;
    const char *const paths[] = {"picture.gif", "picture", "/nonexistent/picture.pdf"};
    for (size_t i = 0; i < 3; i++) {
        nd_error error = {0};
        assert_null(nd_plot_new(paths[i], 10, 10, &error));
        assert_string_equal(error.where, paths[i]);
        assert_true(error.mend[0] != '\0');
    }
}

static void test_a_machine_without_gnuplot_is_told_the_package(void **state) {
    (void)state;
    char *path = nd_text(getenv("PATH"), NULL);
    assert_int_equal(setenv("PATH", folder, 1), 0);
    nd_error error = {0};
    assert_null(nd_plot_new(in_folder("x.pdf"), 10, 10, &error));
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
    assert_non_null(strstr(error.mend, "gnuplot-nox"));
}

/* The rows of the table "trace" as thinned by nd_plot_trace. */
static size_t thinned(size_t count, const double *x, const double *y, bool logarithmic,
                      double *least, double *most) {
    nd_plot *plot = two_panels(in_folder("trace.svg"));
    nd_plot_table(plot, "trace");
    nd_plot_trace(plot, count, x, y, 100, logarithmic);
    assert_true(nd_plot_draw(plot, &WITH_SCRIPT, NULL));
    FILE *file = fopen(in_folder("trace.svg.gnuplot/trace"), "re");
    assert_non_null(file);
    double a, b, previous = -INFINITY;
    size_t rows = 0;
    *least = INFINITY;
    *most = -INFINITY;
    while (fscanf(file, "%lf %lf", &a, &b) == 2) { // NOLINT(cert-err34-c)
        assert_true(a > previous);
        previous = a;
        *least = fmin(*least, b);
        *most = fmax(*most, b);
        rows++;
    }
    (void)fclose(file);
    return rows;
}

static void test_a_thinned_trace_keeps_its_extremes_and_its_order(void **state) {
    (void)state;
    const size_t count = 100000;
    double *x = nd_doubles(count, NULL), *y = nd_doubles(count, NULL);
    for (size_t i = 0; i < count; i++) {
        x[i] = (double)i;
        y[i] = sin((double)i * 0.01);
    }
    y[54321] = 7;
    y[777] = -9;
    for (int logarithmic = 0; logarithmic < 2; logarithmic++) {
        double least, most;
        size_t rows = thinned(count, x, y, logarithmic, &least, &most);
        assert_true(rows > 100 && rows <= 400);
        assert_true(least == -9 && most == 7);
    }
    double least, most;
    assert_int_equal(thinned(1, x, y, false, &least, &most), 1);
    assert_int_equal(thinned(3, x, y, false, &least, &most), 3);
    free(x);
    free(y);
}

/* What the SVG of a picture with `text` as label, title, axis and key shows, entities resolved. */
static void drawn_with(const char *text, char *shown, size_t size) {
    nd_error error = {0};
    nd_plot *plot = two_panels(in_folder("text.svg"));
    const nd_plot_text markup = nd_plot_text_of(text, ND_PLOT_MOST);
    nd_plot_script(plot,
                   "set xlabel '%s'\nset title '%s'\nset label 1 '%s' at graph 0.5,0.5\n"
                   "plot 'wave' title '%s'\n",
                   markup.markup, markup.markup, markup.markup, markup.markup);
    if (!nd_plot_draw(plot, &PICTURE_ONLY, &error))
        fail_msg("%s: %s", text, error.what);
    static char file[1 << 17];
    memset(file, 0, sizeof file);
    FILE *opened = fopen(in_folder("text.svg"), "re");
    assert_non_null(opened);
    assert_true(fread(file, 1, sizeof file - 1, opened) > 0);
    (void)fclose(opened);
    static const char *const entities[] = {"&lt;<", "&gt;>", "&amp;&", "&quot;\"", "&#39;'"};
    size_t used = 0;
    bool tag = false;
    for (const char *c = file; *c && used + 1 < size; c++) {
        if (*c == '<' || (tag && *c == '>'))
            tag = *c == '<';
        else if (!tag && *c != '\n') {
            shown[used] = *c;
            for (size_t e = 0; e < sizeof entities / sizeof *entities; e++) {
                size_t length = strlen(entities[e]) - 1;
                if (strncmp(c, entities[e], length) == 0) {
                    shown[used] = entities[e][length];
                    c += length - 1;
                    break;
                }
            }
            used++;
        }
    }
    shown[used] = '\0';
}

/* Every text comes out as it is, and none is a command: the canary stays away. */
static void test_text_is_drawn_as_it_is_and_never_carried_out(void **state) {
    (void)state;
    static const char *const plain[] = {
        "jour d'enregistrement",
        "it''s",
        "a_b^c{d}e@f&g~h",
        "{/Symbol a}",
        "`touch CANARY`",
        "'; system('touch CANARY'); '",
        "\"; system(\"touch CANARY\"); \"",
        "$(touch CANARY) $HOME",
        "100 % %d %s %n %g",
        "ends in a backslash\\",
        "\\n \\101 \\\\ \\U+1F600 \\U",
        "<b>bold</b> &amp;",
        "Größe 位置 θ·10⁻³ 🐭",
        "@macro | cat > CANARY",
    };
    static const char *const shown_as[][2] = {
        {"a\nb\r\tc", "a\\nb\\r\\tc"},
        {"\x1b[31m\a", "\\x1b[31m\\x07"},
        {"\n!touch CANARY\n", "\\n!touch CANARY\\n"},
        {"latin \xe9", "latin \\xe9"},
        {"turned \u202e round", "turned \\u202e round"},
    };
    static char shown[1 << 16];
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        drawn_with(plain[i], shown, sizeof shown);
        size_t times = 0;
        for (const char *at = shown; (at = strstr(at, plain[i])); at++)
            times++;
        if (times < 4)
            fail_msg("'%s' stands %zu times in the picture: %s", plain[i], times, shown);
    }
    for (size_t i = 0; i < sizeof shown_as / sizeof *shown_as; i++) {
        drawn_with(shown_as[i][0], shown, sizeof shown);
        if (!strstr(shown, shown_as[i][1]))
            fail_msg("no '%s' in the picture: %s", shown_as[i][1], shown);
    }
    assert_int_equal(access("CANARY", F_OK), -1);
    assert_int_equal(access(in_folder("CANARY"), F_OK), -1);
}

static void test_text_is_cut_between_characters_before_it_is_escaped(void **state) {
    (void)state;
    assert_string_equal(nd_plot_text_of("''''", 3).markup, "\\047\\047…");
    assert_string_equal(nd_plot_text_of("''''", 4).markup, "\\047\\047\\047\\047");
    assert_string_equal(nd_plot_text_of("\\\\\\", 2).markup, "\\\\…");
    assert_string_equal(nd_plot_text_of("位置位", 2).markup, "位…");
    assert_string_equal(nd_plot_text_of(NULL, 9).markup, "");
    char wide[4 * ND_PLOT_MOST] = "";
    for (size_t i = 0; i + 3 < sizeof wide; i += 3)
        memcpy(wide + i, "\u202e", 4);
    assert_true(strlen(nd_plot_text_of(wide, SIZE_MAX).markup) < ND_PLOT_TEXT);
}

/* gnuplot opens a pipe for `set output '|program'` and for tables called '< program'. */
static void test_no_name_of_a_file_starts_a_program(void **state) {
    (void)state;
    static const char *const names[] = {"|touch CANARY;.svg", "`touch CANARY`.svg", "a\nb'c\"d.svg",
                                        "~.svg"};
    nd_error error = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = nd_text(in_folder(names[i]), NULL);
        if (!nd_plot_draw(two_panels(path), &PICTURE_ONLY, &error))
            fail_msg("%s: %s", names[i], error.what);
        begins_with(path, "<?xml");
        (void)unlink(path);
        free(path);
    }
    nd_plot *plot = two_panels(in_folder("table.svg"));
    nd_plot_table(plot, "< touch CANARY");
    assert_false(nd_plot_draw(plot, &PICTURE_ONLY, &error));
    assert_int_equal(access(in_folder("CANARY"), F_OK), -1);
}

/* Were a text carried out after all, it could do nothing: no shell, no file outside. */
static void test_gnuplot_itself_is_confined(void **state) {
    (void)state;
    static const char *const scripts[] = {"system('touch %s')\n",        "!touch %s\n",
                                          "set print '%s'\nprint 1\n",   "set table '%s'\nplot 1\n",
                                          "plot '< touch %s; echo 1'\n", "x = \"`touch %s`\"\n"};
    if (nd_sandbox_means_here().files == 0) {
        printf("there is no Landlock: %zu attempts are not refused here\n",
               sizeof scripts / sizeof *scripts);
        skip();
    }
    char canary[128], text[256];
    (void)snprintf(canary, sizeof canary, "%s/CANARY", folder);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        nd_error error = {0};
        nd_plot *plot = two_panels(in_folder("confined.svg"));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(text, sizeof text, scripts[i], canary);
#pragma GCC diagnostic pop
        nd_plot_script(plot, "%s", text);
        (void)nd_plot_draw(plot, &PICTURE_ONLY, &error);
        if (access(canary, F_OK) == 0)
            fail_msg("gnuplot could: %s", text);
    }
}

/* Neither ~/.gnuplot nor gnuplot's variables have a say. */
static void test_the_user_s_settings_of_gnuplot_are_not_read(void **state) {
    (void)state;
    char *home = getenv("HOME") ? nd_text(getenv("HOME"), NULL) : NULL, rc[128], canary[128];
    (void)snprintf(rc, sizeof rc, "%s/.gnuplot", folder);
    (void)snprintf(canary, sizeof canary, "%s/CANARY", folder);
    FILE *file = fopen(rc, "we");
    assert_non_null(file);
    (void)fprintf(file, "set print '%s'\nprint 'read'\n", canary);
    (void)fclose(file);
    assert_int_equal(setenv("HOME", folder, 1), 0);
    assert_int_equal(setenv("GNUTERM", "no such terminal", 1), 0);
    nd_error error = {0}, remark = {0};
    bool drawn = nd_plot_draw(two_panels(in_folder("own.svg")),
                              &(nd_plot_options){.remark = &remark}, &error);
    (void)unsetenv("GNUTERM");
    (void)(home ? setenv("HOME", home, 1) : unsetenv("HOME"));
    free(home);
    (void)unlink(rc);
    assert_true(drawn);
    assert_string_equal(remark.what, "");
    assert_int_equal(access(canary, F_OK), -1);
}

static void test_every_figure_of_the_table_is_found_by_its_name(void **state) {
    (void)state;
    for (const nd_figure *figure = nd_figures(); figure->name; figure++) {
        assert_ptr_equal(nd_figure_find(figure->name), figure);
        assert_true(figure->summary && figure->inputs && figure->draw);
        assert_true(figure->least_inputs <= figure->most_inputs);
    }
    assert_null(nd_figure_find("no such figure"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_picture_is_of_the_kind_its_ending_says),
        cmocka_unit_test(test_the_kept_script_draws_the_picture_again_and_an_older_one_is_kept),
        cmocka_unit_test(test_keeping_the_script_removes_nothing_but_what_was_drawn),
        cmocka_unit_test(test_a_script_that_was_restyled_outlives_any_number_of_drawings),
        cmocka_unit_test(test_a_folder_that_a_killed_drawing_left_is_removed_by_its_list),
        cmocka_unit_test(test_a_script_that_fails_names_the_complaint_and_leaves_nothing),
        cmocka_unit_test(test_the_user_s_locale_changes_no_picture),
        cmocka_unit_test(test_a_warning_is_kept_and_fails_nothing),
        cmocka_unit_test(test_missing_values_are_no_warning),
        cmocka_unit_test(test_bad_outputs_are_refused_at_once),
        cmocka_unit_test(test_a_machine_without_gnuplot_is_told_the_package),
        cmocka_unit_test(test_a_thinned_trace_keeps_its_extremes_and_its_order),
        cmocka_unit_test(test_text_is_drawn_as_it_is_and_never_carried_out),
        cmocka_unit_test(test_text_is_cut_between_characters_before_it_is_escaped),
        cmocka_unit_test(test_no_name_of_a_file_starts_a_program),
        cmocka_unit_test(test_gnuplot_itself_is_confined),
        cmocka_unit_test(test_the_user_s_settings_of_gnuplot_are_not_read),
        cmocka_unit_test(test_every_figure_of_the_table_is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
