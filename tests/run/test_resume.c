/* A run killed at any moment and resumed gives the run file of an uninterrupted one. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "run_compare.h"
#include "support.h"

static const char EXPERIMENT[] = "world: {task: random, samples: 6, input_dim: 8, output_dim: 4}\n"
                                 "network: {hidden: 40}\n"
                                 "learning: {update_noise: 0.05, label_noise: 0.1}\n"
                                 "run: {steps: 4000, records: 57, snapshots: 5}\n";

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Starts the program quietly; the child's id. */
static pid_t start(const char *experiment, const char *output, const char *const *sets) {
    const char *arguments[24] = {ND_PROGRAM, "run",     experiment,           "-o",
                                 output,     "--quiet", "--checkpoint-every", "0.005"};
    int count = 8;
    for (; *sets; sets++) {
        arguments[count++] = "--set";
        arguments[count++] = *sets;
    }
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(nowhere, STDOUT_FILENO);
        execv(ND_PROGRAM, (char *const *)arguments);
        _exit(127);
    }
    assert_true(child > 0);
    return child;
}

/* Waits for the child's end: its exit code, or -1 if a signal ended it. */
static int finish(pid_t child) {
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs undisturbed and with interruptions by `signal_number`, and compares. */
static void check_case(const char *const *sets, int signal_number, uint64_t seed) {
    char *folder = support_folder(), experiment[300], whole[300], broken[300], part[300];
    snprintf(experiment, sizeof experiment, "%s/e.yaml", folder);
    snprintf(whole, sizeof whole, "%s/whole.nc", folder);
    snprintf(broken, sizeof broken, "%s/broken.nc", folder);
    snprintf(part, sizeof part, "%s/broken.nc.part", folder);
    write_text(experiment, EXPERIMENT);
    assert_int_equal(finish(start(experiment, whole, sets)), 0);
    nd_stream random = nd_stream_at(seed, ND_FOR_TEST, 0, 0);
    int killed = 0, code = -1;
    for (int attempt = 0; attempt < 12; attempt++) {
        pid_t child = start(experiment, broken, sets);
        usleep((useconds_t)(2000 + nd_stream_below(&random, 60000)));
        kill(child, signal_number);
        code = finish(child);
        if (code == 0)
            break;
        killed++;
    }
    if (code != 0)
        code = finish(start(experiment, broken, sets));
    assert_int_equal(code, 0);
    assert_true(killed > 0);
    support_same_file(whole, broken);
    assert_int_equal(access(part, F_OK), -1); /* nothing is left behind */
    support_remove(folder);
}

static void test_kill_and_resume_changes_nothing(void **state) {
    (void)state;
    const char *sets[][8] = {
        {"run.engine=reference", "run.steps=6000", NULL},
        {"run.engine=reference", "run.steps=6000", "learning.rule=adam",
         "learning.learning_rate=0.001", NULL},
        {"run.engine=auto", "run.steps=300000", NULL},
        {"run.engine=auto", "run.steps=300000", "learning.update_noise=0", NULL},
        {"run.engine=auto", "run.steps=200000", "learning.rule=sed", "learning.learning_rate=0.9",
         "learning.update_noise=0", NULL},
        {"run.engine=auto", "run.steps=200000", "learning.rule=adam",
         "learning.learning_rate=0.001", "learning.update_noise=0", "learning.label_noise=0", NULL},
        {"run.engine=auto", "run.steps=100000", "run.spectrum=exact", "run.snapshots=15", NULL},
    };
    for (uint64_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        check_case(sets[i], SIGKILL, 10 + i);
}

static void test_interrupt_and_resume_changes_nothing(void **state) {
    (void)state;
    const char *sets[] = {"run.engine=auto", "run.steps=300000", NULL};
    check_case(sets, SIGINT, 1);
    check_case(sets, SIGTERM, 2);
}

/* A kill between a run's last two acts, its file in place and what it was made from removed. */
static void test_what_a_late_kill_leaves_goes(void **state) {
    (void)state;
    static const char *const LEFT[] = {".part", ".ckpt", ".ckpt.1"};
    const char *sets[] = {"run.steps=400", NULL};
    char *folder = support_folder(), experiment[300], run[300], left[310];
    snprintf(experiment, sizeof experiment, "%s/e.yaml", folder);
    snprintf(run, sizeof run, "%s/run.nc", folder);
    write_text(experiment, EXPERIMENT);
    assert_int_equal(finish(start(experiment, run, sets)), 0);
    for (int i = 0; i < 3; i++) {
        snprintf(left, sizeof left, "%s%s", run, LEFT[i]);
        write_text(left, "left behind");
    }
    assert_int_equal(finish(start(experiment, run, sets)), 0);
    for (int i = 0; i < 3; i++) {
        snprintf(left, sizeof left, "%s%s", run, LEFT[i]);
        assert_int_equal(access(left, F_OK), -1);
    }
    assert_int_equal(access(run, F_OK), 0);
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_late_kill_leaves_goes),
        cmocka_unit_test(test_kill_and_resume_changes_nothing),
        cmocka_unit_test(test_interrupt_and_resume_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
