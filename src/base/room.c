#include "base/room.h"

#include <sys/mman.h>

#include "base/error.h"

bool nd_room_for(size_t bytes, const char *whose, nd_error *error) {
    void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return nd_fail(error, NULL, "allow more address space (ulimit -v)",
                       ND_OUT_OF_MEMORY ": %s needs %zu MB of address space for itself", whose,
                       bytes >> 20);
    (void)munmap(room, bytes);
    return true;
}
