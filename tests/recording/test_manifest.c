/* Manifests: what keys mean, and what is said of those that are wrong. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "recording/manifest.h"
#include "support.h"

static nd_manifest *parse(const char *text, nd_error *error) {
    return nd_manifest_parse(text, "m.yaml", ND_SOURCE_FOLDER, error);
}

static void fails_saying(const char *text, const char *where, const char *words) {
    nd_error error = {0};
    nd_manifest *manifest = parse(text, &error);
    assert_null(manifest);
    if (!strstr(error.where, where) || !strstr(error.what, words))
        fail_msg("'%s: %s' lacks '%s' or '%s'", error.where, error.what, where, words);
}

#define METRICS "sessions:\n  - {metrics: {cells: 3}}\n"

static void test_every_setting_is_read(void **state) {
    (void)state;
    nd_error error = {0};
    nd_manifest *manifest =
        parse("name: n\nday_name: visit\nposition_unit: cm\nactivity_unit: spikes\n"
              "about: {species: rat, region: CA1, citation: Some One}\n"
              "bins: 12\nbins_y: 7\nrange: [-1, 3]\nrange_y: [0, 1e2]\ndirections: separate\n"
              "minimum_speed: 2.5\nactive: {frames: 4, rate: 0.01}\n"
              "significance: {shuffles: 50, kind: random, threshold: 0.01}\n"
              "corrections: {methods: [SR, AE], repetitions: 7, fractions: 20}\n"
              "pooling: visits\nsmoothing: 1.5\nseed: 99\n" METRICS,
              &error);
    assert_fine(manifest != NULL, &error);
    const nd_recording *r = manifest->recording;
    const nd_settings *s = &r->settings;
    assert_string_equal(r->name, "n");
    assert_string_equal(r->day_name, "visit");
    assert_string_equal(r->about.species, "rat");
    assert_string_equal(r->about.arena, "");
    assert_int_equal(s->bins_x, 12);
    assert_int_equal(s->bins_y, 7);
    assert_true(s->range_x[0] == -1.0 && s->range_x[1] == 3.0 && s->range_y[1] == 100.0);
    assert_int_equal(s->directions, ND_DIRECTIONS_SEPARATE);
    assert_true(s->minimum_speed == 2.5 && s->minimum_rate == 0.01 && s->threshold == 0.01);
    assert_int_equal(s->minimum_active_frames, 4);
    assert_int_equal(s->shuffles, 50);
    assert_int_equal(s->shuffle, ND_SHUFFLE_RANDOM);
    assert_true(s->shuffle_reduction && s->asymptotic_extrapolation);
    assert_false(s->scaled_shuffle_reduction || s->bounded_asymptotic_extrapolation);
    assert_int_equal(s->subsampling_repetitions, 7);
    assert_int_equal(s->subsampling_fractions, 20);
    assert_int_equal(s->pooling, ND_POOL_VISITS);
    assert_true(s->rate_map_smoothing == 1.5);
    assert_int_equal(s->seed, 99);
    nd_manifest_free(manifest);
}

static void test_a_session_takes_over_defaults_key_by_key(void **state) {
    (void)state;
    nd_error error = {0};
    nd_manifest *manifest = parse(
        "defaults: {animal: a, file: Makefile, activity: {times: one, kind: frames, columns: [1, "
        "2]}}\nsessions:\n"
        "  - {}\n"
        "  - {animal: b, activity: {times: two, column: 5}}\n",
        &error);
    assert_fine(manifest != NULL, &error);
    const nd_selector *first = &manifest->requests[0].role[ND_ROLE_ACTIVITY];
    const nd_selector *second = &manifest->requests[1].role[ND_ROLE_ACTIVITY];
    assert_string_equal(manifest->requests[0].animal, "a");
    assert_string_equal(manifest->requests[1].animal, "b");
    assert_string_equal(first->times, "one");
    assert_int_equal(first->columns_count, 2);
    assert_string_equal(second->times, "two");
    assert_int_equal(second->kind, ND_KIND_FRAMES);
    assert_int_equal(second->columns_count, 1);
    assert_string_equal(second->columns[0], "5");
    assert_true(manifest->requests[1].day == 2.0);
    nd_manifest_free(manifest);
}

static void test_wrong_values_are_named_by_line_and_key(void **state) {
    (void)state;
    fails_saying("bins: 0\n" METRICS, "m.yaml, line 1, bins", "whole number from 2");
    fails_saying("bins: many\n" METRICS, "line 1, bins", "'many'");
    fails_saying("name: x\nminimum_speed: -1\n" METRICS, "line 2, minimum_speed", "from 0");
    fails_saying("range: [1, 0]\n" METRICS, "line 1, range", "the lower first");
    fails_saying("range: [1]\n" METRICS, "line 1, range", "two numbers");
    fails_saying("directions: both\n" METRICS, "line 1, directions",
                 "expected one of pooled, joint, separate");
    fails_saying("significance: {kind: bootstrap}\n" METRICS, "line 1, significance.kind",
                 "cyclic, random");
    fails_saying("corrections:\n  methods: [SSR, XYZ]\n" METRICS, "line 2, corrections.methods.1",
                 "'XYZ'");
    fails_saying("position_is_bin: perhaps\n" METRICS, "position_is_bin", "true or false");
    fails_saying("position_is_bin: true\nbins: 20\n" METRICS, "line 2, bins", "bins already");
    fails_saying("sessions:\n  - day: 1\n    metrics: {fraction_active: 1.5}\n",
                 "line 3, sessions.0.metrics.fraction_active", "from 0 to 1");
    fails_saying("sessions:\n  - file: Makefile\n    activity: {scale: 0}\n",
                 "line 3, sessions.0.activity.scale", "leaves nothing");
    fails_saying("sessions:\n  - file: Makefile\n    activity: {kind: dots}\n",
                 "sessions.0.activity.kind", "'dots'");
}

static void test_wrong_shapes_are_named(void **state) {
    (void)state;
    fails_saying("bnis: 20\n" METRICS, "m.yaml, line 1", "unknown key 'bnis'");
    fails_saying("sessions:\n  - {postion: {file: x}}\n", "line 2", "unknown key 'postion'");
    fails_saying("name: x\n", "m.yaml", "sessions");
    fails_saying("sessions: []\n", "m.yaml", "");
    fails_saying("sessions:\n  - {label: lonely}\n", "line 2, sessions.0", "names no file");
    fails_saying("sessions:\n  - {day: 1, position: {file: Makefile}}\n", "sessions.0",
                 "names no file");
    fails_saying("", "m.yaml", "");
    fails_saying("[1, 2", "m.yaml", "");
    fails_saying("defaults: {file: not/there}\n" METRICS, "line 1, defaults.file",
                 "there is no file 'not/there'");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_setting_is_read),
        cmocka_unit_test(test_a_session_takes_over_defaults_key_by_key),
        cmocka_unit_test(test_wrong_values_are_named_by_line_and_key),
        cmocka_unit_test(test_wrong_shapes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
