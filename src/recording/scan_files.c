#include "recording/scan_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/format.h"

/* Bounds on what is looked through. */
enum { MOST_FILES = 5000, DEEPEST = 8 };

static const char *const ENDINGS[] = {".nwb", ".mat", ".npy",  ".npz", ".csv",
                                      ".tsv", ".h5",  ".hdf5", ".nvt", ".nev"};

static bool known_ending(const char *name) {
    const char *dot = strrchr(name, '.');
    for (size_t k = 0; dot && k < sizeof ENDINGS / sizeof *ENDINGS; k++)
        if (strcasecmp(dot, ENDINGS[k]) == 0)
            return true;
    return false;
}

static void pass_over(nd_scan_files *files, const char *name) {
    const char *dot = strrchr(name, '.');
    size_t used = strlen(files->passed_kinds);
    files->passed_over++;
    if (dot && dot > name && strlen(dot) < 12 && !strstr(files->passed_kinds, dot) &&
        used + 20 < sizeof files->passed_kinds)
        snprintf(files->passed_kinds + used, sizeof files->passed_kinds - used, "%s%s",
                 used ? " " : "", dot);
}

static bool add(nd_scan_files *files, const char *path, nd_error *error) {
    if (files->count == MOST_FILES)
        return nd_fail(error, path, "give the folder of one animal, or the files themselves",
                       "there are more than %d files to look into", MOST_FILES);
    char **list = nd_grown(files->path, &files->room, files->count + 1, sizeof *list, error);
    if (!list)
        return false;
    files->path = list;
    return (files->path[files->count++] = nd_text(path, error)) != NULL;
}

static int visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static bool look_through(nd_scan_files *files, const char *folder, int depth, nd_error *error) {
    struct dirent **entry = NULL;
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    int count = scandir(folder, &entry, visible, versionsort);
    if (count < 0)
        return nd_fail_errno(error, folder, "give a folder that can be read", "cannot be listed");
    bool fine = true;
    for (int i = 0; i < count; i++) {
        char path[4096];
        struct stat about, link;
        int size = snprintf(path, sizeof path, "%.*s/%s", (int)length, folder, entry[i]->d_name);
        bool there = size > 0 && (size_t)size < sizeof path && lstat(path, &link) == 0 &&
                     stat(path, &about) == 0;
        if (!fine || !there)
            ;
        else if (S_ISDIR(about.st_mode) && !S_ISLNK(link.st_mode) && nd_format_of(path, NULL))
            fine = add(files, path, error);
        else if (S_ISDIR(about.st_mode) && !S_ISLNK(link.st_mode) && depth < DEEPEST)
            fine = look_through(files, path, depth + 1, error);
        else if (S_ISREG(about.st_mode) && known_ending(entry[i]->d_name))
            fine = add(files, path, error);
        else
            pass_over(files, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    return fine;
}

bool nd_scan_files_list(const char *const *given, size_t count, nd_scan_files *files,
                        nd_error *error) {
    for (size_t i = 0; i < count; i++) {
        struct stat about;
        bool folder = stat(given[i], &about) == 0 && S_ISDIR(about.st_mode);
        bool layout = folder && nd_format_of(given[i], NULL);
        files->folders = files->folders || folder;
        if (!(folder && !layout ? look_through(files, given[i], 0, error)
                                : add(files, given[i], error)))
            return false;
        if (folder && files->count == 0)
            return nd_fail(error, given[i], "give a folder with recordings in it",
                           "holds no file of a kind that is read (%zu others)", files->passed_over);
    }
    return true;
}

void nd_scan_files_free(nd_scan_files *files) {
    for (size_t i = 0; i < files->count; i++)
        free(files->path[i]);
    free(files->path);
    *files = (nd_scan_files){0};
}
