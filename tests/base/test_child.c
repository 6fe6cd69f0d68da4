/* Whatever a reader does, the parent goes on with one clear line. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "base/random.h"
#include "recording/session_bytes.h"
#include "support.h"

static bool nothing_to_take(void *context, nd_buffer *message, nd_error *error) {
    (void)context;
    (void)message;
    (void)error;
    return true;
}

/* One errand alone. */
static bool in_child(const nd_limits *limits, bool (*work)(void *, nd_outlet *, nd_error *),
                     bool (*take)(void *, nd_buffer *, nd_error *), void *context,
                     const nd_watch *watch, nd_error *error) {
    nd_errand errand = {.work = work, .take = take, .context = context};
    return nd_in_child(&errand, limits, watch, error);
}

static void fails_saying(bool (*work)(void *, nd_outlet *, nd_error *), const nd_limits *limits,
                         const char *words) {
    nd_error error = {0};
    char line[2048];
    assert_false(in_child(limits, work, nothing_to_take, NULL, NULL, &error));
    nd_error_line(&error, line, sizeof line);
    if (!strstr(line, words))
        fail_msg("'%s' lacks '%s'", line, words);
}

static bool crash(void *context, nd_outlet *outlet, nd_error *error) {
    (void)context;
    nd_outlet_note(outlet, "bad.nwb: position", error);
    signal(SIGSEGV, SIG_DFL); /* a sanitizer would report it at length */
    raise(SIGSEGV);
    return true;
}

static bool spin(void *context, nd_outlet *outlet, nd_error *error) {
    (void)context;
    nd_outlet_note(outlet, "slow.mat", error);
    for (volatile unsigned long i = 0;; i++)
        continue;
    return true;
}

static bool sleep_long(void *context, nd_outlet *outlet, nd_error *error) {
    (void)context;
    (void)outlet;
    (void)error;
    sleep(1000);
    return true;
}

static bool leave(void *context, nd_outlet *outlet, nd_error *error) {
    (void)context;
    (void)outlet;
    (void)error;
    _exit(3);
}

static bool complain(void *context, nd_outlet *outlet, nd_error *error) {
    (void)context;
    (void)outlet;
    return nd_fail(error, "x.csv", "mend it", "is odd");
}

/* Sends a length that no message has. */
static bool lie(void *context, nd_outlet *outlet, nd_error *error) {
    (void)context;
    (void)error;
    uint64_t head[2] = {'m', UINT64_MAX / 2};
    int pipe;
    memcpy(&pipe, outlet, sizeof pipe); /* its first member */
    return write(pipe, head, sizeof head) > 0;
}

static bool send_two(void *context, nd_outlet *outlet, nd_error *error) {
    (void)context;
    nd_buffer message = {0};
    bool fine = nd_buffer_put(&message, "one", 3, error) && nd_outlet_send(outlet, &message, error);
    message.length = 0;
    fine = fine && nd_buffer_put(&message, "three", 5, error) &&
           nd_outlet_send(outlet, &message, error);
    nd_buffer_free(&message);
    return fine;
}

static bool add_length(void *context, nd_buffer *message, nd_error *error) {
    (void)error;
    *(size_t *)context = 10 * *(size_t *)context + message->length;
    return true;
}

static void test_messages_arrive_in_order(void **state) {
    (void)state;
    size_t lengths = 0;
    nd_error error = {0};
    assert_fine(in_child(NULL, send_two, add_length, &lengths, NULL, &error), &error);
    assert_int_equal(lengths, 35);
}

static void test_failures_are_told(void **state) {
    (void)state;
    fails_saying(complain, NULL, "x.csv: is odd; mend it");
    fails_saying(leave, NULL, "ended without an answer (code 3)");
    fails_saying(lie, NULL, "the reader sent too much");
}

static void test_a_crash_names_what_was_read(void **state) {
    (void)state;
    fails_saying(crash, NULL, "bad.nwb: position: the reading library failed (Segmentation fault)");
}

static void test_time_is_limited(void **state) {
    (void)state;
    fails_saying(spin, &(nd_limits){.seconds = 0.1}, "slow.mat: reading took more than 0.1 s");
    fails_saying(sleep_long, &(nd_limits){.seconds = 0.05}, "reading took more than 0.05 s");
}

