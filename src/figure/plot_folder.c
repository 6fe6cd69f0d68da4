#include "figure/plot_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/files.h"
#include "base/leftovers.h"
#include "base/platform.h"

/* What the program made in the folder, a line each: digest of its bytes, a blank, its name. While
 * the folder is being filled the digests are 0. */
static const char LIST[] = "drawn-by-nulldrift.txt", NEXT[] = "drawn-by-nulldrift.next",
                  LOG[] = "gnuplot.log";

enum { LINE_ROOM = 600, MOST_KEPT = 1000000 };

struct nd_plot_folder {
    char *path;
    int id;
    nd_buffer names; /* what is in the list, each ended by a zero byte */
};

static int open_folder(int in, const char *path) {
    return openat(in, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static FILE *open_for_writing(const nd_plot_folder *folder, const char *name, int how) {
    int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | how;
    int id = openat(folder->id, name, flags, 0666);
    FILE *file = id >= 0 ? fdopen(id, "w") : NULL;
    if (id >= 0 && !file)
        (void)close(id);
    return file;
}

static FILE *open_for_reading(int folder, const char *name) {
    int id = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    FILE *file =
        id >= 0 && fstat(id, &status) == 0 && S_ISREG(status.st_mode) ? fdopen(id, "r") : NULL;
    if (id >= 0 && !file)
        (void)close(id);
    return file;
}

/* The list's next entry; false at its end. A name that leads out of the folder is none. */
static bool next_entry(FILE *list, uint64_t *digest, char name[LINE_ROOM]) {
    char line[LINE_ROOM];
    while (fgets(line, sizeof line, list)) {
        char *end;
        line[strcspn(line, "\n")] = '\0';
        *digest = strtoull(line, &end, 16);
        if (end == line + 16 && *end == ' ' && end[1] && !strchr(end, '/')) {
            snprintf(name, LINE_ROOM, "%s", end + 1);
            return true;
        }
    }
    return false;
}

/* Removes what the list names, and then the list; while something of it stays the list does, too,
 * so that a later command knows whose it is. */
static void empty_folder(int id) {
    uint64_t digest;
    char name[LINE_ROOM];
    FILE *list = open_for_reading(id, LIST);
    bool empty = list != NULL;
    while (list && next_entry(list, &digest, name))
        empty = (unlinkat(id, name, 0) == 0 || errno == ENOENT) && empty;
    if (list)
        (void)fclose(list);
    (void)unlinkat(id, NEXT, 0);
    if (empty)
        (void)unlinkat(id, LIST, 0);
}

/* The same of one's own folder, for which nothing has to be opened. */
static void empty_own(const nd_plot_folder *folder) {
    bool empty = true;
    for (size_t at = 0; at < folder->names.length;) {
        const char *name = (const char *)folder->names.bytes + at;
        empty = (unlinkat(folder->id, name, 0) == 0 || errno == ENOENT) && empty;
        at += strlen(name) + 1;
    }
    (void)unlinkat(folder->id, NEXT, 0);
    if (empty)
        (void)unlinkat(folder->id, LIST, 0);
}

static bool digest_of(int folder, const char *name, uint64_t *digest) {
    unsigned char bytes[65536];
    size_t got;
    FILE *file = open_for_reading(folder, name);
    *digest = ND_DIGEST_START;
    if (!file)
        return false;
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0)
        *digest = nd_digest(*digest, bytes, got);
    bool fine = !ferror(file);
    (void)fclose(file);
    return fine;
}

static size_t entries_of(int id) {
    size_t count = 0;
    int copy = openat(id, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (entries)
        (void)closedir(entries);
    else if (copy >= 0)
        (void)close(copy);
    return count;
}

/* Whether the folder holds what the list says, to the byte, and nothing else. */
static bool as_drawn(int id) {
    uint64_t wanted, digest;
    char name[LINE_ROOM];
    size_t there = 1; /* the list */
    FILE *list = open_for_reading(id, LIST);
    bool same = list != NULL;
    while (same && next_entry(list, &wanted, name)) {
        same = digest_of(id, name, &digest) && digest == wanted;
        there++;
    }
    if (list)
        (void)fclose(list);
    return same && entries_of(id) == there;
}

/* A folder that a killed process of ours left: what its list names is removed. */
static void remove_left(const char *left, const struct stat *status, void *picture) {
    int id = S_ISDIR(status->st_mode) ? open_folder(AT_FDCWD, left) : -1;
    char *drawn = NULL;
    if (id >= 0 && asprintf(&drawn, "%s/%s", left, (const char *)picture) > 0) {
        nd_remove_left_behind(drawn);
        free(drawn);
    }
    if (id >= 0) {
        empty_folder(id);
        (void)close(id);
        (void)rmdir(left);
    }
}

/* What a signal's end is to remove. */
static bool note(const nd_plot_folder *folder, const char *name) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder->path, name) < 0)
        return false;
    nd_leftover(path);
    free(path);
    return true;
}

nd_plot_folder *nd_plot_folder_new(const char *output, nd_error *error) {
    nd_plot_folder *folder = nd_array(1, sizeof *folder, error);
    char *kept = folder ? nd_path_with(output, ".gnuplot", error) : NULL;
    if (kept) {
        nd_each_left_behind(kept, remove_left, (void *)nd_base_name(output));
        folder->path = nd_path_aside(kept, error);
    }
    free(kept);
    if (folder)
        folder->id = -1;
    if (!folder || !folder->path) {
        free(folder);
        return NULL;
    }
    if (mkdir(folder->path, 0777) == 0 && (folder->id = open_folder(AT_FDCWD, folder->path)) >= 0 &&
        note(folder, LIST) && nd_plot_folder_enter(folder, LOG))
        return folder;
    nd_fail_errno(error, output, "choose another folder",
                  "the picture's data cannot be written beside it");
    nd_plot_folder_free(folder);
    return NULL;
}

