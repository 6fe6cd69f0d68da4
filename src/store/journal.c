#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/error.h"
#include "base/memory.h"

struct nd_journal {
    FILE *file;
    char *path;
    size_t width[2];
    bool begun; /* its first row is on the disk */
};

/* Before every row: its kind and a checksum of its values. */
typedef struct row_head {
    uint32_t kind, checksum;
} row_head;

static const char FREE_SPACE[] = "free some space and run the same command again to resume";

static uint32_t row_checksum(const double *row, size_t width) {
    return (uint32_t)crc32_z(0, (const unsigned char *)row, width * sizeof *row);
}

/* Whether a file that is to be begun anew may be: it is empty, or its first row is as this run
 * writes it, or it is no longer than one: what a run leaves that was killed, or lost its power,
 * before its first checkpoint. Nothing follows a first row that is not on the disk. */
static bool may_begin_anew(nd_journal *journal, size_t size, bool *ours, nd_error *error) {
    *ours = size == 0;
    row_head head;
    if (*ours || size < sizeof head || fread(&head, sizeof head, 1, journal->file) != 1 ||
        head.kind > ND_ROW_SNAPSHOT)
        return true;
    size_t width = journal->width[head.kind];
    double *row = nd_array(width, sizeof *row, error);
    if (!row)
        return false;
    *ours = fread(row, sizeof *row, width, journal->file) == width
                ? row_checksum(row, width) == head.checksum
                : size < sizeof head + width * sizeof *row;
    *ours = *ours || size == sizeof head + width * sizeof *row;
    free(row);
    return true;
}

/* Opens and locks the file and cuts it to `length`. */
static bool prepare(nd_journal *journal, uint64_t length, nd_error *error) {
    const char *path = journal->path;
    struct stat status;
    int id =
        open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (length > 0 ? 0 : O_CREAT), 0666);
    if (id < 0 && errno == ELOOP)
        return nd_fail(error, path, "remove the link, or choose another output",
                       "is a link: what a run keeps until it is whole is written through none");
    if (id >= 0 && (fstat(id, &status) != 0 || !S_ISREG(status.st_mode))) {
        (void)close(id);
        return nd_fail(error, path, "remove it, or choose another output", "is no regular file");
    }
    if (id >= 0 && flock(id, LOCK_EX | LOCK_NB) != 0) {
        bool held = errno == EWOULDBLOCK;
        if (!held)
            nd_fail_errno(error, path, "choose a folder on another disk",
                          "cannot be locked against other processes");
        (void)close(id);
        return held ? nd_fail(error, path, "wait for it, or choose another output",
                              "another process is writing this run")
                    : false;
    }
    if (id >= 0 && !(journal->file = fdopen(id, "r+be")))
        (void)close(id);
    if (!journal->file || fstat(id, &status) != 0)
        return nd_fail_errno(error, path, length > 0 ? NULL : FREE_SPACE, "cannot be opened");
    if ((uint64_t)status.st_size < length)
        return nd_fail(error, path, "remove the checkpoint beside it to start afresh",
                       "is shorter than its checkpoint says");
    bool ours = true;
    if (length == 0 && !may_begin_anew(journal, (size_t)status.st_size, &ours, error))
        return false;
    if (!ours)
        return nd_fail(error, path, "remove it, or choose another output",
                       "exists already, and is not of this run");
    if (ftruncate(id, (off_t)length) != 0 || fseeko(journal->file, (off_t)length, SEEK_SET) != 0)
        return nd_fail_errno(error, path, FREE_SPACE, "cannot be cut to its checkpoint");
    return true;
}

nd_journal *nd_journal_open(const char *path, size_t record_width, size_t snapshot_width,
                            uint64_t length, nd_error *error) {
    nd_journal *journal = nd_array(1, sizeof *journal, error);
    if (!journal || !(journal->path = nd_text(path, error))) {
        free(journal);
        return NULL;
    }
    journal->width[ND_ROW_RECORD] = record_width;
    journal->width[ND_ROW_SNAPSHOT] = snapshot_width;
    journal->begun = length > 0;
    if (prepare(journal, length, error))
        return journal;
    nd_journal_close(journal);
    return NULL;
}

bool nd_journal_append(nd_journal *journal, nd_row_kind kind, const double *row, nd_error *error) {
    size_t width = journal->width[kind];
    row_head head = {kind, row_checksum(row, width)};
    if (fwrite(&head, sizeof head, 1, journal->file) != 1 ||
        fwrite(row, sizeof *row, width, journal->file) != width)
        return nd_fail_errno(error, journal->path, FREE_SPACE, "cannot be written");
    uint64_t length;
    bool fine = journal->begun || nd_journal_sync(journal, &length, error);
    journal->begun = true;
    return fine;
}

bool nd_journal_sync(nd_journal *journal, uint64_t *length, nd_error *error) {
    off_t at = -1;
    if (fflush(journal->file) != 0 || fsync(fileno(journal->file)) != 0 ||
        (at = ftello(journal->file)) < 0)
        return nd_fail_errno(error, journal->path, FREE_SPACE, "cannot be written");
    *length = (uint64_t)at;
    return true;
}

void nd_journal_rewind(nd_journal *journal) {
    rewind(journal->file);
}

bool nd_journal_next(nd_journal *journal, nd_row_kind *kind, double *row, bool *end,
                     nd_error *error) {
    row_head head;
    size_t got = fread(&head, 1, sizeof head, journal->file);
    *end = got == 0 && feof(journal->file);
    if (*end)
        return false;
    if (got == sizeof head && head.kind <= ND_ROW_SNAPSHOT) {
        size_t width = journal->width[head.kind];
        *kind = (nd_row_kind)head.kind;
        if (fread(row, sizeof *row, width, journal->file) == width &&
            row_checksum(row, width) == head.checksum)
            return true;
    }
    return nd_fail(error, journal->path, "remove it and its checkpoint to start afresh",
                   "is damaged");
}

bool nd_journal_is_written(const char *path) {
    int id = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (id < 0)
        return false;
    bool written = flock(id, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    (void)close(id);
    return written;
}

void nd_journal_close(nd_journal *journal) {
    if (!journal)
        return;
    if (journal->file)
        (void)fclose(journal->file);
    free(journal->path);
    free(journal);
}

void nd_journal_remove(nd_journal *journal) {
    if (!journal)
        return;
    (void)unlink(journal->path);
    nd_journal_close(journal);
}
