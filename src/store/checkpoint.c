#include "store/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/error.h"
#include "base/files.h"

static const char MAGIC[8] = "NDCKPT3";

/* What every checkpoint file begins with; identity and state follow. */
typedef struct header {
    char magic[8];
    uint64_t identity_length, state_length;
    uint64_t checksum; /* CRC-32 of identity and state */
} header;

static uint64_t checksum(const void *identity, size_t identity_length, const void *state,
                         size_t state_length) {
    uLong sum = crc32_z(crc32_z(0, NULL, 0), identity, identity_length);
    return crc32_z(sum, state, state_length);
}

bool nd_checkpoint_write(const char *path, const char *identity, const nd_buffer *state,
                         nd_error *error) {
    header head = {.identity_length = strlen(identity), .state_length = state->length};
    memcpy(head.magic, MAGIC, sizeof MAGIC);
    head.checksum = checksum(identity, head.identity_length, state->bytes, state->length);
    nd_buffer whole = {0};
    char *older = nd_path_with(path, ".1", error);
    bool fine = older && nd_buffer_put(&whole, &head, sizeof head, error) &&
                nd_buffer_put(&whole, identity, head.identity_length, error) &&
                nd_buffer_put(&whole, state->bytes, state->length, error);
    if (fine) {
        /* A hard link keeps the last one under both names until the new one is in place. */
        (void)unlink(older);
        (void)!link(path, older);
        fine = nd_write_file(path, whole.bytes, whole.length, error);
    }
    free(older);
    nd_buffer_free(&whole);
    return fine;
}

static nd_checkpoint_found damaged(const char *path, const char *what, nd_error *error) {
    nd_fail(error, path, "remove it to start afresh", "is a damaged checkpoint: %s", what);
    return ND_CHECKPOINT_DAMAGED;
}

static char *copy_text(const void *bytes, size_t length, nd_error *error) {
    char *text = nd_array(length + 1, 1, error);
    if (text)
        memcpy(text, bytes, length);
    return text;
}

/* Of the work `identity`; or, where that is NULL, of whatever work it is, put into `whose`. */
static nd_checkpoint_found read_one(const char *path, const char *identity, char **whose,
                                    nd_buffer *state, nd_error *error) {
    nd_buffer whole = {0};
    header head;
    nd_checkpoint_found found = ND_CHECKPOINT_READ;
    if (access(path, F_OK) != 0)
        return ND_CHECKPOINT_NONE;
    if (!nd_read_file(path, (size_t)1 << 40, &whole, error)) {
        nd_buffer_free(&whole);
        return ND_CHECKPOINT_DAMAGED;
    }
    size_t rest = whole.length - (whole.length < sizeof head ? whole.length : sizeof head);
    const unsigned char *body = whole.bytes + sizeof head;
    if (whole.length < sizeof head)
        found = damaged(path, "it is too short", error);
    else {
        memcpy(&head, whole.bytes, sizeof head);
        if (memcmp(head.magic, MAGIC, sizeof MAGIC) != 0)
            found = damaged(path, "it does not begin as one, or is of another version", error);
        else if (head.identity_length > rest || head.state_length != rest - head.identity_length)
            found = damaged(path, "its length is wrong", error);
        else if (checksum(body, head.identity_length, body + head.identity_length,
                          head.state_length) != head.checksum)
            found = damaged(path, "its checksum is wrong", error);
        else if (identity && (strlen(identity) != head.identity_length ||
                              memcmp(body, identity, head.identity_length) != 0)) {
            nd_fail(error, path, "choose another output, or remove it to start afresh",
                    "belongs to another experiment");
            found = ND_CHECKPOINT_FOREIGN;
        } else if (whose && !(*whose = copy_text(body, head.identity_length, error)))
            found = ND_CHECKPOINT_DAMAGED;
        else if (!nd_buffer_put(state, body + head.identity_length, head.state_length, error))
            found = ND_CHECKPOINT_DAMAGED;
    }
    nd_buffer_free(&whole);
    return found;
}

static nd_checkpoint_found read_either(const char *path, const char *identity, char **whose,
                                       nd_buffer *state, nd_error *error) {
    nd_checkpoint_found found = read_one(path, identity, whose, state, error);
    if (found == ND_CHECKPOINT_READ || found == ND_CHECKPOINT_FOREIGN)
        return found;
    char *older = nd_path_with(path, ".1", error);
    if (!older)
        return ND_CHECKPOINT_DAMAGED;
    nd_error older_error = {0};
    nd_checkpoint_found before = read_one(older, identity, whose, state, &older_error);
    free(older);
    if (before == ND_CHECKPOINT_READ) {
        if (found == ND_CHECKPOINT_NONE)
            nd_fail(error, path, NULL, "the checkpoint is lost, the one before it is used");
        return ND_CHECKPOINT_OLDER;
    }
    if (before == ND_CHECKPOINT_FOREIGN || (found == ND_CHECKPOINT_NONE && before != found)) {
        if (error)
            *error = older_error;
        return before;
    }
    return found;
}

nd_checkpoint_found nd_checkpoint_read(const char *path, const char *identity, nd_buffer *state,
                                       nd_error *error) {
    return read_either(path, identity, NULL, state, error);
}

nd_checkpoint_found nd_checkpoint_look(const char *path, char **identity, nd_buffer *state,
                                       nd_error *error) {
    *identity = NULL;
    return read_either(path, NULL, identity, state, error);
}

void nd_checkpoint_remove(const char *path) {
    nd_remove_left_behind(path);
    bool removed = unlink(path) == 0;
    char *older = nd_path_with(path, ".1", NULL);
    removed = (older && unlink(older) == 0) || removed;
    free(older);
    if (removed) /* before anything says that it is no longer needed: a power cut would bring it
                    back */
        nd_sync_folder_of(path);
}
