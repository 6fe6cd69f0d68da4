/* What the fuzz targets share. Each is LLVMFuzzerTestOneInput of its own; scripts/fuzz builds and
 * runs them. In-process, without the child: what crashes inside a library crashes here. */
#ifndef ND_TESTS_FUZZ_H
#define ND_TESTS_FUZZ_H

#include "recording/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file in memory (/dev/shm) holding the bytes, written over by the next call; its path. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* Everything a format does with a file: scan, every role by default and by each of the names,
 * activity poured into a sink. `names` ends with NULL. */
void fuzz_format(const nd_format *format, const uint8_t *data, size_t size,
                 const char *const *names);

#endif
