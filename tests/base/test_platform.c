/* What systems do each in their own way. Built twice: as this system does it, and with __linux__
 * undefined, as any other does. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/platform.h"
#include "support.h"

static void test_a_pipe_carries_and_is_not_inherited(void **state) {
    (void)state;
    int ends[2];
    char got[6] = "";
    assert_true(nd_pipe(ends));
    assert_int_equal(write(ends[1], "words", 5), 5);
    assert_int_equal(read(ends[0], got, 5), 5);
    assert_string_equal(got, "words");
    for (int i = 0; i < 2; i++) {
        assert_true(fcntl(ends[i], F_GETFD) & FD_CLOEXEC);
        close(ends[i]);
    }
}

static void test_all_files_but_one_are_closed(void **state) {
    (void)state;
    int ends[2], status = -1;
    assert_true(nd_pipe(ends));
    pid_t child = fork();
    if (child == 0) {
        nd_close_all_but(ends[1]);
        _exit(fcntl(ends[0], F_GETFD) == -1 && fcntl(ends[1], F_GETFD) >= 0 &&
                      fcntl(1, F_GETFD) >= 0
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ends[0]);
    close(ends[1]);
}

static void test_memory_and_processors_are_plausible(void **state) {
    (void)state;
    double all = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    assert_between("free memory", nd_available_bytes(), 1e6, all);
    assert_between("processors", nd_processors(), 1, (double)sysconf(_SC_NPROCESSORS_CONF));
#if defined(__linux__)
    assert_true(nd_address_space() > 100000);
#else
    assert_int_equal(nd_address_space(), 0);
#endif
    nd_die_with_parent();
}

static void test_unique_bits_differ(void **state) {
    (void)state;
    uint64_t bits[100];
    for (int i = 0; i < 100; i++) {
        bits[i] = nd_unique_bits();
        for (int j = 0; j < i; j++)
            assert_true(bits[i] != bits[j]);
    }
}

static void test_the_environment_is_this_one(void **state) {
    (void)state;
    bool path = false;
    for (char **at = nd_environment(); *at; at++)
        path = path || strncmp(*at, "PATH=", 5) == 0;
    assert_true(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pipe_carries_and_is_not_inherited),
        cmocka_unit_test(test_all_files_but_one_are_closed),
        cmocka_unit_test(test_memory_and_processors_are_plausible),
        cmocka_unit_test(test_unique_bits_differ),
        cmocka_unit_test(test_the_environment_is_this_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
