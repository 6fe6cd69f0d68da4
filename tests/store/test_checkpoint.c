/* Checkpoints: read back as written, refused when damaged or foreign, the one before is used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/random.h"
#include "store/checkpoint.h"
#include "store/journal.h"
#include "support.h"

static void write_state(const char *path, const char *identity, const char *text) {
    nd_buffer state = {0};
    nd_error error = {0};
    assert_fine(nd_buffer_put(&state, text, strlen(text) + 1, &error), &error);
    assert_fine(nd_checkpoint_write(path, identity, &state, &error), &error);
    nd_buffer_free(&state);
}

static nd_checkpoint_found read_state(const char *path, const char *identity, char *text,
                                      nd_error *error) {
    nd_buffer state = {0};
    nd_checkpoint_found found = nd_checkpoint_read(path, identity, &state, error);
    snprintf(text, 100, "%s", state.bytes ? (char *)state.bytes : "");
    nd_buffer_free(&state);
    return found;
}

static void overwrite(const char *path, long at, char byte) {
    FILE *file = fopen(path, "r+be");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fputc(byte, file), (unsigned char)byte);
    assert_int_equal(fclose(file), 0);
}

static void test_a_damaged_checkpoint_gives_way_to_the_one_before(void **state) {
    (void)state;
    char *folder = support_folder(), path[300], text[100];
    snprintf(path, sizeof path, "%s/run.ckpt", folder);
    nd_error error = {0};
    assert_int_equal(read_state(path, "me", text, &error), ND_CHECKPOINT_NONE);
    write_state(path, "me", "first");
    write_state(path, "me", "second");
    assert_int_equal(read_state(path, "me", text, &error), ND_CHECKPOINT_READ);
    assert_string_equal(text, "second");
    assert_int_equal(read_state(path, "you", text, &error), ND_CHECKPOINT_FOREIGN);
    assert_non_null(strstr(error.what, "another experiment"));
    overwrite(path, 36, 'x');
    assert_int_equal(read_state(path, "me", text, &error), ND_CHECKPOINT_OLDER);
    assert_string_equal(text, "first");
    assert_non_null(strstr(error.where, "run.ckpt"));
    assert_non_null(strstr(error.what, "checksum"));
    nd_checkpoint_remove(path);
    assert_int_equal(read_state(path, "me", text, &error), ND_CHECKPOINT_NONE);
    support_remove(folder);
}

static void test_any_damage_is_noticed(void **state) {
    (void)state;
    char *folder = support_folder(), path[300], text[100];
    snprintf(path, sizeof path, "%s/run.ckpt", folder);
    nd_stream random = nd_stream_at(1, ND_FOR_TEST, 0, 0);
    for (int trial = 0; trial < 200; trial++) {
        nd_error error = {0};
        nd_checkpoint_remove(path);
        write_state(path, "the experiment", "a state of some length");
        nd_buffer whole = {0};
        assert_fine(nd_read_file(path, 10000, &whole, &error), &error);
        size_t at = nd_stream_below(&random, whole.length);
        whole.bytes[at] ^= (unsigned char)(1 + nd_stream_below(&random, 255));
        size_t length = trial % 2 ? whole.length : at;
        assert_fine(nd_write_file(path, whole.bytes, length, &error), &error);
        nd_buffer_free(&whole);
        nd_checkpoint_found found = read_state(path, "the experiment", text, &error);
        if (found != ND_CHECKPOINT_DAMAGED && found != ND_CHECKPOINT_FOREIGN)
            fail_msg("damage at byte %zu went unnoticed", at);
    }
    support_remove(folder);
}

static void test_a_journal_comes_back_to_its_length(void **state) {
    (void)state;
    char *folder = support_folder(), path[300];
    snprintf(path, sizeof path, "%s/run.part", folder);
    nd_error error = {0};
    const double record[2] = {1, 2}, snapshot[3] = {3, 4, 5}, later[2] = {6, 7};
    uint64_t length;
    nd_journal *journal = nd_journal_open(path, 2, 3, 0, &error);
    assert_fine(journal && nd_journal_append(journal, ND_ROW_RECORD, record, &error) &&
                    nd_journal_append(journal, ND_ROW_SNAPSHOT, snapshot, &error) &&
                    nd_journal_sync(journal, &length, &error) &&
                    nd_journal_append(journal, ND_ROW_RECORD, later, &error),
                &error);
    assert_null(nd_journal_open(path, 2, 3, 0, &error)); /* locked by the first */
    assert_non_null(strstr(error.what, "another process"));
    nd_journal_close(journal);
    journal = nd_journal_open(path, 2, 3, length, &error);
    assert_fine(journal != NULL, &error);
    nd_journal_rewind(journal);
    nd_row_kind kind;
    double row[3];
    bool end;
    assert_true(nd_journal_next(journal, &kind, row, &end, &error));
    assert_int_equal(kind, ND_ROW_RECORD);
    assert_memory_equal(row, record, sizeof record);
    assert_true(nd_journal_next(journal, &kind, row, &end, &error));
    assert_int_equal(kind, ND_ROW_SNAPSHOT);
    assert_memory_equal(row, snapshot, sizeof snapshot);
    assert_false(nd_journal_next(journal, &kind, row, &end, &error));
    assert_true(end); /* the row after the checkpoint is gone */
    nd_journal_close(journal);
    assert_null(nd_journal_open(path, 2, 3, length + 1, &error));
    assert_non_null(strstr(error.what, "shorter"));
    support_remove(folder);
}