const char *nd_plot_folder_path(const nd_plot_folder *folder) {
    return folder->path;
}

bool nd_plot_folder_enter(nd_plot_folder *folder, const char *name) {
    bool known = nd_buffer_put(&folder->names, name, strlen(name) + 1, NULL) && note(folder, name);
    FILE *list = known ? open_for_writing(folder, LIST, O_APPEND) : NULL;
    bool fine = list && fprintf(list, "%016x %s\n", 0U, name) > 0;
    return (!list || fclose(list) == 0) && fine;
}

FILE *nd_plot_folder_file(nd_plot_folder *folder, const char *name) {
    return nd_plot_folder_enter(folder, name) ? open_for_writing(folder, name, O_TRUNC) : NULL;
}

/* The list's next version takes its place whole. */
static bool publish_list(const nd_plot_folder *folder, const nd_buffer *lines) {
    FILE *next = note(folder, NEXT) ? open_for_writing(folder, NEXT, O_TRUNC) : NULL;
    bool fine = next && fwrite(lines->bytes, 1, lines->length, next) == lines->length;
    fine =
        (!next || fclose(next) == 0) && fine && renameat(folder->id, NEXT, folder->id, LIST) == 0;
    if (!fine) {
        int why = errno;
        (void)unlinkat(folder->id, NEXT, 0);
        errno = why;
    }
    return fine;
}

/* Writes the list anew, with the digests of what is there, each name once. */
static bool close_list(nd_plot_folder *folder) {
    nd_buffer lines = {0};
    uint64_t digest;
    char name[LINE_ROOM], line[LINE_ROOM + 20];
    FILE *list = open_for_reading(folder->id, LIST);
    bool fine = list != NULL;
    while (fine && next_entry(list, &digest, name)) {
        if (!digest_of(folder->id, name, &digest)) {
            fine = errno == ENOENT; /* it was never made */
            continue;
        }
        snprintf(line, sizeof line, "%016" PRIx64 " %s\n", digest, name);
        bool again = lines.bytes && strstr((const char *)lines.bytes, line);
        fine = again || (nd_buffer_put(&lines, line, strlen(line) + 1, NULL) && lines.length--);
    }
    if (list)
        (void)fclose(list);
    fine = fine && publish_list(folder, &lines);
    nd_buffer_free(&lines);
    return fine;
}

/* Removes the folder if it is as it was drawn. */
static bool remove_as_drawn(const char *path) {
    int id = open_folder(AT_FDCWD, path);
    bool same = id >= 0 && as_drawn(id);
    if (same)
        empty_folder(id);
    if (id >= 0)
        (void)close(id);
    return same && rmdir(path) == 0;
}

/* Puts what stands at `kept` (a folder, or a link, which is not followed) under the first free of
 * KEPT~, KEPT~2, ... */
static bool set_aside(const char *kept) {
    char suffix[24] = "~";
    for (int number = 2; number < MOST_KEPT; number++) {
        char *earlier = nd_path_with(kept, suffix, NULL);
        if (!earlier)
            return false;
        bool moved = nd_rename_new(kept, earlier);
        bool taken = !moved && errno == EEXIST;
        if (taken && number == 2 && remove_as_drawn(earlier)) {
            moved = nd_rename_new(kept, earlier);
            taken = !moved && errno == EEXIST;
        }
        free(earlier);
        if (!taken)
            return moved;
        snprintf(suffix, sizeof suffix, "~%d", number);
    }
    return false;
}

/* The mode of the folder at `kept`, and of each file in it that has a successor. */
static bool hand_on_modes(const nd_plot_folder *folder, const char *kept) {
    struct stat earlier;
    uint64_t digest;
    char name[LINE_ROOM];
    int id = open_folder(AT_FDCWD, kept);
    if (id < 0) /* no folder: it is set aside whole */
        return true;
    FILE *list = open_for_reading(folder->id, LIST);
    bool fine = list != NULL;
    while (fine && next_entry(list, &digest, name))
        fine = fstatat(id, name, &earlier, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(earlier.st_mode) ||
               fchmodat(folder->id, name, earlier.st_mode & 0777, 0) == 0;
    if (list)
        (void)fclose(list);
    fine = fine && fstat(id, &earlier) == 0 && fchmod(folder->id, earlier.st_mode & 0777) == 0;
    (void)close(id);
    return fine;
}

bool nd_plot_folder_keep(nd_plot_folder *folder, const char *output, nd_error *error) {
    struct stat there;
    char *kept = nd_path_with(output, ".gnuplot", error);
    if (!kept)
        return false;
    (void)unlinkat(folder->id, LOG, 0);
    bool fine = close_list(folder) && hand_on_modes(folder, kept) &&
                (lstat(kept, &there) != 0 || set_aside(kept)) && nd_rename_new(folder->path, kept);
    if (!fine)
        nd_fail_errno(error, kept, "move that folder away, or choose another name",
                      "the script cannot be left beside the picture");
    else {
        (void)close(folder->id);
        folder->id = -1;
    }
    free(kept);
    return fine;
}

void nd_plot_folder_free(nd_plot_folder *folder) {
    if (!folder)
        return;
    if (folder->id >= 0) {
        empty_own(folder);
        (void)close(folder->id);
        (void)rmdir(folder->path);
    }
    nd_buffer_free(&folder->names);
    free(folder->path);
    free(folder);
}
