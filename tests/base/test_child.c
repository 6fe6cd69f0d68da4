/* Whatever a reader does, the parent goes on with one clear line. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
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
static bool in_child(const nd_limits *limits, const nd_trade *trade,
                     bool (*take)(void *, nd_buffer *, nd_error *), void *context,
                     const nd_watch *watch, nd_error *error) {
    nd_errand errand = {.trade = trade, .take = take, .context = context};
    return nd_in_child(&errand, limits, watch, error);
}

static void fails_taking(const nd_trade *trade, const nd_limits *limits,
                         bool (*take)(void *, nd_buffer *, nd_error *), const char *words) {
    nd_error error = {0};
    char line[2048];
    assert_false(in_child(limits, trade, take, NULL, NULL, &error));
    nd_error_line(&error, line, sizeof line);
    if (!strstr(line, words))
        fail_msg("'%s' lacks '%s'", line, words);
}

static void fails_saying(const nd_trade *trade, const nd_limits *limits, const char *words) {
    fails_taking(trade, limits, nothing_to_take, words);
}

static bool crash(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    (void)request;
    nd_outlet_note(outlet, "bad.nwb: position", error);
    signal(SIGSEGV, SIG_DFL); /* a sanitizer would report it at length */
    raise(SIGSEGV);
    return true;
}
static const nd_trade crash_trade = {"crash", crash};

static bool spin(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    (void)request;
    nd_outlet_note(outlet, "slow.mat", error);
    for (volatile unsigned long i = 0;; i++)
        continue;
    return true;
}
static const nd_trade spin_trade = {"spin", spin};

static bool sleep_long(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    (void)request;
    nd_outlet_note(outlet, "long.csv", error);
    sleep(1000);
    return true;
}
static const nd_trade sleep_long_trade = {"sleep_long", sleep_long};

/* Tells which process it was forked from, and sleeps. */
static bool tell_and_sleep(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    nd_buffer message = {0};
    pid_t reader = getppid();
    bool fine = nd_buffer_put(&message, &reader, sizeof reader, error) &&
                nd_outlet_send(outlet, &message, error);
    nd_buffer_free(&message);
    return fine && sleep_long(request, outlet, error);
}
static const nd_trade tell_and_sleep_trade = {"tell_and_sleep", tell_and_sleep};

static bool leave(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    (void)request;
    (void)outlet;
    (void)error;
    _exit(3);
}
static const nd_trade leave_trade = {"leave", leave};

static bool complain(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    (void)request;
    (void)outlet;
    return nd_fail(error, "x.csv", "mend it", "is odd");
}
static const nd_trade complain_trade = {"complain", complain};

/* Sends a length that no message has. */
static bool lie(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    (void)request;
    (void)error;
    uint64_t head[2] = {'m', UINT64_MAX / 2};
    int pipe;
    memcpy(&pipe, outlet, sizeof pipe); /* its first member */
    return write(pipe, head, sizeof head) > 0;
}
static const nd_trade lie_trade = {"lie", lie};

static bool send_two(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    (void)request;
    nd_buffer message = {0};
    bool fine = nd_buffer_put(&message, "one", 3, error) && nd_outlet_send(outlet, &message, error);
    message.length = 0;
    fine = fine && nd_buffer_put(&message, "three", 5, error) &&
           nd_outlet_send(outlet, &message, error);
    nd_buffer_free(&message);
    return fine;
}
static const nd_trade send_two_trade = {"send_two", send_two};

/* Tells the request back, and where the errand was done. */
static bool echo(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    nd_buffer message = {0};
    char *text = NULL, folder[4096] = "";
    pid_t reader = getppid();
    bool fine = nd_buffer_take_text(request, &text, error) && getcwd(folder, sizeof folder) &&
                nd_buffer_put_text(&message, text, error) &&
                nd_buffer_put_text(&message, folder, error) &&
                nd_buffer_put(&message, &reader, sizeof reader, error) &&
                nd_outlet_send(outlet, &message, error);
    free(text);
    nd_buffer_free(&message);
    return fine;
}
static const nd_trade echo_trade = {"echo", echo};

static bool add_length(void *context, nd_buffer *message, nd_error *error) {
    (void)error;
    *(size_t *)context = 10 * *(size_t *)context + message->length;
    return true;
}

static void test_messages_arrive_in_order(void **state) {
    (void)state;
    size_t lengths = 0;
    nd_error error = {0};
    assert_fine(in_child(NULL, &send_two_trade, add_length, &lengths, NULL, &error), &error);
    assert_int_equal(lengths, 35);
}

static void test_failures_are_told(void **state) {
    (void)state;
    fails_saying(&complain_trade, NULL, "x.csv: is odd; mend it");
    fails_saying(&leave_trade, NULL, "ended without an answer (code 3)");
    fails_saying(&lie_trade, NULL, "the reader sent too much");
}

static void test_a_crash_names_what_was_read(void **state) {
    (void)state;
    fails_saying(&crash_trade, NULL,
                 "bad.nwb: position: the reading library failed (Segmentation fault)");
}