static size_t bytes_in(const char *path) {
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return (size_t)status.st_size;
}

/* Changes the last of the first `length` bytes. */
static void damage_last(const char *path, uint64_t length) {
    FILE *file = fopen(path, "r+");
    assert_true(file && fseek(file, (long)length - 1, SEEK_SET) == 0 && fputc(0x55, file) != EOF &&
                fclose(file) == 0);
}

/* What a run left that was killed before its first checkpoint is begun anew; a file of another
 * kind, or of a run of another shape, is not cut. */
static void test_a_journal_begins_in_no_file_of_others(void **state) {
    (void)state;
    char *folder = support_folder(), path[300];
    snprintf(path, sizeof path, "%s/run.part", folder);
    static const double record[2] = {1, 2};
    uint64_t length;
    for (int left = 0; left < 2; left++) {
        nd_error error = {0};
        nd_journal *journal = nd_journal_open(path, 2, 3, 0, &error);
        assert_fine(journal && bytes_in(path) == 0 &&
                        nd_journal_append(journal, ND_ROW_RECORD, record, &error) &&
                        nd_journal_sync(journal, &length, &error),
                    &error);
        nd_journal_close(journal);
        if (left == 1) /* cut off within its row */
            assert_int_equal(truncate(path, (off_t)length - 4), 0);
    }
    nd_error error = {0};
    nd_journal *journal = nd_journal_open(path, 2, 3, 0, &error);
    assert_fine(journal && nd_journal_append(journal, ND_ROW_RECORD, record, &error) &&
                    nd_journal_sync(journal, &length, &error),
                &error);
    nd_journal_close(journal);
    assert_null(nd_journal_open(path, 1, 3, 0, &error));
    assert_non_null(strstr(error.what, "not of this run"));
    assert_int_equal(bytes_in(path), length);
    /* Where the power failed at the first row its length may be there without its bytes. */
    damage_last(path, length);
    journal = nd_journal_open(path, 2, 3, 0, &error);
    assert_fine(journal && nd_journal_append(journal, ND_ROW_RECORD, record, &error), &error);
    assert_int_equal(bytes_in(path), length); /* on the disk before anything follows */
    assert_fine(nd_journal_append(journal, ND_ROW_RECORD, record, &error) &&
                    nd_journal_sync(journal, &length, &error),
                &error);
    nd_journal_close(journal);
    damage_last(path, length / 2);
    assert_null(nd_journal_open(path, 2, 3, 0, &error)); /* of two rows the first was whole once */
    assert_non_null(strstr(error.what, "not of this run"));
    FILE *file = fopen(path, "w");
    assert_true(file && fputs("field notes", file) >= 0 && fclose(file) == 0);
    assert_null(nd_journal_open(path, 2, 3, 0, &error));
    assert_non_null(strstr(error.what, "not of this run"));
    assert_int_equal(bytes_in(path), strlen("field notes"));
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_damaged_checkpoint_gives_way_to_the_one_before),
        cmocka_unit_test(test_any_damage_is_noticed),
        cmocka_unit_test(test_a_journal_comes_back_to_its_length),
        cmocka_unit_test(test_a_journal_begins_in_no_file_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
