#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "fuzz.h"

/* One array in a folder: its metadata up to the first zero byte, its first chunk after it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
#ifdef ND_HAVE_ZARR
    static const char *const names[] = {".zarray", "0.0"};
    char folder[64], path[2][96];
    nd_error error = {0};
    const uint8_t *zero = memchr(data, 0, size);
    size_t length = zero ? (size_t)(zero - data) : size;
    snprintf(folder, sizeof folder, "/dev/shm/nulldrift-fuzz-zarr-%d", (int)getpid());
    mkdir(folder, 0700);
    for (size_t k = 0; k < 2; k++)
        snprintf(path[k], sizeof path[k], "%s/%s", folder, names[k]);
    size_t rest = zero ? size - length - 1 : 0;
    if (!nd_write_file(path[0], data, length, &error) ||
        !nd_write_file(path[1], zero ? zero + 1 : data, rest, &error))
        return 0;
    void *file = nd_format_zarr.open(folder, NULL, NULL, &error);
    if (file) {
        nd_findings findings = {0};
        nd_series series = {0};
        bool found;
        nd_format_zarr.scan(file, &findings, &error);
        nd_selector selector = {.file = folder};
        nd_format_zarr.series(file, ND_ROLE_POSITION, &selector, &series, &found, &error);
        nd_series_clear(&series);
        free(findings.list);
        nd_format_zarr.close(file);
    }
    unlink(path[0]);
    unlink(path[1]);
    rmdir(folder);
#else
    (void)data;
    (void)size;
#endif
    return 0;
}
