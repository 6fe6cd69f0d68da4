/* fuzz_replay CORPUS...: every target meets every file of CORPUS/NAME once, without libFuzzer: what
 * was found stays found. A target without files in the first fails. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/files.h"
#include "base/memory.h"

typedef int target(const uint8_t *data, size_t size);
#define TARGET(name) target replay_##name;
#include "fuzz_targets.def"
#undef TARGET

static const struct {
    const char *name;
    target *once;
} TARGETS[] = {
#define TARGET(name) {#name, replay_##name},
#include "fuzz_targets.def"
#undef TARGET
};

static size_t replay(const char *folder, target *once) {
    DIR *all = opendir(folder);
    size_t count = 0;
    for (struct dirent *one; all && (one = readdir(all));) {
        char path[8192];
        nd_buffer bytes = {0};
        nd_error error = {0};
        if (one->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, one->d_name);
        printf("%s\n", path); /* the last one printed is the one that crashed */
        (void)fflush(stdout);
        if (!nd_read_file(path, (size_t)1 << 24, &bytes, &error)) {
            printf("%s\n", error.what);
            exit(1);
        }
        (void)once(bytes.bytes, bytes.length);
        nd_buffer_free(&bytes);
        count++;
    }
    if (all)
        closedir(all);
    return count;
}

int main(int argc, char **argv) {
    bool fine = argc > 1;
    for (size_t i = 0; fine && i < sizeof TARGETS / sizeof *TARGETS; i++)
        for (int c = 1; fine && c < argc; c++) {
            char folder[4096];
            snprintf(folder, sizeof folder, "%s/%s", argv[c], TARGETS[i].name);
            size_t count = replay(folder, TARGETS[i].once);
            printf("%s: %zu files\n", TARGETS[i].name, count);
            fine = count > 0 || c > 1;
        }
    return fine ? 0 : 1;
}
