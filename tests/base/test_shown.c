/* Text from files is shown, never obeyed: by a terminal, a log or a picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"

static const struct {
    const char *text, *shown;
} TEXTS[] = {
    {"", ""},
    {NULL, ""},
    {"Maus 7, größer 位置 🐭 – é", "Maus 7, größer 位置 🐭 – é"},
    {"\x1b]0;title\a\x1b[2J", "\\x1b]0;title\\x07\\x1b[2J"},
    {"a\nb\rc\td\x7f", "a\\nb\\rc\\td\\x7f"},
    {"\xc2\x9b"
     "31m",
     "\\x9b31m"}, /* a C1 control in UTF-8 */
    {"\x9b"
     "31m",
     "\\x9b31m"}, /* and as a byte of its own */
    {"\u202egnp.exe\u2066\u200f\u061c", "\\u202egnp.exe\\u2066\\u200f\\u061c"},
    {"\u2028\ufeff", "\\u2028\\ufeff"},
    {"\xf3\xa0\x80\x81", "\\U000e0001"}, /* a tag */
    {"caf\xe9 \xc3", "caf\\xe9 \\xc3"},
    {"\xc0\x9b \xed\xa0\x80 \xf5", "\\xc0\\x9b \\xed\\xa0\\x80 \\xf5"}, /* overlong, a surrogate */
    {"C:\\data\\x", "C:\\data\\x"},
};

static void test_what_steers_a_terminal_is_written_out(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        assert_string_equal(nd_shown(TEXTS[i].text).text, TEXTS[i].shown);
        char *written = NULL;
        size_t length = 0;
        FILE *stream = open_memstream(&written, &length);
        assert_non_null(stream);
        nd_put_shown(TEXTS[i].text, stream);
        (void)fclose(stream);
        assert_string_equal(written, TEXTS[i].shown);
        free(written);
    }
}

static void test_a_long_text_is_cut_between_characters(void **state) {
    (void)state;
    char out[9];
    assert_string_equal(nd_shown_in("12345678", out, sizeof out), "12345678");
    assert_string_equal(nd_shown_in("123456789", out, sizeof out), "12345…");
    assert_string_equal(nd_shown_in("位置位置", out, sizeof out), "位…");
    assert_string_equal(nd_shown_in("\x1b\x1b\x1b", out, sizeof out), "\\x1b…");
    char text[3000];
    memset(text, '\x1b', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_true(strlen(nd_shown(text).text) < ND_SHOWN_BYTES);
}

static void test_lines_stay_where_lines_are_meant(void **state) {
    (void)state;
    char *written = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&written, &length);
    assert_non_null(stream);
    nd_put_shown_lines("a: 1\n\tb\x1b\r\n", stream);
    (void)fclose(stream);
    assert_string_equal(written, "a: 1\n\tb\\x1b\\r\n");
    free(written);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_steers_a_terminal_is_written_out),
        cmocka_unit_test(test_a_long_text_is_cut_between_characters),
        cmocka_unit_test(test_lines_stay_where_lines_are_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
