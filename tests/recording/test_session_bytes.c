/* What a reading child sends: taken back as it was, and refused when it cannot be. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "recording/session_bytes.h"
#include "support.h"

/* Two cells with one event each in three frames, as a child would send them. */
static nd_buffer message_with(size_t last_start) {
    nd_error error = {0};
    nd_buffer message = {0};
    size_t start[] = {0, 1, 2};
    uint32_t frame[] = {0, 2};
    double amount[] = {1, 3}, position[] = {0, 0.5, 1};
    nd_reading reading = {.session = {.kind = ND_SESSION_ACTIVITY,
                                      .frames = 3,
                                      .cells = 2,
                                      .events = {.start = start, .frame = frame, .amount = amount},
                                      .position = position}};
    assert_fine(nd_reading_put(&message, &reading, &error), &error);
    for (size_t at = 0; at + sizeof start <= message.length; at++)
        if (memcmp(message.bytes + at, start, sizeof start) == 0)
            memcpy(message.bytes + at + 2 * sizeof *start, &last_start, sizeof last_start);
    return message;
}

static void test_comes_back_as_it_was(void **state) {
    (void)state;
    nd_error error = {0};
    nd_buffer message = message_with(2);
    nd_reading reading;
    assert_fine(nd_reading_take(&message, &reading, &error), &error);
    assert_int_equal(reading.session.events.start[2], 2);
    assert_int_equal(reading.session.events.frame[1], 2);
    assert_true(reading.session.events.amount[1] == 3);
    nd_reading_clear(&reading);
    nd_buffer_free(&message);
}

/* Found by fuzz_session_bytes: SIZE_MAX events used to mean as many as come. */
static void test_more_events_than_were_sent(void **state) {
    (void)state;
    static const size_t starts[] = {3, SIZE_MAX};
    for (int i = 0; i < 2; i++) {
        nd_error error = {0};
        nd_buffer message = message_with(starts[i]);
        nd_reading reading;
        assert_false(nd_reading_take(&message, &reading, &error));
        assert_non_null(strstr(error.what, "values where"));
        nd_buffer_free(&message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_comes_back_as_it_was),
                                       cmocka_unit_test(test_more_events_than_were_sent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