static void test_time_is_limited(void **state) {
    (void)state;
    /* Of the processor, for by the clock it has ten; of the clock. */
    fails_saying(&spin_trade, &(nd_limits){.seconds = 1}, "slow.mat: reading took more than 1 s");
    fails_saying(&sleep_long_trade, &(nd_limits){.seconds = 0.05}, "reading took more than 0.05 s");
}

/* Not with sanitizers, which reserve more addresses than any limit allows (child.c sets none). */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static bool eat(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    (void)request;
    nd_outlet_note(outlet, "greedy.mat", error);
    for (;;) {
        char *memory = nd_array(1 << 26, 1, error);
        if (!memory)
            return false;
        memset(memory, 1, 1 << 26);
    }
}
static const nd_trade eat_trade = {"eat", eat};

static void test_memory_is_limited(void **state) {
    (void)state;
    fails_saying(&eat_trade, &(nd_limits){.memory = 300 << 20},
                 "greedy.mat: out of memory: 67.1 MB more are needed");
}
#endif

extern const nd_trade *const support_trades[];
const nd_trade *const support_trades[] = {
    &crash_trade, &spin_trade,     &sleep_long_trade, &leave_trade,          &complain_trade,
    &lie_trade,   &send_two_trade, &echo_trade,       &tell_and_sleep_trade,
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    &eat_trade,
#endif
    NULL};

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
        errands[i] = (nd_errand){.trade = i % 3 ? &send_two_trade : &crash_trade,
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

typedef struct echoed {
    const char *text;
    char *back, *folder;
    pid_t reader;
} echoed;

static bool ask_echo(void *context, nd_buffer *request, nd_error *error) {
    return nd_buffer_put_text(request, ((echoed *)context)->text, error);
}

static bool take_echo(void *context, nd_buffer *message, nd_error *error) {
    echoed *e = context;
    return nd_buffer_take_text(message, &e->back, error) &&
           nd_buffer_take_text(message, &e->folder, error) &&
           nd_buffer_take(message, &e->reader, sizeof e->reader, error);
}

/* Sends `text` there and back; the process that the errand's was forked from. */
static pid_t echo_of(const char *text, const char *folder) {
    echoed e = {.text = text};
    nd_error error = {0};
    nd_errand errand = {.trade = &echo_trade, .ask = ask_echo, .take = take_echo, .context = &e};
    bool fine = nd_in_child(&errand, NULL, NULL, &error);
    assert_fine(fine, &error);
    assert_string_equal(e.back, text);
    if (folder)
        assert_string_equal(e.folder, folder);
    free(e.back);
    free(e.folder);
    return e.reader;
}

/* A request of any length arrives, and paths start from where the asker stands now. */
static void test_the_request_arrives_whole(void **state) {
    (void)state;
    enum { LONG = 3000000 };
    char *text = nd_array(LONG + 1, 1, NULL), before[4096];
    assert_non_null(text);
    memset(text, 'x', LONG);
    (void)echo_of("", NULL);
    (void)echo_of(text, NULL);
    free(text);
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir("/usr"), 0);
    (void)echo_of("elsewhere", "/usr");
    assert_int_equal(chdir(before), 0);
    (void)echo_of("back", before);
}

/* One reader serves all errands; if it is ended, whatever ended it, the next errand has another. */
static void test_a_reader_that_was_ended_is_replaced(void **state) {
    (void)state;
    pid_t first = echo_of("a", NULL);
    assert_true(first > 0 && first != getpid());
    assert_int_equal(echo_of("b", NULL), first);
    assert_int_equal(kill(first, SIGKILL), 0);
    pid_t second = echo_of("c", NULL);
    assert_true(second != first && second != getpid());
}

static bool kill_the_teller(void *context, nd_buffer *message, nd_error *error) {
    pid_t reader;
    (void)context;
    return nd_buffer_take(message, &reader, sizeof reader, error) && kill(reader, SIGKILL) == 0;
}

/* An errand whose reader is ended beneath it says so, and nothing waits for ever. */
static void test_an_errand_whose_reader_is_ended_says_so(void **state) {
    (void)state;
    fails_taking(&tell_and_sleep_trade, NULL, kill_the_teller,
                 "the program that reads for nulldrift was ended");
}

static void *ask_often(void *nothing) {
    (void)nothing;
    for (int i = 0; i < 20; i++)
        (void)echo_of("from a thread", NULL);
    return NULL;
}

static void test_threads_share_the_reader(void **state) {
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static volatile int stop_now = 1;

static void test_a_request_to_stop_is_heard(void **state) {
    (void)state;
    nd_error error = {0};
    nd_watch watch = {.stop = &stop_now};
    assert_false(in_child(NULL, &sleep_long_trade, nothing_to_take, NULL, &watch, &error));
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
        cmocka_unit_test(test_the_request_arrives_whole),
        cmocka_unit_test(test_a_reader_that_was_ended_is_replaced),
        cmocka_unit_test(test_an_errand_whose_reader_is_ended_says_so),
        cmocka_unit_test(test_threads_share_the_reader),
        cmocka_unit_test(test_a_request_to_stop_is_heard),
        cmocka_unit_test(test_readings_from_any_bytes_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
