/* JSON lines hold what was put in, whatever characters it is made of; what is no number is null. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "support.h"

static void test_a_line_is_what_was_put_in(void **state) {
    (void)state;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    nd_json json = nd_json_begin(out);
    nd_json_text(&json, "name", "a \"b\" \\ c\n\x1b[31m");
    nd_json_text(&json, "turned", "\xc2\x9b\u202eé位\xff\xf3\xa0\x80\x81");
    nd_json_text(&json, "none", NULL);
    nd_json_number(&json, "whole", 10000000);
    nd_json_count(&json, "count", UINT64_MAX);
    nd_json_number(&json, "tenth", 0.1);
    nd_json_number(&json, "third", 1.0 / 3);
    nd_json_number(&json, "nan", NAN);
    nd_json_number(&json, "infinite", -INFINITY);
    nd_json_truth(&json, "true", true);
    nd_json_open(&json, "inner", '{');
    nd_json_close(&json, '{');
    nd_json_open(&json, "list", '[');
    nd_json_number(&json, NULL, 1);
    nd_json_number(&json, NULL, 2);
    nd_json_close(&json, '[');
    nd_json_truth(&json, "last", false);
    nd_json_end(&json);
    fclose(out);
    assert_string_equal(text,
                        "{\"name\": \"a \\\"b\\\" \\\\ c\\n\\u001b[31m\", "
                        "\"turned\": \"\\u009b\\u202eé位\\\\xff\\udb40\\udc01\", \"none\": null, "
                        "\"whole\": 1e+07, \"count\": 18446744073709551615, \"tenth\": 0.1, "
                        "\"third\": 0.3333333333333333, "
                        "\"nan\": null, \"infinite\": null, \"true\": true, \"inner\": {}, "
                        "\"list\": [1, 2], \"last\": false}\n");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_line_is_what_was_put_in)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