/* Not with sanitizers, which reserve more addresses than any limit allows (child.c sets none). */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static bool eat(void *context, nd_outlet *outlet, nd_error *error) {
    (void)context;
    nd_outlet_note(outlet, "greedy.mat", error);
    for (;;) {
        char *memory = nd_array(1 << 26, 1, error);
        if (!memory)
            return false;
        memset(memory, 1, 1 << 26);
    }
}

static void test_memory_is_limited(void **state) {
    (void)state;
    fails_saying(eat, &(nd_limits){.memory = 300 << 20},
                 "greedy.mat: out of memory: 67.1 MB more are needed");
}
#endif

typedef struct counted {
    size_t lengths, ended;
} counted;

static bool count_length(void *context, nd_buffer *message, nd_error *error) {
    return add_length(&((counted *)context)->lengths, message, error);
}

static void count_end(void *context) {
    ((counted *)context)->ended++;
}

/* Far more errands than run at once, every third of which crashes: the others are not disturbed. */
static void test_many_children_are_heard_at_once(void **state) {
    (void)state;
    enum { MANY = 40 };
    nd_errand errands[MANY];
    counted counts[MANY] = {{0}};
    for (size_t i = 0; i < MANY; i++)
        errands[i] = (nd_errand){.work = i % 3 ? send_two : crash,
                                 .take = count_length,
                                 .after = count_end,
                                 .context = &counts[i]};
    nd_in_children(errands, MANY, 5, NULL, NULL);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(errands[i].done, i % 3 != 0);
        assert_int_equal(counts[i].lengths, i % 3 ? 35 : 0);
        assert_int_equal(counts[i].ended, 1);
        if (i % 3 == 0)
            assert_string_equal(errands[i].error.where, "bad.nwb: position");
    }
}

static volatile int stop_now = 1;

static void test_a_request_to_stop_is_heard(void **state) {
    (void)state;
    nd_error error = {0};
    nd_watch watch = {.stop = &stop_now};
    assert_false(in_child(NULL, sleep_long, nothing_to_take, NULL, &watch, &error));
    assert_non_null(strstr(error.what, "stopped"));
}

/* Bytes from a child that has gone wrong: any bytes at all, and real ones with some changed. */
static void test_readings_from_any_bytes_are_checked(void **state) {
    (void)state;
    nd_stream stream = nd_stream_at(5, ND_FOR_TEST, 0, 0);
    nd_error error = {0};
    nd_reading reading = {0};
    nd_session *s = &reading.session;
    s->kind = ND_SESSION_ACTIVITY;
    s->label = s->animal = s->environment = s->direction = s->file = (char *)"x";
    s->frames = 3;
    s->cells = 2;
    size_t start[] = {0, 1, 2};
    uint32_t frame[] = {0, 2};
    double amount[] = {1.0, 2.0}, position[] = {0.1, 0.5, 0.9};
    s->events = (nd_events){start, frame, amount};
    s->position = position;
    s->frame_seconds = 0.05;
    nd_buffer whole = {0};
    assert_true(nd_reading_put(&whole, &reading, &error));
    size_t taken = 0;
    for (int trial = 0; trial < 3000; trial++) {
        nd_buffer copy = {0};
        size_t length = trial % 3 ? whole.length : nd_stream_below(&stream, whole.length + 1);
        assert_true(nd_buffer_put(&copy, whole.bytes, length, &error));
        for (int k = 0; k < trial % 4 && length; k++)
            copy.bytes[nd_stream_below(&stream, length)] = (unsigned char)nd_stream_bits(&stream);
        nd_reading back;
        if (nd_reading_take(&copy, &back, &error)) {
            nd_settings settings;
            nd_settings_default(&settings);
            double x[2] = {0.0, 1.0}, y[2] = {0.0, 1.0};
            bool binned = nd_reading_bin(&back, &settings, x, y, &error);
            taken += binned && nd_session_check(&back.session, &error);
            nd_reading_clear(&back);
        }
        nd_buffer_free(&copy);
    }
    assert_true(taken >= 500); /* those left as they were, at least */
    nd_buffer_free(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_arrive_in_order),
        cmocka_unit_test(test_failures_are_told),
        cmocka_unit_test(test_a_crash_names_what_was_read),
        cmocka_unit_test(test_time_is_limited),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        cmocka_unit_test(test_memory_is_limited),
#endif
        cmocka_unit_test(test_many_children_are_heard_at_once),
        cmocka_unit_test(test_a_request_to_stop_is_heard),
        cmocka_unit_test(test_readings_from_any_bytes_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
