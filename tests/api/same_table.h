/* The table of test_same_as_program.c: lines of a call beside what it is held against, to the last
 * bit. To be included by one file. */
#ifndef ND_TESTS_SAME_TABLE_H
#define ND_TESTS_SAME_TABLE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* What the table's lines need. */
typedef struct made {
    char *folder;
    nd_experiment *experiment;
    nd_dataset *dataset;
    nd_contents *run; /* measured, with spectra and the direction of drift, by the program */
    size_t calls;
    const char *last; /* the call of the last line */
} made;

static const char *in(const made *with, const char *name) {
    static char paths[4][400];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, 400, "%s/%s", with->folder, name);
    return path;
}

static void program(const made *with, const char *arguments) {
    char line[1200];
    snprintf(line, sizeof line, "cd '%s' && '%s' %s >program.out 2>program.err", with->folder,
             ND_PROGRAM, arguments);
    if (system(line) != 0)
        fail_msg("failed: %s", line);
}

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* ---- Lines of the table ---- */

static void line(made *with, const char *call, const char *against, size_t count) {
    if (!with->last || strcmp(with->last, call) != 0)
        printf("%2zu %-28s", ++with->calls, call);
    else
        printf("%31s", "");
    with->last = call;
    printf(" %-50s %7zu equal\n", against, count);
}

static void same(made *with, const char *call, const char *against, const double *a,
                 const double *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (memcmp(&a[i], &b[i], sizeof a[i]) != 0 && !(isnan(a[i]) && isnan(b[i])))
            fail_msg("%s: value %zu of %s is %.17g, by the program %.17g", call, i, against, a[i],
                     b[i]);
    line(with, call, against, count);
}

/* `values` are all of the variable; or, beginning at `row`, one entry along its first dimension. */
static void held(made *with, const char *call, const char *variable, const double *values,
                 size_t count) {
    nd_error error = {0};
    double *there = calloc(count, sizeof *there);
    assert_fine(nd_contents_numbers(with->run, variable, there, count, &error), &error);
    same(with, call, variable, values, there, count);
    free(there);
}

static void held_in_row(made *with, const char *call, const char *variable, size_t row,
                        const double *values, size_t count) {
    nd_error error = {0};
    double *there = calloc(count, sizeof *there);
    char against[100];
    assert_fine(nd_contents_row(with->run, variable, row, there, count, &error), &error);
    snprintf(against, sizeof against, "%s, row %zu", variable, row);
    same(with, call, against, values, there, count);
    free(there);
}

/* Every variable of numbers and every text of the program's file is in ours. */
static void same_contents(made *with, const char *call, const char *against, nd_contents *ours,
                          nd_contents *theirs) {
    nd_error error = {0};
    nd_variable_view view, mine;
    size_t values = 0, variables = 0;
    for (; nd_contents_variable(theirs, variables, &view); variables++) {
        assert_fine(nd_contents_find(ours, view.name, &mine, &error), &error);
        assert_true(mine.count == view.count && mine.stored == view.stored);
        values += view.count;
        if (view.stored == ND_STORED_TEXT) {
            const char *const *a = nd_contents_texts(ours, view.name, &error),
                              *const *b = nd_contents_texts(theirs, view.name, &error);
            for (size_t i = 0; i < view.count; i++)
                assert_string_equal(a[i], b[i]);
            continue;
        }
        double *a = calloc(view.count + 1, sizeof *a), *b = calloc(view.count + 1, sizeof *b);
        assert_fine(nd_contents_numbers(ours, view.name, a, view.count, &error) &&
                        nd_contents_numbers(theirs, view.name, b, view.count, &error),
                    &error);
        for (size_t i = 0; i < view.count; i++)
            if (memcmp(&a[i], &b[i], sizeof a[i]) != 0 && !(isnan(a[i]) && isnan(b[i])))
                fail_msg("%s: %s differs from the program's", call, view.name);
        free(a);
        free(b);
    }
    assert_true(variables > 3);
    char what[200];
    snprintf(what, sizeof what, "all %zu variables of %s", variables, against);
    line(with, call, what, values);
}

static void same_files(made *with, const char *call, const char *against, const char *ours,
                       const char *theirs) {
    nd_error error = {0};
    nd_contents *a = nd_contents_open(in(with, ours), &error),
                *b = nd_contents_open(in(with, theirs), &error);
    assert_fine(a && b, &error);
    same_contents(with, call, against, a, b);
    nd_contents_close(a);
    nd_contents_close(b);
}

static void same_text(made *with, const char *call, const char *against, const char *ours,
                      const char *theirs) {
    if (strcmp(ours, theirs) != 0)
        fail_msg("%s: is not what %s says", call, against);
    line(with, call, against, strlen(ours));
}

#endif
