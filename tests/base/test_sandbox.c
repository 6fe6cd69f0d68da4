/* A reader that a hostile file has taken over can do nothing: what the system can refuse, it does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "base/sandbox.h"
#include "support.h"

static void test_what_a_taken_over_reader_tries_is_refused(void **state) {
    (void)state;
    char folder[] = "/tmp/nulldrift-sandbox-XXXXXX";
    nd_error error = {0};
    nd_sandbox_attempt attempts[ND_SANDBOX_ATTEMPTS];
    nd_sandbox_means means = {0};
    assert_non_null(mkdtemp(folder));
    bool tried = nd_sandbox_try(folder, attempts, &means, &error);
    assert_fine(tried, &error);
    size_t open = 0;
    for (size_t i = 0; i < ND_SANDBOX_ATTEMPTS; i++) {
        if (nd_sandbox_must_refuse(&attempts[i], &means) && !attempts[i].refused)
            fail_msg("a confined reader could %s", attempts[i].what);
        open += !nd_sandbox_must_refuse(&attempts[i], &means);
    }
    printf("Landlock %d, system calls %s: %zu of %d attempts cannot be refused here\n", means.files,
           means.system_calls ? "listed" : "open", open, ND_SANDBOX_ATTEMPTS);
    assert_int_equal(rmdir(folder), 0); /* nothing was left in it */
}

typedef struct reading {
    const char *mine, *other;
    bool has_mine, has_other;
    bool files; /* Landlock took effect: not under valgrind, nor on older kernels */
} reading;

static bool read_both(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    nd_buffer message = {0};
    char *paths[2];
    if (!nd_buffer_take_text(request, &paths[0], error) ||
        !nd_buffer_take_text(request, &paths[1], error))
        return false;
    char files = nd_sandbox_entered().files > 0 ? 'y' : 'n';
    for (size_t i = 0; i < 2; i++) {
        FILE *file = fopen(paths[i], "re");
        char byte = file && fgetc(file) == 'x' ? 'y' : 'n';
        if (file)
            fclose(file);
        if (!nd_buffer_put(&message, &byte, 1, error))
            return false;
    }
    bool sent =
        nd_buffer_put(&message, &files, 1, error) && nd_outlet_send(outlet, &message, error);
    nd_buffer_free(&message);
    return sent;
}

static bool ask_both(void *context, nd_buffer *request, nd_error *error) {
    const reading *r = context;
    return nd_buffer_put_text(request, r->mine, error) &&
           nd_buffer_put_text(request, r->other, error);
}

static const nd_trade both_trade = {"read both", read_both};
extern const nd_trade *const support_trades[];
const nd_trade *const support_trades[] = {&both_trade, &nd_trade_attempts, NULL};

static bool take_both(void *context, nd_buffer *message, nd_error *error) {
    reading *r = context;
    (void)error;
    assert_int_equal(message->length, 3);
    r->files = message->bytes[2] == 'y';
    r->has_mine = message->bytes[0] == 'y';
    r->has_other = message->bytes[1] == 'y';
    return true;
}

static void put(const char *path) {
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputc('x', file);
    fclose(file);
}

/* The named file is read through its folder, too, and a link to another is none of the named. */
static void test_a_reader_reads_the_named_files_and_no_others(void **state) {
    (void)state;
    char folder[] = "/tmp/nulldrift-sandbox-XXXXXX", mine[64], other[64], way[64];
    assert_non_null(mkdtemp(folder));
    snprintf(mine, sizeof mine, "%s/mine", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    snprintf(way, sizeof way, "%s/way", folder);
    put(mine);
    put(other);
    assert_int_equal(symlink(other, way), 0);
    const struct {
        const char *reads[3];
        const char *other;
        bool has_mine, has_other;
    } cases[] = {
        {{mine, NULL}, other, true, false},
        {{mine, NULL}, way, true, false},
        {{mine, "/nonexistent", NULL}, other, true, false},
        {{folder, NULL}, other, true, true},
        {{NULL}, other, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reading r = {.mine = mine, .other = cases[i].other};
        nd_errand errand = {.trade = &both_trade,
                            .ask = ask_both,
                            .take = take_both,
                            .context = &r,
                            .reads = cases[i].reads};
        nd_error error = {0};
        bool done = nd_in_child(&errand, NULL, NULL, &error);
        assert_fine(done, &error);
        assert_true(r.has_mine == (cases[i].has_mine || !r.files));
        assert_true(r.has_other == (cases[i].has_other || !r.files));
    }
    unlink(way);
    unlink(mine);
    unlink(other);
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_taken_over_reader_tries_is_refused),
        cmocka_unit_test(test_a_reader_reads_the_named_files_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
