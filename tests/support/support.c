#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/place.h"

const char *support_data(const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, ND_SOURCE_FOLDER "/tests/data/%s", name);
    return path;
}

/* In $ND_SHARED/reference, or beside the source folder. */
static void reference_path(const char *name, char *path, size_t size) {
    const char *shared = getenv("ND_SHARED");
    snprintf(path, size, "%s/reference/%s", shared ? shared : ND_SOURCE_FOLDER "/../shared", name);
}

void support_need_reference(const char *folder) {
    char path[4096];
    reference_path(folder, path, sizeof path);
    if (access(path, R_OK) == 0)
        return;
    printf("skipped: the reference data %s are not here\n", folder);
    exit(SUPPORT_SKIPPED);
}

const char *support_reference(const char *name) {
    static char path[4096];
    reference_path(name, path, sizeof path);
    if (access(path, R_OK) != 0)
        fail_msg("%s is not among the reference data", path);
    return path;
}

char *support_folder(void) {
    char template[] = "/tmp/nulldrift-test-XXXXXX";
    assert_non_null(mkdtemp(template));
    return strdup(template);
}

void support_remove(char *folder) {
    char command[4200];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
    free(folder);
}

const nd_place *support_place(const char *path) {
    static nd_place *place;
    nd_error error = {0};
    nd_place_free(place);
    place = nd_place_find(path, &error);
    assert_fine(place != NULL, &error);
    return place;
}

void assert_fine(bool fine, const nd_error *error) {
    char line[2048];
    if (!fine)
        fail_msg("%s", nd_error_line(error, line, sizeof line));
}

void assert_close(const char *what, const double *actual, const double *expected, size_t count,
                  double tolerance, double least_scale) {
    double scale = least_scale;
    for (size_t i = 0; i < count; i++)
        if (fabs(expected[i]) > scale)
            scale = fabs(expected[i]);
    for (size_t i = 0; i < count; i++) {
        if (isnan(actual[i]) && isnan(expected[i]))
            continue;
        double difference = fabs(actual[i] - expected[i]);
        if (!(difference <= tolerance * scale))
            fail_msg("%s[%zu]: %.17g, expected %.17g (off by %.3g of the largest, allowed %.3g)",
                     what, i, actual[i], expected[i], difference / scale, tolerance);
    }
}

void assert_between(const char *what, double value, double low, double high) {
    if (!(value >= low && value <= high))
        fail_msg("%s: %.17g, expected from %g to %g", what, value, low, high);
}

char *support_text(const char *path) {
    enum { MOST = 1 << 22 };
    FILE *file = fopen(path, "r");
    char *text = calloc(1, MOST);
    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, MOST - 1, file) > 0);
    fclose(file);
    return text;
}
